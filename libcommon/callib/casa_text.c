/* Writing CASA's cal-library text. */
#include "callib/casa_text.h"
#include "base/mem.h"
#include "base/text.h"
#include "callib/applycal_text.h"
#include "callib/modes.h"
#include <string.h>

typedef struct known_intents {
    cal_idset intent;
    char *text;
} known_intents;

typedef struct writer {
    const cal_library *library;
    const cal_vis *vis;
    cal_buf *out;
    known_intents *known; /* sets of intents that were spelled before */
    int knowns;
} writer;

/* ---- what the format cannot say ---- */

static cal_status check_text(const char *what, const char *text, cal_error *err)
{
    if (!strpbrk(text, "'\n"))
        return CAL_OK;
    return cal_fail(err, CAL_DATA,
                    "the %s %s has a single quote or a line end in it, which CASA's cal library "
                    "cannot hold; --format jobs can",
                    what, text);
}

static bool holds(const cal_list *list, int calibration)
{
    for (int i = 0; i < list->count; i++)
        if (list->calibration[i] == calibration)
            return true;
    return false;
}

/* The antennas of a pattern whose lists have a calibration. */
static cal_idset antennas_with(const cal_map *map, const uint32_t *list, int calibration)
{
    cal_idset with = cal_idset_make(map->vis->antenna.size);
    for (CAL_IDS(a, &map->vis->antenna.all))
        if (holds(&map->list[list[a]], calibration))
            cal_idset_add(&with, a);
    return with;
}

static cal_status check_pattern(const writer *w, const cal_map *map, const uint32_t *list,
                                cal_error *err)
{
    cal_status status = CAL_OK;
    for (CAL_IDS(a, &map->vis->antenna.all))
        for (int i = 0; i < map->list[list[a]].count && !status; i++) {
            int calibration = map->list[list[a]].calibration[i];
            cal_idset with = antennas_with(map, list, calibration);
            cal_buf antennas = {0};
            cal_idset_print(&with, &antennas);
            if (!cal_idset_equal(&with, &map->vis->antenna.all))
                status = cal_fail(err, CAL_DATA,
                                  "%s: %s is registered for antennas %s only, and CASA's cal "
                                  "library cannot select antennas; --format jobs applies it to "
                                  "just these, --drop-antenna writes it for all",
                                  w->vis->name, w->library->calibration[calibration].gaintable,
                                  cal_buf_text(&antennas));
            cal_buf_free(&antennas);
            cal_idset_free(&with);
        }
    return status;
}

static cal_status check_antennas(const writer *w, const cal_map *map, cal_error *err)
{
    for (int p = 0; p < map->patterns; p++) {
        const uint32_t *list = map->pattern + (size_t)p * map->antennas;
        int first = cal_idset_next(&map->vis->antenna.all, 0);
        bool alike = true;
        for (CAL_IDS(a, &map->vis->antenna.all))
            alike = alike && list[a] == list[first];
        if (!alike && check_pattern(w, map, list, err))
            return err->status;
    }
    return CAL_OK;
}

static cal_status check_list(const writer *w, const cal_list *list, cal_error *err)
{
    const cal_calibration *calibration = w->library->calibration;
    for (int i = 0; i < list->count; i++)
        for (int k = i + 1; k < list->count; k++) {
            const char *table = calibration[list->calibration[i]].gaintable;
            if (!strcmp(table, calibration[list->calibration[k]].gaintable))
                return cal_fail(err, CAL_DATA,
                                "%s: %s is registered twice for the same data, which CASA's cal "
                                "library refuses; --format jobs applies it twice",
                                w->vis->name, table);
        }
    return CAL_OK;
}

/* CASA takes calwt from the first line of a table. */
static void warn_of_calwt(const writer *w, const cal_map *map)
{
    const cal_calibration *calibration = w->library->calibration;
    bool *in_use = CAL_NEW_ARRAY(bool, w->library->calibrations);
    for (int l = 0; l < map->lists; l++)
        for (int i = 0; i < map->list[l].count; i++)
            in_use[map->list[l].calibration[i]] = true;
    for (int a = 0; a < w->library->calibrations; a++)
        for (int b = a + 1; b < w->library->calibrations; b++)
            if (in_use[a] && in_use[b] && calibration[a].calwt != calibration[b].calwt &&
                !strcmp(calibration[a].gaintable, calibration[b].gaintable)) {
                cal_warn("%s has lines with and without calwt; CASA takes that of the first line "
                         "for all of them",
                         calibration[a].gaintable);
                in_use[b] = false;
            }
    free(in_use);
}

/* ---- one line ---- */

static void add_key(writer *w, const char *key, const char *text)
{
    if (*text)
        cal_buf_addf(w->out, "%s='%s' ", key, text);
}

/* "t,f,..."; CASA has no empty tinterp. */
static void add_interp(writer *w, const char *interp)
{
    cal_words part = cal_words_split(interp, ',');
    add_key(w, "tinterp", part.count && *part.item[0] ? part.item[0] : "linear");
    add_key(w, "finterp", part.count > 1 ? part.item[1] : "");
    cal_words_free(&part);
}

/* CASA goes on with the last element of a map that is too short, applycal with the spw itself. A single -1 is the identity. */
static cal_status add_spwmap(writer *w, const cal_calibration *calibration, cal_error *err)
{
    int given = calibration->spwmaps, size = given > 1 ? w->vis->spw.size : given;
    if (!given || (given == 1 && calibration->spwmap[0] == -1))
        return CAL_OK;
    size = size > given ? size : given;
    for (int i = 0; i < size; i++) {
        int spw = i < given ? calibration->spwmap[i] : i;
        if (spw < 0)
            return cal_fail(err, CAL_DATA,
                            "%s: its spwmap has the element %d, and CASA's cal library drops the "
                            "minus",
                            calibration->gaintable, spw);
        cal_buf_addf(w->out, "%s%d", i ? ", " : "spwmap=[", spw);
    }
    cal_buf_add(w->out, "] ");
    return CAL_OK;
}

/* The three texts of a selection. */
typedef struct selection {
    cal_buf field, intent, spw;
} selection;

static void free_selection(selection *text)
{
    cal_buf_free(&text->field);
    cal_buf_free(&text->intent);
    cal_buf_free(&text->spw);
}

static cal_status add_calibration(writer *w, const cal_calibration *calibration,
                                  const selection *text, cal_error *err)
{
    if (check_text("table", calibration->gaintable, err) ||
        check_text("gainfield", calibration->gainfield, err))
        return err->status;
    cal_buf_addf(w->out, "caltable='%s' calwt=%s ", calibration->gaintable,
                 calibration->calwt ? "True" : "False");
    add_key(w, "field", cal_buf_text(&text->field));
    add_key(w, "intent", cal_buf_text(&text->intent));
    add_key(w, "spw", cal_buf_text(&text->spw));
    add_interp(w, calibration->interp);
    add_key(w, "fldmap", calibration->gainfield);
    if (add_spwmap(w, calibration, err))
        return err->status;
    cal_buf_add(w->out, "\n");
    return CAL_OK;
}

/* ---- line by line, as the pipeline ---- */

/* By id where the name itself has a quote. */
static void print_fields(const cal_map *map, const cal_line *line, cal_buf *out)
{
    cal_applycal_fields(map, line, out);
    if (!strchr(cal_buf_text(out), '\''))
        return;
    cal_buf_clear(out);
    cal_idset_print(&line->box.field, out);
}

static const char *spell_intents(writer *w, const cal_idset *intent)
{
    for (int i = 0; i < w->knowns; i++)
        if (cal_idset_equal(&w->known[i].intent, intent))
            return w->known[i].text;
    cal_buf text = {0};
    cal_modes_print_intents(w->vis, intent, &text);
    w->known = cal_grow(w->known, w->knowns + 1, sizeof *w->known);
    w->known[w->knowns] = (known_intents){cal_idset_copy(intent), cal_buf_steal(&text)};
    return w->known[w->knowns++].text;
}

static void print_intents(writer *w, const cal_map *map, const cal_line *line, cal_buf *out)
{
    cal_applycal_intents(map, line, out);
    if (!out->len)
        return;
    cal_buf_clear(out);
    cal_buf_add(out, spell_intents(w, &line->box.intent));
}

static int compare_tables(const void *a, const void *b)
{
    const cal_calibration *const *x = a, *const *y = b;
    return strcmp((*x)->gaintable, (*y)->gaintable);
}

static cal_status write_line(writer *w, const cal_map *map, const cal_line *line, cal_error *err)
{
    const cal_list *list = &map->list[line->list];
    const cal_calibration **sorted = CAL_NEW_ARRAY(const cal_calibration *, list->count);
    selection text = {{0}, {0}, {0}};
    cal_status status = CAL_OK;
    print_fields(map, line, &text.field);
    print_intents(w, map, line, &text.intent);
    cal_idset_print(&line->box.spw, &text.spw);
    for (int i = 0; i < list->count; i++)
        sorted[i] = &w->library->calibration[list->calibration[i]];
    qsort(sorted, list->count, sizeof *sorted, compare_tables);
    for (int i = 0; i < list->count && !status; i++)
        status = add_calibration(w, sorted[i], &text, err);
    free_selection(&text);
    free(sorted);
    return status;
}

/* ---- do the lines reach a row twice? ---- */

/* Is a mode selected by the intents of a line? */
static bool selects(const cal_vis *vis, const cal_line *line, bool all, int mode)
{
    return all || (mode < vis->obs_modes &&
                   cal_idset_meets(&vis->obs_mode[mode].intent, &line->box.intent));
}

/* Marks the rows of a line for each of its tables; true when one was marked before. */
static bool mark_rows(writer *w, const cal_map *map, const cal_line *line, const cal_vis *modes,
                      uint64_t *mark)
{
    const cal_list *list = &map->list[line->list];
    int words = (w->library->calibrations + 63) / 64;
    bool twice = false;
    cal_buf intents = {0};
    print_intents(w, map, line, &intents);
    cal_box box = line->box;
    box.intent = modes->intent.all;
    for (int t = -1; (t = cal_vis_next(modes, &box, t)) >= 0;) {
        if (!selects(w->vis, line, !intents.len, modes->triple[t].intent))
            continue;
        for (int i = 0; i < list->count; i++) {
            uint64_t *word = &mark[(size_t)t * words + list->calibration[i] / 64];
            uint64_t bit = (uint64_t)1 << list->calibration[i] % 64;
            twice = twice || (*word & bit);
            *word |= bit;
        }
    }
    cal_buf_free(&intents);
    return twice;
}

/* CASA keeps an entry under all combinations of its fields, spws and OBS_MODEs, with data or without, and takes none twice for a table. */
static bool share_table(const writer *w, const cal_list *a, const cal_list *b)
{
    const cal_calibration *calibration = w->library->calibration;
    for (int i = 0; i < a->count; i++)
        for (int k = 0; k < b->count; k++)
            if (!strcmp(calibration[a->calibration[i]].gaintable,
                        calibration[b->calibration[k]].gaintable))
                return true;
    return false;
}

static bool share_mode(const writer *w, const cal_line *a, const cal_line *b)
{
    bool shared = cal_idset_meets(&a->box.intent, &b->box.intent);
    for (int mode = 0; mode < w->vis->obs_modes && !shared; mode++)
        shared = selects(w->vis, a, false, mode) && selects(w->vis, b, false, mode);
    return shared;
}

static bool lines_meet(const writer *w, const cal_map *map, const cal_listing *listing)
{
    for (int i = 0; i < listing->count; i++)
        for (int k = i + 1; k < listing->count; k++) {
            const cal_line *a = &listing->line[i], *b = &listing->line[k];
            if (cal_idset_meets(&a->box.field, &b->box.field) &&
                cal_idset_meets(&a->box.spw, &b->box.spw) && share_mode(w, a, b) &&
                share_table(w, &map->list[a->list], &map->list[b->list]))
                return true;
        }
    return false;
}

/* Also when lines differ by antenna, be it in the order of tables only, and when rows that need a table are reached by none: those whose intents no OBS_MODE shows. */
static bool lines_fail(writer *w, const cal_map *map, const cal_listing *listing,
                       const cal_mode_map *modes)
{
    int words = (w->library->calibrations + 63) / 64;
    uint64_t *mark = CAL_NEW_ARRAY(uint64_t, (size_t)modes->vis->triples * words);
    bool fail = false;
    for (int i = 0; i < listing->count && !fail; i++)
        fail = !cal_idset_equal(&listing->line[i].box.antenna, &w->vis->antenna.all) ||
               mark_rows(w, map, &listing->line[i], modes->vis, mark);
    for (int t = 0; t < modes->vis->triples && !fail; t++) {
        size_t pattern = (size_t)modes->map->triple_pattern[t] * map->antennas;
        int antenna = cal_idset_next(&w->vis->antenna.all, 0);
        const cal_list *list = &modes->map->list[modes->map->pattern[pattern + antenna]];
        for (int i = 0; i < list->count; i++)
            fail = fail || !(mark[(size_t)t * words + list->calibration[i] / 64] >>
                                 list->calibration[i] % 64 &
                             1);
    }
    free(mark);
    return fail;
}

/* ---- table by table, by OBS_MODE ---- */

/* The map of one calibration: where it is, and where it is not. */
static cal_map map_of_one(const cal_map *map, int calibration)
{
    cal_map one = *map;
    size_t cells = (size_t)map->patterns * map->antennas;
    bool *has = CAL_NEW_ARRAY(bool, map->lists);
    for (int l = 0; l < map->lists; l++)
        for (int i = 0; i < map->list[l].count; i++)
            has[l] = has[l] || map->list[l].calibration[i] == calibration;
    one.list = CAL_NEW_ARRAY(cal_list, 2);
    one.list[1] = (cal_list){CAL_NEW_ARRAY(int, 1), 1};
    one.list[1].calibration[0] = calibration;
    one.pattern = CAL_NEW_ARRAY(uint32_t, cells);
    one.lists = 1;
    for (size_t i = 0; i < cells; i++) {
        one.pattern[i] = has[map->pattern[i]];
        one.lists = one.pattern[i] ? 2 : one.lists;
    }
    free(has);
    return one;
}

static cal_status write_mode_line(writer *w, const cal_vis *modes, const cal_map *map,
                                  const cal_line *line, const cal_calibration *calibration,
                                  cal_error *err)
{
    selection text = {{0}, {0}, {0}};
    cal_status status = CAL_OK;
    print_fields(map, line, &text.field);
    cal_idset_print(&line->box.spw, &text.spw);
    if (cal_modes_print(modes, &line->box, &text.intent))
        status = add_calibration(w, calibration, &text, err);
    else
        status = cal_fail(err, CAL_DATA,
                          "%s: %s is registered for some intents of field %s only, whose OBS_MODEs "
                          "no intent selection of CASA tells from the others; --callib of applycal "
                          "takes the library itself",
                          modes->name, calibration->gaintable, cal_buf_text(&text.field));
    free_selection(&text);
    return status;
}

/* Lines that are disjoint in all combinations: the few ones if they are so by themselves. */
static cal_listing disjoint_lines(const cal_map *one)
{
    cal_listing listing = cal_listing_make(one, false);
    for (int i = 0; i < listing.count; i++)
        for (int k = i + 1; k < listing.count; k++)
            if (cal_box_meets(&listing.line[i].box, &listing.line[k].box)) {
                cal_listing_free(&listing);
                return cal_listing_make(one, true);
            }
    return listing;
}

static cal_status write_table(writer *w, const cal_mode_map *modes, int calibration, cal_error *err)
{
    cal_map one = map_of_one(modes->map, calibration);
    cal_listing listing = disjoint_lines(&one);
    cal_status status = CAL_OK;
    for (int i = 0; i < listing.count && !status; i++)
        status = write_mode_line(w, modes->vis, &one, &listing.line[i],
                                 &w->library->calibration[calibration], err);
    cal_listing_free(&listing);
    free(one.list[1].calibration);
    free(one.list);
    free(one.pattern);
    return status;
}

/* ---- the whole ---- */

static cal_status write_all(writer *w, const cal_map *map, const cal_listing *listing,
                            const cal_mode_map *modes, cal_error *err)
{
    cal_status status = CAL_OK;
    if (lines_fail(w, map, listing, modes) || lines_meet(w, map, listing))
        for (int c = 0; c < w->library->calibrations && !status; c++)
            status = write_table(w, modes, c, err);
    else
        for (int i = 0; i < listing->count && !status; i++)
            status = write_line(w, map, &listing->line[i], err);
    return status;
}

cal_status cal_casa_write(const cal_library *library, const cal_map *map,
                          const cal_listing *listing, cal_buf *out, cal_error *err)
{
    writer w = {.library = library, .vis = map->vis, .out = out};
    cal_mode_map modes;
    if (!listing->count)
        return cal_fail(err, CAL_DATA,
                        "%s: there is nothing to write, and CASA refuses an empty cal library",
                        map->vis->name);
    if (check_antennas(&w, map, err))
        return err->status;
    for (int i = 0; i < listing->count; i++)
        if (check_list(&w, &map->list[listing->line[i].list], err))
            return err->status;
    if (cal_mode_map_make(library, map, &modes, err))
        return err->status;
    warn_of_calwt(&w, map);
    cal_status status = write_all(&w, map, listing, &modes, err);
    cal_mode_map_free(&modes);
    for (int i = 0; i < w.knowns; i++) {
        cal_idset_free(&w.known[i].intent);
        free(w.known[i].text);
    }
    free(w.known);
    return status;
}

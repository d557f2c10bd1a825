/* Writing CASA's cal-library text. */
#include "base/mem.h"
#include "base/text.h"
#include "callib/applycal_text.h"
#include "callib/casa_parts.h"
#include <string.h>

/* ---- one line ---- */

static void add_key(cal_casa_writer *w, const char *key, const char *text)
{
    if (*text)
        cal_buf_addf(w->out, "%s='%s' ", key, text);
}

/* "t,f,..."; CASA has no empty tinterp. */
static void add_interp(cal_casa_writer *w, const char *interp)
{
    cal_words part = cal_words_split(interp, ',');
    add_key(w, "tinterp", part.count && *part.item[0] ? part.item[0] : "linear");
    add_key(w, "finterp", part.count > 1 ? part.item[1] : "");
    cal_words_free(&part);
}

/* CASA goes on with the last element of a map that is too short, applycal with the spw itself. A single -1 is the identity. */
static cal_status add_spwmap(cal_casa_writer *w, const cal_calibration *calibration, cal_error *err)
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

static cal_status add_calibration(cal_casa_writer *w, const cal_calibration *calibration,
                                  const selection *text, cal_error *err)
{
    if (cal_casa_check_text("table", calibration->gaintable, err) ||
        cal_casa_check_text("gainfield", calibration->gainfield, err))
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
    w->out->data[w->out->len - 1] = '\n'; /* each key left a blank behind it */
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

static const char *spell_intents(cal_casa_writer *w, const cal_idset *intent)
{
    for (int i = 0; i < w->knowns; i++)
        if (cal_idset_equal(&w->known[i].intent, intent))
            return w->known[i].text;
    cal_buf text = {0};
    cal_modes_print_intents(w->vis, intent, &text);
    w->known = cal_grow(w->known, w->knowns + 1, sizeof *w->known);
    w->known[w->knowns] = (cal_known_intents){cal_idset_copy(intent), cal_buf_steal(&text)};
    return w->known[w->knowns++].text;
}

void cal_casa_print_intents(cal_casa_writer *w, const cal_map *map, const cal_line *line,
                            cal_buf *out)
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

static cal_status write_line(cal_casa_writer *w, const cal_map *map, const cal_line *line,
                             cal_error *err)
{
    const cal_list *list = &map->list[line->list];
    const cal_calibration **sorted = CAL_NEW_ARRAY(const cal_calibration *, list->count);
    selection text = {{0}, {0}, {0}};
    cal_status status = CAL_OK;
    print_fields(map, line, &text.field);
    cal_casa_print_intents(w, map, line, &text.intent);
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

static cal_status write_mode_line(cal_casa_writer *w, const cal_vis *modes, const cal_map *map,
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

static cal_status write_table(cal_casa_writer *w, const cal_mode_map *modes, int calibration,
                              cal_error *err)
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

static cal_status write_all(cal_casa_writer *w, const cal_map *map, const cal_listing *listing,
                            const cal_mode_map *modes, cal_error *err)
{
    cal_status status = CAL_OK;
    if (cal_casa_lines_fail(w, map, listing, modes) || cal_casa_lines_meet(w, map, listing))
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
    cal_casa_writer w = {.library = library, .vis = map->vis, .out = out};
    cal_mode_map modes;
    if (!listing->count)
        return cal_fail(err, CAL_DATA,
                        "%s: there is nothing to write, and CASA refuses an empty cal library",
                        map->vis->name);
    if (cal_casa_check_antennas(&w, map, err))
        return err->status;
    for (int i = 0; i < listing->count; i++)
        if (cal_casa_check_list(&w, &map->list[listing->line[i].list], err))
            return err->status;
    if (cal_mode_map_make(library, map, &modes, err))
        return err->status;
    cal_casa_warn_of_calwt(&w, map);
    cal_status status = write_all(&w, map, listing, &modes, err);
    cal_mode_map_free(&modes);
    for (int i = 0; i < w.knowns; i++) {
        cal_idset_free(&w.known[i].intent);
        free(w.known[i].text);
    }
    free(w.known);
    return status;
}

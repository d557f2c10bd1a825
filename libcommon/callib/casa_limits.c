/* What CASA's cal library cannot say, and whether lines reach a row twice. */
#include "base/mem.h"
#include "base/text.h"
#include "callib/casa_parts.h"
#include <string.h>

/* ---- what the format cannot say ---- */

cal_status cal_casa_check_text(const char *what, const char *text, cal_error *err)
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

static cal_status check_pattern(const cal_casa_writer *w, const cal_map *map, const uint32_t *list,
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

cal_status cal_casa_check_antennas(const cal_casa_writer *w, const cal_map *map, cal_error *err)
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

cal_status cal_casa_check_list(const cal_casa_writer *w, const cal_list *list, cal_error *err)
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
void cal_casa_warn_of_calwt(const cal_casa_writer *w, const cal_map *map)
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

/* ---- do the lines reach a row twice? ---- */

/* Is a mode selected by the intents of a line? */
static bool selects(const cal_vis *vis, const cal_line *line, bool all, int mode)
{
    return all || (mode < vis->obs_modes &&
                   cal_idset_meets(&vis->obs_mode[mode].intent, &line->box.intent));
}

/* Marks the rows of a line for each of its tables; true when one was marked before. */
static bool mark_rows(cal_casa_writer *w, const cal_map *map, const cal_line *line,
                      const cal_vis *modes, uint64_t *mark)
{
    const cal_list *list = &map->list[line->list];
    int words = (w->library->calibrations + 63) / 64;
    bool twice = false;
    cal_buf intents = {0};
    cal_casa_print_intents(w, map, line, &intents);
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
static bool share_table(const cal_casa_writer *w, const cal_list *a, const cal_list *b)
{
    const cal_calibration *calibration = w->library->calibration;
    for (int i = 0; i < a->count; i++)
        for (int k = 0; k < b->count; k++)
            if (!strcmp(calibration[a->calibration[i]].gaintable,
                        calibration[b->calibration[k]].gaintable))
                return true;
    return false;
}

static bool share_mode(const cal_casa_writer *w, const cal_line *a, const cal_line *b)
{
    bool shared = cal_idset_meets(&a->box.intent, &b->box.intent);
    for (int mode = 0; mode < w->vis->obs_modes && !shared; mode++)
        shared = selects(w->vis, a, false, mode) && selects(w->vis, b, false, mode);
    return shared;
}

bool cal_casa_lines_meet(const cal_casa_writer *w, const cal_map *map, const cal_listing *listing)
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
bool cal_casa_lines_fail(cal_casa_writer *w, const cal_map *map, const cal_listing *listing,
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

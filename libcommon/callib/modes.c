#include "callib/modes.h"
#include "base/mem.h"
#include "callib/join.h"
#include <string.h>

/* ---- the set ---- */

static cal_axis copy_axis(const cal_axis *axis)
{
    cal_axis copy = {CAL_NEW_ARRAY(char *, axis->size), axis->size, cal_idset_copy(&axis->all)};
    for (int i = 0; i < axis->size; i++)
        copy.name[i] = cal_copy_text(axis->name[i]);
    return copy;
}

static cal_axis mode_axis(const cal_vis *vis)
{
    int size = vis->obs_modes + 1;
    cal_axis axis = {CAL_NEW_ARRAY(char *, size), size, cal_idset_make(size)};
    for (int m = 0; m < size; m++) {
        axis.name[m] = cal_copy_text(m < vis->obs_modes ? vis->obs_mode[m].text : "");
        cal_idset_add(&axis.all, m);
    }
    return axis;
}

/* The intents that speak for each mode; in the end those that are in no mode, for modes without any. */
static cal_idset *speakers_of(const cal_vis *vis)
{
    cal_idset *speaker = CAL_NEW_ARRAY(cal_idset, vis->obs_modes + 1);
    cal_idset rest = cal_idset_copy(&vis->intent.all);
    for (int m = 0; m < vis->obs_modes; m++)
        cal_idset_subtract(&rest, &vis->obs_mode[m].intent);
    for (int m = 0; m < vis->obs_modes; m++)
        speaker[m] = cal_idset_copy(
            cal_idset_empty(&vis->obs_mode[m].intent) ? &rest : &vis->obs_mode[m].intent);
    speaker[vis->obs_modes] = rest;
    return speaker;
}

/* Which triples of one (spw, field) speak for a mode; *count of them. A mode with intents can only have rows there when all
 * of these have data there. */
static void find_speakers(const cal_vis *vis, int pair, int mode, const cal_idset *speaker,
                          int *triple, int *count)
{
    bool own = mode < vis->obs_modes && !cal_idset_empty(&vis->obs_mode[mode].intent);
    *count = 0;
    for (int t = vis->first[pair]; t < vis->first[pair + 1]; t++)
        if (cal_idset_has(speaker, vis->triple[t].intent))
            triple[(*count)++] = t;
    if (own && *count < cal_idset_count(speaker))
        *count = 0;
}

/* Everything of the set but its triples. */
static cal_vis *make_set(const cal_vis *vis)
{
    cal_vis *made = CAL_NEW(cal_vis);
    made->name = cal_copy_text(vis->name);
    made->path = cal_copy_text(vis->path);
    made->telescope = cal_copy_text(vis->telescope);
    made->antenna = copy_axis(&vis->antenna);
    made->spw = copy_axis(&vis->spw);
    made->field = copy_axis(&vis->field);
    made->intent = mode_axis(vis);
    made->first = CAL_NEW_ARRAY(int, vis->spw.size * vis->field.size + 1);
    return made;
}

/* ---- the map ---- */

static cal_status tell_clash(const cal_join *j, const cal_vis *vis, int spw, int field, int mode,
                             cal_error *err)
{
    const cal_calibration *a = &j->library->calibration[j->clash[0]],
                          *b = &j->library->calibration[j->clash[1]];
    bool interp = strcmp(a->interp, b->interp) != 0, from = strcmp(a->gainfield, b->gainfield) != 0;
    return cal_fail(err, CAL_DATA,
                    "%s: rows of field %s, spw %d with OBS_MODE %s have several intents, for which "
                    "%s is registered in different ways (%s%s%s); they can be calibrated in one "
                    "way only",
                    vis->name, vis->field.name[field], spw, vis->obs_mode[mode].text, a->gaintable,
                    interp ? "interp"
                    : from ? "gainfield"
                           : "spwmap or calwt",
                    interp || from ? " " : "",
                    interp ? a->interp
                    : from ? a->gainfield
                           : "");
}

static void fill_cells(cal_join *j, const int *triple, int count, uint32_t *cell)
{
    const cal_map *map = j->map;
    for (int a = 0; a < map->antennas; a++) {
        uint32_t list = 0;
        for (int i = 0; i < count; i++) {
            size_t pattern = map->triple_pattern[triple[i]];
            list = cal_join_lists(j, list, j->list[map->pattern[pattern * map->antennas + a]]);
        }
        cell[a] = list;
    }
}

typedef struct filler {
    cal_join join;
    const cal_vis *vis; /* with intents */
    cal_idset *speaker;
    int *triple; /* room */
    cal_vis *made;
    uint32_t *cell;
    size_t room;
} filler;

static uint32_t *next_cells(filler *f)
{
    size_t width = (size_t)f->vis->antenna.size;
    if ((size_t)f->made->triples == f->room) {
        f->room = f->room ? 2 * f->room : 64;
        f->made->triple = cal_grow(f->made->triple, f->room, sizeof *f->made->triple);
        f->cell = cal_grow(f->cell, f->room * width + 1, sizeof *f->cell);
    }
    return f->cell + f->made->triples * width;
}

static cal_status fill_pair(filler *f, int spw, int field, cal_error *err)
{
    int pair = spw * f->vis->field.size + field, count;
    for (int mode = 0; mode <= f->vis->obs_modes; mode++) {
        find_speakers(f->vis, pair, mode, &f->speaker[mode], f->triple, &count);
        if (!count)
            continue;
        fill_cells(&f->join, f->triple, count, next_cells(f));
        if (f->join.clash[0] >= 0)
            return tell_clash(&f->join, f->vis, spw, field, mode, err);
        f->made->triple[f->made->triples++] = (cal_triple){spw, field, mode};
    }
    f->made->first[pair + 1] = f->made->triples;
    return CAL_OK;
}

cal_status cal_mode_map_make(const cal_library *library, const cal_map *map, cal_mode_map *modes,
                             cal_error *err)
{
    const cal_vis *vis = map->vis;
    filler f = {.vis = vis, .speaker = speakers_of(vis), .made = make_set(vis)};
    cal_status status = CAL_OK;
    cal_join_begin(&f.join, library, map);
    f.triple = CAL_NEW_ARRAY(int, vis->intent.size);
    next_cells(&f);
    for (int pair = 0; pair < vis->spw.size * vis->field.size && !status; pair++)
        status = fill_pair(&f, pair / vis->field.size, pair % vis->field.size, err);
    *modes = (cal_mode_map){f.made, NULL};
    if (!status)
        modes->map = cal_lists_map(&f.join.lists, f.made, f.cell);
    else
        cal_mode_map_free(modes);
    for (int m = 0; m <= vis->obs_modes; m++)
        cal_idset_free(&f.speaker[m]);
    free(f.speaker);
    free(f.triple);
    free(f.cell);
    cal_join_end(&f.join);
    return status;
}

void cal_mode_map_free(cal_mode_map *modes)
{
    cal_map_free(modes->map);
    cal_vis_free(modes->vis);
    *modes = (cal_mode_map){0};
}

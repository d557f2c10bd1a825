/* A calibration library as anybody would write it down: for each cell the list of its calibrations.
 * Slow, plain, and with none of the library's ideas in it. */
#ifndef CAL_FUZZ_CALLIB_MODEL_H
#define CAL_FUZZ_CALLIB_MODEL_H

#include "base/mem.h"
#include "callib/book.h"
#include "callib/map.h"
#include <string.h>

enum { MOST_CALIBRATIONS = 60 };

typedef struct model_cell {
    int count;
    unsigned char calibration[MOST_CALIBRATIONS];
} model_cell;

typedef struct model {
    const cal_library *library;
    model_cell *cell[2]; /* by set: [triple][antenna] */
} model;

static inline int model_cells(const model *m, int vis)
{
    return m->library->vis[vis]->triples * m->library->vis[vis]->antenna.size;
}

static inline model model_make(const cal_library *library)
{
    model m = {.library = library};
    for (int vis = 0; vis < library->viss; vis++)
        m.cell[vis] = CAL_NEW_ARRAY(model_cell, model_cells(&m, vis));
    return m;
}

static inline void model_free(model *m)
{
    for (int vis = 0; vis < m->library->viss; vis++)
        free(m->cell[vis]);
}

static inline bool model_in_box(const cal_vis *vis, const cal_box *box, int cell)
{
    const cal_triple *t = &vis->triple[cell / vis->antenna.size];
    return cal_idset_has(&box->antenna, cell % vis->antenna.size) &&
           cal_idset_has(&box->spw, t->spw) && cal_idset_has(&box->field, t->field) &&
           cal_idset_has(&box->intent, t->intent);
}

static inline bool model_in(const model *m, const cal_regions *regions, int vis, int cell)
{
    for (int i = 0; i < regions->count; i++)
        if (regions->item[i].vis == vis &&
            model_in_box(m->library->vis[vis], &regions->item[i].box, cell))
            return true;
    return false;
}

static inline void model_append(model_cell *cell, int calibration)
{
    if (cell->count == MOST_CALIBRATIONS)
        abort();
    cell->calibration[cell->count++] = calibration;
}

static inline void model_add(model *m, const cal_regions *regions, int calibration)
{
    for (int vis = 0; vis < m->library->viss; vis++)
        for (int i = 0; i < model_cells(m, vis); i++)
            if (model_in(m, regions, vis, i))
                model_append(&m->cell[vis][i], calibration);
}

/* Takes the calibrations with a bit in `which` out of the regions and appends them to `taken`. */
static inline void model_remove(model *m, const cal_regions *regions, unsigned which, model *taken)
{
    for (int vis = 0; vis < m->library->viss; vis++)
        for (int i = 0; i < model_cells(m, vis); i++) {
            model_cell old = m->cell[vis][i], *new = &m->cell[vis][i];
            if (!model_in(m, regions, vis, i))
                continue;
            new->count = 0;
            for (int j = 0; j < old.count; j++)
                model_append(which >> old.calibration[j] & 1 ? &taken->cell[vis][i] : new,
                             old.calibration[j]);
        }
}

static inline void model_trim(model *m, const cal_regions *regions)
{
    for (int vis = 0; vis < m->library->viss; vis++)
        for (int i = 0; i < model_cells(m, vis); i++)
            if (!model_in(m, regions, vis, i))
                m->cell[vis][i].count = 0;
}

static inline void model_plus(model *m, const model *other)
{
    for (int vis = 0; vis < m->library->viss; vis++)
        for (int i = 0; i < model_cells(m, vis); i++)
            for (int j = 0; j < other->cell[vis][i].count; j++)
                model_append(&m->cell[vis][i], other->cell[vis][i].calibration[j]);
}

static inline void model_minus(model *m, const model *other)
{
    for (int vis = 0; vis < m->library->viss; vis++)
        for (int i = 0; i < model_cells(m, vis); i++) {
            model_cell old = m->cell[vis][i];
            const model_cell *take = &other->cell[vis][i];
            m->cell[vis][i].count = 0;
            for (int j = 0; j < old.count; j++)
                if (!memchr(take->calibration, old.calibration[j], take->count))
                    model_append(&m->cell[vis][i], old.calibration[j]);
        }
}

/* Does a map hold what the model holds for this set? `number` translates the model's calibrations into the map's. */
static inline bool model_is(const model *m, const cal_map *map, int vis, const int *number)
{
    const cal_vis *set = m->library->vis[vis];
    for (int i = 0; i < model_cells(m, vis); i++) {
        int t = i / set->antenna.size, antenna = i % set->antenna.size;
        const model_cell *cell = &m->cell[vis][i];
        const cal_list *list =
            &map->list[map->pattern[map->triple_pattern[t] * map->antennas + antenna]];
        if (list->count != cell->count)
            return false;
        for (int j = 0; j < cell->count; j++)
            if (list->calibration[j] != number[cell->calibration[j]])
                return false;
    }
    return true;
}

#endif

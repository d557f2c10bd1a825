/* Ids that behave alike become one class. */
#include "base/mem.h"
#include "callib/cover.h"
#include <string.h>

/* A triple of which some coordinates are classes already. */
typedef struct cell {
    int at[3]; /* spw, field, intent */
    int pattern;
} cell;

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 29);
}

/* ---- classes from slices ---- */

typedef struct slicing {
    const void *data;
    bool (*same)(const void *data, int a, int b);
    uint64_t *hash; /* [ids]; 0: the id has no cells */
} slicing;

static cal_classes classes_make(const slicing *slices, int size)
{
    cal_classes classes = {.of = CAL_NEW_ARRAY(int, size), .ids = CAL_NEW_ARRAY(cal_idset, size)};
    int room = 16;
    while (room < 2 * size)
        room *= 2;
    int *table = CAL_NEW_ARRAY(int, room); /* first id of a class, from 1 */
    for (int id = 0; id < size; id++) {
        classes.of[id] = -1;
        if (!slices->hash[id])
            continue;
        size_t slot = slices->hash[id] & (room - 1);
        while (table[slot] && (slices->hash[table[slot] - 1] != slices->hash[id] ||
                               !slices->same(slices->data, table[slot] - 1, id)))
            slot = (slot + 1) & (room - 1);
        if (!table[slot]) {
            table[slot] = id + 1;
            classes.ids[classes.count] = cal_idset_make(size);
            classes.of[id] = classes.count++;
        } else {
            classes.of[id] = classes.of[table[slot] - 1];
        }
        cal_idset_add(&classes.ids[classes.of[id]], id);
    }
    free(table);
    return classes;
}

static void classes_free(cal_classes *classes)
{
    for (int i = 0; i < classes->count; i++)
        cal_idset_free(&classes->ids[i]);
    free(classes->ids);
    free(classes->of);
}

/* ---- antennas ---- */

static bool same_antenna(const void *data, int a, int b)
{
    const cal_map *map = data;
    for (int p = 0; p < map->patterns; p++)
        if (map->pattern[p * map->antennas + a] != map->pattern[p * map->antennas + b])
            return false;
    return true;
}

static cal_classes antenna_classes(const cal_map *map)
{
    slicing slices = {map, same_antenna, CAL_NEW_ARRAY(uint64_t, map->antennas)};
    for (CAL_IDS(antenna, &map->vis->antenna.all))
        slices.hash[antenna] = 1;
    for (int p = 0; p < map->patterns; p++)
        for (CAL_IDS(antenna, &map->vis->antenna.all))
            slices.hash[antenna] =
                mix(slices.hash[antenna], map->pattern[p * map->antennas + antenna]) | 1;
    cal_classes classes = classes_make(&slices, map->antennas);
    free(slices.hash);
    return classes;
}

/* ---- spws, fields and intents ---- */

typedef struct axis_slices {
    const cell *cell; /* sorted by the axis */
    const int *first; /* [ids + 1] */
    int other[2];     /* the two other axes */
} axis_slices;

static bool same_value(const void *data, int a, int b)
{
    const axis_slices *axis = data;
    int count = axis->first[a + 1] - axis->first[a];
    if (count != axis->first[b + 1] - axis->first[b])
        return false;
    const cell *one = axis->cell + axis->first[a], *two = axis->cell + axis->first[b];
    for (int i = 0; i < count; i++)
        if (one[i].pattern != two[i].pattern ||
            one[i].at[axis->other[0]] != two[i].at[axis->other[0]] ||
            one[i].at[axis->other[1]] != two[i].at[axis->other[1]])
            return false;
    return true;
}

/* Sorts the cells by one axis (stable). */
static void sort_cells(cell **cells, int count, int axis, int size, int *first)
{
    cell *sorted = CAL_NEW_ARRAY(cell, count);
    for (int i = 0; i < count; i++)
        first[(*cells)[i].at[axis] + 1]++;
    for (int id = 0; id < size; id++)
        first[id + 1] += first[id];
    int *next = CAL_NEW_ARRAY(int, size + 1);
    memcpy(next, first, size * sizeof *next);
    for (int i = 0; i < count; i++)
        sorted[next[(*cells)[i].at[axis]]++] = (*cells)[i];
    free(next);
    free(*cells);
    *cells = sorted;
}

/* The classes of an axis; only the cells of each first id stay. */
static cal_classes axis_classes(cell **cells, int *count, int axis, int size)
{
    int *first = CAL_NEW_ARRAY(int, size + 1);
    sort_cells(cells, *count, axis, size, first);
    axis_slices data = {*cells, first, {axis == 0 ? 1 : 0, axis == 2 ? 1 : 2}};
    slicing slices = {&data, same_value, CAL_NEW_ARRAY(uint64_t, size)};
    for (int i = 0; i < *count; i++) {
        const cell *c = &(*cells)[i];
        uint64_t place = (uint64_t)c->at[data.other[0]] << 32 | (uint32_t)c->at[data.other[1]];
        uint64_t *hash = &slices.hash[c->at[axis]];
        *hash = mix(mix(*hash, place), c->pattern) | 1;
    }
    cal_classes classes = classes_make(&slices, size);
    int kept = 0;
    for (int i = 0; i < *count; i++) {
        cell c = (*cells)[i];
        int class = classes.of[c.at[axis]];
        if (cal_idset_next(&classes.ids[class], 0) != c.at[axis])
            continue;
        c.at[axis] = class;
        (*cells)[kept++] = c;
    }
    *count = kept;
    free(slices.hash);
    free(first);
    return classes;
}

/* ---- the grid ---- */

static void put_cells(cal_grid *grid, const cell *cells, int count)
{
    int patterns = grid->map->patterns;
    size_t places = (size_t)grid->spw.count * grid->field.count * grid->intent.count;
    grid->pattern = CAL_NEW_ARRAY(int, places);
    memset(grid->pattern, -1, places * sizeof *grid->pattern);
    for (int i = 0; i < count; i++)
        grid->pattern[(cells[i].at[0] * grid->field.count + cells[i].at[1]) * grid->intent.count +
                      cells[i].at[2]] = cells[i].pattern;
    grid->first = CAL_NEW_ARRAY(int, patterns + 1);
    grid->triple = CAL_NEW_ARRAY(int, count);
    for (int i = 0; i < count; i++)
        grid->first[cells[i].pattern + 1]++;
    for (int p = 0; p < patterns; p++)
        grid->first[p + 1] += grid->first[p];
    int *next = CAL_NEW_ARRAY(int, patterns + 1);
    memcpy(next, grid->first, patterns * sizeof *next);
    for (size_t i = 0; i < places; i++)
        if (grid->pattern[i] >= 0)
            grid->triple[next[grid->pattern[i]]++] = i;
    free(next);
}

static void put_lists(cal_grid *grid)
{
    const cal_map *map = grid->map;
    int antennas = grid->antenna.count;
    grid->list = CAL_NEW_ARRAY(uint32_t, (size_t)map->patterns * antennas);
    for (int p = 0; p < map->patterns; p++)
        for (int a = 0; a < antennas; a++)
            grid->list[p * antennas + a] =
                map->pattern[p * map->antennas + cal_idset_next(&grid->antenna.ids[a], 0)];
}

static void put_users(cal_grid *grid)
{
    int lists = grid->map->lists, patterns = grid->map->patterns, antennas = grid->antenna.count;
    int *last = CAL_NEW_ARRAY(int, lists), *next = NULL; /* pattern from 1 */
    grid->first_user = CAL_NEW_ARRAY(int, lists + 1);
    for (int pass = 0; pass < 2; pass++) {
        memset(last, 0, lists * sizeof *last);
        for (int p = 0; p < patterns; p++)
            for (int a = 0; a < antennas; a++) {
                uint32_t list = grid->list[p * antennas + a];
                if (last[list] == p + 1 || grid->first[p] == grid->first[p + 1])
                    continue;
                last[list] = p + 1;
                if (pass)
                    grid->user[next[list]++] = p;
                else
                    grid->first_user[list + 1]++;
            }
        if (pass)
            break;
        for (int list = 0; list < lists; list++)
            grid->first_user[list + 1] += grid->first_user[list];
        grid->user = CAL_NEW_ARRAY(int, grid->first_user[lists]);
        next = CAL_NEW_ARRAY(int, lists + 1);
        memcpy(next, grid->first_user, lists * sizeof *next);
    }
    free(next);
    free(last);
}

cal_grid *cal_grid_make(const cal_map *map)
{
    const cal_vis *vis = map->vis;
    cal_grid *grid = CAL_NEW(cal_grid);
    grid->map = map;
    grid->antenna = antenna_classes(map);
    int count = vis->triples;
    cell *cells = CAL_NEW_ARRAY(cell, count);
    for (int t = 0; t < count; t++)
        cells[t] = (cell){{vis->triple[t].spw, vis->triple[t].field, vis->triple[t].intent},
                          map->triple_pattern[t]};
    grid->spw = axis_classes(&cells, &count, 0, vis->spw.size);
    grid->field = axis_classes(&cells, &count, 1, vis->field.size);
    grid->intent = axis_classes(&cells, &count, 2, vis->intent.size);
    put_cells(grid, cells, count);
    put_lists(grid);
    put_users(grid);
    grid->in = CAL_NEW_ARRAY(cal_idset, map->patterns);
    free(cells);
    return grid;
}

void cal_grid_free(cal_grid *grid)
{
    if (!grid)
        return;
    classes_free(&grid->antenna);
    classes_free(&grid->spw);
    classes_free(&grid->field);
    classes_free(&grid->intent);
    free(grid->pattern);
    free(grid->list);
    free(grid->triple);
    free(grid->first);
    free(grid->user);
    free(grid->first_user);
    free(grid->in);
    free(grid);
}

cal_box cal_grid_box(const cal_grid *grid)
{
    return (cal_box){cal_idset_make(grid->antenna.count), cal_idset_make(grid->spw.count),
                     cal_idset_make(grid->field.count), cal_idset_make(grid->intent.count)};
}

static void add_ids(cal_idset *ids, const cal_idset *chosen, const cal_classes *classes)
{
    for (CAL_IDS(class, chosen))
        cal_idset_unite(ids, &classes->ids[class]);
}

cal_box cal_grid_ids(const cal_grid *grid, const cal_box *classes)
{
    cal_box box = cal_box_empty(grid->map->vis);
    add_ids(&box.antenna, &classes->antenna, &grid->antenna);
    add_ids(&box.spw, &classes->spw, &grid->spw);
    add_ids(&box.field, &classes->field, &grid->field);
    add_ids(&box.intent, &classes->intent, &grid->intent);
    return box;
}

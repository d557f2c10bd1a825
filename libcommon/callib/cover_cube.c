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

/* ---- the cube ---- */

static void put_cells(cal_cube *cube, const cell *cells, int count)
{
    int patterns = cube->map->patterns;
    size_t places = (size_t)cube->spw.count * cube->field.count * cube->intent.count;
    cube->pattern = CAL_NEW_ARRAY(int, places);
    memset(cube->pattern, -1, places * sizeof *cube->pattern);
    for (int i = 0; i < count; i++)
        cube->pattern[(cells[i].at[0] * cube->field.count + cells[i].at[1]) * cube->intent.count +
                      cells[i].at[2]] = cells[i].pattern;
    cube->first = CAL_NEW_ARRAY(int, patterns + 1);
    cube->triple = CAL_NEW_ARRAY(int, count);
    for (int i = 0; i < count; i++)
        cube->first[cells[i].pattern + 1]++;
    for (int p = 0; p < patterns; p++)
        cube->first[p + 1] += cube->first[p];
    int *next = CAL_NEW_ARRAY(int, patterns + 1);
    memcpy(next, cube->first, patterns * sizeof *next);
    for (size_t i = 0; i < places; i++)
        if (cube->pattern[i] >= 0)
            cube->triple[next[cube->pattern[i]]++] = i;
    free(next);
}

static void put_lists(cal_cube *cube)
{
    const cal_map *map = cube->map;
    int antennas = cube->antenna.count;
    cube->list = CAL_NEW_ARRAY(uint32_t, (size_t)map->patterns * antennas);
    for (int p = 0; p < map->patterns; p++)
        for (int a = 0; a < antennas; a++)
            cube->list[p * antennas + a] =
                map->pattern[p * map->antennas + cal_idset_next(&cube->antenna.ids[a], 0)];
}

static void put_users(cal_cube *cube)
{
    int lists = cube->map->lists, patterns = cube->map->patterns, antennas = cube->antenna.count;
    int *last = CAL_NEW_ARRAY(int, lists), *next = NULL; /* pattern from 1 */
    cube->first_user = CAL_NEW_ARRAY(int, lists + 1);
    for (int pass = 0; pass < 2; pass++) {
        memset(last, 0, lists * sizeof *last);
        for (int p = 0; p < patterns; p++)
            for (int a = 0; a < antennas; a++) {
                uint32_t list = cube->list[p * antennas + a];
                if (last[list] == p + 1 || cube->first[p] == cube->first[p + 1])
                    continue;
                last[list] = p + 1;
                if (pass)
                    cube->user[next[list]++] = p;
                else
                    cube->first_user[list + 1]++;
            }
        if (pass)
            break;
        for (int list = 0; list < lists; list++)
            cube->first_user[list + 1] += cube->first_user[list];
        cube->user = CAL_NEW_ARRAY(int, cube->first_user[lists]);
        next = CAL_NEW_ARRAY(int, lists + 1);
        memcpy(next, cube->first_user, lists * sizeof *next);
    }
    free(next);
    free(last);
}

cal_cube *cal_cube_make(const cal_map *map)
{
    const cal_vis *vis = map->vis;
    cal_cube *cube = CAL_NEW(cal_cube);
    cube->map = map;
    cube->antenna = antenna_classes(map);
    int count = vis->triples;
    cell *cells = CAL_NEW_ARRAY(cell, count);
    for (int t = 0; t < count; t++)
        cells[t] = (cell){{vis->triple[t].spw, vis->triple[t].field, vis->triple[t].intent},
                          map->triple_pattern[t]};
    cube->spw = axis_classes(&cells, &count, 0, vis->spw.size);
    cube->field = axis_classes(&cells, &count, 1, vis->field.size);
    cube->intent = axis_classes(&cells, &count, 2, vis->intent.size);
    put_cells(cube, cells, count);
    put_lists(cube);
    put_users(cube);
    cube->in = CAL_NEW_ARRAY(cal_idset, map->patterns);
    free(cells);
    return cube;
}

void cal_cube_free(cal_cube *cube)
{
    if (!cube)
        return;
    classes_free(&cube->antenna);
    classes_free(&cube->spw);
    classes_free(&cube->field);
    classes_free(&cube->intent);
    free(cube->pattern);
    free(cube->list);
    free(cube->triple);
    free(cube->first);
    free(cube->user);
    free(cube->first_user);
    free(cube->in);
    free(cube);
}

cal_box cal_cube_box(const cal_cube *cube)
{
    return (cal_box){cal_idset_make(cube->antenna.count), cal_idset_make(cube->spw.count),
                     cal_idset_make(cube->field.count), cal_idset_make(cube->intent.count)};
}

static void add_ids(cal_idset *ids, const cal_idset *chosen, const cal_classes *classes)
{
    for (CAL_IDS(class, chosen))
        cal_idset_unite(ids, &classes->ids[class]);
}

cal_box cal_cube_ids(const cal_cube *cube, const cal_box *classes)
{
    cal_box box = cal_box_empty(cube->map->vis);
    add_ids(&box.antenna, &classes->antenna, &cube->antenna);
    add_ids(&box.spw, &classes->spw, &cube->spw);
    add_ids(&box.field, &classes->field, &cube->field);
    add_ids(&box.intent, &classes->intent, &cube->intent);
    return box;
}

#include "callib/lists.h"
#include "base/mem.h"
#include <string.h>

/* ---- pairs ---- */

static uint64_t key_of(uint32_t a, uint32_t b)
{
    return (uint64_t)a << 32 | b;
}

static size_t slot_of(const cal_pairs *pairs, uint64_t key)
{
    uint64_t hash = key * 0x9e3779b97f4a7c15u;
    size_t slot = (hash ^ hash >> 32) & (pairs->size - 1);
    while (pairs->value[slot] && pairs->key[slot] != key)
        slot = (slot + 1) & (pairs->size - 1);
    return slot;
}

bool cal_pairs_find(const cal_pairs *pairs, uint32_t a, uint32_t b, uint32_t *value)
{
    if (!pairs->size)
        return false;
    size_t slot = slot_of(pairs, key_of(a, b));
    *value = pairs->value[slot] - 1;
    return pairs->value[slot] != 0;
}

static void put(cal_pairs *pairs, uint64_t key, uint32_t value)
{
    size_t slot = slot_of(pairs, key);
    pairs->key[slot] = key;
    pairs->value[slot] = value;
}

void cal_pairs_add(cal_pairs *pairs, uint32_t a, uint32_t b, uint32_t value)
{
    if (2 * (pairs->count + 1) > pairs->size) {
        cal_pairs larger = {.size = pairs->size ? 2 * pairs->size : 64, .count = pairs->count};
        larger.key = CAL_NEW_ARRAY(uint64_t, larger.size);
        larger.value = CAL_NEW_ARRAY(uint32_t, larger.size);
        for (size_t i = 0; i < pairs->size; i++)
            if (pairs->value[i])
                put(&larger, pairs->key[i], pairs->value[i]);
        cal_pairs_free(pairs);
        *pairs = larger;
    }
    pairs->count++;
    put(pairs, key_of(a, b), value + 1);
}

void cal_pairs_free(cal_pairs *pairs)
{
    free(pairs->key);
    free(pairs->value);
    *pairs = (cal_pairs){0};
}

/* ---- lists ---- */

static uint32_t new_list(cal_lists *lists, uint32_t before, int last, int length)
{
    if (lists->count == lists->room) {
        lists->room = lists->room ? 2 * lists->room : 64;
        lists->before = cal_grow(lists->before, lists->room, sizeof *lists->before);
        lists->last = cal_grow(lists->last, lists->room, sizeof *lists->last);
        lists->length = cal_grow(lists->length, lists->room, sizeof *lists->length);
    }
    lists->before[lists->count] = before;
    lists->last[lists->count] = last;
    lists->length[lists->count] = length;
    return (uint32_t)lists->count++;
}

cal_lists cal_lists_make(void)
{
    cal_lists lists = {0};
    new_list(&lists, 0, -1, 0);
    return lists;
}

void cal_lists_free(cal_lists *lists)
{
    free(lists->before);
    free(lists->last);
    free(lists->length);
    cal_pairs_free(&lists->longer);
    *lists = (cal_lists){0};
}

uint32_t cal_lists_longer(cal_lists *lists, uint32_t list, int calibration)
{
    uint32_t longer;
    if (cal_pairs_find(&lists->longer, list, (uint32_t)calibration, &longer))
        return longer;
    longer = new_list(lists, list, calibration, lists->length[list] + 1);
    cal_pairs_add(&lists->longer, list, (uint32_t)calibration, longer);
    return longer;
}

void cal_lists_spell(const cal_lists *lists, uint32_t list, int *calibration)
{
    for (; list; list = lists->before[list])
        calibration[lists->length[list] - 1] = lists->last[list];
}

/* ---- maps ---- */

/* Rows of cells that are alike: in *pattern_of their numbers, in *first where each stands first. Returns how many there are. */
static int find_patterns(const uint32_t *cell, int rows, size_t width, uint32_t *pattern_of,
                         int *first)
{
    cal_pairs known = {0}; /* (hash, number of those with the same hash) */
    int patterns = 0;
    for (int row = 0; row < rows; row++) {
        const uint32_t *own = cell + row * width;
        uint32_t hash = 2166136261u, pattern = 0, clash = 0;
        for (size_t i = 0; i < width; i++)
            hash = (hash ^ own[i]) * 0x85ebca6bu + (hash >> 15);
        while (cal_pairs_find(&known, hash, clash, &pattern) &&
               memcmp(cell + first[pattern] * width, own, width * sizeof *own))
            clash++;
        if (!cal_pairs_find(&known, hash, clash, &pattern)) {
            pattern = (uint32_t)patterns;
            cal_pairs_add(&known, hash, clash, pattern);
            first[patterns++] = row;
        }
        pattern_of[row] = pattern;
    }
    cal_pairs_free(&known);
    return patterns;
}

void cal_lists_number(const cal_lists *lists, cal_map *map)
{
    uint32_t *number = CAL_NEW_ARRAY(uint32_t, lists->count);
    size_t cells = (size_t)map->patterns * map->antennas;
    map->list = CAL_NEW_ARRAY(cal_list, lists->count);
    map->lists = 1;
    for (size_t i = 0; i < cells; i++) {
        uint32_t old = map->pattern[i];
        if (old && !number[old]) {
            cal_list *list = &map->list[number[old] = (uint32_t)map->lists++];
            list->count = lists->length[old];
            list->calibration = CAL_NEW_ARRAY(int, list->count);
            cal_lists_spell(lists, old, list->calibration);
        }
        map->pattern[i] = number[old];
    }
    free(number);
}

cal_map *cal_lists_map(const cal_lists *lists, const cal_vis *vis, const uint32_t *cell)
{
    cal_map *map = CAL_NEW(cal_map);
    size_t width = (size_t)vis->antenna.size;
    int *first = CAL_NEW_ARRAY(int, vis->triples);
    map->vis = vis;
    map->antennas = vis->antenna.size;
    map->triple_pattern = CAL_NEW_ARRAY(uint32_t, vis->triples);
    map->patterns = find_patterns(cell, vis->triples, width, map->triple_pattern, first);
    map->pattern = CAL_NEW_ARRAY(uint32_t, map->patterns * width);
    for (int p = 0; p < map->patterns; p++)
        memcpy(map->pattern + p * width, cell + first[p] * width, width * sizeof *cell);
    free(first);
    cal_lists_number(lists, map);
    return map;
}

/* Boxes for a set of cells. */
#include "base/mem.h"
#include "callib/cover.h"
#include "callib/listing.h"
#include <string.h>

enum { EFFORT = 1000000 };

/* The first triple with the same row of bits, for each triple. */
static void same_rows(const uint64_t *in, int words, int triples, int *first)
{
    int room = 16;
    while (room < 2 * triples)
        room *= 2;
    int *table = CAL_NEW_ARRAY(int, room); /* triple from 1 */
    for (int t = 0; t < triples; t++) {
        const uint64_t *row = in + (size_t)t * words;
        uint64_t hash = 1;
        for (int w = 0; w < words; w++) {
            hash = (hash ^ row[w]) * 0x9E3779B97F4A7C15u;
            hash ^= hash >> 32;
        }
        size_t slot = hash & (room - 1);
        while (table[slot] &&
               memcmp(in + (size_t)(table[slot] - 1) * words, row, words * sizeof *row))
            slot = (slot + 1) & (room - 1);
        if (!table[slot])
            table[slot] = t + 1;
        first[t] = table[slot] - 1;
    }
    free(table);
}

/* A map of two lists: 1 in the cells, 0 elsewhere. */
static cal_map map_of_cells(const cal_vis *set, const uint64_t *in, int words)
{
    cal_map map = {.vis = set, .lists = 2, .antennas = set->antenna.size};
    int *first = CAL_NEW_ARRAY(int, set->triples);
    same_rows(in, words, set->triples, first);
    map.triple_pattern = CAL_NEW_ARRAY(uint32_t, set->triples);
    for (int t = 0; t < set->triples; t++)
        map.triple_pattern[t] =
            first[t] == t ? (uint32_t)map.patterns++ : map.triple_pattern[first[t]];
    map.pattern = CAL_NEW_ARRAY(uint32_t, (size_t)map.patterns * map.antennas);
    for (int t = 0; t < set->triples; t++) {
        if (first[t] != t)
            continue;
        const cal_idset row = {(uint64_t *)in + (size_t)t * words, set->antenna.size};
        for (CAL_IDS(antenna, &row))
            map.pattern[map.triple_pattern[t] * map.antennas + antenna] = 1;
    }
    free(first);
    return map;
}

cal_boxes cal_cover_bits(const cal_vis *set, const uint64_t *in, bool strict, size_t effort)
{
    cal_map map = map_of_cells(set, in, cal_idset_words(&set->antenna.all));
    cal_cube *cube = cal_cube_make(&map);
    cal_boxes boxes = cal_cover_list(cube, 1, strict, effort);
    cal_cube_free(cube);
    free(map.pattern);
    free(map.triple_pattern);
    return boxes;
}

void cal_cover_cells(const cal_vis *set, const uint64_t *in, int vis, cal_regions *regions)
{
    cal_boxes boxes = cal_cover_bits(set, in, false, EFFORT);
    for (int i = 0; i < boxes.count; i++)
        cal_regions_add(regions, vis, boxes.item[i]);
    free(boxes.item);
}

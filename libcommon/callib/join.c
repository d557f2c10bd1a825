#include "callib/join.h"
#include "base/mem.h"
#include <string.h>

void cal_join_begin(cal_join *j, const cal_library *library, const cal_map *map)
{
    *j = (cal_join){library, map,     cal_lists_make(), CAL_NEW_ARRAY(uint32_t, map->lists),
                    {0},     {-1, -1}};
    for (int i = 0; i < map->lists; i++)
        for (int k = 0; k < map->list[i].count; k++)
            j->list[i] = cal_lists_longer(&j->lists, j->list[i], map->list[i].calibration[k]);
}

void cal_join_end(cal_join *j)
{
    cal_lists_free(&j->lists);
    cal_pairs_free(&j->joined);
    free(j->list);
}

static bool holds(const int *list, int count, int calibration)
{
    for (int i = 0; i < count; i++)
        if (list[i] == calibration)
            return true;
    return false;
}

/* A table that one list has in one way and the other in another, neither in both. */
static void look_for_clash(cal_join *j, const int *a, int count_a, const int *b, int count_b)
{
    const cal_calibration *calibration = j->library->calibration;
    for (int i = 0; i < count_a; i++)
        for (int k = 0; k < count_b; k++)
            if (a[i] != b[k] && !strcmp(calibration[a[i]].gaintable, calibration[b[k]].gaintable) &&
                !holds(b, count_b, a[i]) && !holds(a, count_a, b[k])) {
                j->clash[0] = a[i];
                j->clash[1] = b[k];
            }
}

/* The first list, and of the second what the first has not yet had so often, each behind what it follows in the second. */
static uint32_t merge(cal_join *j, uint32_t first, uint32_t second)
{
    int count_a = j->lists.length[first], count_b = j->lists.length[second], count = count_a,
        at = 0;
    int *merged = CAL_NEW_ARRAY(int, count_a + count_b), *b = CAL_NEW_ARRAY(int, count_b);
    bool *used = CAL_NEW_ARRAY(bool, count_a + count_b);
    cal_lists_spell(&j->lists, first, merged);
    cal_lists_spell(&j->lists, second, b);
    look_for_clash(j, merged, count_a, b, count_b);
    for (int k = 0; k < count_b; k++) {
        int found = 0;
        while (found < count && (used[found] || merged[found] != b[k]))
            found++;
        if (found == count) {
            found = at;
            memmove(merged + at + 1, merged + at, (count - at) * sizeof *merged);
            memmove(used + at + 1, used + at, (count - at) * sizeof *used);
            merged[at] = b[k];
            count++;
        }
        used[found] = true;
        at = found + 1 > at ? found + 1 : at;
    }
    uint32_t list = 0;
    for (int i = 0; i < count; i++)
        list = cal_lists_longer(&j->lists, list, merged[i]);
    free(merged);
    free(used);
    free(b);
    return list;
}

uint32_t cal_join_lists(cal_join *j, uint32_t first, uint32_t second)
{
    uint32_t list;
    if (first == second || !second)
        return first;
    if (!first)
        return second;
    if (cal_pairs_find(&j->joined, first, second, &list))
        return list;
    list = merge(j, first, second);
    cal_pairs_add(&j->joined, first, second, list);
    return list;
}

cal_map *cal_map_without_antennas(const cal_library *library, const cal_map *map, int clash[2])
{
    cal_join join;
    size_t width = (size_t)map->antennas;
    uint32_t *cell = CAL_NEW_ARRAY(uint32_t, map->vis->triples * width);
    cal_join_begin(&join, library, map);
    for (int t = 0; t < map->vis->triples; t++) {
        const uint32_t *pattern = map->pattern + map->triple_pattern[t] * width;
        uint32_t list = 0;
        for (CAL_IDS(antenna, &map->vis->antenna.all))
            list = cal_join_lists(&join, list, join.list[pattern[antenna]]);
        for (CAL_IDS(antenna, &map->vis->antenna.all))
            cell[t * width + antenna] = list;
    }
    cal_map *made = cal_lists_map(&join.lists, map->vis, cell);
    memcpy(clash, join.clash, sizeof join.clash);
    cal_join_end(&join);
    free(cell);
    return made;
}

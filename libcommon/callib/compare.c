#include "callib/compare.h"
#include "base/mem.h"
#include "callib/lists.h"
#include <string.h>

/* Two maps as one: its list n > 0 is the pair of lists one[n], two[n], which differ; 0 is agreement. */
typedef struct pair_map {
    const cal_map *one, *two;
    cal_map map;
    uint32_t *first, *second; /* [lists] */
    cal_pairs known;
    uint32_t *name_one, *name_two; /* numbers of lists that are the same for the same lists */
} pair_map;

static uint32_t *name_lists(const cal_map *map, cal_lists *names)
{
    uint32_t *name = CAL_NEW_ARRAY(uint32_t, map->lists);
    for (int l = 0; l < map->lists; l++)
        for (int i = 0; i < map->list[l].count; i++)
            name[l] = cal_lists_longer(names, name[l], map->list[l].calibration[i]);
    return name;
}

static uint32_t number_of(pair_map *pair, uint32_t one, uint32_t two)
{
    uint32_t number;
    if (pair->name_one[one] == pair->name_two[two])
        return 0;
    if (cal_pairs_find(&pair->known, one, two, &number))
        return number;
    number = pair->map.lists++;
    pair->first = cal_grow(pair->first, number + 1, sizeof *pair->first);
    pair->second = cal_grow(pair->second, number + 1, sizeof *pair->second);
    pair->first[number] = one;
    pair->second[number] = two;
    cal_pairs_add(&pair->known, one, two, number);
    return number;
}

static void add_pattern(pair_map *pair, uint32_t one, uint32_t two)
{
    cal_map *map = &pair->map;
    size_t width = map->antennas, next = map->patterns++ * width;
    if ((map->patterns & (map->patterns - 1)) == 0)
        map->pattern = cal_grow(map->pattern, 2 * map->patterns * width, sizeof *map->pattern);
    for (size_t a = 0; a < width; a++)
        map->pattern[next + a] = number_of(pair, pair->one->pattern[one * width + a],
                                           pair->two->pattern[two * width + a]);
}

static void pair_make(pair_map *pair, const cal_map *one, const cal_map *two)
{
    cal_lists names = cal_lists_make();
    cal_pairs patterns = {0};
    *pair = (pair_map){.one = one, .two = two};
    pair->map = (cal_map){.vis = one->vis, .antennas = one->antennas, .lists = 1};
    pair->name_one = name_lists(one, &names);
    pair->name_two = name_lists(two, &names);
    pair->map.triple_pattern = CAL_NEW_ARRAY(uint32_t, one->vis->triples);
    for (int t = 0; t < one->vis->triples; t++) {
        uint32_t a = one->triple_pattern[t], b = two->triple_pattern[t];
        if (!cal_pairs_find(&patterns, a, b, &pair->map.triple_pattern[t])) {
            pair->map.triple_pattern[t] = pair->map.patterns;
            cal_pairs_add(&patterns, a, b, pair->map.patterns);
            add_pattern(pair, a, b);
        }
    }
    cal_pairs_free(&patterns);
    cal_lists_free(&names);
}

static void pair_free(pair_map *pair)
{
    free(pair->map.pattern);
    free(pair->map.triple_pattern);
    free(pair->first);
    free(pair->second);
    free(pair->name_one);
    free(pair->name_two);
    cal_pairs_free(&pair->known);
}

long cal_book_compare(const cal_library *library, const cal_book *first, const cal_book *second,
                      int vis, const char *title, cal_view *rows)
{
    cal_map *one = cal_map_make(library, first, vis), *two = cal_map_make(library, second, vis);
    pair_map pair;
    pair_make(&pair, one, two);
    cal_listing listing = cal_listing_make(&pair.map, false);
    for (int i = 0; i < listing.count; i++) {
        const cal_line *line = &listing.line[i];
        cal_view_add(rows, (cal_view_row){title, vis, line->box,
                                          cal_list_copy(&one->list[pair.first[line->list]]),
                                          cal_list_copy(&two->list[pair.second[line->list]])});
    }
    long cells = cal_map_cells(&pair.map);
    free(listing.line);
    pair_free(&pair);
    cal_map_free(one);
    cal_map_free(two);
    return cells;
}

/* ---- for people ---- */

/* The items of a list for which there are none left in the other one. */
static cal_list surplus(const cal_list *list, const cal_list *other)
{
    cal_list rest = {CAL_NEW_ARRAY(int, list->count), 0};
    bool *used = CAL_NEW_ARRAY(bool, other->count);
    for (int i = 0; i < list->count; i++) {
        int j = 0;
        while (j < other->count && (used[j] || other->calibration[j] != list->calibration[i]))
            j++;
        if (j < other->count)
            used[j] = true;
        else
            rest.calibration[rest.count++] = list->calibration[i];
    }
    free(used);
    return rest;
}

void cal_view_reduce(cal_view *view)
{
    for (int i = 0; i < view->count; i++) {
        cal_view_row *row = &view->item[i];
        cal_list first = surplus(&row->list, &row->second);
        cal_list second = surplus(&row->second, &row->list);
        if (first.count || second.count) {
            cal_list swap = row->list;
            row->list = first;
            first = swap;
            swap = row->second;
            row->second = second;
            second = swap;
        }
        free(first.calibration);
        free(second.calibration);
    }
}

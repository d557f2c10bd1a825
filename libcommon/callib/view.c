#include "callib/view.h"
#include "base/mem.h"
#include <string.h>

void cal_view_add(cal_view *rows, cal_view_row row)
{
    if ((rows->count & (rows->count - 1)) == 0)
        rows->item = cal_grow(rows->item, rows->count ? 2 * rows->count : 1, sizeof(cal_view_row));
    rows->item[rows->count++] = row;
}

cal_list cal_list_copy(const cal_list *list)
{
    cal_list copy = {CAL_NEW_ARRAY(int, list->count), list->count};
    for (int i = 0; i < list->count; i++)
        copy.calibration[i] = list->calibration[i];
    return copy;
}

void cal_view_add_listing(cal_view *rows, const char *title, int vis, const cal_map *map,
                          cal_listing *listing)
{
    for (int i = 0; i < listing->count; i++) {
        const cal_line *line = &listing->line[i];
        cal_list list = cal_list_copy(&map->list[line->list]);
        cal_view_add(rows, (cal_view_row){title, vis, line->box, list, {0}});
    }
    free(listing->line);
    *listing = (cal_listing){0};
}

void cal_view_free(cal_view *rows)
{
    for (int i = 0; i < rows->count; i++) {
        cal_box_free(&rows->item[i].box);
        free(rows->item[i].list.calibration);
        free(rows->item[i].second.calibration);
    }
    free(rows->item);
    *rows = (cal_view){0};
}

long cal_map_cells(const cal_map *map)
{
    long cells = 0;
    int *of_pattern = CAL_NEW_ARRAY(int, map->patterns);
    for (int p = 0; p < map->patterns; p++)
        for (int a = 0; a < map->antennas; a++)
            of_pattern[p] += map->pattern[p * map->antennas + a] > 0;
    for (int t = 0; t < map->vis->triples; t++)
        cells += of_pattern[map->triple_pattern[t]];
    free(of_pattern);
    return cells;
}

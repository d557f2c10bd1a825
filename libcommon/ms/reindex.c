#include "ms/reindex.h"

#include "base/mem.h"
#include "ms/rows.h"
#include <string.h>

static cal_id_map map_all(int count)
{
    cal_id_map map = {.to = CAL_NEW_ARRAY(int, count),
                      .from = CAL_NEW_ARRAY(int, count),
                      .count = count,
                      .kept = count,
                      .all = true};
    for (int i = 0; i < count; i++)
        map.to[i] = map.from[i] = i;
    return map;
}

/* `ids` in the order of the new ids; doubles and ids outside 0 .. count - 1 are passed over. */
static cal_id_map map_of(const int *ids, int ids_count, int count)
{
    cal_id_map map = {.to = CAL_NEW_ARRAY(int, count),
                      .from = CAL_NEW_ARRAY(int, count),
                      .count = count,
                      .all = true};
    for (int i = 0; i < count; i++)
        map.to[i] = -1;
    for (int i = 0; i < ids_count; i++) {
        if (ids[i] < 0 || ids[i] >= count || map.to[ids[i]] >= 0)
            continue;
        map.all &= ids[i] == map.kept;
        map.to[ids[i]] = map.kept;
        map.from[map.kept++] = ids[i];
    }
    map.all &= map.kept == count;
    return map;
}

static void free_map(cal_id_map *map)
{
    free(map->to);
    free(map->from);
    *map = (cal_id_map){0};
}

bool cal_id_kept(const cal_id_map *map, int id)
{
    return id < 0 || map->all || (id < map->count && map->to[id] >= 0);
}

int cal_id_new(const cal_id_map *map, int id)
{
    if (id < 0 || map->all)
        return id;
    return id < map->count ? map->to[id] : -1;
}

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The map of an option's ids in ascending order; all where the option was not given. */
static cal_id_map map_of_option(const cal_selection *selection, const char *option,
                                const int *(*ids_of)(const cal_selection *, int *), int count)
{
    if (!cal_selection_has(selection, option))
        return map_all(count);
    int ids_count;
    const int *ids = ids_of(selection, &ids_count);
    int *sorted = CAL_NEW_ARRAY(int, ids_count);
    memcpy(sorted, ids, ids_count * sizeof(int));
    qsort(sorted, ids_count, sizeof(int), ascending);
    cal_id_map map = map_of(sorted, ids_count, count);
    free(sorted);
    return map;
}

static cal_id_map map_spws(const cal_selection *selection, const cal_meta *meta)
{
    int count;
    const cal_spw_choice *choice = cal_selection_spws(selection, &count);
    int *ids = CAL_NEW_ARRAY(int, count);
    for (int i = 0; i < count; i++)
        ids[i] = choice[i].spw;
    cal_id_map map = map_of(ids, count, meta->spws);
    free(ids);
    return map;
}

/* Data descriptions in the order of the new spws, those of one spw by id. */
static cal_id_map map_dds(const cal_selection *selection, const cal_meta *meta,
                          const cal_id_map *spws)
{
    int count, kept = 0;
    const int *chosen = cal_selection_dds(selection, &count);
    cal_id_map is_chosen = map_of(chosen, count, meta->dds);
    int *ids = CAL_NEW_ARRAY(int, meta->dds);
    for (int s = 0; s < spws->kept; s++)
        for (int d = 0; d < meta->dds; d++)
            if (meta->dd[d].spw == spws->from[s] && is_chosen.to[d] >= 0)
                ids[kept++] = d;
    cal_id_map map = map_of(ids, kept, meta->dds);
    free_map(&is_chosen);
    free(ids);
    return map;
}

static int highest_source(const cal_meta *meta, const cal_sources *sources)
{
    int highest = -1;
    for (int i = 0; i < meta->fields; i++)
        highest = meta->field[i].source_id > highest ? meta->field[i].source_id : highest;
    for (int i = 0; i < sources->count; i++)
        highest = sources->row[i].source_id > highest ? sources->row[i].source_id : highest;
    return highest;
}

/* Sources of the kept fields, by id. A source without a row in SOURCE is none: its fields get -1
 * instead of an id that points nowhere. */
static cal_id_map map_sources(const cal_meta *meta, const cal_sources *sources,
                              const cal_id_map *fields)
{
    int count = highest_source(meta, sources) + 1;
    if (fields->all || !sources->count)
        return map_all(count);
    bool *wanted = CAL_NEW_ARRAY(bool, count + 1);
    for (int i = 0; i < fields->kept; i++)
        if (meta->field[fields->from[i]].source_id >= 0)
            wanted[meta->field[fields->from[i]].source_id] = true;
    int *ids = CAL_NEW_ARRAY(int, count), kept = 0;
    for (int id = 0; id < count; id++)
        if (wanted[id] && cal_sources_find(sources, id))
            ids[kept++] = id;
    cal_id_map map = map_of(ids, kept, count);
    free(ids);
    free(wanted);
    return map;
}

static cal_id_map map_antennas(const cal_selection *antennas, const cal_meta *meta)
{
    if (!antennas)
        return map_all(meta->antennas);
    int *ids = CAL_NEW_ARRAY(int, meta->antennas), kept = 0;
    uint8_t *keep = CAL_NEW_ARRAY(uint8_t, 2 * meta->antennas);
    cal_rows *pairs = cal_rows_new(2 * meta->antennas);
    pairs->count = 2 * meta->antennas;
    for (int a = 0; a < meta->antennas; a++) {
        for (int b = 0; b < meta->antennas; b++) {
            pairs->antenna1[2 * b] = pairs->antenna2[2 * b + 1] = a;
            pairs->antenna2[2 * b] = pairs->antenna1[2 * b + 1] = b;
        }
        if (cal_selection_rows(antennas, pairs, keep))
            ids[kept++] = a;
    }
    cal_rows_free(pairs);
    cal_id_map map = map_of(ids, kept, meta->antennas);
    free(keep);
    free(ids);
    return map;
}

cal_reindex cal_reindex_make(const cal_selection *selection, const cal_selection *antennas,
                             const int *arrays, int array_count, const cal_meta *meta,
                             const cal_sources *sources, bool reindex)
{
    if (!reindex)
        return (cal_reindex){.antenna = map_all(meta->antennas),
                             .spw = map_all(meta->spws),
                             .dd = map_all(meta->dds),
                             .field = map_all(meta->fields),
                             .source = map_all(0),
                             .state = map_all(meta->states),
                             .observation = map_all(meta->observations),
                             .array = map_all(0)};
    cal_reindex maps = {
        .antenna = map_antennas(antennas, meta),
        .spw = map_spws(selection, meta),
        .field = map_of_option(selection, "field", cal_selection_fields, meta->fields),
        .state = map_of_option(selection, "intent", cal_selection_states, meta->states),
        .observation =
            map_of_option(selection, "observation", cal_selection_observations, meta->observations),
        .array = map_of(arrays, array_count, array_count ? arrays[array_count - 1] + 1 : 0)};
    maps.dd = map_dds(selection, meta, &maps.spw);
    maps.source = map_sources(meta, sources, &maps.field);
    return maps;
}

void cal_reindex_free(cal_reindex *maps)
{
    cal_id_map *each[] = {&maps->antenna, &maps->spw,   &maps->dd,          &maps->field,
                          &maps->source,  &maps->state, &maps->observation, &maps->array};
    for (size_t i = 0; i < CAL_COUNT(each); i++)
        free_map(each[i]);
}

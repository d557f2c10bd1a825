/* Parts of the data that need the same tables. */
#include "callib/jobs.h"
#include "base/mem.h"
#include "callib/applycal_text.h"
#include "callib/modes.h"
#include <string.h>

/* ---- antennas as one ---- */

/* A map with one antenna, whose lists are the patterns of another one, in which pattern 0 is the empty one. */
typedef struct folded {
    cal_vis vis; /* borrows all but its antenna */
    cal_map map;
    int *pattern; /* of the other map, by list */
} folded;

static bool pattern_is_empty(const cal_map *map, int pattern)
{
    for (int a = 0; a < map->antennas; a++)
        if (map->pattern[(size_t)pattern * map->antennas + a])
            return false;
    return true;
}

static void fold(const cal_mode_map *modes, folded *out)
{
    const cal_map *map = modes->map;
    out->vis = *modes->vis;
    out->vis.antenna = (cal_axis){CAL_NEW_ARRAY(char *, 1), 1, cal_idset_make(1)};
    out->vis.antenna.name[0] = cal_copy_text("*");
    cal_idset_add(&out->vis.antenna.all, 0);
    out->pattern = CAL_NEW_ARRAY(int, map->patterns + 1);
    out->map = (cal_map){.vis = &out->vis,
                         .list = CAL_NEW_ARRAY(cal_list, map->patterns + 1),
                         .lists = 1,
                         .pattern = CAL_NEW_ARRAY(uint32_t, map->patterns),
                         .patterns = map->patterns,
                         .antennas = 1,
                         .triple_pattern = map->triple_pattern};
    for (int p = 0; p < map->patterns; p++)
        if (!pattern_is_empty(map, p)) {
            out->pattern[out->map.lists] = p;
            out->map.pattern[p] = (uint32_t)out->map.lists++;
        }
}

static void unfold(folded *made)
{
    free(made->vis.antenna.name[0]);
    free(made->vis.antenna.name);
    cal_idset_free(&made->vis.antenna.all);
    free(made->map.list);
    free(made->map.pattern);
    free(made->pattern);
}

/* ---- the tables of a part ---- */

static int times_in(const cal_list *list, int calibration)
{
    int times = 0;
    for (int i = 0; i < list->count; i++)
        times += list->calibration[i] == calibration;
    return times;
}

/* The antennas whose list has the calibration at least so often; NULL: all of them. */
static char *antennas_with(const cal_map *map, const uint32_t *list, int calibration, int times)
{
    cal_idset with = cal_idset_make(map->vis->antenna.size);
    for (CAL_IDS(a, &map->vis->antenna.all))
        if (times_in(&map->list[list[a]], calibration) >= times)
            cal_idset_add(&with, a);
    cal_buf text = {0};
    if (!cal_idset_equal(&with, &map->vis->antenna.all))
        cal_idset_print(&with, &text);
    cal_idset_free(&with);
    return text.len ? cal_buf_steal(&text) : NULL;
}

/* All that any antenna needs, in the order of their lists. */
static uint32_t joined_list(cal_join *join, const cal_map *map, const uint32_t *list)
{
    uint32_t joined = 0;
    for (CAL_IDS(a, &map->vis->antenna.all))
        joined = cal_join_lists(join, joined, join->list[list[a]]);
    return joined;
}

cal_job_table *cal_job_tables(cal_join *join, int pattern, int *tables)
{
    const cal_map *map = join->map;
    const uint32_t *list = map->pattern + (size_t)pattern * map->antennas;
    uint32_t joined = joined_list(join, map, list);
    *tables = join->lists.length[joined];
    cal_job_table *table = CAL_NEW_ARRAY(cal_job_table, *tables);
    int *calibration = CAL_NEW_ARRAY(int, *tables);
    cal_lists_spell(&join->lists, joined, calibration);
    for (int i = 0; i < *tables; i++) {
        int times = times_in(&(cal_list){calibration, i + 1}, calibration[i]);
        table[i] = (cal_job_table){calibration[i], antennas_with(map, list, calibration[i], times)};
    }
    free(calibration);
    return table;
}

void cal_job_tables_free(cal_job_table *table, int tables)
{
    for (int i = 0; i < tables; i++)
        free(table[i].antenna);
    free(table);
}

/* ---- the parts ---- */

static cal_status add_job(const cal_vis *vis, cal_join *join, const folded *from,
                          const cal_line *line, cal_jobs *jobs, cal_error *err)
{
    cal_buf field = {0}, spw = {0}, intent = {0};
    if (!cal_modes_print(&from->vis, &line->box, &intent)) {
        cal_applycal_fields(&from->map, line, &field);
        cal_fail(err, CAL_DATA,
                 "%s: some intents of field %s have other tables than others, and no intent "
                 "selection tells their OBS_MODEs apart; applycal --callib takes the library "
                 "itself",
                 vis->name, cal_buf_text(&field));
        cal_buf_free(&field);
        cal_buf_free(&intent);
        return CAL_DATA;
    }
    if (!cal_idset_equal(&line->box.field, &vis->field.all))
        cal_applycal_fields(&from->map, line, &field);
    if (!cal_idset_equal(&line->box.spw, &vis->spw.all))
        cal_idset_print(&line->box.spw, &spw);
    jobs->item = cal_grow(jobs->item, jobs->count + 1, sizeof *jobs->item);
    cal_job *job = &jobs->item[jobs->count++];
    *job = (cal_job){.vis = vis,
                     .field = cal_copy_text(cal_buf_text(&field)),
                     .spw = cal_copy_text(cal_buf_text(&spw)),
                     .intent = cal_copy_text(cal_buf_text(&intent))};
    job->table = cal_job_tables(join, from->pattern[line->list], &job->tables);
    cal_buf_free(&field);
    cal_buf_free(&spw);
    cal_buf_free(&intent);
    return CAL_OK;
}

cal_status cal_jobs_make(const cal_library *library, const cal_map *map, bool strict,
                         cal_jobs *jobs, cal_error *err)
{
    cal_mode_map modes;
    folded parts;
    cal_join join;
    if (cal_mode_map_make(library, map, &modes, err))
        return err->status;
    fold(&modes, &parts);
    cal_join_begin(&join, library, modes.map);
    cal_listing listing = cal_listing_make(&parts.map, strict);
    cal_status status = CAL_OK;
    for (int i = 0; i < listing.count && !status; i++)
        status = add_job(map->vis, &join, &parts, &listing.line[i], jobs, err);
    cal_listing_free(&listing);
    cal_join_end(&join);
    unfold(&parts);
    cal_mode_map_free(&modes);
    return status;
}

void cal_jobs_free(cal_jobs *jobs)
{
    for (int i = 0; i < jobs->count; i++) {
        cal_job *job = &jobs->item[i];
        cal_job_tables_free(job->table, job->tables);
        free(job->field);
        free(job->spw);
        free(job->intent);
    }
    free(jobs->item);
    *jobs = (cal_jobs){0};
}

#include "ms/subtables.h"

#include "base/json.h"
#include "base/mem.h"
#include "ms/schema.h"
#include "ms/subtables_parts.h"
#include <stdio.h>
#include <string.h>

/* ---- which rows stay ---- */

static int64_t *rows_of_map(const cal_id_map *map, int64_t *count)
{
    int64_t *rows = CAL_NEW_ARRAY(int64_t, map->kept);
    for (int i = 0; i < map->kept; i++)
        rows[i] = map->from[i];
    *count = map->kept;
    return rows;
}

/* Clears keep[] where the id in `column` is gone. */
static cal_status filter_by(cal_table *sub, const char *column, const cal_id_map *map,
                            uint8_t *keep, cal_error *err)
{
    int64_t rows = cal_table_rows(sub);
    if (map->all || !rows || !cal_table_has_column(sub, column))
        return CAL_OK;
    int *id = CAL_NEW_ARRAY(int, rows);
    cal_status status = cal_table_get(sub, column, CAL_TYPE_INT, cal_span_range(0, rows), id, err);
    for (int64_t i = 0; i < rows && !status; i++)
        keep[i] &= cal_id_kept(map, id[i]);
    free(id);
    return status;
}

static int64_t *rows_of_keep(const uint8_t *keep, int64_t rows, int64_t *count)
{
    int64_t *list = CAL_NEW_ARRAY(int64_t, rows);
    *count = 0;
    for (int64_t i = 0; i < rows; i++)
        if (keep[i])
            list[(*count)++] = i;
    return list;
}

static const cal_id_map *map_of_table(const char *name, const cal_reindex *maps)
{
    return !strcmp(name, "ANTENNA")            ? &maps->antenna
           : !strcmp(name, "SPECTRAL_WINDOW")  ? &maps->spw
           : !strcmp(name, "DATA_DESCRIPTION") ? &maps->dd
           : !strcmp(name, "FIELD")            ? &maps->field
           : !strcmp(name, "STATE")            ? &maps->state
           : !strcmp(name, "OBSERVATION")      ? &maps->observation
                                               : NULL;
}

static bool is_copied_whole(const char *name)
{
    return !strncmp(name, "ASDM_", 5) || !strcmp(name, "HISTORY") || !strcmp(name, "FLAG_CMD") ||
           !strcmp(name, "PROCESSOR") || !strcmp(name, "POLARIZATION");
}

/* The rows of `sub` that stay; *list is NULL when all do. */
static cal_status choose_rows(cal_table *sub, const char *name, const cal_subtables_plan *plan,
                              int64_t **list, int64_t *count, cal_error *err)
{
    const cal_id_map *own = map_of_table(name, plan->maps);
    int64_t rows = cal_table_rows(sub);
    *list = NULL;
    *count = rows;
    if (own && !own->all)
        *list = rows_of_map(own, count);
    if (own || is_copied_whole(name))
        return CAL_OK;
    uint8_t *keep = CAL_NEW_ARRAY(uint8_t, rows);
    memset(keep, 1, rows);
    cal_status status = filter_by(sub, "ANTENNA_ID", &plan->maps->antenna, keep, err);
    if (!status)
        status = filter_by(sub, "SPECTRAL_WINDOW_ID", &plan->maps->spw, keep, err);
    if (!status && !strcmp(name, "SOURCE"))
        status = filter_by(sub, "SOURCE_ID", &plan->maps->source, keep, err);
    if (!status && !strcmp(name, "POINTING") && plan->times)
        status = cal_subtable_filter_times(sub, plan->times, keep, err);
    if (!status) {
        *list = rows_of_keep(keep, rows, count);
        if (*count == rows) {
            free(*list);
            *list = NULL;
        }
    }
    free(keep);
    return status;
}

/* ---- new ids ---- */

static cal_status renumber_column(cal_table *sub, const char *column, const cal_id_map *map,
                                  cal_error *err)
{
    int64_t rows = cal_table_rows(sub);
    if (map->all || !rows || !cal_table_has_column(sub, column))
        return CAL_OK;
    int *id = CAL_NEW_ARRAY(int, rows);
    cal_span span = cal_span_range(0, rows);
    cal_status status = cal_table_get(sub, column, CAL_TYPE_INT, span, id, err);
    for (int64_t i = 0; i < rows && !status; i++)
        id[i] = cal_id_new(map, id[i]);
    if (!status)
        status = cal_table_put(sub, column, CAL_TYPE_INT, span, id, err);
    free(id);
    return status;
}

static cal_status rewrite_data_description(cal_table *sub, const cal_subtables_plan *plan,
                                           cal_error *err)
{
    int64_t rows = cal_table_rows(sub);
    uint8_t *flag = CAL_NEW_ARRAY(uint8_t, rows);
    cal_status status = renumber_column(sub, "SPECTRAL_WINDOW_ID", &plan->maps->spw, err);
    if (!status && !plan->maps->dd.all && rows)
        status = cal_table_put(sub, "FLAG_ROW", CAL_TYPE_BOOL, cal_span_range(0, rows), flag, err);
    free(flag);
    return status;
}

static cal_status rewrite(cal_table *sub, const char *name, const cal_subtables_plan *plan,
                          cal_error *err)
{
    if (!strcmp(name, "SPECTRAL_WINDOW"))
        return cal_subtable_rewrite_spws(sub, plan, err);
    if (!strcmp(name, "POLARIZATION"))
        return cal_subtable_rewrite_polarizations(sub, plan, err);
    if (!strcmp(name, "FLAG_CMD"))
        return cal_subtable_rewrite_flag_commands(sub, plan, err);
    if (!strcmp(name, "DATA_DESCRIPTION"))
        return rewrite_data_description(sub, plan, err);
    if (!strcmp(name, "FIELD"))
        return renumber_column(sub, "SOURCE_ID", &plan->maps->source, err);
    if (map_of_table(name, plan->maps) || is_copied_whole(name))
        return CAL_OK;
    cal_status status = renumber_column(sub, "ANTENNA_ID", &plan->maps->antenna, err);
    if (!status)
        status = renumber_column(sub, "SPECTRAL_WINDOW_ID", &plan->maps->spw, err);
    if (!status && !strcmp(name, "SOURCE"))
        status = renumber_column(sub, "SOURCE_ID", &plan->maps->source, err);
    return status;
}

/* ---- one subtable ---- */

/* These were read for the selection, so their cells are known to be sound. */
static bool was_read(const char *name)
{
    static const char *const read[] = {"ANTENNA",      "DATA_DESCRIPTION", "FIELD", "OBSERVATION",
                                       "POLARIZATION", "SPECTRAL_WINDOW",  "STATE"};
    bool found = false;
    for (size_t i = 0; i < CAL_COUNT(read) && !found; i++)
        found = !strcmp(read[i], name);
    return found;
}

/* rewrite() leaves the others as they are. */
static bool may_change(const char *name, const cal_reindex *maps)
{
    if (!strcmp(name, "DATA_DESCRIPTION"))
        return !maps->spw.all || !maps->dd.all;
    if (!strcmp(name, "FIELD"))
        return !maps->source.all;
    return strcmp(name, "ANTENNA") && strcmp(name, "OBSERVATION") && strcmp(name, "STATE");
}

/* The rows that stay, in a new table that is left open. Cells that are known to be sound, or none at
 * all, are copied as files: casacore would make the table anew and wait for the disk several times. */
static cal_status copy_subtable(cal_table *sub, const char *name, const char *path,
                                const cal_subtables_plan *plan, cal_table **copy, cal_error *err)
{
    int64_t *list = NULL, count = 0;
    cal_status status = CAL_OK;
    *copy = NULL;
    if (strcmp(name, "POINTING") || strcmp(plan->pointing, "empty"))
        status = choose_rows(sub, name, plan, &list, &count, err);
    cal_span rows = list ? cal_span_list(list, count) : cal_span_range(0, count);
    if (!status && !list && count == cal_table_rows(sub) && (was_read(name) || !count))
        status = cal_table_copy_files(sub, path, count && may_change(name, plan->maps), copy, err);
    else if (!status)
        status = cal_table_copy_open(sub, path, rows, NULL, copy, err);
    free(list);
    if (!status && !strcmp(name, "FIELD"))
        status = cal_subtable_copy_ephemerides(sub, path, err);
    return status;
}

/* The new table gets its new ids. A linked one must not be written to. */
static cal_status make_subtable(cal_table *sub, const char *name, const char *path, bool linked,
                                const cal_subtables_plan *plan, cal_table **made, cal_error *err)
{
    if (linked)
        return cal_table_open(path, false, made, err);
    cal_status status = copy_subtable(sub, name, path, plan, made, err);
    return status || !cal_table_rows(*made) ? status : rewrite(*made, name, plan, err);
}

static cal_status write_subtable(cal_table *ms, cal_table *main, const char *name,
                                 const cal_subtables_plan *plan, cal_subtables_done *done,
                                 cal_error *err)
{
    cal_table *sub, *made = NULL;
    cal_status status = cal_table_open_sub(ms, name, &sub, err);
    if (status)
        return status;
    char *path = cal_format("%s/%s", cal_table_path(main), name);
    bool linked = false;
    if (!strcmp(name, "POINTING")) {
        done->pointing = cal_subtable_pointing_way(sub, path, plan);
        linked = !strcmp(done->pointing, "link");
    }
    status = make_subtable(sub, name, path, linked, plan, &made, err);
    if (!status) /* hung into MAIN */
        status = cal_table_set_sub(main, name, made, err);
    cal_status closed = cal_table_close(made, status ? NULL : err);
    status = status ? status : closed;
    cal_table_close(sub, NULL);
    done->copied++;
    free(path);
    return status ? cal_prefix(err, "subtable %s", name) : CAL_OK;
}

/* A subtable that the MS definition asks for and the input does not have. */
static cal_status write_missing(cal_table *main, const cal_ms_subtable *missing, cal_error *err)
{
    cal_table *sub;
    char *path = cal_format("%s/%s", cal_table_path(main), missing->name);
    cal_status status = cal_table_create(path, &missing->def, 0, &sub, err);
    if (!status)
        status = cal_table_set_sub(main, missing->name, sub, err);
    if (!status)
        status = cal_table_close(sub, err);
    free(path);
    return status;
}

static bool is_required(const char *name)
{
    static const char *const required[] = {"ANTENNA",
                                           "DATA_DESCRIPTION",
                                           "FEED",
                                           "FLAG_CMD",
                                           "FIELD",
                                           "HISTORY",
                                           "OBSERVATION",
                                           "POINTING",
                                           "POLARIZATION",
                                           "PROCESSOR",
                                           "SPECTRAL_WINDOW",
                                           "STATE"};
    for (size_t i = 0; i < CAL_COUNT(required); i++)
        if (!strcmp(name, required[i]))
            return true;
    return false;
}

cal_status cal_subtables_write(cal_table *ms, cal_table *main, const cal_subtables_plan *plan,
                               cal_subtables_done *done, cal_error *err)
{
    cal_status status = CAL_OK;
    *done = (cal_subtables_done){.pointing = "none"};
    jv keywords = cal_table_keywords(ms, NULL);
    jv_object_keys_foreach(keywords, key)
    {
        const char *name = jv_string_value(key);
        const char *value = cal_json_text_at(keywords, name, "");
        if (status || strncmp(value, "Table: ", 7) || !strcmp(name, "SORTED_TABLE"))
            ;
        else if (!cal_table_has_sub(ms, name))
            done->dangling++;
        else
            status = write_subtable(ms, main, name, plan, done, err);
        jv_free(key);
    }
    jv_free(keywords);
    for (int i = 0; i < cal_ms_subtable_count && !status; i++)
        if (is_required(cal_ms_subtables[i].name) &&
            !cal_table_has_sub(main, cal_ms_subtables[i].name))
            status = write_missing(main, &cal_ms_subtables[i], err);
    return status;
}

/* A table beside an MS: what does not fit. */
#include "base/json.h"
#include "base/mem.h"
#include "cal/summary.h"
#include <math.h>
#include <string.h>

static jv difference(int id, const char *table, const char *data, char *what)
{
    jv object = jv_object();
    cal_json_set(&object, "id", jv_number(id));
    cal_json_set(&object, "table", cal_json_text(table));
    cal_json_set(&object, "data", cal_json_text(data));
    cal_json_set(&object, "what", cal_json_text(what));
    free(what);
    return object;
}

/* Ids with any row in the table: [id]. */
static uint8_t *ids_used(const int *column, int64_t rows, int count)
{
    uint8_t *used = CAL_NEW_ARRAY(uint8_t, count);
    for (int64_t row = 0; row < rows; row++)
        if (column[row] >= 0 && column[row] < count)
            used[column[row]] = 1;
    return used;
}

static double distance_m(const double a[3], const double b[3])
{
    return hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

static jv compare_antennas(const cal_caltable *table, const cal_meta *meta)
{
    const double moved_m = 1.0;
    const cal_meta *own = table->meta;
    uint8_t *used = cal_caltable_antennas_used(table);
    jv list = jv_array();
    for (int a = 0; a < own->antennas; a++) {
        const cal_antenna *there = &own->antenna[a];
        const cal_antenna *here = a < meta->antennas ? &meta->antenna[a] : NULL;
        double moved = here ? distance_m(there->position, here->position) : 0;
        if (!used[a])
            continue;
        if (!here || strcmp(there->name, here->name))
            cal_json_push(&list, difference(a, there->name, here ? here->name : NULL,
                                            cal_copy_text("another antenna")));
        else if (moved > moved_m)
            cal_json_push(&list, difference(a, there->name, here->name,
                                            cal_format("stands %.1f m elsewhere", moved)));
    }
    free(used);
    return list;
}

/* Solutions of a spw should lie inside the channels of the data's spw of the same id. */
static bool inside(const cal_caltable_spw *there, const cal_spw *here)
{
    double low = INFINITY, high = -INFINITY, middle = 0;
    for (int c = 0; c < here->nchan; c++) {
        low = fmin(low, here->freq[c] - fabs(here->width[c]));
        high = fmax(high, here->freq[c] + fabs(here->width[c]));
    }
    for (int c = 0; c < there->nchan; c++)
        middle += there->freq[c] / there->nchan;
    return middle >= low && middle <= high;
}

static jv compare_spws(const cal_caltable *table, const cal_meta *meta)
{
    uint8_t *used = ids_used(table->spw_id, table->rows, table->spws);
    jv list = jv_array();
    for (int s = 0; s < table->spws; s++) {
        const char *there = table->meta->spw[s].name;
        if (!used[s])
            continue;
        if (s >= meta->spws)
            cal_json_push(&list, difference(s, there, NULL, cal_copy_text("no such spw")));
        else if (!inside(&table->spw[s], &meta->spw[s]))
            cal_json_push(
                &list, difference(s, there, meta->spw[s].name, cal_copy_text("other frequencies")));
    }
    free(used);
    return list;
}

static jv compare_fields(const cal_caltable *table, const cal_meta *meta)
{
    uint8_t *used = ids_used(table->field, table->rows, table->meta->fields);
    jv list = jv_array();
    for (int f = 0; f < table->meta->fields; f++) {
        const char *there = table->meta->field[f].name;
        const char *here = f < meta->fields ? meta->field[f].name : NULL;
        if (used[f] && (!here || strcmp(there, here)))
            cal_json_push(&list, difference(f, there, here, cal_copy_text("another field")));
    }
    free(used);
    return list;
}

static jv spws_without(const cal_caltable *table, const cal_meta *meta)
{
    uint8_t *used = ids_used(table->spw_id, table->rows, table->spws);
    jv list = jv_array();
    for (int s = 0; s < meta->spws; s++)
        if (s >= table->spws || !used[s])
            cal_json_push(&list, jv_number(s));
    free(used);
    return list;
}

jv cal_caltable_compare(const cal_caltable *table, const cal_meta *meta)
{
    jv antennas = compare_antennas(table, meta), spws = compare_spws(table, meta);
    bool fits = !jv_array_length(jv_copy(antennas)) && !jv_array_length(jv_copy(spws));
    jv object = jv_object();
    cal_json_set(&object, "ms", cal_json_text(meta->path));
    cal_json_set(&object, "fits", jv_bool(fits));
    cal_json_set(&object, "same_name", jv_bool(!strcmp(table->ms_name, meta->name)));
    cal_json_set(&object, "antennas", antennas);
    cal_json_set(&object, "spws", spws);
    cal_json_set(&object, "fields", compare_fields(table, meta));
    cal_json_set(&object, "spws_without_solutions", spws_without(table, meta));
    return object;
}

/* What a split did, or would do, as JSON. */
#include "base/json.h"
#include "ms/schema.h"
#include "ms/split_parts.h"

static jv columns_of(const cal_split *split)
{
    jv list = jv_array();
    for (int i = 0; i < split->rule.columns; i++)
        cal_json_push(&list, cal_json_text(split->column_names[i]));
    return list;
}

static const char *spw_name(const cal_meta *meta, int id)
{
    return meta->spw[id].name;
}

static const char *field_name(const cal_meta *meta, int id)
{
    return meta->field[id].name;
}

static const char *antenna_name(const cal_meta *meta, int id)
{
    return meta->antenna[id].name;
}

/* [{"id": new, "old_id": old, "name": ...}]; `name` may be NULL. */
static jv ids_of(const cal_split *split, const cal_id_map *map,
                 const char *(*name)(const cal_meta *, int))
{
    jv list = jv_array();
    for (int i = 0; i < map->kept; i++) {
        jv entry = jv_object();
        cal_json_set(&entry, "id", jv_number(i));
        cal_json_set(&entry, "old_id", jv_number(map->from[i]));
        if (name)
            cal_json_set(&entry, "name", cal_json_text(name(split->meta, map->from[i])));
        cal_json_push(&list, entry);
    }
    return list;
}

static jv spws_of(const cal_split *split)
{
    jv list = jv_array();
    const cal_id_map *map = &split->maps.spw;
    for (int i = 0; i < map->kept; i++) {
        int old = map->from[i];
        const cal_bins *bins = &split->bins[old];
        if (!bins->nchan)
            continue;
        jv entry = jv_object();
        cal_json_set(&entry, "id", jv_number(i));
        cal_json_set(&entry, "old_id", jv_number(old));
        cal_json_set(&entry, "name", cal_json_text(spw_name(split->meta, old)));
        cal_json_set(&entry, "channels", jv_number(bins->nchan));
        cal_json_set(&entry, "old_channels", jv_number(split->meta->spw[old].nchan));
        cal_json_set(&entry, "width", jv_number(bins->width));
        cal_json_push(&list, entry);
    }
    return list;
}

/* Bytes per sample of the arrays that are read or written. */
static double bytes_per_sample(const cal_split *split)
{
    double flag = 1.0 / 8, spectra = split->columns_out & CAL_MS_WEIGHT_SPECTRUM ? 8 : 0;
    return split->rule.columns * (double)sizeof(float complex) + flag + spectra;
}

static void add_counts(const cal_split *split, jv *report)
{
    const cal_split_counts *counts = &split->counts;
    bool ran = counts->rows_written > 0;
    cal_json_set(report, "rows_read",
                 jv_number((double)(ran ? counts->rows_read : counts->rows_selected)));
    if (!ran) {
        cal_json_set(report, "rows_at_most", jv_number((double)counts->rows_selected));
        cal_json_set(report, "bytes_read", jv_number(counts->samples_in * bytes_per_sample(split)));
        cal_json_set(report, "bytes_at_most",
                     jv_number(counts->samples_out * bytes_per_sample(split)));
        return;
    }
    cal_json_set(report, "rows", jv_number((double)counts->rows_written));
    cal_json_set(report, "rows_flagged", jv_number((double)counts->rows_flagged));
    cal_json_set(report, "bytes", jv_number(counts->bytes));
    if (split->stage)
        cal_json_set(report, "rows_uncalibrated", jv_number((double)counts->rows_uncalibrated));
    cal_json_set(report, "pointing", cal_json_text(split->subtables.pointing));
}

jv cal_split_report(const cal_split *split)
{
    jv report = jv_object();
    cal_json_set(&report, "input", cal_json_text(split->meta->path));
    cal_json_set(&report, "columns", columns_of(split));
    add_counts(split, &report);
    cal_json_set(&report, "spws", spws_of(split));
    cal_json_set(&report, "data_descriptions", ids_of(split, &split->maps.dd, NULL));
    cal_json_set(&report, "fields", ids_of(split, &split->maps.field, field_name));
    cal_json_set(&report, "antennas", ids_of(split, &split->maps.antenna, antenna_name));
    cal_json_set(&report, "states", ids_of(split, &split->maps.state, NULL));
    cal_json_set(&report, "observations", ids_of(split, &split->maps.observation, NULL));
    cal_json_set(&report, "notes", jv_copy(split->notes));
    return report;
}

cal_status cal_split_estimate(cal_split *split, cal_error *err)
{
    return cal_split_survey(split, true, err);
}

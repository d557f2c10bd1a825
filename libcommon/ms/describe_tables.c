/* Observations, windows, correlations, antennas, sources, columns. */
#include "base/mem.h"
#include "base/number.h"
#include "ms/band.h"
#include "ms/describe.h"
#include <math.h>
#include <string.h>

jv cal_describe_observations(const cal_description *what)
{
    jv array = jv_array();
    for (int i = 0; i < what->meta->observations; i++) {
        const cal_observation *row = &what->meta->observation[i];
        jv observation = jv_object();
        cal_json_set(&observation, "id", jv_number(i));
        cal_json_set(&observation, "telescope", cal_json_text(row->telescope));
        cal_json_set(&observation, "observer", cal_json_text(row->observer));
        cal_json_set(&observation, "project", cal_json_text(row->project));
        cal_json_set_time(&observation, "begin", row->time_range[0]);
        cal_json_set_time(&observation, "end", row->time_range[1]);
        cal_json_set(&observation, "rows",
                     cal_json_count(what->summary->rows_of[CAL_BY_OBSERVATION][i]));
        cal_json_push(&array, observation);
    }
    return array;
}

/* ---- spectral windows and correlations ---- */

static jv corr_names(const cal_polarization *pol)
{
    jv array = jv_array();
    for (int i = 0; i < pol->ncorr; i++)
        cal_json_push(&array, cal_json_text(cal_corr_name(pol->type[i])));
    return array;
}

static jv data_descs_of_spw(const cal_meta *meta, int spw)
{
    jv array = jv_array();
    for (int d = 0; d < meta->dds; d++)
        if (meta->dd[d].spw == spw)
            cal_json_push(&array, jv_number(d));
    return array;
}

/* [[first, last, step], ...] as chosen; null where the window was not. */
static jv chosen_channels(const cal_selection *selection, int spw)
{
    const cal_spw_choice *choice = cal_selection_channels(selection, spw);
    if (!choice)
        return jv_null();
    jv array = jv_array();
    for (int r = 0; r < choice->ranges; r++) {
        int range[] = {choice->range[r].first, choice->range[r].last, choice->range[r].step};
        cal_json_push(&array, cal_json_ints(range, 3));
    }
    return array;
}

static void set_frequencies(const cal_spw *row, jv *spw)
{
    double low = INFINITY, high = -INFINITY;
    for (int c = 0; c < row->nchan; c++) {
        low = fmin(low, row->freq[c] - fabs(row->width[c]) / 2);
        high = fmax(high, row->freq[c] + fabs(row->width[c]) / 2);
    }
    cal_json_set(spw, "frame", cal_json_text(cal_frame_name(row->frame)));
    cal_json_set(spw, "ref_freq_hz", cal_json_double(row->ref_freq));
    cal_json_set(spw, "centre_freq_hz", cal_json_double((low + high) / 2));
    cal_json_set(spw, "low_freq_hz", cal_json_double(low));
    cal_json_set(spw, "high_freq_hz", cal_json_double(high));
    cal_json_set(spw, "total_bandwidth_hz", cal_json_double(row->total_bandwidth));
    cal_json_set(spw, "freq_hz", cal_json_doubles(row->freq, row->nchan));
    cal_json_set(spw, "width_hz", cal_json_doubles(row->width, row->nchan));
    cal_json_set(spw, "effective_bw_hz", cal_json_doubles(row->effective_bw, row->nchan));
    cal_json_set(spw, "resolution_hz", cal_json_doubles(row->resolution, row->nchan));
}

jv cal_describe_spws(const cal_description *what)
{
    const cal_meta *meta = what->meta;
    const cal_summary *summary = what->summary;
    jv array = jv_array();
    for (int s = 0; s < meta->spws; s++) {
        const cal_spw *row = &meta->spw[s];
        char band[32];
        jv spw = jv_object();
        cal_json_set(&spw, "id", jv_number(s));
        cal_json_set(&spw, "name", cal_json_text(row->name));
        cal_json_set(&spw, "nchan", jv_number(row->nchan));
        set_frequencies(row, &spw);
        cal_json_set(&spw, "baseband", row->baseband < 0 ? jv_null() : jv_number(row->baseband));
        cal_json_set(&spw, "net_sideband", jv_number(row->net_sideband));
        cal_json_set(&spw, "band", cal_json_text(cal_spw_band(meta, s, band)));
        cal_json_set(&spw, "type", cal_json_text(cal_spw_type_name(cal_spw_type_of(meta, s))));
        cal_json_set(&spw, "science", jv_bool(cal_spw_is_science(meta, summary, what->intents, s)));
        cal_json_set(&spw, "flag_row", jv_bool(row->flag_row));
        cal_json_set(&spw, "rows", cal_json_count(summary->rows_of[CAL_BY_SPW][s]));
        cal_json_set(&spw, "data_descs", data_descs_of_spw(meta, s));
        cal_json_set(&spw, "fields",
                     cal_json_id_list(cal_summary_related(summary, CAL_BY_SPW, s, CAL_BY_FIELD)));
        cal_json_set(&spw, "scans",
                     cal_json_scan_numbers(
                         summary, cal_summary_related(summary, CAL_BY_SPW, s, CAL_BY_SCAN)));
        cal_json_set(&spw, "states",
                     cal_json_id_list(cal_summary_related(summary, CAL_BY_SPW, s, CAL_BY_STATE)));
        if (what->selection)
            cal_json_set(&spw, "chosen_channels", chosen_channels(what->selection, s));
        cal_json_set_flags(&spw, what->flags ? &what->flags->spw[s] : NULL);
        cal_json_push(&array, spw);
    }
    return array;
}

jv cal_describe_polarizations(const cal_description *what)
{
    jv array = jv_array();
    for (int p = 0; p < what->meta->pols; p++) {
        const cal_polarization *row = &what->meta->pol[p];
        jv pol = jv_object(), products = jv_array();
        for (int i = 0; i < row->ncorr; i++)
            cal_json_push(&products, cal_json_ints(&row->product[2 * i], 2));
        cal_json_set(&pol, "id", jv_number(p));
        cal_json_set(&pol, "correlations", corr_names(row));
        cal_json_set(&pol, "codes", cal_json_ints(row->type, row->ncorr));
        cal_json_set(&pol, "receptors", products);
        cal_json_push(&array, pol);
    }
    return array;
}

jv cal_describe_data_descs(const cal_description *what)
{
    jv array = jv_array();
    for (int d = 0; d < what->meta->dds; d++) {
        const cal_data_desc *row = &what->meta->dd[d];
        jv dd = jv_object();
        cal_json_set(&dd, "id", jv_number(d));
        cal_json_set(&dd, "spw", jv_number(row->spw));
        cal_json_set(&dd, "polarization", jv_number(row->pol));
        cal_json_set(&dd, "correlations", corr_names(&what->meta->pol[row->pol]));
        cal_json_set(&dd, "rows", cal_json_count(what->summary->rows_of[CAL_BY_DD][d]));
        cal_json_push(&array, dd);
    }
    return array;
}

/* ---- antennas ---- */

/* Longitude, latitude and height above the WGS84 ellipsoid (Bowring's formula, good to a micrometre on Earth). */
static void geodetic(const double position[3], double *longitude, double *latitude, double *height)
{
    static const double a = 6378137.0, f = 1 / 298.257223563;
    double b = a * (1 - f), e2 = f * (2 - f), ep2 = e2 / (1 - e2);
    double p = hypot(position[0], position[1]), theta = atan2(position[2] * a, p * b);
    *longitude = atan2(position[1], position[0]);
    *latitude = atan2(position[2] + ep2 * b * pow(sin(theta), 3), p - e2 * a * pow(cos(theta), 3));
    double sine = sin(*latitude);
    *height = p * cos(*latitude) + position[2] * sine - a * sqrt(1 - e2 * sine * sine);
}

/* Is there a place at all? Rows of antennas that were never there have 0,0,0. */
static bool has_position(const cal_antenna *antenna)
{
    return antenna->position[0] != 0 || antenna->position[1] != 0 || antenna->position[2] != 0;
}

/* The mean of the antennas that have rows. */
static bool array_centre(const cal_description *what, double centre[3])
{
    int count = 0;
    memset(centre, 0, 3 * sizeof *centre);
    for (int i = 0; i < what->meta->antennas; i++) {
        if (!what->summary->antenna_rows[i] || !has_position(&what->meta->antenna[i]))
            continue;
        count++;
        for (int k = 0; k < 3; k++)
            centre[k] += (what->meta->antenna[i].position[k] - centre[k]) / count;
    }
    return count > 0;
}

/* East, north and up of `centre`. */
static jv offset_from(const double centre[3], const double position[3])
{
    double longitude, latitude, height;
    geodetic(centre, &longitude, &latitude, &height);
    double d[3] = {position[0] - centre[0], position[1] - centre[1], position[2] - centre[2]};
    double out = cos(longitude) * d[0] + sin(longitude) * d[1]; /* away from the axis */
    double enu[3] = {cos(longitude) * d[1] - sin(longitude) * d[0],
                     cos(latitude) * d[2] - sin(latitude) * out,
                     cos(latitude) * out + sin(latitude) * d[2]};
    return cal_json_doubles(enu, 3);
}

static void set_place(const cal_antenna *row, const double *centre, jv *antenna)
{
    double longitude, latitude, height;
    geodetic(row->position, &longitude, &latitude, &height);
    bool known = has_position(row);
    cal_json_set(antenna, "position_m", cal_json_doubles(row->position, 3));
    cal_json_set(antenna, "longitude_deg",
                 known ? cal_json_double(longitude * 180 / CAL_PI) : jv_null());
    cal_json_set(antenna, "latitude_deg",
                 known ? cal_json_double(latitude * 180 / CAL_PI) : jv_null());
    cal_json_set(antenna, "height_m", known ? cal_json_double(height) : jv_null());
    cal_json_set(antenna, "offset_enu_m",
                 known && centre ? offset_from(centre, row->position) : jv_null());
}

jv cal_describe_antennas(const cal_description *what)
{
    double centre[3];
    bool known = array_centre(what, centre);
    jv array = jv_array();
    for (int i = 0; i < what->meta->antennas; i++) {
        const cal_antenna *row = &what->meta->antenna[i];
        jv antenna = jv_object();
        cal_json_set(&antenna, "id", jv_number(i));
        cal_json_set(&antenna, "name", cal_json_text(row->name));
        cal_json_set(&antenna, "station", cal_json_text(row->station));
        cal_json_set(&antenna, "diameter_m", cal_json_double(row->diameter));
        cal_json_set(&antenna, "mount", cal_json_text(row->mount));
        set_place(row, known ? centre : NULL, &antenna);
        cal_json_set(&antenna, "flag_row", jv_bool(row->flag_row));
        cal_json_set(&antenna, "rows", cal_json_count(what->summary->antenna_rows[i]));
        cal_json_set(&antenna, "present", jv_bool(what->summary->antenna_rows[i] > 0));
        cal_json_set_flags(&antenna, what->flags ? &what->flags->antenna[i] : NULL);
        cal_json_push(&array, antenna);
    }
    return array;
}

static double distance(const double *a, const double *b)
{
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
                (a[2] - b[2]) * (a[2] - b[2]));
}

jv cal_describe_baselines(const cal_description *what)
{
    int antennas = what->meta->antennas, count = 0;
    double shortest = INFINITY, longest = 0;
    jv pairs = jv_array(), autos = jv_array();
    for (int a = 0; a < antennas; a++)
        if (what->summary->baseline_rows[(size_t)a * antennas + a])
            cal_json_push(&autos, jv_number(a));
    for (int a = 0; a < antennas; a++)
        for (int b = a + 1; b < antennas; b++) {
            if (!what->summary->baseline_rows[(size_t)a * antennas + b])
                continue;
            double length =
                distance(what->meta->antenna[a].position, what->meta->antenna[b].position);
            shortest = fmin(shortest, length);
            longest = fmax(longest, length);
            int pair[] = {a, b};
            cal_json_push(&pairs, cal_json_ints(pair, 2));
            count++;
        }
    jv object = jv_object();
    cal_json_set(&object, "count", jv_number(count));
    cal_json_set(&object, "shortest_m", count ? cal_json_double(shortest) : jv_null());
    cal_json_set(&object, "longest_m", count ? cal_json_double(longest) : jv_null());
    cal_json_set(&object, "pairs", pairs);
    cal_json_set(&object, "autocorrelations", autos);
    return object;
}

/* ---- sources ---- */

/* The numbers of a cell; an empty array where there is none. */
static jv cell_numbers(cal_table *table, const char *column, int64_t row)
{
    void *value = NULL;
    int64_t count = 0;
    int ndim;
    int64_t shape[CAL_MAX_DIM];
    if (!cal_table_has_column(table, column) ||
        !cal_table_cell_shape(table, column, row, &ndim, shape) ||
        cal_table_get_cell(table, column, CAL_TYPE_DOUBLE, row, &value, &count, NULL))
        return jv_array();
    jv array = cal_json_doubles(value, (int)count);
    free(value);
    return array;
}

/* The frame of all directions; the caller frees it. */
static char *frame_of(const cal_table *table)
{
    jv keywords = cal_table_keywords(table, "DIRECTION");
    jv info = cal_json_at(keywords, "MEASINFO");
    char *frame = cal_copy_text(cal_json_text_at(info, "Ref", "J2000"));
    jv_free(info);
    jv_free(keywords);
    return frame;
}

cal_status cal_describe_sources(const cal_description *what, cal_sources *sources, jv *list,
                                cal_error *err)
{
    cal_table *table;
    *list = jv_array();
    if (!cal_table_has_sub(what->ms, "SOURCE"))
        return CAL_OK;
    if (cal_table_open_sub(what->ms, "SOURCE", &table, err))
        return err->status;
    cal_status status = cal_sources_read(table, sources, err);
    char *frame = frame_of(table);
    for (int i = 0; i < sources->count && !status; i++) {
        const cal_source *row = &sources->row[i];
        jv source = jv_object();
        cal_json_set(&source, "id", jv_number(row->source_id));
        cal_json_set(&source, "name", cal_json_text(row->name));
        cal_json_set(&source, "code", cal_json_text(row->code));
        cal_json_set(&source, "spw", row->spw < 0 ? jv_null() : jv_number(row->spw));
        cal_json_set(&source, "direction", cal_json_direction(row->direction, frame));
        cal_json_set(&source, "rest_freq_hz", cell_numbers(table, "REST_FREQUENCY", i));
        cal_json_set(&source, "velocity_m_s", cell_numbers(table, "SYSVEL", i));
        cal_json_set(&source, "proper_motion_rad_s", cell_numbers(table, "PROPER_MOTION", i));
        cal_json_push(list, source);
    }
    free(frame);
    cal_table_close(table, NULL);
    return status;
}

/* ---- columns and subtables ---- */

static const char *type_name(cal_type type)
{
    static const char *const name[] = {"bool",    "int",      "int64", "float", "double",
                                       "complex", "dcomplex", "text",  "other"};
    return name[type];
}

static jv json_shape(const int64_t *shape, int ndim)
{
    jv array = jv_array();
    for (int i = 0; i < ndim; i++)
        cal_json_push(&array, cal_json_count(shape[i]));
    return array;
}

jv cal_describe_columns(const cal_description *what)
{
    jv array = jv_array();
    for (int i = 0; i < cal_table_column_count(what->ms); i++) {
        cal_column column;
        int ndim;
        int64_t shape[CAL_MAX_DIM], tile[CAL_MAX_DIM + 1];
        cal_table_column_at(what->ms, i, &column);
        bool first = column.is_array && cal_table_rows(what->ms) &&
                     cal_table_cell_shape(what->ms, column.name, 0, &ndim, shape);
        jv object = jv_object();
        cal_json_set(&object, "name", cal_json_text(column.name));
        cal_json_set(&object, "type", cal_json_text(type_name(column.type)));
        cal_json_set(&object, "array", jv_bool(column.is_array));
        cal_json_set(&object, "first_shape", first ? json_shape(shape, ndim) : jv_null());
        cal_json_set(&object, "manager", cal_json_text(column.manager));
        cal_json_set(&object, "manager_type", cal_json_text(column.manager_type));
        bool tiled = first && cal_table_tile_shape(what->ms, column.name, 0, &ndim, tile);
        cal_json_set(&object, "tile", tiled ? json_shape(tile, ndim) : jv_null());
        cal_json_push(&array, object);
    }
    return array;
}

jv cal_describe_subtables(const cal_description *what)
{
    jv array = jv_array(), keywords = cal_table_keywords(what->ms, NULL);
    jv_object_foreach(keywords, key, value)
    {
        const char *name = jv_string_value(key);
        if (jv_get_kind(value) == JV_KIND_STRING &&
            !strncmp(jv_string_value(value), "Table: ", 7)) {
            jv object = jv_object();
            cal_json_set(&object, "name", cal_json_text(name));
            cal_json_set(&object, "present", jv_bool(cal_table_has_sub(what->ms, name)));
            cal_json_push(&array, object);
        }
        jv_free(key);
        jv_free(value);
    }
    jv_free(keywords);
    return array;
}

#include "base/json.h"
#include "base/mem.h"
#include "base/tool.h"
#include "ms/create.h"
#include "ms/simulate.h"
#include "ms/simulate_parts.h"
#include <math.h>
#include <string.h>

enum { FREQ_TOPO = 5 };              /* casacore's MFrequency::TOPO */
static const double for_ever = 1e30; /* s */

/* A subtable while it is filled; after the first error the rest is passed over. */
typedef struct filler {
    cal_table *sub;
    int64_t rows;
    cal_status status;
    cal_error *err;
} filler;

static filler begin(const cal_table *ms, const char *name, int rows, cal_error *err)
{
    filler made = {.rows = rows, .err = err};
    made.status = cal_ms_grow_sub(ms, name, rows, &made.sub, err);
    return made;
}

static cal_status end(filler *to)
{
    cal_status closed = cal_table_close(to->sub, to->status ? NULL : to->err);
    return to->status ? to->status : closed;
}

static void put(filler *to, const char *column, cal_type type, const void *values)
{
    if (!to->status)
        to->status =
            cal_table_put(to->sub, column, type, cal_span_range(0, to->rows), values, to->err);
}

/* Cells of one shape in a column without a fixed one. */
static void put_arrays(filler *to, const char *column, cal_type type, int ndim,
                       const int64_t *shape, const void *values)
{
    cal_span all = cal_span_range(0, to->rows);
    if (!to->status)
        to->status = cal_table_set_shape(to->sub, column, all, ndim, shape, NULL, to->err);
    put(to, column, type, values);
}

static void put_cell(filler *to, const char *column, cal_type type, int64_t row, int ndim,
                     const int64_t *shape, const void *values)
{
    if (!to->status)
        to->status = cal_table_put_cell(to->sub, column, type, row, ndim, shape, values, to->err);
}

/* The same value in every row. */
static void put_int(filler *to, const char *column, int value)
{
    int32_t *values = CAL_NEW_ARRAY(int32_t, to->rows);
    for (int64_t i = 0; i < to->rows; i++)
        values[i] = value;
    put(to, column, CAL_TYPE_INT, values);
    free(values);
}

static void put_bool(filler *to, const char *column, bool value)
{
    uint8_t *values = CAL_NEW_ARRAY(uint8_t, to->rows);
    memset(values, value, (size_t)to->rows);
    put(to, column, CAL_TYPE_BOOL, values);
    free(values);
}

static void put_double(filler *to, const char *column, double value)
{
    double *values = CAL_NEW_ARRAY(double, to->rows);
    for (int64_t i = 0; i < to->rows; i++)
        values[i] = value;
    put(to, column, CAL_TYPE_DOUBLE, values);
    free(values);
}

static void put_text(filler *to, const char *column, const char *value)
{
    const char **values = CAL_NEW_ARRAY(const char *, to->rows);
    for (int64_t i = 0; i < to->rows; i++)
        values[i] = value;
    put(to, column, CAL_TYPE_TEXT, values);
    free(values);
}

static cal_status fill_antenna(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    filler sub = begin(ms, "ANTENNA", scene->antennas, err);
    double *position = CAL_NEW_ARRAY(double, 3 * scene->antennas),
           *offset = CAL_NEW_ARRAY(double, 3 * scene->antennas);
    double *diameter = CAL_NEW_ARRAY(double, scene->antennas);
    const char **name = CAL_NEW_ARRAY(const char *, scene->antennas);
    const char **station = CAL_NEW_ARRAY(const char *, scene->antennas);
    for (int i = 0; i < scene->antennas; i++) {
        memcpy(position + 3 * i, scene->antenna[i].position, 3 * sizeof *position);
        diameter[i] = scene->antenna[i].diameter;
        name[i] = scene->antenna[i].name;
        station[i] = scene->antenna[i].station;
    }
    put(&sub, "POSITION", CAL_TYPE_DOUBLE, position);
    put(&sub, "OFFSET", CAL_TYPE_DOUBLE, offset);
    put(&sub, "DISH_DIAMETER", CAL_TYPE_DOUBLE, diameter);
    put(&sub, "NAME", CAL_TYPE_TEXT, name);
    put(&sub, "STATION", CAL_TYPE_TEXT, station);
    put_text(&sub, "TYPE", "GROUND-BASED");
    put_text(&sub, "MOUNT", scene->mount);
    put_bool(&sub, "FLAG_ROW", false);
    free(position);
    free(offset);
    free(diameter);
    free(name);
    free(station);
    return end(&sub);
}

static cal_status fill_feed(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    filler sub = begin(ms, "FEED", scene->antennas, err);
    const size_t n = (size_t)scene->antennas;
    int32_t *id = CAL_NEW_ARRAY(int32_t, n);
    double *zero = CAL_NEW_ARRAY(double, 4 * n);
    float complex *response = CAL_NEW_ARRAY(float complex, 4 * n);
    const char **type = CAL_NEW_ARRAY(const char *, 2 * n);
    for (size_t i = 0; i < n; i++) {
        id[i] = (int32_t)i;
        response[4 * i] = response[4 * i + 3] = 1;
        type[2 * i] = scene->linear ? "X" : "R";
        type[2 * i + 1] = scene->linear ? "Y" : "L";
    }
    const int64_t two[] = {2, 2};
    put(&sub, "ANTENNA_ID", CAL_TYPE_INT, id);
    put(&sub, "POSITION", CAL_TYPE_DOUBLE, zero);
    put_arrays(&sub, "BEAM_OFFSET", CAL_TYPE_DOUBLE, 2, two, zero);
    put_arrays(&sub, "RECEPTOR_ANGLE", CAL_TYPE_DOUBLE, 1, two, zero);
    put_arrays(&sub, "POL_RESPONSE", CAL_TYPE_COMPLEX, 2, two, response);
    put_arrays(&sub, "POLARIZATION_TYPE", CAL_TYPE_TEXT, 1, two, type);
    put_int(&sub, "BEAM_ID", -1);
    put_int(&sub, "FEED_ID", 0);
    put_int(&sub, "NUM_RECEPTORS", 2);
    put_int(&sub, "SPECTRAL_WINDOW_ID", -1);
    put_double(&sub, "INTERVAL", for_ever);
    put_double(&sub, "TIME", scene->reference_time);
    free(id);
    free(zero);
    free(response);
    free(type);
    return end(&sub);
}

static cal_status fill_data_description(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    filler sub = begin(ms, "DATA_DESCRIPTION", scene->spws, err);
    int32_t *spw = CAL_NEW_ARRAY(int32_t, scene->spws), *pol = CAL_NEW_ARRAY(int32_t, scene->spws);
    for (int i = 0; i < scene->spws; i++) {
        spw[i] = i;
        pol[i] = scene->spw[i].pol;
    }
    put(&sub, "SPECTRAL_WINDOW_ID", CAL_TYPE_INT, spw);
    put(&sub, "POLARIZATION_ID", CAL_TYPE_INT, pol);
    put_bool(&sub, "FLAG_ROW", false);
    free(spw);
    free(pol);
    return end(&sub);
}

static cal_status fill_polarization(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    filler sub = begin(ms, "POLARIZATION", scene->pols, err);
    int32_t *count = CAL_NEW_ARRAY(int32_t, scene->pols);
    for (int i = 0; i < scene->spws; i++) {
        const cal_scene_spw *spw = &scene->spw[i];
        int32_t type[4], product[4][2];
        for (int c = 0; c < spw->ncorr; c++) {
            int order = (spw->corr[c] - 5) % 4;
            type[c] = spw->corr[c];
            product[c][0] = order / 2;
            product[c][1] = order % 2;
        }
        const int64_t shape[] = {spw->ncorr}, product_shape[] = {2, spw->ncorr};
        count[spw->pol] = spw->ncorr;
        put_cell(&sub, "CORR_TYPE", CAL_TYPE_INT, spw->pol, 1, shape, type);
        put_cell(&sub, "CORR_PRODUCT", CAL_TYPE_INT, spw->pol, 2, product_shape, product);
    }
    put(&sub, "NUM_CORR", CAL_TYPE_INT, count);
    put_bool(&sub, "FLAG_ROW", false);
    free(count);
    return end(&sub);
}

static void fill_window(filler *sub, int row, const cal_scene_spw *spw)
{
    double *freq = CAL_NEW_ARRAY(double, spw->nchan), *width = CAL_NEW_ARRAY(double, spw->nchan);
    double *size = CAL_NEW_ARRAY(double, spw->nchan), total = fabs(spw->width) * spw->nchan;
    for (int k = 0; k < spw->nchan; k++) {
        freq[k] = spw->freq + k * spw->width;
        width[k] = spw->width;
        size[k] = fabs(spw->width);
    }
    const int64_t shape[] = {spw->nchan};
    const int32_t nchan = spw->nchan;
    put_cell(sub, "CHAN_FREQ", CAL_TYPE_DOUBLE, row, 1, shape, freq);
    put_cell(sub, "CHAN_WIDTH", CAL_TYPE_DOUBLE, row, 1, shape, width);
    put_cell(sub, "EFFECTIVE_BW", CAL_TYPE_DOUBLE, row, 1, shape, size);
    put_cell(sub, "RESOLUTION", CAL_TYPE_DOUBLE, row, 1, shape, size);
    put_cell(sub, "REF_FREQUENCY", CAL_TYPE_DOUBLE, row, 0, NULL, &spw->freq);
    put_cell(sub, "TOTAL_BANDWIDTH", CAL_TYPE_DOUBLE, row, 0, NULL, &total);
    put_cell(sub, "NUM_CHAN", CAL_TYPE_INT, row, 0, NULL, &nchan);
    put_cell(sub, "NAME", CAL_TYPE_TEXT, row, 0, NULL, &spw->name);
    free(freq);
    free(width);
    free(size);
}

static cal_status fill_spectral_window(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    filler sub = begin(ms, "SPECTRAL_WINDOW", scene->spws, err);
    for (int i = 0; i < scene->spws; i++)
        fill_window(&sub, i, &scene->spw[i]);
    put_int(&sub, "MEAS_FREQ_REF", FREQ_TOPO);
    put_int(&sub, "NET_SIDEBAND", 1);
    put_int(&sub, "IF_CONV_CHAIN", 0);
    put_int(&sub, "FREQ_GROUP", 0);
    put_text(&sub, "FREQ_GROUP_NAME", "");
    put_bool(&sub, "FLAG_ROW", false);
    return end(&sub);
}

static cal_status fill_field(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    filler sub = begin(ms, "FIELD", scene->fields, err);
    double *direction = CAL_NEW_ARRAY(double, 2 * scene->fields);
    int32_t *source = CAL_NEW_ARRAY(int32_t, scene->fields);
    const char **name = CAL_NEW_ARRAY(const char *, scene->fields),
               **code = CAL_NEW_ARRAY(const char *, scene->fields);
    for (int i = 0; i < scene->fields; i++) {
        memcpy(direction + 2 * i, scene->field[i].direction, 2 * sizeof *direction);
        source[i] = i;
        name[i] = scene->field[i].name;
        code[i] = scene->field[i].code;
    }
    const int64_t shape[] = {2, 1};
    put_arrays(&sub, "PHASE_DIR", CAL_TYPE_DOUBLE, 2, shape, direction);
    put_arrays(&sub, "DELAY_DIR", CAL_TYPE_DOUBLE, 2, shape, direction);
    put_arrays(&sub, "REFERENCE_DIR", CAL_TYPE_DOUBLE, 2, shape, direction);
    put(&sub, "NAME", CAL_TYPE_TEXT, name);
    put(&sub, "CODE", CAL_TYPE_TEXT, code);
    put(&sub, "SOURCE_ID", CAL_TYPE_INT, source);
    put_int(&sub, "NUM_POLY", 0);
    put_double(&sub, "TIME", scene->reference_time);
    put_bool(&sub, "FLAG_ROW", false);
    cal_status status = end(&sub);
    if (!status) { /* one source for each field, in all spws */
        sub = begin(ms, "SOURCE", scene->fields, err);
        put(&sub, "DIRECTION", CAL_TYPE_DOUBLE, direction);
        put(&sub, "NAME", CAL_TYPE_TEXT, name);
        put(&sub, "CODE", CAL_TYPE_TEXT, code);
        put(&sub, "SOURCE_ID", CAL_TYPE_INT, source);
        memset(direction, 0, 2 * sizeof *direction * (size_t)scene->fields);
        put(&sub, "PROPER_MOTION", CAL_TYPE_DOUBLE, direction);
        put_int(&sub, "CALIBRATION_GROUP", 0);
        put_int(&sub, "NUM_LINES", 0);
        put_int(&sub, "SPECTRAL_WINDOW_ID", -1);
        put_double(&sub, "TIME", scene->reference_time);
        put_double(&sub, "INTERVAL", for_ever);
        status = end(&sub);
    }
    free(direction);
    free(source);
    free(name);
    free(code);
    return status;
}

static cal_status fill_state(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    filler sub = begin(ms, "STATE", scene->states, err);
    put(&sub, "OBS_MODE", CAL_TYPE_TEXT, scene->state);
    put_bool(&sub, "SIG", true);
    put_bool(&sub, "REF", false);
    put_double(&sub, "CAL", 0);
    put_double(&sub, "LOAD", 0);
    put_int(&sub, "SUB_SCAN", 1);
    put_bool(&sub, "FLAG_ROW", false);
    return end(&sub);
}

static cal_status fill_observation(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    const cal_scene_scan *first = &scene->scan[0], *last = &scene->scan[scene->scans - 1];
    double range[2] = {scene->reference_time + first->start,
                       scene->reference_time + last->start +
                           last->integrations * scene->integration};
    const int64_t shape[] = {1};
    const char *empty = "";
    filler sub = begin(ms, "OBSERVATION", 1, err);
    put(&sub, "TIME_RANGE", CAL_TYPE_DOUBLE, range);
    put_text(&sub, "TELESCOPE_NAME", scene->telescope);
    put_text(&sub, "OBSERVER", scene->observer);
    put_text(&sub, "PROJECT", scene->project);
    put_text(&sub, "SCHEDULE_TYPE", "");
    put_arrays(&sub, "SCHEDULE", CAL_TYPE_TEXT, 1, shape, &empty);
    put_arrays(&sub, "LOG", CAL_TYPE_TEXT, 1, shape, &empty);
    put_double(&sub, "RELEASE_DATE", range[1]);
    put_bool(&sub, "FLAG_ROW", false);
    return end(&sub);
}

static cal_status fill_processor(const cal_table *ms, cal_error *err)
{
    filler sub = begin(ms, "PROCESSOR", 1, err);
    put_text(&sub, "TYPE", "CORRELATOR");
    put_text(&sub, "SUB_TYPE", "SIMULATED");
    put_int(&sub, "TYPE_ID", -1);
    put_int(&sub, "MODE_ID", -1);
    put_bool(&sub, "FLAG_ROW", false);
    return end(&sub);
}

/* The scene itself goes into HISTORY, with the time of the observation: two runs give the same bytes. */
static cal_status fill_history(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    char *text = cal_json_dump(scene->document);
    const char *parameters = text, *command = "";
    const int64_t shape[] = {1};
    filler sub = begin(ms, "HISTORY", 1, err);
    put_text(&sub, "MESSAGE", "simulated from the scene in APP_PARAMS");
    put_text(&sub, "APPLICATION", "calutils ms-sim");
    put_text(&sub, "ORIGIN", cal_version);
    put_text(&sub, "PRIORITY", "NORMAL");
    put_arrays(&sub, "APP_PARAMS", CAL_TYPE_TEXT, 1, shape, &parameters);
    put_arrays(&sub, "CLI_COMMAND", CAL_TYPE_TEXT, 1, shape, &command);
    put_int(&sub, "OBJECT_ID", 0);
    put_int(&sub, "OBSERVATION_ID", 0);
    put_double(&sub, "TIME", scene->reference_time);
    free(text);
    return end(&sub);
}

cal_status cal_sim_subtables(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    if (fill_antenna(scene, ms, err) || fill_feed(scene, ms, err) ||
        fill_data_description(scene, ms, err) || fill_polarization(scene, ms, err) ||
        fill_spectral_window(scene, ms, err) || fill_field(scene, ms, err) ||
        fill_state(scene, ms, err) || fill_observation(scene, ms, err) || fill_processor(ms, err) ||
        fill_history(scene, ms, err))
        return err->status;
    return CAL_OK;
}

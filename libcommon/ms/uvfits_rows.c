#include "base/mem.h"
#include "base/number.h"
#include "base/progress.h"
#include "ms/filler.h"
#include "ms/uvfits_parts.h"
#include <complex.h>
#include <math.h>
#include <string.h>

enum { BLOCK_NUMBERS = 1 << 20, MOST_GROUPS = 16384 };

static const double same_time = 0.01; /* s; UVFITS times are no better */

/* Where the scans of an array stand. */
typedef struct array_state {
    int scan, source, freqsel;
    double time;
} array_state;

typedef struct importer {
    cal_uvfits *uvfits;
    const cal_uvfits_options *options;
    cal_table *ms;
    cal_uvfits_counts *counts;
    array_state *array;
    double last_time, *baseline_time; /* [antenna1][antenna2], to find the shortest step */
    double step;
    int64_t most;  /* groups of a block */
    double *param; /* [group][param] */
    float *number; /* [group][...] as in the file */
    int32_t *antenna1, *antenna2, *dd, *field, *scan, *array_id;
    double *time, *exposure, *uvw;
    uint8_t *flag_row, *flag;
    float complex *data;
    float *weight, *sigma, *weights;
} importer;

static void make_room(importer *to)
{
    const cal_uvfits *uvfits = to->uvfits;
    int64_t size = uvfits->group_size + uvfits->params;
    to->most = BLOCK_NUMBERS / size;
    to->most = to->most < 1 ? 1 : to->most > MOST_GROUPS ? MOST_GROUPS : to->most;
    if (to->most > uvfits->groups)
        to->most = uvfits->groups;
    int64_t rows = to->most * uvfits->ifs, samples = rows * uvfits->nchan * uvfits->ncorr;
    to->param = CAL_NEW_ARRAY(double, to->most * uvfits->params);
    to->number = CAL_NEW_ARRAY(float, to->most * uvfits->group_size);
    int32_t **ids[] = {&to->antenna1, &to->antenna2, &to->dd, &to->field, &to->scan, &to->array_id};
    for (size_t i = 0; i < CAL_COUNT(ids); i++)
        *ids[i] = CAL_NEW_ARRAY(int32_t, rows);
    to->time = CAL_NEW_ARRAY(double, rows);
    to->exposure = CAL_NEW_ARRAY(double, rows);
    to->uvw = CAL_NEW_ARRAY(double, 3 * rows);
    to->flag_row = CAL_NEW_ARRAY(uint8_t, rows);
    to->flag = CAL_NEW_ARRAY(uint8_t, samples);
    to->data = CAL_NEW_ARRAY(float complex, samples);
    to->weights = CAL_NEW_ARRAY(float, samples);
    to->weight = CAL_NEW_ARRAY(float, rows * uvfits->ncorr);
    to->sigma = CAL_NEW_ARRAY(float, rows * uvfits->ncorr);
    to->array = CAL_NEW_ARRAY(array_state, uvfits->arrays);
    to->baseline_time = CAL_NEW_ARRAY(double, (size_t)uvfits->antennas *(size_t)uvfits->antennas);
}

static void release(importer *to)
{
    void *all[] = {to->param,  to->number,   to->antenna1, to->antenna2,     to->dd,
                   to->field,  to->scan,     to->array_id, to->time,         to->exposure,
                   to->uvw,    to->flag_row, to->flag,     to->data,         to->weights,
                   to->weight, to->sigma,    to->array,    to->baseline_time};
    for (size_t i = 0; i < CAL_COUNT(all); i++)
        free(all[i]);
}

/* ---- parameters ---- */

/* CASA's rule: a scan ends with its source or setup, or with a gap. */
static int next_scan(importer *to, const cal_uvfits_group *now)
{
    array_state *array = &to->array[now->array];
    if (!array->scan || now->source != array->source || now->freqsel != array->freqsel ||
        now->time - array->time > to->options->scan_gap)
        array->scan++;
    array->source = now->source;
    array->freqsel = now->freqsel;
    array->time = now->time;
    return array->scan;
}

static void watch_times(importer *to, const cal_uvfits_group *now)
{
    cal_uvfits_counts *counts = to->counts;
    double *last = &to->baseline_time[now->antenna1 * to->uvfits->antennas + now->antenna2];
    double step = fabs(now->time - *last);
    if (*last != 0 && step > same_time && (to->step == 0 || step < to->step))
        to->step = step;
    *last = now->time;
    counts->backwards += to->last_time != 0 && now->time < to->last_time - same_time;
    to->last_time = now->time;
    if (counts->start == 0 || now->time < counts->start)
        counts->start = now->time;
    if (now->time > counts->end)
        counts->end = now->time;
}

/* The rows of one group, one for each IF. */
static void put_params(importer *to, int64_t at, const cal_uvfits_group *now, const double *raw,
                       int scan)
{
    const cal_uvfits *uvfits = to->uvfits;
    double exposure =
        to->options->interval > 0 ? to->options->interval : cal_uvfits_value(&uvfits->inttim, raw);
    const double uvw[] = {cal_uvfits_value(&uvfits->u, raw), cal_uvfits_value(&uvfits->v, raw),
                          cal_uvfits_value(&uvfits->w, raw)};
    for (int i = 0; i < uvfits->ifs; i++) {
        int64_t row = at * uvfits->ifs + i;
        to->antenna1[row] = now->antenna1;
        to->antenna2[row] = now->antenna2;
        to->dd[row] = now->setup + i;
        to->field[row] = now->field;
        to->scan[row] = scan;
        to->array_id[row] = now->array;
        to->time[row] = now->time;
        to->exposure[row] = exposure;
        for (int k = 0; k < 3; k++)
            to->uvw[3 * row + k] = uvw[k] * CAL_LIGHT_SPEED;
    }
    if (to->counts->interval == 0 || exposure < to->counts->interval)
        to->counts->interval = exposure;
    if (scan > to->counts->scans)
        to->counts->scans = scan;
}

/* ---- visibilities ---- */

/* True: to be flagged, for the first of the reasons. What is not a number must not stay in the data. */
static bool judge(cal_uvfits_counts *counts, float complex *data, float *weight)
{
    if (!isfinite(*weight)) {
        counts->bad_weight++;
        *weight = 0;
    } else if (!isfinite(crealf(*data)) || !isfinite(cimagf(*data))) {
        counts->bad_data++;
        *weight = 0;
    } else if (*weight < 0) {
        counts->negative++;
        *weight = -*weight;
    } else if (*weight == 0) {
        counts->zero++;
    } else {
        return false;
    }
    if (!isfinite(crealf(*data)) || !isfinite(cimagf(*data)))
        *data = 0;
    return true;
}

/* WEIGHT is that of one channel, as WEIGHT_SPECTRUM is: the mean over the good ones, or over all. */
static void put_weight(importer *to, int64_t row)
{
    const int nchan = to->uvfits->nchan, ncorr = to->uvfits->ncorr;
    const float *weights = to->weights + row * nchan * ncorr;
    const uint8_t *flag = to->flag + row * nchan * ncorr;
    for (int c = 0; c < ncorr; c++) {
        double good = 0, all = 0;
        int count = 0;
        for (int k = 0; k < nchan; k++) {
            all += weights[k * ncorr + c];
            if (!flag[k * ncorr + c]) {
                good += weights[k * ncorr + c];
                count++;
            }
        }
        float weight = (float)(count ? good / count : all / nchan);
        to->weight[row * ncorr + c] = weight;
        to->sigma[row * ncorr + c] = weight > 0 ? (float)sqrt(1 / (double)weight) : 0;
    }
}

static void put_samples(importer *to, int64_t row, const float *number)
{
    const cal_uvfits *uvfits = to->uvfits;
    int64_t at = row * uvfits->nchan * uvfits->ncorr, flagged = 0;
    for (int k = 0; k < uvfits->nchan; k++)
        for (int c = 0; c < uvfits->ncorr; c++, at++) {
            const float *from =
                number + k * uvfits->chan_stride + uvfits->order[c] * uvfits->corr_stride;
            to->data[at] = CMPLXF(from[0], from[1]);
            to->weights[at] = from[2];
            to->flag[at] = judge(to->counts, &to->data[at], &to->weights[at]);
            flagged += to->flag[at];
        }
    to->flag_row[row] = flagged == (int64_t)uvfits->nchan * uvfits->ncorr;
    to->counts->flagged += flagged;
    to->counts->rows_flagged += to->flag_row[row];
    put_weight(to, row);
}

/* ---- blocks ---- */

static cal_status read_block(importer *to, int64_t first, int64_t count, cal_error *err)
{
    cal_uvfits *uvfits = to->uvfits;
    int status = 0, any;
    fits_read_grppar_dbl(uvfits->file, first + 1, 1, count * uvfits->params, to->param, &status);
    fits_read_img_flt(uvfits->file, first + 1, 1, count * uvfits->group_size, 0, to->number, &any,
                      &status);
    if (status)
        return cal_fits_fail(err, CAL_INPUT, uvfits->path, "its visibilities cannot be read",
                             status);
    for (int64_t i = 0; i < count; i++) {
        const double *raw = to->param + i * uvfits->params;
        cal_uvfits_group now = {0};
        if (cal_uvfits_read_group(uvfits, raw, first + i, &now, err))
            return err->status;
        watch_times(to, &now);
        put_params(to, i, &now, raw, next_scan(to, &now));
        for (int f = 0; f < uvfits->ifs; f++)
            put_samples(to, i * uvfits->ifs + f,
                        to->number + i * uvfits->group_size + f * uvfits->if_stride);
    }
    return CAL_OK;
}

static cal_status write_block(const importer *to, int64_t first, int64_t count, cal_error *err)
{
    const cal_uvfits *uvfits = to->uvfits;
    cal_filler main = {.table = to->ms,
                       .rows = cal_span_range(first * uvfits->ifs, count * uvfits->ifs),
                       .err = err};
    const int64_t cell[] = {uvfits->ncorr, uvfits->nchan}, total = to->counts->rows;
    cal_fill(&main, "ANTENNA1", CAL_TYPE_INT, to->antenna1);
    cal_fill(&main, "ANTENNA2", CAL_TYPE_INT, to->antenna2);
    cal_fill(&main, "ARRAY_ID", CAL_TYPE_INT, to->array_id);
    cal_fill(&main, "DATA_DESC_ID", CAL_TYPE_INT, to->dd);
    cal_fill(&main, "FIELD_ID", CAL_TYPE_INT, to->field);
    cal_fill(&main, "SCAN_NUMBER", CAL_TYPE_INT, to->scan);
    cal_fill(&main, "TIME", CAL_TYPE_DOUBLE, to->time);
    cal_fill(&main, "TIME_CENTROID", CAL_TYPE_DOUBLE, to->time);
    cal_fill(&main, "EXPOSURE", CAL_TYPE_DOUBLE, to->exposure);
    cal_fill(&main, "INTERVAL", CAL_TYPE_DOUBLE, to->exposure);
    cal_fill(&main, "UVW", CAL_TYPE_DOUBLE, to->uvw);
    cal_fill(&main, "FLAG_ROW", CAL_TYPE_BOOL, to->flag_row);
    cal_fill_int(&main, "FEED1", 0);
    cal_fill_int(&main, "FEED2", 0);
    cal_fill_int(&main, "OBSERVATION_ID", 0);
    cal_fill_int(&main, "PROCESSOR_ID", -1);
    cal_fill_int(&main, "STATE_ID", -1);
    cal_fill_tiles(&main, "DATA", CAL_TYPE_COMPLEX, 2, cell, total, to->data);
    cal_fill_tiles(&main, "FLAG", CAL_TYPE_BOOL, 2, cell, total, to->flag);
    cal_fill_tiles(&main, "WEIGHT", CAL_TYPE_FLOAT, 1, cell, total, to->weight);
    cal_fill_tiles(&main, "SIGMA", CAL_TYPE_FLOAT, 1, cell, total, to->sigma);
    cal_fill_tiles(&main, "WEIGHT_SPECTRUM", CAL_TYPE_FLOAT, 2, cell, total, to->weights);
    return main.status;
}

/* Neither the file nor an option says how long an integration is: the shortest step, rounded to what the
 * times are worth. */
static cal_status put_interval(importer *to, cal_error *err)
{
    const int64_t rows = to->counts->rows, piece = to->most * to->uvfits->ifs;
    cal_status status = CAL_OK;
    to->counts->interval = rint(to->step / same_time) * same_time;
    for (int64_t first = 0; first < rows && !status; first += piece) {
        int64_t count = rows - first < piece ? rows - first : piece;
        cal_filler main = {.table = to->ms, .rows = cal_span_range(first, count), .err = err};
        cal_fill_double(&main, "INTERVAL", to->counts->interval);
        cal_fill_double(&main, "EXPOSURE", to->counts->interval);
        status = main.status;
    }
    return status;
}

cal_status cal_uvfits_rows(cal_uvfits *uvfits, const cal_uvfits_options *options, cal_table *ms,
                           cal_uvfits_counts *counts, cal_error *err)
{
    importer to = {.uvfits = uvfits, .options = options, .ms = ms, .counts = counts};
    double group_bytes = 4 * (double)(uvfits->group_size + uvfits->params);
    cal_status status = CAL_OK;
    make_room(&to);
    cal_progress_start("importing", "bytes", group_bytes * (double)uvfits->groups);
    for (int64_t first = 0; first < uvfits->groups && !status; first += to.most) {
        int64_t count = uvfits->groups - first < to.most ? uvfits->groups - first : to.most;
        status = read_block(&to, first, count, err);
        if (!status)
            status = write_block(&to, first, count, err);
        cal_progress_add(group_bytes * (double)count);
    }
    if (!status && options->interval <= 0 && !uvfits->inttim.count)
        status = put_interval(&to, err);
    cal_progress_end();
    if (!status && counts->backwards)
        cal_warn("%s: not in the order of time (%lld groups are earlier than the one before), so "
                 "scan numbers may mean little; sort it by time first",
                 uvfits->path, (long long)counts->backwards);
    release(&to);
    return status;
}

/* From a block of input rows to rows of the output. */
#include "base/mem.h"
#include "base/number.h"
#include "base/parallel.h"
#include "ms/rows.h"
#include "ms/schema.h"
#include "ms/split_parts.h"
#include <string.h>

enum { CHUNK = 256 }; /* rows that a thread takes at a time */

/* Where row i of the block at hand goes to. */
typedef struct target {
    cal_block *sheet; /* NULL: it is dropped */
    int64_t at;
} target;

typedef struct worker_scratch {
    float *weight[CAL_WEIGHT_KINDS], *spectrum[CAL_WEIGHT_KINDS]; /* of one row */
    cal_sums *samples; /* by data description, made when first needed */
} worker_scratch;

struct cal_split_scratch {
    int jobs, dds;
    worker_scratch *worker;
    int64_t rows, samples; /* room of the arrays below */
    target *target;
    uint8_t *drop, *missing, *flag_row;
    float complex *data;
    uint8_t *flag;
    float *weight, *sigma, *weight_spectrum, *sigma_spectrum;
    cal_status status; /* of the calibration, from whichever thread failed first */
    cal_error err;
};

static void largest_cell(const cal_split *split, int *samples, int *corrs)
{
    *samples = *corrs = 1;
    for (int d = 0; d < split->meta->dds; d++) {
        int size = split->cells[d].nchan_in * split->cells[d].ncorr_in;
        *samples = size > *samples ? size : *samples;
        *corrs = split->cells[d].ncorr_in > *corrs ? split->cells[d].ncorr_in : *corrs;
    }
}

cal_split_scratch *cal_split_scratch_make(const cal_split *split)
{
    cal_split_scratch *scratch = CAL_NEW(cal_split_scratch);
    int samples, corrs;
    largest_cell(split, &samples, &corrs);
    scratch->jobs = split->options->jobs > 0 ? split->options->jobs : 1;
    scratch->dds = split->meta->dds;
    scratch->worker = CAL_NEW_ARRAY(worker_scratch, scratch->jobs);
    for (int w = 0; w < scratch->jobs; w++) {
        scratch->worker[w].samples = CAL_NEW_ARRAY(cal_sums, scratch->dds);
        for (int k = 0; k < CAL_WEIGHT_KINDS; k++) {
            scratch->worker[w].weight[k] = CAL_NEW_ARRAY(float, corrs);
            scratch->worker[w].spectrum[k] = CAL_NEW_ARRAY(float, samples);
        }
    }
    return scratch;
}

void cal_split_scratch_free(cal_split_scratch *scratch)
{
    if (!scratch)
        return;
    for (int w = 0; w < scratch->jobs; w++) {
        for (int d = 0; d < scratch->dds; d++)
            cal_sums_free(&scratch->worker[w].samples[d]);
        for (int k = 0; k < CAL_WEIGHT_KINDS; k++) {
            free(scratch->worker[w].weight[k]);
            free(scratch->worker[w].spectrum[k]);
        }
        free(scratch->worker[w].samples);
    }
    void *arrays[] = {scratch->worker,        scratch->target,
                      scratch->drop,          scratch->missing,
                      scratch->flag_row,      scratch->data,
                      scratch->flag,          scratch->weight,
                      scratch->sigma,         scratch->weight_spectrum,
                      scratch->sigma_spectrum};
    for (size_t i = 0; i < CAL_COUNT(arrays); i++)
        free(arrays[i]);
    free(scratch);
}

static void grow_scratch(const cal_split *split, cal_split_scratch *scratch, const cal_block *block)
{
    int64_t rows = block->rows.count, samples = rows * block->nchan * block->ncorr;
    if (rows > scratch->rows) {
        scratch->rows = rows;
        scratch->target = cal_grow(scratch->target, rows, sizeof *scratch->target);
        scratch->drop = cal_grow(scratch->drop, rows, 1);
        scratch->missing = cal_grow(scratch->missing, rows, 1);
        scratch->flag_row = cal_grow(scratch->flag_row, rows, 1);
    }
    if (samples > scratch->samples) {
        scratch->samples = samples;
        scratch->weight = cal_grow(scratch->weight, samples, sizeof(float));
        scratch->sigma = cal_grow(scratch->sigma, samples, sizeof(float));
        if (split->stage || split->columns_in[0] == CAL_READ_FLOAT_DATA) {
            scratch->data = cal_grow(scratch->data, samples, sizeof *scratch->data);
            scratch->flag = cal_grow(scratch->flag, samples, 1);
        }
        if (split->columns_out & CAL_MS_WEIGHT_SPECTRUM) {
            scratch->weight_spectrum = cal_grow(scratch->weight_spectrum, samples, sizeof(float));
            scratch->sigma_spectrum = cal_grow(scratch->sigma_spectrum, samples, sizeof(float));
        }
    }
}

/* A loop over the rows of a block in chunks. */
typedef struct row_loop {
    cal_split *split;
    cal_split_scratch *scratch;
    cal_split_view *view;
    void (*work)(struct row_loop *loop, int64_t first, int64_t end, int worker);
} row_loop;

static void run_chunk(void *user, int item, int worker)
{
    row_loop *loop = user;
    int64_t first = (int64_t)item * CHUNK, count = loop->view->block->rows.count;
    loop->work(loop, first, first + CHUNK < count ? first + CHUNK : count, worker);
}

static void run_loop(row_loop *loop)
{
    int64_t count = loop->view->block->rows.count;
    cal_parallel(loop->scratch->jobs, (int)((count + CHUNK - 1) / CHUNK), run_chunk, loop);
}

/* ---- calibration ---- */

static const float complex *column_of(const cal_block *block, unsigned column)
{
    return column == CAL_READ_DATA    ? block->data
           : column == CAL_READ_MODEL ? block->model
                                      : block->corrected;
}

/* As applycal: with weights per channel WEIGHT is their median; rows that a table leaves alone keep
 * the weights that they have. */
static void settle_weights(cal_split_scratch *scratch, const cal_block *block, int64_t i,
                           float *spectrum, float *channel)
{
    int ncorr = block->ncorr;
    int64_t cell = (int64_t)block->nchan * ncorr;
    if (scratch->missing[i]) {
        memcpy(scratch->weight + i * ncorr, block->weight + i * ncorr, ncorr * sizeof(float));
        if (spectrum)
            memcpy(spectrum + i * cell, block->weight_spectrum + i * cell, cell * sizeof(float));
        return;
    }
    for (int p = 0; p < ncorr && spectrum; p++) {
        for (int c = 0; c < block->nchan; c++)
            channel[c] = spectrum[i * cell + c * ncorr + p];
        scratch->weight[i * ncorr + p] = cal_median_f(channel, block->nchan);
    }
}

static void calibrate_rows(row_loop *loop, int64_t first, int64_t end, int worker)
{
    cal_split_scratch *scratch = loop->scratch;
    const cal_block *block = loop->view->block;
    const cal_split_stage *stage = loop->split->stage;
    int64_t cell = (int64_t)block->nchan * block->ncorr, at = first * cell,
            n = (end - first) * cell;
    float *spectrum = block->weight_spectrum ? scratch->weight_spectrum : NULL;
    memcpy(scratch->data + at, block->data + at, n * sizeof *scratch->data);
    memcpy(scratch->flag + at, block->flag + at, n);
    memset(scratch->missing + first, 0, end - first);
    for (int64_t i = first * block->ncorr; i < end * block->ncorr; i++)
        scratch->weight[i] = cal_weight_of_sigma(block->sigma[i]);
    for (int64_t i = at; i < at + n && spectrum; i++)
        spectrum[i] = block->sigma_spectrum
                          ? cal_weight_of_sigma(block->sigma_spectrum[i])
                          : scratch->weight[i / cell * block->ncorr + i % block->ncorr];
    cal_error err = {0};
    cal_status status = stage->apply(stage->user, block, first, end, scratch->data, scratch->flag,
                                     scratch->weight, spectrum, scratch->missing, worker, &err);
    for (int64_t i = first; i < end && !status; i++)
        settle_weights(scratch, block, i, spectrum, scratch->worker[worker].spectrum[0]);
    if (status && !__atomic_exchange_n(&scratch->status, status, __ATOMIC_RELAXED))
        scratch->err = err;
}

static cal_status calibrate(cal_split *split, cal_split_scratch *scratch, cal_split_view *view,
                            cal_error *err)
{
    const cal_block *block = view->block;
    row_loop loop = {split, scratch, view, calibrate_rows};
    scratch->status = CAL_OK;
    run_loop(&loop);
    if (scratch->status)
        return cal_fail(err, scratch->status, "%s", scratch->err.text);
    view->data[0] = scratch->data;
    view->flag = scratch->flag;
    if (split->stage->changes_weights) {
        view->weight = scratch->weight;
        view->weight_spectrum = block->weight_spectrum ? scratch->weight_spectrum : NULL;
    }
    for (int64_t i = 0; i < block->rows.count; i++)
        split->counts.rows_uncalibrated += scratch->missing[i];
    return CAL_OK;
}

static bool all_flagged(const uint8_t *flag, int64_t count)
{
    return !memchr(flag, 0, count);
}

static void find_drops(const cal_split_view *view, uint8_t *drop)
{
    const cal_block *block = view->block;
    int64_t cell = (int64_t)block->nchan * block->ncorr;
    for (int64_t i = 0; i < block->rows.count; i++)
        drop[i] = block->rows.flag_row[i] || all_flagged(view->flag + i * cell, cell);
}

cal_status cal_split_prepare(cal_split *split, cal_split_scratch *scratch, const cal_block *block,
                             cal_split_view *view, cal_error *err)
{
    *view = (cal_split_view){.block = block,
                             .flag = block->flag,
                             .weight = block->weight,
                             .sigma = block->sigma,
                             .weight_spectrum = block->weight_spectrum,
                             .sigma_spectrum = block->sigma_spectrum};
    grow_scratch(split, scratch, block);
    for (int i = 0; i < split->rule.columns; i++)
        view->data[i] = column_of(block, split->columns_in[i]);
    if (block->float_data) {
        for (int64_t i = 0; i < block->rows.count * block->nchan * block->ncorr; i++)
            scratch->data[i] = block->float_data[i];
        view->data[0] = scratch->data;
    }
    split->counts.rows_read += block->rows.count;
    if (split->stage && calibrate(split, scratch, view, err))
        return err->status;
    if (!split->options->keepflags) {
        find_drops(view, scratch->drop);
        view->drop = scratch->drop;
    }
    return CAL_OK;
}

/* ---- rows that nothing is done to but weights ---- */

/* WEIGHT and SIGMA of `count` elements: the one that belongs to the data is kept, the other follows
 * it; with both kinds of data both are kept. `from` is where they come from. */
static void plain_weights(const cal_split *split, const float *weight, const float *sigma,
                          int64_t count, float *weight_out, float *sigma_out)
{
    bool several = split->rule.columns > 1;
    bool from_weight = split->source[0] == CAL_WEIGHT_OF_WEIGHT;
    for (int64_t i = 0; i < count; i++) {
        weight_out[i] = several || from_weight ? weight[i] : cal_weight_of_sigma(sigma[i]);
        sigma_out[i] = several || !from_weight ? sigma[i] : cal_sigma_of_weight(weight[i]);
    }
}

/* An element of a spectrum, or of the row where there is none. */
static float spectral(const float *spectrum, const float *row, int64_t cell, int corr)
{
    return spectrum ? spectrum[cell] : row[corr];
}

static void plain_row(const cal_split *split, const cal_split_view *view, int64_t i,
                      const cal_cells *cells, const cal_averaged_row *out)
{
    const cal_block *block = view->block;
    int64_t cell = i * block->nchan * block->ncorr;
    const float *weight = view->weight + i * block->ncorr, *sigma = view->sigma + i * block->ncorr;
    for (int p = 0; p < cells->ncorr; p++)
        plain_weights(split, weight + cells->corr[p], sigma + cells->corr[p], 1, out->weight + p,
                      out->sigma + p);
    for (int c = 0, to = 0; c < cells->nchan; c++)
        for (int p = 0; p < cells->ncorr; p++, to++) {
            int corr = cells->corr[p];
            int64_t from = cell + cells->chan[c] * block->ncorr + corr;
            for (int k = 0; k < split->rule.columns && !split->copies; k++)
                out->data[k][to] = view->data[k][from];
            out->flag[to] = view->flag[from];
            if (!out->weight_spectrum)
                continue;
            float w = spectral(view->weight_spectrum, weight, from, corr);
            float s = spectral(view->sigma_spectrum, sigma, from, corr);
            plain_weights(split, &w, &s, 1, out->weight_spectrum + to, out->sigma_spectrum + to);
            if (split->options->casa)
                out->weight_spectrum[to] = w;
        }
}

/* ---- rows that are averaged over channels ---- */

static const float *row_weight(const cal_split_view *view, cal_weight_source source, int64_t i,
                               float *scratch)
{
    int ncorr = view->block->ncorr;
    if (source == CAL_WEIGHT_OF_WEIGHT)
        return view->weight + i * ncorr;
    for (int p = 0; p < ncorr; p++)
        scratch[p] = source == CAL_WEIGHT_ONE ? 1 : cal_weight_of_sigma(view->sigma[i * ncorr + p]);
    return scratch;
}

static const float *row_spectrum(const cal_split *split, const cal_split_view *view,
                                 cal_weight_source source, int64_t i, float *scratch)
{
    int64_t cell = (int64_t)view->block->nchan * view->block->ncorr;
    if (!split->spectra_in || source == CAL_WEIGHT_ONE)
        return NULL;
    if (source == CAL_WEIGHT_OF_WEIGHT)
        return view->weight_spectrum ? view->weight_spectrum + i * cell : NULL;
    if (!view->sigma_spectrum)
        return NULL;
    for (int64_t n = 0; n < cell; n++)
        scratch[n] = cal_weight_of_sigma(view->sigma_spectrum[i * cell + n]);
    return scratch;
}

static void sample_row(const cal_split *split, cal_split_scratch *scratch,
                       const cal_split_view *view, int64_t i, int worker, cal_sample_row *row)
{
    int64_t cell = (int64_t)view->block->nchan * view->block->ncorr;
    worker_scratch *own = &scratch->worker[worker];
    for (int k = 0; k < split->rule.columns; k++)
        row->data[k] = view->data[k] + i * cell;
    row->flag = view->flag + i * cell;
    for (int k = 0; k < split->rule.kinds; k++) {
        row->weight[k] = row_weight(view, split->source[k], i, own->weight[k]);
        row->spectrum[k] = row_spectrum(split, view, split->source[k], i, own->spectrum[k]);
    }
}

static void average_row(const cal_split *split, cal_split_scratch *scratch,
                        const cal_split_view *view, int64_t i, int worker,
                        const cal_averaged_row *out)
{
    int dd = view->block->rows.dd[i];
    const cal_cells *cells = &split->cells[dd];
    cal_sums *samples = &scratch->worker[worker].samples[dd];
    cal_sample_row row = {0};
    if (!samples->memory)
        cal_sums_make(samples, cells, &split->rule);
    cal_sums_clear(samples, &split->rule);
    sample_row(split, scratch, view, i, worker, &row);
    cal_sums_add(samples, cells, &split->rule, &row);
    cal_sums_finish(samples, cells, &split->rule, out);
}

/* ---- blocks ---- */

static uint8_t flag_of_row(const cal_split *split, const uint8_t *flag, int64_t count, uint8_t old)
{
    return split->options->casa ? old : all_flagged(flag, count);
}

static void fill_rows(row_loop *loop, int64_t first, int64_t end, int worker)
{
    const cal_split *split = loop->split;
    for (int64_t i = first; i < end; i++) {
        const target *to = &loop->scratch->target[i];
        if (!to->sheet)
            continue;
        const cal_rows *rows = &loop->view->block->rows;
        const cal_cells *cells = &split->cells[rows->dd[i]];
        cal_averaged_row out = cal_sheet_row(to->sheet, to->at);
        cal_rows_copy(&to->sheet->rows, to->at, rows, i);
        if (split->averages)
            average_row(split, loop->scratch, loop->view, i, worker, &out);
        else
            plain_row(split, loop->view, i, cells, &out);
        to->sheet->rows.flag_row[to->at] =
            flag_of_row(split, out.flag, (int64_t)cells->nchan * cells->ncorr, rows->flag_row[i]);
    }
}

typedef struct time_rows {
    cal_split *split;
    cal_split_scratch *scratch;
    const cal_split_view *view;
} time_rows;

static void row_of_bin(void *user, int64_t i, int worker, cal_sample_row *row)
{
    time_rows *rows = user;
    sample_row(rows->split, rows->scratch, rows->view, i, worker, row);
}

void cal_split_fill(cal_split *split, cal_split_scratch *scratch, const cal_split_view *view,
                    cal_sheets *sheets)
{
    const cal_rows *rows = &view->block->rows;
    if (split->timebins) {
        time_rows user = {split, scratch, view};
        cal_timebins_add(split->timebins, rows, view->drop, row_of_bin, &user, sheets);
        return;
    }
    for (int64_t i = 0; i < rows->count; i++) {
        target *to = &scratch->target[i];
        *to = (target){0};
        if (!view->drop || !view->drop[i])
            to->sheet = cal_sheets_reserve(sheets, &split->cells[rows->dd[i]], 1, &to->at);
    }
    row_loop loop = {split, scratch, (cal_split_view *)view, fill_rows};
    run_loop(&loop);
}

static bool changes_rows(const cal_split *split, const cal_split_view *view)
{
    const cal_rows *rows = &view->block->rows;
    if (split->averages || split->stage || !split->one_shape || view->block->float_data ||
        (view->drop && memchr(view->drop, 1, rows->count)))
        return true;
    int last = -1;
    for (int64_t i = 0; i < rows->count; i++) {
        if (rows->dd[i] != last && !split->cells[rows->dd[i]].whole)
            return true;
        last = rows->dd[i];
    }
    return false;
}

static void borrow_rows(row_loop *loop, int64_t first, int64_t end, int worker)
{
    (void)worker;
    const cal_split *split = loop->split;
    const cal_split_view *view = loop->view;
    cal_split_scratch *scratch = loop->scratch;
    int ncorr = view->block->ncorr;
    int64_t cell = (int64_t)view->block->nchan * ncorr, at = first * ncorr;
    plain_weights(split, view->weight + at, view->sigma + at, (end - first) * ncorr,
                  scratch->weight + at, scratch->sigma + at);
    for (int64_t i = first; i < end; i++)
        scratch->flag_row[i] =
            flag_of_row(split, view->flag + i * cell, cell, view->block->rows.flag_row[i]);
}

static void borrow_spectra(row_loop *loop, int64_t first, int64_t end, int worker)
{
    borrow_rows(loop, first, end, worker);
    const cal_split_view *view = loop->view;
    cal_split_scratch *scratch = loop->scratch;
    int ncorr = view->block->ncorr;
    int64_t cell = (int64_t)view->block->nchan * ncorr;
    for (int64_t n = first * cell; n < end * cell; n++) {
        int64_t row = n / cell * ncorr;
        int corr = (int)(n % ncorr);
        float w = spectral(view->weight_spectrum, view->weight + row, n, corr);
        float s = spectral(view->sigma_spectrum, view->sigma + row, n, corr);
        plain_weights(loop->split, &w, &s, 1, scratch->weight_spectrum + n,
                      scratch->sigma_spectrum + n);
        if (loop->split->options->casa)
            scratch->weight_spectrum[n] = w;
    }
}

bool cal_split_borrow(cal_split *split, cal_split_scratch *scratch, const cal_split_view *view,
                      cal_block *out)
{
    if (changes_rows(split, view))
        return false;
    bool spectra = split->columns_out & CAL_MS_WEIGHT_SPECTRUM;
    row_loop loop = {split, scratch, (cal_split_view *)view, borrow_spectra};
    if (spectra)
        run_loop(&loop);
    else /* too little for threads */
        borrow_rows(&loop, 0, view->block->rows.count, 0);
    const float complex *columns[CAL_MAX_DATA_COLUMNS] = {0};
    const unsigned bits[] = {CAL_MS_DATA, CAL_MS_MODEL, CAL_MS_CORRECTED};
    for (int i = 0, n = 0; i < CAL_MAX_DATA_COLUMNS; i++)
        if (split->columns_out & bits[i])
            columns[i] = view->data[n++];
    *out = *view->block;
    out->rows.flag_row = scratch->flag_row;
    out->data = (float complex *)columns[0];
    out->model = (float complex *)columns[1];
    out->corrected = (float complex *)columns[2];
    out->weight = scratch->weight;
    out->sigma = scratch->sigma;
    out->weight_spectrum = spectra ? scratch->weight_spectrum : NULL;
    out->sigma_spectrum = spectra ? scratch->sigma_spectrum : NULL;
    return true;
}

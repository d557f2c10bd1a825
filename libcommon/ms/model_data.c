#include "ms/model_data.h"

#include "base/mem.h"
#include "base/output.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "ms/block.h"
#include "ms/data_column.h"
#include "ms/history.h"
#include "ms/model_data_parts.h"
#include <string.h>

enum { ROWS_AT_A_TIME = 256 };
static const char column[] = "MODEL_DATA";

/* ---- what is selected ---- */

static bool count_dds(void *user, const cal_rows *rows, const uint8_t *keep)
{
    cal_model_data *work = user;
    for (int64_t i = 0; i < rows->count; i++)
        if (rows->dd[i] >= 0 && rows->dd[i] < work->meta->dds) {
            work->rows_all[rows->dd[i]]++;
            work->rows[rows->dd[i]] += keep[i];
        }
    return true;
}

static cal_status count_rows(cal_model_data *work, cal_error *err)
{
    int64_t kept;
    cal_status status =
        cal_rows_pass(work->ms, work->selection, CAL_SKIP_ALL, count_dds, work, &kept, err);
    if (status || kept)
        return status;
    return cal_fail(err, CAL_DATA, "%s: the selection matches no rows; nothing was changed",
                    work->meta->path);
}

static cal_status look(cal_model_data *work, cal_error *err)
{
    if (cal_table_open(work->meta->path, false, &work->ms, err) ||
        cal_select_resolve(&work->options->select, work->ms, work->meta, &work->selection, err))
        return err->status;
    if (!cal_table_has_column(work->ms, "DATA"))
        return cal_fail(err, CAL_INPUT, "%s has no visibilities (no column DATA)",
                        work->meta->path);
    work->column_new = !cal_table_has_column(work->ms, column);
    work->rows = CAL_NEW_ARRAY(int64_t, work->meta->dds);
    work->rows_all = CAL_NEW_ARRAY(int64_t, work->meta->dds);
    return count_rows(work, err);
}

/* ---- the loop ---- */

/* What the rows of a data description share. */
typedef struct dd_model {
    cal_sky *sky;    /* NULL: none of them is selected */
    uint8_t *chosen; /* cells; NULL: all */
} dd_model;

typedef struct model_loop {
    const cal_model_data *work;
    dd_model *dd;
    float **scratch; /* [job] */
    cal_reader *reader;
    cal_block *block;
} model_loop;

static size_t cells_of(const cal_meta *meta, int dd)
{
    return (size_t)meta->spw[meta->dd[dd].spw].nchan * (size_t)meta->pol[meta->dd[dd].pol].ncorr;
}

/* Real and imaginary parts [corr][chan], and what cal_sky_visibilities() wants. */
static size_t scratch_size(const cal_meta *meta)
{
    size_t most = 0;
    for (int i = 0; i < meta->dds; i++) {
        size_t nchan = (size_t)meta->spw[meta->dd[i].spw].nchan;
        size_t size = 2 * cells_of(meta, i) + CAL_SKY_SCRATCH(nchan);
        most = size > most ? size : most;
    }
    return most;
}

static void prepare(model_loop *loop, const cal_model_data *work)
{
    const cal_meta *meta = work->meta;
    const cal_model_data_options *options = work->options;
    *loop = (model_loop){.work = work,
                         .dd = CAL_NEW_ARRAY(dd_model, meta->dds),
                         .scratch = CAL_NEW_ARRAY(float *, options->jobs)};
    for (int i = 0; i < meta->dds; i++) {
        const cal_spw *spw = &meta->spw[meta->dd[i].spw];
        const cal_polarization *pol = &meta->pol[meta->dd[i].pol];
        if (!work->rows[i])
            continue;
        loop->dd[i].sky = cal_sky_new(options->component, options->components, spw->freq,
                                      spw->nchan, pol->type, pol->ncorr);
        loop->dd[i].chosen = cal_selection_cells(work->selection, meta, i);
    }
    for (int i = 0; i < options->jobs; i++)
        loop->scratch[i] = cal_alloc_aligned(scratch_size(meta), sizeof(float));
}

static void release(model_loop *loop)
{
    for (int i = 0; i < loop->work->meta->dds; i++) {
        cal_sky_free(loop->dd[i].sky);
        free(loop->dd[i].chosen);
    }
    for (int i = 0; i < loop->work->options->jobs; i++)
        free(loop->scratch[i]);
    free(loop->dd);
    free(loop->scratch);
}

/* One correlation of a row into its cells. */
static void put_correlation(const model_loop *loop, const uint8_t *chosen, int c, const float *re,
                            const float *im, float complex *cell)
{
    const int nchan = loop->block->nchan, ncorr = loop->block->ncorr;
    bool add = loop->work->options->add;
    if (!chosen && !add) {
        cal_sky_interleave(nchan, ncorr, re, im, cell + c);
        return;
    }
    for (int k = 0, at = c; k < nchan; k++, at += ncorr)
        if (!chosen || chosen[at])
            cell[at] = (add ? cell[at] : 0) + CMPLXF(re[k], im[k]);
}

static void model_share(void *user, int item, int worker)
{
    model_loop *loop = user;
    const cal_block *block = loop->block;
    const size_t cells = (size_t)block->nchan * (size_t)block->ncorr;
    float *re = loop->scratch[worker], *im = re + cells;
    int64_t first = (int64_t)item * ROWS_AT_A_TIME, end = first + ROWS_AT_A_TIME;
    for (int64_t i = first; i < end && i < block->rows.count; i++) {
        const dd_model *dd = &loop->dd[block->rows.dd[i]];
        cal_sky_visibilities(dd->sky, &block->rows.uvw[3 * i], re, im, im + cells);
        for (int c = 0; c < block->ncorr; c++)
            put_correlation(loop, dd->chosen, c, re + c * block->nchan, im + c * block->nchan,
                            block->model + (size_t)i * cells);
    }
}

static cal_status run_blocks(model_loop *loop, cal_error *err)
{
    cal_table *ms = loop->work->ms;
    cal_status status = CAL_OK;
    cal_progress_start(loop->work->meta->name, "rows", (double)cal_table_rows(ms));
    while (!cal_stop_requested() && !(status = cal_reader_next(loop->reader, &loop->block, err)) &&
           loop->block) {
        int64_t rows = loop->block->rows.count;
        int items = (int)((rows + ROWS_AT_A_TIME - 1) / ROWS_AT_A_TIME);
        cal_parallel(loop->work->options->jobs, items, model_share, loop);
        if ((status = cal_block_put_later(loop->reader, ms, loop->block, column, loop->block->model,
                                          err)))
            break;
        cal_progress_add((double)rows);
    }
    cal_progress_end();
    return status ? status : cal_reader_finish(loop->reader, err);
}

static cal_status run_loop(cal_model_data *work, cal_error *err)
{
    model_loop loop;
    prepare(&loop, work);
    cal_status status = cal_reader_open(work->ms, work->meta, work->selection, CAL_READ_MODEL, NULL,
                                        &loop.reader, err);
    if (!status) {
        status = run_blocks(&loop, err);
        cal_reader_close(loop.reader);
    }
    release(&loop);
    return status;
}

/* ---- the whole ---- */

static cal_status write_model(cal_model_data *work, cal_error *err)
{
    const char *path = work->meta->path;
    cal_table_close(work->ms, NULL);
    work->ms = NULL;
    cal_stop_defer();
    if (cal_data_column_make(path, column, err) || cal_table_open(path, true, &work->ms, err))
        return err->status;
    cal_status status = run_loop(work, err);
    cal_status closed = cal_table_close(work->ms, status ? NULL : err);
    work->ms = NULL;
    if (cal_stop_requested()) {
        cal_warn("%s: interrupted; %s holds the model of some rows only", path, column);
        cal_stop_now();
    }
    if (!status && !closed && work->options->history)
        return cal_history_add(path, "model visibilities set", err);
    return status ? status : closed;
}

cal_status cal_model_data_write(const char *path, const cal_model_data_options *options, jv *report,
                                cal_error *err)
{
    cal_model_data work = {.options = options};
    if (cal_meta_load(path, NULL, &work.meta, err))
        return err->status;
    cal_status status = look(&work, err);
    if (!status && !options->dry_run)
        status = write_model(&work, err);
    if (!status)
        *report = cal_model_data_report(&work);
    cal_table_close(work.ms, NULL);
    cal_selection_free(work.selection);
    free(work.rows);
    free(work.rows_all);
    cal_meta_free(work.meta);
    return status;
}

#include "ms/split.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/progress.h"
#include "ms/schema.h"
#include "ms/split_parts.h"
#include <string.h>

enum { FLUSH_BYTES = 32 << 20, WINDOW_BYTES = 16 << 20 };

/* ---- opening and closing ---- */

static cal_status refuse_multi_ms(const char *path, cal_error *err)
{
    char *parts = cal_format("%s/SUBMSS", path);
    bool multi = cal_path_exists(parts);
    free(parts);
    if (multi)
        return cal_fail(err, CAL_INPUT,
                        "%s: is a multi-MS; split its parts below SUBMSS one by one", path);
    return CAL_OK;
}

cal_status cal_split_open(const char *path, const cal_split_options *options, cal_split **split,
                          cal_error *err)
{
    cal_split *made = CAL_NEW(cal_split);
    made->options = options;
    made->notes = jv_array();
    made->counts.rows_selected = -1;
    cal_status status = refuse_multi_ms(path, err);
    if (!status)
        status = cal_meta_load(path, &made->ms, &made->meta, err);
    if (!status)
        status = cal_sources_load(made->ms, &made->sources, err);
    if (!status)
        status = cal_split_plan(made, err);
    if (status) {
        cal_split_close(made);
        return status;
    }
    *split = made;
    return CAL_OK;
}

const cal_meta *cal_split_meta(const cal_split *split)
{
    return split->meta;
}

void cal_split_close(cal_split *split)
{
    if (!split)
        return;
    for (int i = 0; split->meta && i < split->meta->spws && split->bins; i++)
        cal_bins_free(&split->bins[i]);
    for (int i = 0; split->meta && i < split->meta->dds && split->cells; i++)
        cal_cells_free(&split->cells[i]);
    for (int i = 0; split->meta && i < split->meta->pols && split->corr; i++)
        free(split->corr[i]);
    free(split->bins);
    free(split->cells);
    free(split->corr);
    free(split->ncorr);
    cal_timebins_free(split->timebins);
    cal_reindex_free(&split->maps);
    cal_selection_free(split->antennas);
    cal_selection_free(split->times);
    cal_selection_free(split->selection);
    cal_sources_free(&split->sources);
    cal_meta_free(split->meta);
    cal_table_close(split->ms, NULL);
    jv_free(split->notes);
    free(split);
}

/* ---- running ---- */

static unsigned columns_to_read(const cal_split *split)
{
    unsigned what = CAL_READ_FLAG | CAL_READ_WEIGHT | CAL_READ_SIGMA;
    for (int i = 0; i < split->rule.columns && !split->copies; i++)
        what |= split->columns_in[i];
    if (split->spectra_in)
        what |= CAL_READ_WEIGHT_SPECTRUM;
    if (split->spectra_in && cal_table_has_column(split->ms, "SIGMA_SPECTRUM"))
        what |= CAL_READ_SIGMA_SPECTRUM;
    return what;
}

/* Rows that are looked at together where cells differ in shape: their order is put right again
 * within a window. */
static int64_t window_rows(const cal_split *split)
{
    int64_t largest = 1;
    for (int d = 0; d < split->meta->dds; d++) {
        int64_t cell = (int64_t)split->cells[d].nchan_in * split->cells[d].ncorr_in *
                       (int64_t)sizeof(float complex);
        largest = cell > largest ? cell : largest;
    }
    int64_t rows = WINDOW_BYTES / largest;
    return rows < 256 ? 256 : rows > 65536 ? 65536 : rows;
}

typedef struct run_state {
    cal_reader *reader;
    cal_ms_writer *writer;
    cal_sheets *sheets;
    cal_split_scratch *scratch;
    int64_t window, current; /* rows per window; the window that is collected */
} run_state;

/* Rows of several shapes wait until their window is complete, averaged ones until there are many. */
static cal_status flush_before(cal_split *split, run_state *run, const cal_block *block,
                               cal_error *err)
{
    if (split->timebins)
        return cal_sheets_bytes(run->sheets) < FLUSH_BYTES
                   ? CAL_OK
                   : cal_sheets_flush(run->sheets, run->writer, err);
    int64_t window = split->one_shape ? run->current + 1 : block->rows.row[0] / run->window;
    bool same = window == run->current;
    run->current = window;
    return same ? CAL_OK : cal_sheets_flush(run->sheets, run->writer, err);
}

static cal_status run_block(cal_split *split, run_state *run, const cal_block *block,
                            cal_error *err)
{
    cal_split_view view;
    cal_block whole;
    cal_block *blocks[] = {&whole};
    cal_status status = flush_before(split, run, block, err);
    if (!status)
        status = cal_split_prepare(split, run->scratch, block, &view, err);
    if (status)
        return status;
    if (cal_split_borrow(split, run->scratch, &view, &whole))
        return cal_ms_writer_put(run->writer, blocks, 1, err);
    cal_split_fill(split, run->scratch, &view, run->sheets);
    return CAL_OK;
}

static cal_status run_blocks(cal_split *split, run_state *run, cal_error *err)
{
    cal_block *block;
    cal_status status;
    int64_t seen = 0;
    cal_progress_start("splitting", "rows", (double)cal_table_rows(split->ms));
    while (!(status = cal_reader_next(run->reader, &block, err)) && block) {
        if ((status = run_block(split, run, block, err)))
            break;
        int64_t last = block->rows.row[block->rows.count - 1] + 1;
        cal_progress_add(last > seen ? (double)(last - seen) : 0);
        seen = last > seen ? last : seen;
    }
    cal_progress_end();
    if (!status && split->timebins)
        cal_timebins_end(split->timebins, run->sheets);
    return status ? status : cal_sheets_flush(run->sheets, run->writer, err);
}

static cal_status run_stream(cal_split *split, cal_ms_writer *writer, cal_error *err)
{
    run_state run = {.writer = writer, .window = window_rows(split), .current = -1};
    cal_reader_options options = {.window = split->one_shape ? 0 : run.window};
    cal_status status = cal_reader_open(split->ms, split->meta, split->selection,
                                        columns_to_read(split), &options, &run.reader, err);
    if (status)
        return status;
    if (split->copies)
        cal_ms_writer_copy(writer, split->ms, run.reader, split->columns_out, split->column_names);
    run.sheets = cal_sheets_make(split->columns_out, !split->copies);
    run.scratch = cal_split_scratch_make(split);
    status = run_blocks(split, &run, err);
    cal_reader_close(run.reader);
    cal_sheets_free(run.sheets);
    cal_split_scratch_free(run.scratch);
    return status;
}

static cal_status write_subtables(cal_split *split, cal_table *main, cal_error *err)
{
    cal_subtables_plan plan = {.meta = split->meta,
                               .maps = &split->maps,
                               .bins = split->bins,
                               .corr = (const int *const *)split->corr,
                               .ncorr = split->ncorr,
                               .pointing = split->options->pointing,
                               .times = split->options->reindex ? split->times : NULL};
    cal_zero_new_memory(true); /* casacore leaves gaps between arrays */
    cal_status status = cal_subtables_write(split->ms, main, &plan, &split->subtables, err);
    cal_zero_new_memory(false);
    return status;
}

static cal_status write_all(cal_split *split, const char *path, cal_error *err)
{
    cal_ms_writer *writer;
    split->copies = cal_split_copies(split);
    cal_status status =
        cal_ms_writer_create(path, split->ms, split->columns_out, split->column_names[0],
                             cal_table_rows(split->ms), &split->maps, &writer, err);
    if (status)
        return status;
    status = run_stream(split, writer, err);
    if (!status) /* data may still be on their way */
        status = write_subtables(split, cal_ms_writer_table(writer), err);
    split->counts.rows_written = cal_ms_writer_rows(writer);
    split->counts.rows_flagged = cal_ms_writer_rows_flagged(writer);
    if (!status && !split->counts.rows_written)
        status = cal_fail(err, CAL_DATA, "%s: the selection leaves no row", split->meta->path);
    cal_status closed = cal_ms_writer_close(writer, status ? NULL : err);
    return status ? status : closed;
}

cal_status cal_split_run(cal_split *split, const char *path, cal_error *err)
{
    cal_status status = cal_split_survey(split, false, err);
    if (!status)
        status = write_all(split, path, err);
    if (status)
        return status;
    int64_t disorder = split->timebins ? cal_timebins_disorder(split->timebins) : 0;
    if (disorder)
        cal_split_note(split,
                       "%lld rows come before the time of an earlier row of their baseline: "
                       "they open bins of their own",
                       (long long)disorder);
    if (split->subtables.dangling)
        cal_split_note(split, "%d keywords of subtables that are missing on disk are left out",
                       split->subtables.dangling);
    split->counts.bytes = cal_tree_size(path);
    return CAL_OK;
}

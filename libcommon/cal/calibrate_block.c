/* One block of applycal's loop. */
#include "base/mem.h"
#include "base/number.h"
#include "base/parallel.h"
#include "cal/calibrate_parts.h"
#include "ms/flag_version.h"
#include <string.h>

/* ---- room ---- */

void cal_calibrate_free_room(cal_calibrate_work *work)
{
    void *owned[] = {work->keep,   work->missing,         work->flag,
                     work->weight, work->weight_spectrum, work->before};
    for (size_t i = 0; i < CAL_COUNT(owned); i++)
        free(owned[i]);
    work->keep = work->missing = work->flag = NULL;
    work->weight = work->weight_spectrum = NULL;
    work->before = NULL;
}

static void make_room(cal_calibrate_work *work, const cal_block *block)
{
    int64_t rows = block->rows.count, cells = rows * block->nchan * block->ncorr;
    if (rows <= work->room_rows && cells <= work->room_cells)
        return;
    cal_calibrate_free_room(work);
    rows = rows > work->room_rows ? rows : work->room_rows;
    cells = cells > work->room_cells ? cells : work->room_cells;
    work->room_rows = rows;
    work->room_cells = cells;
    work->keep = CAL_NEW_ARRAY(uint8_t, rows);
    work->missing = CAL_NEW_ARRAY(uint8_t, rows);
    work->flag = CAL_NEW_ARRAY(uint8_t, cells);
    work->weight = CAL_NEW_ARRAY(float, rows * 4);
    if (work->plan.spectra)
        work->weight_spectrum = CAL_NEW_ARRAY(float, cells);
}

static float complex *room_before(cal_calibrate_work *work)
{
    if (!work->before)
        work->before = CAL_NEW_ARRAY(float complex, work->room_cells);
    return work->before;
}

/* ---- cells that the selection leaves out ---- */

static bool any_cells_left_out(const cal_calibrate_work *work, const cal_block *block)
{
    int last = -1;
    for (int64_t i = 0; i < block->rows.count; i++) {
        int dd = block->rows.dd[i];
        if (!work->keep[i] || dd == last)
            continue;
        last = dd;
        uint8_t *chosen = cal_selection_cells(work->selection, work->meta, dd);
        free(chosen);
        if (chosen)
            return true;
    }
    return false;
}

static void put_back_row(const cal_calibrate_work *work, cal_block *block, int64_t row,
                         const uint8_t *chosen)
{
    int cells = block->nchan * block->ncorr;
    for (int k = 0; k < cells; k++) {
        if (chosen[k])
            continue;
        work->flag[row * cells + k] = block->flag[row * cells + k];
        if (block->data)
            block->data[row * cells + k] = work->before[row * cells + k];
    }
}

/* Channels and correlations that were not chosen are as they were before. */
static void put_back_cells(const cal_calibrate_work *work, cal_block *block)
{
    int last = -1;
    uint8_t *chosen = NULL;
    for (int64_t i = 0; i < block->rows.count; i++) {
        if (!work->keep[i])
            continue;
        if (block->rows.dd[i] != last) {
            last = block->rows.dd[i];
            free(chosen);
            chosen = cal_selection_cells(work->selection, work->meta, last);
        }
        if (chosen)
            put_back_row(work, block, i, chosen);
    }
    free(chosen);
}

/* ---- weights ---- */

/* Weights start from SIGMA, so that it does not matter what an earlier run left in WEIGHT. */
static float weight_of(float sigma)
{
    return sigma > 0 ? 1.0f / (sigma * sigma) : 0.0f;
}

static void start_weights(cal_calibrate_work *work, const cal_block *block)
{
    int64_t count = block->rows.count * block->ncorr;
    int cells = block->nchan * block->ncorr;
    for (int64_t i = 0; i < count; i++)
        work->weight[i] = weight_of(block->sigma[i]);
    if (!work->plan.spectra || !block->weight_spectrum)
        return;
    for (int64_t i = 0; i < block->rows.count; i++)
        for (int k = 0; k < cells; k++)
            work->weight_spectrum[i * cells + k] =
                block->sigma_spectrum ? weight_of(block->sigma_spectrum[i * cells + k])
                                      : work->weight[i * block->ncorr + k % block->ncorr];
}

/* With weights per channel, WEIGHT is their median. */
static void summarise_weights(cal_calibrate_work *work, const cal_block *block)
{
    float *channel = CAL_NEW_ARRAY(float, block->nchan);
    int ncorr = block->ncorr;
    for (int64_t i = 0; i < block->rows.count; i++)
        for (int corr = 0; corr < ncorr; corr++) {
            for (int c = 0; c < block->nchan; c++)
                channel[c] = work->weight_spectrum[(i * block->nchan + c) * ncorr + corr];
            work->weight[i * ncorr + corr] = cal_median_f(channel, block->nchan);
        }
    free(channel);
}

/* Rows that are not calibrated keep the weights that they have. */
static void put_back_weights(cal_calibrate_work *work, const cal_block *block)
{
    int cells = block->nchan * block->ncorr;
    for (int64_t i = 0; i < block->rows.count; i++) {
        if (work->keep[i] && !work->missing[i])
            continue;
        memcpy(&work->weight[i * block->ncorr], &block->weight[i * block->ncorr],
               block->ncorr * sizeof(float));
        if (block->weight_spectrum)
            memcpy(&work->weight_spectrum[i * cells], &block->weight_spectrum[i * cells],
                   cells * sizeof(float));
    }
}

/* ---- the chain, in several threads ---- */

enum { ROWS_AT_A_TIME = 256 };

typedef struct share {
    cal_calibrate_work *work;
    cal_block *block;
    cal_chain_data data;
    cal_error *err; /* by item */
} share;

/* The kept rows of one share, run by run. */
static void calibrate_share(void *user, int item, int worker)
{
    share *s = user;
    int64_t first = (int64_t)item * ROWS_AT_A_TIME, end = first + ROWS_AT_A_TIME;
    end = end < s->block->rows.count ? end : s->block->rows.count;
    const uint8_t *keep = s->work->keep;
    for (int64_t stop; first < end; first = stop) {
        for (stop = first + 1; stop < end && keep[stop] == keep[first];)
            stop++;
        if (keep[first] &&
            cal_chain_apply(s->work->chain, s->block, first, stop, &s->data, worker, &s->err[item]))
            return;
    }
}

static cal_status run_chain(cal_calibrate_work *work, cal_block *block, cal_error *err)
{
    int items = (int)((block->rows.count + ROWS_AT_A_TIME - 1) / ROWS_AT_A_TIME);
    bool spectra = work->plan.weight && block->weight_spectrum;
    share s = {work,
               block,
               {work->plan.data ? block->data : NULL, work->flag,
                work->plan.weight ? work->weight : NULL, spectra ? work->weight_spectrum : NULL,
                work->missing, work->plan.strict},
               CAL_NEW_ARRAY(cal_error, items)};
    memset(work->missing, 0, block->rows.count);
    cal_parallel(work->jobs, items, calibrate_share, &s);
    cal_status status = CAL_OK;
    for (int i = 0; i < items && !status; i++)
        if (s.err[i].status)
            status = cal_fail(err, s.err[i].status, "%s", s.err[i].text);
    free(s.err);
    return status;
}

/* ---- counting ---- */

static void count_block(cal_calibrate_work *work, const cal_block *block, bool flags_changed)
{
    int64_t cells = (int64_t)block->nchan * block->ncorr;
    for (int64_t i = 0; i < block->rows.count; i++) {
        if (!work->keep[i])
            continue;
        work->count.rows++;
        work->count.rows_missing += work->missing[i];
        work->count.data += cells;
        int64_t before = cal_count_set(&block->flag[i * cells], cells);
        work->count.flagged_before += before;
        work->count.flagged_after +=
            flags_changed ? cal_count_set(&work->flag[i * cells], cells) : before;
    }
}

/* ---- writing ---- */

/* Where CORRECTED_DATA holds an earlier run's data, what is not calibrated now keeps them. */
static cal_status read_earlier(cal_calibrate_work *work, const cal_block *block,
                               float complex *into, cal_error *err)
{
    cal_reader_lock(work->reader);
    cal_status status = cal_table_get(work->ms, "CORRECTED_DATA", CAL_TYPE_COMPLEX,
                                      cal_span_list(block->rows.row, block->rows.count), into, err);
    cal_reader_unlock(work->reader);
    return status;
}

static cal_status keep_earlier_rows(cal_calibrate_work *work, cal_block *block, bool have_earlier,
                                    cal_error *err)
{
    size_t row = (size_t)block->nchan * block->ncorr * sizeof *block->data;
    if (work->plan.column_new || !memchr(work->missing, 1, block->rows.count))
        return CAL_OK;
    if (!have_earlier && read_earlier(work, block, room_before(work), err))
        return err->status;
    for (int64_t i = 0; i < block->rows.count; i++)
        if (work->missing[i])
            memcpy((char *)block->data + i * row, (char *)work->before + i * row, row);
    return CAL_OK;
}

static cal_status write_weights(cal_calibrate_work *work, const cal_block *block, cal_error *err)
{
    if (block->weight_spectrum)
        summarise_weights(work, block);
    put_back_weights(work, block);
    if (cal_block_put(work->reader, work->ms, block, "WEIGHT", work->weight, err))
        return err->status;
    if (!block->weight_spectrum)
        return CAL_OK;
    return cal_block_put(work->reader, work->ms, block, "WEIGHT_SPECTRUM", work->weight_spectrum,
                         err);
}

/* Nothing else may use the MS while its flags are copied. */
static cal_status save_flags(cal_calibrate_work *work, cal_error *err)
{
    if (!work->flag_backup || work->flag_version)
        return CAL_OK;
    cal_reader_lock(work->reader);
    cal_status status =
        cal_flag_version_save(work->ms, work->meta, "applycal", &work->flag_version, err);
    cal_reader_unlock(work->reader);
    return status;
}

/* Other columns are small or seldom written. When the last row of a new column gets its cell, all before
 * it are written: that cell tells the next run that the column was finished. */
static cal_status write_data(cal_calibrate_work *work, const cal_block *block, cal_error *err)
{
    bool last = block->rows.row[block->rows.count - 1] == work->all_rows - 1;
    if (last && cal_reader_finish(work->reader, err))
        return err->status;
    return cal_block_put_later(work->reader, work->ms, block, "CORRECTED_DATA", block->data, err);
}

static cal_status write_block(cal_calibrate_work *work, const cal_block *block, bool flags_changed,
                              cal_error *err)
{
    if (work->plan.data && write_data(work, block, err))
        return err->status;
    if (work->plan.flag && flags_changed) {
        work->count.blocks_flagged++;
        if (save_flags(work, err) ||
            cal_block_put(work->reader, work->ms, block, "FLAG", work->flag, err))
            return err->status;
    }
    return work->plan.weight ? write_weights(work, block, err) : CAL_OK;
}

/* ---- the whole ---- */

static void set_keep(cal_calibrate_work *work, const cal_block *block)
{
    if (work->plan.column_new)
        cal_selection_rows(work->selection, &block->rows, work->keep);
    else
        memset(work->keep, 1, block->rows.count);
}

/* What cells outside the selection go back to: DATA in a new column, else what is there. */
static cal_status save_cells(cal_calibrate_work *work, const cal_block *block, cal_error *err)
{
    int64_t cells = block->rows.count * block->nchan * block->ncorr;
    if (!work->plan.data)
        return CAL_OK;
    if (!work->plan.column_new)
        return read_earlier(work, block, room_before(work), err);
    memcpy(room_before(work), block->data, cells * sizeof *block->data);
    return CAL_OK;
}

cal_status cal_calibrate_block(cal_calibrate_work *work, cal_block *block, cal_error *err)
{
    int64_t cells = block->rows.count * block->nchan * block->ncorr;
    make_room(work, block);
    set_keep(work, block);
    memcpy(work->flag, block->flag, cells);
    if (work->plan.weight)
        start_weights(work, block);
    bool partial = any_cells_left_out(work, block);
    if (partial && save_cells(work, block, err))
        return err->status;
    if (run_chain(work, block, err))
        return err->status;
    if (partial)
        put_back_cells(work, block);
    bool flags_changed = memcmp(work->flag, block->flag, cells);
    count_block(work, block, flags_changed);
    if (work->plan.data && keep_earlier_rows(work, block, partial, err))
        return err->status;
    return write_block(work, block, flags_changed, err);
}

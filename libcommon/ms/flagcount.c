#include "ms/flagcount.h"
#include "base/mem.h"
#include "base/progress.h"
#include "ms/block.h"
#include <string.h>

enum { MAX_CORR = 8 };

/* Flags of consecutive channels by correlation, in whole groups of eight bytes that the compiler adds side by side. */
static void count_channels(const uint8_t *flag, int64_t bytes, int ncorr, int64_t count[MAX_CORR])
{
    int lane[8] = {0};
    int64_t i = 0;
    for (; i + 8 <= bytes; i += 8)
        for (int k = 0; k < 8; k++)
            lane[k] += flag[i + k];
    for (int k = 0; k < 8; k++)
        count[k % ncorr] += lane[k];
    for (; i < bytes; i++)
        count[i % ncorr] += flag[i];
}

/* Flagged channels of one row by correlation, over the chosen channels; returns how many channels that are. */
static int count_row(const uint8_t *flag, int nchan, int ncorr, const cal_spw_choice *choice,
                     int64_t count[MAX_CORR])
{
    bool eight = 8 % ncorr == 0; /* a group of eight bytes holds whole channels */
    if (eight && (!choice || choice->whole)) {
        count_channels(flag, (int64_t)nchan * ncorr, ncorr, count);
        return nchan;
    }
    cal_chan_range all = {0, nchan - 1, 1};
    const cal_chan_range *range = choice ? choice->range : &all;
    int channels = 0;
    for (int r = 0; r < (choice ? choice->ranges : 1); r++)
        for (int c = range[r].first; c <= range[r].last && c < nchan;
             c += range[r].step, channels++)
            for (int k = 0; k < ncorr; k++)
                count[k] += flag[c * ncorr + k];
    return channels;
}

static void add(cal_flag_count *count, const cal_flag_count *row)
{
    count->flagged += row->flagged;
    count->total += row->total;
    count->unflagged_rows += row->unflagged_rows;
}

/* Where the rows are counted that have one data description. */
typedef struct place {
    int spw;
    const cal_spw_choice *choice;
    const int *corr; /* NULL: all */
    int corrs;
    const int *type; /* Stokes codes */
} place;

static place place_of(const cal_meta *meta, const cal_selection *selection, int dd)
{
    const cal_polarization *pol = &meta->pol[meta->dd[dd].pol];
    place where = {meta->dd[dd].spw, NULL, NULL, pol->ncorr, pol->type};
    if (selection) {
        where.choice = cal_selection_channels(selection, where.spw);
        where.corr = cal_selection_corrs(selection, dd, &where.corrs);
    }
    return where;
}

/* The chosen correlations of one row together; by correlation they go into counts->corr. */
static cal_flag_count sum_row(cal_flag_counts *counts, const place *where, int channels,
                              const int64_t flagged[MAX_CORR])
{
    cal_flag_count row = {0};
    for (int i = 0; i < where->corrs; i++) {
        int k = where->corr ? where->corr[i] : i;
        cal_flag_count one = {flagged[k], channels,
                              channels ? 1 - (double)flagged[k] / channels : 0};
        if ((unsigned)where->type[k] < CAL_STOKES_CODES)
            add(&counts->corr[where->type[k]], &one);
        row.flagged += one.flagged;
        row.total += one.total;
    }
    row.unflagged_rows = row.total ? 1 - (double)row.flagged / row.total : 0;
    return row;
}

static void add_row(cal_flag_counts *counts, const cal_summary *summary, const cal_rows *rows,
                    int64_t i, int scan, int spw, const cal_flag_count *row)
{
    bool all = row->total && row->flagged == row->total;
    add(&counts->all, row);
    add(&counts->spw[spw], row);
    if (scan >= 0)
        add(&counts->scan[scan], row);
    if ((unsigned)rows->field[i] < (unsigned)summary->counts[CAL_BY_FIELD])
        add(&counts->field[rows->field[i]], row);
    if ((unsigned)rows->antenna1[i] < (unsigned)summary->antennas)
        add(&counts->antenna[rows->antenna1[i]], row);
    if ((unsigned)rows->antenna2[i] < (unsigned)summary->antennas &&
        rows->antenna1[i] != rows->antenna2[i])
        add(&counts->antenna[rows->antenna2[i]], row);
    counts->flagged_rows += rows->flag_row[i];
    counts->odd_rows += rows->flag_row[i] != all;
}

/* Stokes I and the correlations of a polarization with itself: RR LL XX YY. */
static bool is_parallel_hand(int type)
{
    return type == 1 || type == 5 || type == 8 || type == 9 || type == 12;
}

static void add_weights(cal_flag_counts *counts, const cal_meta *meta, const place *where,
                        int field, int channels, const int64_t flagged[MAX_CORR],
                        const float *weight)
{
    if ((unsigned)field >= (unsigned)meta->fields)
        return;
    double *sum = &counts->weight[(size_t)field * counts->spws + where->spw];
    for (int i = 0; i < where->corrs; i++) {
        int k = where->corr ? where->corr[i] : i;
        if (is_parallel_hand(where->type[k]))
            *sum += (double)(channels - flagged[k]) * weight[k];
    }
}

static void add_block(cal_flag_counts *counts, const cal_meta *meta, const cal_selection *selection,
                      const cal_summary *summary, const cal_block *block)
{
    const cal_rows *rows = &block->rows;
    int64_t cell = (int64_t)block->nchan * block->ncorr;
    int scan = -1;
    place where = {0};
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t flagged[MAX_CORR] = {0};
        if (!i || rows->dd[i] != rows->dd[i - 1])
            where = place_of(meta, selection, rows->dd[i]);
        if (!i || rows->scan[i] != rows->scan[i - 1] ||
            rows->observation[i] != rows->observation[i - 1] ||
            rows->array[i] != rows->array[i - 1])
            scan = cal_summary_scan(summary, rows->observation[i], rows->array[i], rows->scan[i]);
        int channels =
            count_row(block->flag + i * cell, block->nchan, block->ncorr, where.choice, flagged);
        cal_flag_count row = sum_row(counts, &where, channels, flagged);
        add_row(counts, summary, rows, i, scan, where.spw, &row);
        if (counts->weight)
            add_weights(counts, meta, &where, rows->field[i], channels, flagged,
                        block->weight + i * block->ncorr);
    }
}

cal_status cal_flag_counts_read(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                                const cal_summary *summary, bool weights, cal_flag_counts **counts,
                                cal_error *err)
{
    int columns = CAL_READ_FLAG | (weights ? CAL_READ_WEIGHT : 0);
    cal_reader *reader;
    cal_block *block;
    for (int p = 0; p < meta->pols; p++)
        if (meta->pol[p].ncorr > MAX_CORR)
            return cal_fail(err, CAL_INPUT,
                            "%s: POLARIZATION row %d has %d correlations; %d can be counted",
                            meta->path, p, meta->pol[p].ncorr, MAX_CORR);
    const cal_reader_options options = {.skip =
                                            CAL_SKIP_ALL & ~(CAL_SKIP_ARRAY | CAL_SKIP_FLAG_ROW)};
    if (cal_reader_open(ms, meta, selection, columns, &options, &reader, err))
        return err->status;
    cal_flag_counts *made = CAL_NEW(cal_flag_counts);
    made->scan = CAL_NEW_ARRAY(cal_flag_count, summary->scans);
    made->field = CAL_NEW_ARRAY(cal_flag_count, meta->fields);
    made->spw = CAL_NEW_ARRAY(cal_flag_count, meta->spws);
    made->antenna = CAL_NEW_ARRAY(cal_flag_count, meta->antennas);
    made->spws = meta->spws;
    if (weights)
        made->weight = CAL_NEW_ARRAY(double, (size_t)meta->fields * meta->spws);
    cal_progress_start("counting flags", "rows", (double)summary->rows);
    cal_status status;
    while (!(status = cal_reader_next(reader, &block, err)) && block) {
        add_block(made, meta, selection, summary, block);
        cal_progress_add((double)block->rows.count);
    }
    cal_progress_end();
    cal_reader_close(reader);
    if (status)
        cal_flag_counts_free(made);
    else
        *counts = made;
    return status;
}

void cal_flag_counts_free(cal_flag_counts *counts)
{
    if (!counts)
        return;
    free(counts->scan);
    free(counts->field);
    free(counts->spw);
    free(counts->antenna);
    free(counts->weight);
    free(counts);
}

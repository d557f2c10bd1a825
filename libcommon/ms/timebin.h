/* Averaging in time: bins of each baseline for itself (fields_ms 4.4).
 *
 * A bin opens with a row of its baseline and takes the rows that follow within `width` (and, if
 * asked for, within `uvw_distance` of it); the row that does not fit closes it and opens the next.
 * Bins never cross a group: rows of one observation, array, scan, state, field, data description,
 * less what is combined. A group whose last row has come is closed, so that only the bins of the
 * groups that are going on take memory.
 */
#ifndef CAL_MS_TIMEBIN_H
#define CAL_MS_TIMEBIN_H

#include "ms/average.h"
#include "ms/block.h"
#include "ms/sheets.h"

typedef struct cal_timebin_rule {
    double width;        /* s */
    double uvw_distance; /* m, 0: no limit */
    bool combine_scan, combine_state;
    bool casa;    /* TIME and INTERVAL end with the last row that counts, not with the last,
                            and FLAG_ROW is never set */
    int row_kind; /* which weights UVW and TIME_CENTROID are averaged with; -1: none */
    const cal_average_rule *average;
    const cal_cells *cells; /* by data description */
    int jobs;
} cal_timebin_rule;

typedef struct cal_timebins cal_timebins;

/* `rule` and what it points to stay with the caller. */
cal_timebins *cal_timebins_make(const cal_timebin_rule *rule);
void cal_timebins_free(cal_timebins *bins);

/* First pass: the rows that are selected, in the order of the file. */
void cal_timebins_plan(cal_timebins *bins, const cal_rows *rows, const uint8_t *keep);
/* Rows whose time lies before that of an earlier row of their baseline's group: they open bins of
 * their own, where CASA would sort them. */
int64_t cal_timebins_disorder(const cal_timebins *bins);

/* Second pass: the samples of row i of `rows` are made by `row_of` (called from several threads, with a
 * worker number 0..jobs-1); rows with drop[i] (NULL: none) only count for the end of their group.
 * Rows of finished bins go to `sheets`, numbered in the order in which the bins closed. */
typedef void (*cal_timebins_row)(void *user, int64_t i, int worker, cal_sample_row *row);
void cal_timebins_add(cal_timebins *bins, const cal_rows *rows, const uint8_t *drop,
                      cal_timebins_row row_of, void *user, cal_sheets *sheets);
/* Close what is still open. */
void cal_timebins_end(cal_timebins *bins, cal_sheets *sheets);

#endif

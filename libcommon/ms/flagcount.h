/* How much of the chosen data is flagged: one pass over FLAG, counted by scan, field, window, antenna and correlation. Like CASA's
 * flagdata summary this counts FLAG alone; rows whose FLAG_ROW says otherwise are counted beside it. */
#ifndef CAL_MS_FLAGCOUNT_H
#define CAL_MS_FLAGCOUNT_H

#include "ms/summary.h"

enum { CAL_STOKES_CODES = 32 };

typedef struct cal_flag_count {
    int64_t flagged, total; /* samples: one correlation of one channel of one row */
    double unflagged_rows;  /* sum over rows of their unflagged fraction */
} cal_flag_count;

typedef struct cal_flag_counts {
    cal_flag_count all;
    cal_flag_count *scan, *field, *spw,
        *antenna; /* by index in the summary, by id; a row counts for both its antennas */
    cal_flag_count corr[CAL_STOKES_CODES]; /* by Stokes code */
    double *
        weight; /* [field][spw] sum of WEIGHT over the unflagged samples of parallel hands; NULL: not asked for */
    int spws;
    int64_t flagged_rows; /* FLAG_ROW is set */
    int64_t
        odd_rows; /* FLAG_ROW is set but not all of FLAG, or the other way round (whole rows of the selection only) */
} cal_flag_counts;

/* `weights`: WEIGHT is read, too. */
cal_status cal_flag_counts_read(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                                const cal_summary *summary, bool weights, cal_flag_counts **counts,
                                cal_error *err);
void cal_flag_counts_free(cal_flag_counts *counts);

#endif

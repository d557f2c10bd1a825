/* Solutions as a calibration table, and their statistics as JSON. */
#ifndef CAL_CAL_SOLVE_TABLE_H
#define CAL_CAL_SOLVE_TABLE_H

#include "base/buf.h"
#include "cal/caltable.h"
#include "cal/gains.h"
#include "cal/interval.h"
#include "ms/select.h"
#include <jv.h>

/* G Jones or T Jones by the number of parameters; rows for the solutions that ran through. The spws
 * that have any carry the selected channels as one; with combine_spw the lowest one stands for all.
 * The caller frees it. */
cal_caltable *cal_gains_table(const cal_gain_list *gains, const cal_meta *meta,
                              const cal_selection *selection, const cal_plan *plan,
                              bool combine_spw);

/* The same for cal_caltable_begin(), before there are solutions: T Jones (scalar), G Jones, or K Jones. */
cal_caltable *cal_gains_form(const cal_meta *meta, bool scalar, bool delays);

/* The rows of the table at `path` and those of `table` in one; `table` is changed. CAL_INPUT where
 * they do not go together: another type, another MS, other channels of a spw. */
cal_status cal_caltable_append(cal_caltable *table, const char *path, cal_error *err);

/* expected, data_unflagged, above_minblperant and above_minsnr count solutions, by hand: those in
 * which the antenna, or any antenna of the spw, passed. */
jv cal_gains_statistics(const cal_gain_list *gains, const cal_meta *meta);

/* A table of antennas for each spw of these statistics (borrowed): what passed, in per cent. */
void cal_gains_text(jv statistics, cal_buf *out);
/* "420 solutions, 12.5% flagged; 140 more, flagged, of antennas without data" */
void cal_gains_text_flags(jv statistics, cal_buf *out);
/* " (3 without unflagged data, 1 not converged)", or nothing: where there are fewer solutions than
 * intervals, or solutions without a good value. */
void cal_gains_text_failures(jv statistics, cal_buf *out);
/* "median S/N 13.2", of the statistics or one of their spws; a dash where there is none. */
void cal_gains_text_snr(jv statistics, cal_buf *out);

#endif

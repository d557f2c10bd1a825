/* From the channels that were selected to the channels of the output: bins, their frequencies, and
 * the cells that averaging works with.
 *
 * Channels come in ascending order and once each, whatever the order of the expression. Bins do
 * not cross the borders of the ranges that were selected (in CASA they do, under frequencies that
 * do not); what is left over at the end of a range is dropped.
 */
#ifndef CAL_MS_CHANNELS_H
#define CAL_MS_CHANNELS_H

#include "base/error.h"
#include "ms/average.h"
#include "ms/meta.h"
#include "ms/select.h"

/* The bins of one spw. */
typedef struct cal_bins {
    int nchan, width;
    int *chan;   /* [nchan * width] */
    int dropped; /* channels that were selected but fill no bin */
    bool whole;  /* every channel for itself */
} cal_bins;

/* `width` beyond the number of channels chosen is that number. CAL_DATA when no bin can be filled. */
cal_status cal_bins_make(const cal_spw_choice *choice, const cal_spw *spw, int width,
                         cal_bins *bins, cal_error *err);
void cal_bins_free(cal_bins *bins);

/* The cells of a data description: bins and correlations. `corr` indexes the polarization's
 * correlations; ascending here. */
cal_cells cal_cells_make(const cal_bins *bins, const cal_spw *spw, const cal_polarization *pol,
                         const int *corr, int ncorr);

/* The frequency axis of the bins: the middle of the first and the last channel (where there are gaps
 * between them, the mean of those that were used), the width they span with the sign of the axis, as
 * resolution (and, as CASA writes it, as effective bandwidth) the mean resolution and the distance
 * between first and last channel. All arrays belong to the
 * result. */
typedef struct cal_axis {
    int nchan;
    double *freq, *width, *effective_bw, *resolution; /* Hz */
    double ref_freq, total_bandwidth;
} cal_axis;

cal_axis cal_axis_of_bins(const cal_bins *bins, const cal_spw *spw);
void cal_axis_free(cal_axis *axis);

#endif

/* Which channels of a window go into the working copy, and how many of them make one (selfcal 1.1). */
#ifndef CAL_SELFCAL_CHANNELS_H
#define CAL_SELFCAL_CHANNELS_H

#include "base/buf.h"
#include "selfcal/contdat.h"

/* Channels first..last, both of them in. */
typedef struct cal_chan_run {
    int first, last;
} cal_chan_run;

/* The bandwidth that a channel may have without smearing at that frequency, Hz. */
double cal_channel_goal(double freq_hz);
/* Channels for one of the working copy. */
int cal_channels_per_bin(int channels, double bandwidth_hz, double goal_hz);

/* The ranges of channels whose centres lie in a range of continuum; `freq` are the centres in the ranges' frame, in order up or down.
 * `range` has room for as many as there are continuum ranges and one more; returns how many. */
int cal_continuum_channels(const double *freq, int channels, const cal_continuum *continuum,
                           int continua, cal_chan_run *range);
/* How many are left over when each range is divided into bins. */
int cal_channels_left(const cal_chan_run *range, int ranges, int width);
int cal_channels_in(const cal_chan_run *range, int ranges);
/* The widest bin up to `width` with which at most a tenth of the channels is left over. */
int cal_bin_for_ranges(const cal_chan_run *range, int ranges, int width);
/* "0~3;7", as it stands behind "spw:". */
void cal_channels_text(const cal_chan_run *range, int ranges, cal_buf *out);

#endif

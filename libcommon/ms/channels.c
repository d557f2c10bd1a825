#include "ms/channels.h"

#include "base/mem.h"
#include <math.h>
#include <string.h>

/* For each channel the first range that takes it, or -1. */
static int *owners(const cal_spw_choice *choice, int nchan)
{
    int *owner = CAL_NEW_ARRAY(int, nchan);
    for (int c = 0; c < nchan; c++)
        owner[c] = -1;
    for (int r = 0; r < choice->ranges; r++) {
        const cal_chan_range *range = &choice->range[r];
        for (int c = range->first; c <= range->last; c += range->step > 0 ? range->step : 1)
            if (c >= 0 && c < nchan && owner[c] < 0)
                owner[c] = r;
    }
    return owner;
}

static int by_first_channel(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Bins of the channels that `range` owns (any owner for -1) go to the end of bins->chan. */
static int fill_bins(cal_bins *bins, const int *owner, int nchan, int range)
{
    int taken = 0, start = bins->nchan * bins->width;
    for (int c = 0; c < nchan; c++) {
        if (owner[c] < 0 || (range >= 0 && owner[c] != range))
            continue;
        bins->chan[start + taken++] = c;
    }
    bins->nchan += taken / bins->width;
    return taken;
}

cal_status cal_bins_make(const cal_spw_choice *choice, const cal_spw *spw, int width,
                         cal_bins *bins, cal_error *err)
{
    int *owner = owners(choice, spw->nchan);
    int chosen = 0, taken = 0;
    for (int c = 0; c < spw->nchan; c++)
        chosen += owner[c] >= 0;
    bool single = width >= chosen && width > 1; /* one bin of everything */
    *bins = (cal_bins){.width = single ? chosen : width};
    bins->chan = CAL_NEW_ARRAY(int, spw->nchan + 1);
    if (single)
        taken = fill_bins(bins, owner, spw->nchan, -1);
    for (int r = 0; r < choice->ranges && !single; r++)
        taken += fill_bins(bins, owner, spw->nchan, r);
    free(owner);
    bins->dropped = taken - bins->nchan * bins->width;
    bins->whole = bins->nchan == spw->nchan;
    if (!bins->nchan) {
        cal_bins_free(bins);
        return cal_fail(err, CAL_DATA,
                        "spw %d: no range of its %d selected channels fills a bin of %d channels",
                        choice->spw, chosen, width);
    }
    qsort(bins->chan, bins->nchan, bins->width * sizeof(int), by_first_channel);
    return CAL_OK;
}

void cal_bins_free(cal_bins *bins)
{
    free(bins->chan);
    *bins = (cal_bins){0};
}

cal_cells cal_cells_make(const cal_bins *bins, const cal_spw *spw, const cal_polarization *pol,
                         const int *corr, int ncorr)
{
    size_t channels = (size_t)bins->nchan * bins->width;
    cal_cells cells = {.nchan_in = spw->nchan,
                       .ncorr_in = pol->ncorr,
                       .nchan = bins->nchan,
                       .width = bins->width,
                       .chan = CAL_NEW_ARRAY(int, channels),
                       .corr = CAL_NEW_ARRAY(int, ncorr)};
    memcpy(cells.chan, bins->chan, channels * sizeof(int));
    for (int p = 0; p < pol->ncorr; p++)
        for (int i = 0; i < ncorr; i++)
            if (corr[i] == p) {
                cells.corr[cells.ncorr++] = p;
                break;
            }
    cells.whole = bins->whole && cells.ncorr == pol->ncorr;
    return cells;
}

static void set_channel(cal_axis *axis, int i, const int *chan, int width, const cal_spw *spw)
{
    int first = chan[0], last = chan[width - 1];
    if (width == 1) {
        axis->freq[i] = spw->freq[first];
        axis->width[i] = spw->width[first];
        axis->effective_bw[i] = spw->effective_bw[first];
        axis->resolution[i] = spw->resolution[first];
        return;
    }
    double apart = spw->freq[last] - spw->freq[first], sum = 0;
    for (int n = 0; n < width; n++)
        sum += spw->freq[chan[n]] - spw->freq[first];
    bool gaps = last - first != width - 1;
    axis->freq[i] = spw->freq[first] + (gaps ? sum / width : apart / 2);
    axis->width[i] =
        copysign(fabs(apart) + 0.5 * (fabs(spw->width[first]) + fabs(spw->width[last])), apart);
    axis->resolution[i] =
        fabs(apart) + 0.5 * (fabs(spw->resolution[first]) + fabs(spw->resolution[last]));
    axis->effective_bw[i] = axis->resolution[i];
}

cal_axis cal_axis_of_bins(const cal_bins *bins, const cal_spw *spw)
{
    cal_axis axis = {.nchan = bins->nchan,
                     .freq = CAL_NEW_ARRAY(double, bins->nchan),
                     .width = CAL_NEW_ARRAY(double, bins->nchan),
                     .effective_bw = CAL_NEW_ARRAY(double, bins->nchan),
                     .resolution = CAL_NEW_ARRAY(double, bins->nchan)};
    for (int i = 0; i < axis.nchan; i++) {
        set_channel(&axis, i, bins->chan + i * bins->width, bins->width, spw);
        axis.total_bandwidth += fabs(axis.width[i]);
    }
    axis.ref_freq = fmin(axis.freq[0], axis.freq[axis.nchan - 1]);
    return axis;
}

void cal_axis_free(cal_axis *axis)
{
    free(axis->freq);
    free(axis->width);
    free(axis->effective_bw);
    free(axis->resolution);
    *axis = (cal_axis){0};
}

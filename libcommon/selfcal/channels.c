#include "selfcal/channels.h"

#include <math.h>

typedef struct limit {
    double lowest, goal; /* Hz */
} limit;

double cal_channel_goal(double freq_hz)
{
    static const limit limits[] = {{50e9, 15.625e6}, {40e9, 16e6}, {8e9, 8e6}, {2e9, 4e6}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (freq_hz >= limits[i].lowest)
            return limits[i].goal;
    return 2e6;
}

int cal_channels_per_bin(int channels, double bandwidth_hz, double goal_hz)
{
    double bins = fmax(1, rint(bandwidth_hz / goal_hz));
    return (int)fmax(1, floor(channels / bins));
}

static bool is_continuum(double freq, double slack, const cal_continuum *continuum, int continua)
{
    for (int i = 0; i < continua; i++)
        if (freq >= continuum[i].low - slack && freq <= continuum[i].high + slack)
            return true;
    return false;
}

int cal_continuum_channels(const double *freq, int channels, const cal_continuum *continuum,
                           int continua, cal_chan_run *range)
{
    double slack = channels > 1 ? 1e-3 * fabs(freq[1] - freq[0]) : 0;
    int ranges = 0;
    for (int i = 0; i < channels; i++) {
        if (!is_continuum(freq[i], slack, continuum, continua))
            continue;
        if (ranges && range[ranges - 1].last == i - 1)
            range[ranges - 1].last = i;
        else
            range[ranges++] = (cal_chan_run){i, i};
    }
    return ranges;
}

int cal_channels_left(const cal_chan_run *range, int ranges, int width)
{
    int left = 0;
    for (int i = 0; i < ranges; i++)
        left += (range[i].last - range[i].first + 1) % width;
    return left;
}

int cal_channels_in(const cal_chan_run *range, int ranges)
{
    int count = 0;
    for (int i = 0; i < ranges; i++)
        count += range[i].last - range[i].first + 1;
    return count;
}

int cal_bin_for_ranges(const cal_chan_run *range, int ranges, int width)
{
    int all = cal_channels_in(range, ranges);
    while (width > 1 && cal_channels_left(range, ranges, width) * 10 > all)
        width--;
    return width;
}

void cal_channels_text(const cal_chan_run *range, int ranges, cal_buf *out)
{
    for (int i = 0; i < ranges; i++) {
        cal_buf_addf(out, "%s%d", i ? ";" : "", range[i].first);
        if (range[i].last > range[i].first)
            cal_buf_addf(out, "~%d", range[i].last);
    }
}

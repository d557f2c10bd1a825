#include "cal/delay.h"

#include "base/mem.h"
#include "base/number.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { PADDING = 8 };

/* out[m] = sum of in[j stride] exp(-2 pi i j m / count), halved as long as count is even. */
static void transform(const double complex *in, int count, int stride, double complex *out)
{
    if (count % 2) {
        for (int m = 0; m < count; m++) {
            out[m] = 0;
            for (int j = 0; j < count; j++)
                out[m] += in[(int64_t)j * stride] *
                          cexp(-2 * CAL_PI * I * (double)((int64_t)j * m % count) / count);
        }
        return;
    }
    int half = count / 2;
    transform(in, half, 2 * stride, out);
    transform(in + stride, half, 2 * stride, out + half);
    for (int m = 0; m < half; m++) {
        double complex even = out[m], odd = cexp(-2 * CAL_PI * I * m / count) * out[half + m];
        out[m] = even + odd;
        out[half + m] = even - odd;
    }
}

/* The channels' places on an even grid of frequencies. */
typedef struct raster {
    double first, step; /* Hz */
    int points;
    bool several; /* windows */
} raster;

static raster make_raster(const cal_channel *channel, int channels)
{
    raster grid = {.first = INFINITY, .step = INFINITY};
    double last = 0;
    for (int i = 0; i < channels; i++) {
        grid.first = fmin(grid.first, channel[i].freq);
        last = fmax(last, channel[i].freq);
        grid.several |= channel[i].window != channel[0].window;
        if (i && channel[i].window == channel[i - 1].window)
            grid.step = fmin(grid.step, fabs(channel[i].freq - channel[i - 1].freq));
    }
    bool usable = isfinite(grid.step) && grid.step > 0 && last > grid.first;
    grid.points = usable ? (int)lrint((last - grid.first) / grid.step) + 1 : 0;
    return grid;
}

/* One window on the grid; returns by which part of a step its channels lie off it. */
static double place_window(const raster *grid, const cal_channel *channel, int channels,
                           double complex *sample)
{
    double lowest = INFINITY;
    for (int i = 0; i < channels; i++)
        lowest = fmin(lowest, channel[i].freq);
    double from = (lowest - grid->first) / grid->step, whole = rint(from);
    for (int i = 0; i < channels; i++) {
        int at = (int)(whole + rint((channel[i].freq - lowest) / grid->step));
        if (channel[i].weight > 0 && at < grid->points)
            sample[at] += grid->several ? channel[i].v : channel[i].v / channel[i].weight;
    }
    return from - whole;
}

static void add_window(const raster *grid, const cal_channel *channel, int channels,
                       double complex *sum)
{
    int size = PADDING * grid->points;
    double complex *sample = CAL_NEW_ARRAY(double complex, size);
    double complex *spectrum = CAL_NEW_ARRAY(double complex, size);
    double off = place_window(grid, channel, channels, sample);
    transform(sample, size, 1, spectrum);
    for (int m = 0; m < size; m++) {
        int delay = m < size / 2 ? m : m - size;
        sum[m] += spectrum[m] * (off != 0 ? cexp(-2 * CAL_PI * I * off * delay / size) : 1);
    }
    free(sample);
    free(spectrum);
}

/* Where the amplitude is largest, in points from delay 0; NaN for none. */
static double find_peak(const double complex *sum, int size)
{
    float *amplitude = CAL_NEW_ARRAY(float, size);
    int peak = 1;
    for (int i = 0; i < size; i++)
        amplitude[i] = (float)cabs(sum[(i + size / 2) % size]);
    for (int i = 1; i < size - 1; i++)
        peak = amplitude[i] > amplitude[peak] ? i : peak;
    double bend = amplitude[peak - 1] - 2 * amplitude[peak] + amplitude[peak + 1];
    double slope = amplitude[peak + 1] - amplitude[peak];
    bool found = amplitude[peak] > 0 && bend != 0;
    free(amplitude);
    return found ? peak + 0.5 - slope / bend - size / 2 : NAN;
}

double cal_delay_of(const cal_channel *channel, int channels)
{
    raster grid = make_raster(channel, channels);
    int size = PADDING * grid.points;
    if (!grid.points)
        return NAN;
    double complex *sum = CAL_NEW_ARRAY(double complex, size);
    for (int first = 0, end; first < channels; first = end) {
        for (end = first + 1; end < channels && channel[end].window == channel[first].window;)
            end++;
        add_window(&grid, channel + first, end - first, sum);
    }
    double peak = find_peak(sum, size);
    free(sum);
    return peak / size / grid.step * 1e9;
}

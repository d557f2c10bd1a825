#include "selfcal/thresholds.h"

#include "base/mem.h"
#include <math.h>
#include <string.h>

static const double last_depth = 3, first_depth = 5;

double cal_clean_divider(double freq_hz)
{
    return freq_hz < 8e9 ? 40 : 15;
}

void cal_clean_depths(double snr, double divider, bool linear, int phases, int count,
                      double *nsigma)
{
    double first = isnan(snr) ? NAN : fmax(snr / divider, first_depth);
    for (int i = 0; i < count; i++) {
        double way = phases > 1 ? (double)i / (phases - 1) : 0;
        if (i >= phases)
            nsigma[i] = last_depth;
        else if (linear)
            nsigma[i] = first + (last_depth - first) * way;
        else
            nsigma[i] = pow(10, log10(first) + (log10(last_depth) - log10(first)) * way);
    }
}

typedef struct step {
    double limit, modifier;
} step;

static double by_steps(double value, const step *steps, int count)
{
    for (int i = 0; i < count; i++)
        if (value <= steps[i].limit)
            return steps[i].modifier;
    return NAN;
}

static double alma(double ratio)
{
    static const step steps[] = {{20, 1}, {50, 1.5}, {100, 2}, {150, 2.5}};
    return ratio > 150 ? fmax(2.5, 2 * ratio / 150) : by_steps(ratio, steps, (int)CAL_COUNT(steps));
}

static double compact(int blocks, double ratio)
{
    static const step one[] = {{4, 1}, {10, 1.5}, {20, 2}, {30, 2.5}};
    static const step several[] = {{4, 1}, {10, 1.5}, {20, 2}, {40, 2.5}, {75, 3}};
    if (blocks > 1)
        return ratio > 75 ? fmax(3.5, 2 * ratio / 55)
                          : by_steps(ratio, several, (int)CAL_COUNT(several));
    return ratio > 30 ? fmax(2.5, 2 * ratio / 30) : by_steps(ratio, one, (int)CAL_COUNT(one));
}

double cal_dynamic_range_modifier(const char *telescope, int blocks, double peak_over_noise)
{
    if (isnan(peak_over_noise))
        return NAN;
    if (!strcmp(telescope, "ALMA"))
        return alma(peak_over_noise);
    return strcmp(telescope, "ACA") ? 1 : compact(blocks, peak_over_noise);
}

/* A surface fitted to simulated sources of spectral index: how large the error of one term is. */
static double one_term_error(double f, double s)
{
    return pow(10, 2336.415 * f * f * f + 0.051 * s * s * s - 306.590 * f * f * s +
                       5.654 * s * s * f + 28.220 * f * s - 23.598 * f - 0.594 * s - 3.413);
}

int cal_image_nterms(double fractional_bandwidth, double snr)
{
    if (fractional_bandwidth >= 0.1)
        return 2;
    return snr > 10 && one_term_error(fractional_bandwidth, log10(snr)) > 0.01 ? 2 : 1;
}

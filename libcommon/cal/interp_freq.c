/* Interpolation in frequency. */
#include "base/mem.h"
#include "cal/interp.h"
#include <math.h>
#include <string.h>

/* The usable points of one spectrum, frequencies ascending. */
typedef struct points {
    int count;
    double *x, *value, *phase; /* phase unwrapped along the channels, or NULL */
    double *bend;              /* second derivatives, for the spline */
    double *work;
} points;

/* The axis as it is used: offsets from the mean in the direction of the channels for `relative`. */
typedef struct axis {
    double middle, sign;
} axis;

static axis axis_of(const double *freq, int nchan, bool relative)
{
    axis a = {0, 1};
    if (!relative)
        return a;
    for (int c = 0; c < nchan; c++)
        a.middle += freq[c] / nchan;
    a.sign = nchan > 1 && freq[nchan - 1] < freq[0] ? -1 : 1;
    return a;
}

static double on_axis(axis a, double freq)
{
    return (freq - a.middle) * a.sign;
}

static void reverse(double *value, int count)
{
    for (int i = 0, k = count - 1; i < k; i++, k--) {
        double kept = value[i];
        value[i] = value[k];
        value[k] = kept;
    }
}

static points gather(const cal_spectrum_in *in, axis a, double *scratch)
{
    int n = in->nchan;
    points p = {0,
                scratch,
                scratch + n,
                in->phase ? scratch + 2 * n : NULL,
                scratch + 3 * n,
                scratch + 5 * n};
    for (int c = 0; c < n; c++) {
        if (in->flag[c * in->stride])
            continue;
        p.x[p.count] = on_axis(a, in->freq[c]);
        p.value[p.count] = in->value[c * in->stride];
        if (p.phase)
            p.phase[p.count] = in->phase[c * in->stride];
        p.count++;
    }
    if (p.phase)
        cal_interp_unwrap(p.phase, p.count);
    if (p.count > 1 && p.x[p.count - 1] < p.x[0]) {
        reverse(p.x, p.count);
        reverse(p.value, p.count);
        if (p.phase)
            reverse(p.phase, p.count);
    }
    return p;
}

/* The solutions stand on the very channels of the data: nothing is interpolated. */
static bool same_channels(const cal_spectrum_in *in, int good, const cal_spectrum_out *out, axis a,
                          axis b)
{
    if (good != in->nchan || in->nchan != out->nchan)
        return false;
    for (int c = 0; c < in->nchan; c++) {
        double from = on_axis(a, in->freq[c]), to = on_axis(b, out->freq[c]);
        if (fabs(from - to) > 1e-10 * fabs(to))
            return false;
    }
    return true;
}

static void copy_channels(const cal_spectrum_in *in, const cal_spectrum_out *out)
{
    for (int c = 0; c < in->nchan; c++) {
        out->value[c * out->stride] = in->value[c * in->stride];
        if (in->phase)
            out->phase[c * out->stride] = in->phase[c * in->stride];
        out->flag[c * out->stride] = 0;
    }
}

/* The last point below `x` (strictly), at most the last but one; 0 when all are above. */
static int point_below(const points *p, double x)
{
    int low = 0, high = p->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (p->x[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    int below = low - 1;
    if (below > p->count - 2)
        below = p->count - 2;
    return below < 0 ? 0 : below;
}

static double linear(const points *p, const double *y, int k, double x)
{
    double slope = (y[k + 1] - y[k]) / (p->x[k + 1] - p->x[k]);
    return y[k] + slope * (x - p->x[k]);
}

/* The polynomial through the four points around x. */
static double cubic(const points *p, const double *y, int k, double x)
{
    int first = k - 1;
    if (first > p->count - 4)
        first = p->count - 4;
    if (first < 0)
        first = 0;
    double sum = 0;
    for (int i = first; i < first + 4; i++) {
        double weight = 1;
        for (int j = first; j < first + 4; j++)
            if (j != i)
                weight *= (x - p->x[j]) / (p->x[i] - p->x[j]);
        sum += weight * y[i];
    }
    return sum;
}

/* Second derivatives of the natural cubic spline. CASA's back substitution leaves out the first
 * inner point, and its answers are what users compare with, so it is left out here too. */
static void bend(const points *p, const double *y)
{
    int n = p->count;
    double *left = p->work, *k = p->bend;
    memset(left, 0, n * sizeof *left);
    memset(k, 0, n * sizeof *k);
    for (int i = 1; i < n - 1; i++) {
        double before = p->x[i] - p->x[i - 1], after = p->x[i + 1] - p->x[i];
        double share = before / (before + after);
        double pivot = share * left[i - 1] + 2;
        double change = (y[i + 1] - y[i]) / after - (y[i] - y[i - 1]) / before;
        left[i] = (share - 1) / pivot;
        k[i] = (6 * change / (before + after) - share * k[i - 1]) / pivot;
    }
    for (int i = n - 2; i > 1; i--)
        k[i] += left[i] * k[i + 1];
}

static double spline(const points *p, const double *y, int k, double x)
{
    double h = p->x[k + 1] - p->x[k];
    double a = (p->x[k + 1] - x) / h, b = (x - p->x[k]) / h;
    return a * y[k] + b * y[k + 1] +
           ((a * a * a - a) * p->bend[k] + (b * b * b - b) * p->bend[k + 1]) * h * h / 6;
}

/* One quantity at all channels of `out`; beyond the outermost points their values hold. */
static void curve(const points *p, const double *y, cal_freq_method method, axis a,
                  const cal_spectrum_out *out, double *into)
{
    int last = p->count - 1;
    if (method == CAL_FREQ_SPLINE)
        bend(p, y);
    for (int c = 0; c < out->nchan; c++) {
        double x = on_axis(a, out->freq[c]), *result = &into[c * out->stride];
        if (x <= p->x[0] || x >= p->x[last]) {
            *result = x <= p->x[0] ? y[0] : y[last];
            continue;
        }
        int k = point_below(p, x);
        if (method == CAL_FREQ_NEAREST)
            *result = x - p->x[k] <= p->x[k + 1] - x ? y[k] : y[k + 1];
        else if (method == CAL_FREQ_LINEAR)
            *result = linear(p, y, k, x);
        else
            *result = method == CAL_FREQ_CUBIC ? cubic(p, y, k, x) : spline(p, y, k, x);
    }
}

/* ---- flags ---- */

static bool flag_at(const cal_spectrum_in *in, int chan)
{
    return in->flag[chan * in->stride];
}

static bool flags_among(const cal_spectrum_in *in, int first, int last)
{
    for (int c = first; c <= last; c++)
        if (flag_at(in, c))
            return true;
    return false;
}

/* How many solution channels lie below `freq`, counted in the direction of the channels (`sign` -1
 * where frequencies descend). */
static int channels_below(const cal_spectrum_in *in, double sign, double freq)
{
    int low = 0, high = in->nchan;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (sign * in->freq[middle] < sign * freq)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Is a channel at `freq` flagged by the solution channels around it? */
static bool spread_flag(const cal_spectrum_in *in, cal_freq_method method, double sign, double freq)
{
    int n = in->nchan, below = channels_below(in, sign, freq);
    if (below < n && in->freq[below] == freq)
        return flag_at(in, below);
    below = below > 0 ? below - 1 : 0;
    if (method == CAL_FREQ_NEAREST) {
        bool next =
            below < n - 1 && fabs(freq - in->freq[below]) > fabs(in->freq[below + 1] - freq);
        return flag_at(in, below + next);
    }
    if (method == CAL_FREQ_LINEAR) {
        below = below < n - 2 ? below : n - 2;
        return flags_among(in, below, below + 1);
    }
    below = below < 1 ? 1 : below;
    below = below < n - 3 ? below : n - 3;
    return flags_among(in, below - 1, below + 2);
}

static void spread_flags(const cal_spectrum_in *in, cal_freq_method method, axis a, axis b,
                         const cal_spectrum_out *out)
{
    double sign = in->nchan > 1 && in->freq[in->nchan - 1] < in->freq[0] ? -1 : 1;
    for (int c = 0; c < out->nchan; c++) {
        double freq = out->freq[c];
        if (a.middle != 0)
            freq = on_axis(b, freq) * a.sign + a.middle;
        out->flag[c * out->stride] = spread_flag(in, method, sign, freq);
    }
}

/* ---- the whole ---- */

static cal_freq_method method_for(cal_freq_method wanted, int channels)
{
    if (channels < 2)
        return CAL_FREQ_NEAREST;
    return channels < 4 && wanted > CAL_FREQ_LINEAR ? CAL_FREQ_LINEAR : wanted;
}

void cal_interp_spectrum(const cal_spectrum_in *in, const cal_interp *interp,
                         const cal_spectrum_out *out, double *scratch)
{
    axis a = axis_of(in->freq, in->nchan, interp->freq_relative);
    axis b = axis_of(out->freq, out->nchan, interp->freq_relative);
    points p = gather(in, a, scratch);
    if (p.count == 0) {
        for (int c = 0; c < out->nchan; c++)
            out->flag[c * out->stride] = 1;
        return;
    }
    if (same_channels(in, p.count, out, a, b)) {
        copy_channels(in, out);
        return;
    }
    cal_freq_method method = method_for(interp->freq, in->nchan);
    cal_freq_method possible = method_for(method, p.count);
    curve(&p, p.value, possible, b, out, out->value);
    if (p.phase)
        curve(&p, p.phase, possible, b, out, out->phase);
    if (interp->freq_flag)
        spread_flags(in, method, a, b, out);
    else
        for (int c = 0; c < out->nchan; c++)
            out->flag[c * out->stride] = 0;
}

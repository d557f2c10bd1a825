#include "image/stats.h"
#include "base/mem.h"
#include "base/number.h"
#include <math.h>
#include <string.h>

/* The valid pixels where `where` is not 0, one after the other; the caller frees them. */
static float *gather(const float *pixel, size_t count, const uint8_t *where, size_t *used)
{
    float *value = CAL_NEW_ARRAY(float, count);
    *used = 0;
    for (size_t i = 0; i < count; i++)
        if ((!where || where[i]) && isfinite(pixel[i]))
            value[(*used)++] = pixel[i];
    return value;
}

double cal_rms_mad(const float *pixel, size_t count, const uint8_t *where, int64_t *used)
{
    size_t n;
    float *value = gather(pixel, count, where, &n);
    float middle = cal_median_f(value, n);
    for (size_t i = 0; i < n; i++)
        value[i] = fabsf(value[i] - middle);
    double mad = cal_median_f(value, n);
    free(value);
    *used = (int64_t)n;
    return 1.4826 * mad;
}

double cal_chauvenet_limit(int64_t count)
{
    double low = 0, high = 40, chance = 0.5 / (double)count;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (erfc(middle / sqrt(2)) > chance)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* Moments of the values in [low, high]. */
static size_t moments(const float *value, size_t count, double low, double high, double *mean,
                      double *deviation, double *rms)
{
    size_t n = 0;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        if (value[i] >= low && value[i] <= high) {
            n++;
            sum += value[i];
            squares += (double)value[i] * value[i];
        }
    *mean = sum / (double)n;
    *rms = sqrt(squares / (double)n);
    *deviation = sqrt(fmax(squares - sum * *mean, 0) / (double)(n > 1 ? n - 1 : 1));
    return n;
}

double cal_rms_chauvenet(const float *pixel, size_t count, const uint8_t *where, int64_t *used)
{
    size_t all, before = 0;
    float *value = gather(pixel, count, where, &all);
    double mean, deviation, rms;
    size_t n = moments(value, all, -INFINITY, INFINITY, &mean, &deviation, &rms);
    while (n > 0 && n != before) {
        double reach = cal_chauvenet_limit((int64_t)n) * deviation;
        before = n;
        n = moments(value, all, mean - reach, mean + reach, &mean, &deviation, &rms);
    }
    free(value);
    *used = (int64_t)n;
    return n ? rms : NAN;
}

cal_vertex cal_peak_vertex(const cal_image *image, int x, int y)
{
    const float *at = image->pixel + (size_t)y * (size_t)image->nx + (size_t)x;
    cal_vertex vertex = {*at, x, y};
    if (x < 1 || y < 1 || x >= image->nx - 1 || y >= image->ny - 1)
        return vertex;
    bool positive = true; /* the logarithm of a Gaussian is a parabola */
    for (int k = 0; k < 9; k++)
        positive = positive && at[(k / 3 - 1) * image->nx + k % 3 - 1] > 0;
    double s = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0; /* sums of v, x v, ... over the nine */
    for (int j = -1; j <= 1; j++)
        for (int i = -1; i <= 1; i++) {
            double v = at[j * image->nx + i];
            v = positive ? log(v) : v;
            s += v;
            sx += i * v;
            sy += j * v;
            sxx += i * i * v;
            syy += j * j * v;
            sxy += i * j * v;
        }
    /* v = a + b x + c y + d x^2 + e x y + f y^2 */
    double a = (5 * s - 3 * sxx - 3 * syy) / 9, b = sx / 6, c = sy / 6, d = sxx / 2 - s / 3,
           e = sxy / 4, f = syy / 2 - s / 3;
    double determinant = 4 * d * f - e * e;
    double dx = (e * c - 2 * f * b) / determinant, dy = (e * b - 2 * d * c) / determinant;
    if (!(d < 0 && determinant > 0 && fabs(dx) <= 1 && fabs(dy) <= 1))
        return vertex;
    double top = a + (b * dx + c * dy) / 2;
    return (cal_vertex){positive ? exp(top) : top, x + dx, y + dy};
}

/* Peak, minimum, mean and counts. */
static void look(const cal_image *image, const uint8_t *view, cal_image_stats *stats)
{
    size_t count = cal_image_pixels(image);
    float most = -INFINITY, least = INFINITY;
    size_t most_at = 0, least_at = 0;
    for (size_t i = 0; i < count; i++) {
        float v = image->pixel[i];
        if (view && !view[i])
            continue;
        if (!isfinite(v)) {
            stats->blank++;
            continue;
        }
        stats->pixels++;
        stats->sum += v;
        if (v > most) {
            most = v;
            most_at = i;
        }
        if (v < least) {
            least = v;
            least_at = i;
        }
    }
    int nx = image->nx;
    stats->peak = (cal_extreme){most, (int)(most_at % (size_t)nx), (int)(most_at / (size_t)nx)};
    stats->minimum =
        (cal_extreme){least, (int)(least_at % (size_t)nx), (int)(least_at / (size_t)nx)};
    stats->mean = stats->sum / (double)stats->pixels;
}

/* Where the noise is measured: in `noise`, or in the view outside the mask. */
static uint8_t *noise_region(const cal_image *image, const uint8_t *view, const uint8_t *mask,
                             const uint8_t *noise)
{
    size_t count = cal_image_pixels(image);
    uint8_t *where = CAL_NEW_ARRAY(uint8_t, count);
    for (size_t i = 0; i < count; i++)
        where[i] = noise ? noise[i] : (!view || view[i]) && !(mask && mask[i]);
    return where;
}

static void measure_flux(const cal_image *image, const uint8_t *view, const uint8_t *mask,
                         cal_image_stats *stats)
{
    size_t count = cal_image_pixels(image);
    double sum = 0, per_beam = strcmp(image->unit, "Jy/pixel") ? cal_image_beam_pixels(image) : 1;
    for (size_t i = 0; mask && i < count; i++)
        if (mask[i] && (!view || view[i]) && isfinite(image->pixel[i])) {
            sum += image->pixel[i];
            stats->mask_pixels++;
        }
    stats->flux = stats->mask_pixels ? sum / per_beam : NAN;
    stats->flux_error =
        stats->mask_pixels ? stats->rms * sqrt((double)stats->mask_pixels / per_beam) : NAN;
}

static bool is_called_dirty(const char *path)
{
    const char *name = strrchr(path, '/');
    return strstr(name ? name : path, "dirty") != NULL;
}

cal_status cal_image_measure(const cal_image *image, const uint8_t *view, const uint8_t *mask,
                             const uint8_t *noise, cal_rms_method method, cal_image_stats *stats,
                             cal_error *err)
{
    size_t count = cal_image_pixels(image);
    *stats = (cal_image_stats){0};
    look(image, view, stats);
    if (!stats->pixels)
        return cal_fail(err, CAL_DATA, "%s: no valid pixel: %lld blank ones of %zu", image->path,
                        (long long)stats->blank, count);
    stats->vertex = cal_peak_vertex(image, stats->peak.x, stats->peak.y);
    if (method == CAL_RMS_AUTO)
        method = noise || (mask && !is_called_dirty(image->path)) ? CAL_RMS_MAD : CAL_RMS_CHAUVENET;
    stats->method = method;
    bool outside = noise || !is_called_dirty(image->path);
    uint8_t *where = noise_region(image, view, outside ? mask : NULL, noise);
    stats->rms = method == CAL_RMS_MAD
                     ? cal_rms_mad(image->pixel, count, where, &stats->rms_pixels)
                     : cal_rms_chauvenet(image->pixel, count, where, &stats->rms_pixels);
    free(where);
    if (!stats->rms_pixels)
        return cal_fail(err, CAL_DATA, "%s: no valid pixel is left for the noise", image->path);
    stats->snr = stats->rms > 0 ? stats->peak.value / stats->rms : NAN;
    measure_flux(image, view, mask, stats);
    return CAL_OK;
}

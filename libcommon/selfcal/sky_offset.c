#include "selfcal/sky_offset.h"

#include "image/stats.h"
#include <math.h>

static const double least_share = 1.0 / 3; /* of the peak */
static const double least_sigma = 4;       /* times the noise */
static const double reach = 4;             /* beams */
static const double least_likeness = 0.25;

static double peak_of(const cal_image *image)
{
    double peak = -INFINITY;
    for (size_t i = 0; i < cal_image_pixels(image); i++)
        if (image->pixel[i] > peak)
            peak = image->pixel[i];
    return peak;
}

static double noise_of(const cal_image *image)
{
    int64_t used;
    return cal_rms_mad(image->pixel, cal_image_pixels(image), NULL, &used);
}

/* Above it pixels are source. */
static double level_of(const cal_image *image)
{
    return fmax(least_share * peak_of(image), least_sigma * noise_of(image));
}

static double mean_beam(const cal_image *a, const cal_image *b)
{
    return pow(a->beam.major * a->beam.minor * b->beam.major * b->beam.minor, 0.25);
}

/* The sum of first[p] x second[p + (dx, dy)] over pixels of the first that are above the level. */
static double correlation(const cal_image *first, const cal_image *second, double level, int dx,
                          int dy)
{
    double sum = 0;
    for (int y = 0; y < first->ny; y++)
        for (int x = 0; x < first->nx; x++) {
            float a = first->pixel[(size_t)y * first->nx + x];
            bool inside = x + dx >= 0 && x + dx < second->nx && y + dy >= 0 && y + dy < second->ny;
            if (!(a >= level) || !inside)
                continue;
            float b = second->pixel[(size_t)(y + dy) * second->nx + x + dx];
            sum += isfinite(b) ? (double)a * b : 0;
        }
    return sum;
}

static cal_image *correlate(const cal_image *first, const cal_image *second, int most)
{
    int side = 2 * most + 1;
    double level = level_of(first);
    cal_image *lags = cal_image_of_sky(side, side, cal_image_cell(first), 0, 0);
    for (int dy = -most; dy <= most; dy++)
        for (int dx = -most; dx <= most; dx++)
            lags->pixel[(dy + most) * side + dx + most] =
                (float)correlation(first, second, level, dx, dy);
    return lags;
}

/* 1 where the images are equal but for a shift and a factor. */
static double likeness(const cal_image *first, const cal_image *second, double highest)
{
    double itself = correlation(first, first, level_of(first), 0, 0);
    return highest / itself * peak_of(first) / peak_of(second);
}

bool cal_sky_offset_find(const cal_image *first, const cal_image *second, cal_sky_offset *offset)
{
    double cell = cal_image_cell(first), beam = mean_beam(first, second);
    double snr[2] = {peak_of(first) / noise_of(first), peak_of(second) / noise_of(second)};
    if (!(cell > 0) || !(beam > 0) || !(snr[0] > 0) || !(snr[1] > 0) || first->nx != second->nx ||
        first->ny != second->ny)
        return false;
    int most = (int)ceil(reach * beam / cell), side = 2 * most + 1, at = 0;
    cal_image *lags = correlate(first, second, most);
    for (int i = 1; i < side * side; i++)
        if (lags->pixel[i] > lags->pixel[at])
            at = i;
    int x = at % side, y = at / side;
    cal_vertex vertex = cal_peak_vertex(lags, x, y);
    double like = likeness(first, second, lags->pixel[at]);
    cal_image_free(lags);
    *offset = (cal_sky_offset){.east = -(vertex.x - most) * cell,
                               .north = (vertex.y - most) * cell,
                               .error = beam / 2 * hypot(1 / snr[0], 1 / snr[1]),
                               .beam = beam,
                               .snr = fmin(snr[0], snr[1]),
                               .likeness = like};
    return like > least_likeness && x > 0 && y > 0 && x < side - 1 && y < side - 1;
}

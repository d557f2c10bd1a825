#include "selfcal/geometry.h"

#include "base/mem.h"
#include "base/number.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double arcsec = CAL_PI / 180 / 3600;

static int ascending(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

double cal_percentile(double *value, int count, double percent)
{
    if (count < 1)
        return NAN;
    qsort(value, count, sizeof *value, ascending);
    double at = percent / 100 * (count - 1);
    int low = (int)floor(at), high = low + 1 < count ? low + 1 : low;
    return value[low] + (at - low) * (value[high] - value[low]);
}

/* The angle by which the earth has turned, rad. */
static double sidereal_angle(double mjd_s)
{
    double days = mjd_s / 86400 - 51544.5;
    return fmod(2 * CAL_PI * (0.7790572732640 + 1.00273781191135448 * days), 2 * CAL_PI);
}

double cal_largest_uv(const double (*position)[3], int antennas, double mjd_s,
                      const double direction[2])
{
    double h = sidereal_angle(mjd_s) - direction[0], largest = 0;
    double sh = sin(h), ch = cos(h), sd = sin(direction[1]), cd = cos(direction[1]);
    for (int i = 0; i < antennas; i++)
        for (int k = i + 1; k < antennas; k++) {
            double x = position[k][0] - position[i][0], y = position[k][1] - position[i][1];
            double z = position[k][2] - position[i][2];
            double u = sh * x + ch * y, v = sd * (sh * y - ch * x) + cd * z;
            largest = fmax(largest, fmax(fabs(u), fabs(v)));
        }
    return largest;
}

double cal_plan_cell(double largest_uv, double highest_freq_hz)
{
    double cell = CAL_LIGHT_SPEED / highest_freq_hz / largest_uv / 6 / arcsec;
    double digit = pow(10, floor(log10(cell)) - 2);
    return floor(cell / digit + 1e-9) * digit * arcsec;
}

double cal_plan_cell_limit(double largest_uv, double highest_freq_hz)
{
    return CAL_LIGHT_SPEED / highest_freq_hz / largest_uv / 5.5;
}

double cal_field_of_view(const char *telescope, double freq_hz, double dish)
{
    double ghz = freq_hz / 1e9;
    if (!strcmp(telescope, "ALMA"))
        return 63 * 100 / ghz * 1.5 * arcsec;
    if (!strcmp(telescope, "ACA"))
        return 108 * 100 / ghz * 1.5 * arcsec;
    if (!strcmp(telescope, "EVLA"))
        return 45 * 60 / ghz * (ghz < 12 ? 3 : 1.5) * arcsec;
    if (!strcmp(telescope, "VLBA"))
        return 0.25 * 5 / ghz * arcsec;
    return dish > 0 ? 1.5 * 1.13 * CAL_LIGHT_SPEED / freq_hz / dish : NAN;
}

static bool transforms_fast(int size)
{
    for (int prime = 2; prime <= 5; prime++)
        while (size % prime == 0)
            size /= prime;
    return size == 1;
}

int cal_plan_size(double field_of_view, double longer, double cell, int most)
{
    double step = ceil(longer / cell / 10);
    double size = ceil(field_of_view / cell / step - 1e-9) * step + step;
    size += fmod(size, 2);
    if (most && size > most)
        size = most;
    int even = (int)fmin(size, 1e8);
    while (!transforms_fast(even))
        even += 2;
    return even;
}

double cal_largest_scale(double *length, int count, bool relative, double freq_hz)
{
    double longest = 0;
    for (int i = 0; i < count; i++)
        longest = fmax(longest, length[i]);
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (!relative || length[i] > 0.05 * longest)
            length[kept++] = length[i];
    return 0.6 * CAL_LIGHT_SPEED / freq_hz / cal_percentile(length, kept, 5);
}

double cal_sky_distance(const double a[2], const double b[2])
{
    double across = sin((a[0] - b[0]) / 2), along = sin((a[1] - b[1]) / 2);
    return 2 * asin(sqrt(along * along + cos(a[1]) * cos(b[1]) * across * across));
}

double cal_half_power_width(double freq_hz)
{
    return 42 * 60 / (freq_hz / 1e9) * arcsec;
}

/* Where the sky of one image lies against another. */
#include "selfcal/sky_offset.h"
#include "unit.h"
#include <math.h>

static const double arcsec = 4.84813681109536e-6;

enum { SIDE = 64 };

/* Two Gaussians on something like noise; (x, y) is the brighter one. */
static cal_image *scene(double x, double y, double second)
{
    cal_image *image = cal_image_of_sky(SIDE, SIDE, 0.2 * arcsec, 1, 0.5);
    image->beam = (cal_beam){.major = 1.2 * arcsec, .minor = 1.0 * arcsec};
    for (int i = 0; i < SIDE * SIDE; i++) {
        double dx = i % SIDE - x, dy = i / SIDE - y, ex = dx - 20, ey = dy + 12;
        image->pixel[i] = (float)(exp(-(dx * dx + dy * dy) / 12) +
                                  second * exp(-(ex * ex + ey * ey) / 12) + 0.01 * sin(7.3 * i));
    }
    return image;
}

static void offsets(void)
{
    cal_image *first = scene(25, 30, 0.9), *same = scene(25, 30, 0.9);
    cal_image *moved = scene(28.5, 28.25, 1.2), *far = scene(60, 60, 0), *empty = scene(0, 0, 0);
    cal_sky_offset found;
    for (int i = 0; i < SIDE * SIDE; i++)
        empty->pixel[i] = NAN;
    CHECK(cal_sky_offset_find(first, same, &found));
    CHECK(hypot(found.east, found.north) < 0.01 * arcsec);
    /* The brightest is another source there, and still the sky has moved by 3.5 pixels only: to the west, and to the south. */
    CHECK(cal_sky_offset_find(first, moved, &found));
    CHECK(fabs(found.east / arcsec + 0.7) < 0.02 && fabs(found.north / arcsec + 0.35) < 0.02);
    CHECK(fabs(found.beam / arcsec - sqrt(1.2)) < 1e-6);
    CHECK(found.snr > 80 && found.snr < 200);
    CHECK(fabs(found.error / (found.beam / 2 / found.snr) - 1) < 0.5);
    CHECK(!cal_sky_offset_find(first, far, &found));
    CHECK(!cal_sky_offset_find(first, empty, &found));
    first->beam.major = 0;
    CHECK(!cal_sky_offset_find(first, same, &found));
    cal_image_free(first);
    cal_image_free(same);
    cal_image_free(moved);
    cal_image_free(far);
    cal_image_free(empty);
}

int main(void)
{
    offsets();
    return unit_done();
}

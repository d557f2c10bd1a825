/* Images of known numbers. */
#ifndef TESTS_UNIT_IMAGE_H
#define TESTS_UNIT_IMAGE_H

#include "base/number.h"
#include "image/fits.h"
#include <stdint.h>
#include <string.h>

static const double unit_arcsec = CAL_PI / 180 / 3600;

/* nx x ny pixels of 0.5 arcsec around 10h08m00s +07d30m, beam 2 x 1.5 arcsec at 30 degrees. */
static inline cal_image *unit_image(int nx, int ny)
{
    cal_image seed = {.path = (char *)(intptr_t) "made.fits", .nx = nx, .ny = ny, .freq = 3e9};
    strcpy(seed.unit, "Jy/beam");
    strcpy(seed.frame, "ICRS");
    seed.beam = (cal_beam){2 * unit_arcsec, 1.5 * unit_arcsec, CAL_PI / 6};
    seed.wcs =
        (cal_wcs){{152.0, 7.5}, {nx / 2 + 1, ny / 2 + 1}, {-0.5 / 3600, 0.5 / 3600}, 0, "-SIN"};
    return cal_image_like(&seed);
}

#endif

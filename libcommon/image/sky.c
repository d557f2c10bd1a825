/* From pixels to the sky and back, by cfitsio's projections. */
#include "base/cfitsio.h"
#include "base/number.h"
#include "image/fits.h"
#include <math.h>

static const double degree = CAL_PI / 180;

/* cfitsio wants a copy that it might write to; false when there is no projection, or no cfitsio. */
static bool take_projection(const cal_wcs *wcs, char projection[8])
{
    snprintf(projection, 8, "%s", wcs->projection);
    return *projection && !cal_cfitsio_load(NULL);
}

bool cal_image_to_sky(const cal_image *image, double x, double y, double *ra, double *dec)
{
    const cal_wcs *w = &image->wcs;
    int status = 0;
    char projection[8];
    if (!take_projection(w, projection))
        return false;
    fits_pix_to_world(x + 1, y + 1, w->value[0], w->value[1], w->pixel[0], w->pixel[1], w->step[0],
                      w->step[1], w->rotation, projection, ra, dec, &status);
    fits_clear_errmsg();
    *ra = fmod(*ra + 360, 360) * degree;
    *dec *= degree;
    return status == 0;
}

bool cal_image_to_pixel(const cal_image *image, double ra, double dec, double *x, double *y)
{
    const cal_wcs *w = &image->wcs;
    int status = 0;
    char projection[8];
    if (!take_projection(w, projection))
        return false;
    fits_world_to_pix(ra / degree, dec / degree, w->value[0], w->value[1], w->pixel[0], w->pixel[1],
                      w->step[0], w->step[1], w->rotation, projection, x, y, &status);
    fits_clear_errmsg();
    *x -= 1;
    *y -= 1;
    return status == 0;
}

double cal_image_cell(const cal_image *image)
{
    return degree * sqrt(fabs(image->wcs.step[0] * image->wcs.step[1]));
}

double cal_image_beam_pixels(const cal_image *image)
{
    double cell = cal_image_cell(image);
    if (cell == 0 || image->beam.major <= 0)
        return NAN;
    return CAL_PI * image->beam.major * image->beam.minor / (4 * log(2)) / (cell * cell);
}

/* Images as FITS files (over cfitsio): one plane of pixels with what the header says of sky, beam and unit.
 *
 * Pixels are counted from 0, [y][x], x grows to the right (to the west, as images of the sky are made). Blank pixels are NaN.
 * Angles are in radians.
 */
#ifndef CAL_IMAGE_FITS_H
#define CAL_IMAGE_FITS_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

/* The restoring beam: full widths at half maximum, and the major axis' angle from north through east. major 0: none. */
typedef struct cal_beam {
    double major, minor, angle;
} cal_beam;

/* FITS' celestial coordinates as cfitsio's conversions take them: degrees, pixels from 1. */
typedef struct cal_wcs {
    double value[2], pixel[2], step[2], rotation;
    char projection[8]; /* "-SIN"; "" when the image has no sky coordinates */
} cal_wcs;

typedef struct cal_image {
    char *path;
    int nx, ny;
    int planes; /* in the file; one of them is here */
    float *pixel;
    char unit[72], object[72], frame[16]; /* "Jy/beam", "3C286", "ICRS" */
    double freq;                          /* Hz; 0 when unknown */
    cal_beam beam;
    cal_wcs wcs;
} cal_image;

/* The first image of the file, its plane `plane` (from 0; over all further axes). CAL_INPUT when it is missing, no FITS image or
 * truncated. */
cal_status cal_image_read(const char *path, int plane, cal_image **image, cal_error *err);
/* One plane with unit, sky and beam to a new file (use base/output.h around it). */
cal_status cal_image_write(const char *path, const cal_image *image, cal_error *err);
void cal_image_free(cal_image *image); /* NULL is fine */
/* An image with the same size and header and all pixels 0. */
cal_image *cal_image_like(const cal_image *image);
/* All pixels 0, of `cell` rad, with the middle (pixel nx / 2, ny / 2, as imagers have it) at ra, dec. */
cal_image *cal_image_of_sky(int nx, int ny, double cell, double ra, double dec);

/* A number from the primary header; `fallback` when file or keyword are missing. */
double cal_fits_number(const char *path, const char *keyword, double fallback);

static inline size_t cal_image_pixels(const cal_image *image)
{
    return (size_t)image->nx * (size_t)image->ny;
}

/* Between pixel and sky; false where the image has no sky there. */
bool cal_image_to_sky(const cal_image *image, double x, double y, double *ra, double *dec);
bool cal_image_to_pixel(const cal_image *image, double ra, double dec, double *x, double *y);
/* The side of a pixel in rad (geometric mean of both); 0 when unknown. */
double cal_image_cell(const cal_image *image);
/* pi bmaj bmin / (4 ln 2) / cell^2 (selfcal 1.3); NaN when beam or cell are unknown. */
double cal_image_beam_pixels(const cal_image *image);

#endif

/* Masks: one byte for every pixel of an image, not 0 where the pixel belongs to it. */
#ifndef CAL_IMAGE_MASK_H
#define CAL_IMAGE_MASK_H

#include "base/error.h"
#include "image/fits.h"
#include <stdint.h>

typedef enum cal_region_kind {
    CAL_REGION_BOX,    /* x1, y1, x2, y2: corners, both inside */
    CAL_REGION_CIRCLE, /* x, y, radius */
    CAL_REGION_ANNULUS /* x, y, inner and outer radius */
} cal_region_kind;

/* A region as typed: a centre in pixels ("256,250") or on the sky ("10h08m00s,+07d30m16s"), radii in pixels or with an angle's
 * unit ("12arcsec"). It becomes pixels with each image. */
typedef struct cal_region {
    cal_region_kind kind;
    char *text;
} cal_region;

/* Pixels whose centre is in the region are set to 1. CAL_USAGE for a text that cannot be read, CAL_DATA when no pixel is in it. */
cal_status cal_mask_add_region(const cal_image *image, const cal_region *region, uint8_t *mask,
                               cal_error *err);

/* Pixels of the file at `path` that are 0.5 or more are set to 1. CAL_INPUT when its size is another one, CAL_DATA when it is
 * empty. */
cal_status cal_mask_add_file(const cal_image *image, const char *path, uint8_t *mask,
                             cal_error *err);

/* The near-field annulus (selfcal 1.3) of a mask: the mask smoothed by the beam and cut at 0.1 of the maximum is the inner region;
 * smoothed again by a Gaussian with FWHM max(5 beam, psf_extent, 5 largest_scale) and cut at 0.01 it is the outer one. `annulus`
 * becomes outer minus inner minus blank pixels. Angles in rad. CAL_DATA when mask or annulus are empty, CAL_INPUT when the image
 * has no beam. */
cal_status cal_mask_near_field(const cal_image *image, const uint8_t *mask, double psf_extent,
                               double largest_scale, uint8_t *annulus, cal_error *err);

/* How far from its peak the PSF still is above 0.1, in rad. */
double cal_psf_extent(const cal_image *psf);

/* Convolve in place with a circular Gaussian of the given FWHM in pixels; outside the image is 0. */
void cal_smooth(float *pixel, int nx, int ny, double fwhm);

#endif

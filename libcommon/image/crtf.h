/* Regions of the sky in the words of CASA's region files (CRTF), and masks however a user gives them.
 *
 *     circle[[04h28m42.0s, +18d01m42s], 25arcsec]; box[[67.10deg, 18.00deg], [67.05deg, 18.05deg]]
 *
 * Regions stand on lines of their own or with ; between. Shapes are box (two corners), centerbox (centre, width and height), circle (centre,
 * radius), annulus (centre, inner and outer radius) and poly (corners); a - before one takes it out of those before it. Positions are
 * angles (J2000, ICRS), pixels counted from 0 (12pix), or with coord=offset angles to the east and north of the image's centre, which is
 * ours, not CASA's. Of the other words after a region only coord is looked at. */
#ifndef CAL_IMAGE_CRTF_H
#define CAL_IMAGE_CRTF_H

#include "base/error.h"
#include "image/fits.h"
#include <stdint.h>

/* Pixels whose centre is in the regions are set to 1. CAL_USAGE for words that cannot be read; regions beside the image are none, *inside says how
 * many pixels of the mask are set. */
cal_status cal_mask_add_crtf(const cal_image *image, const char *text, uint8_t *mask,
                             size_t *inside, cal_error *err);

/* A mask as a user gives it: a FITS image, a file with regions, or the regions themselves. A FITS mask with a sky is taken by positions on the sky,
 * one without pixel by pixel. CAL_INPUT for a file that is missing or cannot be read. */
cal_status cal_mask_add_text(const cal_image *image, const char *text, uint8_t *mask,
                             size_t *inside, cal_error *err);

/* The text names regions, not a FITS image. */
bool cal_mask_is_regions(const char *text);

#endif

/* Masks of what stands out of an image: connected islands, and margins around them. */
#ifndef CAL_IMAGE_ISLANDS_H
#define CAL_IMAGE_ISLANDS_H

#include "image/fits.h"
#include <stdint.h>

/* Set to 1 the pixels from `level` on that are connected, side by side, with at least `least` of them in all. Pixels that are set already
 * stay. Returns how many such islands there are. */
int cal_mask_islands(const cal_image *image, double level, double least, uint8_t *mask);

/* Set to 1 what is within `radius` pixels of a pixel that is. */
void cal_mask_dilate(uint8_t *mask, int nx, int ny, double radius);

size_t cal_mask_count(const uint8_t *mask, size_t count);

#endif

/* Masks of what stands out of an image: connected islands, and margins around them. */
#ifndef CAL_IMAGE_ISLANDS_H
#define CAL_IMAGE_ISLANDS_H

#include "image/fits.h"
#include <stdint.h>

/* Set to 1 the pixels from `low` on that are connected (side by side) with one from `level` on, if at least `least` of its island's pixels
 * are; low is at most level. Pixels that are set already stay. Returns how many islands there are. */
int cal_mask_islands(const cal_image *image, double level, double low, double least, uint8_t *mask);

/* Set to 1 what is within `radius` pixels of a pixel that is. */
void cal_mask_dilate(uint8_t *mask, int nx, int ny, double radius);

size_t cal_mask_count(const uint8_t *mask, size_t count);

#endif

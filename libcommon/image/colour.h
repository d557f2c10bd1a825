/* Colour maps whose lightness rises evenly, so that equal steps of the image look like equal steps. They are curves in OKLab
 * (Ottosson's perceptual space), given by a few hues and turned into sRGB. */
#ifndef CAL_IMAGE_COLOUR_H
#define CAL_IMAGE_COLOUR_H

#include <stdint.h>

enum { CAL_COLOURS = 256 };

extern const char cal_colour_maps[]; /* names, separated by blanks; the first is the usual one */

/* table[i] becomes 0xRRGGBB. An unknown name gives the first map. */
void cal_colour_map(const char *name, uint32_t table[CAL_COLOURS]);

#endif

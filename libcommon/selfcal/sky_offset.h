/* Where the sky of one image lies against that of another. */
#ifndef CAL_SELFCAL_SKY_OFFSET_H
#define CAL_SELFCAL_SKY_OFFSET_H

#include "image/fits.h"

typedef struct cal_sky_offset {
    double east, north; /* rad: add to a place in the first image to have it in the second */
    double error;       /* rad, of each: the beam over twice the S/N of both */
    double beam;        /* rad, geometric mean of both images */
    double snr;         /* of the weaker image */
    double likeness;    /* 1: the second image is the first one, moved */
} cal_sky_offset;

/* By the vertex of their correlation, of what is above a third of the first image's peak and four times its noise, within four beams.
 * False where it has no maximum there, or images are not alike (likeness
 * below a quarter), or have no source or no beam. Both images have the same pixels. */
bool cal_sky_offset_find(const cal_image *first, const cal_image *second, cal_sky_offset *offset);

#endif

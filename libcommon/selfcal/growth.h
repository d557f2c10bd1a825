/* Where the next image may be cleaned. The first mask decides the result more than any interval does (selfcal 1.14 c): it starts with what is
 * surely source and grows as the errors of the phases go down. */
#ifndef CAL_SELFCAL_GROWTH_H
#define CAL_SELFCAL_GROWTH_H

#include "selfcal/picture.h"
#include <stdint.h>

typedef struct cal_growth {
    double share;  /* pixels above this share of the peak ... */
    double nsigma; /* ... and above so many times the noise near the source are source */
} cal_growth;

/* How deep to go with the S/N that has been reached. `index` of `count` in the ladder; `pass` from 1. */
cal_growth cal_growth_at(double snr, int index, int count, int pass);

/* The mask of one image (mask[pixels] is overwritten): pixels above the larger of share and noise are seeds; smaller groups of them than 0.3
 * beams are dropped, the others joined with what is connected above 0.4 of their level and given a margin of half a beam. Where no seed is
 * left there is one around the peak, if that is above 5 times the noise. Returns how many pixels are in it. */
size_t cal_growth_mask(const cal_image *image, const cal_growth *growth, double noise,
                       uint8_t *mask);

/* A mask for each sub-field from its newest image, written as FITS beside it (suffix mask); mask[fields] are paths, the caller frees them.
 * A field whose mask would be empty has one around its peak if that is above 5 times the noise, else none (NULL). */
cal_status cal_growth_masks(const cal_work *work, const cal_pictures *newest,
                            const cal_growth *growth, const char *step, int iter, char **mask,
                            cal_error *err);

#endif

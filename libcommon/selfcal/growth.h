/* Where the next image may be cleaned. The first model decides the result more than any interval does (selfcal 1.14 c): it is one point, where
 * short pieces of the observation, in which the phases hold, agree that the source is. Once solutions were accepted the mask is made from
 * scratch each time, of what stands far above the noise: what the errors of the phases had put into the first images is gone then. */
#ifndef CAL_SELFCAL_GROWTH_H
#define CAL_SELFCAL_GROWTH_H

#include "selfcal/picture.h"
#include <stdint.h>

typedef struct cal_growth {
    double share;  /* pixels above this share of the peak ... */
    double nsigma; /* ... and above so many times the noise of the residual are source */
} cal_growth;

/* The mask of one image (mask[pixels] is overwritten): connected pixels above the larger of share and noise, if there are 0.3 beams of them,
 * with a margin of half a beam. Where there are none, the peak with that margin, if it is above 5 times the noise. Returns how many
 * pixels are in it. */
size_t cal_growth_mask(const cal_image *image, const cal_growth *growth, double noise,
                       uint8_t *mask);

/* A mask for each sub-field, that of the user (user_mask.h) or from its newest image, written as FITS beside it (suffix mask); mask[fields] are paths, the caller frees them.
 * For images of the loop (iter 2) as long as nothing was accepted it is the point with which all begins (start.h). A field without any
 * source has none (NULL). */
cal_status cal_growth_masks(cal_work *work, const cal_pictures *newest, const cal_growth *growth,
                            const char *step, int iter, char **mask, cal_error *err);

#endif

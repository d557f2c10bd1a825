/* For gather*.c only: one row of visibilities to one mean per correlation. */
#ifndef CAL_CAL_GATHER_ROW_H
#define CAL_CAL_GATHER_ROW_H

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

enum { CAL_ROW_CORRS = 4, CAL_ROW_LANES = 8 };

/* Sums over the channels of a row, by correlation. */
typedef struct cal_row_sums {
    float re[CAL_ROW_CORRS], im[CAL_ROW_CORRS]; /* w V conj(M) */
    float weight[CAL_ROW_CORRS];                /* w |M|^2 */
    float count[CAL_ROW_CORRS];                 /* samples in use */
    float modelled[CAL_ROW_CORRS];              /* of these, with a model that is not 0 */
    float label;                                /* for delays: weight of the row's time */
} cal_row_sums;

/* `samples` = channels x correlations, correlation fastest; corrs is 1, 2 or 4. `use` is 1 for
 * samples that count, else 0; `weight` is 0 where use is. Both have room for samples rounded up to
 * CAL_ROW_LANES, zeros there. What is not in use may be anything, NaN too. `use` NULL: all count and
 * weigh 1. */
void cal_row_sum(const float complex *data, const float complex *model, const float *use,
                 const float *weight, int samples, int corrs, cal_row_sums *sums);

/* Take what is not finite out of `use` and `weight`; returns how many samples that were. */
int cal_row_drop_not_finite(const float complex *data, const float complex *model, float *use,
                            float *weight, int samples);

bool cal_row_is_finite(const cal_row_sums *sums, int corrs);

#endif

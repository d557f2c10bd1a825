/* What solve.c is made of: the samples of a problem as matrices, and the state of an iteration. */
#ifndef CAL_CAL_SOLVE_PARTS_H
#define CAL_CAL_SOLVE_PARTS_H

#include "cal/solve.h"

/* The samples that count, one slice for each group and correlation: full matrices over antennas,
 * v[j][i] = conj(v[i][j]), so that rows can be walked through without looking up antennas. Rows are
 * padded to whole vectors; what is no sample has weight 0. */
typedef struct cal_samples {
    int count;          /* samples */
    int antennas, pars; /* pars: gains of an antenna, 1 or 2 */
    int stride;         /* of a row */
    int slices;
    int *par;               /* [slice] which gain of the antenna it is about; -1: no samples */
    float *re, *im, *model; /* [slice][antenna][stride] */
    float *weight;          /* the same; `upper` is 0 where j <= i */
    float *upper;
    float *gain_re, *gain_im; /* [par][stride], scratch */
    float *memory;            /* of all these */
} cal_samples;

void cal_samples_make(cal_samples *samples, const cal_problem *problem, const uint8_t *in_reach);
void cal_samples_free(cal_samples *samples);

/* Gains are [antenna][par]. */
double cal_samples_chi2(const cal_samples *samples, const float complex *gain);
/* For every gain: sum of w r conj(dr/dg), and sum of w |dr/dg|^2. Returns chi^2. */
double cal_samples_gradient(const cal_samples *samples, const float complex *gain,
                            double complex *gradient, double *hessian);
/* From near the minimum to the minimum, in double precision; returns the sweeps that it took. */
int cal_samples_polish(const cal_samples *samples, float complex *gain);

#endif

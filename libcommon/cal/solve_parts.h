/* What solve.c is made of: the samples of a problem in flat arrays, and the state of an iteration over them. */
#ifndef CAL_CAL_SOLVE_PARTS_H
#define CAL_CAL_SOLVE_PARTS_H

#include "cal/solve.h"

/* The unflagged samples with weight: v near model * gain[first] * conj(gain[second]). */
typedef struct cal_samples {
    int count, values; /* values: length of the gain vector */
    int *first, *second;
    float complex *v, *model;
    float *weight;
} cal_samples;

void cal_samples_make(cal_samples *samples, const cal_problem *problem, const uint8_t *in_reach);
void cal_samples_free(cal_samples *samples);

double cal_samples_chi2(const cal_samples *samples, const float complex *gain);
/* chi^2 at gain + scale * step; `trial` is scratch of the length of gain. */
double cal_samples_chi2_at(const cal_samples *samples, const float complex *gain,
                           const float complex *step, double scale, float complex *trial);
/* For every gain: sum of w r conj(dr/dg), and sum of w |dr/dg|^2. */
void cal_samples_gradient(const cal_samples *samples, const float complex *gain,
                          double complex *gradient, double *hessian);

typedef struct cal_solver {
    const cal_samples *samples;
    int values, iterations;
    float complex *gain, *old, *step, *trial;
    double complex *gradient;
    double *hessian;
    uint8_t *ok; /* has data */
} cal_solver;

void cal_solver_init(cal_solver *solver, const cal_samples *samples, int values);
void cal_solver_free(cal_solver *solver);

/* From near the minimum to the minimum, in double precision; chi^2 there. */
double cal_solver_polish(cal_solver *solver);

#endif

/* Gains of one solution interval: minimise chi^2 = sum w |m g_i conj(g_j) - v|^2 over baselines i-j and correlations.
 *
 * cal_solve() follows CASA's iteration step by step (caltables 3.3: damped steps along the gradient over the diagonal of the Hessian,
 * a line search by doubling or halving and a parabola, CASA's test of convergence), in the same precision, so that values, S/N and flags
 * are those that CASA users know. It stops a little short of the minimum: up to 0.14 of the error. With `optimum` the iteration goes
 * on from there to the weighted least-squares optimum.
 */
#ifndef CAL_CAL_SOLVE_H
#define CAL_CAL_SOLVE_H

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

enum { CAL_SOLVE_MAX_CORR = 4 };

/* One averaged baseline. Flagged correlations have no weight in the solution; cross hands that are not to be used have weight 0. */
typedef struct cal_baseline {
    int antenna1, antenna2;
    float complex v[CAL_SOLVE_MAX_CORR]; /* divided by the model */
    float model[CAL_SOLVE_MAX_CORR];     /* what is left of it: 1, or less where it was partly 0 */
    float weight[CAL_SOLVE_MAX_CORR];
    uint8_t flag[CAL_SOLVE_MAX_CORR];
} cal_baseline;

typedef struct cal_problem {
    cal_baseline *baseline; /* group after group, each sorted by antennas */
    int baselines,
        first_group; /* first_group: how many belong to the first group, from which the start values are guessed */
    int corrs;       /* columns in use: 1, 2 or 4 */
    int guess_corrs; /* correlations of the first group: 1, 2 or 4 */
    int antennas;
    bool scalar;       /* one gain for all correlations (T) instead of one for each hand (G) */
    bool corr_flags;   /* correlations are flagged on their own (corrdepflags) */
    int refant;        /* for the start values; -1: none */
    int min_baselines; /* minblperant */
    double min_snr;
    bool optimum;
} cal_problem;

/* Arrays of [antenna][par], par = 1 for a scalar gain, else 2. */
typedef struct cal_gains {
    float complex *gain; /* 1 where there was no solution */
    float *snr, *error;  /* 0 where there was no solution */
    uint8_t *flag;       /* no solution, or its S/N is not above min_snr */
    uint8_t *solved;     /* there is a solution, whatever its S/N */
    uint8_t *in_reach;   /* [antenna]: has min_baselines baselines with data */
    int pars, iterations;
    double chi2; /* at the solution */
} cal_gains;

void cal_gains_init(cal_gains *gains, int antennas, bool scalar);
void cal_gains_free(cal_gains *gains);

/* False when there is no solution: no antenna with enough baselines, or the iteration did not converge. */
bool cal_solve(const cal_problem *problem, cal_gains *gains);

#endif

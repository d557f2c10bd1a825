#include "cal/solve_parts.h"

#include "base/mem.h"
#include <math.h>
#include <string.h>

/* ---- samples ---- */

void cal_samples_make(cal_samples *samples, const cal_problem *problem, const uint8_t *in_reach)
{
    int most = problem->baselines * problem->corrs, pars = problem->scalar ? 1 : 2, n = 0;
    *samples = (cal_samples){.values = problem->antennas * pars,
                             .first = CAL_NEW_ARRAY(int, most),
                             .second = CAL_NEW_ARRAY(int, most),
                             .v = CAL_NEW_ARRAY(float complex, most),
                             .model = CAL_NEW_ARRAY(float complex, most),
                             .weight = CAL_NEW_ARRAY(float, most)};
    for (int c = 0; c < problem->corrs; c++) {
        int par = problem->scalar ? 0 : problem->corrs == 4 ? c / 2 : c;
        for (int b = 0; b < problem->baselines; b++) {
            const cal_baseline *base = &problem->baseline[b];
            if (base->flag[c] || !(base->weight[c] > 0) || !in_reach[base->antenna1] ||
                !in_reach[base->antenna2])
                continue;
            samples->first[n] = base->antenna1 * pars + par;
            samples->second[n] = base->antenna2 * pars + par;
            samples->v[n] = base->v[c];
            samples->model[n] = base->model[c];
            samples->weight[n++] = base->weight[c];
        }
    }
    samples->count = n;
}

void cal_samples_free(cal_samples *samples)
{
    free(samples->first);
    free(samples->second);
    free(samples->v);
    free(samples->model);
    free(samples->weight);
}

/* Single precision for a residual, double for the sum, as CASA has it. */
double cal_samples_chi2(const cal_samples *samples, const float complex *gain)
{
    double sum = 0;
    for (int k = 0; k < samples->count; k++) {
        float complex r =
            samples->model[k] * (gain[samples->first[k]] * conjf(gain[samples->second[k]])) -
            samples->v[k];
        float square = crealf(r) * crealf(r) + cimagf(r) * cimagf(r);
        sum += samples->weight[k] * square;
    }
    return sum;
}

double cal_samples_chi2_at(const cal_samples *samples, const float complex *gain,
                           const float complex *step, double scale, float complex *trial)
{
    for (int i = 0; i < samples->values; i++)
        trial[i] = step[i] * (float)scale + gain[i];
    return cal_samples_chi2(samples, trial);
}

void cal_samples_gradient(const cal_samples *samples, const float complex *gain,
                          double complex *gradient, double *hessian)
{
    memset(gradient, 0, (size_t)samples->values * sizeof *gradient);
    memset(hessian, 0, (size_t)samples->values * sizeof *hessian);
    for (int k = 0; k < samples->count; k++) {
        int i = samples->first[k], j = samples->second[k];
        float complex m = samples->model[k], w = samples->weight[k];
        float complex r = m * (gain[i] * conjf(gain[j])) - samples->v[k];
        float complex di = m * conjf(gain[j]), dj = m * gain[i];
        gradient[i] += w * r * conjf(di);
        gradient[j] += w * dj * conjf(r);
        hessian[i] += samples->weight[k] * (crealf(di) * crealf(di) + cimagf(di) * cimagf(di));
        hessian[j] += samples->weight[k] * (crealf(dj) * crealf(dj) + cimagf(dj) * cimagf(dj));
    }
}

/* ---- the state of an iteration ---- */

void cal_solver_init(cal_solver *solver, const cal_samples *samples, int values)
{
    *solver = (cal_solver){.samples = samples,
                           .values = values,
                           .gain = CAL_NEW_ARRAY(float complex, values),
                           .old = CAL_NEW_ARRAY(float complex, values),
                           .step = CAL_NEW_ARRAY(float complex, values),
                           .trial = CAL_NEW_ARRAY(float complex, values),
                           .gradient = CAL_NEW_ARRAY(double complex, values),
                           .hessian = CAL_NEW_ARRAY(double, values),
                           .ok = CAL_NEW_ARRAY(uint8_t, values)};
}

void cal_solver_free(cal_solver *solver)
{
    free(solver->gain);
    free(solver->old);
    free(solver->step);
    free(solver->trial);
    free(solver->gradient);
    free(solver->hessian);
    free(solver->ok);
}

/* ---- the optimum ---- */

/* Each gain as the weighted least-squares answer to the others: sum w conj(d) v / sum w |d|^2 with d = m conj(g_other); every second
 * time averaged with the one before, which makes it contract (Salvini and Wijnholds 2014). */
static double refine(const cal_samples *samples, const double complex *gain, double complex *next,
                     double *curvature)
{
    memset(next, 0, (size_t)samples->values * sizeof *next);
    memset(curvature, 0, (size_t)samples->values * sizeof *curvature);
    for (int k = 0; k < samples->count; k++) {
        int i = samples->first[k], j = samples->second[k];
        double complex di = samples->model[k] * conj(gain[j]),
                       dj = conj((double complex)samples->model[k]) * conj(gain[i]);
        double w = samples->weight[k];
        next[i] += w * samples->v[k] * conj(di);
        next[j] += w * conj((double complex)samples->v[k]) * conj(dj);
        curvature[i] += w * (creal(di) * creal(di) + cimag(di) * cimag(di));
        curvature[j] += w * (creal(dj) * creal(dj) + cimag(dj) * cimag(dj));
    }
    double change = 0, size = 0;
    for (int i = 0; i < samples->values; i++) {
        next[i] = curvature[i] > 0 ? next[i] / curvature[i] : gain[i];
        double complex d = next[i] - gain[i];
        change += creal(d) * creal(d) + cimag(d) * cimag(d);
        size += creal(next[i]) * creal(next[i]) + cimag(next[i]) * cimag(next[i]);
    }
    return size > 0 ? sqrt(change / size) : 0;
}

double cal_solver_polish(cal_solver *solver)
{
    enum { MOST = 2000 };
    double complex *gain = CAL_NEW_ARRAY(double complex, solver->values),
                   *next = CAL_NEW_ARRAY(double complex, solver->values);
    for (int i = 0; i < solver->values; i++)
        gain[i] = solver->gain[i];
    for (int it = 0; it < MOST; it++) {
        double change = refine(solver->samples, gain, next, solver->hessian);
        for (int i = 0; i < solver->values; i++)
            gain[i] = it % 2 ? (gain[i] + next[i]) / 2 : next[i];
        solver->iterations++;
        if (change < 1e-9)
            break;
    }
    for (int i = 0; i < solver->values; i++)
        solver->gain[i] = (float complex)gain[i];
    free(gain);
    free(next);
    return cal_samples_chi2(solver->samples, solver->gain);
}

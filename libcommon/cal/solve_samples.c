/* chi^2 and its derivatives over matrices of samples. Residuals in single precision, sums in
 * double, as CASA has it; the order of the sums is fixed by the lanes of base/vector.h. */
#include "base/mem.h"
#include "base/vector.h"
#include "cal/solve_parts.h"
#include <string.h>

enum { EMPTY = -1 }; /* par of a slice without samples */

/* ---- matrices ---- */

static size_t slice_size(const cal_samples *samples)
{
    return (size_t)samples->antennas * (size_t)samples->stride;
}

/* A group begins where the order of the baselines starts again. */
static bool begins_group(const cal_problem *problem, int b)
{
    const cal_baseline *now = &problem->baseline[b], *last = now - 1;
    return b == 0 || now->antenna1 < last->antenna1 ||
           (now->antenna1 == last->antenna1 && now->antenna2 <= last->antenna2);
}

static int count_groups(const cal_problem *problem)
{
    int groups = 0;
    for (int b = 0; b < problem->baselines; b++)
        groups += begins_group(problem, b);
    return groups;
}

static void put_sample(cal_samples *samples, int slice, const cal_baseline *base, int c)
{
    int i = base->antenna1, j = base->antenna2;
    size_t at = (size_t)slice * slice_size(samples), ij = at + (size_t)i * samples->stride + j,
           ji = at + (size_t)j * samples->stride + i;
    samples->re[ij] = samples->re[ji] = crealf(base->v[c]);
    samples->im[ij] = cimagf(base->v[c]);
    samples->im[ji] = -cimagf(base->v[c]);
    samples->model[ij] = samples->model[ji] = base->model[c];
    samples->weight[ij] = samples->weight[ji] = base->weight[c];
    samples->upper[i < j ? ij : ji] = base->weight[c];
    samples->count++;
}

static float *make_plane(size_t count)
{
    float *plane = cal_alloc_aligned(count, sizeof *plane);
    memset(plane, 0, count * sizeof *plane);
    return plane;
}

static void make_planes(cal_samples *samples, int most)
{
    size_t count = (size_t)most * slice_size(samples);
    samples->par = CAL_NEW_ARRAY(int, most);
    samples->re = make_plane(count);
    samples->im = make_plane(count);
    samples->model = make_plane(count);
    samples->weight = make_plane(count);
    samples->upper = make_plane(count);
    samples->gain_re = make_plane((size_t)(samples->pars * samples->stride));
    samples->gain_im = make_plane((size_t)(samples->pars * samples->stride));
}

void cal_samples_make(cal_samples *samples, const cal_problem *problem, const uint8_t *in_reach)
{
    int lanes = CAL_VECTOR_LANES, group = -1, groups = count_groups(problem);
    *samples = (cal_samples){.antennas = problem->antennas,
                             .pars = problem->scalar ? 1 : 2,
                             .stride = (problem->antennas + lanes - 1) / lanes * lanes,
                             .slices = groups * problem->corrs};
    make_planes(samples, samples->slices);
    for (int s = 0; s < samples->slices; s++)
        samples->par[s] = EMPTY;
    for (int b = 0; b < problem->baselines; b++) {
        const cal_baseline *base = &problem->baseline[b];
        group += begins_group(problem, b);
        for (int c = 0; c < problem->corrs; c++)
            if (!base->flag[c] && base->weight[c] > 0 && in_reach[base->antenna1] &&
                in_reach[base->antenna2]) {
                int slice = group * problem->corrs + c;
                put_sample(samples, slice, base, c);
                samples->par[slice] = problem->scalar ? 0 : problem->corrs == 4 ? c / 2 : c;
            }
    }
}

void cal_samples_free(cal_samples *samples)
{
    void *owned[] = {samples->par,    samples->re,    samples->im,      samples->model,
                     samples->weight, samples->upper, samples->gain_re, samples->gain_im};
    for (size_t k = 0; k < CAL_COUNT(owned); k++)
        free(owned[k]);
}

/* Real and imaginary parts apart. */
static void spread_gains(const cal_samples *samples, const float complex *gain)
{
    for (int p = 0; p < samples->pars; p++)
        for (int i = 0; i < samples->antennas; i++) {
            samples->gain_re[p * samples->stride + i] = crealf(gain[i * samples->pars + p]);
            samples->gain_im[p * samples->stride + i] = cimagf(gain[i * samples->pars + p]);
        }
}

/* ---- walking through a slice ---- */

/* Rows of one slice, and the gains that it is about. */
typedef struct walk {
    const cal_v8f *re, *im, *model, *weight; /* of the row */
    const cal_v8f *gain_re, *gain_im;
    float own_re, own_im; /* the gain of the row's antenna */
} walk;

static inline walk walk_row(const cal_samples *samples, int slice, int i, const float *weight)
{
    size_t at = (size_t)slice * slice_size(samples) + (size_t)i * samples->stride;
    const float *re = samples->gain_re + samples->par[slice] * samples->stride,
                *im = samples->gain_im + samples->par[slice] * samples->stride;
    return (walk){.re = (const cal_v8f *)(samples->re + at),
                  .im = (const cal_v8f *)(samples->im + at),
                  .model = (const cal_v8f *)(samples->model + at),
                  .weight = (const cal_v8f *)(weight + at),
                  .gain_re = (const cal_v8f *)re,
                  .gain_im = (const cal_v8f *)im,
                  .own_re = re[i],
                  .own_im = im[i]};
}

/* m g_i conj(g_j) - v */
static inline void residual(const walk *w, int k, cal_v8f *re, cal_v8f *im)
{
    cal_v8f gr = w->gain_re[k], gi = w->gain_im[k];
    *re = w->model[k] * (w->own_re * gr + w->own_im * gi) - w->re[k];
    *im = w->model[k] * (w->own_im * gr - w->own_re * gi) - w->im[k];
}

/* Sums in eight lanes. In two halves, because no common machine has vectors of eight doubles, and
 * compilers carry those that do not exist through memory. */
typedef struct lanes {
    cal_v4d low, high;
} lanes;

static inline void add(lanes *sum, const cal_v8f *x)
{
    const cal_v8f v = *x;
    sum->low += (cal_v4d){v[0], v[1], v[2], v[3]};
    sum->high += (cal_v4d){v[4], v[5], v[6], v[7]};
}

static inline double fold(const lanes *sum)
{
    double all = 0;
    for (int k = 0; k < CAL_VECTOR_LANES / 2; k++)
        all += sum->low[k];
    for (int k = 0; k < CAL_VECTOR_LANES / 2; k++)
        all += sum->high[k];
    return all;
}

/* ---- chi^2 ---- */

CAL_VECTOR_CLONES
static double sum_residuals(const cal_samples *samples)
{
    lanes sum = {0};
    int vectors = samples->stride / CAL_VECTOR_LANES;
    for (int slice = 0; slice < samples->slices; slice++)
        for (int i = 0; samples->par[slice] != EMPTY && i < samples->antennas; i++) {
            walk w = walk_row(samples, slice, i, samples->upper);
            for (int k = (i + 1) / CAL_VECTOR_LANES; k < vectors; k++) {
                cal_v8f re, im;
                residual(&w, k, &re, &im);
                cal_v8f square = w.weight[k] * (re * re + im * im);
                add(&sum, &square);
            }
        }
    return fold(&sum);
}

double cal_samples_chi2(const cal_samples *samples, const float complex *gain)
{
    spread_gains(samples, gain);
    return sum_residuals(samples);
}

/* ---- derivatives ---- */

CAL_VECTOR_CLONES
static void sum_derivatives(const cal_samples *samples, int slice, int i, double complex *gradient,
                            double *hessian)
{
    lanes re_sum = {0}, im_sum = {0}, square_sum = {0};
    walk w = walk_row(samples, slice, i, samples->weight);
    for (int k = 0; k < samples->stride / CAL_VECTOR_LANES; k++) {
        cal_v8f re, im, dr = w.model[k] * w.gain_re[k], di = w.model[k] * w.gain_im[k];
        residual(&w, k, &re, &im);
        re *= w.weight[k];
        im *= w.weight[k];
        cal_v8f along = re * dr - im * di, across = re * di + im * dr,
                square = w.weight[k] * (dr * dr + di * di);
        add(&re_sum, &along);
        add(&im_sum, &across);
        add(&square_sum, &square);
    }
    *gradient += fold(&re_sum) + I * fold(&im_sum);
    *hessian += fold(&square_sum);
}

void cal_samples_gradient(const cal_samples *samples, const float complex *gain,
                          double complex *gradient, double *hessian)
{
    size_t values = (size_t)(samples->antennas * samples->pars);
    memset(gradient, 0, values * sizeof *gradient);
    memset(hessian, 0, values * sizeof *hessian);
    spread_gains(samples, gain);
    for (int slice = 0; slice < samples->slices; slice++)
        for (int i = 0; samples->par[slice] != EMPTY && i < samples->antennas; i++) {
            int at = i * samples->pars + samples->par[slice];
            sum_derivatives(samples, slice, i, &gradient[at], &hessian[at]);
        }
}

/* ---- the optimum ---- */

/* The least-squares answer of one gain to all others: sum w m v g_j / sum w m^2 |g_j|^2. */
static double complex best_gain(const cal_samples *samples, const double complex *gain, int i,
                                int par)
{
    double complex above = 0;
    double below = 0;
    for (int slice = 0; slice < samples->slices; slice++) {
        size_t at = (size_t)slice * slice_size(samples) + (size_t)i * samples->stride;
        if (samples->par[slice] != par)
            continue;
        for (int j = 0; j < samples->antennas; j++) {
            double complex g = gain[j * samples->pars + par];
            double weight = samples->weight[at + j], m = samples->model[at + j];
            above += weight * m * (samples->re[at + j] + I * samples->im[at + j]) * g;
            below += weight * m * m * (creal(g) * creal(g) + cimag(g) * cimag(g));
        }
    }
    return below > 0 ? above / below : gain[i * samples->pars + par];
}

/* Gain by gain, each with the newest of all others, so that chi^2 never rises. */
int cal_samples_polish(const cal_samples *samples, float complex *single)
{
    enum { MOST = 2000 };
    static const double ENOUGH = 1e-18; /* relative change of all gains, squared */
    int values = samples->antennas * samples->pars, sweep = 0;
    double complex *gain = CAL_NEW_ARRAY(double complex, values);
    for (int k = 0; k < values; k++)
        gain[k] = single[k];
    for (double change = 1, size = 1; sweep < MOST && change > ENOUGH * size; sweep++) {
        change = size = 0;
        for (int k = 0; k < values; k++) {
            double complex best = best_gain(samples, gain, k / samples->pars, k % samples->pars);
            double complex step = best - gain[k];
            change += creal(step) * creal(step) + cimag(step) * cimag(step);
            size += creal(best) * creal(best) + cimag(best) * cimag(best);
            gain[k] = best;
        }
    }
    for (int k = 0; k < values; k++)
        single[k] = (float complex)gain[k];
    free(gain);
    return sweep;
}

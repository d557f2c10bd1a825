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

/* One after the other in one piece of memory, each aligned to whole vectors. */
static void make_planes(cal_samples *samples)
{
    size_t matrix = (size_t)samples->slices * slice_size(samples),
           row = (size_t)(samples->pars * samples->stride);
    float **plane[] = {&samples->re,    &samples->im,      &samples->model,  &samples->weight,
                       &samples->upper, &samples->gain_re, &samples->gain_im};
    enum { MATRICES = 5, ROWS = 2 };
    size_t count = MATRICES * matrix + ROWS * row, at = 0;
    samples->memory = cal_alloc_aligned(count, sizeof *samples->memory);
    memset(samples->memory, 0, count * sizeof *samples->memory);
    for (int k = 0; k < MATRICES + ROWS; k++) {
        *plane[k] = samples->memory + at;
        at += k < MATRICES ? matrix : row;
    }
}

void cal_samples_make(cal_samples *samples, const cal_problem *problem, const uint8_t *in_reach)
{
    int lanes = CAL_VECTOR_LANES, group = -1, groups = count_groups(problem);
    *samples = (cal_samples){.antennas = problem->antennas,
                             .pars = problem->scalar ? 1 : 2,
                             .stride = (problem->antennas + lanes - 1) / lanes * lanes,
                             .slices = groups * problem->corrs};
    make_planes(samples);
    samples->par = CAL_NEW_ARRAY(int, samples->slices);
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
    free(samples->par);
    free(samples->memory);
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

/* ---- sums in eight lanes ---- */

/* In two halves, because no common machine has vectors of eight doubles, and compilers carry those
 * that do not exist through memory. */
typedef struct lanes {
    cal_v4d low, high;
} lanes;

static inline void add(lanes *sum, const cal_v8f *x)
{
    const cal_v8f v = *x;
    sum->low += (cal_v4d){v[0], v[1], v[2], v[3]};
    sum->high += (cal_v4d){v[4], v[5], v[6], v[7]};
}

static inline double lane(const lanes *sum, int k)
{
    return k < CAL_VECTOR_LANES / 2 ? sum->low[k] : sum->high[k - CAL_VECTOR_LANES / 2];
}

static inline double fold(const lanes *sum)
{
    double all = 0;
    for (int k = 0; k < CAL_VECTOR_LANES; k++)
        all += lane(sum, k);
    return all;
}

/* Row i of a slice. */
typedef struct walk {
    const cal_v8f *re, *im, *model, *weight;
} walk;

static inline walk walk_row(const cal_samples *samples, int slice, int i, const float *weight)
{
    size_t at = (size_t)slice * slice_size(samples) + (size_t)i * samples->stride;
    return (walk){.re = (const cal_v8f *)(samples->re + at),
                  .im = (const cal_v8f *)(samples->im + at),
                  .model = (const cal_v8f *)(samples->model + at),
                  .weight = (const cal_v8f *)(weight + at)};
}

/* The gains that a slice is about. */
static inline const float *gains_re(const cal_samples *samples, int slice)
{
    return samples->gain_re + samples->par[slice] * samples->stride;
}

static inline const float *gains_im(const cal_samples *samples, int slice)
{
    return samples->gain_im + samples->par[slice] * samples->stride;
}

/* ---- chi^2 ---- */

CAL_VECTOR_CLONES
static double sum_residuals(const cal_samples *samples)
{
    lanes sum = {0};
    int vectors = samples->stride / CAL_VECTOR_LANES;
    for (int slice = 0; slice < samples->slices; slice++)
        for (int i = 0; samples->par[slice] != EMPTY && i < samples->antennas; i++) {
            const float *gain_re = gains_re(samples, slice), *gain_im = gains_im(samples, slice);
            const cal_v8f *other_re = (const cal_v8f *)gain_re,
                          *other_im = (const cal_v8f *)gain_im;
            walk w = walk_row(samples, slice, i, samples->upper);
            for (int k = (i + 1) / CAL_VECTOR_LANES; k < vectors; k++) { /* m g_i conj(g_k) - v */
                cal_v8f gr = other_re[k], gi = other_im[k];
                cal_v8f re = w.model[k] * (gain_re[i] * gr + gain_im[i] * gi) - w.re[k];
                cal_v8f im = w.model[k] * (gain_im[i] * gr - gain_re[i] * gi) - w.im[k];
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

/* For eight antennas, a lane each: sums over their baselines. */
typedef struct slopes {
    lanes re, im, square, chi2;
} slopes;

/* Antennas 8 `block` and following, column by column: what stands at [j][i] is the conjugate of
 * baseline i-j. */
CAL_VECTOR_CLONES
static void sum_derivatives(const cal_samples *samples, int slice, int block, slopes *out)
{
    slopes sum = {0};
    const float *gain_re = gains_re(samples, slice), *gain_im = gains_im(samples, slice);
    const cal_v8f own_re = ((const cal_v8f *)gain_re)[block],
                  own_im = ((const cal_v8f *)gain_im)[block];
    for (int j = 0; j < samples->antennas; j++) {
        walk w = walk_row(samples, slice, j, samples->weight);
        float gr = gain_re[j], gi = gain_im[j];
        cal_v8f m = w.model[block], weight = w.weight[block], dr = m * gr, di = m * gi;
        cal_v8f re = m * (own_re * gr + own_im * gi) - w.re[block];
        cal_v8f im = m * (own_im * gr - own_re * gi) + w.im[block];
        cal_v8f along = weight * re * dr - weight * im * di,
                across = weight * re * di + weight * im * dr, square = weight * (dr * dr + di * di),
                residual = weight * (re * re + im * im);
        add(&sum.re, &along);
        add(&sum.im, &across);
        add(&sum.square, &square);
        add(&sum.chi2, &residual);
    }
    *out = sum;
}

double cal_samples_gradient(const cal_samples *samples, const float complex *gain,
                            double complex *gradient, double *hessian)
{
    size_t values = (size_t)(samples->antennas * samples->pars);
    double chi2 = 0;
    memset(gradient, 0, values * sizeof *gradient);
    memset(hessian, 0, values * sizeof *hessian);
    spread_gains(samples, gain);
    for (int slice = 0; slice < samples->slices; slice++)
        for (int i = 0; samples->par[slice] != EMPTY && i < samples->antennas; i++) {
            slopes sum;
            int k = i % CAL_VECTOR_LANES, at = i * samples->pars + samples->par[slice];
            if (k == 0)
                sum_derivatives(samples, slice, i / CAL_VECTOR_LANES, &sum);
            gradient[at] += lane(&sum.re, k) + I * lane(&sum.im, k);
            hessian[at] += lane(&sum.square, k);
            chi2 += lane(&sum.chi2, k) / 2; /* every baseline is met from both its ends */
        }
    return chi2;
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

/* The sums that the solver lives on: of the samples of a row, and of chi^2 with its derivatives. */
#include "base/mem.h"
#include "cal/gather_row.h"
#include "cal/solve_parts.h"
#include "random.h"
#include "unit.h"
#include <stdlib.h>

static cal_random chance;

static float complex normal(void)
{
    return (float)unit_normal(&chance) + I * (float)unit_normal(&chance);
}

/* ---- rows ---- */

enum { MOST = 64 };

static bool same_sums(const cal_row_sums *a, const cal_row_sums *b)
{
    return !memcmp(a->re, b->re, sizeof a->re) && !memcmp(a->im, b->im, sizeof a->im) &&
           !memcmp(a->weight, b->weight, sizeof a->weight) &&
           !memcmp(a->count, b->count, sizeof a->count) &&
           !memcmp(a->modelled, b->modelled, sizeof a->modelled);
}

/* Rows without flags take a shorter way, to the same bits. */
static void check_row(int samples, int corrs)
{
    float complex data[MOST], model[MOST];
    float use[MOST] = {0};
    cal_row_sums all = {0}, each = {0};
    int blank = 0;
    for (int k = 0; k < samples; k++) {
        data[k] = normal();
        model[k] = k % 5 == 3 ? 0 : normal();
        blank += k % 5 == 3 && k % corrs == 0;
        use[k] = 1;
    }
    cal_row_sum(data, model, NULL, NULL, samples, corrs, &all);
    cal_row_sum(data, model, use, use, samples, corrs, &each);
    CHECK(same_sums(&all, &each));
    CHECK(all.count[0] == (float)(samples / corrs));
    CHECK(all.modelled[0] == (float)(samples / corrs - blank));
}

/* ---- samples ---- */

typedef struct world {
    cal_problem problem;
    cal_samples samples;
    float complex *gain;
} world;

static void make_world(world *w, int antennas, bool scalar)
{
    uint8_t in_reach[64];
    int b = 0, baselines = antennas * (antennas - 1) / 2;
    w->problem = (cal_problem){.antennas = antennas,
                               .corrs = 2,
                               .scalar = scalar,
                               .baselines = baselines,
                               .first_group = baselines,
                               .baseline = CAL_NEW_ARRAY(cal_baseline, baselines)};
    for (int i = 0; i < antennas; i++)
        for (int j = i + 1; j < antennas; j++, b++) {
            cal_baseline *base = &w->problem.baseline[b];
            *base = (cal_baseline){.antenna1 = i, .antenna2 = j, .flag = {b % 7 == 2, 0}};
            for (int c = 0; c < 2; c++) {
                base->v[c] = normal();
                base->model[c] = 1 + (float)cal_random_uniform(&chance);
                base->weight[c] = 0.5f + (float)cal_random_uniform(&chance);
            }
        }
    memset(in_reach, 1, sizeof in_reach);
    cal_samples_make(&w->samples, &w->problem, in_reach);
    w->gain = CAL_NEW_ARRAY(float complex, antennas * w->samples.pars);
    for (int k = 0; k < antennas * w->samples.pars; k++)
        w->gain[k] = normal();
}

/* chi^2 from the baselines themselves. */
static double plain_chi2(const world *w)
{
    double sum = 0;
    int pars = w->samples.pars;
    for (int b = 0; b < w->problem.baselines; b++)
        for (int c = 0; c < 2; c++) {
            const cal_baseline *base = &w->problem.baseline[b];
            double complex one = w->gain[base->antenna1 * pars + c % pars],
                           other = w->gain[base->antenna2 * pars + c % pars],
                           rest = base->model[c] * one * conj(other) - base->v[c];
            if (!base->flag[c])
                sum += base->weight[c] * (creal(rest) * creal(rest) + cimag(rest) * cimag(rest));
        }
    return sum;
}

/* How chi^2 changes when a gain moves a little, divided by twice that. */
static double slope(world *w, int k, float complex step)
{
    float complex gain = w->gain[k];
    w->gain[k] = gain + step;
    double above = plain_chi2(w);
    w->gain[k] = gain - step;
    double below = plain_chi2(w);
    w->gain[k] = gain;
    return (above - below) / (4 * cabsf(step));
}

static void check_derivatives(int antennas, bool scalar)
{
    world w;
    make_world(&w, antennas, scalar);
    int values = antennas * w.samples.pars;
    double complex *gradient = CAL_NEW_ARRAY(double complex, values);
    double *hessian = CAL_NEW_ARRAY(double, values);
    double chi2 = cal_samples_gradient(&w.samples, w.gain, gradient, hessian), wanted = 0, far = 0;
    CHECK_NEAR(chi2, plain_chi2(&w), 1e-5 * chi2);
    CHECK_NEAR(chi2, cal_samples_chi2(&w.samples, w.gain), 1e-13 * chi2);
    for (int k = 0; k < values; k++) {
        double complex numeric = slope(&w, k, 0.01f) + I * slope(&w, k, 0.01f * I);
        far = fmax(far, cabs(gradient[k] - numeric) / (1 + cabs(numeric)));
    }
    CHECK_NEAR(far, 0, 1e-3);
    for (int b = 0; b < w.problem.baselines; b++) {
        const cal_baseline *base = &w.problem.baseline[b];
        double complex other = w.gain[base->antenna2 * w.samples.pars];
        for (int c = 0; c < (scalar ? 2 : 1); c++)
            if (base->antenna1 == 0 && !base->flag[c])
                wanted +=
                    base->weight[c] * base->model[c] * base->model[c] * creal(other * conj(other));
    }
    CHECK_NEAR(hessian[0], wanted, 1e-5 * wanted);
    cal_samples_free(&w.samples);
    free(w.problem.baseline);
    free(w.gain);
    free(gradient);
    free(hessian);
}

int main(void)
{
    cal_random_seed(&chance, 17);
    for (int samples = 4; samples < MOST; samples += 4)
        for (int corrs = 1; corrs <= 4; corrs *= 2)
            check_row(samples, corrs);
    static const int antennas[] = {3, 7, 8, 9, 16, 27, 33};
    for (size_t i = 0; i < CAL_COUNT(antennas); i++) {
        check_derivatives(antennas[i], false);
        check_derivatives(antennas[i], true);
    }
    return unit_done();
}

#include "cal/solve.h"

#include "base/mem.h"
#include "cal/solve_parts.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { MAX_ITERATIONS = 50, SURE = 5 };
static const double SMALL_CHANGE = 0.001, LARGE_CHANGE = 0.1;

void cal_gains_init(cal_gains *gains, int antennas, bool scalar)
{
    size_t count = (size_t)antennas * (scalar ? 1 : 2);
    gains->pars = scalar ? 1 : 2;
    gains->gain = CAL_NEW_ARRAY(float complex, count);
    gains->snr = CAL_NEW_ARRAY(float, count);
    gains->error = CAL_NEW_ARRAY(float, count);
    gains->flag = CAL_NEW_ARRAY(uint8_t, count);
    gains->solved = CAL_NEW_ARRAY(uint8_t, count);
    gains->in_reach = CAL_NEW_ARRAY(uint8_t, antennas);
    memset(gains->flag, 1, count);
    for (size_t i = 0; i < count; i++)
        gains->gain[i] = 1;
}

void cal_gains_free(cal_gains *gains)
{
    free(gains->gain);
    free(gains->snr);
    free(gains->error);
    free(gains->flag);
    free(gains->solved);
    free(gains->in_reach);
    *gains = (cal_gains){0};
}

/* ---- minblperant ---- */

/* Antennas with too few baselines go one by one, and each time the count begins anew: CASA's order matters where dropping one
 * antenna takes a baseline from another. */
static bool drop_antennas(const cal_problem *problem, uint8_t *in_reach)
{
    int n = problem->antennas;
    uint8_t *joined = CAL_NEW_ARRAY(uint8_t, n * n);
    for (int b = 0; b < problem->baselines; b++) {
        const cal_baseline *base = &problem->baseline[b];
        float weight = 0;
        bool unflagged = false;
        for (int c = 0; c < problem->corrs; c++) {
            weight += base->weight[c];
            unflagged = unflagged || !base->flag[c];
        }
        if (unflagged && weight > 0)
            joined[base->antenna1 * n + base->antenna2] =
                joined[base->antenna2 * n + base->antenna1] = 1;
    }
    memset(in_reach, 1, (size_t)n);
    bool any = false;
    for (int i = 0; i < n; i++) {
        int count = 0;
        for (int j = 0; j < n; j++)
            count += joined[j * n + i];
        if (!in_reach[i] || count >= problem->min_baselines)
            continue;
        in_reach[i] = 0;
        for (int j = 0; j < n; j++)
            joined[i * n + j] = joined[j * n + i] = 0;
        i = -1;
    }
    for (int i = 0; i < n; i++)
        any = any || in_reach[i];
    free(joined);
    return any;
}

/* ---- start values ---- */

/* cabsf() without its detour for numbers that would overflow. */
static inline float modulus(float complex x)
{
    double re = crealf(x), im = cimagf(x);
    return (float)sqrt(re * re + im * im);
}

/* May this baseline of the first group be used to guess? */
static bool usable_for_guess(const cal_problem *problem, const cal_baseline *base, const int *hand,
                             int hands)
{
    if (problem->scalar) {
        for (int c = 0; c < problem->guess_corrs; c++)
            if (!base->flag[problem->corrs == 4 || problem->guess_corrs == 1 ? c : hand[c]])
                return true;
        return false;
    }
    if (problem->corr_flags)
        return true;
    for (int k = 0; k < hands; k++)
        if (base->flag[hand[k]])
            return false;
    return true;
}

/* The reference antenna if it has data, else the first antenna that has. */
static int guess_reference(const cal_problem *problem, const uint8_t *usable)
{
    int lowest = problem->antennas;
    for (int b = 0; b < problem->first_group; b++) {
        const cal_baseline *base = &problem->baseline[b];
        if (!usable[b])
            continue;
        if (base->antenna1 == problem->refant || base->antenna2 == problem->refant)
            return problem->refant;
        lowest = base->antenna1 < lowest ? base->antenna1 : lowest;
        lowest = base->antenna2 < lowest ? base->antenna2 : lowest;
    }
    return lowest < problem->antennas ? lowest : 0;
}

/* The gain that a baseline to the reference suggests for its other end; the amplitudes met are added up. */
static void guess_from(const cal_problem *problem, const cal_baseline *base, int ref,
                       const int *hand, int hands, float complex *gain, double *sum, int *count)
{
    bool first = base->antenna1 == ref;
    float complex *to =
        &gain[(first ? base->antenna2 : base->antenna1) * (problem->scalar ? 1 : 2)];
    for (int k = 0; k < hands; k++) {
        float complex x = first ? conjf(base->v[hand[k]]) : base->v[hand[k]];
        float amplitude = modulus(x);
        if (!(amplitude > 0))
            continue;
        if (problem->scalar)
            to[0] += x / amplitude / (float)hands;
        else
            to[k] = x;
        *sum += amplitude;
        ++*count;
    }
}

static void guess(const cal_problem *problem, float complex *gain)
{
    int pars = problem->scalar ? 1 : 2, hands = problem->guess_corrs == 1 ? 1 : 2, used = 0;
    const int hand[2] = {0, problem->corrs == 4 ? 3 : 1};
    uint8_t *usable = CAL_NEW_ARRAY(uint8_t, problem->first_group);
    double sum = 0;
    for (int b = 0; b < problem->first_group; b++)
        usable[b] = usable_for_guess(problem, &problem->baseline[b], hand, hands);
    int ref = guess_reference(problem, usable), values = problem->antennas * pars;
    memset(gain, 0, (size_t)values * sizeof *gain);
    for (int b = problem->scalar; b < problem->first_group;
         b++) { /* CASA leaves out T's first baseline */
        const cal_baseline *base = &problem->baseline[b];
        if (usable[b] && (base->antenna1 == ref || base->antenna2 == ref))
            guess_from(problem, base, ref, hand, hands, gain, &sum, &used);
    }
    free(usable);
    float scale = used ? sqrtf((float)(sum / used)) : 0.3f;
    for (int i = 0; i < values; i++) {
        gain[i] = used ? gain[i] / scale : 0;
        if (i / pars == ref || gain[i] == 0)
            gain[i] = scale;
        if (used && pars == 2 && hands == 1 && i % 2)
            gain[i] = 0;
    }
}

/* ---- CASA's iteration ---- */

typedef struct solver {
    const cal_samples *samples;
    int values, iterations;
    float complex *gain, *old, *step, *trial;
    double complex *gradient;
    double *hessian;
    uint8_t *ok; /* has data */
} solver;

static void solver_init(solver *state, const cal_samples *samples, int values)
{
    *state = (solver){.samples = samples,
                      .values = values,
                      .gain = CAL_NEW_ARRAY(float complex, values),
                      .old = CAL_NEW_ARRAY(float complex, values),
                      .step = CAL_NEW_ARRAY(float complex, values),
                      .trial = CAL_NEW_ARRAY(float complex, values),
                      .gradient = CAL_NEW_ARRAY(double complex, values),
                      .hessian = CAL_NEW_ARRAY(double, values),
                      .ok = CAL_NEW_ARRAY(uint8_t, values)};
}

static void solver_free(solver *state)
{
    free(state->gain);
    free(state->old);
    free(state->step);
    free(state->trial);
    free(state->gradient);
    free(state->hessian);
    free(state->ok);
}

/* chi^2 after `scale` times the step. */
static double chi2_at(const solver *state, double scale)
{
    for (int i = 0; i < state->values; i++)
        state->trial[i] = state->step[i] * (float)scale + state->old[i];
    return cal_samples_chi2(state->samples, state->trial);
}

/* The factor on the step: doubled or halved until the minimum is bracketed, then the bottom of the
 * parabola through three points. */
static double search_line(const solver *state, double chi2)
{
    double scale = 1, c1 = chi2_at(state, 1), c2;
    if (c1 < chi2) {
        c2 = chi2_at(state, 2);
        while (c2 < c1) {
            scale *= 2;
            c1 = c2;
            c2 = chi2_at(state, 2 * scale);
        }
    } else {
        scale = 0.5;
        c2 = c1;
        c1 = chi2_at(state, scale);
        while (c1 > chi2 && scale > 1e-30) {
            scale *= 0.5;
            c2 = c1;
            c1 = chi2_at(state, scale);
        }
    }
    double bend = chi2 - 2 * c1 + c2;
    return fabs(bend) > 0 ? scale * (1.5 - (c2 - c1) / bend) : 0;
}

/* Has chi^2 settled? `sure` counts the quiet steps. */
static bool settled(double chi2, double change, int *sure)
{
    if (chi2 == 0 || change / chi2 <= SMALL_CHANGE)
        *sure += chi2 == 0 || fabs(change) < LARGE_CHANGE * chi2;
    else if (fabs(change) > LARGE_CHANGE * chi2)
        *sure = 0;
    else if (*sure > 0)
        --*sure;
    return *sure > SURE;
}

/* One step: down the gradient, by the factor that the line search finds. */
static void take_step(solver *state, double chi2)
{
    for (int i = 0; i < state->values; i++) {
        bool usable = state->ok[i] && state->hessian[i] != 0;
        state->step[i] = usable ? (float complex)(-state->gradient[i] / state->hessian[i] / 2) : 0;
        state->ok[i] = usable;
    }
    memcpy(state->old, state->gain, (size_t)state->values * sizeof *state->gain);
    float factor = (float)search_line(state, chi2);
    for (int i = 0; i < state->values; i++)
        state->gain[i] = state->old[i] + (factor > 0 ? state->step[i] * factor : state->step[i]);
}

/* chi^2 at the gains of the moment, with its derivatives. */
static double look_around(solver *state)
{
    return cal_samples_gradient(state->samples, state->gain, state->gradient, state->hessian);
}

static bool iterate(solver *state, double *chi2)
{
    double last = DBL_MAX;
    int sure = 0;
    memcpy(state->old, state->gain, (size_t)state->values * sizeof *state->gain);
    for (state->iterations = 0;; state->iterations++) {
        *chi2 = look_around(state);
        if (settled(*chi2, *chi2 - last, &sure))
            return true;
        if (*chi2 - last <= 0) {
            last = *chi2;
        } else { /* worse: from the last point again */
            memcpy(state->gain, state->old, (size_t)state->values * sizeof *state->gain);
            look_around(state);
        }
        take_step(state, *chi2);
        if (state->iterations == MAX_ITERATIONS || !isfinite(*chi2))
            return false;
    }
}

/* From there to the minimum. */
static double polish(solver *state)
{
    state->iterations += cal_samples_polish(state->samples, state->gain);
    return look_around(state);
}

/* ---- results ---- */

/* Errors from the curvature and the reduced chi^2 over all samples; S/N is amplitude over error (CASA's definitions). */
static void measure(const solver *state, const cal_problem *problem, double chi2, cal_gains *gains)
{
    int good = 0;
    for (int i = 0; i < state->values; i++)
        good += state->ok[i];
    int freedom = 2 * (state->samples->count - good);
    double reduced = chi2 / (freedom > 1 ? freedom : 1);
    bool lone_hand = problem->corrs == 1 && gains->pars == 2;
    for (int i = 0; i < state->values; i++) {
        bool solved = state->ok[i] && !(lone_hand && i % 2);
        double h = state->hessian[i], error = state->ok[i] && h > 0 ? sqrt(2 * reduced / h) : 0;
        double snr = !solved        ? 0
                     : error > 0    ? modulus(state->gain[i]) / error
                     : reduced == 0 ? 9999999
                                    : 0;
        gains->gain[i] = state->gain[i];
        gains->error[i] = (float)error;
        gains->snr[i] = (float)snr;
        gains->solved[i] = solved;
        gains->flag[i] = !(solved && snr > problem->min_snr);
    }
    gains->chi2 = chi2;
    gains->iterations = state->iterations;
}

bool cal_solve(const cal_problem *problem, cal_gains *gains)
{
    if (!drop_antennas(problem, gains->in_reach))
        return false;
    cal_samples samples;
    solver state;
    double chi2 = 0;
    cal_samples_make(&samples, problem, gains->in_reach);
    solver_init(&state, &samples, problem->antennas * gains->pars);
    guess(problem, state.gain);
    for (int i = 0; i < state.values; i++) {
        state.ok[i] = gains->in_reach[i / gains->pars];
        if (!state.ok[i])
            state.gain[i] = 1;
    }
    bool converged = samples.count > 0 && iterate(&state, &chi2);
    if (converged && problem->optimum)
        chi2 = polish(&state);
    bool any = false;
    for (int i = 0; i < state.values; i++)
        any = any || state.ok[i];
    if (converged && any)
        measure(&state, problem, chi2, gains);
    solver_free(&state);
    cal_samples_free(&samples);
    return converged && any;
}

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
        float amplitude = cabsf(x);
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
        if (i / pars == ref || cabsf(gain[i]) == 0)
            gain[i] = scale;
        if (used && pars == 2 && hands == 1 && i % 2)
            gain[i] = 0;
    }
}

/* ---- CASA's iteration ---- */

/* The factor on the step: doubled or halved until the minimum is bracketed, then the bottom of the parabola through three points. */
static double search_line(const cal_samples *samples, const float complex *gain,
                          const float complex *step, double chi2, float complex *trial)
{
    double scale = 1, c1 = cal_samples_chi2_at(samples, gain, step, 1, trial), c2;
    if (c1 < chi2) {
        c2 = cal_samples_chi2_at(samples, gain, step, 2, trial);
        while (c2 < c1) {
            scale *= 2;
            c1 = c2;
            c2 = cal_samples_chi2_at(samples, gain, step, 2 * scale, trial);
        }
    } else {
        scale = 0.5;
        c2 = c1;
        c1 = cal_samples_chi2_at(samples, gain, step, scale, trial);
        while (c1 > chi2 && scale > 1e-30) {
            scale *= 0.5;
            c2 = c1;
            c1 = cal_samples_chi2_at(samples, gain, step, scale, trial);
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
static void take_step(cal_solver *solver, double chi2)
{
    for (int i = 0; i < solver->values; i++) {
        bool usable = solver->ok[i] && solver->hessian[i] != 0;
        solver->step[i] =
            usable ? (float complex)(-solver->gradient[i] / solver->hessian[i] / 2) : 0;
        solver->ok[i] = usable;
    }
    memcpy(solver->old, solver->gain, (size_t)solver->values * sizeof *solver->gain);
    float factor =
        (float)search_line(solver->samples, solver->old, solver->step, chi2, solver->trial);
    for (int i = 0; i < solver->values; i++)
        solver->gain[i] =
            solver->old[i] + (factor > 0 ? solver->step[i] * factor : solver->step[i]);
}

static bool iterate(cal_solver *solver, double *chi2)
{
    double last = DBL_MAX;
    int sure = 0;
    memcpy(solver->old, solver->gain, (size_t)solver->values * sizeof *solver->gain);
    for (solver->iterations = 0;; solver->iterations++) {
        *chi2 = cal_samples_chi2(solver->samples, solver->gain);
        if (settled(*chi2, *chi2 - last, &sure))
            return true;
        if (*chi2 - last <= 0) {
            last = *chi2;
            cal_samples_gradient(solver->samples, solver->gain, solver->gradient, solver->hessian);
        } else { /* worse: from the last point again, with its gradient */
            memcpy(solver->gain, solver->old, (size_t)solver->values * sizeof *solver->gain);
        }
        take_step(solver, *chi2);
        if (solver->iterations == MAX_ITERATIONS || !isfinite(*chi2))
            return false;
    }
}

/* ---- results ---- */

/* Errors from the curvature and the reduced chi^2 over all samples; S/N is amplitude over error (CASA's definitions). */
static void measure(cal_solver *solver, const cal_problem *problem, double chi2, cal_gains *gains)
{
    int good = 0;
    cal_samples_gradient(solver->samples, solver->gain, solver->gradient, solver->hessian);
    for (int i = 0; i < solver->values; i++)
        good += solver->ok[i];
    int freedom = 2 * (solver->samples->count - good);
    double reduced = chi2 / (freedom > 1 ? freedom : 1);
    bool lone_hand = problem->corrs == 1 && gains->pars == 2;
    for (int i = 0; i < solver->values; i++) {
        bool solved = solver->ok[i] && !(lone_hand && i % 2);
        double h = solver->hessian[i], error = solver->ok[i] && h > 0 ? sqrt(2 * reduced / h) : 0;
        double snr = !solved        ? 0
                     : error > 0    ? cabsf(solver->gain[i]) / error
                     : reduced == 0 ? 9999999
                                    : 0;
        gains->gain[i] = solver->gain[i];
        gains->error[i] = (float)error;
        gains->snr[i] = (float)snr;
        gains->solved[i] = solved;
        gains->flag[i] = !(solved && snr > problem->min_snr);
    }
    gains->chi2 = chi2;
    gains->iterations = solver->iterations;
}

bool cal_solve(const cal_problem *problem, cal_gains *gains)
{
    if (!drop_antennas(problem, gains->in_reach))
        return false;
    cal_samples samples;
    cal_solver solver;
    double chi2 = 0;
    cal_samples_make(&samples, problem, gains->in_reach);
    cal_solver_init(&solver, &samples, problem->antennas * gains->pars);
    guess(problem, solver.gain);
    for (int i = 0; i < solver.values; i++) {
        solver.ok[i] = gains->in_reach[i / gains->pars];
        if (!solver.ok[i])
            solver.gain[i] = 1;
    }
    bool converged = samples.count > 0 && iterate(&solver, &chi2);
    if (converged && problem->optimum)
        chi2 = cal_solver_polish(&solver);
    bool any = false;
    for (int i = 0; i < solver.values; i++)
        any = any || solver.ok[i];
    if (converged && any)
        measure(&solver, problem, chi2, gains);
    cal_solver_free(&solver);
    cal_samples_free(&samples);
    return converged && any;
}

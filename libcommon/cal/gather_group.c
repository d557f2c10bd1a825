/* Sums of a group, and the problem that they make. */
#include "base/mem.h"
#include "cal/gather_parts.h"
#include <math.h>
#include <string.h>

/* ---- adding rows ---- */

static int baseline_count(int antennas)
{
    return antennas * (antennas - 1) / 2;
}

/* i < j */
static int baseline_index(int antennas, int i, int j)
{
    return i * antennas - i * (i + 1) / 2 + j - i - 1;
}

/* Written to before it is read: a page that is read first is one of the kernel's zeros, and to take it away again stops all
 * threads. */
static void *zeros(size_t count, size_t size)
{
    void *memory = cal_alloc_aligned(count, size);
    return memset(memory, 0, count * size);
}

static void begin_group(cal_group_sums *group, int antennas, int ncorr, double start)
{
    size_t baselines = (size_t)baseline_count(antennas);
    group->cell = zeros(baselines * (size_t)ncorr, sizeof *group->cell);
    group->present = zeros(baselines, sizeof *group->present);
    group->moment = zeros(baselines, sizeof *group->moment);
    group->weight = zeros(baselines, sizeof *group->weight);
    group->start = start;
}

void cal_group_sums_free(cal_group_sums *group)
{
    free(group->cell);
    free(group->present);
    free(group->moment);
    free(group->weight);
    free(group->spectrum);
    *group = (cal_group_sums){0};
}

/* A row whose first antenna has the higher number is the conjugate of its baseline; its cross
 * hands change places. */
static int corr_of_baseline(const cal_gather_dd *dd, int corr, bool reversed)
{
    static const int swapped[CAL_ROW_CORRS] = {0, 2, 1, 3};
    if (!reversed)
        return corr;
    for (int c = 0; c < dd->ncorr; c++)
        if (dd->product[c] == swapped[dd->product[corr]])
            return c;
    return corr;
}

/* Of the samples in use, as a rule all or none. */
static double modelled_share(const cal_row_sums *sums, int corr)
{
    float modelled = sums->modelled[corr], count = sums->count[corr];
    return modelled == 0 ? 0 : modelled == count ? 1 : modelled / count;
}

void cal_group_sums_add(cal_gather *gather, const cal_gather_row *row)
{
    cal_group_sums *group = &gather->group[row->group];
    const cal_gather_dd *dd = cal_gather_dd_of(gather, row->group);
    const cal_row_sums *sums = &row->sums;
    int a1 = row->antenna1, a2 = row->antenna2, antennas = gather->meta->antennas;
    bool reversed = a1 > a2;
    if (!group->cell)
        begin_group(group, antennas, dd->ncorr, row->time);
    int b = baseline_index(antennas, reversed ? a2 : a1, reversed ? a1 : a2);
    double weight = 0;
    for (int c = 0; c < dd->ncorr; c++) {
        cal_cell_sums *cell = &group->cell[b * dd->ncorr + corr_of_baseline(dd, c, reversed)];
        cell->v += sums->re[c] + I * (reversed ? -sums->im[c] : sums->im[c]);
        cell->weight += sums->weight[c];
        cell->model += sums->weight[c] * modelled_share(sums, c);
        cell->unflagged = cell->unflagged || sums->count[c] > 0;
        weight += sums->weight[c];
    }
    weight = gather->rule.delay ? sums->label : weight / dd->ncorr;
    if (gather->rule.delay && cal_spectrum_wanted(gather, a1, a2))
        cal_spectrum_add(gather, row);
    group->present[b] = 1;
    group->moment[b] += weight * (row->centroid - group->start);
    group->weight[b] += weight;
}

void cal_gather_release(cal_gather *gather, int solution)
{
    const cal_solution *s = &gather->plan->solution[solution];
    for (int g = s->first_group; g < s->first_group + s->groups; g++)
        cal_group_sums_free(&gather->group[g]);
}

/* ---- the problem ---- */

/* Columns that all groups fit into: 1, 2 (parallel hands) or 4. */
static int columns_of(const cal_gather_dd *dd)
{
    return dd->ncorr == 1 ? 1 : dd->cross ? 4 : 2;
}

/* Where the correlations of a group go. */
typedef struct places {
    int count, column[CAL_ROW_CORRS];
    bool counts[CAL_ROW_CORRS]; /* else there is no weight: cross hands, but for T */
} places;

static places places_of(const cal_gather_dd *dd, int columns, bool scalar)
{
    places to = {.count = dd->ncorr};
    for (int c = 0; c < dd->ncorr; c++) {
        bool one = dd->ncorr == 1 || columns == 1;
        to.column[c] = one ? 0 : columns == 4 ? dd->product[c] : dd->product[c] > 0;
        to.counts[c] = scalar || dd->ncorr == 1 || dd->product[c] % 3 == 0;
    }
    return to;
}

/* Amplitude or phase alone: the mean is changed before the solve (caltables 3.1, 8). */
static inline void restrict_mean(cal_calmode mode, double complex *v, double *weight)
{
    double power = creal(*v) * creal(*v) + cimag(*v) * cimag(*v), amplitude = sqrt(power);
    if (mode == CAL_MODE_A)
        *v = amplitude;
    if (mode != CAL_MODE_P || !(amplitude > 0))
        return;
    *v *= 1 / amplitude;
    *weight *= power;
}

static inline void put_cell(const cal_cell_sums *cell, cal_calmode mode, bool counts, int column,
                            cal_baseline *base)
{
    double weight = cell->weight, scale = weight > 0 ? 1 / weight : 0;
    double complex v = scale * cell->v;
    base->flag[column] = !cell->unflagged;
    base->model[column] = (float)(scale * cell->model);
    if (!cell->unflagged)
        return;
    restrict_mean(mode, &v, &weight);
    base->v[column] = (float complex)v;
    base->weight[column] = counts ? (float)weight : 0;
}

/* What a baseline tells of its antennas, beside its place in the sums for the centroid of time. */
static void note_baseline(const cal_group_sums *group, int b, const cal_baseline *base,
                          cal_averages *out)
{
    const cal_problem *problem = &out->problem;
    int pars = problem->scalar ? 1 : 2, corrs = problem->corrs;
    uint8_t *data[2] = {&out->data[base->antenna1 * pars], &out->data[base->antenna2 * pars]};
    double weight = 0;
    out->expected[base->antenna1] = out->expected[base->antenna2] = 1;
    for (int c = 0; c < corrs; c++) {
        int par = pars == 1 ? 0 : corrs == 4 ? c / 2 : c;
        weight += base->weight[c];
        if (!base->flag[c] && base->weight[c] > 0)
            data[0][par] = data[1][par] = 1;
    }
    if (!(weight > 0 && group->weight[b] > 0))
        return;
    out->weight += weight;
    out->time += weight * (group->start + group->moment[b] / group->weight[b] - out->start);
}

static void put_group(const cal_gather *gather, int g, cal_averages *out)
{
    const cal_group_sums *group = &gather->group[g];
    const cal_cell_sums *cell = group->cell;
    cal_calmode mode = gather->rule.mode;
    places to = places_of(cal_gather_dd_of(gather, g), out->problem.corrs, gather->rule.scalar);
    int antennas = gather->meta->antennas, b = 0;
    for (int i = 0; i < antennas; i++)
        for (int j = i + 1; j < antennas; j++, b++, cell += to.count) {
            if (!group->present[b])
                continue;
            cal_baseline *base = &out->problem.baseline[out->problem.baselines++];
            *base = (cal_baseline){.antenna1 = i, .antenna2 = j, .flag = {1, 1, 1, 1}};
            for (int c = 0; c < to.count; c++)
                put_cell(&cell[c], mode, to.counts[c], to.column[c], base);
            note_baseline(group, b, base, out);
        }
}

void cal_gather_problem(const cal_gather *gather, int solution, cal_averages *out)
{
    const cal_solution *s = &gather->plan->solution[solution];
    int end = s->first_group + s->groups;
    cal_problem *problem = &out->problem;
    problem->antennas = gather->meta->antennas;
    problem->corrs = 0;
    for (int g = s->first_group; g < end; g++) {
        int columns = columns_of(cal_gather_dd_of(gather, g));
        problem->corrs = columns > problem->corrs ? columns : problem->corrs;
    }
    problem->guess_corrs = columns_of(cal_gather_dd_of(gather, s->first_group));
    problem->baselines = 0;
    problem->baseline =
        CAL_NEW_ARRAY(cal_baseline, (size_t)baseline_count(problem->antennas) * s->groups);
    out->start = gather->group[s->first_group].start;
    out->time = out->weight = 0;
    for (int g = s->first_group; g < end; g++) {
        put_group(gather, g, out);
        if (g == s->first_group)
            problem->first_group = problem->baselines;
    }
    out->time = out->start + (out->weight > 0 ? out->time / out->weight : 0);
}

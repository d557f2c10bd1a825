/* The choice among ways to combine windows, on tables made here. */
#include "selfcal/choose.h"
#include "base/mem.h"
#include "base/number.h"
#include "random.h"
#include "selfcal/solutions_parts.h"
#include "unit.h"
#include <complex.h>
#include <stdlib.h>

enum { ANTENNAS = 10, TIMES = 3, WINDOWS = 4 };

/* Phases of `offset` rad, to and fro with the antenna and the window, and noise of 1/snr. */
static cal_caltable *table_of(int spws, int pars, double offset, double snr, uint64_t seed)
{
    int64_t rows = (int64_t)spws * TIMES * ANTENNAS, row = 0;
    cal_caltable *table =
        cal_caltable_make(pars == 2 ? "G Jones" : "T Jones", true, WINDOWS, rows, rows * pars);
    cal_random random;
    cal_random_seed(&random, seed);
    for (int s = 0; s < spws; s++)
        for (int t = 0; t < TIMES; t++)
            for (int a = 0; a < ANTENNAS; a++, row++) {
                table->spw_id[row] = s;
                table->time[row] = 100 * t;
                table->antenna1[row] = a;
                table->npar[row] = pars;
                table->nchan[row] = 1;
                table->offset[row] = row * pars;
                for (int p = 0; p < pars; p++) {
                    double phase =
                        (s % 2 ? 1 : -1) * offset * (a % 3 - 1) + unit_normal(&random) / snr;
                    table->cpar[row * pars + p] = a ? cexpf(I * (float)phase) : 1;
                    table->snr[row * pars + p] = (float)snr;
                }
            }
    return table;
}

static cal_solution_counts counts_of(int spws, int pars)
{
    cal_solution_counts counts = cal_counts_make(WINDOWS, ANTENNAS);
    counts.pars = pars;
    for (int i = 0; i < spws * ANTENNAS; i++)
        counts.expected[i] = counts.data[i] = counts.solved[i] = TIMES * pars;
    return counts;
}

static cal_choice_window window[WINDOWS] = {
    {1, 230e9, 1e9, 10}, {1, 231e9, 5e8, 9}, {3, 240e9, 1e9, 10}, {3, 241e9, 1e8, 5}};
static cal_choice_rules rules = {
    .window = window, .windows = WINDOWS, .first = true, .least_snr = 3, .fraction = 0.2};

/* ---- one number at a time ---- */

static void significance(void)
{
    cal_caltable *combined = table_of(1, 1, 0, 20, 1), *noise = table_of(4, 1, 0, 10, 2),
                 *steps = table_of(4, 1, 0.5, 10, 3);
    const int map[] = {0, 0, 2, 2}, same[] = {0, 0, 0, 0};
    cal_significance found = cal_spectral_significance(noise, NULL, 0, combined, NULL, false);
    CHECK(found.total == TIMES * (ANTENNAS - 1)); /* the reference antenna has no phase */
    CHECK(found.significant <= 1);
    found = cal_spectral_significance(steps, NULL, 0, combined, same, false);
    CHECK(found.significant == TIMES * 6); /* a third of the antennas stays where it is */
    found = cal_spectral_significance(steps, map, 4, combined, NULL, false);
    CHECK(found.total == TIMES * (ANTENNAS - 1) && found.significant <= 1); /* 0 and 2 are alike */
    for (int64_t i = 0; i < steps->elements; i++)
        steps->flag[i] = steps->spw_id[i] > 0;
    found = cal_spectral_significance(steps, NULL, 0, combined, NULL, false);
    CHECK(found.total == 0 && found.significant == 0);
    cal_caltable_free(combined);
    cal_caltable_free(noise);
    cal_caltable_free(steps);
}

/* Of many tables of noise 0.27 % are taken to differ. */
static void false_alarms(void)
{
    int significant = 0, total = 0;
    for (int i = 0; i < 200; i++) {
        cal_caltable *combined = table_of(1, 2, 0, 20, 7 + i);
        cal_caltable *noise = table_of(4, 2, 0, 10, 1000 + i);
        for (int64_t k = 0; k < noise->elements; k++)
            noise->snr[k] = noise->antenna1[k / 2] ? 10 : 1e6; /* there its phase has no error */
        cal_significance found = cal_spectral_significance(noise, NULL, 0, combined, NULL, false);
        significant += found.significant;
        total += found.total;
        cal_caltable_free(combined);
        cal_caltable_free(noise);
    }
    CHECK(total == 200 * 2 * TIMES * (ANTENNAS - 1));
    CHECK_NEAR((double)significant / total, 0.0027, 0.0015);
}

static void baselines(void)
{
    cal_caltable *separate = table_of(1, 2, 0, 20, 1), *together = table_of(1, 1, 0, 20, 1);
    CHECK_NEAR(cal_baselines_left(separate, together), 1, 1e-12);
    for (int64_t row = 0; row < separate->rows; row++)
        separate->flag[2 * row] = separate->antenna1[row] < 2; /* one hand only */
    CHECK_NEAR(cal_baselines_left(separate, together), sqrt(8 * 7 / 90.0), 1e-12);
    memset(together->flag, 1, together->elements);
    CHECK(isnan(cal_baselines_left(separate, together)));
    cal_caltable_free(separate);
    cal_caltable_free(together);
}

static void antennas_lost(void)
{
    cal_solution_counts counts = counts_of(4, 2);
    const int map[] = {0, 1, 2, 2};
    counts.solved[3 * ANTENNAS + 4] = 0;
    counts.solved[3 * ANTENNAS + 5] = TIMES;
    counts.data[2 * ANTENNAS] = counts.solved[2 * ANTENNAS] = 0; /* flagged before */
    CHECK_NEAR(cal_antennas_lost(&counts, NULL, 0), 1.5, 1e-12);
    CHECK_NEAR(cal_antennas_lost(&counts, map, 4), 0, 1e-12);
    cal_counts_free(&counts);
}

static void maps(void)
{
    cal_solution_counts counts = counts_of(4, 1);
    int map[WINDOWS];
    cal_buf why = {0};
    CHECK(!cal_spwmap_candidate(&counts, &rules, map, &why));
    CHECK(strstr(cal_buf_text(&why), "no window stands out"));
    counts.solved[3 * ANTENNAS + 4] = 0;
    CHECK(cal_spwmap_candidate(&counts, &rules, map, &why));
    CHECK(map[0] == 0 && map[1] == 1 && map[2] == 2 && map[3] == 2);
    counts.solved[2 * ANTENNAS + 4] = counts.solved[2 * ANTENNAS + 5] = 0;
    CHECK(!cal_spwmap_candidate(&counts, &rules, map, &why));
    CHECK(strstr(cal_buf_text(&why), "widest"));
    CHECK(map[3] == 3);
    cal_buf_free(&why);
    cal_counts_free(&counts);
}

/* ---- the choice ---- */

typedef struct trial {
    cal_solution_set set;
    cal_caltable *table[CAL_SPECTRAL_MODES];
} trial;

static cal_solution *add_mode(trial *t, cal_spectral_mode mode, int spws, int pars, double offset)
{
    t->table[t->set.tries] = table_of(spws, pars, offset, 10 + t->set.tries, 5 + mode);
    cal_solution *solution = cal_solution_add(&t->set);
    *solution = (cal_solution){.mode = mode, .counts = counts_of(spws, pars)};
    return solution;
}

static cal_spectral_mode choose(trial *t)
{
    cal_choose(&t->set, (const cal_caltable *const *)t->table, &rules);
    return t->set.chosen < 0 ? CAL_SPECTRAL_MODES : t->set.tried[t->set.chosen].mode;
}

static void end_trial(trial *t)
{
    for (int i = 0; i < t->set.tries; i++)
        cal_caltable_free(t->table[i]);
    cal_solutions_free(&t->set, 1);
}

static void lose(cal_solution *solution, int spw, int antennas)
{
    for (int a = 1; a <= antennas; a++)
        solution->counts.solved[spw * ANTENNAS + a] = 0;
}

static void finest_wins(void)
{
    trial t = {0};
    add_mode(&t, CAL_COMBINE_SPW, 1, 2, 0);
    add_mode(&t, CAL_COMBINE_SPW_POL, 1, 1, 0);
    cal_solution *fine = add_mode(&t, CAL_PER_SPW, 4, 2, 0);
    CHECK(choose(&t) == CAL_PER_SPW && !fine->spwmap);
    window[1].snr = 2.9;
    CHECK(choose(&t) == CAL_COMBINE_SPW);
    CHECK(strstr(t.set.reason, "window 1 has an expected S/N of 2.9"));
    window[1].snr = 9;
    lose(fine, 3, 2);
    CHECK(choose(&t) == CAL_PER_SPW);
    rules.few_antennas = true;
    CHECK(choose(&t) == CAL_PER_SPW && fine->spws == 4 && fine->spwmap[3] == 2);
    rules.few_antennas = false;
    end_trial(&t);
}

static void structure_is_needed(void)
{
    trial t = {0};
    add_mode(&t, CAL_COMBINE_SPW, 1, 1, 0);
    cal_solution *fine = add_mode(&t, CAL_PER_SPW, 4, 1, 0);
    rules.first = false;
    CHECK(choose(&t) == CAL_COMBINE_SPW);
    CHECK(strstr(t.set.reason, "windows differ in"));
    lose(fine, 3, 3); /* a map of windows does not help where there is no structure */
    CHECK(choose(&t) == CAL_COMBINE_SPW && !fine->spwmap);
    end_trial(&t);
    t = (trial){0};
    add_mode(&t, CAL_COMBINE_SPW, 1, 1, 0);
    fine = add_mode(&t, CAL_PER_SPW, 4, 1, 0.5);
    CHECK(choose(&t) == CAL_PER_SPW);
    lose(fine, 3, 3);
    CHECK(choose(&t) == CAL_PER_SPW && fine->spwmap && fine->spwmap[3] == 2);
    rules.first = true;
    end_trial(&t);
}

/* Where per_spw was not tried, basebands are compared all the same. */
static void basebands(void)
{
    trial t = {0};
    add_mode(&t, CAL_COMBINE_SPW, 1, 2, 0);
    cal_solution *fine = add_mode(&t, CAL_PER_BASEBAND, 2, 2, 0);
    CHECK(choose(&t) == CAL_PER_BASEBAND);
    lose(fine, 1, 2);
    CHECK(choose(&t) == CAL_COMBINE_SPW);
    end_trial(&t);
    t = (trial){0}; /* delays: nothing combines all windows */
    add_mode(&t, CAL_PER_BASEBAND, 2, 2, 0);
    fine = add_mode(&t, CAL_PER_SPW, 4, 2, 0);
    CHECK(choose(&t) == CAL_PER_SPW);
    lose(fine, 0, 4);
    CHECK(choose(&t) == CAL_PER_BASEBAND);
    end_trial(&t);
}

static void polarizations(void)
{
    trial t = {0};
    add_mode(&t, CAL_COMBINE_SPW, 1, 2, 0);
    add_mode(&t, CAL_COMBINE_SPW_POL, 1, 1, 0);
    CHECK(choose(&t) == CAL_COMBINE_SPW);
    for (int64_t row = 0; row < t.table[0]->rows; row++)
        t.table[0]->flag[2 * row + 1] = t.table[0]->antenna1[row] == 7;
    CHECK(choose(&t) == CAL_COMBINE_SPW_POL); /* sqrt(9 * 8 / 90) = 0.894 */
    CHECK(!cal_solutions_fall_back(&t.set, 1));
    end_trial(&t);
}

static void one_window(void)
{
    trial t = {0};
    rules.windows = 1;
    add_mode(&t, CAL_PER_SPW, 1, 2, 0);
    CHECK(choose(&t) == CAL_PER_SPW);
    CHECK(!cal_solutions_fall_back(&t.set, 1));
    add_mode(&t, CAL_COMBINE_SPW_POL, 1, 1, 0);
    CHECK(choose(&t) == CAL_PER_SPW);
    CHECK(cal_solutions_fall_back(&t.set, 1) && t.set.chosen == 1);
    rules.windows = WINDOWS;
    end_trial(&t);
}

static void facts(void)
{
    cal_caltable *table = table_of(2, 2, 0, 10, 1);
    cal_solution_facts facts = {0};
    table->flag[4] = 1; /* antenna 2 */
    cal_solution_measure(table, false, &facts);
    CHECK_NEAR(facts.parameters, 2 * 2 * TIMES * (ANTENNAS - 1) - 1, 0);
    CHECK_NEAR(facts.median_snr, 10, 0);
    CHECK_NEAR(facts.phase_noise, sqrt(2) / 10, 1e-6); /* with that of the reference antenna */
    CHECK_NEAR(facts.phase_rms, 0.1, 0.02);
    CHECK(isnan(facts.amplitude_rms));
    cal_solution_measure(table, true, &facts);
    CHECK_NEAR(facts.parameters, 2 * 2 * TIMES * (2 * ANTENNAS - 1) - 2, 0);
    CHECK_NEAR(facts.amplitude_noise, sqrt(0.5) / 10, 1e-6);
    CHECK_NEAR(facts.amplitude_rms, 0, 1e-6);
    cal_caltable_free(table);
}

int main(void)
{
    significance();
    false_alarms();
    baselines();
    antennas_lost();
    maps();
    finest_wins();
    structure_is_needed();
    basebands();
    polarizations();
    one_window();
    facts();
    return unit_done();
}

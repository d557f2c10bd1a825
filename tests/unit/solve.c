/* The solver by itself, and intervals, models and normalisation. */
#include "cal/solve.h"
#include "base/mem.h"
#include "base/number.h"
#include "cal/gains.h"
#include "cal/interval.h"
#include "cal/model.h"
#include "random.h"
#include "unit.h"
#include <complex.h>

enum { ANTENNAS = 10, BASELINES = ANTENNAS * (ANTENNAS - 1) / 2 };

typedef struct scene {
    float complex gain[ANTENNAS][2];
    cal_baseline baseline[BASELINES];
} scene;

static scene simulate(uint64_t seed, double noise)
{
    scene s = {0};
    cal_random random;
    cal_random_seed(&random, seed);
    for (int a = 0; a < ANTENNAS; a++)
        for (int p = 0; p < 2; p++)
            s.gain[a][p] = (float complex)((1 + 0.1 * unit_normal(&random)) *
                                           cexp(I * 2 * unit_normal(&random)));
    int b = 0;
    for (int i = 0; i < ANTENNAS; i++)
        for (int j = i + 1; j < ANTENNAS; j++, b++) {
            s.baseline[b] = (cal_baseline){.antenna1 = i, .antenna2 = j};
            for (int p = 0; p < 2; p++) {
                double complex error = unit_normal(&random) + I * unit_normal(&random);
                s.baseline[b].v[p] =
                    (float complex)(s.gain[i][p] * conj(s.gain[j][p]) + noise * error);
                s.baseline[b].model[p] = 1;
                s.baseline[b].weight[p] = (float)(0.5 + cal_random_uniform(&random));
            }
        }
    return s;
}

static bool solve(scene *s, bool scalar, bool optimum, cal_gains *gains)
{
    cal_problem problem = {.baseline = s->baseline,
                           .baselines = BASELINES,
                           .first_group = BASELINES,
                           .corrs = 2,
                           .guess_corrs = 2,
                           .antennas = ANTENNAS,
                           .scalar = scalar,
                           .refant = 0,
                           .min_baselines = 4,
                           .min_snr = 3,
                           .optimum = optimum};
    cal_gains_init(gains, ANTENNAS, scalar);
    return cal_solve(&problem, gains);
}

/* Largest difference to the truth, but for one phase of all. */
static double error_of(const scene *s, const cal_gains *gains)
{
    double worst = 0;
    for (int p = 0; p < 2; p++) {
        double complex turn = 0;
        for (int a = 0; a < ANTENNAS; a++)
            turn += gains->gain[2 * a + p] * conj(s->gain[a][p]);
        turn /= cabs(turn);
        for (int a = 0; a < ANTENNAS; a++)
            worst = fmax(worst, cabs(gains->gain[2 * a + p] - turn * s->gain[a][p]));
    }
    return worst;
}

static void test_recovery(void)
{
    cal_gains gains;
    scene s = simulate(1, 0);
    CHECK(solve(&s, false, false, &gains));
    CHECK(error_of(&s, &gains) < 5e-3); /* CASA's iteration stops early */
    cal_gains_free(&gains);
    CHECK(solve(&s, false, true, &gains));
    CHECK(error_of(&s, &gains) < 1e-6);
    CHECK(gains.snr[5] > 1e5 && !gains.flag[5]);
    cal_gains_free(&gains);
}

static void test_optimum(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        cal_gains casa, best;
        scene s = simulate(seed, 0.05 * (double)(seed % 7 + 1));
        bool scalar = seed % 3 == 0;
        if (CHECK(solve(&s, scalar, false, &casa) && solve(&s, scalar, true, &best))) {
            CHECK(best.chi2 <= casa.chi2 * (1 + 1e-6));
            double far = 0;
            for (int a = 0; a < ANTENNAS && !scalar; a++)
                far = fmax(far, fabs(cabsf(casa.gain[2 * a]) - cabsf(best.gain[2 * a])) /
                                    casa.error[2 * a]);
            CHECK(far < 0.3);
        }
        cal_gains_free(&casa);
        cal_gains_free(&best);
    }
}

/* The gradient at the optimum is nothing: no single gain can do better. */
static void test_stationary(void)
{
    cal_gains best;
    scene s = simulate(5, 0.3);
    CHECK(solve(&s, false, true, &best));
    for (int a = 0; a < ANTENNAS; a++) {
        double complex above = 0, below = 0;
        for (int b = 0; b < BASELINES; b++) {
            const cal_baseline *base = &s.baseline[b];
            if (base->antenna1 != a && base->antenna2 != a)
                continue;
            bool first = base->antenna1 == a;
            double complex other = best.gain[2 * (first ? base->antenna2 : base->antenna1)];
            above += base->weight[0] * (first ? base->v[0] : conjf(base->v[0])) * other;
            below += base->weight[0] * other * conj(other);
        }
        CHECK(cabs(above / below - best.gain[2 * a]) < 1e-5);
    }
    cal_gains_free(&best);
}

static void test_reversed(void)
{
    cal_gains a, b;
    scene s = simulate(3, 0.1);
    CHECK(solve(&s, false, false, &a));
    for (int k = 0; k < BASELINES; k++) {
        cal_baseline *base = &s.baseline[k];
        int swap = base->antenna1;
        base->antenna1 = base->antenna2;
        base->antenna2 = swap;
        for (int p = 0; p < 2; p++)
            base->v[p] = conjf(base->v[p]);
    }
    CHECK(solve(&s, false, false, &b));
    double worst = 0;
    for (int i = 0; i < 2 * ANTENNAS; i++)
        worst = fmax(worst, cabsf(a.gain[i] - b.gain[i]));
    CHECK(worst < 1e-5);
    cal_gains_free(&a);
    cal_gains_free(&b);
}

static void test_dropped(void)
{
    cal_gains gains;
    scene s = simulate(4, 0.01);
    for (int k = 0, kept = 0; k < BASELINES; k++)
        if (s.baseline[k].antenna2 == 9 || s.baseline[k].antenna1 == 9)
            s.baseline[k].flag[0] = s.baseline[k].flag[1] = ++kept > 3;
    CHECK(solve(&s, false, false, &gains));
    CHECK(!gains.in_reach[9] && gains.flag[18] && gains.flag[19] && gains.gain[18] == 1);
    CHECK(gains.snr[18] == 0 && gains.in_reach[0] && !gains.flag[0]);
    cal_gains_free(&gains);
    for (int k = 0; k < BASELINES; k++)
        s.baseline[k].flag[0] = s.baseline[k].flag[1] = 1;
    CHECK(!solve(&s, false, false, &gains));
    cal_gains_free(&gains);
}

static void test_words(void)
{
    cal_solint solint;
    cal_combine combine;
    cal_model model;
    cal_error err;
    CHECK(!cal_solint_parse("int", &solint, &err) && solint.integration);
    CHECK(!cal_solint_parse("inf,4ch", &solint, &err) && isinf(solint.seconds));
    CHECK(!cal_solint_parse("0.5min", &solint, &err) && solint.seconds == 30);
    CHECK(!cal_solint_parse("30", &solint, &err) && solint.seconds == 30);
    CHECK(cal_solint_parse("-3s", &solint, &err) == CAL_USAGE);
    CHECK(cal_solint_parse("", &solint, &err) == CAL_USAGE);
    CHECK(!cal_combine_parse("scan, spw", &combine, &err) && combine.scan && combine.spw &&
          !combine.field);
    CHECK(cal_combine_parse("scans", &combine, &err) == CAL_USAGE);
    CHECK(!cal_model_parse("2,0.1,0.06,0.02", &model, &err));
    CHECK_NEAR(crealf(cal_model_point(&model, 5)), 2.02, 1e-6);
    CHECK_NEAR(cimagf(cal_model_point(&model, 7)), -0.06, 1e-6);
    CHECK_NEAR(crealf(cal_model_point(&model, 12)), 1.9, 1e-6);
    CHECK(cal_model_parse("0", &model, &err) == CAL_USAGE);
    CHECK(cal_model_parse("1,2,3,4,5", &model, &err) == CAL_USAGE);
}

static void test_normalise(void)
{
    cal_gain_list *list = cal_gain_list_make(1, 3, 1);
    list->item[0].good = true;
    cal_gains_init(&list->item[0].gains, 3, true);
    for (int a = 0; a < 3; a++) {
        list->item[0].gains.gain[a] = I * (a + 1);
        list->item[0].gains.flag[a] = a == 2;
    }
    cal_gains_normalise(list, false);
    CHECK_NEAR(cabsf(list->item[0].gains.gain[0]), 1 / sqrt(2.5), 1e-6);
    CHECK_NEAR(cabsf(list->item[0].gains.gain[2]), 3 / sqrt(2.5), 1e-6);
    cal_gains_restrict(list, CAL_MODE_A);
    CHECK_NEAR(crealf(list->item[0].gains.gain[1]), 2 / sqrt(2.5), 1e-6);
    CHECK(list->item[0].gains.gain[2] == 1);
    cal_gain_list_free(list);
}

int main(void)
{
    test_recovery();
    test_optimum();
    test_stationary();
    test_reversed();
    test_dropped();
    test_words();
    test_normalise();
    return unit_done();
}

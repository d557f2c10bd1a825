/* The verdict over two images, what fitting noise gains, and which way of solving is taken. */
#include "base/mem.h"
#include "base/number.h"
#include "selfcal/spent.h"
#include "selfcal/step_solint.h"
#include "selfcal/verdict.h"
#include "unit.h"
#include <math.h>
#include <stdlib.h>

static cal_verdict_facts pair(double pre, double post)
{
    return (cal_verdict_facts){.pre = {pre, 1, pre, 1, pre, 10},
                               .post = {post, 1, post, 1, post, 10},
                               .first_beam_area = 10,
                               .expected_snr = 4,
                               .next_expected_snr = NAN,
                               .solutions = {.phase_rms = 0.2, .phase_noise = 0.1}};
}

static void judged(const cal_verdict_facts *facts, const char *kind, const char *reason)
{
    cal_selfcal_settings settings;
    cal_settings_default(&settings);
    cal_verdict v = cal_verdict_give(facts, &settings);
    CHECK_TEXT(cal_verdict_name(v.kind), kind);
    bool found = false;
    for (int i = 0; i < v.reasons.count; i++)
        found |= strstr(v.reasons.item[i], reason) != NULL;
    if (!CHECK(found))
        for (int i = 0; i < v.reasons.count; i++)
            printf("# %s\n", v.reasons.item[i]);
    cal_verdict_free(&v);
}

static bool hangs(const cal_verdict_facts *facts)
{
    cal_selfcal_settings settings;
    cal_settings_default(&settings);
    cal_verdict v = cal_verdict_give(facts, &settings);
    bool within = v.within_tolerance;
    cal_verdict_free(&v);
    return within;
}

/* Solved against a model that the user gave: nothing can be seen before. */
static void told_verdicts(void)
{
    cal_verdict_facts f = pair(-0.3, 20);
    f.post.rms = 2 * f.pre.rms;
    judged(&f, "refused", "RMS increase beyond 5%");
    f.told = true;
    f.solutions.median_snr = 12;
    judged(&f, "accepted", "S/N increase: -0.3 to 20, 1900.0 %");
    f.solutions.median_snr = 2.7;
    judged(&f, "refused", "noise alone might have made the source");
}

/* Closure tells: neither what was fitted nor the S/N of the images counts. */
static void closure_verdicts(void)
{
    cal_closure before = {.phase_chi2 = 14400, .phase_squares = 400, .phases = 100};
    cal_closure after = {.phase_chi2 = 3600, .phase_squares = 100, .phases = 100}, none = {0};
    cal_verdict_facts f = pair(50, 30);
    f.overfit_after = 0.5;
    f.closure_before = &before;
    f.closure_after = &after;
    judged(&f, "accepted",
           "closure chi2 decrease: 144 to 36; closure phases off by 115 to 57.3 deg");
    f.closure_before = &after;
    judged(&f, "unchanged", "closure chi2 as before: 36 to 36");
    f.closure_after = &before;
    judged(&f, "refused", "closure chi2 increase: 36 to 144");
    f.closure_after = &none;
    judged(&f, "refused", "closures cannot be measured");
    f.closure_after = &after;
    f.closure_before = &before;
    f.post.beam_area = 12;
    judged(&f, "refused", "Beam change beyond");
}

/* Amplitudes that vary by little more than their noise: is it they that keep the image from the noise of the receivers? */
static void amplitude_verdicts(void)
{
    cal_verdict_facts f = pair(100, 107);
    f.amplitude = true;
    f.solutions.amplitude_rms = 0.05;
    f.solutions.amplitude_noise = 0.02;
    f.post.rms = 1 / 1.07;
    judged(&f, "accepted", "amplitudes vary by 5 %, their noise is 2 %");
    f.solutions.amplitude_noise = 0.03;
    judged(&f, "unchanged", "less than 2 times their noise");
    f.noise = 0.92;
    judged(&f, "accepted", "take away 82 % of what the noise is above that of the receivers");
    f.noise = 0.5;
    judged(&f, "unchanged", "less than 2 times their noise");
    f.noise = 0.99; /* nothing to take away */
    judged(&f, "unchanged", "less than 2 times their noise");
    f.noise = 1.1;
    judged(&f, "unchanged", "less than 2 times their noise");
    f.noise = 0.92;
    f.overfit_after = 0.033; /* the half of it is fitted */
    judged(&f, "accepted", "take away 44 %");
    f.overfit_after = 0;
    f.post.rms = 0.97;
    judged(&f, "unchanged", "less than 2 times their noise");
}

static void verdicts(void)
{
    told_verdicts();
    closure_verdicts();
    amplitude_verdicts();
    cal_verdict_facts f = pair(100, 150);
    judged(&f, "accepted", "S/N increase: 100 to 150, 50.0 %");
    judged(&f, "accepted", "phases vary by 11.5 deg, their noise is 5.73 deg");
    CHECK(!hangs(&f));
    f = pair(100, 101);
    judged(&f, "accepted", "1.0 %");
    CHECK(hangs(&f));
    f = pair(100, 99);
    judged(&f, "unchanged", "S/N as before");
    CHECK(hangs(&f));
    f.first = true;
    judged(&f, "unchanged", "S/N as before");
    f.next_expected_snr = 3;
    judged(&f, "marginal", "next interval has enough (3)");
    f = pair(100, 97);
    judged(&f, "refused", "S/N decrease: 100 to 97, -3.0 %");
    judged(&f, "refused", "NF S/N decrease");
    f = pair(100, 150);
    f.post.beam_area = 10.6;
    judged(&f, "refused", "Beam change beyond 0.05: 0.060");
    f.post.beam_area = 8; /* to shrink is no fault */
    judged(&f, "accepted", "");
    f = pair(100, 150);
    f.post.rms = 1.06;
    judged(&f, "refused", "RMS increase beyond 5%: 6.0 %");
    f.expected_snr = 6;
    judged(&f, "accepted", "");
    f = pair(100, 150);
    f.post.snr_nf = f.post.rms_nf = NAN; /* no annulus: the plain numbers decide */
    judged(&f, "accepted", "");
    f.post.snr = NAN;
    judged(&f, "refused", "cannot be measured");
}

static bool replaces(cal_verdict_kind kind, double change, double flagged)
{
    const cal_way best = {
        .name = "chosen", .verdict = {CAL_ACCEPTED, .honest_change = 0.1}, .flagged = 0.05};
    const cal_way way = {
        .name = "per_spw", .verdict = {kind, .honest_change = change}, .flagged = flagged};
    cal_selfcal_settings settings;
    cal_settings_default(&settings);
    return cal_way_is_better(&way, &best, &settings);
}

static void ways(void)
{
    const cal_way none = {.name = NULL},
                  bad = {"chosen", .verdict = {CAL_REFUSED}, .flagged = 0.05};
    const cal_way good = {"per_spw", .verdict = {CAL_ACCEPTED, .honest_change = 0.1},
                          .flagged = 0.05};
    cal_way flags = good;
    cal_selfcal_settings settings;
    cal_settings_default(&settings);
    CHECK(cal_way_is_better(&bad, &none, &settings) && cal_way_is_better(&good, &bad, &settings));
    CHECK(!cal_way_is_better(&bad, &good, &settings));
    flags.flagged = 0.09;
    CHECK(!cal_way_is_better(&flags, &bad, &settings)); /* by flags alone */
    CHECK(replaces(CAL_ACCEPTED, 0.13, 0.05) && replaces(CAL_ACCEPTED, 0.13, 0.07));
    CHECK(!replaces(CAL_ACCEPTED, 0.11, 0.05)); /* within the tolerance */
    CHECK(!replaces(CAL_ACCEPTED, 0.13, 0.09) && !replaces(CAL_REFUSED, 0.13, 0.05));
}

static const cal_uv_travel unknown = {NAN, NAN};

static double part_of(double antennas, double integrations, bool joined, double per_second,
                      double of_windows)
{
    const cal_fit fit = {antennas, 10 * integrations, 10, joined, false};
    return cal_spent_noise(&fit, &(cal_uv_travel){per_second, of_windows});
}

/* Twelve antennas solved for each integration take a twelfth of the noise's variance, and as much in a minute in which no baseline leaves its
 * cell of the uv plane. */
static void spending(void)
{
    CHECK_NEAR(part_of(12, 1, false, NAN, NAN), 1 / 12., 1e-12);
    CHECK_NEAR(part_of(12, 4, true, NAN, NAN), 1 / 48., 1e-12); /* nothing else is known */
    CHECK(part_of(NAN, 1, false, NAN, NAN) == 0 && part_of(0.5, 1, false, 0, 0) == 1);
    CHECK_NEAR(part_of(12, 6, true, 0, 0), 1 / 12., 1e-12);
    CHECK_NEAR(part_of(12, 6, true, 0.01, 0), 1 / 12. / sqrt(1.36), 1e-12);
    CHECK_NEAR(part_of(12, 6, true, 9, 0), 1 / 72.,
               1e-12); /* each integration in a cell of its own */
    CHECK_NEAR(part_of(12, 6, true, 0, 2), 1 / 12. / sqrt(5), 1e-12);
    CHECK_NEAR(part_of(12, 6, false, 0, 2), 1 / 12., 1e-12); /* windows have each their own noise */
    cal_spent sum = {0};
    cal_spent_add(&sum, &(cal_fit){10, 100, 10, false, false}, &unknown);
    cal_spent_add(&sum, &(cal_fit){10, 10, 10, true, false}, &unknown);
    cal_spent_add(&sum, &(cal_fit){10, 20, 10, true, true}, &unknown);
    CHECK_NEAR(sum.phases[0], 0.01, 1e-12);
    CHECK_NEAR(sum.phases[1], 0.1, 1e-12); /* the shorter interval's contains the other's */
    CHECK_NEAR(sum.amplitudes[1], 0.05, 1e-12);
    CHECK_NEAR(cal_overfit(&sum, NAN), 1 / sqrt(0.85) - 1, 1e-12); /* all phases at most a tenth */
    /* 400 numbers and a source of S/N 50: 8 % of flux that is none */
    CHECK_NEAR(cal_overfit(&(cal_spent){.parameters = 400}, 50), 0.08, 1e-12);
}

static void fitted_noise(void)
{
    cal_verdict_facts f = pair(366.1, 367.5); /* better by noise alone */
    f.overfit_before = 0.01;
    f.overfit_after = 0.02;
    judged(&f, "unchanged", "-0.6 % without what fitting noise gains");
    f.pre.snr = f.pre.snr_nf = 300;
    judged(&f, "accepted", "without what fitting noise gains");
    f.overfit_after = 0.18;
    f.pre.snr = f.pre.snr_nf = 366.1;
    judged(&f, "refused", "over-fitting");
    f = pair(39.5, 42.6); /* more than noise does, if not by much */
    f.overfit_after = 0.041;
    judged(&f, "accepted", "3.6 % without what fitting noise gains");
    f.post.snr = f.post.snr_nf = 41.9;
    judged(&f, "refused", "over-fitting");
    f.overfit_before = 0.041; /* what was fitted before is not held against these */
    judged(&f, "accepted", "6.1 %");
}

/* Phases of noise put more into the data than they take out, which a few per cent of S/N do not outweigh. */
static void noisy_phases(void)
{
    cal_verdict_facts f = pair(331.4, 336);
    f.solutions.phase_rms = 0.232;
    f.solutions.phase_noise = 0.188;
    judged(&f, "unchanged",
           "most of what the phases vary by is noise, for which they must gain 2 %");
    f.post.snr = f.post.snr_nf = 340;
    judged(&f, "accepted", "2.6 %");
    f.post.snr = f.post.snr_nf = 336;
    f.solutions.phase_noise = 0.16;
    judged(&f, "accepted", "1.4 %");
    f.solutions.phase_noise = 0.188;
    f.amplitude = true; /* where phases are solved for the second time */
    judged(&f, "accepted", "1.4 %");
}

static void chains(void)
{
    static const char text[] =
        "{\"n_ants\": 10, \"integration_time\": 10, \"vis\": [{\"gaintable_solint_final\": "
        "[\"inf_EB\", \"inf\"]}], \"spws\": [{}, {}], \"solints\": ["
        "{\"solint\": \"inf_EB\", \"seconds\": 1000, \"parameters\": 9, \"final_mode\": "
        "\"per_spw\"},"
        "{\"solint\": \"inf\", \"seconds\": 100, \"parameters\": 90, \"final_mode\": "
        "\"combinespw\"},"
        "{\"solint\": \"int\", \"seconds\": 10},"
        "{\"solint\": \"inf_ap\", \"seconds\": 50, \"solmode\": \"ap\"}]}";
    cal_work work = {0};
    cal_error err = {0};
    CHECK(!cal_json_parse(text, "target", &work.target, &err));
    cal_spent spent = cal_spent_accepted(&work);
    CHECK_NEAR(spent.phases[0], 0.001, 1e-12);
    CHECK_NEAR(spent.phases[1], 0.01, 1e-12);
    CHECK_NEAR(spent.parameters, 99, 0);
    cal_chained before = {.solint = (char *)"inf"};
    cal_solution tried = {.mode = CAL_COMBINE_SPW};
    const cal_solution_set set = {.tried = &tried, .before = &before, .befores = 1};
    spent = cal_spent_with(&work, &set, 3, 180); /* the phases stay below the amplitudes */
    CHECK_NEAR(spent.phases[1], 0.02, 1e-12);
    CHECK_NEAR(spent.amplitudes[1], 0.02, 1e-12);
    CHECK_NEAR(spent.parameters, 270, 0);
    /* an image of 1000 beams: in 1000 s a baseline leaves its cell 73 times over */
    cal_json_set(&work.target, "imsize", JV_ARRAY(jv_number(1000), jv_number(1000)));
    cal_json_set(&work.target, "cell_arcsec", jv_number(1));
    cal_json_set(&work.target, "75thpct_uv", jv_number(206264.8));
    cal_json_set(&work.target, "meanfreq", jv_number(CAL_LIGHT_SPEED));
    cal_json_set(&work.target, "fracbw", jv_number(0.001));
    spent = cal_spent_accepted(&work);
    CHECK_NEAR(spent.phases[0], 0.1 / hypot(1, 72.921), 1e-6);
    CHECK_NEAR(spent.phases[1], 0.1 / hypot(1, 7.2921) / sqrt(2), 1e-6);
    jv_free(work.target);
    CHECK(!cal_json_parse("{\"vis\": [], \"solints\": []}", "target", &work.target, &err));
    CHECK_NEAR(cal_spent_accepted(&work).parameters, 0, 0);
    jv_free(work.target);
}

int main(void)
{
    verdicts();
    spending();
    fitted_noise();
    noisy_phases();
    ways();
    chains();
    return unit_done();
}

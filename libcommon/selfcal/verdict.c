#include "selfcal/verdict.h"

#include "base/mem.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const double most_rms_rise = 0.05; /* selfcal 1.9 ... */
static const double surely_expected = 5;  /* ... unless the solutions have this S/N */
static const double sure_of_itself =
    5; /* median S/N of solutions against a model that was given: noise alone has 2 to 3 */

static const double told = 0.001; /* over-fitting that is worth a word */

static void reason(cal_verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void reason(cal_verdict *verdict, const char *format, ...)
{
    char text[256];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    cal_words_add(&verdict->reasons, text);
}

static double change(double before, double after)
{
    return after / before - 1; /* NaN where one could not be measured */
}

/* An S/N below 1, as where nothing but noise can be seen, is no S/N to compare with. */
static double snr_change(double before, double after)
{
    return change(before < 1 ? 1 : before, after < 1 ? 1 : after);
}

/* ---- against ---- */

static void check_snr(const cal_verdict_facts *facts, const cal_selfcal_settings *settings,
                      cal_verdict *verdict)
{
    if (verdict->honest_change < -settings->snr_tolerance)
        reason(verdict, "S/N decrease: %.4g to %.4g, %.1f %%%s", facts->pre.snr, facts->post.snr,
               100 * verdict->honest_change,
               verdict->overfit > told ? " without what fitting noise gains" : "");
    if (verdict->snr_nf_change < -settings->snr_tolerance)
        reason(verdict, "NF S/N decrease: %.4g to %.4g, %.1f %%", facts->pre.snr_nf,
               facts->post.snr_nf, 100 * verdict->snr_nf_change);
}

/* What gains cannot bring about: the numbers fitted do not count, nor does whether the image before showed anything. */
static void check_closure(const cal_selfcal_settings *settings, cal_verdict *verdict)
{
    const cal_closure *c = verdict->closure;
    if (isnan(verdict->honest_change))
        reason(verdict, "closures cannot be measured: no triangle of baselines has an S/N of 4 in "
                        "one integration and a model");
    else if (verdict->honest_change < -settings->snr_tolerance)
        reason(verdict,
               "closure chi2 increase: %.4g to %.4g; closure phases off by %.3g to %.3g deg",
               cal_closure_chi2(&c[0]), cal_closure_chi2(&c[1]), cal_closure_phase_rms(&c[0]),
               cal_closure_phase_rms(&c[1]));
}

static void check_rms(const cal_verdict_facts *facts, cal_verdict *verdict)
{
    double near = change(facts->pre.rms_nf, facts->post.rms_nf);
    if (facts->expected_snr > surely_expected || facts->told)
        return;
    if (verdict->rms_change > most_rms_rise)
        reason(verdict, "RMS increase beyond 5%%: %.1f %%", 100 * verdict->rms_change);
    if (near > most_rms_rise)
        reason(verdict, "NF RMS increase beyond 5%%: %.1f %%", 100 * near);
}

/* Phases of noise, solved one by one, make of it whatever model they were solved against. Here the solutions' own S/N tells, not the image before,
 * which has too little S/N for any count of what was fitted. */
static void check_told(const cal_verdict_facts *facts, cal_verdict *verdict)
{
    double snr = facts->solutions.median_snr;
    if (facts->told && !(snr >= sure_of_itself))
        reason(verdict,
               "the solutions against the start model have a median S/N of %.3g; below %g noise "
               "alone might have made the source",
               snr, sure_of_itself);
}

/* What noise gains by these solutions is known to some ten per cent. Amplitudes must gain more than that: they also take up what the model lacks. */
static void check_overfit(const cal_verdict_facts *facts, const cal_selfcal_settings *settings,
                          cal_verdict *verdict)
{
    double fitted = change(1 + facts->overfit_before, 1 + facts->overfit_after);
    double least = facts->amplitude ? fitted : fmax(fitted / 2, settings->snr_tolerance);
    if (facts->told || fitted <= settings->max_overfit || verdict->honest_change >= least)
        return;
    reason(verdict,
           "over-fitting: the numbers fitted raise the S/N by %.1f %% from noise alone, more than "
           "%g %%, and it gains %.1f %% otherwise, less than %.1f %%",
           100 * fitted, 100 * settings->max_overfit, 100 * verdict->honest_change, 100 * least);
}

static void check_all(const cal_verdict_facts *facts, const cal_selfcal_settings *settings,
                      cal_verdict *verdict)
{
    if (verdict->beam_grew)
        reason(verdict, "Beam change beyond %g: %.3f", settings->delta_beam_thresh,
               verdict->beam_growth);
    if (verdict->by_closure) {
        check_closure(settings, verdict);
        return;
    }
    if (!isfinite(facts->post.snr))
        reason(verdict, "the S/N of the new image cannot be measured");
    check_snr(facts, settings, verdict);
    check_rms(facts, verdict);
    check_told(facts, verdict);
    check_overfit(facts, settings, verdict);
}

/* ---- for ---- */

static void tell_scatter(const char *what, double rms, double noise, double unit,
                         const char *unit_name, cal_verdict *verdict)
{
    if (isfinite(rms) && isfinite(noise))
        reason(verdict, "%s vary by %.3g %s, their noise is %.3g %s", what, rms * unit, unit_name,
               noise * unit, unit_name);
}

/* The part that goes away of what the image's variance is above that of the receivers' noise; 0 where there is hardly such an excess. Errors
 * of antennas are gone when they are solved for. What a model lacks is on all baselines, of which antennas can take up but a part: in the recorded
 * cases up to 0.1, against 0.5 where amplitudes are wrong. */
static double taken_away(const cal_verdict_facts *facts, const cal_verdict *verdict)
{
    const double least_excess = 0.1;
    double noise = facts->noise * facts->noise;
    double pre = facts->pre.rms * (1 + facts->overfit_before);
    double post = facts->post.rms * (1 + verdict->overfit), excess = pre * pre - noise;
    return noise > 0 && excess > least_excess * pre * pre ? 1 - (post * post - noise) / excess : 0;
}

/* Amplitudes that hardly vary by more than their noise: what the S/N gains by them is mostly fitted to what the model lacks. In the recorded
 * cases without amplitude errors the scatter reaches 1.5 times the noise, and the S/N ends above that of an image without errors. But
 * constant errors below the noise of single solutions show in the image. */
static bool only_noise(const cal_verdict_facts *facts, const cal_selfcal_settings *settings,
                       const cal_verdict *verdict)
{
    const double least_taken = 0.4;
    const cal_solution_facts *s = &facts->solutions;
    return facts->amplitude && isfinite(s->amplitude_rms) &&
           s->amplitude_rms < settings->amp_significance * s->amplitude_noise &&
           taken_away(facts, verdict) < least_taken;
}

/* More than half of the scatter's variance is noise: applied, such phases put more noise into the data than errors they take out. */
static bool mostly_noise(const cal_solution_facts *s)
{
    return s->phase_rms * s->phase_rms < 2 * s->phase_noise * s->phase_noise;
}

/* What is not refused: better, or neither better nor worse. Then the shorter chain is kept, but the first interval may stay for the sake of
 * the next ones, which are solved on top of it. */
static void tell_rise(const cal_verdict_facts *facts, cal_verdict *verdict)
{
    const cal_closure *c = verdict->closure;
    bool better = verdict->honest_change > 0;
    if (verdict->by_closure)
        reason(verdict, "closure chi2 %s: %.4g to %.4g; closure phases off by %.3g to %.3g deg",
               better ? "decrease" : "as before", cal_closure_chi2(&c[0]), cal_closure_chi2(&c[1]),
               cal_closure_phase_rms(&c[0]), cal_closure_phase_rms(&c[1]));
    else
        reason(verdict, "S/N %s: %.4g to %.4g, %.1f %%%s", better ? "increase" : "as before",
               facts->pre.snr, facts->post.snr, 100 * verdict->honest_change,
               verdict->overfit > told ? " without what fitting noise gains" : "");
}

/* The S/N of noisy phases must rise for certain. */
static double least_rise(const cal_verdict_facts *facts, const cal_selfcal_settings *settings)
{
    bool noisy = !facts->amplitude && !facts->first && mostly_noise(&facts->solutions);
    return noisy ? settings->snr_tolerance : 0;
}

static void judge_rise(const cal_verdict_facts *facts, const cal_selfcal_settings *settings,
                       cal_verdict *verdict)
{
    const cal_solution_facts *s = &facts->solutions;
    double percent = 100 * verdict->honest_change;
    verdict->within_tolerance = fabs(verdict->honest_change) <= settings->snr_tolerance;
    if (only_noise(facts, settings, verdict)) {
        verdict->kind = CAL_UNCHANGED;
        reason(verdict,
               "S/N %.4g to %.4g, but the amplitudes vary by less than %g times their noise",
               facts->pre.snr, facts->post.snr, settings->amp_significance);
    } else if (verdict->honest_change > least_rise(facts, settings)) {
        verdict->kind = CAL_ACCEPTED;
        tell_rise(facts, verdict);
    } else if (facts->first && facts->next_expected_snr >= settings->minsnr_to_proceed) {
        verdict->kind = CAL_MARGINAL;
        reason(verdict, "S/N as before (%.1f %%), and the next interval has enough (%.3g)", percent,
               facts->next_expected_snr);
    } else {
        verdict->kind = CAL_UNCHANGED;
        tell_rise(facts, verdict);
        if (verdict->honest_change > 0)
            reason(verdict,
                   "most of what the phases vary by is noise, for which they must gain %g %%",
                   100 * settings->snr_tolerance);
    }
    tell_scatter("phases", s->phase_rms, s->phase_noise, 57.29577951, "deg", verdict);
    if (facts->amplitude)
        tell_scatter("amplitudes", s->amplitude_rms, s->amplitude_noise, 100, "%", verdict);
    if (facts->amplitude && taken_away(facts, verdict) > 0)
        reason(verdict, "they take away %.0f %% of what the noise is above that of the receivers",
               100 * taken_away(facts, verdict));
}

cal_verdict cal_verdict_give(const cal_verdict_facts *facts, const cal_selfcal_settings *settings)
{
    cal_verdict v = {.kind = CAL_REFUSED};
    v.snr_change = snr_change(facts->pre.snr, facts->post.snr);
    v.snr_nf_change = snr_change(facts->pre.snr_nf, facts->post.snr_nf);
    v.rms_change = change(facts->pre.rms, facts->post.rms);
    v.beam_growth = change(facts->first_beam_area, facts->post.beam_area);
    v.beam_grew = v.beam_growth > settings->delta_beam_thresh;
    v.overfit = facts->overfit_after;
    v.honest_change = (1 + v.snr_change) * (1 + facts->overfit_before) / (1 + v.overfit) - 1;
    v.by_closure = facts->closure_before != NULL;
    if (v.by_closure) {
        v.closure[0] = *facts->closure_before;
        v.closure[1] = *facts->closure_after;
        v.honest_change =
            sqrt(cal_closure_chi2(&v.closure[0]) / cal_closure_chi2(&v.closure[1])) - 1;
    }
    check_all(facts, settings, &v);
    if (!v.reasons.count)
        judge_rise(facts, settings, &v);
    else
        v.within_tolerance = fabs(v.snr_change) <= settings->snr_tolerance && !v.beam_grew &&
                             v.overfit <= settings->max_overfit;
    return v;
}

void cal_verdict_free(cal_verdict *verdict)
{
    cal_words_free(&verdict->reasons);
}

const char *cal_verdict_name(cal_verdict_kind kind)
{
    static const char *const name[] = {[CAL_ACCEPTED] = "accepted",
                                       [CAL_MARGINAL] = "marginal",
                                       [CAL_UNCHANGED] = "unchanged",
                                       [CAL_REFUSED] = "refused"};
    return name[kind];
}

jv cal_verdict_json(const cal_verdict *v)
{
    jv object = JV_OBJECT(
        jv_string("kind"), jv_string(cal_verdict_name(v->kind)), jv_string("within_tolerance"),
        jv_bool(v->within_tolerance), jv_string("snr_change"), cal_json_double(v->snr_change),
        jv_string("snr_nf_change"), cal_json_double(v->snr_nf_change), jv_string("rms_change"),
        cal_json_double(v->rms_change), jv_string("beam_growth"), cal_json_double(v->beam_growth));
    cal_json_set(&object, "beam_grew", jv_bool(v->beam_grew));
    cal_json_set(&object, "honest_change", cal_json_double(v->honest_change));
    cal_json_set(&object, "overfit", cal_json_double(v->overfit));
    if (v->by_closure)
        cal_json_set(&object, "closure",
                     JV_OBJECT(jv_string("before"), cal_closure_json(&v->closure[0]),
                               jv_string("after"), cal_closure_json(&v->closure[1])));
    cal_json_set(&object, "reasons",
                 cal_json_texts((const char *const *)v->reasons.item, v->reasons.count));
    return object;
}

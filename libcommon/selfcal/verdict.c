#include "selfcal/verdict.h"

#include "base/mem.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const double most_rms_rise = 0.05; /* selfcal 1.9 ... */
static const double surely_expected = 5;  /* ... unless the solutions have this S/N */

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

/* Fitting a number to noise alone lowers chi2 by one, as if the source had more flux: by 1 / (2 S/N^2) of it for each number. */
static double overfit(double parameters, const cal_image_numbers *image)
{
    double snr = fmax(image->snr, image->flux_snr);
    double part = parameters / (2 * snr * snr);
    return isfinite(part) ? part : 0;
}

static double change(double before, double after)
{
    return after / before - 1; /* NaN where one could not be measured */
}

/* Variations that are more than twice the noise's in square: with them taken out by solutions that have this noise, less is left. */
static bool varies(double rms, double noise)
{
    return rms * rms > 2 * noise * noise;
}

static bool helps(const cal_verdict_facts *facts)
{
    const cal_solution_facts *s = &facts->solutions;
    return varies(s->phase_rms, s->phase_noise) ||
           (facts->amplitude && varies(s->amplitude_rms, s->amplitude_noise));
}

/* ---- against ---- */

static void check_snr(const cal_verdict_facts *facts, const cal_selfcal_settings *settings,
                      double honest, cal_verdict *verdict)
{
    if (honest < -settings->snr_tolerance)
        reason(verdict, "S/N decrease: %.4g to %.4g, %.1f %%%s", facts->pre.snr, facts->post.snr,
               100 * honest, verdict->overfit > 0.001 ? " without what fitting noise gains" : "");
    if (verdict->snr_nf_change < -settings->snr_tolerance)
        reason(verdict, "NF S/N decrease: %.4g to %.4g, %.1f %%", facts->pre.snr_nf,
               facts->post.snr_nf, 100 * verdict->snr_nf_change);
}

static void check_rms(const cal_verdict_facts *facts, cal_verdict *verdict)
{
    double near = change(facts->pre.rms_nf, facts->post.rms_nf);
    if (facts->expected_snr > surely_expected)
        return;
    if (verdict->rms_change > most_rms_rise)
        reason(verdict, "RMS increase beyond 5%%: %.1f %%", 100 * verdict->rms_change);
    if (near > most_rms_rise)
        reason(verdict, "NF RMS increase beyond 5%%: %.1f %%", 100 * near);
}

static void check_all(const cal_verdict_facts *facts, const cal_selfcal_settings *settings,
                      double honest, cal_verdict *verdict)
{
    if (!isfinite(facts->post.snr))
        reason(verdict, "the S/N of the new image cannot be measured");
    check_snr(facts, settings, honest, verdict);
    if (verdict->beam_grew)
        reason(verdict, "Beam change beyond %g: %.3f", settings->delta_beam_thresh,
               verdict->beam_growth);
    check_rms(facts, verdict);
    if (verdict->overfit > settings->max_overfit)
        reason(verdict,
               "over-fitting: %.0f numbers fitted raise the S/N by %.1f %% from noise alone, more "
               "than %g %%",
               facts->parameters_before + facts->solutions.parameters, 100 * verdict->overfit,
               100 * settings->max_overfit);
}

/* ---- for ---- */

static void tell_benefit(const cal_verdict_facts *facts, cal_verdict *verdict)
{
    const cal_solution_facts *s = &facts->solutions;
    if (varies(s->phase_rms, s->phase_noise))
        reason(verdict, "phases vary by %.3g deg, their noise is %.3g deg",
               s->phase_rms * 57.29577951, s->phase_noise * 57.29577951);
    else
        reason(verdict, "amplitudes vary by %.3g %%, their noise is %.3g %%",
               100 * s->amplitude_rms, 100 * s->amplitude_noise);
}

/* What is not refused: better, or neither better nor worse. The first interval may be kept for the sake of the next ones, which are solved
 * on top of it. */
static void judge_rise(const cal_verdict_facts *facts, const cal_selfcal_settings *settings,
                       double honest, cal_verdict *verdict)
{
    double percent = 100 * honest;
    if (honest > settings->snr_tolerance) {
        verdict->kind = CAL_ACCEPTED;
        reason(verdict, "S/N increase: %.4g to %.4g, %.1f %%", facts->pre.snr, facts->post.snr,
               percent);
        return;
    }
    verdict->within_tolerance = true;
    if (helps(facts)) {
        verdict->kind = CAL_ACCEPTED;
        tell_benefit(facts, verdict);
    } else if (facts->first && facts->next_expected_snr >= settings->minsnr_to_proceed) {
        verdict->kind = CAL_MARGINAL;
        reason(verdict, "S/N as before (%.1f %%), and the next interval has enough (%.3g)", percent,
               facts->next_expected_snr);
    } else {
        verdict->kind = CAL_UNCHANGED;
        reason(verdict, "S/N as before (%.1f %%), and solutions vary no more than their noise",
               percent);
    }
}

cal_verdict cal_verdict_give(const cal_verdict_facts *facts, const cal_selfcal_settings *settings)
{
    cal_verdict v = {.kind = CAL_REFUSED};
    double parameters = facts->parameters_before + facts->solutions.parameters;
    v.snr_change = change(facts->pre.snr, facts->post.snr);
    v.snr_nf_change = change(facts->pre.snr_nf, facts->post.snr_nf);
    v.rms_change = change(facts->pre.rms, facts->post.rms);
    v.beam_growth = change(facts->first_beam_area, facts->post.beam_area);
    v.beam_grew = v.beam_growth > settings->delta_beam_thresh;
    v.overfit = overfit(parameters, &facts->post);
    double spent = v.overfit - overfit(facts->parameters_before, &facts->pre);
    double honest = (1 + v.snr_change) * (1 - fmax(spent, 0)) - 1;
    check_all(facts, settings, honest, &v);
    if (!v.reasons.count)
        judge_rise(facts, settings, honest, &v);
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
    cal_json_set(&object, "overfit", cal_json_double(v->overfit));
    cal_json_set(&object, "reasons",
                 cal_json_texts((const char *const *)v->reasons.item, v->reasons.count));
    return object;
}

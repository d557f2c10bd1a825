/* What the report looks up in the state. */
#include "base/mem.h"
#include "base/output.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

double cal_report_number(jv object, const char *key)
{
    return cal_json_number_at(object, key, NAN);
}

static bool is_step(jv step, const char *name)
{
    return !strcmp(cal_json_text_at(step, "step", ""), name);
}

bool cal_report_is_rung(jv step)
{
    return is_step(step, "solint") || is_step(step, "cocal");
}

bool cal_report_is_borrowed(const char *final_solint)
{
    return !strncmp(final_solint, "cocal:", 6);
}

jv cal_report_step(jv target, const char *name)
{
    jv found = jv_null(), steps = cal_json_list_at(target, "steps");
    jv_array_foreach(steps, i, step)
    {
        if (is_step(step, name)) {
            jv_free(found);
            found = jv_copy(step);
        }
        jv_free(step);
    }
    jv_free(steps);
    return found;
}

jv cal_report_first_rung(jv target)
{
    jv found = jv_null(), steps = cal_json_list_at(target, "steps");
    jv_array_foreach(steps, i, step)
    {
        if (jv_get_kind(found) == JV_KIND_NULL && cal_report_is_rung(step)) {
            jv images = cal_json_at(step, "images");
            if (cal_json_has(images, "prior")) {
                jv_free(found);
                found = jv_copy(step);
            }
            jv_free(images);
        }
        jv_free(step);
    }
    jv_free(steps);
    return found;
}

char *cal_report_reasons(jv verdict, const char *otherwise)
{
    cal_buf text = {0};
    jv reasons = cal_json_list_at(verdict, "reasons");
    jv_array_foreach(reasons, i, reason)
    {
        if (jv_get_kind(reason) == JV_KIND_STRING)
            cal_buf_addf(&text, "%s%s", text.len ? "; " : "", jv_string_value(reason));
        jv_free(reason);
    }
    jv_free(reasons);
    if (!text.len)
        cal_buf_add(&text, otherwise);
    return cal_buf_steal(&text);
}

/* ---- images ---- */

jv cal_report_pictures(jv step, const char *which)
{
    static const char *const single[] = {"post", "final", "initial", "prior"};
    jv images = cal_json_at(step, "images"), found = cal_json_at(images, which);
    if (!cal_report_is_rung(step))
        for (size_t i = 0; i < CAL_COUNT(single) && jv_get_kind(found) != JV_KIND_OBJECT; i++) {
            jv_free(found);
            found = cal_json_at(images, single[i]);
        }
    jv_free(images);
    return found;
}

static jv field_at(jv pictures, int index)
{
    jv fields = cal_json_list_at(pictures, "fields");
    jv_free(pictures);
    if (index < 0 || index >= jv_array_length(jv_copy(fields))) {
        jv_free(fields);
        return jv_null();
    }
    return jv_array_get(fields, index);
}

jv cal_report_sub_picture(jv step, const char *which, int fid)
{
    return field_at(cal_report_pictures(step, which), fid);
}

int cal_report_best(jv step, const char *which)
{
    jv pictures = cal_report_pictures(step, which);
    int best = (int)cal_json_number_at(pictures, "best", 0);
    jv_free(pictures);
    return best;
}

jv cal_report_picture(jv step, const char *which)
{
    return cal_report_sub_picture(step, which, cal_report_best(step, which));
}

jv cal_report_next_rung(jv rungs, int *next)
{
    while (*next < jv_array_length(jv_copy(rungs))) {
        jv rung = jv_array_get(jv_copy(rungs), (*next)++);
        if (cal_json_has(rung, "pass"))
            return rung;
        jv_free(rung);
    }
    return jv_null();
}

bool cal_report_is_taken(jv rung)
{
    const char *verdict = cal_json_text_at(rung, "verdict", "");
    return !strcmp(verdict, "accepted") || !strcmp(verdict, "marginal");
}

/* ---- solutions ---- */

jv cal_report_solution(jv set)
{
    jv tried = cal_json_list_at(set, "tried"), chosen = cal_json_at(set, "chosen"),
       found = jv_null();
    jv_array_foreach(tried, i, solution)
    {
        if (jv_get_kind(chosen) == JV_KIND_NUMBER && i == (int)jv_number_value(chosen)) {
            jv_free(found);
            found = jv_copy(solution);
        }
        jv_free(solution);
    }
    jv_free(tried);
    jv_free(chosen);
    return found;
}

const char *cal_report_block_name(jv block)
{
    const char *path = cal_json_text_at(block, "original", "?"), *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- numbers ---- */

char *cal_report_flux(double jy, char *text)
{
    double size = fabs(jy);
    if (!isfinite(jy))
        snprintf(text, CAL_REPORT_TEXT, "\u2013");
    else if (size < 1e-3)
        snprintf(text, CAL_REPORT_TEXT, "%.3g \u00b5Jy", jy * 1e6);
    else
        snprintf(text, CAL_REPORT_TEXT, "%.3g %s", size < 1 ? jy * 1e3 : jy,
                 size < 1 ? "mJy" : "Jy");
    return text;
}

char *cal_report_interval(jv rung, char *text)
{
    const char *name = cal_json_text_at(rung, "solint", "?");
    double pass = cal_json_number_at(rung, "pass", 1);
    snprintf(text, CAL_REPORT_TEXT, pass > 1 ? "%.40s (%.0f)" : "%.40s", name, pass);
    return text;
}

char *cal_report_snr(double snr, char *text)
{
    if (isfinite(snr))
        snprintf(text, CAL_REPORT_TEXT, fabs(snr) < 999.95 ? "%.1f" : "%.0f", snr);
    else
        snprintf(text, CAL_REPORT_TEXT, "\u2013");
    return text;
}

char *cal_report_percent(double fraction, bool sign, char *text)
{
    if (!isfinite(fraction))
        snprintf(text, CAL_REPORT_TEXT, "\u2013");
    else if (fabs(fraction) < 5e-4)
        snprintf(text, CAL_REPORT_TEXT, "0 %%");
    else if (sign)
        snprintf(text, CAL_REPORT_TEXT, "%s%.1f %%", fraction < 0 ? "\u2212" : "+",
                 100 * fabs(fraction));
    else
        snprintf(text, CAL_REPORT_TEXT, "%.1f %%", 100 * fraction);
    return text;
}

bool cal_report_fitted(jv numbers, char *text)
{
    const double least = 0.005;
    double overfit = cal_report_number(numbers, "overfit");
    cal_report_percent(overfit, false, text);
    return cal_json_bool_at(numbers, "success", false) && overfit > least;
}

char *cal_report_beam(jv numbers, char *text)
{
    double major = cal_report_number(numbers, "beam_major_arcsec"),
           minor = cal_report_number(numbers, "beam_minor_arcsec"),
           angle = cal_report_number(numbers, "beam_pa_deg");
    if (major > 0 && minor > 0)
        snprintf(text, CAL_REPORT_TEXT, "%.3g\u2033 \u00d7 %.3g\u2033, %.0f\u00b0", major, minor,
                 angle);
    else
        snprintf(text, CAL_REPORT_TEXT, "\u2013");
    return text;
}

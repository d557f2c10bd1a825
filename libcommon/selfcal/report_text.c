/* The report on a terminal: 100 columns at most. */
#include "base/grid.h"
#include "base/mem.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <string.h>

static const char *or_dash(jv object, const char *key)
{
    return cal_json_text_at(object, key, "\u2013");
}

static void add_wrapped(cal_buf *out, const char *text)
{
    cal_buf_add(out, "  ");
    cal_buf_add_wrapped(out, text, 2, 2, CAL_REPORT_PAGE);
}

/* "145 > 99" and "128 > 107 deg" of a rung or a target. */
static void closure_text(jv object, char chi2[2][CAL_REPORT_TEXT], char phase[CAL_REPORT_TEXT])
{
    static const char *const side[] = {"before", "after"};
    double degrees[2];
    jv closure = cal_json_at(object, "closure");
    for (int i = 0; i < 2; i++) {
        jv one = cal_json_at(closure, side[i]);
        snprintf(chi2[i], CAL_REPORT_TEXT, "%.3g", cal_report_number(one, "chi2"));
        degrees[i] = cal_report_number(one, "phase_rms_deg");
        jv_free(one);
    }
    snprintf(phase, CAL_REPORT_TEXT, "%.3g > %.3g deg", degrees[0], degrees[1]);
    jv_free(closure);
}

/* Where closures tell, they take the place of change and noise. */
static void closure_ladder_text(jv target, cal_buf *out)
{
    cal_grid grid = {.indent = 2};
    char name[CAL_REPORT_TEXT], post[CAL_REPORT_TEXT], flagged[CAL_REPORT_TEXT],
        chi2[2][CAL_REPORT_TEXT], phase[CAL_REPORT_TEXT];
    jv rungs = cal_json_at(target, "ladder");
    cal_grid_row(&grid, "Interval", "Closure", "chi2", "", "Closure phase", "S/N", "Flagged",
                 "Mode", "Verdict", NULL);
    jv_array_foreach(rungs, i, rung)
    {
        closure_text(rung, chi2, phase);
        bool told = cal_json_has(rung, "closure");
        cal_grid_row(
            &grid, cal_report_interval(rung, name), told ? chi2[0] : "", told ? ">" : "",
            told ? chi2[1] : "", told ? phase : "",
            cal_report_snr(cal_report_number(rung, "snr_post"), post),
            cal_report_percent(cal_report_number(rung, "flagged_fraction_post"), false, flagged),
            or_dash(rung, "mode"), cal_json_text_at(rung, "verdict", ""), NULL);
        jv_free(rung);
    }
    cal_grid_print(&grid, out);
    jv_free(rungs);
}

static void ladder_text(jv target, cal_buf *out)
{
    cal_grid grid = {.indent = 2};
    char name[CAL_REPORT_TEXT], pre[CAL_REPORT_TEXT], post[CAL_REPORT_TEXT],
        change[CAL_REPORT_TEXT], rms[CAL_REPORT_TEXT], flagged[CAL_REPORT_TEXT];
    jv rungs = cal_json_at(target, "ladder");
    cal_grid_row(&grid, "Interval", "S/N", "", "", "Change", "Noise", "Flagged", "Mode", "Verdict",
                 NULL);
    jv_array_foreach(rungs, i, rung)
    {
        const char *verdict = cal_json_text_at(rung, "verdict", "");
        if (strcmp(verdict, "not_tried")) {
            double before = cal_report_number(rung, "snr_pre"),
                   after = cal_report_number(rung, "snr_post");
            cal_grid_row(&grid, cal_report_interval(rung, name), cal_report_snr(before, pre), ">",
                         cal_report_snr(after, post),
                         cal_report_percent(after / before - 1, true, change),
                         cal_report_flux(cal_report_number(rung, "rms_post_jy"), rms),
                         cal_report_percent(cal_report_number(rung, "flagged_fraction_post"), false,
                                            flagged),
                         or_dash(rung, "mode"), verdict, NULL);
        } else
            cal_grid_row(&grid, cal_report_interval(rung, name), "", "", "", "", "", "", "",
                         "not tried", NULL);
        jv_free(rung);
    }
    cal_grid_print(&grid, out);
    jv_free(rungs);
}

/* Why, for what was not accepted. */
static void reasons_text(jv target, cal_buf *out)
{
    jv rungs = cal_json_at(target, "ladder");
    jv_array_foreach(rungs, i, rung)
    {
        const char *verdict = cal_json_text_at(rung, "verdict", "");
        if (strcmp(verdict, "accepted") && strcmp(verdict, "not_tried")) {
            char name[CAL_REPORT_TEXT],
                *line = cal_format("%s: %s", cal_report_interval(rung, name),
                                   cal_json_text_at(rung, "reason", ""));
            add_wrapped(out, line);
            free(line);
        }
        jv_free(rung);
    }
    jv_free(rungs);
    const char *stop = cal_json_text_at(target, "stop_text", NULL);
    if (stop) {
        char *line = cal_format("stopped: %s", stop);
        add_wrapped(out, line);
        free(line);
    }
}

/* Each pointing of a mosaic; that which speaks for the target is marked. */
static void pointings_text(jv target, cal_buf *out)
{
    cal_grid grid = {.indent = 2};
    char name[CAL_REPORT_TEXT], snr[2][CAL_REPORT_TEXT], rms[2][CAL_REPORT_TEXT],
        change[CAL_REPORT_TEXT];
    jv pointings = cal_json_at(target, "fields");
    cal_grid_row(&grid, "Pointing", "S/N", "", "", "Change", "Noise", "", "", "", NULL);
    jv_array_foreach(pointings, i, pointing)
    {
        jv first = cal_json_at(pointing, "initial"), last = cal_json_at(pointing, "final");
        double before = cal_report_number(first, "snr"), after = cal_report_number(last, "snr");
        cal_grid_row(
            &grid, cal_report_pointing_number(pointing, name), cal_report_snr(before, snr[0]), ">",
            cal_report_snr(after, snr[1]), cal_report_percent(after / before - 1, true, change),
            cal_report_flux(cal_report_number(first, "rms_jy"), rms[0]), ">",
            cal_report_flux(cal_report_number(last, "rms_jy"), rms[1]),
            cal_json_bool_at(pointing, "best", false) ? "speaks for the target" : "", NULL);
        jv_free(first);
        jv_free(last);
        jv_free(pointing);
    }
    cal_grid_print(&grid, out);
    jv_free(pointings);
}

static void tables_text(jv target, cal_buf *out)
{
    jv tables = cal_json_at(target, "tables");
    jv_array_foreach(tables, i, table)
    {
        cal_buf_addf(out, "  %s%s\n", cal_json_text_at(table, "gaintable", ""),
                     cal_json_has(table, "gains") ? "" : " (not there)");
        jv_free(table);
    }
    jv_free(tables);
}

/* From the first to the last image. */
static void headline_text(jv target, cal_buf *out)
{
    char before[CAL_REPORT_TEXT], after[CAL_REPORT_TEXT], rms[2][CAL_REPORT_TEXT],
        fitted[CAL_REPORT_TEXT];
    jv initial = cal_json_at(target, "initial"), final = cal_json_at(target, "final");
    cal_buf line = {0};
    cal_buf_addf(&line, "S/N %s > %s", cal_report_snr(cal_report_number(initial, "snr"), before),
                 cal_report_snr(cal_report_number(final, "snr"), after));
    if (cal_report_fitted(target, fitted))
        cal_buf_addf(&line, " (%s of it by fitting noise)", fitted);
    cal_buf_addf(&line, ", noise %s > %s: %s",
                 cal_report_flux(cal_report_number(initial, "rms_jy"), rms[0]),
                 cal_report_flux(cal_report_number(final, "rms_jy"), rms[1]),
                 cal_json_text_at(target, "qa", ""));
    add_wrapped(out, cal_buf_text(&line));
    char *words = cal_report_initial_words(target);
    if (*words)
        add_wrapped(out, words);
    free(words);
    cal_buf_free(&line);
    jv_free(initial);
    jv_free(final);
}

static void target_text(jv target, cal_buf *out)
{
    cal_buf_addf(out, "%s, %s\n", cal_json_text_at(target, "target", "?"),
                 cal_json_text_at(target, "band", "?"));
    bool closes = cal_json_has(target, "closure");
    if (closes)
        closure_ladder_text(target, out);
    else
        ladder_text(target, out);
    reasons_text(target, out);
    if (closes) {
        char chi2[2][CAL_REPORT_TEXT], phase[CAL_REPORT_TEXT];
        closure_text(target, chi2, phase);
        cal_buf_addf(out, "  closure chi2 %s > %s, closure phases off by %s\n", chi2[0], chi2[1],
                     phase);
    }
    headline_text(target, out);
    if (cal_report_is_mosaic(target))
        pointings_text(target, out);
    tables_text(target, out);
}

void cal_report_text(jv summary, cal_buf *out)
{
    jv targets = cal_json_at(summary, "targets");
    jv_array_foreach(targets, i, target)
    {
        if (i)
            cal_buf_add(out, "\n");
        target_text(target, out);
        jv_free(target);
    }
    jv_free(targets);
}

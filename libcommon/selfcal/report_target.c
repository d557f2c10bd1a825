/* One target on the page. */
#include "base/mem.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <stdio.h>

/* ---- numbers at the top ---- */

static void add_fact(cal_buf *html, const char *name, const char *value, const char *note)
{
    cal_buf_addf(html, "<div><dt>%s</dt><dd>", name);
    cal_html_text(html, value);
    cal_buf_add(html, "<small>");
    cal_html_text(html, note);
    cal_buf_add(html, "</small></dd></div>\n");
}

static void add_facts(jv numbers, cal_buf *html)
{
    jv initial = cal_json_at(numbers, "initial"), final = cal_json_at(numbers, "final");
    char value[CAL_REPORT_TEXT], before[CAL_REPORT_TEXT], fitted[CAL_REPORT_TEXT],
        note[3 * CAL_REPORT_TEXT];
    bool fits = cal_report_fitted(numbers, fitted);
    static const struct {
        const char *name, *key;
        bool flux;
    } facts[] = {{"S/N", "snr", false},
                 {"S/N near the source", "snr_nf", false},
                 {"Noise (per beam)", "rms_jy", true},
                 {"Noise near the source", "rms_nf_jy", true},
                 {"Flux in the mask", "flux_jy", true}};
    cal_buf_add(html, "<dl class=\"facts\">\n");
    for (size_t i = 0; i < CAL_COUNT(facts); i++) {
        double first = cal_report_number(initial, facts[i].key),
               last = cal_report_number(final, facts[i].key);
        char *(*write)(double, char *) = facts[i].flux ? cal_report_flux : cal_report_snr;
        snprintf(note, sizeof note, "%s before%s%s", write(first, before),
                 fits && !i ? "; by fitting noise " : "", fits && !i ? fitted : "");
        add_fact(html, facts[i].name, write(isnan(last) ? first : last, value),
                 isnan(last) ? "" : note);
    }
    snprintf(note, sizeof note, "%s before", cal_report_beam(initial, before));
    add_fact(html, "Beam", cal_report_beam(final, value), note);
    cal_buf_add(html, "</dl>\n");
    jv_free(initial);
    jv_free(final);
}

/* ---- the whole ---- */

static void add_head(jv numbers, int index, cal_buf *html)
{
    const char *stop = cal_json_text_at(numbers, "stop_text", NULL);
    char *before = cal_report_initial_words(numbers);
    cal_buf_addf(html, "<section id=\"t%d\"%s><h2>", index, index ? "" : " class=\"first\"");
    cal_html_text(html, cal_json_text_at(numbers, "target", "?"));
    cal_buf_add(html, "</h2>\n<p class=\"soft\">");
    cal_html_textf(html, "%s, %s", cal_json_text_at(numbers, "band", "?"),
                   cal_json_text_at(numbers, "qa", ""));
    const char *last = cal_json_text_at(numbers, "final_solint", NULL);
    if (last)
        cal_html_textf(html, cal_report_is_borrowed(last) ? " (%s)" : " down to %s", last);
    cal_buf_add(html, "</p>\n");
    if (stop) {
        cal_buf_add(html, "<p>Stopped: ");
        cal_html_text(html, stop);
        cal_buf_add(html, "</p>\n");
    }
    if (*before) {
        cal_buf_add(html, "<p>");
        cal_html_text(html, before);
        cal_buf_add(html, ".</p>\n");
    }
    free(before);
}

void cal_report_target(jv target, jv numbers, const char *folder, int index, cal_buf *html)
{
    cal_report_look look = cal_report_look_at(target, folder);
    add_head(numbers, index, html);
    add_facts(numbers, html);
    cal_report_before_and_after(&look, target, numbers, html);
    cal_report_ladder(numbers, html);
    cal_report_tables(numbers, html);
    cal_report_steps(&look, target, numbers, html);
    cal_report_copies(target, html);
    cal_buf_add(html, "</section>\n");
}

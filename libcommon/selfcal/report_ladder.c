/* The ladder of solution intervals: what each has brought. */
#include "selfcal/report_parts.h"
#include <stdio.h>

static void add_pair(jv rung, const char *key, const char *unit, bool flux, cal_buf *html)
{
    char name[64], before[CAL_REPORT_TEXT], after[CAL_REPORT_TEXT];
    char *(*write)(double, char *) = flux ? cal_report_flux : cal_report_snr;
    snprintf(name, sizeof name, "%s_pre%s", key, unit);
    write(cal_report_number(rung, name), before);
    snprintf(name, sizeof name, "%s_post%s", key, unit);
    write(cal_report_number(rung, name), after);
    cal_html_number(html, before);
    cal_html_number(html, after);
}

static void add_row(jv rung, cal_buf *html)
{
    char text[CAL_REPORT_TEXT];
    const char *verdict = cal_json_text_at(rung, "verdict", "");
    cal_buf_add(html, "<tr><th scope=\"row\">");
    cal_html_text(html, cal_report_interval(rung, text));
    cal_buf_add(html, "</th><td>");
    cal_html_text(html, cal_json_text_at(rung, "mode", "\u2013"));
    cal_buf_add(html, "</td>");
    add_pair(rung, "snr", "", false, html);
    add_pair(rung, "snr_nf", "", false, html);
    add_pair(rung, "rms", "_jy", true, html);
    cal_html_number(html, cal_report_percent(cal_report_number(rung, "beam_growth"), true, text));
    cal_html_number(
        html, cal_report_percent(cal_report_number(rung, "flagged_fraction_post"), false, text));
    cal_buf_add(html, "<td>");
    cal_html_badge(html, verdict);
    cal_buf_add(html, "</td></tr>\n");
}

void cal_report_ladder(jv numbers, cal_buf *html)
{
    static const char *const columns[] = {"Interval", "Mode",     "#S/N",    "#after",
                                          "#near",    "#after",   "#Noise",  "#after",
                                          "#Beam",    "#Flagged", "Verdict", NULL};
    jv rungs = cal_json_at(numbers, "ladder");
    cal_buf_add(html, "<h3>The ladder of solution intervals</h3>\n");
    cal_report_chart(numbers, html);
    cal_html_table(html, "Before and after each interval, both cleaned equally deep", columns);
    jv_array_foreach(rungs, i, rung)
    {
        add_row(rung, html);
        jv_free(rung);
    }
    cal_html_table_end(html);
    jv_free(rungs);
}

/* The S/N along the ladder: a staircase on a logarithmic scale; what was refused is hollow. */
#include "base/mem.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEFT = 44, TOP = 26, HEIGHT = 150, BELOW = 34, STEP = 64 };

typedef struct point {
    char name[CAL_REPORT_TEXT];
    double from, to; /* S/N before and after */
    bool kept;
} point;

typedef struct chart {
    point *point;
    int points;
    double low, high; /* log10 */
} chart;

static double height_of(const chart *c, double snr)
{
    return TOP + HEIGHT * (1 - (log10(snr) - c->low) / (c->high - c->low));
}

static double place_of(int index)
{
    return LEFT + STEP * (index + 0.5);
}

static void add_point(chart *c, const char *name, double from, double to, bool kept)
{
    if (!(to > 0))
        return;
    point *p = &c->point[c->points++];
    *p = (point){.from = from > 0 ? from : to, .to = to, .kept = kept};
    snprintf(p->name, sizeof p->name, "%s", name);
}

static void set_limits(chart *c)
{
    c->low = INFINITY;
    c->high = -INFINITY;
    for (int i = 0; i < c->points; i++) {
        c->low = fmin(c->low, log10(fmin(c->point[i].from, c->point[i].to)));
        c->high = fmax(c->high, log10(fmax(c->point[i].from, c->point[i].to)));
    }
    double room = fmax(0.1 * (c->high - c->low), 0.06);
    c->low -= room;
    c->high += room;
}

static void draw_rules(const chart *c, double right, cal_buf *html)
{
    static const double digit[] = {1, 2, 5};
    for (int power = (int)floor(c->low); power <= (int)ceil(c->high); power++)
        for (size_t i = 0; i < CAL_COUNT(digit); i++) {
            double value = digit[i] * pow(10, power), at = log10(value);
            if (at < c->low || at > c->high)
                continue;
            cal_buf_addf(html,
                         "<path class=\"rule\" d=\"M%d %.1fH%.1f\"/><text x=\"%d\" y=\"%.1f\" "
                         "font-size=\"12\" text-anchor=\"end\">%g</text>",
                         LEFT, height_of(c, value), right, LEFT - 8, height_of(c, value) + 4,
                         value);
        }
}

static void draw_way(const chart *c, cal_buf *html)
{
    double before = NAN;
    cal_buf_add(html, "<path class=\"way\" d=\"");
    for (int i = 0; i < c->points; i++) {
        if (!c->point[i].kept)
            continue;
        cal_buf_addf(html, "%c%.1f %.1f", isnan(before) ? 'M' : 'L', place_of(i),
                     height_of(c, c->point[i].to));
        before = c->point[i].to;
    }
    cal_buf_add(html, "\"/>");
}

static void draw_point(const chart *c, int index, cal_buf *html)
{
    const point *p = &c->point[index];
    char value[CAL_REPORT_TEXT];
    double x = place_of(index), y = height_of(c, p->to);
    if (!p->kept)
        cal_buf_addf(html, "<path class=\"fall\" d=\"M%.1f %.1fV%.1f\"/>", x, height_of(c, p->from),
                     y);
    cal_buf_addf(html, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>",
                 p->kept ? "dot" : "refused", x, y);
    cal_buf_addf(html,
                 "<text class=\"value\" x=\"%.1f\" y=\"%.1f\" font-size=\"12\" "
                 "text-anchor=\"middle\">%s</text>",
                 x, p->kept || p->to > p->from ? y - 10 : y + 20, cal_report_snr(p->to, value));
    cal_buf_addf(html, "<text x=\"%.1f\" y=\"%d\" font-size=\"12\" text-anchor=\"middle\">", x,
                 TOP + HEIGHT + 24);
    cal_html_text(html, p->name);
    cal_buf_add(html, "</text>");
}

static void draw(chart *c, cal_buf *html)
{
    double right = LEFT + STEP * c->points;
    set_limits(c);
    cal_buf_addf(
        html,
        "<div class=\"wide chart\"><svg viewBox=\"0 0 %.0f %d\" style=\"max-width:%.0fpx;"
        "min-width:%.0fpx\" role=\"img\" aria-label=\"S/N along the ladder; the numbers are "
        "in the table below\">",
        right + 8, TOP + HEIGHT + BELOW, 1.2 * (right + 8), 0.75 * (right + 8));
    draw_rules(c, right, html);
    draw_way(c, html);
    for (int i = 0; i < c->points; i++)
        draw_point(c, i, html);
    cal_buf_add(html, "</svg></div>\n");
}

void cal_report_chart(jv target, cal_buf *html)
{
    jv rungs = cal_json_at(target, "ladder"), initial = cal_json_at(target, "initial"),
       final = cal_json_at(target, "final");
    int count = jv_array_length(jv_copy(rungs));
    chart c = {.point = CAL_NEW_ARRAY(point, count + 2)};
    char name[CAL_REPORT_TEXT];
    double first = cal_report_number(initial, "snr");
    add_point(&c, cal_json_has(initial, "prior_of") ? "before" : "initial", first, first, true);
    jv_array_foreach(rungs, i, rung)
    {
        const char *verdict = cal_json_text_at(rung, "verdict", "");
        add_point(&c, cal_report_interval(rung, name), cal_report_number(rung, "snr_pre"),
                  cal_report_number(rung, "snr_post"),
                  !strcmp(verdict, "accepted") || !strcmp(verdict, "marginal"));
        jv_free(rung);
    }
    add_point(&c, "final", cal_report_number(final, "snr"), cal_report_number(final, "snr"), true);
    if (c.points > 1)
        draw(&c, html);
    free(c.point);
    jv_free(rungs);
    jv_free(initial);
    jv_free(final);
}

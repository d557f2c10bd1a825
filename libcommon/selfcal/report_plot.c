/* Gains against time, one small drawing for each antenna. Points are rounded to a raster, so that the page stays small whatever the number of
 * solutions: what falls on the same place is drawn once, and a crowded column as one stroke. */
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 150, HEIGHT = 72, TOP = 16, CROWD = 10, PARS = 2, EDGE = 4, GAP = 2 };

typedef struct plot {
    const cal_caltable *table;
    bool amplitude;
    double seconds;      /* of an interval of which the table does not say it */
    double begin, end;   /* MJD s */
    double middle, half; /* of what is plotted, degrees or 1 */
    uint8_t raster[PARS][WIDTH + 1]
                  [HEIGHT + 1]; /* where a solution begins: its last column; 0: none */
} plot;

static double value_of(const plot *p, int64_t at)
{
    float complex gain = p->table->cpar[at];
    return p->amplitude ? cabsf(gain) : cargf(gain) * 180 / CAL_PI;
}

static int pars_of(const cal_caltable *t, int64_t row)
{
    return t->npar[row] < PARS ? t->npar[row] : PARS;
}

/* ---- scale ---- */

static double round_half(double most, bool amplitude)
{
    static const double phases[] = {5, 10, 20, 30, 60, 90, 180};
    static const double amplitudes[] = {0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5};
    const double *steps = amplitude ? amplitudes : phases;
    size_t count = amplitude ? CAL_COUNT(amplitudes) : CAL_COUNT(phases);
    for (size_t i = 0; i < count; i++)
        if (most <= steps[i])
            return steps[i];
    return steps[count - 1];
}

static double half_interval(const plot *p, int64_t row)
{
    double known = p->table->interval[row];
    return (known > 0 ? known : p->seconds > 0 ? p->seconds : 0) / 2;
}

static void set_scale(plot *p)
{
    const cal_caltable *t = p->table;
    double most = 0;
    p->begin = INFINITY;
    p->end = -INFINITY;
    p->middle = p->amplitude ? 1 : 0;
    for (int64_t row = 0; row < t->rows; row++) {
        p->begin = fmin(p->begin, t->time[row] - half_interval(p, row));
        p->end = fmax(p->end, t->time[row] + half_interval(p, row));
        for (int k = 0; k < t->npar[row] * t->nchan[row]; k++)
            if (!t->flag[t->offset[row] + k])
                most = fmax(most, fabs(value_of(p, t->offset[row] + k) - p->middle));
    }
    p->half = round_half(most, p->amplitude);
}

/* ---- points ---- */

static int column_of(const plot *p, double time)
{
    double share = p->end > p->begin ? (time - p->begin) / (p->end - p->begin) : 0.5;
    return (int)lround(EDGE + share * (WIDTH - 2 * EDGE));
}

/* A point, or a stroke as long as the interval where that is wide enough to be seen. */
static void mark_row(plot *p, int64_t row)
{
    const cal_caltable *t = p->table;
    int first = column_of(p, t->time[row] - half_interval(p, row)),
        last = column_of(p, t->time[row] + half_interval(p, row)) - GAP;
    if (last - first < 2)
        first = last = column_of(p, t->time[row]);
    for (int k = 0; k < t->npar[row] * t->nchan[row]; k++) {
        int64_t at = t->offset[row] + k;
        if (t->flag[at] || k % t->npar[row] >= pars_of(t, row))
            continue;
        double up = fmin(fmax((value_of(p, at) - p->middle) / p->half, -1), 1);
        p->raster[k % t->npar[row]][first][lround((HEIGHT - 4) * (1 - up) / 2 + 2)] = (uint8_t)last;
    }
}

static void draw_column(const uint8_t *column, int x, cal_buf *html)
{
    int points = 0, first = -1, last = -1;
    for (int y = 0; y <= HEIGHT; y++) {
        if (column[y] > x)
            cal_buf_addf(html, "M%d %dH%d", x, TOP + y, column[y]);
        if (column[y] != x)
            continue;
        points++;
        first = first < 0 ? y : first;
        last = y;
    }
    if (points > CROWD)
        cal_buf_addf(html, "M%d %dV%d", x, TOP + first, TOP + last);
    else
        for (int y = first; points && y <= last; y++)
            if (column[y] == x)
                cal_buf_addf(html, "M%d %dh0", x, TOP + y);
}

static void draw_points(const plot *p, cal_buf *html)
{
    for (int par = 0; par < PARS; par++) {
        cal_buf_addf(html, "<path class=\"p%d\" d=\"", par);
        for (int x = 1; x <= WIDTH; x++)
            draw_column(p->raster[par][x], x, html);
        cal_buf_add(html, "\"/>");
    }
}

static void draw_frame(cal_buf *html)
{
    cal_buf_addf(html,
                 "<rect class=\"frame\" x=\".5\" y=\"%d.5\" width=\"%d\" height=\"%d\"/>"
                 "<path class=\"rule\" d=\"M0 %d.5H%d\"/>",
                 TOP, WIDTH - 1, HEIGHT, TOP + HEIGHT / 2, WIDTH);
}

/* What is to be said of the antenna beside its name. */
static void describe(jv antenna, bool amplitude, char *text, size_t size)
{
    double flagged = cal_json_number_at(antenna, "flagged_fraction", 0),
           rms = cal_report_number(antenna, amplitude ? "amplitude_rms" : "phase_rms_deg");
    if (cal_json_bool_at(antenna, "passed_through", false))
        snprintf(text, size, "passed through");
    else if (flagged >= 1)
        snprintf(text, size, "all flagged");
    else if (amplitude && !isnan(rms))
        snprintf(text, size, "rms %.3f", rms);
    else if (!(rms > 0.005) && cal_json_bool_at(antenna, "reference", false))
        snprintf(text, size, "reference");
    else if (isnan(rms))
        *text = 0;
    else
        snprintf(text, size, rms < 9.95 ? "rms %.1f\u00b0" : "rms %.0f\u00b0", rms);
    size_t used = strlen(text);
    if (flagged > 0.0005 && flagged < 1)
        snprintf(text + used, size - used, "%s%.0f %% flagged", used ? ", " : "",
                 fmax(100 * flagged, 1));
}

static void draw_antenna(plot *p, jv antenna, cal_buf *html)
{
    const cal_caltable *t = p->table;
    int id = (int)cal_json_number_at(antenna, "id", -1);
    char text[96];
    const char *name = cal_json_text_at(antenna, "name", "?");
    memset(p->raster, 0, sizeof p->raster);
    for (int64_t row = 0; row < t->rows; row++)
        if (t->antenna1[row] == id)
            mark_row(p, row);
    describe(antenna, p->amplitude, text, sizeof text);
    cal_buf_addf(html, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH,
                 TOP + HEIGHT + 1);
    cal_html_textf(html, "%s: %s", name, text);
    cal_buf_add(html, "\"><text class=\"name\" x=\"1\" y=\"11\" font-size=\"11\">");
    cal_html_text(html, name);
    cal_buf_addf(html, "</text><text x=\"%d\" y=\"11\" font-size=\"10\" text-anchor=\"end\">",
                 WIDTH - 1);
    cal_html_text(html, text);
    cal_buf_add(html, "</text>");
    draw_frame(html);
    draw_points(p, html);
    cal_buf_add(html, "</svg>\n");
}

static void draw_key(const plot *p, cal_buf *html)
{
    char begin[40], end[40];
    int pars = 1;
    for (int64_t row = 0; row < p->table->rows; row++)
        pars = pars_of(p->table, row) > pars ? pars_of(p->table, row) : pars;
    cal_time_iso(p->begin, 0, begin);
    cal_time_iso(p->end, 0, end);
    const char *degree = p->amplitude ? "" : "\u00b0";
    bool same_day = !strncmp(begin, end, 10), same = !strcmp(begin, end);
    begin[10] = end[10] = ' ';
    cal_buf_addf(html, "<p class=\"key\">%s of the gains, from %g%s to %g%s; %s%s%s%s UTC.",
                 p->amplitude ? "Amplitude" : "Phase", p->middle - p->half, degree,
                 p->middle + p->half, degree, same ? "at " : "from ", begin, same ? "" : " to ",
                 same       ? ""
                 : same_day ? end + 11
                            : end);
    if (pars > 1)
        cal_buf_add(html,
                    "<i class=\"k0\"></i>first, <i class=\"k1\" style=\"margin-left:.3rem\"></i>"
                    "second polarization");
    cal_buf_add(html, "</p>\n");
}

void cal_report_plot(const cal_caltable *table, jv gains, bool amplitude, double seconds,
                     cal_buf *html)
{
    jv antennas = cal_json_at(gains, "antennas");
    if (table->complex_par && table->rows && jv_get_kind(antennas) == JV_KIND_ARRAY) {
        plot *p = CAL_NEW(plot);
        p->table = table;
        p->amplitude = amplitude;
        p->seconds = seconds;
        set_scale(p);
        draw_key(p, html);
        cal_buf_add(html, "<div class=\"gains\">\n");
        jv_array_foreach(antennas, i, antenna)
        {
            draw_antenna(p, antenna, html);
            jv_free(antenna);
        }
        cal_buf_add(html, "</div>\n");
        free(p);
    }
    jv_free(antennas);
}

/* Ticks and labels of right ascension and declination; pixels where the image has no sky. */
#include "base/mem.h"
#include "base/number.h"
#include "image/view_parts.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* One edge of the panel: position 0..1 along it, and what is counted there. */
typedef struct edge {
    const cal_panel *panel;
    bool vertical, sky;
    double origin; /* rad, the angle at the edge's beginning, so that nothing wraps */
    double unit;   /* rad of one second of time or of arc */
} edge;

static double value_at(const edge *e, double at)
{
    const cal_panel *p = e->panel;
    double x = p->x1 - 0.5 + (e->vertical ? 0 : at * (p->x2 - p->x1 + 1));
    double y = p->y1 - 0.5 + (e->vertical ? at * (p->y2 - p->y1 + 1) : 0);
    double ra, dec;
    if (!e->sky)
        return e->vertical ? y : x;
    if (!cal_image_to_sky(p->image, x, y, &ra, &dec))
        return NAN;
    return (e->vertical ? dec : e->origin + remainder(ra - e->origin, 2 * CAL_PI)) / e->unit;
}

/* Where along the edge the value is; the value goes one way. */
static double find_value(const edge *e, double value)
{
    double low = 0, high = 1;
    bool rising = value_at(e, 1) > value_at(e, 0);
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        if ((value_at(e, middle) < value) == rising)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

double cal_view_step(double least, bool sexagesimal)
{
    static const double sixties[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                                     600, 900, 1800, 3600, 7200, 18000, 36000, 54000, 108000};
    for (size_t i = 0; sexagesimal && least > 0.5 && i < CAL_COUNT(sixties); i++)
        if (sixties[i] >= least)
            return sixties[i];
    double power = pow(10, floor(log10(least)));
    double digit = least / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

/* "10h08m00.5s" with raised letters, "+07 30 16" with the signs of degrees and minutes; only as many parts as the step needs. */
static void sky_label(double seconds, double step, bool is_dec, char *text, size_t room)
{
    int digits = step >= 1 ? 0 : (int)ceil(-log10(step) - 1e-9);
    double scale = pow(10, digits), turn = 86400;
    if (!is_dec)
        seconds = fmod(fmod(seconds, turn) + turn, turn);
    int64_t ticks = llround(fabs(seconds) * scale), per_minute = llround(60 * scale),
            per_hour = 60 * per_minute;
    if (!is_dec)
        ticks %= 24 * per_hour;
    int hours = (int)(ticks / per_hour), minutes = (int)(ticks % per_hour / per_minute);
    double rest = (double)(ticks % per_minute) / scale;
    const char *sign = !is_dec ? "" : seconds < 0 && ticks ? "\u2212" : "+";
    const char *mark[3] = {is_dec ? "\u00b0" : "\u02b0", is_dec ? "\u2032" : "\u1d50",
                           is_dec ? "\u2033" : "\u02e2"};
    int used = snprintf(text, room, "%s%02d%s%02d%s", sign, hours, mark[0], minutes, mark[1]);
    if (step < 60)
        snprintf(text + used, room - (size_t)used, "%0*.*f%s", digits ? digits + 3 : 2, digits,
                 rest, mark[2]);
}

static void make_label(const edge *e, double value, double step, char *text, size_t room)
{
    if (e->sky)
        sky_label(value, step, e->vertical, text, room);
    else
        snprintf(text, room, "%.6g", value);
}

static void draw_tick(const cal_frame *f, const edge *e, double at)
{
    double length = 0.3 * f->font;
    if (e->vertical) {
        cairo_move_to(f->draw, f->x, floor(f->y + (1 - at) * f->height) + 0.5);
        cairo_rel_line_to(f->draw, -length, 0);
    } else {
        cairo_move_to(f->draw, floor(f->x + at * f->width) + 0.5, f->y + f->height);
        cairo_rel_line_to(f->draw, 0, length);
    }
    cairo_set_source_rgb(f->draw, 0.15, 0.15, 0.15);
    cairo_set_line_width(f->draw, 1);
    cairo_stroke(f->draw);
}

static void draw_label(const cal_frame *f, const edge *e, double at, const char *label)
{
    cairo_set_source_rgb(f->draw, 0.15, 0.15, 0.15);
    if (e->vertical)
        cal_view_text(f, label, f->x - 0.55 * f->font, f->y + (1 - at) * f->height, 1, 0.5);
    else
        cal_view_text(f, label, f->x + at * f->width, f->y + f->height + 0.6 * f->font, 0.5, 1);
}

static void draw_ticks(const cal_frame *f, const edge *e)
{
    char label[64];
    double first = value_at(e, 0), last = value_at(e, 1), range = fabs(last - first);
    if (!(range > 0))
        return;
    make_label(e, first, range / 5, label, sizeof label);
    double room = e->vertical ? 4 * f->font : 1.35 * cal_view_text_width(f, label) + f->font;
    double most = fmax(2, floor((e->vertical ? f->height : f->width) / room));
    double step = cal_view_step(range / most, e->sky);
    for (double k = ceil(fmin(first, last) / step); k * step <= fmax(first, last); k++) {
        double at = find_value(e, k * step);
        draw_tick(f, e, at);
        make_label(e, k * step, step, label, sizeof label);
        double half = e->vertical ? 0 : cal_view_text_width(f, label) / 2;
        if (at * f->width + half < f->width + 2 * f->font)
            draw_label(f, e, at, label);
    }
}

static void draw_names(const cal_frame *f, const cal_panel *panel, bool sky)
{
    char name[64];
    const char *frame = panel->image->frame;
    cairo_set_source_rgb(f->draw, 0.35, 0.35, 0.35);
    snprintf(name, sizeof name, sky ? "RA (%s)" : "x (pixel)", *frame ? frame : "sky");
    cal_view_text(f, name, f->x + f->width / 2, f->y + f->height + 1.95 * f->font, 0.5, 1);
    snprintf(name, sizeof name, sky ? "Dec (%s)" : "y (pixel)", *frame ? frame : "sky");
    cairo_save(f->draw);
    cairo_translate(f->draw, f->x - 7.5 * f->font, f->y + f->height / 2);
    cairo_rotate(f->draw, -CAL_PI / 2);
    cal_view_text(f, name, 0, 0, 0.5, 0.5);
    cairo_restore(f->draw);
}

void cal_view_axes(const cal_frame *f, const cal_panel *panel)
{
    double dec, origin = 0;
    bool sky =
        cal_image_to_sky(panel->image, panel->x1, panel->y1, &origin, &dec) && fabs(dec) < 1.5;
    double hours = CAL_PI / 12 / 3600, degrees = CAL_PI / 180 / 3600;
    edge ra = {panel, false, sky, origin, hours}, declination = {panel, true, sky, 0, degrees};
    draw_ticks(f, &ra);
    draw_ticks(f, &declination);
    draw_names(f, panel, sky);
}

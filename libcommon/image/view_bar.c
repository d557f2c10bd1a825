/* The colour bar with its values. */
#include "base/mem.h"
#include "base/number.h"
#include "image/colour.h"
#include "image/view_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

double cal_view_unit(const char *unit, double most, char name[80])
{
    bool jansky = !strncmp(unit, "Jy", 2);
    double scale = !jansky || most >= 1 ? 1 : most >= 1e-3 ? 1e3 : 1e6;
    snprintf(name, 80, "%s%.70s", scale == 1 ? "" : scale == 1e3 ? "m" : "\u00b5", unit);
    return scale;
}

static double value_of(const cal_panel *panel, cal_stretch stretch, double at)
{
    double low = panel->low, high = panel->high;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (cal_stretch_at(panel, stretch, middle) < at)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* The roundest number of two digits between two; NaN where there is none. */
static double round_between(double low, double high)
{
    if (low <= 0 && high >= 0)
        return 0;
    double most = fmax(fabs(low), fabs(high)), least = fmin(fabs(low), fabs(high));
    static const double digits[] = {1, 5, 2, 3, 1.5, 4, 7, 6, 8, 9, 2.5, 1.2, 1.8, 3.5, 4.5};
    for (double power = pow(10, floor(log10(most))); power > most / 1000; power /= 10)
        for (size_t i = 0; i < CAL_COUNT(digits); i++)
            if (digits[i] * power >= least && digits[i] * power <= most)
                return high < 0 ? -digits[i] * power : digits[i] * power;
    return NAN;
}

static void draw_colours(const cal_frame *f, double x, double width, const uint32_t *colours)
{
    double step = f->height / CAL_COLOURS;
    cairo_set_antialias(f->draw, CAIRO_ANTIALIAS_NONE);
    for (int i = 0; i < CAL_COLOURS; i++) {
        cairo_set_source_rgb(f->draw, (colours[i] >> 16) / 255.0, (colours[i] >> 8 & 255) / 255.0,
                             (colours[i] & 255) / 255.0);
        cairo_rectangle(f->draw, x, f->y + f->height - (i + 1) * step, width, step + 1);
        cairo_fill(f->draw);
    }
    cairo_set_antialias(f->draw, CAIRO_ANTIALIAS_DEFAULT);
    cairo_set_source_rgb(f->draw, 0.15, 0.15, 0.15);
    cairo_set_line_width(f->draw, 1);
    cairo_rectangle(f->draw, floor(x) + 0.5, floor(f->y) + 0.5, floor(width), floor(f->height));
    cairo_stroke(f->draw);
}

static void draw_tick(const cal_frame *f, double x, double at, double value)
{
    char label[40];
    double y = f->y + f->height * (1 - at);
    cairo_set_source_rgb(f->draw, 0.15, 0.15, 0.15);
    cairo_move_to(f->draw, x, floor(y) + 0.5);
    cairo_rel_line_to(f->draw, 0.3 * f->font, 0);
    cairo_stroke(f->draw);
    snprintf(label, sizeof label, "%s%.4g", value < 0 ? "\u2212" : "", fabs(value));
    cal_view_text(f, label, x + 0.5 * f->font, y, 0, 0.5);
}

/* Even steps for a linear bar, round numbers at about even distances for another. `scale` is that of the unit shown. */
static void draw_ticks(const cal_frame *f, const cal_panel *p, cal_stretch stretch, double x,
                       double scale)
{
    int ticks = (int)fmax(3, fmin(9, f->height / (3.2 * f->font)));
    double last = NAN, step = cal_view_step((p->high - p->low) * scale / ticks, false);
    if (stretch == CAL_STRETCH_LINEAR) {
        for (double k = ceil(p->low * scale / step); k * step <= p->high * scale; k++)
            draw_tick(f, x, cal_stretch_at(p, stretch, k * step / scale), k * step);
        return;
    }
    /* counted from 0 where that is on the bar, so that it gets a tick */
    double zero = p->low < 0 && p->high > 0 ? cal_stretch_at(p, stretch, 0) : 0.5 / ticks;
    for (int i = (int)ceil((0.03 - zero) * ticks); zero + (double)i / ticks < 0.97; i++) {
        double middle = zero + (double)i / ticks, reach = 0.4 / ticks;
        double value = round_between(value_of(p, stretch, fmax(middle - reach, 0)) * scale,
                                     value_of(p, stretch, fmin(middle + reach, 1)) * scale);
        if (isfinite(value) && value != last)
            draw_tick(f, x, cal_stretch_at(p, stretch, value / scale), value);
        last = value;
    }
}

void cal_view_bar(const cal_frame *f, const cal_panel *panel, cal_stretch stretch,
                  const uint32_t *colours)
{
    double x = f->x + f->width + 0.8 * f->font, width = 1.2 * f->font;
    char name[80];
    double scale =
        cal_view_unit(panel->image->unit, fmax(fabs(panel->low), fabs(panel->high)), name);
    draw_colours(f, x, width, colours);
    draw_ticks(f, panel, stretch, x + width, scale);
    cairo_set_source_rgb(f->draw, 0.35, 0.35, 0.35);
    cairo_save(f->draw);
    cairo_translate(f->draw, x + width + 4.6 * f->font, f->y + f->height / 2);
    cairo_rotate(f->draw, -CAL_PI / 2);
    cal_view_text(f, *name ? name : "value", 0, 0, 0.5, 0.5);
    cairo_restore(f->draw);
}

/* A panel without axes, for pages that say in words what it shows. */
#include "base/mem.h"
#include "base/number.h"
#include "image/colour.h"
#include "image/view_parts.h"
#include <math.h>
#include <stdio.h>

/* A round angle not longer than `most` (rad), as text. */
static double round_angle(double most, char text[32])
{
    static const struct {
        double unit;
        const char *name;
    } units[] = {{CAL_PI / 180, "\u00b0"},
                 {CAL_PI / 10800, "\u2032"},
                 {CAL_PI / 648000, "\u2033"},
                 {CAL_PI / 648e6, " mas"},
                 {CAL_PI / 648e9, " \u00b5as"}};
    size_t u = 0;
    while (u + 1 < CAL_COUNT(units) && most < units[u].unit)
        u++;
    double steps = most / units[u].unit, power = pow(10, floor(log10(steps)));
    double value = steps >= 5 * power ? 5 * power : steps >= 2 * power ? 2 * power : power;
    snprintf(text, 32, "%g%s", value, units[u].name);
    return value * units[u].unit;
}

/* In the lower right corner, on a light ground. */
static void draw_scale(const cal_frame *f, const cal_panel *p)
{
    double cell = cal_image_cell(p->image), scale = f->width / (p->x2 - p->x1 + 1);
    char text[32];
    if (!(cell > 0))
        return;
    cairo_set_font_size(f->draw, f->font);
    double length = round_angle(0.3 * f->width / scale * cell, text) / cell * scale;
    double room = fmax(length, cal_view_text_width(f, text)) + f->font, edge = 0.5 * f->font;
    double x = f->x + f->width - edge - room, y = f->y + f->height - edge - 2 * f->font;
    cairo_rectangle(f->draw, x, y, room, 2 * f->font);
    cairo_set_source_rgba(f->draw, 1, 1, 1, 0.88);
    cairo_fill(f->draw);
    cairo_set_source_rgb(f->draw, 0.25, 0.25, 0.3);
    cal_view_text(f, text, x + room / 2, y + 1.2 * f->font, 0.5, 0);
    cairo_rectangle(f->draw, x + (room - length) / 2, y + 1.5 * f->font, length, 1.5);
    cairo_fill(f->draw);
}

static cairo_status_t take_bytes(void *png, const unsigned char *bytes, unsigned int count)
{
    cal_buf_add_bytes(png, bytes, count);
    return CAIRO_STATUS_SUCCESS;
}

cal_status cal_panel_png(const cal_panel *panel, cal_stretch stretch, const char *colours, int size,
                         cal_buf *png, cal_error *err)
{
    uint32_t table[CAL_COLOURS];
    double nx = panel->x2 - panel->x1 + 1, ny = panel->y2 - panel->y1 + 1;
    cal_frame f = {.font = fmax(9, size / 26.0),
                   .width = fmax(1, round(size * nx / fmax(nx, ny))),
                   .height = fmax(1, round(size * ny / fmax(nx, ny)))};
    cal_colour_map(colours, table);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)f.width, (int)f.height);
    f.draw = cairo_create(surface);
    cairo_select_font_face(f.draw, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cal_view_pixels(&f, panel, stretch, table);
    cal_view_beam(&f, panel);
    draw_scale(&f, panel);
    cairo_status_t failed = cairo_status(f.draw);
    if (!failed)
        failed = cairo_surface_write_to_png_stream(surface, take_bytes, png);
    cairo_destroy(f.draw);
    cairo_surface_destroy(surface);
    return failed ? cal_fail(err, CAL_OUTPUT, "%s: cannot be drawn: %s", panel->image->path,
                             cairo_status_to_string(failed))
                  : CAL_OK;
}

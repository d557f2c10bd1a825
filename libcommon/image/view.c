#include "image/view.h"
#include "base/mem.h"
#include "base/number.h"
#include "image/colour.h"
#include "image/stats.h"
#include "image/view_parts.h"
#include <math.h>
#include <string.h>

static const uint32_t blank_colour = 0xd8d8d8;

/* ---- limits and stretch ---- */

static float *gather_shown(const cal_panel *p, size_t *count)
{
    float *value = CAL_NEW_ARRAY(float, (size_t)(p->x2 - p->x1 + 1) * (size_t)(p->y2 - p->y1 + 1));
    *count = 0;
    for (int y = p->y1; y <= p->y2; y++)
        for (int x = p->x1; x <= p->x2; x++) {
            float v = p->image->pixel[(size_t)y * (size_t)p->image->nx + (size_t)x];
            if (isfinite(v))
                value[(*count)++] = v;
        }
    return value;
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

cal_status cal_panel_limits(cal_panel *panel, double percentile, cal_error *err)
{
    size_t count;
    int64_t used;
    float *value = gather_shown(panel, &count);
    if (!count) {
        free(value);
        return cal_fail(err, CAL_DATA, "%s: all pixels that would be shown are blank",
                        panel->image->path);
    }
    panel->soft = cal_rms_mad(value, count, NULL, &used);
    qsort(value, count, sizeof *value, compare);
    double out = (1 - percentile / 100) / 2, middle = value[count / 2];
    size_t cut = (size_t)(out * (double)(count - 1) + 0.5);
    panel->low = percentile > 0 ? value[cut] : fmax(value[0], middle - 3 * panel->soft);
    panel->high = percentile > 0 ? value[count - 1 - cut] : value[count - 1];
    free(value);
    if (!(panel->high > panel->low)) { /* one value everywhere */
        panel->low -= 0.5;
        panel->high += 0.5;
    }
    if (!(panel->soft > 0))
        panel->soft = (panel->high - panel->low) / 100;
    return CAL_OK;
}

double cal_stretch_at(const cal_panel *panel, cal_stretch stretch, double value)
{
    double low = panel->low, high = panel->high, soft = 3 * panel->soft;
    if (stretch == CAL_STRETCH_ASINH) {
        value = asinh(value / soft);
        low = asinh(low / soft);
        high = asinh(high / soft);
    }
    return fmin(fmax((value - low) / (high - low), 0), 1);
}

/* ---- text ---- */

void cal_view_text(const cal_frame *f, const char *text, double x, double y, double across,
                   double down)
{
    cairo_text_extents_t size;
    cairo_font_extents_t font;
    cairo_text_extents(f->draw, text, &size);
    cairo_font_extents(f->draw, &font);
    double height = 0.72 * font.ascent; /* of capitals and digits */
    cairo_move_to(f->draw, x - across * size.x_advance, y + down * height);
    cairo_show_text(f->draw, text);
}

double cal_view_text_width(const cal_frame *f, const char *text)
{
    cairo_text_extents_t size;
    cairo_text_extents(f->draw, text, &size);
    return size.x_advance;
}

static void set_font(const cal_frame *f, double size, bool bold)
{
    cairo_select_font_face(f->draw, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(f->draw, size * f->font);
}

/* ---- one panel ---- */

static cairo_surface_t *colour_pixels(const cal_panel *p, cal_stretch stretch,
                                      const uint32_t *colours)
{
    int nx = p->x2 - p->x1 + 1, ny = p->y2 - p->y1 + 1;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, nx, ny);
    unsigned char *bytes = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (int y = 0; bytes && y < ny; y++) {
        uint32_t *row = (uint32_t *)(void *)(bytes + (size_t)(ny - 1 - y) * (size_t)stride);
        const float *pixel =
            p->image->pixel + (size_t)(p->y1 + y) * (size_t)p->image->nx + (size_t)p->x1;
        for (int x = 0; x < nx; x++)
            row[x] = isfinite(pixel[x])
                         ? colours[lround(cal_stretch_at(p, stretch, pixel[x]) * (CAL_COLOURS - 1))]
                         : blank_colour;
    }
    cairo_surface_mark_dirty(surface);
    return surface;
}

void cal_view_pixels(const cal_frame *f, const cal_panel *p, cal_stretch stretch,
                     const uint32_t *colours)
{
    cairo_surface_t *surface = colour_pixels(p, stretch, colours);
    double scale = f->width / (p->x2 - p->x1 + 1);
    cairo_save(f->draw);
    cairo_translate(f->draw, f->x, f->y);
    cairo_scale(f->draw, scale, f->height / (p->y2 - p->y1 + 1));
    cairo_set_source_surface(f->draw, surface, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(f->draw),
                             scale < 1 ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST);
    cairo_rectangle(f->draw, 0, 0, p->x2 - p->x1 + 1, p->y2 - p->y1 + 1);
    cairo_fill(f->draw);
    cairo_restore(f->draw);
    cairo_surface_destroy(surface);
}

/* In the lower left corner, on a light ground. North is up; east is where right ascension grows. */
void cal_view_beam(const cal_frame *f, const cal_panel *p)
{
    const cal_beam *beam = &p->image->beam;
    double cell = cal_image_cell(p->image);
    if (!(beam->major > 0 && cell > 0))
        return;
    double scale = f->width / (p->x2 - p->x1 + 1) / cell, major = beam->major * scale,
           minor = beam->minor * scale;
    if (major > 0.4 * f->width || major < 1)
        return;
    double room = fmax(major, 0.9 * f->font) + 0.7 * f->font, edge = 0.5 * f->font;
    cairo_rectangle(f->draw, f->x + edge, f->y + f->height - edge - room, room, room);
    cairo_set_source_rgba(f->draw, 1, 1, 1, 0.88);
    cairo_fill(f->draw);
    double east = p->image->wcs.step[0] < 0 ? -1 : 1;
    cairo_save(f->draw);
    cairo_translate(f->draw, f->x + edge + room / 2, f->y + f->height - edge - room / 2);
    cairo_rotate(f->draw, east * (beam->angle - p->image->wcs.rotation * CAL_PI / 180));
    cairo_scale(f->draw, minor / 2, major / 2);
    cairo_arc(f->draw, 0, 0, 1, 0, 2 * CAL_PI);
    cairo_restore(f->draw);
    cairo_set_source_rgb(f->draw, 0.25, 0.25, 0.3);
    cairo_fill(f->draw);
}

/* The longest beginning of the text that fits, with dots if it was cut. */
static void draw_cut(const cal_frame *f, const char *text, double y)
{
    char cut[512];
    snprintf(cut, sizeof cut, "%s", text);
    for (size_t length = strlen(cut); length > 1 && cal_view_text_width(f, cut) > f->width;
         length--)
        if ((text[length - 1] & 0xc0) != 0x80)
            snprintf(cut + length - 1, sizeof cut - length, "\u2026");
    cal_view_text(f, cut, f->x, y, 0, 0);
}

static void draw_titles(const cal_frame *f, const cal_panel *p)
{
    set_font(f, 1.2, true);
    cairo_set_source_rgb(f->draw, 0.1, 0.1, 0.1);
    draw_cut(f, p->title, f->y - (p->subtitle ? 2.0 : 0.7) * f->font);
    set_font(f, 0.92, false);
    cairo_set_source_rgb(f->draw, 0.4, 0.4, 0.4);
    if (p->subtitle)
        draw_cut(f, p->subtitle, f->y - 0.6 * f->font);
}

static void draw_panel(const cal_frame *f, const cal_view *picture, const cal_panel *p, bool bar,
                       const uint32_t *colours)
{
    cal_view_pixels(f, p, picture->stretch, colours);
    cal_view_beam(f, p);
    draw_titles(f, p);
    set_font(f, 1, false);
    cal_view_axes(f, p);
    cairo_set_source_rgb(f->draw, 0.15, 0.15, 0.15);
    cairo_set_line_width(f->draw, 1);
    cairo_rectangle(f->draw, floor(f->x) + 0.5, floor(f->y) + 0.5, floor(f->width),
                    floor(f->height));
    cairo_stroke(f->draw);
    if (bar)
        cal_view_bar(f, p, picture->stretch, colours);
}

/* ---- the whole ---- */

/* Margins around an image, in letters. */
static const double left = 8.6, above = 4.1, below = 4.1, bar_room = 7.6, gap = 0.8;

static void place_panel(const cal_view *picture, int index, cal_frame *f)
{
    const cal_panel *p = &picture->panel[index];
    double nx = p->x2 - p->x1 + 1, ny = p->y2 - p->y1 + 1, side = picture->size / fmax(nx, ny);
    f->width = fmax(round(nx * side), 1);
    f->height = fmax(round(ny * side), 1);
}

static bool has_bar(const cal_view *picture, int index)
{
    return !picture->common || index == picture->panels - 1;
}

static void measure_picture(const cal_view *picture, double font, int *width, int *height)
{
    double x = 0, y = 0;
    for (int i = 0; i < picture->panels; i++) {
        cal_frame f;
        place_panel(picture, i, &f);
        x += f.width + font * (left + (has_bar(picture, i) ? bar_room : gap));
        y = fmax(y, f.height);
    }
    *width = (int)ceil(x);
    *height = (int)ceil(y + font * (above + below));
}

cal_status cal_view_write(const cal_view *picture, const char *path, int *width, int *height,
                          cal_error *err)
{
    uint32_t colours[CAL_COLOURS];
    double font = fmax(10, picture->size / 44.0), x = 0;
    cal_colour_map(picture->colours, colours);
    measure_picture(picture, font, width, height);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, *width, *height);
    cairo_t *draw = cairo_create(surface);
    cairo_set_source_rgb(draw, 1, 1, 1);
    cairo_paint(draw);
    for (int i = 0; i < picture->panels; i++) {
        cal_frame f = {
            .draw = draw, .font = font, .x = round(x + left * font), .y = round(above * font)};
        place_panel(picture, i, &f);
        draw_panel(&f, picture, &picture->panel[i], has_bar(picture, i), colours);
        x += f.width + font * (left + (has_bar(picture, i) ? bar_room : gap));
    }
    cairo_status_t failed = cairo_status(draw);
    if (!failed)
        failed = cairo_surface_write_to_png(surface, path);
    cairo_destroy(draw);
    cairo_surface_destroy(surface);
    if (failed)
        return cal_fail(err, CAL_OUTPUT, "%s: cannot be written: %s (%d x %d pixels)", path,
                        cairo_status_to_string(failed), *width, *height);
    return CAL_OK;
}

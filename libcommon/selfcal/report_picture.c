/* Pictures of a target side by side: one stretch, one part of the sky. */
#include "base/mem.h"
#include "base/output.h"
#include "image/colour.h"
#include "image/view.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BAR_STEPS = 24 };
static const char colours[] = "fire";

static cal_image *read_image(const char *folder, jv picture, char **reason)
{
    cal_image *image = NULL;
    cal_error err = {0};
    const char *path = cal_json_text_at(picture, "image", NULL);
    if (!path)
        return NULL;
    char *file = cal_path_from(folder, path);
    if (cal_image_read(file, 0, &image, &err))
        image = NULL;
    if (!image && reason)
        *reason = cal_copy_text(err.text);
    free(file);
    return image;
}

/* ---- what is shown ---- */

static double peak_of(jv picture)
{
    double peak = cal_report_number(picture, "peak");
    return isnan(peak) ? cal_report_number(picture, "SNR") * cal_report_number(picture, "RMS")
                       : peak;
}

/* The range of pixels that are brighter than `level`. */
static bool find_source(const cal_image *image, double level, int box[4])
{
    box[0] = image->nx;
    box[1] = image->ny;
    box[2] = box[3] = -1;
    for (int y = 0; y < image->ny; y++)
        for (int x = 0; x < image->nx; x++)
            if (image->pixel[(size_t)y * (size_t)image->nx + (size_t)x] > level) {
                box[0] = x < box[0] ? x : box[0];
                box[2] = x > box[2] ? x : box[2];
                box[1] = y < box[1] ? y : box[1];
                box[3] = y;
            }
    return box[2] >= 0;
}

/* What is shown of an image, and is bright there, pixels. */
typedef struct part {
    int box[4], nx, ny;
    double beam; /* major axis */
} part;

static void add_source(const cal_image *image, double level, part *all)
{
    int box[4];
    double cell = cal_image_cell(image);
    if (!find_source(image, level, box))
        return;
    for (int i = 0; i < 4; i++) {
        bool wider = i < 2 ? box[i] < all->box[i] : box[i] > all->box[i];
        if (!all->nx || wider)
            all->box[i] = box[i];
    }
    all->nx = image->nx;
    all->ny = image->ny;
    all->beam = cell > 0 ? image->beam.major / cell : 0;
}

/* The sources with room around them: so that what errors of the calibration do to the sky is seen too. */
static void choose_part(const part *all, cal_report_look *look)
{
    const int *box = all->box;
    if (!all->nx)
        return;
    double extent = fmax(box[2] - box[0], box[3] - box[1]), least = fmin(all->nx, all->ny),
           side = fmin(fmax(1.5 * extent, extent + 24 * all->beam), least);
    side = fmax(side, fmin(64, least));
    double x = fmin(fmax((box[0] + box[2] - side) / 2, 0), all->nx - side),
           y = fmin(fmax((box[1] + box[3] - side) / 2, 0), all->ny - side);
    look->x = x / all->nx;
    look->y = y / all->ny;
    look->width = side / all->nx;
    look->height = side / all->ny;
}

static void stretch_over(jv picture, cal_report_look *look, double *least, double *most)
{
    double rms = cal_report_number(picture, "RMS"), peak = peak_of(picture);
    if (peak > look->high)
        look->high = peak;
    if (rms > 0) {
        *least = fmin(*least, rms);
        *most = fmax(*most, rms);
    }
}

static bool was_refused(jv step)
{
    jv verdict = cal_json_at(step, "verdict");
    bool refused = !strcmp(cal_json_text_at(verdict, "kind", ""), "refused");
    jv_free(verdict);
    return refused;
}

static void stretch_over_step(jv step, cal_report_look *look, double *least, double *most)
{
    jv pictures = cal_report_pictures(step, "post"), fields = cal_json_list_at(pictures, "fields");
    jv_array_foreach(fields, i, picture)
    {
        if (!was_refused(step))
            stretch_over(picture, look, least, most);
        jv_free(picture);
    }
    jv_free(fields);
    jv_free(pictures);
}

/* The newest images, one for each sub-field: all are shown as one part of each. */
static void look_closer(jv step, cal_report_look *look)
{
    jv pictures = cal_report_pictures(step, "post"), fields = cal_json_list_at(pictures, "fields");
    part all = {0};
    jv_array_foreach(fields, i, picture)
    {
        cal_image *image = read_image(look->folder, picture, NULL);
        if (image)
            add_source(image, fmax(6 * cal_report_number(picture, "RMS"), 0.01 * look->high), &all);
        cal_image_free(image);
        jv_free(picture);
    }
    choose_part(&all, look);
    jv_free(fields);
    jv_free(pictures);
}

/* Half way between the noises of the best and of the worst image (as ratios), so that both show something. */
cal_report_look cal_report_look_at(jv target, const char *folder)
{
    cal_report_look look = {
        .folder = folder, .size = CAL_REPORT_PICTURE, .high = -INFINITY, .width = 1, .height = 1};
    double least = INFINITY, most = 0;
    jv steps = cal_json_list_at(target, "steps"), newest = jv_null();
    jv_array_foreach(steps, i, step)
    {
        jv pictures = cal_report_pictures(step, "post");
        stretch_over_step(step, &look, &least, &most);
        if (jv_get_kind(pictures) == JV_KIND_OBJECT) {
            jv_free(newest);
            newest = jv_copy(step);
        }
        jv_free(pictures);
        jv_free(step);
    }
    jv_free(steps);
    look.known = isfinite(look.high) && most > 0;
    look.soft = sqrt(least * most) / 3;
    look.low = -3 * look.soft;
    if (look.known)
        look_closer(newest, &look);
    jv_free(newest);
    return look;
}

/* ---- drawing ---- */

static cal_status draw(const cal_report_look *look, const cal_image *image, cal_buf *png,
                       cal_error *err)
{
    cal_panel panel = {.image = image, .low = look->low, .high = look->high, .soft = look->soft};
    panel.x1 = (int)lround(look->x * image->nx);
    panel.y1 = (int)lround(look->y * image->ny);
    panel.x2 = (int)lround((look->x + look->width) * image->nx) - 1;
    panel.y2 = (int)lround((look->y + look->height) * image->ny) - 1;
    if (!look->known) {
        cal_status status = cal_panel_limits(&panel, 0, err);
        if (status)
            return status;
    }
    return cal_panel_png(&panel, CAL_STRETCH_ASINH, colours, look->size, png, err);
}

static void add_caption(jv picture, const char *name, cal_buf *html)
{
    char snr[CAL_REPORT_TEXT], rms[CAL_REPORT_TEXT], peak[CAL_REPORT_TEXT];
    cal_buf_add(html, "<figcaption><b>");
    cal_html_text(html, name);
    cal_buf_add(html, "</b><br>");
    cal_html_textf(html, "S/N %s, noise %s, peak %s/beam",
                   cal_report_snr(cal_report_number(picture, "SNR"), snr),
                   cal_report_flux(cal_report_number(picture, "RMS"), rms),
                   cal_report_flux(peak_of(picture), peak));
    cal_buf_add(html, "</figcaption></figure>\n");
}

void cal_report_figure(const cal_report_look *look, jv picture, const char *name, cal_buf *html)
{
    char *reason = NULL, snr[CAL_REPORT_TEXT];
    cal_buf png = {0};
    cal_error err = {0};
    cal_image *image = read_image(look->folder, picture, &reason);
    cal_buf_add(html, "<figure>");
    if (image && !draw(look, image, &png, &err)) {
        cal_buf_add(html, "<img alt=\"");
        cal_html_textf(html, "Image, %s: S/N %s", name,
                       cal_report_snr(cal_report_number(picture, "SNR"), snr));
        cal_buf_add(html, "\" src=\"");
        cal_html_data(html, "image/png", png.data, png.len);
        cal_buf_add(html, "\">");
    } else {
        cal_buf_add(html, "<div class=\"missing\">No picture: ");
        cal_html_text(html, reason ?: *err.text ? err.text : "the state names no image");
        cal_buf_add(html, "</div>");
    }
    add_caption(picture, name, html);
    cal_image_free(image);
    cal_buf_free(&png);
    free(reason);
}

/* ---- the colour bar ---- */

static double value_at(const cal_panel *panel, double at)
{
    double soft = 3 * panel->soft, low = asinh(panel->low / soft), high = asinh(panel->high / soft);
    return soft * sinh(low + at * (high - low));
}

/* A square for each step of colour, with the values at five places below. */
void cal_report_colours(const cal_report_look *look, cal_buf *html)
{
    enum { WIDTH = 480, HEIGHT = 10, LABELS = 5 };
    uint32_t table[CAL_COLOURS];
    cal_panel panel = {.low = look->low, .high = look->high, .soft = look->soft};
    char value[CAL_REPORT_TEXT];
    if (!look->known)
        return;
    cal_colour_map(colours, table);
    cal_buf_addf(
        html,
        "<div class=\"colours small soft\">All pictures of this target have these colours, per "
        "beam:<svg viewBox=\"0 0 %d 28\" role=\"img\" "
        "aria-label=\"Colour bar of all pictures of this target\">",
        WIDTH);
    for (int i = 0; i < BAR_STEPS; i++)
        cal_buf_addf(html, "<rect x=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>",
                     i * WIDTH / BAR_STEPS, WIDTH / BAR_STEPS + 1, HEIGHT,
                     table[i * (CAL_COLOURS - 1) / (BAR_STEPS - 1)]);
    for (int i = 0; i < LABELS; i++)
        cal_buf_addf(html, "<text x=\"%d\" y=\"24\" font-size=\"10\" text-anchor=\"%s\">%s</text>",
                     i * WIDTH / (LABELS - 1),
                     i == 0            ? "start"
                     : i == LABELS - 1 ? "end"
                                       : "middle",
                     cal_report_flux(value_at(&panel, (double)i / (LABELS - 1)), value));
    cal_buf_add(html, "</svg></div>\n");
}

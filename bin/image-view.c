/* A picture of FITS images, for reports and for a quick look. */
#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/output.h"
#include "base/text.h"
#include "base/tool.h"
#include "image/colour.h"
#include "image/mask.h"
#include "image/stats.h"
#include "image/view.h"
#include <math.h>
#include <string.h>

static const char *stretch = "asinh", *colours = "fire", *range, *box;
static double percentile;
static cal_words titles;
static long size = 640, plane;
static bool common, force;

static cal_status add_title(void *list, const char *text, cal_error *err)
{
    (void)err;
    cal_words_add(list, text);
    return CAL_OK;
}

static const cal_option options[] = {
    CAL_HEADING("What"),
    {"box", 'b', CAL_TEXT, "X1,Y1,X2,Y2", &box, "show this part only, in pixels or as angles", 0,
     0},
    {"plane", 0, CAL_COUNT, "N", &plane, "plane of a cube, from 0", 0, 0},
    CAL_HEADING("Colours"),
    {"stretch", 's', CAL_CHOICE, "KIND", &stretch, "how values become colours", "asinh linear", 0},
    {"range", 'r', CAL_TEXT, "LOW,HIGH", &range, "values of the first and the last colour", 0, 0},
    {"percentile", 'p', CAL_NUMBER, "P", &percentile,
     "choose the range so that P % of the pixels are in it; 0: from the noise to the peak", 0, 0},
    {"common", 'c', CAL_FLAG, NULL, &common, "one range for all images", 0, 0},
    {"cmap", 'm', CAL_CHOICE, "MAP", &colours, "colour map", cal_colour_maps, 0},
    CAL_HEADING("Picture"),
    {"title", 't', CAL_EACH, "TEXT", &titles, "title of the next image [its file's name]", 0,
     add_title},
    {"size", 'n', CAL_COUNT, "N", &size, "longer side of an image in pixels of the picture", 0, 0},
    {"force", 'f', CAL_FLAG, NULL, &force, "replace the picture if it exists", 0, 0},
    CAL_OPTIONS_END,
};

/* ---- what is shown ---- */

static cal_status choose_part(cal_panel *panel, cal_error *err)
{
    const cal_image *image = panel->image;
    panel->x1 = panel->y1 = 0;
    panel->x2 = image->nx - 1;
    panel->y2 = image->ny - 1;
    if (!box)
        return CAL_OK;
    cal_region region = {CAL_REGION_BOX, (char *)(intptr_t)box};
    uint8_t *inside = CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image));
    cal_status status = cal_mask_add_region(image, &region, inside, err);
    panel->x1 = image->nx;
    panel->y1 = image->ny;
    panel->x2 = panel->y2 = 0;
    for (int y = 0; y < image->ny; y++)
        for (int x = 0; x < image->nx; x++)
            if (inside[(size_t)y * (size_t)image->nx + (size_t)x]) {
                panel->x1 = x < panel->x1 ? x : panel->x1;
                panel->x2 = x > panel->x2 ? x : panel->x2;
                panel->y1 = y < panel->y1 ? y : panel->y1;
                panel->y2 = y;
            }
    free(inside);
    return status;
}

static cal_status choose_limits(cal_panel *panel, cal_error *err)
{
    cal_status status = cal_panel_limits(panel, percentile, err);
    if (status || !range)
        return status;
    cal_words word = cal_words_split(range, ',');
    bool right = word.count == 2 && cal_parse_number(word.item[0], &panel->low) &&
                 cal_parse_number(word.item[1], &panel->high) && panel->low < panel->high;
    cal_words_free(&word);
    return right ? CAL_OK
                 : cal_fail(err, CAL_USAGE,
                            "--range wants LOW,HIGH with LOW below HIGH, not \"%s\"", range);
}

static void share_limits(cal_panel *panel, int count)
{
    double low = INFINITY, high = -INFINITY, soft = 0;
    for (int i = 0; i < count; i++) {
        low = fmin(low, panel[i].low);
        high = fmax(high, panel[i].high);
        soft = fmax(soft, panel[i].soft);
    }
    for (int i = 0; i < count; i++) {
        panel[i].low = low;
        panel[i].high = high;
        panel[i].soft = soft;
    }
}

/* "3.03 GHz, peak 1.21 Jy/beam, rms 89 uJy/beam, S/N 1234": what stands in small letters above the image. */
static char *describe(const cal_image *image)
{
    cal_image_stats stats;
    cal_buf text = {0};
    if (image->freq > 0)
        cal_buf_addf(&text, "%.4g GHz  \u00b7  ", image->freq / 1e9);
    if (cal_image_measure(image, NULL, NULL, NULL, CAL_RMS_AUTO, &stats, NULL))
        return cal_buf_steal(&text);
    char unit[80];
    double scale = cal_view_unit(image->unit, fabs(stats.peak.value), unit);
    cal_buf_addf(&text, "peak %.4g %s", stats.peak.value * scale, unit);
    scale = cal_view_unit(image->unit, stats.rms, unit);
    if (stats.rms > 0)
        cal_buf_addf(&text, "  \u00b7  rms %.3g %s  \u00b7  S/N %.4g", stats.rms * scale, unit,
                     stats.snr);
    return cal_buf_steal(&text);
}

static cal_status make_panel(const char *path, int index, cal_panel *panel, cal_error *err)
{
    cal_image *image;
    cal_status status = cal_image_read(path, (int)plane, &image, err);
    if (status)
        return status;
    panel->image = image;
    char *name = cal_basename(path), *end = strrchr(name, '.');
    if (end && !strcmp(end, ".fits"))
        *end = 0;
    panel->title = index < titles.count ? cal_copy_text(titles.item[index]) : cal_copy_text(name);
    panel->subtitle = describe(image);
    free(name);
    status = choose_part(panel, err);
    return status ? status : choose_limits(panel, err);
}

static void free_panels(cal_panel *panel, int count)
{
    for (int i = 0; i < count; i++) {
        cal_image_free((cal_image *)(intptr_t)panel[i].image);
        free((char *)(intptr_t)panel[i].title);
        free((char *)(intptr_t)panel[i].subtitle);
    }
    free(panel);
}

/* ---- the result ---- */

static jv panel_json(const cal_panel *p)
{
    return JV_OBJECT(
        jv_string("path"), cal_json_text(p->image->path), jv_string("title"),
        cal_json_text(p->title), jv_string("box"),
        JV_ARRAY(jv_number(p->x1), jv_number(p->y1), jv_number(p->x2), jv_number(p->y2)),
        jv_string("range"), JV_ARRAY(cal_json_float((float)p->low), cal_json_float((float)p->high)),
        jv_string("unit"), *p->image->unit ? cal_json_text(p->image->unit) : jv_null());
}

static void text(jv document, cal_buf *out)
{
    cal_buf_addf(out, "%s: %.0f x %.0f pixels\n", cal_json_text_at(document, "path", ""),
                 cal_json_number_at(document, "width", 0),
                 cal_json_number_at(document, "height", 0));
}

static cal_status write_picture(const cal_view *picture, const char *path, cal_error *err)
{
    cal_output *out;
    int width, height;
    cal_status status = cal_output_begin_as(path, CAL_OUTPUT_PNG, force, &out, err);
    if (status)
        return status;
    status = cal_view_write(picture, cal_output_path(out), &width, &height, err);
    if (status) {
        cal_output_abandon(out);
        return status;
    }
    status = cal_output_commit(out, err);
    if (status)
        return status;
    jv panels = jv_array();
    for (int i = 0; i < picture->panels; i++)
        cal_json_push(&panels, panel_json(&picture->panel[i]));
    return cal_print(JV_OBJECT(jv_string("path"), jv_string(path), jv_string("width"),
                               jv_number(width), jv_string("height"), jv_number(height),
                               jv_string("stretch"), jv_string(stretch), jv_string("images"),
                               panels),
                     text, err);
}

static cal_status check(int count, char **operand, cal_error *err)
{
    const char *out = operand[count - 1];
    size_t length = strlen(out);
    if (length < 5 || strcasecmp(out + length - 4, ".png"))
        return cal_fail(err, CAL_USAGE,
                        "the last operand is the picture and ends in .png, not \"%s\"", out);
    if (size < 64 || size > 8192)
        return cal_fail(err, CAL_USAGE, "--size is from 64 to 8192, not %ld", size);
    if (!(percentile >= 0 && percentile <= 100))
        return cal_fail(err, CAL_USAGE, "--percentile is from 0 to 100, not %g", percentile);
    if (titles.count > count - 1)
        return cal_fail(err, CAL_USAGE, "%d titles for %d images", titles.count, count - 1);
    return CAL_OK;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    int panels = count - 1;
    cal_panel *panel = CAL_NEW_ARRAY(cal_panel, panels);
    cal_status status = check(count, operand, err);
    for (int i = 0; !status && i < panels; i++)
        status = make_panel(operand[i], i, &panel[i], err);
    if (common && panels > 1)
        share_limits(panel, panels);
    cal_view picture = {.panel = panel,
                        .panels = panels,
                        .stretch =
                            strcmp(stretch, "linear") ? CAL_STRETCH_ASINH : CAL_STRETCH_LINEAR,
                        .colours = colours,
                        .common = common,
                        .size = (int)size};
    if (!status)
        status = write_picture(&picture, operand[panels], err);
    free_panels(panel, panels);
    cal_words_free(&titles);
    return status;
}

static const cal_tool tool = {
    .name = "image-view",
    .group = CAL_GROUP_IMAGES,
    .brief = "draw FITS images as a PNG picture",
    .operands = "FITS... OUT.png",
    .min_operands = 2,
    .max_operands = -1,
    .about = "Draws images side by side with coordinates, beam, colour bar, peak, noise and S/N.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"A quick look", "image-view eb1-image.fits eb1.png"},
            {"Before and after, with the same colours",
             "image-view --common -t before -t after a-image.fits b-image.fits both.png"},
            {"The middle, in grey, linear",
             "image-view --box 200,200,312,312 --cmap greyr --stretch linear a-image.fits a.png"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

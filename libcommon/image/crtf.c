#include "image/crtf.h"
#include "base/angle.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/output.h"
#include "base/text.h"
#include "image/mask.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- one region ---- */

typedef enum shape { BOX, CENTERBOX, CIRCLE, ANNULUS, POLY, SHAPES } shape;

static const struct {
    const char *name, *form;
    int numbers; /* of poly: at least */
    int places;  /* of these are coordinates */
} known[SHAPES] = {
    [BOX] = {"box", "box[[X1,Y1],[X2,Y2]]", 4, 4},
    [CENTERBOX] = {"centerbox", "centerbox[[X,Y],[WIDTH,HEIGHT]]", 4, 2},
    [CIRCLE] = {"circle", "circle[[X,Y],RADIUS]", 3, 2},
    [ANNULUS] = {"annulus", "annulus[[X,Y],[INNER,OUTER]]", 4, 2},
    [POLY] = {"poly", "poly[[X1,Y1],[X2,Y2],[X3,Y3],...]", 6, 1 << 20},
};

typedef struct region {
    shape shape;
    bool taken_out, offsets;
    double *number; /* pixels: coordinates x, y, then lengths */
    int numbers;
    bool beside; /* a position that the image cannot have */
} region;

static cal_status fail_form(const char *text, shape s, cal_error *err)
{
    return cal_fail(err, CAL_USAGE,
                    "region \"%s\": %s is wanted, with angles (67.1deg or 04h28m42s, +18d01m42s, "
                    "25arcsec) or pixels (12pix)",
                    text, known[s].form);
}

/* A length in pixels; 12pix, or an angle. */
static bool parse_length(const cal_image *image, const char *text, double *pixels)
{
    size_t length = strlen(text);
    char number[64];
    double angle, cell = cal_image_cell(image);
    if (length > 3 && length < sizeof number && !strcmp(text + length - 3, "pix")) {
        snprintf(number, sizeof number, "%.*s", (int)length - 3, text);
        return cal_parse_number(number, pixels);
    }
    if (cal_parse_quantity(text, "rad", NULL, &angle, NULL) || !(cell > 0))
        return false;
    *pixels = angle / cell;
    return true;
}

static bool is_pixels(const char *text)
{
    size_t length = strlen(text);
    return length > 3 && !strcmp(text + length - 3, "pix");
}

/* False for words that are no position; a position that the image cannot have sets r->beside. */
static bool parse_place(const cal_image *image, const char *first, const char *second, region *r,
                        double place[2])
{
    double ra, dec;
    if (is_pixels(first) && is_pixels(second))
        return parse_length(image, first, &place[0]) && parse_length(image, second, &place[1]);
    if (r->offsets) {
        if (!parse_length(image, first, &place[0]) || !parse_length(image, second, &place[1]))
            return false;
        place[0] = image->nx / 2 - place[0]; /* east is to the left */
        place[1] += image->ny / 2;
        return true;
    }
    if (!cal_angle_parse(first, false, &ra) || !cal_angle_parse(second, true, &dec))
        return false;
    r->beside |= !cal_image_to_pixel(image, ra, dec, &place[0], &place[1]);
    return true;
}

static bool parse_numbers(const cal_image *image, const cal_words *word, region *r)
{
    int wanted = known[r->shape].numbers, places = known[r->shape].places;
    bool many = r->shape == POLY && word->count > wanted && word->count % 2 == 0;
    bool right = word->count == wanted || many;
    r->number = CAL_NEW_ARRAY(double, word->count + 1);
    r->numbers = word->count;
    for (int i = 0; right && i < word->count; i++)
        if (i >= places)
            right = parse_length(image, word->item[i], &r->number[i]) && r->number[i] >= 0;
        else if (i % 2 == 0)
            right = parse_place(image, word->item[i], word->item[i + 1], r, &r->number[i]);
    return right;
}

/* Of "coord=J2000, color=red" the frame. */
static cal_status parse_rest(const char *text, const char *rest, region *r, cal_error *err)
{
    const char *at = strstr(rest, "coord");
    char frame[32] = "";
    if (!at)
        return CAL_OK;
    sscanf(at, "coord = %31[A-Za-z0-9_]", frame);
    r->offsets = !strcasecmp(frame, "offset");
    if (r->offsets || !strcasecmp(frame, "J2000") || !strcasecmp(frame, "ICRS"))
        return CAL_OK;
    return cal_fail(err, CAL_USAGE, "region \"%s\": coord is J2000, ICRS or offset, not \"%s\"",
                    text, frame);
}

static cal_status find_shape(const char *text, const char *name, shape *found, cal_error *err)
{
    size_t length = strcspn(name, "[ \t");
    for (int s = 0; s < SHAPES; s++)
        if (strlen(known[s].name) == length && !strncmp(name, known[s].name, length)) {
            *found = s;
            return CAL_OK;
        }
    return cal_fail(
        err, CAL_USAGE,
        "region \"%s\": no such shape; there are box, centerbox, circle, annulus and poly", text);
}

/* "-circle[[x, y], r] coord=J2000"; the caller frees r->number. */
static cal_status parse_region(const cal_image *image, const char *text, const char *frame,
                               region *r, cal_error *err)
{
    const char *name = text + strspn(text, "+- \t"), *begin = strchr(name, '['),
               *end = strrchr(name, ']');
    *r = (struct region){.taken_out = *text == '-'};
    if (find_shape(text, name, &r->shape, err))
        return err->status;
    if (!begin || !end || end < begin)
        return fail_form(text, r->shape, err);
    if (parse_rest(text, frame, r, err) || parse_rest(text, end, r, err))
        return err->status;
    char *inside = cal_format("%.*s", (int)(end - begin), begin);
    for (char *c = inside; *c; c++)
        *c = *c == '[' || *c == ']' ? ' ' : *c;
    cal_words word = cal_words_split(inside, ',');
    bool right = parse_numbers(image, &word, r);
    cal_words_free(&word);
    free(inside);
    return right ? CAL_OK : fail_form(text, r->shape, err);
}

/* ---- its pixels ---- */

/* Even or odd: how many sides are crossed on the way to the right. */
static bool in_poly(const double *corner, int corners, double x, double y)
{
    bool in = false;
    for (int i = 0, k = corners - 1; i < corners; k = i++) {
        const double *p = corner + 2 * i, *q = corner + 2 * k;
        if ((p[1] > y) != (q[1] > y) && x < p[0] + (q[0] - p[0]) * (y - p[1]) / (q[1] - p[1]))
            in = !in;
    }
    return in;
}

static bool is_inside(const region *r, double x, double y)
{
    const double slack = 1e-6; /* of positions on the sky */
    const double *n = r->number;
    double distance = hypot(x - n[0], y - n[1]);
    switch (r->shape) {
    case BOX:
        return x >= fmin(n[0], n[2]) - slack && x <= fmax(n[0], n[2]) + slack &&
               y >= fmin(n[1], n[3]) - slack && y <= fmax(n[1], n[3]) + slack;
    case CENTERBOX:
        return fabs(x - n[0]) <= n[2] / 2 + slack && fabs(y - n[1]) <= n[3] / 2 + slack;
    case CIRCLE:
        return distance <= n[2] + slack;
    case ANNULUS:
        return distance >= n[2] - slack && distance <= n[3] + slack;
    default:
        return in_poly(n, r->numbers / 2, x, y);
    }
}

/* False: none is in it. */
static bool set_pixels(const cal_image *image, const region *r, uint8_t *mask)
{
    bool any = false;
    for (int y = 0; y < image->ny && !r->beside; y++)
        for (int x = 0; x < image->nx; x++)
            if (is_inside(r, x, y)) {
                mask[(size_t)y * (size_t)image->nx + (size_t)x] = !r->taken_out;
                any = true;
            }
    return any;
}

/* ---- all of them ---- */

/* Lines that say nothing of regions: comments, and annotations, which are drawings. */
static bool is_silent(const char *line)
{
    return !*line || *line == '#' || !strncmp(line, "ann ", 4);
}

static size_t count_set(const uint8_t *mask, size_t count)
{
    return (size_t)cal_count_set(mask, (int64_t)count);
}

cal_status cal_mask_add_crtf(const cal_image *image, const char *text, uint8_t *mask,
                             size_t *inside, cal_error *err)
{
    char *lines = cal_copy_text(text), *frame = cal_copy_text("");
    for (char *c = lines; *c; c++)
        *c = *c == ';' || *c == '\r' ? '\n' : *c;
    cal_words line = cal_words_split(lines, '\n');
    cal_status status = CAL_OK;
    int regions = 0;
    for (int i = 0; i < line.count && !status; i++) {
        region one = {0};
        if (is_silent(line.item[i]))
            continue;
        if (!strncmp(line.item[i], "global ", 7)) {
            free(frame);
            frame = cal_copy_text(line.item[i] + 7);
            continue;
        }
        status = parse_region(image, line.item[i], frame, &one, err);
        if (!status && !set_pixels(image, &one, mask))
            cal_note("no pixel of the %d x %d is in %s", image->nx, image->ny, line.item[i]);
        regions++;
        free(one.number);
    }
    if (!status && !regions)
        status = cal_fail(err, CAL_USAGE, "no region in \"%s\"", text);
    *inside = count_set(mask, cal_image_pixels(image));
    cal_words_free(&line);
    free(frame);
    free(lines);
    return status;
}

/* ---- masks as users give them ---- */

bool cal_mask_is_regions(const char *text)
{
    unsigned char begin[6] = {0};
    FILE *file = fopen(text, "rb");
    size_t count = file ? fread(begin, 1, sizeof begin, file) : 0;
    if (!file)
        return strchr(text, '[') != NULL;
    fclose(file);
    bool packed = begin[0] == 0x1f && begin[1] == 0x8b;
    return count && !packed && memcmp(begin, "SIMPLE", sizeof begin) != 0 &&
           (begin[0] == '#' || begin[0] == '-' || (begin[0] >= 'a' && begin[0] <= 'z'));
}

static bool same_grid(const cal_image *a, const cal_image *b)
{
    bool same = a->nx == b->nx && a->ny == b->ny;
    for (int i = 0; i < 2; i++)
        same = same && fabs(a->wcs.value[i] - b->wcs.value[i]) <= 1e-3 * fabs(a->wcs.step[i]) &&
               a->wcs.pixel[i] == b->wcs.pixel[i] &&
               fabs(a->wcs.step[i] / b->wcs.step[i] - 1) < 1e-6;
    return same;
}

/* Each pixel of the image has what the mask has at its place on the sky. */
static void add_by_sky(const cal_image *image, const cal_image *file, uint8_t *mask)
{
    for (int y = 0; y < image->ny; y++)
        for (int x = 0; x < image->nx; x++) {
            double ra, dec, u, v;
            if (!cal_image_to_sky(image, x, y, &ra, &dec) ||
                !cal_image_to_pixel(file, ra, dec, &u, &v))
                continue;
            double i = rint(u), k = rint(v);
            if (i >= 0 && k >= 0 && i < file->nx && k < file->ny &&
                file->pixel[(size_t)k * (size_t)file->nx + (size_t)i] >= 0.5f)
                mask[(size_t)y * (size_t)image->nx + (size_t)x] = 1;
        }
}

static cal_status add_fits(const cal_image *image, const char *path, uint8_t *mask, cal_error *err)
{
    cal_image *file;
    if (cal_image_read(path, 0, &file, err))
        return cal_prefix(err, "mask");
    bool by_sky = *file->wcs.projection && *image->wcs.projection && !same_grid(image, file);
    if (by_sky)
        add_by_sky(image, file, mask);
    cal_image_free(file);
    return by_sky ? CAL_OK : cal_mask_add_file(image, path, mask, err);
}

cal_status cal_mask_add_text(const cal_image *image, const char *text, uint8_t *mask,
                             size_t *inside, cal_error *err)
{
    char *words = NULL;
    size_t length;
    cal_status status = CAL_OK;
    *inside = 0;
    if (!cal_mask_is_regions(text))
        status = add_fits(image, text, mask, err);
    else if (!cal_path_exists(text))
        return cal_mask_add_crtf(image, text, mask, inside, err);
    else if (!(status = cal_text_read(text, &words, &length, err)) &&
             (status = cal_mask_add_crtf(image, words, mask, inside, err)))
        cal_prefix(err, "%s", text);
    free(words);
    if (!status)
        *inside = count_set(mask, cal_image_pixels(image));
    return status;
}

#include "image/mask.h"
#include "base/angle.h"
#include "base/mem.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

cal_status cal_mask_add_file(const cal_image *image, const char *path, uint8_t *mask,
                             cal_error *err)
{
    cal_image *file;
    if (cal_image_read(path, 0, &file, err))
        return cal_prefix(err, "mask");
    cal_status status = CAL_OK;
    size_t inside = 0, count = cal_image_pixels(file);
    if (file->nx != image->nx || file->ny != image->ny)
        status = cal_fail(err, CAL_INPUT, "mask %s has %d x %d pixels, but %s has %d x %d", path,
                          file->nx, file->ny, image->path, image->nx, image->ny);
    for (size_t i = 0; !status && i < count; i++) {
        bool in = file->pixel[i] >= 0.5f;
        inside += in;
        mask[i] |= in;
    }
    if (!status && !inside)
        status = cal_fail(err, CAL_DATA, "mask %s is empty: no pixel in it is 0.5 or more", path);
    cal_image_free(file);
    return status;
}

/* ---- regions ---- */

/* A length in pixels: bare, or an angle. */
static bool parse_length(const cal_image *image, const char *text, double *pixels)
{
    double angle, cell = cal_image_cell(image);
    if (cal_parse_number(text, pixels))
        return *pixels >= 0;
    if (cell == 0 || cal_parse_quantity(text, "rad", NULL, &angle, NULL))
        return false;
    *pixels = angle / cell;
    return *pixels >= 0;
}

static bool parse_centre(const cal_image *image, const char *first, const char *second, double *x,
                         double *y)
{
    double ra, dec;
    if (cal_parse_number(first, x) && cal_parse_number(second, y))
        return true;
    return cal_angle_parse(first, false, &ra) && cal_angle_parse(second, true, &dec) &&
           cal_image_to_pixel(image, ra, dec, x, y);
}

static bool parse_region(const cal_image *image, const cal_region *region, double number[4])
{
    static const int wanted[] = {
        [CAL_REGION_BOX] = 4, [CAL_REGION_CIRCLE] = 3, [CAL_REGION_ANNULUS] = 4};
    cal_words word = cal_words_split(region->text, ',');
    bool right = word.count == wanted[region->kind] &&
                 parse_centre(image, word.item[0], word.item[1], &number[0], &number[1]);
    if (right && region->kind == CAL_REGION_BOX)
        right = parse_centre(image, word.item[2], word.item[3], &number[2], &number[3]);
    for (int i = 2; right && region->kind != CAL_REGION_BOX && i < word.count; i++)
        right = parse_length(image, word.item[i], &number[i]);
    cal_words_free(&word);
    return right;
}

static bool is_inside(cal_region_kind kind, const double number[4], double x, double y)
{
    if (kind == CAL_REGION_BOX)
        return x >= fmin(number[0], number[2]) && x <= fmax(number[0], number[2]) &&
               y >= fmin(number[1], number[3]) && y <= fmax(number[1], number[3]);
    double distance = hypot(x - number[0], y - number[1]),
           slack = 1e-6; /* of a centre on the sky */
    if (kind == CAL_REGION_CIRCLE)
        return distance <= number[2] + slack;
    return distance >= number[2] - slack && distance <= number[3] + slack;
}

cal_status cal_mask_add_region(const cal_image *image, const cal_region *region, uint8_t *mask,
                               cal_error *err)
{
    static const char *const form[] = {[CAL_REGION_BOX] = "box X1,Y1,X2,Y2",
                                       [CAL_REGION_CIRCLE] = "circle X,Y,RADIUS",
                                       [CAL_REGION_ANNULUS] = "annulus X,Y,INNER,OUTER"};
    double number[4];
    if (!parse_region(image, region, number))
        return cal_fail(
            err, CAL_USAGE,
            "a %s is wanted, in pixels or as angles (10h08m00s,+07d30m16s,5arcsec), not \"%s\"",
            form[region->kind], region->text);
    size_t inside = 0;
    for (int y = 0; y < image->ny; y++)
        for (int x = 0; x < image->nx; x++)
            if (is_inside(region->kind, number, x, y)) {
                mask[(size_t)y * (size_t)image->nx + (size_t)x] = 1;
                inside++;
            }
    if (!inside)
        return cal_fail(err, CAL_DATA, "%s: no pixel of its %d x %d is in the %.*s %s", image->path,
                        image->nx, image->ny, (int)strcspn(form[region->kind], " "),
                        form[region->kind], region->text);
    return CAL_OK;
}

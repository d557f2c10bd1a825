#include "selfcal/start.h"

#include "base/mem.h"
#include "selfcal/picture_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_PIECES = 16 };
static const double piece_snr = 7, least_integrations = 1; /* of a piece */

int cal_start_pieces(double snr, double integrations)
{
    double by_noise = (snr / piece_snr) * (snr / piece_snr),
           by_time = integrations / least_integrations;
    double pieces = fmin(fmin(by_noise, by_time), MOST_PIECES);
    return snr > 0 && pieces >= 2 ? (int)pieces : 1;
}

static size_t peak_of(const float *pixel, size_t count)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(pixel[i]) && (!isfinite(pixel[at]) || pixel[i] > pixel[at]))
            at = i;
    return at;
}

typedef struct stack {
    float *sum;
    double peaks; /* of the pieces, added up */
    int pieces;   /* that have data */
} stack;

/* The files of the kind "image" are added up to the fourth power: the most coherent pieces count most. All go away. */
static cal_status stack_images(jv images, size_t count, stack *to, cal_error *err)
{
    cal_status status = CAL_OK;
    jv_array_foreach(images, i, entry)
    {
        const char *path = cal_json_text_at(entry, "path", "");
        bool wanted = !strcmp(cal_json_text_at(entry, "kind", ""), "image");
        cal_image *piece = NULL;
        if (wanted && !status && !(status = cal_image_read(path, 0, &piece, err)))
            for (size_t k = 0; k < count && k < cal_image_pixels(piece); k++)
                if (piece->pixel[k] > 0) /* not NaN: a piece without data is blank */
                    to->sum[k] += powf(piece->pixel[k], 4);
        double top = piece ? piece->pixel[peak_of(piece->pixel, count)] : NAN;
        to->peaks += top > 0 ? top : 0; /* without data an image is blank, or 0 */
        to->pieces += top > 0;
        cal_image_free(piece);
        remove(path);
        jv_free(entry);
    }
    return status;
}

static bool is_near(const cal_image *image, size_t a, size_t b)
{
    size_t nx = (size_t)image->nx;
    double dx = (double)(a % nx) - (double)(b % nx), dy = (double)(a / nx) - (double)(b / nx);
    return hypot(dx, dy) * cal_image_cell(image) <= image->beam.major;
}

static cal_status stacked_peak(cal_work *work, const cal_image *image, int fid, cal_start *start,
                               const char *base, size_t *peak, cal_error *err)
{
    const double most_lost = 0.15; /* of the peaks of pieces, by adding up what is not in phase */
    jv images;
    cal_status status = cal_picture_pieces(work, fid, start->pieces, base, &images, err);
    if (status)
        return status;
    size_t count = cal_image_pixels(image);
    stack all = {.sum = CAL_NEW_ARRAY(float, count)};
    status = stack_images(images, count, &all, err);
    size_t stacked = peak_of(all.sum, count);
    bool near = !(all.sum[stacked] > 0) || is_near(image, stacked, *peak);
    double share = image->pixel[*peak] * all.pieces / all.peaks;
    start->coherent = near && share > 1 - most_lost;
    cal_note("start: pieces %s the image's peak, of which %.0f %% is left in it",
             near ? "agree with" : "are brightest elsewhere than", 100 * share);
    if (!near)
        *peak = stacked;
    free(all.sum);
    jv_free(images);
    return status;
}

cal_status cal_start_place(cal_work *work, const cal_image *image, int fid, const char *base,
                           cal_start *start, cal_error *err)
{
    size_t peak = peak_of(image->pixel, cal_image_pixels(image));
    double noise = cal_work_noise(work);
    double integrations = cal_work_field_time(work) /
                          cal_json_number_at(work->target, "integration_time", 1) /
                          cal_work_blocks(work);
    cal_status status = CAL_OK;
    start->pieces = *work->settings->imager_command
                        ? 1
                        : cal_start_pieces(image->pixel[peak] / noise, integrations);
    start->coherent = start->pieces == 1;
    if (start->pieces > 1)
        status = stacked_peak(work, image, fid, start, base, &peak, err);
    start->x = (int)(peak % (size_t)image->nx);
    start->y = (int)(peak / (size_t)image->nx);
    return status;
}

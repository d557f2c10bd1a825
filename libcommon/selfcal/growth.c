#include "selfcal/growth.h"

#include "base/mem.h"
#include "base/output.h"
#include "image/crtf.h"
#include "image/islands.h"
#include "image/stats.h"
#include "selfcal/picture_parts.h"
#include "selfcal/start.h"
#include "selfcal/user_mask.h"
#include <math.h>
#include <string.h>

static const double least_island = 0.3; /* beams */
static const double margin = 0.5;       /* major axes around an island */
static const double weakest_peak = 5;   /* times the noise */

static size_t brightest(const cal_image *image)
{
    size_t at = 0;
    for (size_t i = 0; i < cal_image_pixels(image); i++)
        if (isfinite(image->pixel[i]) &&
            (!isfinite(image->pixel[at]) || image->pixel[i] > image->pixel[at]))
            at = i;
    return at;
}

size_t cal_growth_mask(const cal_image *image, const cal_growth *growth, double noise,
                       uint8_t *mask)
{
    size_t count = cal_image_pixels(image), peak = brightest(image);
    double cell = cal_image_cell(image), beam = cal_image_beam_pixels(image);
    double reach = cell > 0 ? fmax(1, margin * image->beam.major / cell) : 1;
    double level = fmax(growth->share * image->pixel[peak], growth->nsigma * noise);
    memset(mask, 0, count);
    if (!(level > 0))
        return 0;
    cal_mask_islands(image, level, isfinite(beam) ? least_island * beam : 1, mask);
    if (!cal_mask_count(mask, count) && image->pixel[peak] > weakest_peak * noise)
        mask[peak] = 1;
    cal_mask_dilate(mask, image->nx, image->ny, reach);
    for (size_t i = 0; i < count; i++)
        mask[i] = mask[i] && isfinite(image->pixel[i]);
    return cal_mask_count(mask, count);
}

/* ---- files ---- */

static cal_status write_mask(const cal_image *like, const uint8_t *mask, const char *path,
                             cal_error *err)
{
    cal_output *out;
    cal_image *image = cal_image_like(like);
    for (size_t i = 0; i < cal_image_pixels(image); i++)
        image->pixel[i] = mask[i];
    *image->unit = 0;
    cal_status status = cal_output_begin(path, true, &out, err);
    if (!status && (status = cal_image_write(cal_output_path(out), image, err)))
        cal_output_abandon(out);
    else if (!status)
        status = cal_output_commit(out, err);
    cal_image_free(image);
    return status;
}

/* Of the residual, in which there are no sources; without one, of the image as it was measured. */
static double noise_of(const cal_picture *p)
{
    cal_image *residual = NULL;
    double noise = NAN;
    int64_t used;
    if (p->residual && !cal_image_read(p->residual, 0, &residual, NULL))
        noise = cal_rms_mad(residual->pixel, cal_image_pixels(residual), NULL, &used);
    cal_image_free(residual);
    return noise > 0 ? noise : isnan(p->rms_nf) ? p->rms : p->rms_nf;
}

/* One pixel and the four beside it: a point may lie between pixels. */
static cal_status begin_mask(cal_work *work, const cal_image *image, int fid, const char *base,
                             uint8_t *mask, size_t *inside, cal_error *err)
{
    const double reach = 1; /* pixel */
    cal_start start;
    cal_status status = cal_start_place(work, image, fid, base, &start, err);
    if (status)
        return status;
    if (start.coherent)
        return CAL_OK;
    mask[(size_t)start.y * (size_t)image->nx + (size_t)start.x] = 1;
    cal_mask_dilate(mask, image->nx, image->ny, reach);
    *inside = cal_mask_count(mask, cal_image_pixels(image));
    return CAL_OK;
}

/* *path is its file; an empty one has none. */
static cal_status keep_mask(const cal_image *image, const uint8_t *mask, size_t inside,
                            const char *base, char **path, cal_error *err)
{
    if (!inside)
        return CAL_OK;
    *path = cal_format("%s.mask.fits", base);
    return write_mask(image, mask, *path, err);
}

static cal_status mask_field(cal_work *work, const cal_picture *p, const cal_growth *growth,
                             int fid, bool begin, const char *base, char **path, cal_error *err)
{
    cal_image *image;
    cal_status status = cal_image_read(p->image, 0, &image, err);
    size_t inside = 0;
    *path = NULL;
    if (status)
        return status;
    uint8_t *mask = CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image));
    if (begin && p->snr > weakest_peak)
        status = begin_mask(work, image, fid, base, mask, &inside, err);
    if (!status && !inside)
        inside = cal_growth_mask(image, growth, noise_of(p), mask);
    if (!status)
        status = keep_mask(image, mask, inside, base, path, err);
    free(mask);
    cal_image_free(image);
    return status;
}

/* What the user says is source, in every image; a field of a mosaic beside it has none. */
static cal_status user_field(const cal_picture *p, const char *text, const char *base, char **path,
                             bool *any, cal_error *err)
{
    cal_image *image;
    cal_status status = cal_image_read(p->image, 0, &image, err);
    size_t inside = 0;
    *path = NULL;
    if (status)
        return status;
    uint8_t *mask = CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image));
    status = cal_mask_add_text(image, text, mask, &inside, err);
    *any |= inside > 0;
    if (!status)
        status = keep_mask(image, mask, inside, base, path, err);
    free(mask);
    cal_image_free(image);
    return status;
}

static bool has_begun(const cal_work *work)
{
    jv stand = cal_json_at(work->target, "state");
    bool begun = cal_json_bool_at(stand, "SC_success", false);
    jv_free(stand);
    return begun;
}

cal_status cal_growth_masks(cal_work *work, const cal_pictures *newest, const cal_growth *growth,
                            const char *step, int iter, char **mask, cal_error *err)
{
    bool begin = iter == 2 && !has_begun(work), any = false;
    const char *given = cal_user_mask(work->target);
    cal_status status = CAL_OK;
    for (int f = 0; f < newest->fields; f++)
        mask[f] = NULL;
    for (int f = 0; f < newest->fields && !status; f++) {
        char *base = cal_picture_base(work, step, iter, f, -1);
        status = *given
                     ? user_field(&newest->field[f], given, base, &mask[f], &any, err)
                     : mask_field(work, &newest->field[f], growth, f, begin, base, &mask[f], err);
        free(base);
    }
    if (!status && *given && !any)
        status = cal_fail(err, CAL_DATA, "mask %s: no pixel of the image is in it", given);
    for (int f = 0; f < newest->fields && status; f++) {
        free(mask[f]);
        mask[f] = NULL;
    }
    return status;
}

/* Masks for the next image. */
#include "selfcal/growth.h"

#include "base/mem.h"
#include "base/output.h"
#include "image/islands.h"
#include "selfcal/picture_parts.h"
#include <math.h>
#include <string.h>

/* As long as the phases are wrong, what looks like a source may be a ghost of the brightest one, whose strength falls as the S/N rises. */
cal_growth cal_growth_at(double snr, int index, int count, int pass)
{
    const double boldest = 0.5, first = 25, last = 5;
    double way = count > 1 ? fmin((double)index / (count - 1), 1) : 1;
    double caution = pass > 1 ? last : first * pow(last / first, way);
    return (cal_growth){.share = snr > 0 ? fmin(boldest, caution / snr) : boldest, .nsigma = 5};
}

/* Seeds are joined with what is around them down to this part of their level: a source that is more than a point goes on there. */
static const double skirt = 0.4;
static const double least_island = 0.3; /* beams */
static const double margin = 0.5;       /* beams around an island */
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

/* The pixels of the mask, or none: then the caller has no source. */
size_t cal_growth_mask(const cal_image *image, const cal_growth *growth, double noise,
                       uint8_t *mask)
{
    size_t count = cal_image_pixels(image), peak = brightest(image);
    double beam = cal_image_beam_pixels(image);
    beam = isfinite(beam) ? beam : 1;
    double reach = fmax(1, margin * sqrt(beam / 1.1331)), top = image->pixel[peak];
    double level = fmax(growth->share * top, growth->nsigma * noise);
    double low = fmax(fmax(skirt * growth->share * top, skirt * level), growth->nsigma * noise);
    memset(mask, 0, count);
    if (!(top > 0))
        return 0;
    cal_mask_islands(image, level, low, least_island * beam, mask);
    if (!cal_mask_count(mask, count) && top > weakest_peak * noise)
        mask[peak] = 1;
    cal_mask_dilate(mask, image->nx, image->ny, reach);
    for (size_t i = 0; i < count; i++)
        mask[i] = mask[i] && isfinite(image->pixel[i]);
    return cal_mask_count(mask, count);
}

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

static cal_status mask_field(const cal_picture *p, const cal_growth *growth, const char *base,
                             char **path, cal_error *err)
{
    cal_image *image;
    cal_status status = cal_image_read(p->image, 0, &image, err);
    *path = NULL;
    if (status)
        return status;
    uint8_t *mask = CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image));
    if (cal_growth_mask(image, growth, isnan(p->rms_nf) ? p->rms : p->rms_nf, mask)) {
        *path = cal_format("%s.mask.fits", base);
        status = write_mask(image, mask, *path, err);
    }
    free(mask);
    cal_image_free(image);
    return status;
}

cal_status cal_growth_masks(const cal_work *work, const cal_pictures *newest,
                            const cal_growth *growth, const char *step, int iter, char **mask,
                            cal_error *err)
{
    cal_status status = CAL_OK;
    for (int f = 0; f < newest->fields; f++)
        mask[f] = NULL;
    for (int f = 0; f < newest->fields && !status; f++) {
        char *base = cal_picture_base(work, step, iter, f, -1);
        status = mask_field(&newest->field[f], growth, base, &mask[f], err);
        free(base);
    }
    for (int f = 0; f < newest->fields && status; f++) {
        free(mask[f]);
        mask[f] = NULL;
    }
    return status;
}

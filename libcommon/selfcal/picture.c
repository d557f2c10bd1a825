/* What is measured in images. */
#include "selfcal/picture.h"

#include "base/mem.h"
#include "base/number.h"
#include "image/mask.h"
#include "image/stats.h"
#include "selfcal/picture_parts.h"
#include <math.h>
#include <string.h>

static const double degree = CAL_PI / 180, arcsec = CAL_PI / 180 / 3600;

static void clear_picture(cal_picture *p)
{
    char **text[] = {&p->image, &p->residual, &p->model, &p->psf, &p->dirty, &p->mask};
    for (size_t i = 0; i < CAL_COUNT(text); i++) {
        free(*text[i]);
        *text[i] = NULL;
    }
}

void cal_pictures_free(cal_pictures *pictures)
{
    for (int f = 0; f < pictures->fields; f++)
        clear_picture(&pictures->field[f]);
    free(pictures->field);
    *pictures = (cal_pictures){0};
}

/* ---- the PSF and the model ---- */

/* Largest |PSF| farther from its peak than 1.25 beams along the beam's own axes, where the beam itself has fallen below 0.02. */
double cal_psf_sidelobe(const cal_image *psf, const cal_beam *beam)
{
    const double reach = 1.25;
    double cell = cal_image_cell(psf), largest = 0;
    size_t peak = 0, count = cal_image_pixels(psf);
    for (size_t i = 0; i < count; i++)
        if (psf->pixel[i] > psf->pixel[peak])
            peak = i;
    if (!(cell > 0) || !(beam->major > 0))
        return NAN;
    double x0 = (double)(peak % (size_t)psf->nx), y0 = (double)(peak / (size_t)psf->nx);
    double sine = sin(beam->angle), cosine = cos(beam->angle);
    for (size_t i = 0; i < count; i++) {
        double east = (x0 - (double)(i % (size_t)psf->nx)) * cell,
               north = ((double)(i / (size_t)psf->nx) - y0) * cell;
        double along = (north * cosine + east * sine) / beam->major,
               across = (east * cosine - north * sine) / beam->minor;
        if (hypot(along, across) > reach)
            largest = fmax(largest, fabsf(psf->pixel[i]));
    }
    return largest / psf->pixel[peak];
}

static void measure_psf(cal_picture *p, const cal_beam *beam, double *extent)
{
    cal_image *psf = NULL;
    *extent = 0;
    p->sidelobe = NAN;
    if (!p->psf || cal_image_read(p->psf, 0, &psf, NULL))
        return;
    *extent = cal_psf_extent(psf);
    p->sidelobe = cal_psf_sidelobe(psf, beam);
    cal_image_free(psf);
}

static void measure_model(cal_picture *p)
{
    cal_image *model = NULL;
    p->model_flux = p->model_max = NAN;
    if (!p->model || cal_image_read(p->model, 0, &model, NULL))
        return;
    p->model_flux = p->model_max = 0;
    for (size_t i = 0; i < cal_image_pixels(model); i++)
        if (isfinite(model->pixel[i])) {
            p->model_flux += model->pixel[i];
            p->model_max = fmax(p->model_max, model->pixel[i]);
        }
    cal_image_free(model);
}

/* ---- one image ---- */

/* The annulus around the mask (selfcal 1.3); without it, and with the seven-metre dishes, which see so little sky that it would be all of
 * it, nothing is known beyond the plain noise. */
static void measure_near(const cal_work *work, const cal_image *image, const uint8_t *mask,
                         double extent, cal_picture *p)
{
    double scale = cal_json_number_at(work->target, "LAS", 0) * arcsec;
    if (!strcmp(cal_json_text_at(work->target, "telescope", ""), "ACA")) {
        p->rms_nf = p->rms;
        p->snr_nf = p->snr;
        return;
    }
    p->rms_nf = p->snr_nf = NAN;
    uint8_t *near = CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image));
    int64_t used = 0;
    if (mask && !cal_mask_near_field(image, mask, extent, scale, near, NULL)) {
        p->rms_nf = cal_rms_mad(image->pixel, cal_image_pixels(image), near, &used);
        p->snr_nf = p->peak / p->rms_nf;
    }
    free(near);
}

static void take_stats(const cal_image *image, const cal_image_stats *stats, cal_picture *p)
{
    double ra = NAN, dec = NAN;
    bool placed = cal_image_to_sky(image, stats->vertex.x, stats->vertex.y, &ra, &dec);
    p->peak = stats->vertex.value;
    p->rms = stats->rms;
    p->snr = stats->rms > 0 ? p->peak / stats->rms : NAN;
    p->intflux = stats->flux;
    p->e_intflux = stats->flux_error;
    p->mask_pixels = (double)stats->mask_pixels;
    p->peak_ra_deg = placed ? ra / degree : NAN;
    p->peak_dec_deg = placed ? dec / degree : NAN;
    p->beam_major = image->beam.major > 0 ? image->beam.major / arcsec : NAN;
    p->beam_minor = image->beam.major > 0 ? image->beam.minor / arcsec : NAN;
    p->beam_pa = image->beam.major > 0 ? image->beam.angle / degree : NAN;
}

static cal_status measure(const cal_work *work, const char *mask_path, cal_picture *p,
                          cal_error *err)
{
    cal_image *image;
    cal_image_stats stats;
    uint8_t *mask = NULL;
    double extent = 0;
    cal_status status = cal_image_read(p->image, 0, &image, err);
    if (status)
        return status;
    if (mask_path) {
        mask = CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image));
        status = cal_mask_add_file(image, mask_path, mask, err);
    }
    if (!status)
        status = cal_image_measure(image, NULL, mask, NULL, mask ? CAL_RMS_MAD : CAL_RMS_CHAUVENET,
                                   &stats, err);
    if (!status) {
        take_stats(image, &stats, p);
        measure_psf(p, &image->beam, &extent);
        measure_model(p);
        measure_near(work, image, mask, extent, p);
        char *own = cal_copy_text(mask_path); /* it may be the one that is there */
        free(p->mask);
        p->mask = own;
    }
    free(mask);
    cal_image_free(image);
    return status;
}

/* ---- all fields ---- */

void cal_pictures_choose(cal_pictures *pictures)
{
    pictures->best = 0;
    for (int f = 1; f < pictures->fields; f++) {
        double best = pictures->field[pictures->best].snr, snr = pictures->field[f].snr;
        if (snr > best || (isnan(best) && !isnan(snr)))
            pictures->best = f;
    }
}

cal_status cal_pictures_measure(const cal_work *work, cal_pictures *pictures, char *const *mask,
                                cal_error *err)
{
    cal_status status = CAL_OK;
    for (int f = 0; f < pictures->fields && !status; f++)
        status = measure(work, mask ? mask[f] : NULL, &pictures->field[f], err);
    cal_pictures_choose(pictures);
    return status;
}

/* Peak, noise, signal to noise and flux of FITS images. */
#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/output.h"
#include "base/text.h"
#include "base/tool.h"
#include "image/mask.h"
#include "image/stats.h"
#include <math.h>
#include <string.h>

static cal_words masks, boxes, circles, annuli;
static const char *rms_method = "auto", *psf_path, *largest_scale, *near_field_path;
static bool near_field, force;
static long plane;

static cal_status add_word(void *list, const char *text, cal_error *err)
{
    (void)err;
    cal_words_add(list, text);
    return CAL_OK;
}

static const cal_option options[] = {
    CAL_HEADING("Where"),
    {"mask", 'm', CAL_EACH, "FITS", &masks, "where the source is: pixels of 0.5 or more", 0,
     add_word},
    {"circle", 'c', CAL_EACH, "X,Y,R", &circles,
     "where the source is: a circle, in pixels or as angles", 0, add_word},
    {"box", 'b', CAL_EACH, "X1,Y1,X2,Y2", &boxes, "look at this part of the image only", 0,
     add_word},
    {"annulus", 'a', CAL_EACH, "X,Y,R1,R2", &annuli, "where the noise is measured", 0, add_word},
    {"plane", 0, CAL_COUNT, "N", &plane, "plane of a cube, from 0", 0, 0},
    CAL_HEADING("Noise"),
    {"rms", 'r', CAL_CHOICE, "HOW", &rms_method,
     "1.4826 x median absolute deviation, or rms after Chauvenet clipping; auto: the first with a "
     "mask or annulus, else the second",
     "auto mad chauvenet", 0},
    {"near-field", 'n', CAL_FLAG, NULL, &near_field, "noise and S/N close around the mask too", 0,
     0},
    {"psf", 0, CAL_TEXT, "FITS", &psf_path, "near field: as wide as this PSF's sidelobes", 0, 0},
    {"las", 0, CAL_TEXT, "ANGLE", &largest_scale, "near field: largest angular scale of the source",
     0, 0},
    {"save-near-field", 0, CAL_TEXT, "FITS", &near_field_path,
     "write the near field as a mask; of one image", 0, 0},
    {"force", 0, CAL_FLAG, NULL, &force, "replace an existing mask of that name", 0, 0},
    CAL_OPTIONS_END,
};

/* A region that lies off the image is an error only where nothing else is in the mask. */
static cal_status add_regions(const cal_image *image, const cal_words *regions,
                              cal_region_kind kind, uint8_t *mask, bool any, cal_error *err)
{
    cal_words beside = {0};
    cal_status status = CAL_OK;
    for (int i = 0; i < regions->count && (!status || status == CAL_DATA); i++) {
        cal_region region = {kind, regions->item[i]};
        status = cal_mask_add_region(image, &region, mask, err);
        if (status == CAL_DATA)
            cal_words_add(&beside, err->text);
        any |= !status;
    }
    if (status == CAL_DATA && any)
        status = CAL_OK;
    for (int i = 0; i < beside.count && !status; i++)
        cal_warn("%s", beside.item[i]);
    cal_words_free(&beside);
    return status;
}

/* One of the three masks; NULL where nothing was asked for. */
static cal_status make_mask(const cal_image *image, const cal_words *files,
                            const cal_words *regions, cal_region_kind kind, uint8_t **mask,
                            cal_error *err)
{
    int wanted = (files ? files->count : 0) + regions->count;
    *mask = wanted ? CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image)) : NULL;
    cal_status status = CAL_OK;
    for (int i = 0; files && !status && i < files->count; i++)
        status = cal_mask_add_file(image, files->item[i], *mask, err);
    return status ? status : add_regions(image, regions, kind, *mask, files && files->count, err);
}

static cal_status save_near_field(const cal_image *image, const uint8_t *annulus, cal_error *err)
{
    cal_output *out;
    cal_status status = cal_output_begin_as(near_field_path, CAL_OUTPUT_FITS, force, &out, err);
    if (status)
        return status;
    cal_image *mask = cal_image_like(image);
    *mask->unit = 0;
    for (size_t i = 0; i < cal_image_pixels(image); i++)
        mask->pixel[i] = annulus[i];
    status = cal_image_write(cal_output_path(out), mask, err);
    cal_image_free(mask);
    if (!status)
        return cal_output_commit(out, err);
    cal_output_abandon(out);
    return status;
}

static cal_status psf_extent(double *extent, cal_error *err)
{
    cal_image *psf;
    cal_status status = CAL_OK;
    if (psf_path && !(status = cal_image_read(psf_path, 0, &psf, err))) {
        *extent = cal_psf_extent(psf);
        cal_image_free(psf);
    }
    return status;
}

/* {"rms", "snr", "pixels"} of the annulus around the mask. */
static cal_status measure_near_field(const cal_image *image, const uint8_t *mask, float peak,
                                     jv *json, cal_error *err)
{
    double extent = 0, scale = 0;
    if (!mask)
        return cal_fail(err, CAL_USAGE, "the near field is around a mask: give --mask or --circle");
    if (largest_scale && cal_parse_quantity(largest_scale, "rad", NULL, &scale, err))
        return cal_prefix(err, "--las");
    cal_status status = psf_extent(&extent, err);
    if (status)
        return status;
    int64_t used = 0;
    uint8_t *annulus = CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image));
    status = cal_mask_near_field(image, mask, extent, scale, annulus, err);
    if (!status) {
        double rms = cal_rms_mad(image->pixel, cal_image_pixels(image), annulus, &used);
        *json = JV_OBJECT(jv_string("rms"), cal_json_float((float)rms), jv_string("snr"),
                          cal_json_float((float)(peak / rms)), jv_string("pixels"),
                          jv_number((double)used));
        if (near_field_path)
            status = save_near_field(image, annulus, err);
        if (status)
            jv_free(*json);
    }
    free(annulus);
    return status;
}

static cal_rms_method chosen_method(void)
{
    return !strcmp(rms_method, "mad")         ? CAL_RMS_MAD
           : !strcmp(rms_method, "chauvenet") ? CAL_RMS_CHAUVENET
                                              : CAL_RMS_AUTO;
}

static cal_status measure(const cal_image *image, jv *json, cal_error *err)
{
    uint8_t *view = NULL, *mask = NULL, *noise = NULL;
    cal_image_stats stats;
    jv near = jv_null();
    cal_status status = make_mask(image, &masks, &circles, CAL_REGION_CIRCLE, &mask, err);
    if (!status)
        status = make_mask(image, NULL, &boxes, CAL_REGION_BOX, &view, err);
    if (!status)
        status = make_mask(image, NULL, &annuli, CAL_REGION_ANNULUS, &noise, err);
    if (!status)
        status = cal_image_measure(image, view, mask, noise, chosen_method(), &stats, err);
    if (!status && near_field)
        status = measure_near_field(image, mask, stats.peak.value, &near, err);
    if (!status) {
        *json = cal_image_stats_json(image, &stats);
        cal_json_set(json, "near_field", near);
    }
    free(view);
    free(mask);
    free(noise);
    return status;
}

static cal_status measure_file(const char *path, jv *json, cal_error *err)
{
    cal_image *image;
    cal_status status = cal_image_read(path, (int)plane, &image, err);
    if (status)
        return status;
    if (image->planes > 1)
        cal_note("%s: plane %ld of %d", path, plane, image->planes);
    status = measure(image, json, err);
    cal_image_free(image);
    return status;
}

/* ---- text ---- */

static void place_text(jv image, const char *key, const char *label, const char *unit, cal_buf *out)
{
    jv place = cal_json_at(image, key), pixel = cal_json_at(place, "pixel");
    jv x = jv_array_get(jv_copy(pixel), 0), y = jv_array_get(pixel, 1);
    cal_buf_addf(out, "  %-10s %.6g %s at pixel (%.7g, %.7g)", label,
                 cal_json_number_at(place, "value", NAN), unit, jv_number_value(x),
                 jv_number_value(y));
    const char *ra = cal_json_text_at(place, "ra", NULL);
    if (ra)
        cal_buf_addf(out, ", %s %s", ra, cal_json_text_at(place, "dec", ""));
    cal_buf_add(out, "\n");
    jv_free(place);
}

static void header_text(jv image, cal_buf *out)
{
    jv beam = cal_json_at(image, "beam"), size = cal_json_at(image, "size");
    jv nx = jv_array_get(jv_copy(size), 0), ny = jv_array_get(size, 1);
    cal_buf_addf(out, "%s\n  %-10s %.0f x %.0f pixels", cal_json_text_at(image, "path", ""),
                 "image", jv_number_value(nx), jv_number_value(ny));
    if (cal_json_has(image, "cell_arcsec") && cal_json_number_at(image, "cell_arcsec", 0) > 0)
        cal_buf_addf(out, " of %.4g arcsec", cal_json_number_at(image, "cell_arcsec", 0));
    if (cal_json_number_at(image, "blank_pixels", 0) > 0)
        cal_buf_addf(out, ", %.0f blank", cal_json_number_at(image, "blank_pixels", 0));
    cal_buf_add(out, "\n");
    if (jv_get_kind(beam) == JV_KIND_OBJECT)
        cal_buf_addf(out, "  %-10s %.4g x %.4g arcsec at %.1f deg, %.4g pixels\n", "beam",
                     cal_json_number_at(beam, "major_arcsec", 0),
                     cal_json_number_at(beam, "minor_arcsec", 0),
                     cal_json_number_at(beam, "pa_deg", 0),
                     cal_json_number_at(image, "beam_pixels", 0));
    jv_free(beam);
}

static void noise_text(jv image, const char *unit, cal_buf *out)
{
    cal_buf_addf(
        out, "  %-10s %.6g %s (%s of %.0f pixels)\n  %-10s %.5g\n", "rms",
        cal_json_number_at(image, "rms", NAN), unit, cal_json_text_at(image, "rms_method", ""),
        cal_json_number_at(image, "rms_pixels", 0), "S/N", cal_json_number_at(image, "snr", NAN));
    jv near = cal_json_at(image, "near_field");
    if (jv_get_kind(near) == JV_KIND_OBJECT)
        cal_buf_addf(out, "  %-10s %.6g %s (mad of %.0f pixels), S/N %.5g\n", "near field",
                     cal_json_number_at(near, "rms", NAN), unit,
                     cal_json_number_at(near, "pixels", 0), cal_json_number_at(near, "snr", NAN));
    jv_free(near);
    if (cal_json_number_at(image, "mask_pixels", 0) > 0)
        cal_buf_addf(
            out, "  %-10s %.6g +- %.2g %s in %.0f pixels\n", "flux",
            cal_json_number_at(image, "flux", NAN), cal_json_number_at(image, "flux_error", NAN),
            strncmp(unit, "Jy", 2) ? unit : "Jy", cal_json_number_at(image, "mask_pixels", 0));
}

static void text(jv document, cal_buf *out)
{
    jv images = cal_json_at(document, "images");
    jv_array_foreach(images, i, image)
    {
        const char *unit = cal_json_text_at(image, "unit", "");
        header_text(image, out);
        place_text(image, "peak", "peak", unit, out);
        place_text(image, "peak_fit", "fitted", unit, out);
        place_text(image, "minimum", "minimum", unit, out);
        noise_text(image, unit, out);
        jv_free(image);
    }
    jv_free(images);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    jv images = jv_array(), one;
    cal_status status = CAL_OK;
    if (near_field_path && count > 1)
        status = cal_fail(err, CAL_USAGE, "--save-near-field is for one image, not for %d", count);
    near_field = near_field || near_field_path;
    for (int i = 0; !status && i < count; i++)
        if (!(status = measure_file(operand[i], &one, err)))
            cal_json_push(&images, one);
    cal_words *lists[] = {&masks, &boxes, &circles, &annuli};
    for (size_t i = 0; i < CAL_COUNT(lists); i++)
        cal_words_free(lists[i]);
    if (!status)
        return cal_print(JV_OBJECT(jv_string("images"), images), text, err);
    jv_free(images);
    return status;
}

static const cal_tool tool = {
    .name = "image-stats",
    .group = CAL_GROUP_IMAGES,
    .brief = "peak, noise, signal to noise and flux of FITS images",
    .operands = "FITS...",
    .min_operands = 1,
    .max_operands = -1,
    .about = "Prints for every image the highest and the lowest pixel with their places on the "
             "sky, the peak of a parabola through the "
             "highest pixel and its neighbours, the rms noise and the signal to noise. With a mask "
             "(a FITS file, or circles) the noise "
             "is measured outside of it and the flux inside.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"How good is this image?", "image-stats eb1-image.fits"},
            {"Before and after, on the same mask",
             "image-stats --mask eb1.mask.fits before-image.fits after-image.fits"},
            {"Flux of a source, noise around it",
             "image-stats --circle 10h08m00.0s,+07d30m16s,5arcsec --annulus 256,256,40,80 a.fits"},
            {"The S/N alone", "image-stats --jq '.images[].snr' eb1-image.fits"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

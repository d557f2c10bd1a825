/* Images as they stand in the state. */
#include "base/mem.h"
#include "selfcal/picture_parts.h"
#include <math.h>
#include <stddef.h>

static const struct {
    const char *key;
    size_t offset;
} texts[] = {{"image", offsetof(cal_picture, image)}, {"residual", offsetof(cal_picture, residual)},
             {"model", offsetof(cal_picture, model)}, {"psf", offsetof(cal_picture, psf)},
             {"dirty", offsetof(cal_picture, dirty)}, {"mask", offsetof(cal_picture, mask)}},
  numbers[] = {{"peak", offsetof(cal_picture, peak)},
               {"SNR", offsetof(cal_picture, snr)},
               {"RMS", offsetof(cal_picture, rms)},
               {"SNR_NF", offsetof(cal_picture, snr_nf)},
               {"RMS_NF", offsetof(cal_picture, rms_nf)},
               {"intflux", offsetof(cal_picture, intflux)},
               {"e_intflux", offsetof(cal_picture, e_intflux)},
               {"peak_ra_deg", offsetof(cal_picture, peak_ra_deg)},
               {"peak_dec_deg", offsetof(cal_picture, peak_dec_deg)},
               {"Beam_major", offsetof(cal_picture, beam_major)},
               {"Beam_minor", offsetof(cal_picture, beam_minor)},
               {"Beam_PA", offsetof(cal_picture, beam_pa)},
               {"model_flux", offsetof(cal_picture, model_flux)},
               {"model_max", offsetof(cal_picture, model_max)},
               {"mask_pixels", offsetof(cal_picture, mask_pixels)},
               {"sidelobe", offsetof(cal_picture, sidelobe)}};

static jv picture_json(const cal_picture *p)
{
    jv object = jv_object();
    for (size_t i = 0; i < CAL_COUNT(texts); i++)
        cal_json_set(&object, texts[i].key,
                     cal_json_text(*(char *const *)((const char *)p + texts[i].offset)));
    for (size_t i = 0; i < CAL_COUNT(numbers); i++)
        cal_json_set(&object, numbers[i].key,
                     cal_json_double(*(const double *)((const char *)p + numbers[i].offset)));
    return object;
}

jv cal_pictures_json(const cal_pictures *pictures)
{
    jv list = jv_array();
    for (int f = 0; f < pictures->fields; f++)
        cal_json_push(&list, picture_json(&pictures->field[f]));
    return JV_OBJECT(jv_string("best"), jv_number(pictures->best), jv_string("fields"), list);
}

static void read_picture(jv object, cal_picture *p)
{
    for (size_t i = 0; i < CAL_COUNT(texts); i++)
        *(char **)((char *)p + texts[i].offset) =
            cal_copy_text(cal_json_text_at(object, texts[i].key, NULL));
    for (size_t i = 0; i < CAL_COUNT(numbers); i++)
        *(double *)((char *)p + numbers[i].offset) =
            cal_json_number_at(object, numbers[i].key, NAN);
}

cal_status cal_pictures_read(jv json, cal_pictures *pictures, cal_error *err)
{
    jv list = cal_json_at(json, "fields");
    cal_status status = CAL_OK;
    *pictures = (cal_pictures){0};
    if (jv_get_kind(list) != JV_KIND_ARRAY || jv_array_length(jv_copy(list)) < 1) {
        jv_free(list);
        return cal_fail(err, CAL_USAGE, "images: a list \"fields\" with at least one is wanted");
    }
    pictures->fields = jv_array_length(jv_copy(list));
    pictures->field = CAL_NEW_ARRAY(cal_picture, pictures->fields);
    jv_array_foreach(list, f, item)
    {
        read_picture(item, &pictures->field[f]);
        if (!pictures->field[f].image && !status)
            status = cal_fail(err, CAL_USAGE, "images: field %d has no \"image\"", f);
        jv_free(item);
    }
    jv_free(list);
    cal_pictures_choose(pictures);
    if (status)
        cal_pictures_free(pictures);
    return status;
}

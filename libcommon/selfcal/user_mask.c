#include "selfcal/user_mask.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "image/crtf.h"
#include <math.h>
#include <string.h>

static const double arcsec = CAL_PI / 180 / 3600;

const char *cal_user_mask(jv target)
{
    return cal_json_text_at(target, "mask", "");
}

static double side(jv target, int index)
{
    jv size = cal_json_at(target, "imsize");
    jv item = jv_get_kind(size) == JV_KIND_ARRAY ? jv_array_get(jv_copy(size), index) : jv_null();
    double pixels = jv_get_kind(item) == JV_KIND_NUMBER ? jv_number_value(item) : 0;
    jv_free(item);
    jv_free(size);
    return pixels;
}

static cal_status count_field(jv target, jv field, const char *text, size_t *inside, cal_error *err)
{
    const double most = 65536;
    double nx = side(target, 0), ny = side(target, 1);
    double cell = cal_json_number_at(target, "cell_arcsec", 0) * arcsec;
    if (!(nx >= 1 && ny >= 1 && nx <= most && ny <= most && cell > 0))
        return cal_fail(err, CAL_USAGE, "mask: the target has no imsize and cell_arcsec");
    cal_image *image =
        cal_image_of_sky((int)nx, (int)ny, cell, cal_json_number_at(field, "ra_rad", NAN),
                         cal_json_number_at(field, "dec_rad", NAN));
    uint8_t *mask = CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image));
    cal_status status = cal_mask_add_text(image, text, mask, inside, err);
    free(mask);
    cal_image_free(image);
    return status;
}

cal_status cal_user_mask_pixels(jv target, const char *text, size_t *inside, cal_error *err)
{
    jv fields = cal_json_at(target, "sub-fields");
    int count = jv_get_kind(fields) == JV_KIND_ARRAY ? jv_array_length(jv_copy(fields)) : 0;
    cal_status status = CAL_OK;
    *inside = 0;
    for (int i = 0; i < count && !status; i++) {
        jv field = jv_array_get(jv_copy(fields), i);
        size_t here = 0;
        status = count_field(target, field, text, &here, err);
        *inside += here;
        jv_free(field);
    }
    jv_free(fields);
    return status;
}

cal_status cal_user_mask_give(const char *text, jv *targets, cal_error *err)
{
    int given = 0, count = jv_array_length(jv_copy(*targets));
    cal_status status = CAL_OK;
    for (int i = 0; i < count && !status; i++) {
        jv target = jv_array_get(jv_copy(*targets), i);
        size_t inside = 0;
        if (*text)
            status = cal_user_mask_pixels(target, text, &inside, err);
        given += inside > 0;
        cal_json_set(&target, "mask", inside ? jv_string(text) : jv_null());
        *targets = jv_array_set(*targets, i, target);
    }
    if (!status && *text && !given)
        status = cal_fail(err, CAL_DATA, "mask %s: no pixel of any target's image is in it", text);
    return status;
}

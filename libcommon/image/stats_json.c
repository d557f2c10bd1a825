/* An image's statistics as JSON. */
#include "base/angle.h"
#include "base/json.h"
#include "base/number.h"
#include "image/stats.h"
#include <math.h>

static const double arcsec = CAL_PI / 180 / 3600;

/* {"major_arcsec", "minor_arcsec", "pa_deg"}, or null. */
static jv beam_json(const cal_beam *beam)
{
    if (!(beam->major > 0))
        return jv_null();
    return JV_OBJECT(jv_string("major_arcsec"), cal_json_float((float)(beam->major / arcsec)),
                     jv_string("minor_arcsec"), cal_json_float((float)(beam->minor / arcsec)),
                     jv_string("pa_deg"), cal_json_float((float)(beam->angle / arcsec / 3600)));
}

/* Decimals of the arcsecond that tell a tenth of a pixel: 3 to 9. */
static int digits_for(const cal_image *image)
{
    double cell = cal_image_cell(image) / arcsec;
    return cell > 0 ? (int)fmin(fmax(ceil(-log10(cell)) + 1, 3), 9) : 3;
}

/* {"pixel": [x, y], "ra_deg", "dec_deg", "ra", "dec"}; sky null where there is none. */
static jv place_json(const cal_image *image, double x, double y, jv value)
{
    double ra, dec;
    char text[40];
    int digits = digits_for(image);
    jv place = JV_OBJECT(jv_string("value"), value, jv_string("pixel"),
                         JV_ARRAY(cal_json_float((float)x), cal_json_float((float)y)));
    bool sky = cal_image_to_sky(image, x, y, &ra, &dec);
    cal_json_set(&place, "ra_deg", sky ? cal_json_double(ra * 180 / CAL_PI) : jv_null());
    cal_json_set(&place, "dec_deg", sky ? cal_json_double(dec * 180 / CAL_PI) : jv_null());
    cal_json_set(&place, "ra", sky ? jv_string(cal_ra_text(ra, digits + 1, text)) : jv_null());
    cal_json_set(&place, "dec", sky ? jv_string(cal_dec_text(dec, digits, text)) : jv_null());
    return place;
}

jv cal_image_stats_json(const cal_image *image, const cal_image_stats *s)
{
    jv json = JV_OBJECT(jv_string("path"), cal_json_text(image->path), jv_string("size"),
                        JV_ARRAY(jv_number(image->nx), jv_number(image->ny)), jv_string("planes"),
                        jv_number(image->planes), jv_string("unit"),
                        *image->unit ? cal_json_text(image->unit) : jv_null());
    double cell = cal_image_cell(image) / arcsec;
    cal_json_set(&json, "freq_hz", image->freq > 0 ? cal_json_double(image->freq) : jv_null());
    cal_json_set(&json, "cell_arcsec", cell > 0 ? cal_json_float((float)cell) : jv_null());
    cal_json_set(&json, "beam", beam_json(&image->beam));
    cal_json_set(&json, "beam_pixels", cal_json_float((float)cal_image_beam_pixels(image)));
    cal_json_set(&json, "pixels", jv_number((double)s->pixels));
    cal_json_set(&json, "blank_pixels", jv_number((double)s->blank));
    cal_json_set(&json, "peak",
                 place_json(image, s->peak.x, s->peak.y, cal_json_float(s->peak.value)));
    cal_json_set(
        &json, "peak_fit",
        place_json(image, s->vertex.x, s->vertex.y, cal_json_float((float)s->vertex.value)));
    cal_json_set(&json, "minimum",
                 place_json(image, s->minimum.x, s->minimum.y, cal_json_float(s->minimum.value)));
    cal_json_set(&json, "mean", cal_json_float((float)s->mean));
    cal_json_set(&json, "rms", cal_json_float((float)s->rms));
    cal_json_set(&json, "rms_method", jv_string(s->method == CAL_RMS_MAD ? "mad" : "chauvenet"));
    cal_json_set(&json, "rms_pixels", jv_number((double)s->rms_pixels));
    cal_json_set(&json, "snr", cal_json_float((float)s->snr));
    cal_json_set(&json, "mask_pixels", jv_number((double)s->mask_pixels));
    cal_json_set(&json, "flux", cal_json_float((float)s->flux));
    cal_json_set(&json, "flux_error", cal_json_float((float)s->flux_error));
    return json;
}

/* Where a target stands: target.state and the numbers beside it. */
#include "base/buf.h"
#include "base/mem.h"
#include "selfcal/applied.h"
#include "selfcal/expect.h"
#include "selfcal/step_parts.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

jv cal_json_format(const char *format, ...)
{
    char *text = NULL;
    va_list list;
    va_start(list, format);
    int length = vasprintf(&text, format, list);
    va_end(list);
    jv value = jv_string(length < 0 ? "" : text);
    free(text);
    return value;
}

jv cal_stand(const cal_work *work)
{
    return cal_json_at(work->target, "state");
}

void cal_stand_set(cal_work *work, const char *key, jv value)
{
    jv stand = cal_stand(work);
    cal_json_set(&work->target, "state", jv_null()); /* one owner: changed in place */
    cal_json_set(&stand, key, value);
    cal_json_set(&work->target, "state", stand);
}

double cal_stand_number(const cal_work *work, const char *key)
{
    jv stand = cal_stand(work);
    double value = cal_json_number_at(stand, key, NAN);
    jv_free(stand);
    return value;
}

void cal_next_is(cal_work *work, const char *next)
{
    cal_stand_set(work, "next", *next ? jv_string(next) : jv_null());
}

/* A first solution that did not help by itself was kept for what should follow; nothing did. */
static void revoke_marginal(cal_work *work)
{
    cal_drop_chain(work);
    cal_stand_set(work, "SC_success", jv_false());
    cal_stand_set(work, "final_solint", jv_null());
    cal_stand_set(work, "final_phase_solint", jv_null());
}

void cal_stop_solving(cal_work *work, const char *reason)
{
    jv stand = cal_stand(work);
    bool marginal = cal_json_bool_at(stand, "marginal", false);
    jv_free(stand);
    if (marginal)
        revoke_marginal(work);
    if (marginal && !reason)
        reason = "no solution interval after the first one helped";
    cal_stand_set(work, "Stop_Reason", reason ? jv_string(reason) : jv_null());
    cal_next_is(work, "final");
}

/* ---- images ---- */

cal_image_numbers cal_picture_numbers(const cal_pictures *pictures)
{
    const cal_picture *best = &pictures->field[pictures->best];
    return (cal_image_numbers){
        .snr = best->snr,
        .rms = best->rms,
        .snr_nf = best->snr_nf,
        .rms_nf = best->rms_nf,
        .flux_snr = best->e_intflux > 0 ? best->intflux / best->e_intflux : NAN,
        .beam_area = best->beam_major * best->beam_minor,
    };
}

double cal_pictures_joint_snr(const cal_pictures *pictures)
{
    double sum = 0;
    for (int f = 0; f < pictures->fields; f++) {
        const cal_picture *p = &pictures->field[f];
        double flux = p->e_intflux > 0 ? p->intflux / p->e_intflux : NAN, snr = fmax(p->snr, flux);
        sum += snr > 0 ? snr * snr : 0;
    }
    return sqrt(sum);
}

void cal_pictures_tell_losses(const cal_pictures *pre, const cal_pictures *post, double tolerance,
                              cal_words *words)
{
    const double source = 5;
    for (int f = 0; f < pre->fields && f < post->fields; f++) {
        double before = pre->field[f].snr, after = post->field[f].snr;
        if (f == post->best || !(before >= source) || after >= (1 - tolerance) * before)
            continue;
        char *text = cal_format("pointing %d loses: S/N %.4g to %.4g", f, before, after);
        cal_words_add(words, text);
        free(text);
    }
}

cal_status cal_newest_pictures(const cal_work *work, cal_pictures *pictures, cal_error *err)
{
    jv stand = cal_stand(work), images = cal_json_at(stand, "images");
    cal_status status = cal_pictures_read(images, pictures, err);
    jv_free(images);
    jv_free(stand);
    return status ? cal_prefix(err, "state.images") : CAL_OK;
}

static double lowest(double old, double value)
{
    return isnan(old) || value < old ? value : old;
}

void cal_keep_pictures(cal_work *work, const cal_pictures *pictures)
{
    const cal_image_numbers now = cal_picture_numbers(pictures);
    double rms = lowest(cal_stand_number(work, "RMS"), now.rms);
    double rms_nf =
        lowest(cal_stand_number(work, "RMS_NF"), isnan(now.rms_nf) ? now.rms : now.rms_nf);
    cal_stand_set(work, "images", cal_pictures_json(pictures));
    cal_stand_set(work, "SNR", cal_json_double(now.snr));
    cal_stand_set(work, "SNR_NF", cal_json_double(now.snr_nf));
    cal_stand_set(work, "flux_SNR", cal_json_double(now.flux_snr));
    cal_stand_set(work, "RMS", cal_json_double(rms));
    cal_stand_set(work, "RMS_NF", cal_json_double(rms_nf));
    cal_expect_snr(work, fmax(now.snr, now.flux_snr));
    double first = cal_json_number_at(work->target, "SNR_NF_orig", NAN);
    cal_expect_depths(work, isnan(first) ? now.snr : first, rms_nf);
}

void cal_keep_numbers(cal_work *work, const cal_pictures *pictures, const char *suffix)
{
    const cal_picture *best = &pictures->field[pictures->best];
    const struct {
        const char *key;
        double value;
    } number[] = {{"SNR", best->snr},
                  {"RMS", best->rms},
                  {"SNR_NF", best->snr_nf},
                  {"RMS_NF", best->rms_nf},
                  {"intflux", best->intflux},
                  {"e_intflux", best->e_intflux},
                  {"Beam_major", best->beam_major},
                  {"Beam_minor", best->beam_minor},
                  {"Beam_PA", best->beam_pa}};
    for (size_t i = 0; i < CAL_COUNT(number); i++) {
        char key[40];
        snprintf(key, sizeof key, "%s_%s", number[i].key, suffix);
        cal_json_set(&work->target, key, cal_json_double(number[i].value));
    }
}

/* Why a target stopped. The state keeps the pipeline's name for the reason, which says neither how much was missing nor what to do. */
#include "base/mem.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <string.h>

static const char too_low[] = "Estimated_SNR_too_low_for_solint ",
                  empty[] = "Empty_model_for_solint ";
static const double hardly = 10; /* S/N of an image below which it may be a peak of bad phases */

/* Raw phases leave nothing of a source that may be strong. */
static bool may_be_raw(jv state, jv target)
{
    jv recipe = cal_json_at(state, "recipe"), stand = cal_json_at(target, "state");
    bool told = !strcmp(cal_json_text_at(recipe, "name", ""), "raw_phases"),
         success = cal_json_bool_at(stand, "SC_success", false);
    jv_free(recipe);
    jv_free(stand);
    return !told && !success && cal_report_number(target, "SNR_orig") < hardly;
}

static void too_low_words(jv state, jv target, const char *solint, cal_buf *words)
{
    char snr[CAL_REPORT_TEXT];
    jv entry = cal_json_find(target, "solints", "solint", solint, NULL),
       settings = cal_json_at(state, "settings");
    double expected = cal_report_number(entry, "solint_snr"),
           wanted = cal_report_number(settings, "minsnr_to_proceed");
    if (isnan(expected))
        cal_buf_addf(words, "too little S/N is to be expected of a solution of %s", solint);
    else
        cal_buf_addf(words, "a solution of %s would have an S/N of %.3g", solint, expected);
    if (!isnan(wanted))
        cal_buf_addf(words, ", and %.6g is wanted (minsnr_to_proceed)", wanted);
    if (may_be_raw(state, target))
        cal_buf_addf(words,
                     "; the first image hardly shows a source (S/N %s): if its phases were never "
                     "calibrated, plan again with --recipe raw_phases",
                     cal_report_snr(cal_report_number(target, "SNR_orig"), snr));
    jv_free(entry);
    jv_free(settings);
}

static const char *behind(const char *text, const char *start)
{
    size_t length = strlen(start);
    return strncmp(text, start, length) ? NULL : text + length;
}

char *cal_report_stop(jv state, jv target)
{
    jv stand = cal_json_at(target, "state");
    const char *reason = cal_json_text_at(stand, "Stop_Reason", NULL), *rest = "";
    const char *low = reason ? behind(reason, too_low) : NULL,
               *none = reason ? behind(reason, empty) : NULL, *name = low ?: none;
    cal_buf words = {0};
    if (name) {
        int length = (int)strcspn(name, ";");
        char *solint = cal_format("%.*s", length, name);
        rest = name + length; /* what was tried afterwards */
        if (low)
            too_low_words(state, target, solint, &words);
        else
            cal_buf_addf(&words, "the image before %s shows no source to solve against", solint);
        free(solint);
    } else
        cal_buf_add(&words, reason ?: "");
    cal_buf_add(&words, rest);
    jv_free(stand);
    if (reason)
        return cal_buf_steal(&words);
    cal_buf_free(&words);
    return NULL;
}

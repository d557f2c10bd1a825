/* What a target was like before self-calibration. The first image is cleaned as little as its phases allow; where they are good, as in data that are
 * calibrated again, most of what is better in the last image comes of cleaning. */
#include "base/mem.h"
#include "selfcal/report_parts.h"
#include <string.h>

static const double clearly = 1.1; /* better: what less comes of is no matter of depth */

/* Only where something was accepted: else the first image is the last one too. */
static jv prior_of_first(jv target, jv *rung)
{
    jv state = cal_json_at(target, "state");
    bool success = cal_json_bool_at(state, "SC_success", false);
    jv_free(state);
    *rung = success ? cal_report_first_rung(target) : jv_null();
    jv picture = cal_report_picture(*rung, "prior"),
       numbers = cal_report_image_numbers(picture, "");
    jv_free(picture);
    return numbers;
}

jv cal_report_initial(jv target)
{
    jv rung, numbers = cal_report_image_numbers(target, "orig"),
             prior = prior_of_first(target, &rung);
    bool better = cal_report_number(prior, "snr") > clearly * cal_report_number(numbers, "snr");
    jv initial = jv_copy(better ? prior : numbers);
    cal_json_set(&initial, "prior_of", better ? cal_json_at(rung, "solint") : jv_null());
    cal_json_set(&initial, "snr_orig", cal_json_double(cal_report_number(target, "SNR_orig")));
    jv_free(numbers);
    jv_free(prior);
    jv_free(rung);
    return initial;
}

jv cal_report_initial_step(jv target, jv initial, const char **which)
{
    bool prior = cal_json_has(initial, "prior_of");
    *which = prior ? "prior" : "post";
    return prior ? cal_report_first_rung(target) : cal_report_step(target, "initial");
}

char *cal_report_initial_words(jv numbers)
{
    char snr[CAL_REPORT_TEXT];
    jv initial = cal_json_at(numbers, "initial");
    const char *prior = cal_json_text_at(initial, "prior_of", NULL);
    char *words =
        prior ? cal_format("Before is the image that %s began with, cleaned as deeply as "
                           "what follows; the first one, cleaned less, has an S/N of %s",
                           prior, cal_report_snr(cal_report_number(initial, "snr_orig"), snr))
              : cal_copy_text("");
    jv_free(initial);
    return words;
}

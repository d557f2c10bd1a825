/* A state for people: where each target stands and what was decided. */
#include "base/mem.h"
#include "selfcal/report.h"
#include "selfcal/step.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 14 }; /* characters: "inf_EB_ap (2)" */

/* The decision without the name of the interval, which stands before it. */
static const char *without_name(const char *decision, const char *solint)
{
    size_t length = strlen(solint);
    if (!length || strncmp(decision, solint, length) || !strchr(" :", decision[length]))
        return decision;
    decision += length;
    return decision + strspn(decision, " :");
}

/* What begins with "left alone: " and the pipeline's reason, in words. */
static char *in_words(const char *decision, const char *reason, const char *words)
{
    const char *end = reason ? strstr(decision, reason) : NULL;
    return end && words ? cal_format("%.*s%s", (int)(end - decision), decision, words)
                        : cal_copy_text(decision);
}

static void decision_text(jv step, const char *reason, const char *words, cal_buf *out)
{
    char interval[CAL_REPORT_TEXT];
    const char *solint = cal_json_text_at(step, "solint", ""),
               *name = *solint ? cal_report_interval(step, interval)
                               : cal_json_text_at(step, "step", "?");
    char *decision = in_words(cal_json_text_at(step, "decision", ""), reason, words);
    size_t start = out->len;
    cal_buf_addf(out, "  %-*s ", NAMES, name);
    cal_buf_add_wrapped(out, without_name(decision, solint), (int)(out->len - start), NAMES + 3,
                        CAL_REPORT_PAGE);
    free(decision);
}

static void decisions_text(jv state, jv target, cal_buf *out)
{
    jv steps = cal_json_list_at(target, "steps"), stand = cal_json_at(target, "state");
    char *words = cal_report_stop(state, target);
    jv_array_foreach(steps, i, step)
    {
        decision_text(step, cal_json_text_at(stand, "Stop_Reason", NULL), words, out);
        jv_free(step);
    }
    free(words);
    jv_free(stand);
    jv_free(steps);
}

static void target_text(jv state, jv target, cal_buf *out)
{
    jv stand = cal_json_at(target, "state");
    char *next = cal_step_next(target);
    double snr = cal_json_number_at(stand, "SNR", NAN);
    cal_buf_addf(out, "%s, %s: ", cal_json_text_at(target, "target", "?"),
                 cal_json_text_at(target, "band", "?"));
    if (!isnan(snr))
        cal_buf_addf(out, "S/N %.4g, ", snr);
    if (next)
        cal_buf_addf(out, "next %s\n", next);
    else
        cal_buf_addf(out, "%s\n", cal_json_text_at(stand, "stage", "done"));
    decisions_text(state, target, out);
    free(next);
    jv_free(stand);
}

void cal_step_text(jv state, cal_buf *out)
{
    jv targets = cal_json_at(state, "targets");
    jv_array_foreach(targets, i, target)
    {
        target_text(state, target, out);
        jv_free(target);
    }
    jv_free(targets);
}

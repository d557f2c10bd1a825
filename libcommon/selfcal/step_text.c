/* A state for people: where each target stands and what was decided. */
#include "base/grid.h"
#include "base/mem.h"
#include "selfcal/step.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void decisions_text(jv target, cal_buf *out)
{
    jv steps = cal_json_at(target, "steps");
    if (jv_get_kind(steps) == JV_KIND_ARRAY) {
        jv_array_foreach(steps, i, step)
        {
            cal_buf_addf(out, "  %-8s %s\n", cal_json_text_at(step, "step", "?"),
                         cal_json_text_at(step, "decision", ""));
            jv_free(step);
        }
    }
    jv_free(steps);
}

static void target_text(jv target, cal_buf *out)
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
    decisions_text(target, out);
    free(next);
    jv_free(stand);
}

void cal_step_text(jv state, cal_buf *out)
{
    jv targets = cal_json_at(state, "targets");
    jv_array_foreach(targets, i, target)
    {
        target_text(target, out);
        jv_free(target);
    }
    jv_free(targets);
}

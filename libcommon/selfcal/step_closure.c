#include "selfcal/step_closure.h"

#include "base/buf.h"
#include "base/mem.h"
#include "selfcal/applied.h"
#include <math.h>
#include <string.h>

bool cal_by_closure(const cal_work *work)
{
    return !strcmp(work->settings->verdict, "closure");
}

cal_status cal_measure_closure(cal_work *work, cal_closure *sum, cal_error *err)
{
    const char *uvrange = cal_json_text_at(work->target, "uvrange", "");
    const cal_select_text select = {.uvrange = *uvrange ? uvrange : NULL};
    cal_status status = cal_restore_flags(work, err);
    *sum = (cal_closure){0};
    for (int b = 0; b < cal_work_blocks(work) && !status; b++) {
        jv block = cal_work_block(work, b);
        status = cal_closure_add(cal_json_text_at(block, "vis", ""), &select, sum, err);
        jv_free(block);
    }
    return status;
}

void cal_keep_closure(cal_work *work, const char *key, const cal_closure *sum)
{
    bool first = !strcmp(key, "closure_orig");
    if (!first || !cal_json_has(work->target, key))
        cal_json_set(&work->target, key, cal_closure_json(sum));
}

char *cal_closure_words(const cal_work *work)
{
    jv first = cal_json_at(work->target, "closure_orig"),
       last = cal_json_at(work->target, "closure_final");
    cal_buf text = {0};
    if (jv_get_kind(first) == JV_KIND_OBJECT && jv_get_kind(last) == JV_KIND_OBJECT)
        cal_buf_addf(&text, "closure chi2 %.4g, %.4g before; closure phases off by %.3g deg, %.3g",
                     cal_json_number_at(last, "chi2", NAN), cal_json_number_at(first, "chi2", NAN),
                     cal_json_number_at(last, "phase_rms_deg", NAN),
                     cal_json_number_at(first, "phase_rms_deg", NAN));
    jv_free(first);
    jv_free(last);
    char *words = cal_copy_text(cal_buf_text(&text));
    cal_buf_free(&text);
    return words;
}

/* Whether a state, and the piece to go to, are such that work can begin. */
#include "base/mem.h"
#include "selfcal/plan_check.h"
#include "selfcal/step.h"
#include "selfcal/step_parts.h"
#include <string.h>

static bool is_missing_input(jv finding)
{
    const char *key = strrchr(cal_json_text_at(finding, "place", ""), '.');
    return key && !strcmp(key, ".original");
}

cal_status cal_step_check(jv state, const char *name, const char *folder, cal_error *err)
{
    const cal_place top = {.name = name};
    if (cal_doc_object(state, &top, err))
        return err->status;
    jv findings = cal_plan_check(state, folder);
    cal_status status = CAL_OK;
    if (jv_array_length(jv_copy(findings))) {
        jv first = jv_array_get(jv_copy(findings), 0);
        status =
            cal_fail(err, is_missing_input(first) ? CAL_INPUT : CAL_USAGE,
                     "%s: %s: %s (%s); %s; selfcal-plan --check tells all", name,
                     cal_json_text_at(first, "place", "?"), cal_json_text_at(first, "what", ""),
                     cal_json_text_at(first, "why", ""), cal_json_text_at(first, "do", ""));
        jv_free(first);
    }
    jv_free(findings);
    return status;
}

static bool target_has(jv target, const char *name)
{
    jv list = cal_json_at(target, "solints");
    bool found = false;
    jv_array_foreach(list, i, entry)
    {
        found = found || !strcmp(cal_json_text_at(entry, "solint", ""), name);
        jv_free(entry);
    }
    jv_free(list);
    return found;
}

static bool has_piece(jv state, const char *name)
{
    static const char *const always[] = {"split", "initial", "final", "cocal"};
    jv targets = cal_json_at(state, "targets");
    bool found = false;
    for (size_t i = 0; i < CAL_COUNT(always); i++)
        found = found || !strcmp(name, always[i]);
    jv_array_foreach(targets, t, target)
    {
        found = found || target_has(target, name);
        jv_free(target);
    }
    jv_free(targets);
    return found;
}

cal_status cal_step_check_until(jv state, const char *name, cal_error *err)
{
    if (!name || has_piece(state, name))
        return CAL_OK;
    return cal_fail(err, CAL_USAGE,
                    "--until: no piece is called %s; there are split, initial, the solution "
                    "intervals of the plan, and final",
                    name);
}

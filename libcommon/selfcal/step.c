#include "selfcal/step.h"

#include "base/mem.h"
#include "base/output.h"
#include "selfcal/journal.h"
#include "selfcal/step_parts.h"
#include <string.h>

/* When all are through, those without success go on with the solutions of others. */
static cal_status run_several(jv *state, const cal_step_wish *wish, cal_error *err)
{
    cal_status status = cal_step_run_several(state, wish, err);
    bool further = wish->all && !(wish->until && !strcmp(wish->until, "cocal"));
    if (status || !cal_lend_solutions(state) || !further)
        return status;
    return cal_step_run_several(state, wish, err);
}

static cal_status run_alone(jv *state, const cal_step_wish *wish, cal_error *err)
{
    if (wish->file || !wish->all)
        return cal_step_run(state, wish, wish->file, err);
    char *journal = cal_journal_path(cal_json_text_at(*state, "workdir", "."), *state);
    jv kept = wish->fresh ? jv_null() : cal_journal_read(journal);
    if (jv_get_kind(kept) == JV_KIND_OBJECT) {
        jv_free(*state);
        *state = kept;
    }
    cal_status status = wish->fresh ? cal_journal_write(journal, *state, err) : CAL_OK;
    if (!status)
        status = cal_step_run(state, wish, journal, err);
    free(journal);
    return status;
}

static cal_status run_state(jv *state, const cal_step_wish *wish, cal_error *err)
{
    if (cal_state_targets(*state) > 1)
        return run_several(state, wish, err);
    cal_status status = run_alone(state, wish, err);
    if (!status)
        cal_lend_solutions(state);
    return status;
}

cal_status cal_selfcal_step(jv state, const cal_step_wish *wish, jv *next, cal_error *err)
{
    state = cal_step_begin(state);
    cal_status status = cal_step_check_until(state, wish->until, err);
    if (!status)
        status = cal_folder_make(cal_json_text_at(state, "workdir", "."), err);
    if (!status)
        status = run_state(&state, wish, err);
    cal_state_set_stage(&state);
    if (!status && wish->file && cal_state_targets(state) > 1)
        status = cal_journal_write(wish->file, state, err);
    *next = state;
    return status;
}

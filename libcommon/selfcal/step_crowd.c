/* Several targets: a process for each, which works on a journal. */
#include "base/ask.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "selfcal/journal.h"
#include "selfcal/step_parts.h"
#include <stdio.h>

typedef struct crowd {
    const cal_step_wish *wish;
    char **journal;    /* [targets], NULL for one that is through */
    cal_error *failed; /* [targets] */
    int jobs;
} crowd;

static jv only_target(jv state, int index)
{
    jv alone = jv_copy(state);
    cal_json_set(&alone, "targets", JV_ARRAY(cal_state_target(state, index)));
    return alone;
}

static void add_option(cal_words *argv, const char *option, const char *value)
{
    if (!value)
        return;
    cal_words_add(argv, option);
    cal_words_add(argv, value);
}

static void run_child(void *user, int item, int worker)
{
    (void)worker;
    const crowd *all = user;
    if (!all->journal[item])
        return;
    cal_words argv = cal_words_split("selfcal-step", ' ');
    char jobs[20];
    jv answer;
    snprintf(jobs, sizeof jobs, "%d", all->jobs);
    cal_words_add(&argv, "--jobs");
    cal_words_add(&argv, jobs);
    if (all->wish->all)
        cal_words_add(&argv, "--all");
    add_option(&argv, "--until", all->wish->until);
    add_option(&argv, "--timing", all->wish->timing);
    cal_words_add(&argv, "--");
    cal_words_add(&argv, all->journal[item]);
    cal_ask_tool(&argv, &answer, &all->failed[item]);
    jv_free(answer);
    cal_words_free(&argv);
    cal_progress_add(1);
}

/* What is in the journal, or for a single piece and without one the state, goes to the child. */
static cal_status prepare(const crowd *all, const char *folder, jv state, int index, cal_error *err)
{
    if (cal_state_is_through(state, index))
        return CAL_OK;
    jv alone = only_target(state, index), kept = jv_null();
    all->journal[index] = cal_journal_path(folder, alone);
    if (all->wish->all && !all->wish->fresh)
        kept = cal_journal_read(all->journal[index]);
    cal_status status = CAL_OK;
    if (jv_get_kind(kept) == JV_KIND_NULL)
        status = cal_journal_write(all->journal[index], alone, err);
    jv_free(kept);
    jv_free(alone);
    return status;
}

static cal_status collect(const crowd *all, jv *state, int index, cal_error *err)
{
    jv alone;
    if (!all->journal[index])
        return CAL_OK;
    if (cal_json_read(all->journal[index], &alone, err))
        return err->status;
    cal_state_put_target(state, index, cal_state_target(alone, 0));
    jv_free(alone);
    if (!all->wish->all)
        cal_remove_tree(all->journal[index], NULL);
    return CAL_OK;
}

/* A target that failed does not stop the others; its error comes out when they are done. */
cal_status cal_step_run_several(jv *state, const cal_step_wish *wish, cal_error *err)
{
    int targets = cal_state_targets(*state), cores = cal_jobs(wish->jobs);
    int busy = targets - cal_state_through(*state);
    int at_a_time = cores < busy ? cores : busy > 0 ? busy : 1;
    const char *folder = cal_json_text_at(*state, "workdir", ".");
    crowd all = {.wish = wish, .jobs = cores / at_a_time};
    all.journal = CAL_NEW_ARRAY(char *, targets);
    all.failed = CAL_NEW_ARRAY(cal_error, targets);
    cal_status status = CAL_OK;
    for (int i = 0; i < targets && !status; i++)
        status = prepare(&all, folder, *state, i, err);
    if (!status) {
        cal_progress_start("self-calibration", "targets", busy);
        cal_parallel(at_a_time, targets, run_child, &all);
        cal_progress_end();
    }
    for (int i = 0; i < targets && !status; i++)
        status = collect(&all, state, i, err);
    for (int i = targets - 1; i >= 0 && !status; i--)
        if (all.failed[i].status)
            *err = all.failed[i];
    status = status ? status : err->status;
    for (int i = 0; i < targets; i++)
        free(all.journal[i]);
    free(all.journal);
    free(all.failed);
    return status;
}

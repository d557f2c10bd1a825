#include "selfcal/step.h"

#include "base/ask.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/text.h"
#include "selfcal/journal.h"
#include "selfcal/step_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- one piece of one target ---- */

typedef cal_status step_piece(cal_work *work, jv *entry, cal_error *err);

static cal_status do_piece(cal_work *work, const char *next, jv *entry, cal_error *err)
{
    static const struct {
        const char *name;
        step_piece *run;
    } named[] = {{"split", cal_step_split},
                 {"initial", cal_step_initial},
                 {"final", cal_step_final},
                 {"cocal", cal_step_cocal}};
    int index;
    size_t which = 0;
    jv_free(cal_json_find(work->target, "solints", "solint", next, &index));
    while (which < CAL_COUNT(named) && strcmp(named[which].name, next) != 0)
        which++;
    if (index < 0 && which == CAL_COUNT(named))
        return cal_fail(
            err, CAL_USAGE,
            "state.next: \"%s\" is neither split, initial, final, cocal nor one of solints", next);
    cal_json_set(entry, "step", jv_string(index < 0 ? next : "solint"));
    if (which && cal_step_mend(work, err))
        return err->status;
    return index < 0 ? named[which].run(work, entry, err)
                     : cal_step_solint(work, index, entry, err);
}

char *cal_step_next(jv target)
{
    jv stand = cal_json_at(target, "state");
    bool planned = !strcmp(cal_json_text_at(stand, "stage", "planned"), "planned");
    const char *next = planned ? "split" : cal_json_text_at(stand, "next", NULL);
    char *name = next ? cal_copy_text(next) : NULL;
    jv_free(stand);
    return name;
}

static void log_piece(cal_work *work, jv entry)
{
    jv steps = cal_json_at(work->target, "steps");
    if (jv_get_kind(steps) != JV_KIND_ARRAY) {
        jv_free(steps);
        steps = jv_array();
    }
    cal_json_set(&entry, "commands", work->commands);
    work->commands = jv_array();
    cal_json_set(&work->target, "steps", jv_array_append(steps, entry));
}

static cal_status step_target(cal_work *work, const char *next, cal_error *err)
{
    jv entry = jv_object();
    cal_status status = do_piece(work, next, &entry, err);
    if (status) {
        jv_free(entry);
        cal_prefix(err, "%s, %s", cal_json_text_at(work->target, "target", "?"), next);
    } else
        log_piece(work, entry);
    return status;
}

/* ---- a state with one target, in this process ---- */

typedef struct run {
    const cal_step_wish *wish;
    cal_selfcal_settings settings;
    char *folder, *mode;
} run;

static cal_status begin_run(run *to, jv state, const cal_step_wish *wish, cal_error *err)
{
    const cal_place top = {.name = "state"}, at = {.up = &top, .name = "settings"};
    jv settings = cal_json_at(state, "settings"), recipe = cal_json_at(state, "recipe");
    *to = (run){.wish = wish};
    cal_settings_default(&to->settings);
    cal_status status = cal_settings_take(&to->settings, settings, &at, err);
    to->folder = cal_copy_text(cal_json_text_at(state, "workdir", "."));
    to->mode = cal_copy_text(cal_json_text_at(recipe, "mode", "loop"));
    jv_free(recipe);
    jv_free(settings);
    return status;
}

static void end_run(run *to)
{
    free(to->folder);
    free(to->mode);
}

static jv last_step(jv target)
{
    jv steps = cal_json_at(target, "steps");
    int count = jv_get_kind(steps) == JV_KIND_ARRAY ? jv_array_length(jv_copy(steps)) : 0;
    return jv_array_get(steps, count - 1);
}

/* What is neither imager nor solver is the rest: other tools and what is done in this process. */
static cal_status write_timing(const run *to, const cal_work *work, const char *piece,
                               double seconds, cal_error *err)
{
    double other = seconds - work->seconds[CAL_WORK_IMAGER] - work->seconds[CAL_WORK_SOLVER];
    FILE *file = fopen(to->wish->timing, "a");
    if (!file)
        return cal_fail_errno(err, CAL_OUTPUT, "%s", to->wish->timing);
    jv line = JV_OBJECT(jv_string("target"), cal_json_at(work->target, "target"), jv_string("step"),
                        jv_string(piece), jv_string("imager_s"),
                        cal_json_double(work->seconds[CAL_WORK_IMAGER]), jv_string("solver_s"),
                        cal_json_double(work->seconds[CAL_WORK_SOLVER]), jv_string("other_s"),
                        cal_json_double(other));
    char *text = cal_json_dump(line);
    fprintf(file, "%s\n", text);
    bool bad = ferror(file) || fclose(file);
    free(text);
    jv_free(line);
    return bad ? cal_fail_errno(err, CAL_OUTPUT, "%s", to->wish->timing) : CAL_OK;
}

static void put_target(jv *state, int index, jv target)
{
    jv targets = cal_json_at(*state, "targets");
    cal_json_set(state, "targets", jv_array_set(targets, index, target));
}

static jv take_target(jv state, int index)
{
    return jv_array_get(cal_json_at(state, "targets"), index);
}

static int count_targets(jv state)
{
    return jv_array_length(cal_json_at(state, "targets"));
}

static bool is_through(jv state, int index)
{
    jv target = take_target(state, index);
    char *next = cal_step_next(target);
    bool through = !next;
    free(next);
    jv_free(target);
    return through;
}

static int count_through(jv state)
{
    int through = 0;
    for (int i = 0; i < count_targets(state); i++)
        through += is_through(state, i);
    return through;
}

static void set_stage(jv *state)
{
    bool over = count_through(*state) == count_targets(*state);
    cal_json_set(state, "state",
                 JV_OBJECT(jv_string("stage"), jv_string(over ? "done" : "working")));
}

static cal_status lock_target(jv state, int *lock, cal_error *err)
{
    jv target = take_target(state, 0), copies = cal_json_at(target, "vislist");
    jv first = jv_array_get(copies, 0);
    cal_status status = cal_journal_lock(
        jv_get_kind(first) == JV_KIND_STRING ? jv_string_value(first) : "selfcal", lock, err);
    jv_free(first);
    jv_free(target);
    return status;
}

/* The next piece; *more: there was one. */
static cal_status advance(const run *to, jv *state, bool *more, cal_error *err)
{
    cal_work work = {.target = take_target(*state, 0),
                     .settings = &to->settings,
                     .folder = to->folder,
                     .mode = to->mode,
                     .jobs = to->wish->jobs,
                     .commands = jv_array()};
    char *next = cal_step_next(work.target);
    double begin = cal_work_clock();
    cal_status status = CAL_OK;
    *more = next != NULL;
    if (next)
        status = step_target(&work, next, err);
    if (next && !status && to->wish->timing)
        status = write_timing(to, &work, next, cal_work_clock() - begin, err);
    jv_free(work.commands);
    if (next && !status) {
        jv done = last_step(work.target);
        cal_note("%s: %s", cal_json_text_at(work.target, "target", "?"),
                 cal_json_text_at(done, "decision", ""));
        jv_free(done);
        put_target(state, 0, work.target);
    } else
        jv_free(work.target);
    free(next);
    return status;
}

/* How many pieces there may still be, at most. */
static int pieces_left(jv state)
{
    jv target = take_target(state, 0), list = cal_json_at(target, "solints");
    char *next = cal_step_next(target);
    int count = jv_array_length(jv_copy(list)), left = count + 3;
    jv_array_foreach(list, i, entry)
    {
        if (next && !strcmp(cal_json_text_at(entry, "solint", ""), next))
            left = count - i + 1;
        jv_free(entry);
    }
    if (next && !strcmp(next, "initial"))
        left = count + 2;
    if (next && !strcmp(next, "cocal"))
        left = 2;
    if (!next || !strcmp(next, "final"))
        left = next ? 1 : 0;
    free(next);
    jv_free(list);
    jv_free(target);
    return left;
}

static void show_progress(jv state, int *left)
{
    jv target = take_target(state, 0), stand = cal_json_at(target, "state");
    char *next = cal_step_next(target);
    double snr = cal_json_number_at(stand, "SNR", NAN);
    char *label = isnan(snr) ? cal_format("%s %s", cal_json_text_at(target, "target", ""),
                                          next ? next : "done")
                             : cal_format("%s %s, S/N %.4g", cal_json_text_at(target, "target", ""),
                                          next ? next : "done", snr);
    int now = pieces_left(state);
    cal_progress_message(label);
    cal_progress_add(*left - now);
    *left = now;
    free(label);
    free(next);
    jv_free(stand);
    jv_free(target);
}

static bool is_next(jv state, const char *name)
{
    jv target = take_target(state, 0);
    char *next = cal_step_next(target);
    bool same = name && next && !strcmp(name, next);
    free(next);
    jv_free(target);
    return same;
}

/* Locked until the state is kept, so that no other run does the same piece. */
static cal_status advance_alone(const run *to, jv *state, const char *journal, bool *more,
                                cal_error *err)
{
    int lock = -1;
    cal_status status = is_through(*state, 0) ? CAL_OK : lock_target(*state, &lock, err);
    if (!status) {
        if (journal)
            cal_journal_catch_up(journal, state);
        status = advance(to, state, more, err);
    }
    set_stage(state);
    if (!status && *more && journal)
        status = cal_journal_write(journal, *state, err);
    if (lock >= 0)
        close(lock);
    return status;
}

static cal_status run_one(jv *state, const cal_step_wish *wish, const char *journal, cal_error *err)
{
    run to;
    bool more = !is_next(*state, wish->until);
    int left = pieces_left(*state);
    cal_status status = begin_run(&to, *state, wish, err);
    if (wish->all) {
        cal_progress_start("self-calibration", "", left);
        show_progress(*state, &left);
    }
    while (more && !status) {
        status = advance_alone(&to, state, journal, &more, err);
        if (wish->all)
            show_progress(*state, &left);
        more = more && wish->all && !is_next(*state, wish->until);
    }
    cal_progress_end();
    end_run(&to);
    return status;
}

/* ---- several targets: a process for each, which works on a journal ---- */

typedef struct crowd {
    const cal_step_wish *wish;
    char **journal;    /* [targets], NULL for one that is through */
    cal_error *failed; /* [targets] */
    int jobs;
} crowd;

static jv only_target(jv state, int index)
{
    jv alone = jv_copy(state);
    cal_json_set(&alone, "targets", JV_ARRAY(take_target(state, index)));
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
    if (is_through(state, index))
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
    put_target(state, index, take_target(alone, 0));
    jv_free(alone);
    if (!all->wish->all)
        cal_remove_tree(all->journal[index], NULL);
    return CAL_OK;
}

/* A target that failed does not stop the others; its error comes out when they are done. */
static cal_status run_crowd(jv *state, const cal_step_wish *wish, cal_error *err)
{
    int targets = count_targets(*state), cores = wish->jobs > 0 ? wish->jobs : cal_cores();
    int busy = targets - count_through(*state);
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

/* ---- the whole ---- */

/* When all are through, those without success go on with the solutions of others. */
static cal_status run_several(jv *state, const cal_step_wish *wish, cal_error *err)
{
    cal_status status = run_crowd(state, wish, err);
    bool further = wish->all && !(wish->until && !strcmp(wish->until, "cocal"));
    if (status || !cal_lend_solutions(state) || !further)
        return status;
    return run_crowd(state, wish, err);
}

static cal_status run_alone(jv *state, const cal_step_wish *wish, cal_error *err)
{
    if (wish->file || !wish->all)
        return run_one(state, wish, wish->file, err);
    char *journal = cal_journal_path(cal_json_text_at(*state, "workdir", "."), *state);
    jv kept = wish->fresh ? jv_null() : cal_journal_read(journal);
    if (jv_get_kind(kept) == JV_KIND_OBJECT) {
        jv_free(*state);
        *state = kept;
    }
    cal_status status = wish->fresh ? cal_journal_write(journal, *state, err) : CAL_OK;
    if (!status)
        status = run_one(state, wish, journal, err);
    free(journal);
    return status;
}

static cal_status run_state(jv *state, const cal_step_wish *wish, cal_error *err)
{
    if (count_targets(*state) > 1)
        return run_several(state, wish, err);
    cal_status status = run_alone(state, wish, err);
    if (!status)
        cal_lend_solutions(state);
    return status;
}

jv cal_step_begin(jv state)
{
    cal_json_set(&state, "schema", jv_string("calutils/selfcal-step/1"));
    for (int i = 0; i < count_targets(state); i++) {
        jv target = take_target(state, i), stand = cal_json_at(target, "state");
        char *next = cal_step_next(target);
        cal_json_set(&stand, "next", next ? jv_string(next) : jv_null());
        cal_json_set(&target, "state", stand);
        put_target(&state, i, target);
        free(next);
    }
    return state;
}

cal_status cal_selfcal_step(jv state, const cal_step_wish *wish, jv *next, cal_error *err)
{
    state = cal_step_begin(state);
    cal_status status = cal_step_check_until(state, wish->until, err);
    if (!status)
        status = cal_folder_make(cal_json_text_at(state, "workdir", "."), err);
    if (!status)
        status = run_state(&state, wish, err);
    set_stage(&state);
    if (!status && wish->file && count_targets(state) > 1)
        status = cal_journal_write(wish->file, state, err);
    *next = state;
    return status;
}

/* A state with one target: its pieces of work one after the other, in this process. */
#include "base/mem.h"
#include "base/progress.h"
#include "selfcal/journal.h"
#include "selfcal/step_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- one piece ---- */

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

/* ---- a run ---- */

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

static cal_status lock_target(jv state, int *lock, cal_error *err)
{
    jv target = cal_state_target(state, 0), copies = cal_json_at(target, "vislist");
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
    cal_work work = {.target = cal_state_target(*state, 0),
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
        cal_state_put_target(state, 0, work.target);
    } else
        jv_free(work.target);
    free(next);
    return status;
}

/* How many pieces there may still be, at most. */
static int pieces_left(jv state)
{
    jv target = cal_state_target(state, 0), list = cal_json_at(target, "solints");
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
    jv target = cal_state_target(state, 0), stand = cal_json_at(target, "state");
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
    jv target = cal_state_target(state, 0);
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
    cal_status status = cal_state_is_through(*state, 0) ? CAL_OK : lock_target(*state, &lock, err);
    if (!status) {
        if (journal)
            cal_journal_catch_up(journal, state);
        status = advance(to, state, more, err);
    }
    cal_state_set_stage(state);
    if (!status && *more && journal)
        status = cal_journal_write(journal, *state, err);
    if (lock >= 0)
        close(lock);
    return status;
}

cal_status cal_step_run(jv *state, const cal_step_wish *wish, const char *journal, cal_error *err)
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

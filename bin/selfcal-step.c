/* The next piece of a self-calibration, or all that are left. */
#include "base/output.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/tool.h"
#include "selfcal/step.h"
#include <stdlib.h>
#include <string.h>

static bool all, fresh, dry_run;
static long jobs;
static const char *until, *timing;

static const cal_option options[] = {
    CAL_HEADING("How far"),
    {"all", 'a', CAL_FLAG, NULL, &all, "go on to the end", 0, 0},
    {"until", 'u', CAL_TEXT, "PIECE", &until,
     "go on until this piece is the next one: initial, inf_EB, inf, ..., final", 0, 0},
    {"fresh", 0, CAL_FLAG, NULL, &fresh,
     "begin anew, even if an earlier run with the same input came to somewhere", 0, 0},
    CAL_HEADING("Running"),
    {"jobs", 'j', CAL_COUNT, "N", &jobs,
     "cores: targets side by side, and threads for the work on each; 0: all", 0, 0},
    {"timing", 0, CAL_TEXT, "FILE", &timing,
     "add a line of JSON for each piece to FILE: seconds in imager, solver and the rest", 0, 0},
    {"dry-run", 'n', CAL_FLAG, NULL, &dry_run, "say which pieces are next; do nothing", 0, 0},
    CAL_OPTIONS_END};

/* To look at a state its data may lie beside it; the tools that work on them are called from here. */
static cal_status check_state(jv state, const char *path, cal_error *err)
{
    char *folder = cal_path_folder(path);
    cal_error there = {0};
    cal_status status = cal_step_check(state, cal_text_name(path), dry_run ? folder : NULL, err);
    if (status == CAL_INPUT && folder &&
        !cal_step_check(state, cal_text_name(path), folder, &there))
        status = cal_fail(err, CAL_INPUT, "%s: its data are found from %s, not from here: %s", path,
                          folder, "selfcal-step must be called there");
    free(folder);
    return status;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    const char *path = count ? operand[0] : "-";
    const bool file = strcmp(path, "-") != 0;
    const cal_step_wish wish = {.all = all || until,
                                .until = until,
                                .fresh = fresh,
                                .jobs = (int)jobs,
                                .file = file ? path : NULL,
                                .timing = timing};
    jv state, next;
    if (cal_json_read(path, &state, err))
        return err->status;
    cal_status status = check_state(state, path, err);
    if (status || dry_run) {
        if (!status)
            return cal_print(cal_step_begin(state), cal_step_text, err);
        jv_free(state);
        return status;
    }
    if (wish.all || file)
        cal_stop_say("interrupted; the same command goes on from the last complete piece");
    status = cal_selfcal_step(state, &wish, &next, err);
    if (!status)
        return cal_print(next, cal_step_text, err);
    jv_free(next);
    return status;
}

static const cal_tool tool = {
    .name = "selfcal-step",
    .group = CAL_GROUP_SELFCAL,
    .brief = "do the next piece of a self-calibration, or all of it",
    .operands = "[STATE.json]",
    .min_operands = 0,
    .max_operands = 1,
    .about =
        "Reads a plan (selfcal-plan) or the state that an earlier call printed, does the next "
        "piece of work of each target - split, first image, one solution interval after the "
        "other, last image - and prints the new state: what was done, with the commands, what "
        "came out, what was decided and why. A state that is given as a file is replaced by the "
        "new one after each piece. Killed at any moment and run again it goes on from the last "
        "complete piece.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"One piece after the other, each state kept",
             "selfcal-step < plan.json > 1.json; selfcal-step < 1.json > 2.json"},
            {"From the data to the end", "selfcal-plan eb1.ms | selfcal-step --all > done.json"},
            {"In one file, until the amplitudes", "selfcal-step --until inf_ap state.json"},
            {"What was decided, and why?",
             "selfcal-step --dry-run state.json --raw --jq '.targets[].steps[].decision'"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

/* What a step of self-calibration works with: one clean target of the state, the settings, and the tools that it calls.
 *
 * Work is done by our own tools as child processes, with the command lines that a person would type, so that each one can be seen in the
 * state, copied and tried by hand. Nothing that differs from run to run (times of the day, durations, process numbers) goes into the state.
 */
#ifndef CAL_SELFCAL_WORK_H
#define CAL_SELFCAL_WORK_H

#include "base/json.h"
#include "base/text.h"
#include "selfcal/settings.h"

/* For the split of the time that the bench prints. */
typedef enum cal_work_kind {
    CAL_WORK_IMAGER,
    CAL_WORK_SOLVER,
    CAL_WORK_OTHER,
    CAL_WORK_KINDS
} cal_work_kind;

typedef struct cal_work {
    jv target; /* the clean target, as in the state; changed in place */
    const cal_selfcal_settings *settings;
    const char *
        folder; /* --workdir of the plan: relative paths of the state start in the current folder, not here */
    const char *mode; /* of the recipe: loop, pipeline, vlass */
    int jobs;         /* threads for each tool, 0: all */
    jv commands;      /* array of texts: what has been run since it was emptied, as typed */
    double seconds[CAL_WORK_KINDS];
} cal_work;

/* Run a tool of ours (cal_ask_tool); *result is the document that it printed (NULL: not wanted), to be freed after success only. The command
 * goes into work->commands as a person would type it. */
cal_status cal_work_run(cal_work *work, cal_work_kind kind, const cal_words *argv, jv *result,
                        cal_error *err);

/* A command line for sh; what it says is shown with --verbose. CAL_CHILD with its last line when it ends with another status than 0. */
cal_status cal_work_shell(cal_work *work, cal_work_kind kind, const char *line, cal_error *err);

/* Seconds from some moment on. */
double cal_work_clock(void);

/* Short-hands. Blocks are those of the target, in order. */
int cal_work_blocks(const cal_work *work);
jv cal_work_block(const cal_work *work, int block); /* a new reference to target.vis[block] */
void cal_work_put_block(cal_work *work, int block, jv value); /* consumes value */
int cal_work_fields(const cal_work *work);                    /* sub-fields; 1 unless a mosaic */
/* Of the image of one field: s on source, a share of the target's; the noise of the receivers in Jy/beam, which the plan has for one field. */
double cal_work_field_time(const cal_work *work);
double cal_work_noise(const cal_work *work);

#endif

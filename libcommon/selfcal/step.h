/* The steps of a self-calibration: one call does the next piece of work of every target of a state. A piece begins by putting flags and
 * CORRECTED_DATA of the working copies where they must be, and writes its files anew: a piece that was killed is simply done again. */
#ifndef CAL_SELFCAL_STEP_H
#define CAL_SELFCAL_STEP_H

#include "base/buf.h"
#include "base/json.h"

typedef struct cal_step_wish {
    bool all;          /* to the end, not one piece */
    const char *until; /* with all: stop before the piece of this name; NULL: none */
    bool fresh;        /* what an earlier run of the same input has left is not looked at */
    int jobs; /* cores: targets side by side, and what is left for the tools of each; 0: all */
    const char *file;   /* of the state: it is replaced after each piece; NULL: stdin */
    const char *timing; /* gets a line of JSON for each piece: seconds by kind of work; or NULL */
} cal_step_wish;

/* A plan (consumed) as a state of which nothing is done yet; a state stays as it is. */
jv cal_step_begin(jv state);

/* From a state (consumed; a plan is the first one) to the next. After an error *next is as far as it came, or null. */
cal_status cal_selfcal_step(jv state, const cal_step_wish *wish, jv *next, cal_error *err);

/* Whether it is a state that can be gone on with: CAL_USAGE with the first finding of cal_plan_check(), CAL_INPUT where that is data that are
 * missing; `folder` as there. */
cal_status cal_step_check(jv state, const char *name, const char *folder, cal_error *err);

/* The name of the next piece of a target, NULL when it is done; the caller frees it. */
char *cal_step_next(jv target);

void cal_step_text(jv state, cal_buf *out);

#endif

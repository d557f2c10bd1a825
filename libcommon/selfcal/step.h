/* The steps of a self-calibration: one call does the next piece of work of every target of a state. A piece begins by putting flags and
 * CORRECTED_DATA of the working copies where they must be, and writes its files anew: a piece that was killed is simply done again. */
#ifndef CAL_SELFCAL_STEP_H
#define CAL_SELFCAL_STEP_H

#include "base/json.h"

typedef struct cal_step_wish {
    bool all;            /* to the end, not one piece */
    int jobs;            /* targets at a time, 0: as many as cores */
    const char *journal; /* file that holds the newest state after each piece; NULL: none */
    const char *timing;  /* file: seconds per piece and kind, as NDJSON; NULL: none */
} cal_step_wish;

/* *state is changed in place, also when an error stops it: what is complete is kept. */
cal_status cal_selfcal_step(jv *state, const cal_step_wish *wish, cal_error *err);

/* One piece of one target: state -> state. False: there was nothing left to do. */
cal_status cal_step_target(jv *state, int target, bool *done, cal_error *err);

#endif

/* Interpolation rules of calibration tables as text: CASA's `interp` (caltables 2.3, 2.4). */
#ifndef CAL_BASE_INTERPOLATION_H
#define CAL_BASE_INTERPOLATION_H

#include "base/error.h"
#include <stdbool.h>

typedef enum cal_time_method { CAL_TIME_NEAREST, CAL_TIME_LINEAR, CAL_TIME_CUBIC } cal_time_method;

typedef enum cal_freq_method {
    CAL_FREQ_NEAREST,
    CAL_FREQ_LINEAR,
    CAL_FREQ_CUBIC,
    CAL_FREQ_SPLINE
} cal_freq_method;

typedef struct cal_interp {
    cal_time_method time;
    bool phase_delay; /* PD: phases scale with frequency */
    bool per_obs;     /* nothing is bridged between observations */
    bool per_scan;    /* nor between scans */
    cal_freq_method freq;
    bool freq_flag;     /* flags spread to the channels between flagged ones */
    bool freq_relative; /* axes are offsets from the middle of the spw */
} cal_interp;

/* "linear", "nearest,linearflag", "linearPDperobs", "" (linear,linear). CAL_USAGE for another word,
 * with what there is. */
cal_status cal_interp_parse(const char *text, cal_interp *interp, cal_error *err);

#endif

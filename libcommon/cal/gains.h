/* The solutions of a run, interval by interval, and what is done with them before they become a
 * table. */
#ifndef CAL_CAL_GAINS_H
#define CAL_CAL_GAINS_H

#include "base/error.h"
#include "cal/solve.h"
#include <jv.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum cal_calmode { CAL_MODE_AP, CAL_MODE_P, CAL_MODE_A } cal_calmode;

/* One solution: a gain for every antenna of the MS. */
typedef struct cal_interval_gains {
    int spw, field, scan, observation; /* labels */
    double time;                       /* MJD s, centroid of the weights */
    bool good;                         /* the solve ran through */
    cal_gains gains;                   /* empty unless good */
    uint8_t *expected;                 /* [antenna] has rows */
    uint8_t *data;                     /* [antenna][par] has unflagged data */
    uint8_t *passed;                   /* [antenna][par] S/N above the limit */
    int refant;                        /* -1: none */
} cal_interval_gains;

typedef struct cal_gain_list {
    int antennas, pars; /* pars: 1 (T) or 2 (G) */
    bool delays;        /* K: the gains' real parts are delays in ns */
    int count, good;
    cal_interval_gains *item;
} cal_gain_list;

cal_gain_list *cal_gain_list_make(int count, int antennas, int pars);
void cal_gain_list_free(cal_gain_list *list);
/* By spw, time; solutions that failed too. */
void cal_gain_list_sort(cal_gain_list *list);

/* What became of the intervals without a solution; and solutions of which S/N left no value. */
typedef struct cal_gain_failures {
    int no_data, few_baselines, not_converged, all_flagged;
} cal_gain_failures;
cal_gain_failures cal_gains_failures(const cal_gain_list *list);

/* Phase or amplitude alone, where that was asked for: flagged and zero gains become 1. */
void cal_gains_restrict(cal_gain_list *list, cal_calmode mode);
/* Divide each spw by the root of the mean (or median) square amplitude. */
void cal_gains_normalise(cal_gain_list *list, bool median);

#endif

/* Which rows are solved together: solution intervals and what is combined in them.
 *
 * A pass over the scalar columns finds the instants of the data (one time of one data description, field and scan), gathers
 * them into groups and the groups into solutions, and counts the rows of each solution, so that the data can then be
 * streamed in any order and a solution be worked out and let go as soon as all of its rows have passed.
 *
 *   solution   what gives one gain per antenna: the rows of one interval, with all that --combine puts together
 *   group      the rows of a solution that may be averaged: one data description, one field (one scan)
 *
 * Boundaries are CASA's (caltables 3.1): the grid of a solint starts anew, 0.01 s before the first time, at every scan or field
 * that is not combined, and wherever scans are missing for longer than the solint.
 */
#ifndef CAL_CAL_INTERVAL_H
#define CAL_CAL_INTERVAL_H

#include "base/error.h"
#include "ms/block.h"
#include "ms/meta.h"
#include "ms/select.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct cal_solint {
    bool integration; /* every distinct TIME */
    double seconds;   /* INFINITY for "inf" */
} cal_solint;

/* "int", "inf", "30s", "1min", "30"; what follows a comma (the frequency part) has no meaning for G and T. */
cal_status cal_solint_parse(const char *text, cal_solint *solint, cal_error *err);

typedef struct cal_combine {
    bool scan, spw, field, obs;
} cal_combine;

/* A list of scan, spw, field, obs. */
cal_status cal_combine_parse(const char *text, cal_combine *combine, cal_error *err);

typedef struct cal_instant {
    int observation, scan, field, dd;
    double time;
    int64_t first_row, rows;
    int group;
} cal_instant;

typedef struct cal_group {
    int solution;
    int observation, scan, field, dd; /* of its first row */
} cal_group;

typedef struct cal_solution {
    int first_group, groups; /* in CASA's order: scan, field, data description */
    int64_t rows;            /* selected cross-correlations */
} cal_solution;

typedef struct cal_plan {
    cal_instant *instant;
    cal_group *group;
    cal_solution *solution; /* in ascending order of time */
    int instants, groups, solutions;
    int *slot; /* hash of the instants */
    int slots;
    int64_t rows; /* selected cross-correlations */
} cal_plan;

/* CAL_DATA when no cross-correlation is selected. */
cal_status cal_plan_make(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                         cal_solint solint, cal_combine combine, cal_plan **plan, cal_error *err);
void cal_plan_free(cal_plan *plan);

/* The group of row `i`, or -1 where it is not part of the plan. */
int cal_plan_group(const cal_plan *plan, const cal_rows *rows, int64_t i);

#endif

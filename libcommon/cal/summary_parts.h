/* For summary*.c only: what is counted of a table. */
#ifndef CAL_CAL_SUMMARY_PARTS_H
#define CAL_CAL_SUMMARY_PARTS_H

#include "cal/caltable.h"

/* A growing list of floats, for medians. */
typedef struct cal_sample {
    float *value;
    size_t count, room;
} cal_sample;

enum { CAL_SUMMARY_PARS = 16 }; /* looked at one by one */

/* Counts and samples of some of a table's parameters. */
typedef struct cal_gathered {
    int64_t rows, solutions, flagged, not_numbers, zeros;
    int64_t of_par[CAL_SUMMARY_PARS], flagged_of_par[CAL_SUMMARY_PARS];
    int pars;
    cal_sample snr, amplitude;
    float least_snr;
    int64_t as_refant;
    /* of spws: times that differ, and the steps between them */
    int64_t intervals;
    double last_time;
    cal_sample step;
} cal_gathered;

/* What is asked of a table, of all of it and of its parts. */
typedef struct cal_caltable_parts {
    cal_gathered all, *spw, *antenna;
} cal_caltable_parts;

/* Of all rows, in one pass; to be freed. */
void cal_caltable_gather(const cal_caltable *table, cal_caltable_parts *of);
void cal_caltable_forget(const cal_caltable *table, cal_caltable_parts *of);

/* Of the tables that have an antenna whose phase is zero: all but those of baselines. */
bool cal_caltable_has_refants(const cal_caltable *table);
/* Is this row the first of its interval? ANTENNA2, the refant, is one for all rows of it. */
bool cal_caltable_starts_interval(const cal_caltable *table, int64_t row);

#endif

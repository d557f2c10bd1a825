/* Are two MeasurementSets the same? Every cell of MAIN and of the subtables, in one pass and bounded
 * memory.
 *
 * Two numbers are the same when they are equal (NaN equals NaN), or apart by no more than the
 * relative tolerance times the larger of them, or by no more than the absolute tolerance. Everything
 * else must be equal. A cell that is undefined equals one that is undefined or has no elements.
 */
#ifndef CAL_MS_DIFF_H
#define CAL_MS_DIFF_H

#include "base/error.h"
#include "base/text.h"
#include <jv.h>
#include <stdbool.h>

/* A tolerance for one column ("DATA", "SOURCE/DIRECTION"), or for all (column NULL): relative
 * tolerances of all do not hold for TIME and TIME_CENTROID, where they would let hours pass. */
typedef struct cal_diff_limit {
    char *column;
    double value;
    bool absolute;
} cal_diff_limit;

typedef struct cal_diff_options {
    const cal_diff_limit *limit;
    int limits;
    const cal_words *columns; /* only these: COLUMN, SUBTABLE or SUBTABLE/COLUMN; none: all */
    const cal_words *ignore;  /* not these */
    bool any_order;           /* match the rows of MAIN by time, baseline and ids */
    bool flagged;             /* look at the samples under flags too */
    bool history;             /* compare HISTORY too */
} cal_diff_options;

/* *report: {"same": ..., "tables": [...]}; see share/schemas/ms-diff.json. */
cal_status cal_diff(const char *a, const char *b, const cal_diff_options *options, jv *report,
                    cal_error *err);

#endif

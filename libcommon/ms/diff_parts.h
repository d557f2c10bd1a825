/* Between the files of diff.h. */
#ifndef CAL_MS_DIFF_PARTS_H
#define CAL_MS_DIFF_PARTS_H

#include "ms/diff.h"
#include "table/table.h"

/* ---- which row is compared with which ---- */

typedef struct cal_pairs cal_pairs;

/* Rows of the same number, or, with `any_order`, rows of the same TIME (to a millisecond), baseline,
 * DATA_DESC_ID, FIELD_ID, SCAN_NUMBER, STATE_ID, OBSERVATION_ID and ARRAY_ID. */
cal_status cal_pairs_open(cal_table *a, cal_table *b, bool any_order, cal_pairs **pairs,
                          cal_error *err);
/* Some more pairs, valid until the next call; *count 0 at the end. */
cal_status cal_pairs_next(cal_pairs *pairs, const int64_t **row_a, const int64_t **row_b,
                          int64_t *count, cal_error *err);
/* Rows without a partner, known at the end. */
void cal_pairs_unmatched(const cal_pairs *pairs, int64_t *only_a, int64_t *only_b);
void cal_pairs_close(cal_pairs *pairs);

/* ---- one column ---- */

typedef struct cal_column_diff {
    char name[CAL_NAME_MAX];
    cal_type type;             /* both are read as this */
    double relative, absolute; /* tolerances; -1: none */
    bool under_flags;          /* leave out what FLAG of both tables says */
    const char *problem;       /* what makes the column differ as a whole; NULL: nothing */
    int64_t cells, differing_cells, values, differing_values;
    double max_abs, max_rel;
    bool has_first;
    int64_t first_a, first_b;   /* rows */
    int ndim;                   /* of the cell; -1: of different shape, or undefined in one */
    int64_t index[CAL_MAX_DIM]; /* of the first value that differs, fastest axis first */
    char *value_a, *value_b;
} cal_column_diff;

/* Compare the cells of some pairs of rows and add to the counts. */
cal_status cal_column_diff_rows(cal_column_diff *diff, cal_table *a, cal_table *b,
                                const int64_t *row_a, const int64_t *row_b, int64_t count,
                                cal_error *err);
void cal_column_diff_free(cal_column_diff *diff);

#endif

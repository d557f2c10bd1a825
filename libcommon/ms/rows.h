/* The scalar columns of a run of rows of MAIN: read at once, picked apart, handed on. */
#ifndef CAL_MS_ROWS_H
#define CAL_MS_ROWS_H

#include "ms/block.h"
#include <stddef.h>

/* A column of MAIN and the array of cal_rows that takes it. */
typedef struct cal_row_column {
    const char *name;
    cal_type type;
    size_t offset; /* of the pointer in cal_rows */
    int size;      /* bytes per row */
    bool required;
    int missing;   /* value when the column is not there */
    unsigned skip; /* CAL_SKIP_... that leaves it out */
} cal_row_column;

extern const cal_row_column cal_row_columns[];
extern const int cal_row_column_count;

/* The array of a column, as bytes. */
char *cal_row_values(const cal_rows *rows, const cal_row_column *column);

/* Room for `capacity` rows in every array; not zeroed. */
cal_rows *cal_rows_new(int64_t capacity);
void cal_rows_free(cal_rows *rows);

/* For rows that are part of something else (a block): more room, old rows stay, from {0} on; and the
 * release of the arrays alone. */
void cal_rows_grow(cal_rows *rows, int64_t capacity);
void cal_rows_release(cal_rows *rows);

/* Fill from rows first .. first+count-1. Old and foreign sets may lack columns that say nothing when
 * every row has the same value (STATE_ID, FEED1, ...): these are -1 or 0, TIME_CENTROID is TIME.
 * Without TIME, the antennas or DATA_DESC_ID it is no MeasurementSet: CAL_INPUT. The columns in
 * `skip` (CAL_SKIP_...) are not read; their arrays stay as they are. */
cal_status cal_rows_read(cal_table *ms, int64_t first, int64_t count, unsigned skip, cal_rows *rows,
                         cal_error *err);
/* What of `skip` may be left out although rows are selected by `selection` (NULL: all rows). */
unsigned cal_rows_skip(const cal_selection *selection, unsigned skip);

/* Rows first .. first+count-1, in the arrays of `rows`. */
cal_rows cal_rows_part(const cal_rows *rows, int64_t first, int64_t count);

/* Row `from_at` of `from` to row `at` of `to`, row number included. */
void cal_rows_copy(cal_rows *to, int64_t at, const cal_rows *from, int64_t from_at);
/* to = from[index[0..count-1]]. */
void cal_rows_pick(const cal_rows *from, const int64_t *index, int64_t count, cal_rows *to);

#endif

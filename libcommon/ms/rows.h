/* The scalar columns of a run of rows of MAIN: read at once, picked apart, handed on. */
#ifndef CAL_MS_ROWS_H
#define CAL_MS_ROWS_H

#include "ms/block.h"

/* Room for `capacity` rows in every array. */
cal_rows *cal_rows_new(int64_t capacity);
void cal_rows_free(cal_rows *rows);

/* Fill from rows first .. first+count-1. Old and foreign sets may lack columns that say nothing when
 * every row has the same value (STATE_ID, FEED1, ...): these are -1 or 0, TIME_CENTROID is TIME.
 * Without TIME, the antennas or DATA_DESC_ID it is no MeasurementSet: CAL_INPUT. */
cal_status cal_rows_read(cal_table *ms, int64_t first, int64_t count, cal_rows *rows,
                         cal_error *err);

/* to = from[index[0..count-1]]. */
void cal_rows_pick(const cal_rows *from, const int64_t *index, int64_t count, cal_rows *to);

#endif

/* The columns that calibration adds to a MeasurementSet: MODEL_DATA, CORRECTED_DATA. */
#ifndef CAL_MS_DATA_COLUMN_H
#define CAL_MS_DATA_COLUMN_H

#include "base/error.h"

/* Give the MS at `path` the column `name`, stored and tiled like DATA, every cell with DATA's shape and zeros in it. A column that is
 * there already is left as it is. Programs that would else make the column themselves do it badly: WSClean makes MODEL_DATA
 * untiled and with one shape for all windows (selfcal 4.1). */
cal_status cal_data_column_make(const char *path, const char *name, cal_error *err);

/* Zeros in the column's rows of one field. */
cal_status cal_data_column_clear(const char *path, const char *name, int field, cal_error *err);

#endif

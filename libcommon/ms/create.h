/* A new MeasurementSet: MAIN with rows of default values, all subtables empty. */
#ifndef CAL_MS_CREATE_H
#define CAL_MS_CREATE_H

#include "ms/schema.h"

/* At `path`, which must not exist (use base/output.h around it). `columns`: CAL_MS_DATA, ... Array cells of MAIN are undefined; the
 * caller fills everything and closes *ms. Subtables are opened for writing with cal_ms_grow_sub(). */
cal_status cal_ms_create(const char *path, unsigned columns, int64_t rows, cal_table **ms,
                         cal_error *err);

/* Subtable `name` of an MS that is being written, with `rows` more rows; the caller closes it. */
cal_status cal_ms_grow_sub(const cal_table *ms, const char *name, int64_t rows, cal_table **sub,
                           cal_error *err);

#endif

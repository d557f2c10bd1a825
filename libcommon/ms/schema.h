/* The MeasurementSet, version 2, as static tables: columns, units, measures and storage managers of
 * MAIN and of every subtable (CASA note 229). Optional columns and subtables that nobody here
 * writes are left out.
 *
 * Storage follows CASA (fields_ms 4.6): values that stay the same from row to row in an
 * IncrementalStMan, one tiled manager for each array column, everything else in a StandardStMan.
 */
#ifndef CAL_MS_SCHEMA_H
#define CAL_MS_SCHEMA_H

#include "table/table.h"

/* Optional columns of MAIN, for cal_ms_create(). */
enum {
    CAL_MS_DATA = 1,
    CAL_MS_MODEL = 2,
    CAL_MS_CORRECTED = 4,
    CAL_MS_WEIGHT_SPECTRUM = 8,
    CAL_MS_SIGMA_SPECTRUM = 16,
    CAL_MS_FLOAT_DATA = 32
};

enum { CAL_MS_MAX_COLUMNS = 32 };

/* MAIN with the optional columns that `columns` asks for; `column` and `manager` have room for
 * CAL_MS_MAX_COLUMNS each. */
cal_table_def cal_ms_main_def(unsigned columns, cal_column_def *column, cal_manager_def *manager);

typedef struct cal_ms_subtable {
    const char *name; /* ANTENNA, ...: the keyword of MAIN and the directory */
    cal_table_def def;
} cal_ms_subtable;

extern const cal_ms_subtable cal_ms_subtables[];
extern const int cal_ms_subtable_count;

#endif

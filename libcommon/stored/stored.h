/* Tables that are only looked at, read from their files without casacore, which takes longer to load than most looks take.
 *
 * This knows tables of their own files (no views, no concatenations) whose columns are in StandardStMan, IncrementalStMan, TiledShapeStMan and
 * TiledColumnStMan. It has no words for what is wrong: whatever it does not know, does not find or does not believe, it leaves to casacore, so
 * every function may say no, and only table/table.c calls them.
 *
 * The formats are those that casacore 3 writes: AipsIO objects in table.dat, table.lock and the heads of table.fN, buckets behind those, arrays
 * of varying shape in table.fNi.
 */
#ifndef CAL_STORED_STORED_H
#define CAL_STORED_STORED_H

#include "table/table.h"

typedef struct cal_stored cal_stored;

/* NULL: casacore must say what it is. */
cal_stored *cal_stored_open(const char *path);
void cal_stored_close(cal_stored *table); /* NULL is fine */

/* The answers are those of the functions of table/table.h of like names. */
int64_t cal_stored_rows(const cal_stored *table);
const char *cal_stored_info_type(const cal_stored *table);
const char *cal_stored_info_subtype(const cal_stored *table);
int cal_stored_column_count(const cal_stored *table);
const cal_column *cal_stored_column_at(const cal_stored *table, int index);
int cal_stored_find_column(const cal_stored *table, const char *name); /* its index, or -1 */

/* Invalid jv: no. */
jv cal_stored_keywords(const cal_stored *table, const char *column);
/* The path of a subtable, which the caller frees; NULL where there is none, or no. */
char *cal_stored_subtable(const cal_stored *table, const char *name);

/* False is no. *defined: has the cell a value? */
bool cal_stored_cell_shape(cal_stored *table, const char *column, int64_t row, bool *defined,
                           int *ndim, int64_t shape[CAL_MAX_DIM]);
/* As cal_table_tile_shape(): false where there is none. */
bool cal_stored_tile_shape(cal_stored *table, const char *column, int64_t row, int *ndim,
                           int64_t tile[CAL_MAX_DIM + 1]);
bool cal_stored_get(cal_stored *table, const char *column, cal_type type, cal_span rows, void *out);
/* *located is NULL where cells cannot be had so. */
bool cal_stored_locate(cal_stored *table, const char *column, cal_type type, cal_span rows,
                       cal_located **located);
/* As cal_table_has_runs(). */
bool cal_stored_has_runs(cal_stored *table, const char *column, cal_type type);
bool cal_stored_find_runs(cal_stored *table, const char *column, cal_type type, cal_span rows,
                          int ndim, const int64_t *shape, cal_file_run **run, int64_t *count);

#endif

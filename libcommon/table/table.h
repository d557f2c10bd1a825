/* casacore tables behind a C face: the only door to MeasurementSets and calibration tables on disk. What is only read is read from the files, as
 * far as stored/stored.h goes; all else is casacore's work, which is loaded then.
 *
 * - A table opened for reading takes no lock and writes no byte below its path, so it works on read-only media.
 * - Arrays have casacore's order, first axis fastest: a DATA cell of shape {ncorr, nchan} is [chan][corr] in C, and n cells read
 *   in one call are [row][chan][corr], contiguous.
 * - No casacore exception leaves these functions; errors name table, column and row.
 * - A cal_table must be used by one thread at a time (casacore's rule); different tables may be used by different threads. A path
 *   that is opened twice is one table.
 * - A table opened for writing is locked against other writers until it is closed; a second one gets CAL_OUTPUT at once.
 */
#ifndef CAL_TABLE_TABLE_H
#define CAL_TABLE_TABLE_H

#include "base/copier.h"
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#include <jv.h>

enum { CAL_MAX_DIM = 4, CAL_NAME_MAX = 64 };

typedef struct cal_table cal_table;

/* What an element is in C. Smaller integers are read as INT, and every number can be read as DOUBLE. */
typedef enum cal_type {
    CAL_TYPE_BOOL,     /* uint8_t, 0 or 1 */
    CAL_TYPE_INT,      /* int32_t */
    CAL_TYPE_INT64,    /* int64_t */
    CAL_TYPE_FLOAT,    /* float */
    CAL_TYPE_DOUBLE,   /* double */
    CAL_TYPE_COMPLEX,  /* float complex */
    CAL_TYPE_DCOMPLEX, /* double complex */
    CAL_TYPE_TEXT,     /* char *, each allocated, the caller frees it */
    CAL_TYPE_OTHER     /* records and the like: cannot be read */
} cal_type;

/* Bytes of an element in C. */
static inline size_t cal_type_bytes(cal_type type)
{
    static const uint8_t bytes[] = {1, 4, 8, 4, 8, 8, 16, sizeof(char *), 0};
    return bytes[type];
}

/* Rows: list[0..count-1] where there is a list, else first .. first+count-1. */
typedef struct cal_span {
    int64_t first, count;
    const int64_t *list;
} cal_span;

static inline cal_span cal_span_range(int64_t first, int64_t count)
{
    cal_span span = {first, count, 0};
    return span;
}

static inline cal_span cal_span_list(const int64_t *list, int64_t count)
{
    cal_span span = {0, count, list};
    return span;
}

/* ---- opening and closing ---- */

/* For a tool that will write a table: casacore is loaded by a thread of its own while the tool, with `jobs` threads, looks at its input, which
 * needs no casacore. */
void cal_table_load_ahead(int jobs);

/* CAL_INPUT when the path is missing, is not a table, or is damaged. */
cal_status cal_table_open(const char *path, bool write, cal_table **table, cal_error *err);
/* The subtable that table keyword `name` points to; CAL_INPUT when the keyword or the table behind it is missing. */
cal_status cal_table_open_sub(const cal_table *table, const char *name, cal_table **sub,
                              cal_error *err);
bool cal_table_has_sub(const cal_table *table,
                       const char *name); /* keyword there and its table on disk */
/* Flush and release; the object is gone whatever is returned. NULL is fine. */
cal_status cal_table_close(cal_table *table, cal_error *err);

const char *cal_table_path(const cal_table *table);
bool cal_table_is_written(const cal_table *table); /* was it opened for writing? */
int64_t cal_table_rows(const cal_table *table);
/* table.info: Type and SubType; valid as long as the table. */
const char *cal_table_info_type(const cal_table *table);
const char *cal_table_info_subtype(const cal_table *table);
cal_status cal_table_set_info(cal_table *table, const char *type, const char *subtype,
                              cal_error *err);

/* ---- columns ---- */

typedef struct cal_column {
    char name[CAL_NAME_MAX];
    cal_type type;
    bool is_array;
    int ndim;                        /* arrays: declared number of axes, -1 when free */
    bool fixed;                      /* arrays: one shape for all cells */
    int64_t shape[CAL_MAX_DIM];      /* when fixed */
    char manager[CAL_NAME_MAX];      /* name of the data manager instance */
    char manager_type[CAL_NAME_MAX]; /* TiledShapeStMan, ... */
} cal_column;

int cal_table_column_count(const cal_table *table);
void cal_table_column_at(const cal_table *table, int index, cal_column *column);
bool cal_table_has_column(const cal_table *table, const char *name);
bool cal_table_find_column(const cal_table *table, const char *name, cal_column *column);

/* Shape of one cell: false where the cell is undefined. */
bool cal_table_cell_shape(cal_table *table, const char *column, int64_t row, int *ndim,
                          int64_t shape[CAL_MAX_DIM]);
/* Tile shape of the hypercube that holds the cell; false when the column is not tiled. Last axis counts rows. */
bool cal_table_tile_shape(cal_table *table, const char *column, int64_t row, int *ndim,
                          int64_t tile[CAL_MAX_DIM + 1]);

/* Read or write the cells of `rows` as one contiguous array. All cells must be defined and of one shape (a put into a ragged
 * column needs cal_table_set_shape first). `type` is the element type in memory. */
cal_status cal_table_get(cal_table *table, const char *column, cal_type type, cal_span rows,
                         void *out, cal_error *err);
cal_status cal_table_put(cal_table *table, const char *column, cal_type type, cal_span rows,
                         const void *in, cal_error *err);

/* Where the cells of `rows` (its list must stay) are in the files, so that several threads can read or write them at once, without
 * the table and without casacore, until it is closed. *located is NULL where that cannot be: no tiles of whole cells, shapes that differ, another type. */
typedef struct cal_located cal_located;
cal_status cal_table_locate(cal_table *table, const char *column, cal_type type, cal_span rows,
                            cal_located **located, cal_error *err);
/* Cells first .. first + count - 1 of those rows. */
cal_status cal_located_read(const cal_located *located, int64_t first, int64_t count, void *out,
                            cal_error *err);
/* All cells of those rows, of a table that is open for writing. */
cal_status cal_located_write(const cal_located *located, const void *in, cal_error *err);
void cal_located_free(cal_located *located); /* NULL is fine */

/* Shape (and tile; ndim + 1 axes, the last counts rows) of cells before they are first written. Tile NULL: whole cells, about
 * 1 MiB, not much more than the rows to come. Tiles of whole cells are read and written fastest. */
cal_status cal_table_set_shape(cal_table *table, const char *column, cal_span rows, int ndim,
                               const int64_t *shape, const int64_t *tile, cal_error *err);

/* Are all cells of the column stored as plain bytes, those of neighbouring rows one after the other? Tiles of
 * whole cells are; bytes in another order, and elements of another type, are not. */
bool cal_table_has_runs(cal_table *table, const char *column, cal_type type);
/* Where: the cells of `rows`, which all have this shape, as `*count` runs in their order. The list is the caller's
 * (free()), its paths live as long as the table. The caller may write runs of a table that is being written.
 * CAL_INPUT where a cell has no value or another shape. */
cal_status cal_table_find_runs(cal_table *table, const char *column, cal_type type, cal_span rows,
                               int ndim, const int64_t *shape, cal_file_run **run, int64_t *count,
                               cal_error *err);

/* One cell of any shape, allocated (free(); texts inside too). *count elements; CAL_INPUT when undefined. */
cal_status cal_table_get_cell(cal_table *table, const char *column, cal_type type, int64_t row,
                              void **out, int64_t *count, cal_error *err);
/* One cell with its shape. */
cal_status cal_table_put_cell(cal_table *table, const char *column, cal_type type, int64_t row,
                              int ndim, const int64_t *shape, const void *in, cal_error *err);

/* ---- keywords ---- */

/* All keywords of the table (column NULL) or of a column as a JSON object; a subtable is the text "Table: <path>". */
jv cal_table_keywords(const cal_table *table, const char *column);
/* Objects become records, whole numbers Int, others Double, arrays vectors; consumes `value`. */
cal_status cal_table_set_keyword(cal_table *table, const char *column, const char *name, jv value,
                                 cal_error *err);
cal_status cal_table_set_sub(cal_table *table, const char *name, cal_table *sub, cal_error *err);

/* ---- making ---- */

typedef struct cal_column_def {
    const char *name;
    cal_type type;
    int ndim;                   /* 0 scalar, -1 any number of axes */
    int64_t shape[CAL_MAX_DIM]; /* shape[0] > 0: fixed shape */
    /* QuantumUnits, one word, "m" or "rad", or NULL; written twice for a direction, three times for a
     * position or uvw. */
    const char *unit;
    /* MEASINFO as "epoch UTC", "uvw J2000", "direction J2000", "frequency TOPO", or with a column that
     * holds the frame's code, "frequency MEAS_FREQ_REF"; or NULL. */
    const char *measure;
    const char *comment;
    const char
        *manager; /* name of a manager in the table's definition; NULL: the default StandardStMan */
} cal_column_def;

typedef struct cal_manager_def {
    const char *name;
    const char *type; /* StandardStMan IncrementalStMan TiledShapeStMan TiledColumnStMan */
    int bucket;       /* bytes, for the first two; 0 is casacore's choice */
    int64_t tile[CAL_MAX_DIM + 1]; /* default tile of the tiled ones */
} cal_manager_def;

typedef struct cal_table_def {
    const char *comment;
    const cal_column_def *column;
    int columns;
    const cal_manager_def *manager;
    int managers;
} cal_table_def;

/* A new table; an existing path is an error. Tiled columns are written straight to disk buffers. */
cal_status cal_table_create(const char *path, const cal_table_def *def, int64_t rows,
                            cal_table **table, cal_error *err);
cal_status cal_table_add_rows(cal_table *table, int64_t count, cal_error *err);
/* A column described and stored like another one, in a storage manager of its own, with the same tiles. Cells undefined. */
cal_status cal_table_add_column_like(cal_table *table, const char *name, const char *like,
                                     const char *comment, cal_error *err);
cal_status cal_table_add_column(cal_table *table, const cal_column_def *column,
                                const cal_manager_def *manager, cal_error *err);

/* Copy the table with the given rows (list or range; every column, keywords, info) to a new path. Nested subtables go along;
 * table keywords whose table is missing on disk are left out, and their number is put into *dangling (may be NULL). */
cal_status cal_table_copy(const cal_table *table, const char *path, cal_span rows, int *dangling,
                          cal_error *err);
/* The same, and the copy is open for writing; cal_table_close() it. */
cal_status cal_table_copy_open(const cal_table *table, const char *path, cal_span rows,
                               int *dangling, cal_table **copied, cal_error *err);
/* A table at a new path that is nothing but these rows of the table, in this order: casacore programs take it for a table of its own, and what they
 * write to it goes to the table. */
cal_status cal_table_view(const cal_table *table, const char *path, cal_span rows, cal_error *err);
/* The whole of a small table whose cells were read already and are sound: its files are copied as they are, where it holds no
 * other tables; else cell by cell as above. `write`: the copy is to be changed. */
cal_status cal_table_copy_files(const cal_table *table, const char *path, bool write,
                                cal_table **copied, cal_error *err);
/* The same for the subtable of that name, which need not be open. */
cal_status cal_table_copy_sub(const cal_table *table, const char *name, const char *path,
                              bool write, cal_table **copied, cal_error *err);

#ifdef __cplusplus
}
#endif

#endif

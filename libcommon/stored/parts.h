/* What the files of this room share. */
#ifndef CAL_STORED_PARTS_H
#define CAL_STORED_PARTS_H

#include "stored/bytes.h"
#include "stored/stored.h"
#include "stored/window.h"

typedef struct cal_standard cal_standard;
typedef struct cal_incremental cal_incremental;
typedef struct cal_tiled cal_tiled;
typedef struct cal_array_file cal_array_file;

/* A data manager of the table. One of the three is its state. */
typedef struct cal_stored_manager {
    char name[CAL_NAME_MAX], type[CAL_NAME_MAX];
    int sequence, columns;
    cal_standard *standard;
    cal_incremental *incremental;
    cal_tiled *tiled;
    cal_array_file *arrays; /* of the first two */
} cal_stored_manager;

typedef struct cal_stored_column {
    cal_column face;
    int element;      /* CAL_TP_ of an element */
    bool direct;      /* an array in the cell, not a place in the manager's file of arrays */
    bool undefinable; /* a value that stands for none */
    int max_length;   /* of a text; 0 is any */
    int64_t elements; /* of a cell; 0 where cells differ */
    cal_stored_manager *manager;
    int number; /* among the columns of its manager */
    cal_bytes keywords;
} cal_stored_column;

struct cal_stored {
    char *given, *path; /* for messages; absolute, as casacore has it */
    uint8_t *description;
    bool little;
    int64_t rows;
    char *type, *subtype;
    cal_bytes keywords;
    cal_stored_column *column;
    int columns;
    cal_stored_manager *manager;
    int managers;
};

/* Fill `table` from the bytes of its table.dat, which must stay; `rows` is what the lock file says, or 0. */
bool cal_stored_describe(cal_stored *table, cal_bytes file, int64_t rows);

/* File table.f<sequence> of a table, with a suffix. */
cal_window *cal_stored_file(const char *path, int sequence, const char *suffix);

/* How many of these ascending numbers are smaller than `row`. */
int64_t cal_stored_before(const uint64_t *ascending, int64_t count, int64_t row);

static inline int64_t cal_span_at(const cal_span *rows, int64_t index)
{
    return rows->list ? rows->list[index] : rows->first + index;
}

/* How many of them, from `index` on, follow one another and end with row `last` at the latest. */
int64_t cal_span_neighbours(const cal_span *rows, int64_t index, int64_t last);
/* NULL where there is none of that name. */
const cal_stored_column *cal_stored_column_named(const cal_stored *table, const char *name);
/* Are there all these rows? */
bool cal_stored_has_rows(const cal_stored *table, const cal_span *rows);

/* ---- storage managers ---- */

/* Rows first .. last, whose cells begin at `bytes`, cell after cell, or are all the same one. */
typedef struct cal_stored_run {
    int64_t first, last;
    const uint8_t *bytes; /* valid until the manager is asked again */
    bool same;
} cal_stored_run;

/* `setup` is what the manager left in table.dat; it gives its name. NULL where it is of a kind that is not known. */
cal_standard *cal_standard_open(const char *path, bool little, cal_stored_manager *manager,
                                cal_bytes setup);
void cal_standard_close(cal_standard *standard);
/* `bits`: of a cell. */
bool cal_standard_find(cal_standard *standard, int column, int64_t row, int64_t bits,
                       cal_stored_run *run);
/* The bytes that a cell of three numbers points to, the last of which counts them; the caller frees them. NULL where that cannot be. */
uint8_t *cal_standard_text(cal_standard *standard, const int32_t place[3]);

cal_incremental *cal_incremental_open(const char *path, bool little, cal_stored_manager *manager,
                                      cal_bytes setup);
void cal_incremental_close(cal_incremental *incremental);
/* `bytes`: of a cell; 0 where a length stands in front, which counts itself. */
bool cal_incremental_find(cal_incremental *incremental, int column, int64_t row, int64_t bytes,
                          cal_stored_run *run);

typedef struct cal_tiled_cube {
    char *path; /* the file */
    int64_t offset;
    int axes; /* the last counts rows */
    int64_t shape[CAL_MAX_DIM + 1], tile[CAL_MAX_DIM + 1];
} cal_tiled_cube;

/* NULL, too, where it was made for another number of rows. */
cal_tiled *cal_tiled_open(const char *path, bool little, cal_stored_manager *manager, int64_t rows);
void cal_tiled_close(cal_tiled *tiled);
/* The hypercube that holds a row, which has no axes where the row has no cell; NULL where the map is damaged. `place` is that of the row in it,
 * and rows up to `last` follow in the next places. */
const cal_tiled_cube *cal_tiled_find(const cal_tiled *tiled, int64_t row, int64_t *place,
                                     int64_t *last);
int64_t cal_tiled_cubes(const cal_tiled *tiled);
const cal_tiled_cube *cal_tiled_cube_at(const cal_tiled *tiled, int64_t index);

/* Cells of tiled columns; false is no. */
bool cal_tiled_get(const cal_stored *table, const cal_stored_column *column, cal_type type,
                   const cal_span *rows, void *out);

/* ---- files of arrays ---- */

/* Of the manager with that sequence number; opened when something is read. */
cal_array_file *cal_array_file_new(const char *path, int sequence, bool little);
void cal_array_file_free(cal_array_file *file); /* NULL is fine */
int64_t cal_array_file_size(cal_array_file *file);
/* Shape of the array at `place`, and where its elements are. */
bool cal_array_file_shape(cal_array_file *file, int64_t place, int *ndim,
                          int64_t shape[CAL_MAX_DIM], int64_t *elements);
bool cal_array_file_read(cal_array_file *file, int64_t elements, int element, cal_type type,
                         int64_t count, void *out);

#endif

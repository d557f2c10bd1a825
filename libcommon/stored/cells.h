/* Cells of the managers that keep them in buckets, piece by piece of the way; get.c walks it. */
#ifndef CAL_STORED_CELLS_H
#define CAL_STORED_CELLS_H

#include "stored/element.h"
#include "stored/parts.h"

/* Texts, alone or as an array in StandardStMan, are elsewhere: three numbers say where. So are the arrays of a file of arrays: one says where. */
enum { CAL_PLACE_BYTES = 12, CAL_OFFSET_BYTES = 8 };

bool cal_cell_is_text(const cal_stored_column *column);
/* Are the cells' arrays in the manager's file of arrays? */
bool cal_cell_is_filed(const cal_stored_column *column);
/* Is all of a cell in the bucket, or known from the description? */
bool cal_cell_is_plain(const cal_stored_column *column);

/* The rows around `row` whose cells are together, and the cell of one of them, `bytes` long. */
bool cal_cell_find(const cal_stored_column *column, int64_t row, cal_stored_run *run);
cal_bytes cal_cell_at(const cal_stored *table, const cal_stored_run *run, int64_t row,
                      int64_t bytes);
/* Where a cell's text is, and how long; its first bytes are the text itself when it is short. */
bool cal_cell_find_place(const cal_stored *table, const cal_stored_column *column, int64_t row,
                         int32_t place[3], uint8_t bytes[CAL_PLACE_BYTES]);

/* An array of a cell, and how it is found again. */
typedef struct cal_cell_array {
    int ndim;
    int64_t shape[CAL_MAX_DIM], count;
    bool defined;
    int64_t elements; /* where they are in the file of arrays */
    /* Or texts and what stands before them, which cal_cell_array_end() frees, and the way through them. */
    uint8_t *text;
    cal_bytes walk;
} cal_cell_array;

/* False where there are more axes than are known here, or more elements than the file can hold; then there is nothing to end. */
bool cal_cell_find_array(const cal_stored *table, const cal_stored_column *column, int64_t row,
                         cal_cell_array *array);
void cal_cell_array_end(cal_cell_array *array);

/* All cells of these rows, of numbers and flags in the bucket, of texts, of arrays elsewhere. */
bool cal_cells_get_numbers(const cal_stored *table, const cal_stored_column *column, cal_type type,
                           const cal_span *rows, char *out);
bool cal_cells_get_texts(const cal_stored *table, const cal_stored_column *column,
                         const cal_span *rows, char **out);
/* All cells must have a value and the shape of the first. */
bool cal_cells_get_arrays(const cal_stored *table, const cal_stored_column *column, cal_type type,
                          const cal_span *rows, char *out);

#endif

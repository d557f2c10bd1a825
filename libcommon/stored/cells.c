/* Cells of a column, in the order of memory. */
#include "base/mem.h"
#include "stored/element.h"
#include "stored/parts.h"
#include <string.h>

/* ---- what a cell is in its bucket ---- */

/* Texts, alone or as an array in StandardStMan, are elsewhere: three numbers say where. */
enum { PLACE_BYTES = 12, OFFSET_BYTES = 8 };

static bool is_text(const cal_stored_column *column)
{
    return column->element == CAL_TP_STRING;
}

static bool is_place(const cal_stored_column *column)
{
    return is_text(column) && (column->face.is_array || !column->max_length);
}

/* Are the cells' arrays in the manager's file of arrays? */
static bool is_filed(const cal_stored_column *column)
{
    return column->face.is_array && !column->direct &&
           !(column->manager->standard && is_text(column));
}

/* Bits of a cell in a bucket; 0 where a length stands in front. */
static int64_t cell_bits(const cal_stored_column *column)
{
    if (is_filed(column))
        return 8 * OFFSET_BYTES;
    if (is_text(column) && column->manager->incremental)
        return 0;
    if (is_text(column))
        return 8 * (is_place(column) ? PLACE_BYTES : column->max_length);
    return column->element == CAL_TP_BOOL
               ? column->elements
               : 8 * cal_element_bytes(column->element) * column->elements;
}

static bool find_run(const cal_stored_column *column, int64_t row, cal_stored_run *run)
{
    cal_stored_manager *manager = column->manager;
    int64_t bits = cell_bits(column);
    if (manager->standard)
        return cal_standard_find(manager->standard, column->number, row, bits, run);
    return cal_incremental_find(manager->incremental, column->number, row, (bits + 7) / 8, run);
}

/* The cell of a row; `bits` are a whole number of bytes. */
static cal_bytes cell_at(const cal_stored *table, const cal_stored_run *run, int64_t row,
                         int64_t bytes)
{
    const uint8_t *at = run->bytes + (run->same ? 0 : (row - run->first) * bytes);
    return (cal_bytes){at, at + bytes, table->little, false};
}

/* ---- numbers and flags in the cell ---- */

/* The first cell of `bytes` into `count` of them. */
static void repeat(char *cells, int64_t bytes, int64_t count)
{
    for (int64_t have = 1; have < count; have *= 2) {
        int64_t now = have < count - have ? have : count - have;
        memcpy(cells + have * bytes, cells, (size_t)(now * bytes));
    }
}

static void read_cells(const cal_stored *table, const cal_stored_column *column,
                       const cal_stored_run *run, int64_t row, cal_type type, int64_t count,
                       void *out)
{
    int64_t elements = column->elements, first = run->same ? 0 : row - run->first;
    int64_t read = run->same ? 1 : count;
    if (column->element == CAL_TP_BOOL)
        cal_element_read_bits(run->bytes, first * elements, read * elements, out);
    else
        cal_element_read(column->element, run->bytes + first * cell_bits(column) / 8, table->little,
                         type, read * elements, out);
    if (run->same)
        repeat(out, elements * (int64_t)cal_type_bytes(type), count);
}

static bool get_numbers(const cal_stored *table, const cal_stored_column *column, cal_type type,
                        const cal_span *rows, char *out)
{
    int64_t bytes = column->elements * (int64_t)cal_type_bytes(type);
    cal_stored_run run;
    for (int64_t i = 0, count; i < rows->count; i += count) {
        int64_t row = cal_span_at(rows, i);
        if (!find_run(column, row, &run))
            return false;
        count = cal_span_neighbours(rows, i, run.last);
        read_cells(table, column, &run, row, type, count, out + i * bytes);
    }
    return true;
}

/* ---- texts ---- */

/* Where a cell's text is, and how long; its first bytes are the text itself when it is short. */
static bool find_place(const cal_stored *table, const cal_stored_column *column, int64_t row,
                       int32_t place[3], uint8_t bytes[PLACE_BYTES])
{
    cal_stored_run run;
    if (!find_run(column, row, &run))
        return false;
    cal_bytes cell = cell_at(table, &run, row, PLACE_BYTES);
    memcpy(bytes, cell.at, PLACE_BYTES);
    for (int i = 0; i < 3; i++)
        place[i] = cal_bytes_i32(&cell);
    return place[2] >= 0;
}

static char *terminated(const uint8_t *bytes, int64_t length)
{
    char *text = cal_alloc((size_t)length + 1, 1);
    memcpy(text, bytes, (size_t)length);
    return text;
}

static char *get_placed_text(const cal_stored *table, const cal_stored_column *column, int64_t row)
{
    enum { SHORT = 8 };
    int32_t place[3];
    uint8_t cell[PLACE_BYTES];
    if (!find_place(table, column, row, place, cell))
        return NULL;
    if (place[2] <= SHORT)
        return terminated(cell, place[2]);
    uint8_t *bytes = cal_standard_text(column->manager->standard, place);
    char *text = bytes ? terminated(bytes, place[2]) : NULL;
    free(bytes);
    return text;
}

/* One text, whose cell is it, or begins with a length that counts itself. */
static char *get_inline_text(const cal_stored *table, const cal_stored_column *column, int64_t row)
{
    cal_stored_run run;
    if (!find_run(column, row, &run))
        return NULL;
    if (column->manager->standard)
        return terminated(cell_at(table, &run, row, column->max_length).at, column->max_length);
    cal_bytes length = cell_at(table, &run, row, 4);
    int64_t bytes = (int64_t)cal_bytes_u32(&length) - 4;
    return bytes >= 0 ? terminated(run.bytes + 4, bytes) : NULL;
}

static bool get_texts(const cal_stored *table, const cal_stored_column *column,
                      const cal_span *rows, char **out)
{
    bool placed = is_place(column) && column->manager->standard;
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t row = cal_span_at(rows, i);
        out[i] = placed ? get_placed_text(table, column, row) : get_inline_text(table, column, row);
        if (!out[i])
            return false;
    }
    return true;
}

/* ---- arrays ---- */

/* An array of a cell, and how it is found again. */
struct array {
    int ndim;
    int64_t shape[CAL_MAX_DIM], count;
    bool defined;
    int64_t elements; /* in the file of arrays */
    uint8_t *text;    /* or this, which array_end() frees: texts and all that stands before them */
    cal_bytes walk;   /* through the texts */
};

static void array_end(struct array *array)
{
    free(array->text);
}

static bool find_filed(const cal_stored *table, const cal_stored_column *column, int64_t row,
                       struct array *array)
{
    cal_stored_run run;
    if (!find_run(column, row, &run))
        return false;
    cal_bytes cell = cell_at(table, &run, row, OFFSET_BYTES);
    int64_t place = (int64_t)cal_bytes_u64(&cell);
    array->defined = place != 0;
    return !place || cal_array_file_shape(column->manager->arrays, place, &array->ndim,
                                          array->shape, &array->elements);
}

/* Shape, a number that says whether texts follow, and the texts, each behind its length; of fixed shape: texts only. */
static bool find_texts(const cal_stored *table, const cal_stored_column *column, int64_t row,
                       struct array *array)
{
    int32_t place[3];
    uint8_t cell[PLACE_BYTES];
    if (!find_place(table, column, row, place, cell))
        return false;
    array->defined = column->face.fixed || place[2] > 0;
    if (!place[2])
        return !column->face.fixed;
    array->text = cal_standard_text(column->manager->standard, place);
    if (!array->text)
        return false;
    array->walk = (cal_bytes){array->text, array->text + place[2], false, false};
    if (column->face.fixed)
        return true;
    int64_t axes = cal_bytes_u32(&array->walk);
    array->walk.bad |= axes > CAL_MAX_DIM;
    for (int64_t i = 0; i < axes && !array->walk.bad; i++)
        array->shape[i] = cal_bytes_u32(&array->walk);
    array->ndim = (int)axes;
    return cal_bytes_i32(&array->walk) != 0 && !array->walk.bad;
}

/* False also where there are more axes than are known here, or more elements than `bytes` can hold. */
static bool count_elements(struct array *array, int64_t bytes)
{
    array->count = array->ndim > 0;
    for (int i = 0; i < array->ndim; i++)
        if (__builtin_mul_overflow(array->count, array->shape[i], &array->count))
            return false;
    return array->count / 8 <= bytes; /* flags are the smallest */
}

static bool find_array(const cal_stored *table, const cal_stored_column *column, int64_t row,
                       struct array *array)
{
    bool found;
    memset(array, 0, sizeof *array);
    if (column->face.fixed) {
        array->ndim = column->face.ndim;
        memcpy(array->shape, column->face.shape, sizeof array->shape);
    }
    if (is_filed(column))
        found = find_filed(table, column, row, array) &&
                count_elements(array, cal_array_file_size(column->manager->arrays));
    else
        found = find_texts(table, column, row, array) &&
                count_elements(array, array->walk.end - array->walk.at);
    if (!found)
        array_end(array);
    return found;
}

static bool read_array(const cal_stored_column *column, struct array *array, cal_type type,
                       void *out)
{
    if (is_filed(column))
        return cal_array_file_read(column->manager->arrays, array->elements, column->element, type,
                                   array->count, out);
    for (int64_t i = 0; i < array->count && !array->walk.bad; i++)
        ((char **)out)[i] = cal_bytes_text(&array->walk);
    return !array->walk.bad;
}

static bool same_shape(const struct array *a, const struct array *b)
{
    return a->ndim == b->ndim && !memcmp(a->shape, b->shape, sizeof a->shape);
}

/* All cells must have a value and the shape of the first. */
static bool get_arrays(const cal_stored *table, const cal_stored_column *column, cal_type type,
                       const cal_span *rows, char *out)
{
    struct array first = {0}, array;
    bool done = true;
    for (int64_t i = 0; i < rows->count && done; i++) {
        if (!find_array(table, column, cal_span_at(rows, i), &array))
            return false;
        if (i == 0)
            first = array;
        done =
            array.defined && same_shape(&first, &array) &&
            read_array(column, &array, type, out + i * array.count * (int64_t)cal_type_bytes(type));
        array_end(&array);
    }
    return done;
}

/* ---- what is asked ---- */

/* Is all of a cell in the bucket, or known from the description? */
static bool is_plain(const cal_stored_column *column)
{
    return !column->face.is_array || (column->direct && !is_text(column));
}

/* Arrays of texts in IncrementalStMan would need words of their own, and nobody has them. */
static bool is_known(const cal_stored_column *column)
{
    bool texts = column->face.is_array && is_text(column) && column->manager->incremental;
    return !(texts && column->direct) && (column->elements > 0 || !is_plain(column));
}

static bool get_cells(const cal_stored *table, const cal_stored_column *column, cal_type type,
                      const cal_span *rows, void *out)
{
    if (!is_plain(column))
        return get_arrays(table, column, type, rows, out);
    return is_text(column) ? get_texts(table, column, rows, out)
                           : get_numbers(table, column, type, rows, out);
}

/* Through a list of our own, which is freed where not all can be had. */
static bool get_all_texts(const cal_stored *table, const cal_stored_column *column,
                          const cal_span *rows, char **out)
{
    struct array first = {.count = 1};
    int64_t count;
    if (!is_plain(column) && !find_array(table, column, cal_span_at(rows, 0), &first))
        return false;
    array_end(&first);
    if (__builtin_mul_overflow(first.count, rows->count, &count))
        return false;
    char **text = CAL_NEW_ARRAY(char *, count);
    bool done = get_cells(table, column, CAL_TYPE_TEXT, rows, text);
    if (done)
        memcpy(out, text, (size_t)count * sizeof *text);
    for (int64_t i = 0; i < count && !done; i++)
        free(text[i]);
    free(text);
    return done;
}

bool cal_stored_get(cal_stored *table, const char *name, cal_type type, cal_span rows, void *out)
{
    const cal_stored_column *column = cal_stored_column_named(table, name);
    if (!column || !cal_element_fits(column->element, type) || !cal_stored_has_rows(table, &rows))
        return false;
    if (rows.count <= 0)
        return true;
    if (column->manager->tiled)
        return cal_tiled_get(table, column, type, &rows, out);
    if (!is_known(column))
        return false;
    return type == CAL_TYPE_TEXT ? get_all_texts(table, column, &rows, out)
                                 : get_cells(table, column, type, &rows, out);
}

static bool tiled_shape(const cal_stored_column *column, int64_t row, struct array *array)
{
    int64_t place, last;
    const cal_tiled_cube *cube = cal_tiled_find(column->manager->tiled, row, &place, &last);
    array->defined = cube && cube->axes > 0;
    array->ndim = array->defined ? cube->axes - 1 : 0;
    if (array->defined)
        memcpy(array->shape, cube->shape, sizeof array->shape);
    return cube;
}

static bool find_shape(const cal_stored *table, const cal_stored_column *column, int64_t row,
                       struct array *array)
{
    const cal_column *face = &column->face;
    array->defined = true;
    if (!face->is_array)
        return !column->undefinable;
    if (face->fixed && (column->manager->tiled || column->direct)) {
        array->ndim = face->ndim;
        memcpy(array->shape, face->shape, sizeof array->shape);
        return true;
    }
    if (column->manager->tiled)
        return tiled_shape(column, row, array);
    bool found = is_known(column) && find_array(table, column, row, array);
    if (found)
        array_end(array);
    return found;
}

bool cal_stored_cell_shape(cal_stored *table, const char *name, int64_t row, bool *defined,
                           int *ndim, int64_t shape[CAL_MAX_DIM])
{
    const cal_stored_column *column = cal_stored_column_named(table, name);
    cal_span rows = cal_span_range(row, 1);
    struct array array = {0};
    bool found =
        !column || !cal_stored_has_rows(table, &rows) || find_shape(table, column, row, &array);
    *defined = array.defined;
    *ndim = array.defined ? array.ndim : 0;
    memcpy(shape, array.shape, (size_t)*ndim * sizeof *shape);
    return found;
}

bool cal_stored_tile_shape(cal_stored *table, const char *name, int64_t row, int *ndim,
                           int64_t tile[CAL_MAX_DIM + 1])
{
    const cal_stored_column *column = cal_stored_column_named(table, name);
    cal_span rows = cal_span_range(row, 1);
    int64_t place, last;
    const cal_tiled_cube *cube =
        column && column->manager->tiled && cal_stored_has_rows(table, &rows)
            ? cal_tiled_find(column->manager->tiled, row, &place, &last)
            : NULL;
    *ndim = cube ? cube->axes : 0;
    if (cube)
        memcpy(tile, cube->tile, sizeof cube->tile);
    return *ndim > 0;
}

/* Reading cells and shapes, whichever manager has them. */
#include "base/mem.h"
#include "stored/cells.h"
#include <string.h>

/* Arrays of texts in IncrementalStMan would need words of their own, and nobody has them. */
static bool is_known(const cal_stored_column *column)
{
    bool texts = column->face.is_array && cal_cell_is_text(column) && column->manager->incremental;
    return !(texts && column->direct) && (column->elements > 0 || !cal_cell_is_plain(column));
}

static bool get_cells(const cal_stored *table, const cal_stored_column *column, cal_type type,
                      const cal_span *rows, void *out)
{
    if (!cal_cell_is_plain(column))
        return cal_cells_get_arrays(table, column, type, rows, out);
    return cal_cell_is_text(column) ? cal_cells_get_texts(table, column, rows, out)
                                    : cal_cells_get_numbers(table, column, type, rows, out);
}

/* Through a list of our own, which is freed where not all can be had. */
static bool get_all_texts(const cal_stored *table, const cal_stored_column *column,
                          const cal_span *rows, char **out)
{
    cal_cell_array first = {.count = 1};
    int64_t count;
    if (!cal_cell_is_plain(column) &&
        !cal_cell_find_array(table, column, cal_span_at(rows, 0), &first))
        return false;
    cal_cell_array_end(&first);
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

static bool tiled_shape(const cal_stored_column *column, int64_t row, cal_cell_array *array)
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
                       cal_cell_array *array)
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
    bool found = is_known(column) && cal_cell_find_array(table, column, row, array);
    if (found)
        cal_cell_array_end(array);
    return found;
}

bool cal_stored_cell_shape(cal_stored *table, const char *name, int64_t row, bool *defined,
                           int *ndim, int64_t shape[CAL_MAX_DIM])
{
    const cal_stored_column *column = cal_stored_column_named(table, name);
    cal_span rows = cal_span_range(row, 1);
    cal_cell_array array = {0};
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

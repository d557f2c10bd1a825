/* Arrays whose cell in the bucket says where they are. */
#include "stored/cells.h"
#include <stdlib.h>
#include <string.h>

void cal_cell_array_end(cal_cell_array *array)
{
    free(array->text);
}

static bool find_filed(const cal_stored *table, const cal_stored_column *column, int64_t row,
                       cal_cell_array *array)
{
    cal_stored_run run;
    if (!cal_cell_find(column, row, &run))
        return false;
    cal_bytes cell = cal_cell_at(table, &run, row, CAL_OFFSET_BYTES);
    int64_t place = (int64_t)cal_bytes_u64(&cell);
    array->defined = place != 0;
    return !place || cal_array_file_shape(column->manager->arrays, place, &array->ndim,
                                          array->shape, &array->elements);
}

/* Shape, a number that says whether texts follow, and the texts, each behind its length; of fixed shape: texts only. */
static bool find_texts(const cal_stored *table, const cal_stored_column *column, int64_t row,
                       cal_cell_array *array)
{
    int32_t place[3];
    uint8_t cell[CAL_PLACE_BYTES];
    if (!cal_cell_find_place(table, column, row, place, cell))
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
static bool count_elements(cal_cell_array *array, int64_t bytes)
{
    array->count = array->ndim > 0;
    for (int i = 0; i < array->ndim; i++)
        if (__builtin_mul_overflow(array->count, array->shape[i], &array->count))
            return false;
    return array->count / 8 <= bytes; /* flags are the smallest */
}

bool cal_cell_find_array(const cal_stored *table, const cal_stored_column *column, int64_t row,
                         cal_cell_array *array)
{
    bool found;
    memset(array, 0, sizeof *array);
    if (column->face.fixed) {
        array->ndim = column->face.ndim;
        memcpy(array->shape, column->face.shape, sizeof array->shape);
    }
    if (cal_cell_is_filed(column))
        found = find_filed(table, column, row, array) &&
                count_elements(array, cal_array_file_size(column->manager->arrays));
    else
        found = find_texts(table, column, row, array) &&
                count_elements(array, array->walk.end - array->walk.at);
    if (!found)
        cal_cell_array_end(array);
    return found;
}

static bool read_array(const cal_stored_column *column, cal_cell_array *array, cal_type type,
                       void *out)
{
    if (cal_cell_is_filed(column))
        return cal_array_file_read(column->manager->arrays, array->elements, column->element, type,
                                   array->count, out);
    for (int64_t i = 0; i < array->count && !array->walk.bad; i++)
        ((char **)out)[i] = cal_bytes_text(&array->walk);
    return !array->walk.bad;
}

static bool same_shape(const cal_cell_array *a, const cal_cell_array *b)
{
    return a->ndim == b->ndim && !memcmp(a->shape, b->shape, sizeof a->shape);
}

bool cal_cells_get_arrays(const cal_stored *table, const cal_stored_column *column, cal_type type,
                          const cal_span *rows, char *out)
{
    cal_cell_array first = {0}, array;
    bool done = true;
    for (int64_t i = 0; i < rows->count && done; i++) {
        if (!cal_cell_find_array(table, column, cal_span_at(rows, i), &array))
            return false;
        if (i == 0)
            first = array;
        done =
            array.defined && same_shape(&first, &array) &&
            read_array(column, &array, type, out + i * array.count * (int64_t)cal_type_bytes(type));
        cal_cell_array_end(&array);
    }
    return done;
}

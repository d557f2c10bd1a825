#include "ms/meta_rows.h"
#include "base/mem.h"
#include <string.h>

/* Does the cell hold just as many numbers as `size` bytes take? */
static bool cell_fits(cal_table *table, const char *column, int64_t row, size_t size)
{
    int ndim;
    int64_t shape[CAL_MAX_DIM], count = 1;
    if (!cal_table_cell_shape(table, column, row, &ndim, shape))
        return false;
    for (int i = 0; i < ndim; i++)
        count *= shape[i];
    return count * sizeof(double) == size;
}

/* Numbers of an array column, all at once where every cell is like the first; else cell by cell,
 * and those that are undefined or of another size are left out. */
static void read_arrays(cal_table *table, const cal_member *member, char *base, size_t stride)
{
    int64_t rows = cal_table_rows(table);
    size_t size = member->size;
    char *values = cal_alloc(rows, size);
    bool alike = rows > 0 && cell_fits(table, member->column, 0, size) &&
                 !cal_table_get(table, member->column, CAL_TYPE_DOUBLE, cal_span_range(0, rows),
                                values, NULL);
    for (int64_t i = 0; i < rows; i++) {
        double *cell =
            alike ? NULL : cal_cell_doubles(table, member->column, i, (int)(size / sizeof *cell));
        if (alike || cell)
            memcpy(base + i * stride + member->offset, alike ? values + i * size : (char *)cell,
                   size);
        free(cell);
    }
    free(values);
}

static cal_status read_scalars(cal_table *table, const cal_member *member, char *base,
                               size_t stride, cal_error *err)
{
    int64_t rows = cal_table_rows(table);
    char *values = cal_alloc(rows, member->size);
    cal_status status =
        cal_table_get(table, member->column, member->type, cal_span_range(0, rows), values, err);
    for (int64_t i = 0; i < rows && !status; i++)
        memcpy(base + i * stride + member->offset, values + i * member->size, member->size);
    free(values);
    return status;
}

static void empty_texts(const cal_member *member, int64_t rows, char *base, size_t stride)
{
    for (int64_t i = 0; i < rows && member->type == CAL_TYPE_TEXT; i++)
        *(char **)(base + i * stride + member->offset) = cal_copy_text("");
}

static cal_status read_member(cal_table *table, const cal_member *member, char *base, size_t stride,
                              cal_error *err)
{
    cal_column column;
    if (!cal_table_find_column(table, member->column, &column)) {
        if (member->needed)
            return cal_fail(err, CAL_INPUT, "%s has no column %s", cal_table_path(table),
                            member->column);
        empty_texts(member, cal_table_rows(table), base, stride);
        return CAL_OK;
    }
    if (!column.is_array)
        return read_scalars(table, member, base, stride, err);
    read_arrays(table, member, base, stride);
    return CAL_OK;
}

cal_status cal_members_read(cal_table *table, const cal_member *member, size_t members, void *base,
                            size_t stride, cal_error *err)
{
    for (size_t i = 0; i < members; i++)
        if (read_member(table, &member[i], base, stride, err))
            return err->status;
    return CAL_OK;
}

void cal_members_free_texts(const cal_member *member, size_t members, void *base, size_t stride,
                            int count)
{
    for (size_t m = 0; m < members; m++)
        for (int i = 0; i < count && member[m].type == CAL_TYPE_TEXT; i++)
            free(*(char **)((char *)base + i * stride + member[m].offset));
}

double *cal_cell_doubles(cal_table *table, const char *column, int64_t row, int wanted)
{
    void *values = NULL;
    int64_t count = 0;
    int ndim;
    int64_t shape[CAL_MAX_DIM];
    if (!cal_table_has_column(table, column) ||
        !cal_table_cell_shape(table, column, row, &ndim, shape))
        return NULL;
    if (cal_table_get_cell(table, column, CAL_TYPE_DOUBLE, row, &values, &count, NULL))
        return NULL;
    if (count == wanted)
        return values;
    free(values);
    return NULL;
}

#include "ms/data_column.h"
#include "base/mem.h"
#include "table/table.h"
#include <complex.h>
#include <string.h>

enum { RUN_BYTES = 16 << 20 };

/* How many rows from `first` on have a DATA cell of one shape; 0 at an undefined cell. */
static int64_t run_of_one_shape(cal_table *ms, int64_t first, int64_t end, int *ndim,
                                int64_t *shape)
{
    int64_t other[CAL_MAX_DIM], row = first + 1;
    int axes;
    if (!cal_table_cell_shape(ms, "DATA", first, ndim, shape))
        return 0;
    while (row < end && cal_table_cell_shape(ms, "DATA", row, &axes, other) && axes == *ndim &&
           !memcmp(other, shape, (size_t)axes * sizeof *shape))
        row++;
    return row - first;
}

static cal_status fill_run(cal_table *ms, const char *name, int64_t first, int64_t rows, int ndim,
                           const int64_t *shape, cal_error *err)
{
    int64_t cell = 1, done = 0;
    for (int axis = 0; axis < ndim; axis++)
        cell *= shape[axis];
    int64_t most = RUN_BYTES / (cell * (int64_t)sizeof(float complex)) + 1;
    cal_column column;
    bool fixed = cal_table_find_column(ms, name, &column) && column.fixed;
    float complex *zero = CAL_NEW_ARRAY(float complex, cell *(rows < most ? rows : most));
    cal_status status = CAL_OK;
    for (; !status && done < rows; done += most) {
        cal_span span = cal_span_range(first + done, rows - done < most ? rows - done : most);
        if (!fixed)
            status = cal_table_set_shape(ms, name, span, ndim, shape, NULL, err);
        if (!status)
            status = cal_table_put(ms, name, CAL_TYPE_COMPLEX, span, zero, err);
    }
    free(zero);
    return status;
}

static cal_status fill(cal_table *ms, const char *name, cal_error *err)
{
    int64_t rows = cal_table_rows(ms), shape[CAL_MAX_DIM], run;
    int ndim;
    cal_status status = CAL_OK;
    for (int64_t row = 0; !status && row < rows; row += run ? run : 1) {
        run = run_of_one_shape(ms, row, rows, &ndim, shape);
        if (run)
            status = fill_run(ms, name, row, run, ndim, shape, err);
    }
    return status;
}

/* The rows from `first` on that are of the field. */
static int64_t run_of_field(const int32_t *id, int64_t first, int64_t rows, int field)
{
    int64_t row = first;
    while (row < rows && id[row] == field)
        row++;
    return row - first;
}

static cal_status clear_rows(cal_table *ms, const char *name, const int32_t *id, int field,
                             cal_error *err)
{
    int64_t rows = cal_table_rows(ms), shape[CAL_MAX_DIM], run;
    int ndim;
    cal_status status = CAL_OK;
    for (int64_t row = 0; !status && row < rows; row += run ? run : 1) {
        run = run_of_field(id, row, rows, field);
        run = run ? run_of_one_shape(ms, row, row + run, &ndim, shape) : 0;
        if (run)
            status = fill_run(ms, name, row, run, ndim, shape, err);
    }
    return status;
}

cal_status cal_data_column_clear(const char *path, const char *name, int field, cal_error *err)
{
    cal_table *ms;
    cal_status status = cal_table_open(path, true, &ms, err);
    if (status)
        return status;
    int32_t *id = CAL_NEW_ARRAY(int32_t, cal_table_rows(ms));
    status =
        cal_table_get(ms, "FIELD_ID", CAL_TYPE_INT, cal_span_range(0, cal_table_rows(ms)), id, err);
    if (!status)
        status = clear_rows(ms, name, id, field, err);
    free(id);
    cal_status closed = cal_table_close(ms, status ? NULL : err);
    return status ? status : closed;
}

static cal_status add(cal_table *ms, const char *name, cal_error *err)
{
    cal_status status = cal_table_add_column_like(ms, name, "DATA", NULL, err);
    return status ? status : fill(ms, name, err);
}

cal_status cal_data_column_make(const char *path, const char *name, cal_error *err)
{
    cal_table *ms;
    cal_status status = cal_table_open(path, false, &ms, err);
    if (status)
        return status;
    bool there = cal_table_has_column(ms, name);
    cal_table_close(ms, NULL);
    if (there || (status = cal_table_open(path, true, &ms, err)))
        return status;
    status = add(ms, name, err);
    cal_status closed = cal_table_close(ms, status ? NULL : err);
    return status ? status : closed;
}

/* The functions of table.h as the tools see them. A table that is opened for reading is read from its files (stored/stored.h) until something is
 * asked that these do not tell; only then casacore is loaded and opens it too. What is wrong with a table, casacore says. A table that is being
 * written is casacore's alone. */
#include "base/mem.h"
#include "table/reach.h"
#include <stdlib.h>
#include <unistd.h>

/* ---- opening and closing ---- */

cal_status cal_table_open(const char *path, bool write, cal_table **table, cal_error *err)
{
    cal_table *casacore = NULL;
    cal_stored *stored =
        write || cal_table_find_open(path, true, NULL) ? NULL : cal_stored_open(path);
    if (stored) {
        *table = cal_table_wrap(path, stored, NULL, false);
        return CAL_OK;
    }
    cal_status status = cal_late_load(&cal_late_tables, err);
    if (!status)
        status = CAL_LATE(tables, cal_table_open)(path, write, &casacore, err);
    return cal_table_hand_over(status, casacore, write, table);
}

cal_status cal_table_open_sub(const cal_table *table, const char *name, cal_table **sub,
                              cal_error *err)
{
    cal_table *casacore, *opened = NULL;
    char *path = table->stored ? cal_stored_subtable(table->stored, name) : NULL;
    if (path) {
        cal_status found = cal_table_open(path, false, sub, err);
        free(path);
        return found;
    }
    cal_status status = cal_table_reach(table, &casacore, err);
    if (!status)
        status = CAL_LATE(tables, cal_table_open_sub)(casacore, name, &opened, err);
    return cal_table_hand_over(status, opened, table->write, sub);
}

bool cal_table_has_sub(const cal_table *table, const char *name)
{
    if (!table->stored)
        return CAL_LATE(tables, cal_table_has_sub)(table->casacore, name);
    char *path = cal_stored_subtable(table->stored, name);
    char *description = cal_format("%s/table.dat", path ? path : "");
    bool there = path && !access(description, F_OK);
    free(description);
    free(path);
    return there;
}

cal_status cal_table_create(const char *path, const cal_table_def *def, int64_t rows,
                            cal_table **table, cal_error *err)
{
    cal_table *casacore = NULL;
    cal_status status = cal_late_load(&cal_late_tables, err);
    if (!status)
        status = CAL_LATE(tables, cal_table_create)(path, def, rows, &casacore, err);
    return cal_table_hand_over(status, casacore, true, table);
}

cal_status cal_table_close(cal_table *table, cal_error *err)
{
    if (!table)
        return CAL_OK;
    cal_table_strike(table);
    cal_status status =
        table->casacore ? CAL_LATE(tables, cal_table_close)(table->casacore, err) : CAL_OK;
    cal_stored_close(table->stored);
    free(table->path);
    free(table);
    return status;
}

/* ---- facts ---- */

const char *cal_table_path(const cal_table *table)
{
    return table->path;
}

bool cal_table_is_written(const cal_table *table)
{
    return table->write;
}

int64_t cal_table_rows(const cal_table *table)
{
    return table->stored ? cal_stored_rows(table->stored)
                         : CAL_LATE(tables, cal_table_rows)(table->casacore);
}

const char *cal_table_info_type(const cal_table *table)
{
    return table->stored ? cal_stored_info_type(table->stored)
                         : CAL_LATE(tables, cal_table_info_type)(table->casacore);
}

const char *cal_table_info_subtype(const cal_table *table)
{
    return table->stored ? cal_stored_info_subtype(table->stored)
                         : CAL_LATE(tables, cal_table_info_subtype)(table->casacore);
}

jv cal_table_keywords(const cal_table *table, const char *column)
{
    cal_table *casacore;
    jv keywords = table->stored ? cal_stored_keywords(table->stored, column) : jv_invalid();
    if (jv_is_valid(keywords))
        return keywords;
    jv_free(keywords);
    return cal_table_reach(table, &casacore, NULL)
               ? jv_object()
               : CAL_LATE(tables, cal_table_keywords)(casacore, column);
}

/* ---- columns ---- */

int cal_table_column_count(const cal_table *table)
{
    return table->stored ? cal_stored_column_count(table->stored)
                         : CAL_LATE(tables, cal_table_column_count)(table->casacore);
}

void cal_table_column_at(const cal_table *table, int index, cal_column *column)
{
    if (table->stored)
        *column = *cal_stored_column_at(table->stored, index);
    else
        CAL_LATE(tables, cal_table_column_at)(table->casacore, index, column);
}

bool cal_table_has_column(const cal_table *table, const char *name)
{
    return table->stored ? cal_stored_find_column(table->stored, name) >= 0
                         : CAL_LATE(tables, cal_table_has_column)(table->casacore, name);
}

bool cal_table_find_column(const cal_table *table, const char *name, cal_column *column)
{
    if (!table->stored)
        return CAL_LATE(tables, cal_table_find_column)(table->casacore, name, column);
    int index = cal_stored_find_column(table->stored, name);
    if (index >= 0)
        *column = *cal_stored_column_at(table->stored, index);
    return index >= 0;
}

bool cal_table_cell_shape(cal_table *table, const char *column, int64_t row, int *ndim,
                          int64_t shape[CAL_MAX_DIM])
{
    bool defined;
    cal_table *casacore;
    if (table->stored && cal_stored_cell_shape(table->stored, column, row, &defined, ndim, shape))
        return defined;
    *ndim = 0;
    return !cal_table_reach(table, &casacore, NULL) &&
           CAL_LATE(tables, cal_table_cell_shape)(casacore, column, row, ndim, shape);
}

bool cal_table_tile_shape(cal_table *table, const char *column, int64_t row, int *ndim,
                          int64_t tile[CAL_MAX_DIM + 1])
{
    return table->stored
               ? cal_stored_tile_shape(table->stored, column, row, ndim, tile)
               : CAL_LATE(tables, cal_table_tile_shape)(table->casacore, column, row, ndim, tile);
}

/* ---- cells ---- */

cal_status cal_table_get(cal_table *table, const char *column, cal_type type, cal_span rows,
                         void *out, cal_error *err)
{
    cal_table *casacore;
    if (table->stored && cal_stored_get(table->stored, column, type, rows, out))
        return CAL_OK;
    cal_status status = cal_table_reach(table, &casacore, err);
    return status ? status
                  : CAL_LATE(tables, cal_table_get)(casacore, column, type, rows, out, err);
}

/* False where the files do not tell. */
static bool get_stored_cell(const cal_table *table, const char *column, cal_type type, int64_t row,
                            void **out, int64_t *count)
{
    bool defined;
    int ndim;
    int64_t shape[CAL_MAX_DIM];
    cal_column facts;
    if (!table->stored ||
        !cal_stored_cell_shape(table->stored, column, row, &defined, &ndim, shape) || !defined)
        return false;
    cal_table_find_column(table, column, &facts);
    *count = !facts.is_array || ndim > 0;
    for (int i = 0; i < ndim; i++)
        *count *= shape[i];
    *out = cal_alloc((size_t)*count, cal_type_bytes(type));
    if (cal_stored_get(table->stored, column, type, cal_span_range(row, 1), *out))
        return true;
    free(*out);
    return false;
}

cal_status cal_table_get_cell(cal_table *table, const char *column, cal_type type, int64_t row,
                              void **out, int64_t *count, cal_error *err)
{
    cal_table *casacore;
    if (get_stored_cell(table, column, type, row, out, count))
        return CAL_OK;
    *out = NULL;
    *count = 0;
    cal_status status = cal_table_reach(table, &casacore, err);
    return status
               ? status
               : CAL_LATE(tables, cal_table_get_cell)(casacore, column, type, row, out, count, err);
}

cal_status cal_table_locate(cal_table *table, const char *column, cal_type type, cal_span rows,
                            cal_located **located, cal_error *err)
{
    cal_table *casacore;
    if (table->stored && cal_stored_locate(table->stored, column, type, rows, located))
        return CAL_OK;
    cal_status status = cal_table_reach(table, &casacore, err);
    return status ? status
                  : CAL_LATE(tables, cal_table_locate)(casacore, column, type, rows, located, err);
}

bool cal_table_has_runs(cal_table *table, const char *column, cal_type type)
{
    return table->stored ? cal_stored_has_runs(table->stored, column, type)
                         : CAL_LATE(tables, cal_table_has_runs)(table->casacore, column, type);
}

cal_status cal_table_find_runs(cal_table *table, const char *column, cal_type type, cal_span rows,
                               int ndim, const int64_t *shape, cal_file_run **run, int64_t *count,
                               cal_error *err)
{
    cal_table *casacore;
    if (table->stored &&
        cal_stored_find_runs(table->stored, column, type, rows, ndim, shape, run, count))
        return CAL_OK;
    cal_status status = cal_table_reach(table, &casacore, err);
    return status ? status
                  : CAL_LATE(tables, cal_table_find_runs)(casacore, column, type, rows, ndim, shape,
                                                          run, count, err);
}

/* ---- what gives another table ---- */

cal_status cal_table_set_sub(cal_table *table, const char *name, cal_table *sub, cal_error *err)
{
    cal_table *casacore, *sub_casacore;
    cal_status status = cal_table_reach(table, &casacore, err);
    if (!status)
        status = cal_table_reach(sub, &sub_casacore, err);
    return status ? status : CAL_LATE(tables, cal_table_set_sub)(casacore, name, sub_casacore, err);
}

cal_status cal_table_copy_open(const cal_table *table, const char *path, cal_span rows,
                               int *dangling, cal_table **copied, cal_error *err)
{
    cal_table *casacore, *made = NULL;
    cal_status status = cal_table_reach(table, &casacore, err);
    if (!status)
        status = CAL_LATE(tables, cal_table_copy_open)(casacore, path, rows, dangling, &made, err);
    return cal_table_hand_over(status, made, true, copied);
}

/* clang-format off */

/* ---- what needs nothing but casacore ---- */

/* `casacore` stands for the table's object. */
#define NEEDS_CASACORE(name, parameters, arguments)                                                \
    cal_status name parameters                                                                     \
    {                                                                                              \
        cal_table *casacore;                                                                       \
        cal_status status = cal_table_reach(table, &casacore, err);                                          \
        return status ? status : CAL_LATE(tables, name) arguments;                                 \
    }

NEEDS_CASACORE(cal_table_set_info,
               (cal_table *table, const char *type, const char *subtype, cal_error *err),
               (casacore, type, subtype, err))
NEEDS_CASACORE(cal_table_put,
               (cal_table *table, const char *column, cal_type type, cal_span rows,
                const void *in, cal_error *err),
               (casacore, column, type, rows, in, err))
NEEDS_CASACORE(cal_table_set_shape,
               (cal_table *table, const char *column, cal_span rows, int ndim,
                const int64_t *shape, const int64_t *tile, cal_error *err),
               (casacore, column, rows, ndim, shape, tile, err))
NEEDS_CASACORE(cal_table_put_cell,
               (cal_table *table, const char *column, cal_type type, int64_t row, int ndim,
                const int64_t *shape, const void *in, cal_error *err),
               (casacore, column, type, row, ndim, shape, in, err))
NEEDS_CASACORE(cal_table_set_keyword,
               (cal_table *table, const char *column, const char *name, jv value, cal_error *err),
               (casacore, column, name, value, err))
NEEDS_CASACORE(cal_table_add_rows, (cal_table *table, int64_t count, cal_error *err),
               (casacore, count, err))
NEEDS_CASACORE(cal_table_add_column_like,
               (cal_table *table, const char *name, const char *like, const char *comment,
                cal_error *err),
               (casacore, name, like, comment, err))
NEEDS_CASACORE(cal_table_add_column,
               (cal_table *table, const cal_column_def *column, const cal_manager_def *manager,
                cal_error *err),
               (casacore, column, manager, err))
NEEDS_CASACORE(cal_table_copy,
               (const cal_table *table, const char *path, cal_span rows, int *dangling,
                cal_error *err),
               (casacore, path, rows, dangling, err))
NEEDS_CASACORE(cal_table_view,
               (const cal_table *table, const char *path, cal_span rows, cal_error *err),
               (casacore, path, rows, err))

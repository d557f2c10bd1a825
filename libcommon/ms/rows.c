#include "ms/rows.h"
#include "base/mem.h"
#include "base/parallel.h"
#include <string.h>

#define INT_COLUMN(name, member, required, missing, skip)                                          \
    {                                                                                              \
        name, CAL_TYPE_INT, offsetof(cal_rows, member), sizeof(int), required, missing, skip       \
    }
#define DOUBLE_COLUMN(name, member, required, skip)                                                \
    {                                                                                              \
        name, CAL_TYPE_DOUBLE, offsetof(cal_rows, member), sizeof(double), required, 0, skip       \
    }

const cal_row_column cal_row_columns[] = {
    INT_COLUMN("ANTENNA1", antenna1, true, 0, 0),
    INT_COLUMN("ANTENNA2", antenna2, true, 0, 0),
    INT_COLUMN("DATA_DESC_ID", dd, true, 0, 0),
    INT_COLUMN("FIELD_ID", field, true, 0, 0),
    INT_COLUMN("SCAN_NUMBER", scan, false, 0, 0),
    INT_COLUMN("STATE_ID", state, false, -1, CAL_SKIP_STATE),
    INT_COLUMN("OBSERVATION_ID", observation, false, 0, 0),
    INT_COLUMN("ARRAY_ID", array, false, 0, CAL_SKIP_ARRAY),
    INT_COLUMN("FEED1", feed1, false, 0, CAL_SKIP_FEEDS),
    INT_COLUMN("FEED2", feed2, false, 0, CAL_SKIP_FEEDS),
    INT_COLUMN("PROCESSOR_ID", processor, false, -1, CAL_SKIP_PROCESSOR),
    DOUBLE_COLUMN("TIME", time, true, 0),
    DOUBLE_COLUMN("TIME_CENTROID", centroid, false, CAL_SKIP_CENTROID),
    DOUBLE_COLUMN("INTERVAL", interval, true, CAL_SKIP_INTERVAL),
    DOUBLE_COLUMN("EXPOSURE", exposure, false, CAL_SKIP_EXPOSURE),
    {"UVW", CAL_TYPE_DOUBLE, offsetof(cal_rows, uvw), 3 * sizeof(double), true, 0, CAL_SKIP_UVW},
    {"FLAG_ROW", CAL_TYPE_BOOL, offsetof(cal_rows, flag_row), 1, false, 0, CAL_SKIP_FLAG_ROW},
};
const int cal_row_column_count = CAL_COUNT(cal_row_columns);

static void **array_of(const cal_rows *rows, const cal_row_column *column)
{
    return (void **)((char *)rows + column->offset);
}

cal_rows *cal_rows_new(int64_t capacity)
{
    cal_rows *rows = CAL_NEW(cal_rows);
    cal_rows_grow(rows, capacity);
    return rows;
}

void cal_rows_free(cal_rows *rows)
{
    if (!rows)
        return;
    cal_rows_release(rows);
    free(rows);
}

void cal_rows_grow(cal_rows *rows, int64_t capacity)
{
    rows->row = cal_grow(rows->row, (size_t)capacity, sizeof *rows->row);
    for (int i = 0; i < cal_row_column_count; i++) {
        void **array = array_of(rows, &cal_row_columns[i]);
        *array = cal_grow(*array, (size_t)capacity, (size_t)cal_row_columns[i].size);
    }
}

void cal_rows_release(cal_rows *rows)
{
    for (int i = 0; i < cal_row_column_count; i++)
        free(*array_of(rows, &cal_row_columns[i]));
    free(rows->row);
    *rows = (cal_rows){0};
}

char *cal_row_values(const cal_rows *rows, const cal_row_column *column)
{
    return *array_of(rows, column);
}

static void fill_missing(const cal_row_column *column, cal_rows *rows)
{
    void *array = *array_of(rows, column);
    if (array == rows->centroid)
        memcpy(array, rows->time, (size_t)rows->count * sizeof(double));
    else if (array == rows->exposure)
        memcpy(array, rows->interval, (size_t)rows->count * sizeof(double));
    else if (column->type == CAL_TYPE_INT)
        for (int64_t i = 0; i < rows->count; i++)
            ((int *)array)[i] = column->missing;
    else
        memset(array, 0, (size_t)rows->count * (size_t)column->size);
}

/* UVW has the memory for three numbers per row and no more. */
static cal_status check_uvw(cal_table *ms, int64_t row, cal_error *err)
{
    int ndim;
    int64_t shape[CAL_MAX_DIM];
    if (cal_table_cell_shape(ms, "UVW", row, &ndim, shape) && ndim == 1 && shape[0] == 3)
        return CAL_OK;
    return cal_fail(err, CAL_INPUT, "%s: column UVW, row %lld does not hold three numbers",
                    cal_table_path(ms), (long long)row);
}

cal_status cal_rows_read(cal_table *ms, int64_t first, int64_t count, unsigned skip, cal_rows *rows,
                         cal_error *err)
{
    cal_span span = cal_span_range(first, count);
    rows->count = count;
    for (int64_t i = 0; i < count; i++)
        rows->row[i] = first + i;
    for (int i = 0; i < cal_row_column_count; i++) {
        const cal_row_column *column = &cal_row_columns[i];
        if (column->skip & skip)
            continue;
        if (!column->required && !cal_table_has_column(ms, column->name)) {
            fill_missing(column, rows);
            continue;
        }
        if (array_of(rows, column) == (void **)&rows->uvw && count > 0 && check_uvw(ms, first, err))
            return CAL_INPUT;
        cal_status status =
            cal_table_get(ms, column->name, column->type, span, *array_of(rows, column), err);
        if (status)
            return status;
    }
    return CAL_OK;
}

cal_rows cal_rows_part(const cal_rows *rows, int64_t first, int64_t count)
{
    cal_rows part = {.count = count, .row = rows->row + first};
    for (int i = 0; i < cal_row_column_count; i++)
        *array_of(&part, &cal_row_columns[i]) =
            cal_row_values(rows, &cal_row_columns[i]) + first * cal_row_columns[i].size;
    return part;
}

void cal_rows_copy(cal_rows *to, int64_t at, const cal_rows *from, int64_t from_at)
{
    to->row[at] = from->row[from_at];
    for (int i = 0; i < cal_row_column_count; i++) {
        size_t size = (size_t)cal_row_columns[i].size;
        memcpy(cal_row_values(to, &cal_row_columns[i]) + (size_t)at * size,
               cal_row_values(from, &cal_row_columns[i]) + (size_t)from_at * size, size);
    }
}

void cal_rows_pick(const cal_rows *from, const int64_t *index, int64_t count, cal_rows *to)
{
    to->count = count;
    for (int64_t i = 0; i < count; i++)
        to->row[i] = from->row[index[i]];
    for (int c = 0; c < cal_row_column_count; c++) {
        size_t size = (size_t)cal_row_columns[c].size;
        const char *source = *array_of(from, &cal_row_columns[c]);
        char *target = *array_of(to, &cal_row_columns[c]);
        for (int64_t i = 0; i < count; i++)
            memcpy(target + (size_t)i * size, source + (size_t)index[i] * size, size);
    }
}

/* ---- planning passes ---- */

enum { PASS_ROWS = 16384 };

static cal_status check_columns(cal_table *ms, cal_error *err)
{
    for (int i = 0; i < cal_row_column_count; i++)
        if (cal_row_columns[i].required && !cal_table_has_column(ms, cal_row_columns[i].name))
            return cal_fail(err, CAL_INPUT, "%s is not a MeasurementSet: it has no column %s",
                            cal_table_path(ms), cal_row_columns[i].name);
    return CAL_OK;
}

static int64_t mark_kept(const cal_selection *selection, const cal_rows *rows, uint8_t *keep)
{
    if (selection)
        return cal_selection_rows(selection, rows, keep);
    memset(keep, 1, (size_t)rows->count);
    return rows->count;
}

/* While one chunk is being looked at, a second thread reads the next one. */
typedef struct rows_pass {
    cal_table *ms;
    const cal_selection *selection;
    unsigned skip;
    cal_rows_taker *take;
    void *user;
    int64_t total, next; /* rows; the first one that was not read */
    cal_rows *reading, *taking;
    uint8_t *keep;
    int64_t kept;
    bool more;
    cal_error err;
} rows_pass;

static void read_chunk(rows_pass *pass)
{
    int64_t count = pass->total - pass->next;
    if (count > PASS_ROWS)
        count = PASS_ROWS;
    cal_rows_read(pass->ms, pass->next, count, pass->skip, pass->reading, &pass->err);
    pass->next += count;
}

static void take_chunk(rows_pass *pass)
{
    pass->kept += mark_kept(pass->selection, pass->taking, pass->keep);
    pass->more = pass->take(pass->user, pass->taking, pass->keep);
}

static void take_and_read(void *user, int item, int worker)
{
    (void)worker;
    if (item == 0)
        take_chunk(user);
    else
        read_chunk(user);
}

static void walk_chunks(rows_pass *pass)
{
    if (pass->total > 0)
        read_chunk(pass);
    while (!pass->err.status && pass->more && pass->reading->count) {
        cal_rows *read = pass->reading;
        pass->reading = pass->taking;
        pass->taking = read;
        pass->reading->count = 0;
        cal_parallel(2, pass->next < pass->total ? 2 : 1, take_and_read, pass);
    }
}

cal_status cal_rows_pass(cal_table *ms, const cal_selection *selection, unsigned skip,
                         cal_rows_taker *take, void *user, int64_t *kept, cal_error *err)
{
    if (check_columns(ms, err))
        return err->status;
    const int64_t total = cal_table_rows(ms), room = total < PASS_ROWS ? total : PASS_ROWS;
    rows_pass pass = {.ms = ms,
                      .selection = selection,
                      .skip = cal_rows_skip(selection, skip),
                      .take = take,
                      .user = user,
                      .total = total,
                      .reading = cal_rows_new(room),
                      .taking = cal_rows_new(total > PASS_ROWS ? room : 0),
                      .keep = CAL_NEW_ARRAY(uint8_t, room),
                      .more = true};
    walk_chunks(&pass);
    free(pass.keep);
    cal_rows_free(pass.reading);
    cal_rows_free(pass.taking);
    if (kept)
        *kept = pass.kept;
    if (pass.more && pass.err.status)
        return cal_fail(err, pass.err.status, "%s", pass.err.text);
    return CAL_OK;
}

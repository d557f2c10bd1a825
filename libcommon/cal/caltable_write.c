/* Writing calibration tables that CASA reads (caltables 1). */
#include "base/json.h"
#include "base/mem.h"
#include "cal/caltable.h"
#include "ms/schema.h"
#include <math.h>
#include <string.h>

/* ---- MAIN ---- */

#define SCALAR(n, t)                                                                               \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_##t, .manager = "MSMTAB"                                       \
    }
#define CELL(n, t)                                                                                 \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_##t, .ndim = -1, .manager = "MSMTAB"                           \
    }

enum { PARAMETER_COLUMN = 8 };

static const cal_column_def main_columns[] = {
    {.name = "TIME",
     .type = CAL_TYPE_DOUBLE,
     .unit = "s",
     .measure = "epoch UTC",
     .manager = "MSMTAB"},
    SCALAR("FIELD_ID", INT),
    SCALAR("SPECTRAL_WINDOW_ID", INT),
    SCALAR("ANTENNA1", INT),
    SCALAR("ANTENNA2", INT),
    {.name = "INTERVAL", .type = CAL_TYPE_DOUBLE, .unit = "s", .manager = "MSMTAB"},
    SCALAR("SCAN_NUMBER", INT),
    SCALAR("OBSERVATION_ID", INT),
    CELL("CPARAM", COMPLEX),
    CELL("PARAMERR", FLOAT),
    CELL("FLAG", BOOL),
    CELL("SNR", FLOAT),
    CELL("WEIGHT", FLOAT)};

/* Solutions that all have one small shape stand in the buckets beside the scalars, which is much
 * quicker than cells of free shape in a file of their own. */
static void fix_shapes(const cal_caltable *table, cal_column_def *column)
{
    enum { MOST_ELEMENTS = 64 }; /* a bucket holds many rows of them */
    const bool present[] = {true, table->error, true, table->snr};
    for (int64_t i = 0; i < table->rows; i++)
        if (table->npar[i] != table->npar[0] || table->nchan[i] != table->nchan[0])
            return;
    int64_t elements = table->rows ? (int64_t)table->npar[0] * table->nchan[0] : 0;
    if (elements < 1 || elements > MOST_ELEMENTS)
        return;
    for (size_t i = 0; i < CAL_COUNT(present); i++) {
        cal_column_def *array = &column[PARAMETER_COLUMN + i];
        if (!present[i])
            continue;
        array->ndim = 2;
        array->shape[0] = table->npar[0];
        array->shape[1] = table->nchan[0];
    }
}

/* One manager for all columns, as CASA has it; its bucket is sized for a few hundred rows. */
static cal_status create_main(const cal_caltable *table, const char *path, cal_table **main,
                              cal_error *err)
{
    enum { BUCKET = 32768 };
    static const cal_manager_def manager = {
        .name = "MSMTAB", .type = "StandardStMan", .bucket = BUCKET};
    cal_column_def column[CAL_COUNT(main_columns)];
    memcpy(column, main_columns, sizeof column);
    if (!table->complex_par) {
        column[PARAMETER_COLUMN].name = "FPARAM";
        column[PARAMETER_COLUMN].type = CAL_TYPE_FLOAT;
    }
    fix_shapes(table, column);
    cal_table_def def = {.comment = "calibration solutions",
                         .column = column,
                         .columns = CAL_COUNT(column),
                         .manager = &manager,
                         .managers = 1};
    return cal_table_create(path, &def, 0, main, err);
}

/* A scalar column, gathered into the order of the disk. */
static cal_status put_scalar(cal_table *main, const char *column, cal_type type, const void *value,
                             const int64_t *order, int64_t rows, cal_error *err)
{
    size_t size = type == CAL_TYPE_INT ? sizeof(int) : sizeof(double);
    char *sorted = cal_alloc(rows, size);
    for (int64_t i = 0; i < rows; i++)
        memcpy(sorted + i * size, (const char *)value + order[i] * size, size);
    cal_status status = cal_table_put(main, column, type, cal_span_range(0, rows), sorted, err);
    free(sorted);
    return status;
}

static cal_status put_scalars(cal_table *main, const cal_caltable *table, const int64_t *order,
                              cal_error *err)
{
    const struct {
        const char *name;
        cal_type type;
        const void *value;
    } column[] = {{"TIME", CAL_TYPE_DOUBLE, table->time},
                  {"FIELD_ID", CAL_TYPE_INT, table->field},
                  {"SPECTRAL_WINDOW_ID", CAL_TYPE_INT, table->spw_id},
                  {"ANTENNA1", CAL_TYPE_INT, table->antenna1},
                  {"ANTENNA2", CAL_TYPE_INT, table->antenna2},
                  {"INTERVAL", CAL_TYPE_DOUBLE, table->interval},
                  {"SCAN_NUMBER", CAL_TYPE_INT, table->scan},
                  {"OBSERVATION_ID", CAL_TYPE_INT, table->observation}};
    cal_status status = CAL_OK;
    for (size_t i = 0; i < CAL_COUNT(column) && !status; i++)
        status = put_scalar(main, column[i].name, column[i].type, column[i].value, order,
                            table->rows, err);
    return status;
}

/* Sorted rows of equal shape from `row` on. */
static int64_t run_of_shape(const cal_caltable *table, const int64_t *order, int64_t row)
{
    int64_t end = row + 1;
    while (end < table->rows && table->npar[order[end]] == table->npar[order[row]] &&
           table->nchan[order[end]] == table->nchan[order[row]])
        end++;
    return end - row;
}

/* The cells of one column, run by run of equal shape, gathered into the order of the disk. */
static cal_status put_cells(cal_table *main, const char *column, cal_type type, size_t size,
                            const cal_caltable *table, const int64_t *order, const void *values,
                            cal_error *err)
{
    cal_status status = CAL_OK;
    cal_column def;
    bool fixed = cal_table_find_column(main, column, &def) && def.fixed;
    for (int64_t row = 0, count; row < table->rows && !status; row += count) {
        count = run_of_shape(table, order, row);
        int64_t shape[2] = {table->npar[order[row]], table->nchan[order[row]]};
        int64_t cell = shape[0] * shape[1];
        if (!cell)
            continue;
        char *run = cal_alloc(count * cell, size);
        for (int64_t i = 0; i < count; i++)
            memcpy(run + i * cell * size,
                   (const char *)values + table->offset[order[row + i]] * size, cell * size);
        cal_span span = cal_span_range(row, count);
        if (!fixed)
            status = cal_table_set_shape(main, column, span, 2, shape, NULL, err);
        if (!status)
            status = cal_table_put(main, column, type, span, run, err);
        free(run);
    }
    return status;
}

static cal_status put_parameters(cal_table *main, const cal_caltable *table, const int64_t *order,
                                 cal_error *err)
{
    if (table->complex_par ? put_cells(main, "CPARAM", CAL_TYPE_COMPLEX, sizeof *table->cpar, table,
                                       order, table->cpar, err)
                           : put_cells(main, "FPARAM", CAL_TYPE_FLOAT, sizeof *table->fpar, table,
                                       order, table->fpar, err))
        return err->status;
    if (put_cells(main, "FLAG", CAL_TYPE_BOOL, 1, table, order, table->flag, err))
        return err->status;
    if (table->error &&
        put_cells(main, "PARAMERR", CAL_TYPE_FLOAT, sizeof(float), table, order, table->error, err))
        return err->status;
    if (table->snr &&
        put_cells(main, "SNR", CAL_TYPE_FLOAT, sizeof(float), table, order, table->snr, err))
        return err->status;
    return CAL_OK;
}

static cal_status put_keywords(cal_table *main, const cal_caltable *table, cal_error *err)
{
    const char *version = table->casa_version && *table->casa_version ? table->casa_version
                                                                      : CAL_CALTABLE_CASA_VERSION;
    const char *const pair[][2] = {{"ParType", table->complex_par ? "Complex" : "Float"},
                                   {"MSName", table->ms_name ? table->ms_name : ""},
                                   {"VisCal", table->type},
                                   {"PolBasis", table->pol_basis ? table->pol_basis : "unknown"},
                                   {"CASA_Version", version}};
    for (size_t i = 0; i < CAL_COUNT(pair); i++)
        if (cal_table_set_keyword(main, NULL, pair[i][0], cal_json_text(pair[i][1]), err))
            return err->status;
    return cal_table_set_info(main, "Calibration", table->type, err);
}

/* ---- subtables ---- */

static cal_status put_channels(cal_table *sub, const char *column, int64_t row, const double *value,
                               int nchan, cal_error *err)
{
    int64_t shape[1] = {nchan};
    if (!cal_table_has_column(sub, column))
        return CAL_OK;
    return cal_table_put_cell(sub, column, CAL_TYPE_DOUBLE, row, 1, shape, value, err);
}

/* A row of SPECTRAL_WINDOW: the channels of the solutions instead of those of the data. */
static cal_status put_spw(cal_table *sub, int64_t row, const cal_caltable_spw *spw, cal_error *err)
{
    const double *bandwidth = spw->effective_bw ? spw->effective_bw : spw->width;
    double total = 0;
    for (int c = 0; c < spw->nchan; c++)
        total += fabs(spw->width[c]);
    cal_span one = cal_span_range(row, 1);
    uint8_t absent = spw->absent;
    if (cal_table_put(sub, "NUM_CHAN", CAL_TYPE_INT, one, &spw->nchan, err) ||
        put_channels(sub, "CHAN_FREQ", row, spw->freq, spw->nchan, err) ||
        put_channels(sub, "CHAN_WIDTH", row, spw->width, spw->nchan, err) ||
        put_channels(sub, "EFFECTIVE_BW", row, bandwidth, spw->nchan, err) ||
        put_channels(sub, "RESOLUTION", row, bandwidth, spw->nchan, err) ||
        cal_table_put(sub, "TOTAL_BANDWIDTH", CAL_TYPE_DOUBLE, one, &total, err) ||
        cal_table_put(sub, "FLAG_ROW", CAL_TYPE_BOOL, one, &absent, err))
        return err->status;
    return CAL_OK;
}

static cal_status put_spws(cal_table *sub, const cal_caltable *table, cal_error *err)
{
    for (int s = 0; s < table->spws && s < cal_table_rows(sub); s++)
        if (put_spw(sub, s, &table->spw[s], err))
            return err->status;
    return CAL_OK;
}

/* Ephemerides are not copied, so nothing may refer to them: the nominal direction holds, as in
 * CASA's tables. */
static cal_status drop_ephemerides(cal_table *sub, cal_error *err)
{
    int none = -1;
    for (int64_t row = 0; row < cal_table_rows(sub); row++)
        if (cal_table_put(sub, "EPHEMERIS_ID", CAL_TYPE_INT, cal_span_range(row, 1), &none, err))
            return err->status;
    return CAL_OK;
}

static cal_status copy_sub(const cal_table *ms, const char *name, const char *path, cal_table **sub,
                           cal_error *err)
{
    bool changes = !strcmp(name, "SPECTRAL_WINDOW");
    cal_status status = cal_table_copy_sub(ms, name, path, changes, sub, err);
    if (status || changes || !cal_table_has_column(*sub, "EPHEMERIS_ID"))
        return status;
    cal_table_close(*sub, NULL);
    return cal_table_open(path, true, sub, err);
}

static cal_status create_sub(const char *name, const char *path, cal_table **sub, cal_error *err)
{
    for (int i = 0; i < cal_ms_subtable_count; i++)
        if (!strcmp(cal_ms_subtables[i].name, name))
            return cal_table_create(path, &cal_ms_subtables[i].def, 0, sub, err);
    return cal_fail(err, CAL_BUG, "no definition of the subtable %s", name);
}

/* HISTORY starts empty, as CASA makes it. */
static cal_status make_sub(const cal_table *main, const cal_table *ms, const char *name,
                           cal_table **sub, cal_error *err)
{
    char *path = cal_format("%s/%s", cal_table_path(main), name);
    bool copied = strcmp(name, "HISTORY") && cal_table_has_sub(ms, name);
    cal_status status =
        copied ? copy_sub(ms, name, path, sub, err) : create_sub(name, path, sub, err);
    free(path);
    return status;
}

/* ---- the whole ---- */

struct cal_caltable_file {
    cal_table *main, *spws;
};

static cal_status close_sub(cal_table *sub, cal_status status, cal_error *err)
{
    cal_status closed = cal_table_close(sub, status ? NULL : err);
    return status ? status : closed;
}

/* SPECTRAL_WINDOW stays open for what is still to come. */
static cal_status add_sub(cal_caltable_file *file, const cal_table *ms, const char *name,
                          cal_error *err)
{
    cal_table *sub;
    if (make_sub(file->main, ms, name, &sub, err))
        return err->status;
    cal_status status = CAL_OK;
    if (cal_table_has_column(sub, "EPHEMERIS_ID"))
        status = drop_ephemerides(sub, err);
    if (!status)
        status = cal_table_set_sub(file->main, name, sub, err);
    if (strcmp(name, "SPECTRAL_WINDOW"))
        return close_sub(sub, status, err);
    file->spws = sub;
    return status;
}

static cal_status fill_new(cal_caltable_file *file, const cal_caltable *like, const cal_table *ms,
                           cal_error *err)
{
    static const char *const sub[] = {"OBSERVATION", "ANTENNA", "FIELD", "SPECTRAL_WINDOW",
                                      "HISTORY"};
    cal_status status = put_keywords(file->main, like, err);
    for (size_t i = 0; i < CAL_COUNT(sub) && !status; i++)
        status = add_sub(file, ms, sub[i], err);
    return status;
}

cal_status cal_caltable_begin(const cal_caltable *like, const cal_table *ms, const char *path,
                              cal_caltable_file **file, cal_error *err)
{
    cal_error own;
    err = err ? err : &own;
    *file = CAL_NEW(cal_caltable_file);
    cal_status status = create_main(like, path, &(*file)->main, err);
    if (!status)
        status = fill_new(*file, like, ms, err);
    if (status) {
        cal_caltable_drop(*file);
        *file = NULL;
    }
    return status;
}

void cal_caltable_drop(cal_caltable_file *file)
{
    if (!file)
        return;
    cal_table_close(file->spws, NULL);
    cal_table_close(file->main, NULL);
    free(file);
}

static cal_status fill(cal_caltable_file *file, const cal_caltable *table, cal_error *err)
{
    int64_t *order = CAL_NEW_ARRAY(int64_t, table->rows);
    cal_caltable_order(table, order);
    cal_status status = cal_table_add_rows(file->main, table->rows, err);
    if (!status)
        status = put_scalars(file->main, table, order, err);
    if (!status)
        status = put_parameters(file->main, table, order, err);
    free(order);
    return status ? status : put_spws(file->spws, table, err);
}

cal_status cal_caltable_end(cal_caltable_file *file, const cal_caltable *table, cal_error *err)
{
    cal_error own;
    err = err ? err : &own;
    cal_status status = fill(file, table, err);
    status = close_sub(file->spws, status, err);
    status = close_sub(file->main, status, err);
    free(file);
    return status;
}

cal_status cal_caltable_write(const cal_caltable *table, const cal_table *ms, const char *path,
                              cal_error *err)
{
    cal_caltable_file *file;
    cal_status status = cal_caltable_begin(table, ms, path, &file, err);
    return status ? status : cal_caltable_end(file, table, err);
}

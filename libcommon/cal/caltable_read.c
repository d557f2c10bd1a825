/* Reading calibration tables. */
#include "base/json.h"
#include "base/mem.h"
#include "cal/caltable.h"
#include <math.h>
#include <string.h>

/* ---- what it is ---- */

/* SubType is what CASA goes by; the keyword VisCal says the same. */
static void copy_type(const cal_table *main, char type[CAL_NAME_MAX])
{
    const char *subtype = cal_table_info_subtype(main);
    jv keywords = cal_table_keywords(main, NULL);
    snprintf(type, CAL_NAME_MAX, "%s",
             *subtype ? subtype : cal_json_text_at(keywords, "VisCal", "unknown"));
    jv_free(keywords);
}

static cal_status identify(const cal_table *main, cal_caltable_kind *kind, cal_error *err)
{
    const char *path = cal_table_path(main), *type = cal_table_info_type(main);
    bool solutions = cal_table_has_column(main, "ANTENNA1") && cal_table_has_column(main, "TIME");
    kind->old_format = solutions && cal_table_has_column(main, "CAL_DESC_ID");
    kind->rows = cal_table_rows(main);
    copy_type(main, kind->type);
    if (kind->old_format)
        return CAL_OK;
    if (strcmp(type, "Calibration"))
        return cal_fail(
            err, CAL_INPUT, "%s is not a calibration table: its type is \"%s\"%s", path, type,
            cal_table_has_column(main, "DATA_DESC_ID") ? ", it is a MeasurementSet" : "");
    if (!solutions || !cal_table_has_column(main, "SPECTRAL_WINDOW_ID"))
        return cal_fail(err, CAL_INPUT, "%s calls itself a calibration table but has no %s", path,
                        solutions ? "SPECTRAL_WINDOW_ID" : "TIME and ANTENNA1");
    return CAL_OK;
}

cal_status cal_caltable_identify(const char *path, cal_caltable_kind *kind, cal_error *err)
{
    cal_table *main;
    if (cal_table_open(path, false, &main, err))
        return err->status;
    cal_status status = identify(main, kind, err);
    cal_table_close(main, NULL);
    return status;
}

/* ---- scalar columns ---- */

/* A column of whole numbers; `missing` for every row where old tables have no such column. */
static cal_status read_ints(cal_table *main, const char *column, int missing, int *out,
                            cal_error *err)
{
    int64_t rows = cal_table_rows(main);
    if (cal_table_has_column(main, column))
        return cal_table_get(main, column, CAL_TYPE_INT, cal_span_range(0, rows), out, err);
    for (int64_t i = 0; i < rows; i++)
        out[i] = missing;
    return CAL_OK;
}

static cal_status read_scalars(cal_table *main, cal_caltable *table, cal_error *err)
{
    cal_span all = cal_span_range(0, table->rows);
    if (cal_table_get(main, "TIME", CAL_TYPE_DOUBLE, all, table->time, err) ||
        read_ints(main, "FIELD_ID", -1, table->field, err) ||
        read_ints(main, "SPECTRAL_WINDOW_ID", 0, table->spw_id, err) ||
        read_ints(main, "ANTENNA1", 0, table->antenna1, err) ||
        read_ints(main, "ANTENNA2", -1, table->antenna2, err) ||
        read_ints(main, "SCAN_NUMBER", -1, table->scan, err) ||
        read_ints(main, "OBSERVATION_ID", 0, table->observation, err))
        return err->status;
    if (cal_table_has_column(main, "INTERVAL"))
        return cal_table_get(main, "INTERVAL", CAL_TYPE_DOUBLE, all, table->interval, err);
    return CAL_OK;
}

/* ---- cells ---- */

/* Parameters and channels of one cell; false where it has no value. Axes beyond these two are counted
 * in *ndim only. */
static bool cell_shape(cal_table *main, const char *column, int64_t row, int *ndim, int *npar,
                       int *nchan)
{
    int64_t shape[CAL_MAX_DIM] = {0};
    if (!cal_table_cell_shape(main, column, row, ndim, shape) || *ndim == 0)
        return false;
    *npar = (int)shape[0];
    *nchan = *ndim == 1 ? 1 : (int)shape[1];
    return true;
}

/* Rows from `row` on for which one look at a cell is enough: all where the column says so. */
static int64_t rows_alike(const cal_table *main, const char *column, int64_t rows)
{
    cal_column found;
    return cal_table_find_column(main, column, &found) && found.fixed ? rows : 1;
}

/* Shapes and offsets of the parameter cells in the order of the file, and room for them. */
static cal_status read_shapes(cal_table *main, const char *column, cal_caltable *table,
                              cal_error *err)
{
    int64_t elements = 0, alike = rows_alike(main, column, table->rows);
    int ndim = 0, npar = 0, nchan = 0;
    for (int64_t row = 0; row < table->rows; row++) {
        if (row % alike == 0 && !cell_shape(main, column, row, &ndim, &npar, &nchan))
            npar = nchan = 0;
        else if (ndim > 2)
            return cal_fail(err, CAL_INPUT, "%s: %s in row %lld has %d axes, expected [par, chan]",
                            table->path, column, (long long)row, ndim);
        table->offset[row] = elements;
        table->npar[row] = npar;
        table->nchan[row] = nchan;
        elements += (int64_t)npar * nchan;
    }
    cal_caltable_size_cells(table, !strcmp(column, "CPARAM"), elements);
    return CAL_OK;
}

/* How many rows from `row` on are shaped alike. */
static int64_t run_of_shape(const cal_caltable *table, int64_t row)
{
    int64_t end = row + 1;
    while (end < table->rows && table->npar[end] == table->npar[row] &&
           table->nchan[end] == table->nchan[row])
        end++;
    return end - row;
}

/* A column whose cells all have the parameters' shapes, run by run of equal shape. */
static cal_status read_cells(cal_table *main, const char *column, cal_type type, size_t size,
                             const cal_caltable *table, void *out, cal_error *err)
{
    for (int64_t row = 0, count; row < table->rows; row += count) {
        count = run_of_shape(table, row);
        if (table->npar[row] && cal_table_get(main, column, type, cal_span_range(row, count),
                                              (char *)out + table->offset[row] * size, err))
            return err->status;
    }
    return CAL_OK;
}

static bool same_shape(cal_table *main, const char *column, const cal_caltable *table, int64_t row)
{
    int ndim, npar, nchan;
    return cell_shape(main, column, row, &ndim, &npar, &nchan) && npar == table->npar[row] &&
           nchan == table->nchan[row];
}

/* Is a column there with the parameters' shapes: in all rows (2), in some (1), in none (0)? */
static int defined_in(cal_table *main, const char *column, const cal_caltable *table)
{
    if (!cal_table_has_column(main, column))
        return 0;
    bool some = false, all = true;
    int64_t alike = rows_alike(main, column, table->rows);
    int ndim, npar = 0, nchan = 0;
    for (int64_t row = 0; row < table->rows; row++) {
        if (row % alike == 0 && !cell_shape(main, column, row, &ndim, &npar, &nchan))
            npar = nchan = 0;
        if (!table->npar[row])
            continue;
        bool here = npar == table->npar[row] && nchan == table->nchan[row];
        some = some || here;
        all = all && here;
    }
    return some ? 1 + all : 0;
}

/* SNR, PARAMERR: quality numbers that other writers leave undefined here and there. */
static cal_status read_quality(cal_table *main, const char *column, const cal_caltable *table,
                               float **out, cal_error *err)
{
    int defined = defined_in(main, column, table);
    if (!defined) {
        free(*out);
        *out = NULL;
        return CAL_OK;
    }
    float *values = *out;
    if (defined == 2)
        return read_cells(main, column, CAL_TYPE_FLOAT, sizeof *values, table, values, err);
    for (int64_t i = 0; i < table->elements; i++)
        values[i] = NAN;
    for (int64_t row = 0; row < table->rows; row++)
        if (table->npar[row] && same_shape(main, column, table, row) &&
            cal_table_get(main, column, CAL_TYPE_FLOAT, cal_span_range(row, 1),
                          values + table->offset[row], err))
            return err->status;
    return CAL_OK;
}

static cal_status read_parameters(cal_table *main, cal_caltable *table, cal_error *err)
{
    const char *column = cal_table_has_column(main, "CPARAM") ? "CPARAM" : "FPARAM";
    if (!cal_table_has_column(main, column))
        return cal_fail(err, CAL_INPUT, "%s (%s) has neither CPARAM nor FPARAM", table->path,
                        table->type);
    if (read_shapes(main, column, table, err))
        return err->status;
    if (table->complex_par ? read_cells(main, column, CAL_TYPE_COMPLEX, sizeof *table->cpar, table,
                                        table->cpar, err)
                           : read_cells(main, column, CAL_TYPE_FLOAT, sizeof *table->fpar, table,
                                        table->fpar, err))
        return err->status;
    if (read_cells(main, "FLAG", CAL_TYPE_BOOL, 1, table, table->flag, err) ||
        read_quality(main, "SNR", table, &table->snr, err) ||
        read_quality(main, "PARAMERR", table, &table->error, err))
        return err->status;
    table->weight_defined = defined_in(main, "WEIGHT", table) > 0;
    return CAL_OK;
}

/* ---- the whole ---- */

static double *copy_doubles(const double *from, int count)
{
    double *to = CAL_NEW_ARRAY(double, count);
    memcpy(to, from, count * sizeof *to);
    return to;
}

static void copy_spws(cal_caltable *table)
{
    const cal_meta *meta = table->meta;
    table->spws = meta->spws;
    free(table->spw);
    table->spw = CAL_NEW_ARRAY(cal_caltable_spw, meta->spws);
    for (int s = 0; s < meta->spws; s++) {
        const cal_spw *from = &meta->spw[s];
        table->spw[s] =
            (cal_caltable_spw){from->nchan, copy_doubles(from->freq, from->nchan),
                               copy_doubles(from->width, from->nchan),
                               copy_doubles(from->effective_bw, from->nchan), from->flag_row};
    }
}

static void read_keywords(const cal_table *main, cal_caltable *table)
{
    jv keywords = cal_table_keywords(main, NULL);
    table->ms_name = cal_copy_text(cal_json_text_at(keywords, "MSName", ""));
    table->casa_version = cal_copy_text(cal_json_text_at(keywords, "CASA_Version", ""));
    table->pol_basis = cal_copy_text(cal_json_text_at(keywords, "PolBasis", ""));
    jv_free(keywords);
}

static void permute(void *column, size_t size, const int64_t *order, int64_t rows)
{
    char *old = cal_alloc(rows, size);
    memcpy(old, column, rows * size);
    for (int64_t i = 0; i < rows; i++)
        memcpy((char *)column + i * size, old + order[i] * size, size);
    free(old);
}

/* The cells stay where they are; their offsets move with the rows. */
static void sort_rows(cal_caltable *table)
{
    int64_t *order = CAL_NEW_ARRAY(int64_t, table->rows);
    table->sorted = cal_caltable_order(table, order);
    int *ints[] = {table->field, table->spw_id,      table->antenna1, table->antenna2,
                   table->scan,  table->observation, table->npar,     table->nchan};
    for (size_t i = 0; i < CAL_COUNT(ints) && !table->sorted; i++)
        permute(ints[i], sizeof(int), order, table->rows);
    if (!table->sorted) {
        permute(table->time, sizeof(double), order, table->rows);
        permute(table->interval, sizeof(double), order, table->rows);
        permute(table->offset, sizeof(int64_t), order, table->rows);
    }
    free(order);
}

/* Ids that point outside the table's own subtables would be followed blindly later. */
static cal_status check_ids(const cal_caltable *table, cal_error *err)
{
    for (int64_t row = 0; row < table->rows; row++)
        if (table->spw_id[row] < 0 || table->spw_id[row] >= table->spws ||
            table->antenna1[row] < 0 || table->antenna1[row] >= table->meta->antennas)
            return cal_fail(err, CAL_INPUT,
                            "%s: a solution names spw %d and antenna %d; the table has %d spws and "
                            "%d antennas",
                            table->path, table->spw_id[row], table->antenna1[row], table->spws,
                            table->meta->antennas);
    return CAL_OK;
}

static cal_status read_all(cal_table *main, cal_caltable *table, cal_error *err)
{
    read_keywords(main, table);
    if (read_scalars(main, table, err) || read_parameters(main, table, err) ||
        cal_meta_load_from(main, &table->meta, err))
        return err->status;
    copy_spws(table);
    sort_rows(table);
    return check_ids(table, err);
}

static cal_status read_main(cal_table *main, const char *path, cal_caltable **table, cal_error *err)
{
    cal_caltable_kind kind;
    if (identify(main, &kind, err))
        return err->status;
    if (kind.old_format)
        return cal_fail(err, CAL_INPUT,
                        "%s is a table of the old format (%s, with CAL_DESC), which is not "
                        "supported; solve again for a G or B table",
                        path, kind.type);
    cal_caltable *made = cal_caltable_make(kind.type, true, 0, kind.rows, 0);
    made->path = cal_copy_text(path);
    if (read_all(main, made, err)) {
        cal_caltable_free(made);
        return err->status;
    }
    *table = made;
    return CAL_OK;
}

cal_status cal_caltable_read(const char *path, cal_caltable **table, cal_error *err)
{
    cal_error own;
    err = err ? err : &own;
    cal_table *main;
    if (cal_table_open(path, false, &main, err))
        return err->status;
    cal_status status = read_main(main, path, table, err);
    cal_table_close(main, NULL);
    return status;
}

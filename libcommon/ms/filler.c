#include "ms/filler.h"
#include "base/mem.h"
#include <complex.h>
#include <math.h>
#include <string.h>

enum { TILE_BYTES = 1 << 20 };

cal_filler cal_fill_begin(const cal_table *ms, const char *name, int64_t rows, cal_error *err)
{
    cal_filler made = {.rows = cal_span_range(0, rows), .err = err};
    made.status = cal_ms_grow_sub(ms, name, rows, &made.table, err);
    return made;
}

cal_status cal_fill_end(cal_filler *to)
{
    cal_status closed = cal_table_close(to->table, to->status ? NULL : to->err);
    return to->status ? to->status : closed;
}

void cal_fill(cal_filler *to, const char *column, cal_type type, const void *values)
{
    if (!to->status)
        to->status = cal_table_put(to->table, column, type, to->rows, values, to->err);
}

void cal_fill_arrays(cal_filler *to, const char *column, cal_type type, int ndim,
                     const int64_t *shape, const void *values)
{
    if (!to->status)
        to->status = cal_table_set_shape(to->table, column, to->rows, ndim, shape, NULL, to->err);
    cal_fill(to, column, type, values);
}

/* Bytes on disk; flags are packed, but their tiles are as those of bytes. */
static double element_bytes(cal_type type)
{
    return type == CAL_TYPE_COMPLEX ? 8 : type == CAL_TYPE_FLOAT ? 4 : 1;
}

void cal_fill_tiles(cal_filler *to, const char *column, cal_type type, int ndim,
                    const int64_t *shape, int64_t total, const void *values)
{
    int64_t tile[CAL_MAX_DIM + 1];
    double row_bytes = element_bytes(type);
    for (int i = 0; i < ndim; i++)
        row_bytes *= (double)(tile[i] = shape[i]);
    double rows = TILE_BYTES / row_bytes;
    tile[ndim] = rows < 1 ? 1 : rows > (double)total ? total : (int64_t)rows;
    if (!to->status)
        to->status = cal_table_set_shape(to->table, column, to->rows, ndim, shape, tile, to->err);
    cal_fill(to, column, type, values);
}

void cal_fill_cell(cal_filler *to, const char *column, cal_type type, int64_t row, int ndim,
                   const int64_t *shape, const void *values)
{
    if (!to->status)
        to->status = cal_table_put_cell(to->table, column, type, row, ndim, shape, values, to->err);
}

void cal_fill_int(cal_filler *to, const char *column, int value)
{
    int32_t *values = CAL_NEW_ARRAY(int32_t, to->rows.count);
    for (int64_t i = 0; i < to->rows.count; i++)
        values[i] = value;
    cal_fill(to, column, CAL_TYPE_INT, values);
    free(values);
}

void cal_fill_bool(cal_filler *to, const char *column, bool value)
{
    uint8_t *values = CAL_NEW_ARRAY(uint8_t, to->rows.count);
    memset(values, value, (size_t)to->rows.count);
    cal_fill(to, column, CAL_TYPE_BOOL, values);
    free(values);
}

void cal_fill_double(cal_filler *to, const char *column, double value)
{
    double *values = CAL_NEW_ARRAY(double, to->rows.count);
    for (int64_t i = 0; i < to->rows.count; i++)
        values[i] = value;
    cal_fill(to, column, CAL_TYPE_DOUBLE, values);
    free(values);
}

void cal_fill_text(cal_filler *to, const char *column, const char *value)
{
    const char **values = CAL_NEW_ARRAY(const char *, to->rows.count);
    for (int64_t i = 0; i < to->rows.count; i++)
        values[i] = value;
    cal_fill(to, column, CAL_TYPE_TEXT, values);
    free(values);
}

void cal_fill_window(cal_filler *spws, int row, const char *name, int nchan, double freq,
                     double width, double reference)
{
    double *freqs = CAL_NEW_ARRAY(double, nchan), *widths = CAL_NEW_ARRAY(double, nchan);
    double *sizes = CAL_NEW_ARRAY(double, nchan), total = fabs(width) * nchan;
    for (int k = 0; k < nchan; k++) {
        freqs[k] = freq + k * width;
        widths[k] = width;
        sizes[k] = fabs(width);
    }
    const int64_t shape[] = {nchan};
    const int32_t count = nchan;
    cal_fill_cell(spws, "CHAN_FREQ", CAL_TYPE_DOUBLE, row, 1, shape, freqs);
    cal_fill_cell(spws, "CHAN_WIDTH", CAL_TYPE_DOUBLE, row, 1, shape, widths);
    cal_fill_cell(spws, "EFFECTIVE_BW", CAL_TYPE_DOUBLE, row, 1, shape, sizes);
    cal_fill_cell(spws, "RESOLUTION", CAL_TYPE_DOUBLE, row, 1, shape, sizes);
    cal_fill_cell(spws, "REF_FREQUENCY", CAL_TYPE_DOUBLE, row, 0, NULL, &reference);
    cal_fill_cell(spws, "TOTAL_BANDWIDTH", CAL_TYPE_DOUBLE, row, 0, NULL, &total);
    cal_fill_cell(spws, "NUM_CHAN", CAL_TYPE_INT, row, 0, NULL, &count);
    cal_fill_cell(spws, "NAME", CAL_TYPE_TEXT, row, 0, NULL, &name);
    free(freqs);
    free(widths);
    free(sizes);
}

void cal_fill_correlations(cal_filler *polarizations, int row, int ncorr, const int *corr)
{
    int32_t type[4], product[4][2], count = ncorr;
    for (int c = 0; c < ncorr; c++) {
        int order = (corr[c] - 5) % 4;
        type[c] = corr[c];
        product[c][0] = order / 2;
        product[c][1] = order % 2;
    }
    const int64_t shape[] = {ncorr}, product_shape[] = {2, ncorr};
    cal_fill_cell(polarizations, "CORR_TYPE", CAL_TYPE_INT, row, 1, shape, type);
    cal_fill_cell(polarizations, "CORR_PRODUCT", CAL_TYPE_INT, row, 2, product_shape, product);
    cal_fill_cell(polarizations, "NUM_CORR", CAL_TYPE_INT, row, 0, NULL, &count);
}

void cal_fill_feeds(cal_filler *feeds, const char *const *type, const double *angle, double time,
                    double interval)
{
    const size_t rows = (size_t)feeds->rows.count;
    const int64_t two[] = {2, 2};
    int32_t *id = CAL_NEW_ARRAY(int32_t, rows);
    double *zero = CAL_NEW_ARRAY(double, 4 * rows);
    float complex *response = CAL_NEW_ARRAY(float complex, 4 * rows);
    for (size_t i = 0; i < rows; i++) {
        id[i] = (int32_t)i;
        response[4 * i] = response[4 * i + 3] = 1;
    }
    cal_fill(feeds, "ANTENNA_ID", CAL_TYPE_INT, id);
    cal_fill(feeds, "POSITION", CAL_TYPE_DOUBLE, zero);
    cal_fill_arrays(feeds, "BEAM_OFFSET", CAL_TYPE_DOUBLE, 2, two, zero);
    cal_fill_arrays(feeds, "RECEPTOR_ANGLE", CAL_TYPE_DOUBLE, 1, two, angle ? angle : zero);
    cal_fill_arrays(feeds, "POL_RESPONSE", CAL_TYPE_COMPLEX, 2, two, response);
    cal_fill_arrays(feeds, "POLARIZATION_TYPE", CAL_TYPE_TEXT, 1, two, type);
    cal_fill_int(feeds, "BEAM_ID", -1);
    cal_fill_int(feeds, "FEED_ID", 0);
    cal_fill_int(feeds, "NUM_RECEPTORS", 2);
    cal_fill_int(feeds, "SPECTRAL_WINDOW_ID", -1);
    cal_fill_double(feeds, "INTERVAL", interval);
    cal_fill_double(feeds, "TIME", time);
    free(id);
    free(zero);
    free(response);
}

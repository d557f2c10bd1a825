#include "base/mem.h"
#include "ms/simulate_round.h"

enum { TILE_BYTES = 1 << 20 };

/* After the first error the rest is passed over. */
typedef struct sink {
    cal_table *ms;
    cal_span rows;
    cal_status status;
    cal_error *err;
} sink;

static void put(sink *to, const char *column, cal_type type, const void *values)
{
    if (!to->status)
        to->status = cal_table_put(to->ms, column, type, to->rows, values, to->err);
}

/* Cells of `shape`, in tiles of about TILE_BYTES (`size`: bytes of an element on disk) but of no more rows than there will be. */
static void put_cells(sink *to, const char *column, cal_type type, int ndim, const int64_t *cell,
                      double size, int64_t total, const void *values)
{
    int64_t tile[CAL_MAX_DIM + 1];
    double row_bytes = size;
    for (int i = 0; i < ndim; i++)
        row_bytes *= (double)(tile[i] = cell[i]);
    double rows = TILE_BYTES / row_bytes;
    tile[ndim] = rows < 1 ? 1 : rows > (double)total ? total : (int64_t)rows;
    if (!to->status)
        to->status = cal_table_set_shape(to->ms, column, to->rows, ndim, cell, tile, to->err);
    put(to, column, type, values);
}

static void put_constant_int(sink *to, const char *column, int32_t value)
{
    int32_t *values = CAL_NEW_ARRAY(int32_t, to->rows.count);
    for (int64_t i = 0; i < to->rows.count; i++)
        values[i] = value;
    put(to, column, CAL_TYPE_INT, values);
    free(values);
}

static void put_constant_double(sink *to, const char *column, double value)
{
    double *values = CAL_NEW_ARRAY(double, to->rows.count);
    for (int64_t i = 0; i < to->rows.count; i++)
        values[i] = value;
    put(to, column, CAL_TYPE_DOUBLE, values);
    free(values);
}

static void put_scalars(sink *to, const cal_sim_round *round)
{
    put(to, "ANTENNA1", CAL_TYPE_INT, round->antenna1);
    put(to, "ANTENNA2", CAL_TYPE_INT, round->antenna2);
    put(to, "DATA_DESC_ID", CAL_TYPE_INT, round->dd);
    put(to, "FIELD_ID", CAL_TYPE_INT, round->field);
    put(to, "SCAN_NUMBER", CAL_TYPE_INT, round->scan);
    put(to, "STATE_ID", CAL_TYPE_INT, round->state);
    put(to, "TIME", CAL_TYPE_DOUBLE, round->time);
    put(to, "TIME_CENTROID", CAL_TYPE_DOUBLE, round->time);
    put(to, "UVW", CAL_TYPE_DOUBLE, round->uvw);
    put(to, "FLAG_ROW", CAL_TYPE_BOOL, round->flag_row);
    put_constant_int(to, "ARRAY_ID", 0);
    put_constant_int(to, "FEED1", 0);
    put_constant_int(to, "FEED2", 0);
    put_constant_int(to, "OBSERVATION_ID", 0);
    put_constant_int(to, "PROCESSOR_ID", 0);
    put_constant_double(to, "INTERVAL", round->scene->integration);
    put_constant_double(to, "EXPOSURE", round->scene->integration);
}

static void put_shape(sink *to, const cal_sim_shape *shape)
{
    const int64_t cell[] = {shape->ncorr, shape->nchan}, total = shape->total;
    put_cells(to, "DATA", CAL_TYPE_COMPLEX, 2, cell, 8, total, shape->data);
    if (shape->model)
        put_cells(to, "MODEL_DATA", CAL_TYPE_COMPLEX, 2, cell, 8, total, shape->model);
    put_cells(to, "FLAG", CAL_TYPE_BOOL, 2, cell, 1, total, shape->flag);
    put_cells(to, "WEIGHT", CAL_TYPE_FLOAT, 1, cell, 4, total, shape->weight);
    put_cells(to, "SIGMA", CAL_TYPE_FLOAT, 1, cell, 4, total, shape->sigma);
    if (shape->weight_spectrum)
        put_cells(to, "WEIGHT_SPECTRUM", CAL_TYPE_FLOAT, 2, cell, 4, total, shape->weight_spectrum);
}

cal_status cal_sim_round_write(const cal_sim_round *round, cal_table *ms, cal_error *err)
{
    sink to = {.ms = ms, .rows = cal_span_range(round->first_row, round->rows), .err = err};
    put_scalars(&to, round);
    for (int s = 0; s < round->shapes; s++) {
        const cal_sim_shape *shape = &round->shape[s];
        bool whole = shape->count == round->rows;
        to.rows = whole ? cal_span_range(round->first_row, round->rows)
                        : cal_span_list(shape->row, shape->count);
        if (shape->count)
            put_shape(&to, shape);
    }
    return to.status;
}

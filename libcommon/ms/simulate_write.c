#include "ms/filler.h"
#include "ms/simulate_round.h"

static void put_scalars(cal_filler *to, const cal_sim_round *round)
{
    cal_fill(to, "ANTENNA1", CAL_TYPE_INT, round->antenna1);
    cal_fill(to, "ANTENNA2", CAL_TYPE_INT, round->antenna2);
    cal_fill(to, "DATA_DESC_ID", CAL_TYPE_INT, round->dd);
    cal_fill(to, "FIELD_ID", CAL_TYPE_INT, round->field);
    cal_fill(to, "SCAN_NUMBER", CAL_TYPE_INT, round->scan);
    cal_fill(to, "STATE_ID", CAL_TYPE_INT, round->state);
    cal_fill(to, "TIME", CAL_TYPE_DOUBLE, round->time);
    cal_fill(to, "TIME_CENTROID", CAL_TYPE_DOUBLE, round->time);
    cal_fill(to, "UVW", CAL_TYPE_DOUBLE, round->uvw);
    cal_fill(to, "FLAG_ROW", CAL_TYPE_BOOL, round->flag_row);
    cal_fill_int(to, "ARRAY_ID", 0);
    cal_fill_int(to, "FEED1", 0);
    cal_fill_int(to, "FEED2", 0);
    cal_fill_int(to, "OBSERVATION_ID", 0);
    cal_fill_int(to, "PROCESSOR_ID", 0);
    cal_fill_double(to, "INTERVAL", round->scene->integration);
    cal_fill_double(to, "EXPOSURE", round->scene->integration);
}

static void put_shape(cal_filler *to, const cal_sim_shape *shape)
{
    const int64_t cell[] = {shape->ncorr, shape->nchan}, total = shape->total;
    cal_fill_tiles(to, "DATA", CAL_TYPE_COMPLEX, 2, cell, total, shape->data);
    if (shape->model)
        cal_fill_tiles(to, "MODEL_DATA", CAL_TYPE_COMPLEX, 2, cell, total, shape->model);
    cal_fill_tiles(to, "FLAG", CAL_TYPE_BOOL, 2, cell, total, shape->flag);
    cal_fill_tiles(to, "WEIGHT", CAL_TYPE_FLOAT, 1, cell, total, shape->weight);
    cal_fill_tiles(to, "SIGMA", CAL_TYPE_FLOAT, 1, cell, total, shape->sigma);
    if (shape->weight_spectrum)
        cal_fill_tiles(to, "WEIGHT_SPECTRUM", CAL_TYPE_FLOAT, 2, cell, total,
                       shape->weight_spectrum);
}

cal_status cal_sim_round_write(const cal_sim_round *round, cal_table *ms, cal_error *err)
{
    cal_filler to = {
        .table = ms, .rows = cal_span_range(round->first_row, round->rows), .err = err};
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

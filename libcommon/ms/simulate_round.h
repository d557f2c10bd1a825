/* The simulator works in rounds of some thousand rows: plan the next rows, make them in parallel, write them. */
#ifndef CAL_MS_SIMULATE_ROUND_H
#define CAL_MS_SIMULATE_ROUND_H

#include "ms/scene.h"
#include "table/table.h"
#include <complex.h>
#include <stdint.h>

/* Rows with cells of one shape: their part of the round. */
typedef struct cal_sim_shape {
    int nchan, ncorr;
    int64_t total;                           /* rows of this shape in the MS */
    int64_t count;                           /* in this round */
    int64_t room;                            /* rows that the arrays have room for */
    int64_t *row;                            /* of MAIN, ascending */
    float complex *data, *model;             /* [row][chan][corr]; model NULL when not wanted */
    float *weight, *sigma, *weight_spectrum; /* [row][corr]; [row][chan][corr] or NULL */
    uint8_t *flag;                           /* [row][chan][corr] */
} cal_sim_shape;

/* One integration of the round. */
typedef struct cal_sim_instant {
    int64_t integration; /* over the whole scene */
    int scan;            /* index */
    double time;         /* midpoint, s after the reference time */
    float complex *gain; /* CAL_GAIN_INDEX */
    double (*uvw)[3];    /* of the antennas, m */
} cal_sim_instant;

/* Rows of one integration and spw, for one thread. */
typedef struct cal_sim_piece {
    int instant, spw, first_baseline, count;
    int64_t first_in_shape, first_in_round;
} cal_sim_piece;

typedef struct cal_sim_round {
    const cal_scene *scene;
    const int (*baseline)[2];
    int baselines;
    int64_t first_row, rows, most_rows;
    cal_sim_shape *shape;
    int shapes, *shape_of_spw;
    cal_sim_instant *instant; /* the first one is the last of the round before where `carried` */
    int instants, most_instants;
    bool carried;
    cal_sim_piece *piece;
    int pieces, most_pieces;
    /* columns of MAIN, by row of the round */
    int32_t *antenna1, *antenna2, *dd, *field, *scan, *state;
    double *time, (*uvw)[3];
    uint8_t *flag_row;
    /* the next row to be planned */
    struct {
        int scan, integration, window, baseline;
        int64_t total_integration;
    } next;
} cal_sim_round;

cal_sim_round *cal_sim_round_new(const cal_scene *scene, const int (*baseline)[2], int baselines);
void cal_sim_round_free(cal_sim_round *round);

/* Plan the next rows: pieces, instants (gain and uvw are left to the caller) and the scalar columns. False when there are no more. */
bool cal_sim_round_plan(cal_sim_round *round);

/* Write the rows of the round. */
cal_status cal_sim_round_write(const cal_sim_round *round, cal_table *ms, cal_error *err);

#endif

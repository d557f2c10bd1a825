/* What the files of the simulator share. */
#ifndef CAL_MS_SIMULATE_PARTS_H
#define CAL_MS_SIMULATE_PARTS_H

#include "ms/scene.h"
#include "ms/sky.h"
#include "table/table.h"
#include <complex.h>

/* Rows of one spw, integration and range of baselines, where they go, and what they are made of. */
typedef struct cal_sim_rows {
    int64_t integration; /* over the whole scene */
    int spw, scan;       /* scan: number, from 1 */
    int count;
    const int (*baseline)[2];       /* antennas of each row */
    const float complex *gain;      /* of this integration, CAL_GAIN_INDEX */
    const double (*antenna_uvw)[3]; /* of this integration */
    const cal_sky *sky;
    float complex *data, *model; /* [row][chan][corr]; model may be NULL */
    uint8_t *flag;               /* [row][chan][corr] */
    uint8_t *flag_row;
    float *weight, *sigma;  /* [row][corr] */
    float *weight_spectrum; /* [row][chan][corr] or NULL */
    double (*uvw)[3];       /* [row] */
} cal_sim_rows;

/* Memory for one thread. */
typedef struct cal_sim_scratch cal_sim_scratch;
cal_sim_scratch *cal_sim_scratch_new(const cal_scene *scene);
void cal_sim_scratch_free(cal_sim_scratch *scratch);

/* Make the visibilities, flags, weights and UVW of these rows; `bandpass` [antenna][pol][chan] of the spw, or NULL for 1. */
void cal_sim_fill(const cal_scene *scene, const cal_sim_rows *rows, const float complex *bandpass,
                  cal_sim_scratch *scratch);

/* Fill all subtables. */
cal_status cal_sim_subtables(const cal_scene *scene, const cal_table *ms, cal_error *err);

#endif

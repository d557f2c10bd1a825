/* Averaging visibilities over channels and time, with CASA's rules (fields_ms 4.4).
 *
 * One rule holds for every average: while only flagged samples came, they are averaged; the first
 * good one starts anew, and from then on flagged ones do not count. So the result is flagged when
 * all samples were, and has a value even then.
 *
 * A sample's weight belongs to its data column: 1/SIGMA^2 for DATA, WEIGHT for CORRECTED_DATA.
 * A set that is written with both columns carries both kinds.
 */
#ifndef CAL_MS_AVERAGE_H
#define CAL_MS_AVERAGE_H

#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* CASA's conversions between SIGMA and WEIGHT: what cannot be converted is 0 and -1. */
static inline float cal_weight_of_sigma(float sigma)
{
    return sigma > FLT_MIN ? 1 / (sigma * sigma) : 0;
}

static inline float cal_sigma_of_weight(float weight)
{
    return weight > FLT_MIN ? 1 / sqrtf(weight) : -1;
}

/* Which samples of an input cell make an output cell: output channel c is made of the input
 * channels chan[c * width] ... chan[c * width + width - 1], output correlation p is input
 * correlation corr[p]. */
typedef struct cal_cells {
    int nchan_in, ncorr_in;
    int nchan, ncorr, width; /* of the output; nchan 0: nothing is taken */
    int *chan;               /* [nchan * width] */
    int *corr;               /* [ncorr] */
    bool whole;              /* the output cell is the input cell */
} cal_cells;

void cal_cells_free(cal_cells *cells); /* what it points to */

enum { CAL_MAX_DATA_COLUMNS = 3, CAL_WEIGHT_KINDS = 2 };

/* What a run averages. Column 0 leads: SIGMA and FLAG follow it. */
typedef struct cal_average_rule {
    int columns;
    int kind[CAL_MAX_DATA_COLUMNS]; /* which of the two kinds of weights each column takes */
    int kinds;                      /* how many kinds there are */
    int weight_kind, sigma_kind;    /* kinds that WEIGHT and SIGMA are made of */
    bool weighted;  /* means are weighted; else plain (CASA: no time average, no spectra) */
    bool over_time; /* rows are averaged */
    bool casa;      /* time bins of zero weight are not flagged */
} cal_average_rule;

/* One input row. */
typedef struct cal_sample_row {
    const float complex *data[CAL_MAX_DATA_COLUMNS]; /* [nchan_in][ncorr_in] */
    const uint8_t *flag;                             /* [nchan_in][ncorr_in] */
    const float *weight[CAL_WEIGHT_KINDS];           /* [ncorr_in] */
    const float *spectrum[CAL_WEIGHT_KINDS];         /* [nchan_in][ncorr_in] instead, or NULL */
} cal_sample_row;

/* One output row; spectra may be NULL. */
typedef struct cal_averaged_row {
    float complex *data[CAL_MAX_DATA_COLUMNS]; /* [nchan][ncorr] */
    uint8_t *flag;                             /* [nchan][ncorr] */
    float *weight, *sigma;                     /* [ncorr] */
    float *weight_spectrum, *sigma_spectrum;   /* [nchan][ncorr] */
} cal_averaged_row;

/* Sums of the samples that were taken, before channels are joined. */
typedef struct cal_sums {
    int count; /* nchan * width * ncorr */
    double complex *sum[CAL_MAX_DATA_COLUMNS];
    double *weight[CAL_WEIGHT_KINDS];
    uint8_t *good; /* an unflagged sample was seen */
    void *memory;
} cal_sums;

void cal_sums_make(cal_sums *samples, const cal_cells *cells, const cal_average_rule *rule);
void cal_sums_clear(cal_sums *samples, const cal_average_rule *rule);
void cal_sums_free(cal_sums *samples);

/* Returns whether the row has any good sample. */
bool cal_sums_add(cal_sums *samples, const cal_cells *cells, const cal_average_rule *rule,
                  const cal_sample_row *row);

/* Join channels and write the row. WEIGHT is the mean of the channels' weights over unflagged
 * channels; SIGMA is the mean of the channels' sigmas where channels are joined or nothing is
 * averaged in time, else 1/sqrt of the mean weight. A weighted mean of zero weight is flagged (in
 * CASA only where channels are joined). */
void cal_sums_finish(const cal_sums *samples, const cal_cells *cells, const cal_average_rule *rule,
                     const cal_averaged_row *out);

#endif

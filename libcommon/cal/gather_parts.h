/* For gather*.c only: what a gatherer holds. */
#ifndef CAL_CAL_GATHER_PARTS_H
#define CAL_CAL_GATHER_PARTS_H

#include "cal/gather.h"
#include "cal/gather_row.h"

/* A data description that the plan has rows of. */
typedef struct cal_gather_dd {
    int spw, nchan, ncorr, samples;
    int product[CAL_ROW_CORRS]; /* RR or XX 0, RL 1, LR 2, LL or YY 3 */
    bool cross;                 /* has cross hands */
    float *selected;            /* [chan][corr] 1 or 0, and room; NULL: no rows of it are wanted */
    bool whole;                 /* all samples are selected */
    float complex *point;       /* [chan][corr] the point source */
} cal_gather_dd;

/* Sums of one correlation of a baseline. */
typedef struct cal_cell_sums {
    double complex v; /* w V conj(M), antenna1 < antenna2 */
    double weight;    /* w |M|^2 */
    double model;     /* the mean model of each row, weighted */
    bool unflagged;
} cal_cell_sums;

/* One sample of a row, and of a baseline to the reference antenna: w V conj(M), w |M|^2. */
typedef struct cal_spectrum_cell {
    float complex v;
    float weight;
} cal_spectrum_cell;
typedef struct cal_spectrum_sum {
    double complex v; /* antenna times conj(reference antenna) */
    double weight;
} cal_spectrum_sum;

/* What a row of a block adds, and where. */
typedef struct cal_gather_row {
    cal_row_sums sums;
    int group; /* -1: nowhere */
    int antenna1, antenna2;
    double time, centroid;   /* MJD s */
    cal_spectrum_cell *cell; /* [most_samples]; NULL unless for delays */
} cal_gather_row;

/* Rows of a block for one thread: all those of one solution, or any. */
typedef struct cal_gather_cut {
    int64_t first, count;
    int solution; /* -1: the rows are added later, with those of other pieces */
} cal_gather_cut;

/* How a block is cut, and room for all of its rows: those that are added later are filled in by the pieces, and added while the
 * next block is read. */
typedef struct cal_gather_batch {
    cal_gather_cut *cut;
    int cuts;
    int64_t room;
    cal_gather_row *row;
    cal_spectrum_cell *cell; /* [row][most_samples]; NULL unless for delays */
} cal_gather_batch;

typedef struct cal_group_sums {
    cal_cell_sums *cell; /* [baseline][corr]; NULL until the first row comes */
    uint8_t *present;    /* [baseline] has rows */
    double *moment;      /* [baseline] of the centroids, s since `start`, weighted */
    double *weight;      /* [baseline] of the centroids */
    double start;        /* MJD s */
    cal_spectrum_sum *
        spectrum; /* [antenna][chan][corr]; NULL until the first row of the reference antenna comes */
} cal_group_sums;

/* What one job works with: a piece of a block, and arrays over its rows. */
typedef struct cal_gather_scratch {
    cal_piece *piece;
    float *use, *weight; /* [most_samples] */
    int64_t rows;        /* room in those below */
    float *row_weight;   /* [row][corr] */
    float *row_factor;   /* [row][corr] on the weights of samples with a model */
    uint8_t *missing;    /* [row] no solutions in an earlier table */
    cal_gather_row *row; /* [row] of a solution that is summed at once */
    bool clean;          /* there are no flags in the piece, and no tables that make some */
    int64_t not_finite;
} cal_gather_scratch;

struct cal_gather {
    const cal_plan *plan;
    const cal_meta *meta;
    cal_gather_rule rule;
    bool spectra;          /* the MS has WEIGHT_SPECTRUM and SIGMA_SPECTRUM */
    cal_gather_dd *dd;     /* [data description] */
    cal_group_sums *group; /* [group] */
    int64_t *left;         /* [solution] rows that have not come */
    int *ready[2];         /* solutions without rows to come: those of `turn` and those before */
    int ready_count[2];
    int most_samples;
    cal_gather_scratch *scratch; /* [job] */

    const cal_block *block;    /* the one at hand */
    int64_t piece_rows;        /* rows of it that are worked on at a time */
    int turn;                  /* 0 or 1, changes with each block */
    cal_gather_batch batch[2]; /* that of the block at hand, [turn], and that of the block before */
    cal_status status;
    cal_error error; /* of the first piece that failed */
};

/* The data description of a group. */
static inline const cal_gather_dd *cal_gather_dd_of(const cal_gather *gather, int group)
{
    return &gather->dd[gather->plan->group[group].dd];
}

/* The block at hand, into pieces. */
void cal_batch_cut(cal_gather *gather);
/* The groups of these rows of the block at hand, and what is known of them without their data. `out` is within the batch
 * where spectra are kept. */
void cal_batch_place(const cal_gather *gather, const cal_rows *rows, cal_gather_row *out);
/* Adds the rows of the block before that were left for later. Those of one solution are a single worker's share. */
void cal_batch_add_share(cal_gather *gather, int share);

/* `part` has been read; the groups of its rows are in `out`. */
void cal_gather_sum_rows(cal_gather *gather, cal_block *part, int worker, cal_gather_row *out,
                         cal_error *err);

void cal_group_sums_add(cal_gather *gather, const cal_gather_row *row);
void cal_group_sums_free(cal_group_sums *group);

bool cal_spectrum_wanted(const cal_gather *gather, int antenna1, int antenna2);
/* row_weight, row_factor by correlation; row_weight NULL: `weight` is whole. */
void cal_spectrum_take(const cal_gather_dd *dd, const float complex *data,
                       const float complex *model, const float *use, const float *weight,
                       const float *row_weight, const float *row_factor, cal_gather_row *row);
void cal_spectrum_add(cal_gather *gather, const cal_gather_row *row);

#endif

/* From the visibility stream to what is solved: weighted means per solution group and baseline.
 *
 *     cal_gather *gather = NULL;
 *     cal_gather_make(plan, ms, meta, selection, &rule, &gather, err);
 *     for each block, and at last for NULL:
 *         for each piece < cal_gather_begin(gather, block), on any thread:
 *             solution = cal_gather_piece(gather, piece, worker);  ... if it is one, as below ...
 *         cal_gather_end(gather, err);
 *         for each solution in cal_gather_ready(gather, &count):
 *             cal_gather_problem(gather, solution, &averages);  ... solve ...
 *             cal_gather_release(gather, solution);
 *
 * Sums are kept only for the solutions that are under way, so memory does not grow with the rows of
 * a set in time order, and a set in another order comes out the same. Pieces of a block are read and
 * worked on in parallel, small enough to stay in the processor's cache; sums are taken in the order of
 * the file: the same bits for every number of jobs.
 *
 * Rules (CASA's, caltables 3.1): weights are 1/SIGMA^2, or 1/SIGMA_SPECTRUM^2 where both spectra
 * exist; a flagged correlation flags the others of its channel unless corr_flags; earlier tables
 * are applied after that; data are divided by the model, w V conj(M) with weight w |M|^2; samples
 * with a model of 0 stay as they are, and the mean model says so. Data that are not finite are left
 * out and counted.
 */
#ifndef CAL_CAL_GATHER_H
#define CAL_CAL_GATHER_H

#include "base/error.h"
#include "cal/chain.h"
#include "cal/delay.h"
#include "cal/gains.h"
#include "cal/interval.h"
#include "cal/model.h"
#include "cal/solve.h"
#include "ms/block.h"

typedef struct cal_gather_rule {
    cal_model model;
    cal_calmode mode;
    bool scalar;     /* T: cross hands count too */
    bool corr_flags; /* corrdepflags */
    bool delay;      /* K: the spectra of the baselines to `reference` are kept */
    int reference;
    cal_chain *before, *within; /* earlier tables; NULL for none; see cal_solve_chains_open() */
    int jobs;
} cal_gather_rule;

typedef struct cal_gather cal_gather;

/* `ms` is asked which columns it has. */
cal_status cal_gather_make(const cal_plan *plan, cal_table *ms, const cal_meta *meta,
                           const cal_selection *selection, const cal_gather_rule *rule,
                           cal_gather **gather, cal_error *err);
void cal_gather_free(cal_gather *gather);
/* What the reader has to read: CAL_READ_... */
unsigned cal_gather_columns(const cal_gather *gather);

/* The block that comes next, which stays until the end; NULL: there was none left. Returns how many
 * pieces of work there are: those of the block, and to add the rows of the block before. */
int cal_gather_begin(cal_gather *gather, const cal_block *block);
/* Do one of them: in any order, on several threads (`worker` 0..jobs-1), also while
 * solutions that are ready are worked out. Returns the solution that the piece was all of, to be worked out by the same thread
 * while its sums are in the cache; or -1. */
int cal_gather_piece(cal_gather *gather, int piece, int worker);
/* When all of them are through; fails where one did. */
cal_status cal_gather_end(cal_gather *gather, cal_error *err);
/* The solutions that became complete with the block before, in the order of the plan; valid until
 * the end after the next. */
const int *cal_gather_ready(const cal_gather *gather, int *count);

/* What a solution is made of: the data of the problem, and labels that belong to it. */
typedef struct cal_averages {
    cal_problem problem; /* its rules (scalar, refant, ...) are left alone */
    double time, start;  /* MJD s; centroid, and a time near it */
    double weight;       /* 0: no data */
    uint8_t *expected;   /* [antenna] has rows */
    uint8_t *data;       /* [antenna][par] has unflagged data */
} cal_averages;

/* Means of a complete solution; calmode's part that comes before the solve is done. `averages` has
 * its arrays `expected` and `data`; problem.baseline is allocated and freed by the caller. Safe for
 * different solutions in different threads. */
void cal_gather_problem(const cal_gather *gather, int solution, cal_averages *averages);
void cal_gather_release(cal_gather *gather, int solution);

/* With rule.delay: the channels of the antenna's baseline to the reference antenna, for one hand; channel[cal_gather_channels()], returns
 * how many. */
int cal_gather_channels(const cal_gather *gather, int solution);
int cal_gather_spectrum(const cal_gather *gather, int solution, int antenna, int hand,
                        cal_channel *channel);

/* Samples that were left out because they were not finite. */
int64_t cal_gather_not_finite(const cal_gather *gather);

#endif

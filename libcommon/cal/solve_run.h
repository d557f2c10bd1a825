/* Solving a MeasurementSet: the stream is gathered, and every solution is worked out as soon as its
 * rows have passed, on several threads. */
#ifndef CAL_CAL_SOLVE_RUN_H
#define CAL_CAL_SOLVE_RUN_H

#include "cal/gains.h"
#include "cal/gather.h"

typedef struct cal_solve_rule {
    cal_gather_rule gather;
    int refant; /* where start values come from; -1: the first antenna with data */
    int min_baselines;
    double min_snr;
    bool optimum;
    bool combine_spw; /* solutions are labelled with the lowest spw */
    /* What may be done meanwhile: called once by one of the threads, while nothing else uses the MS. NULL: nothing. */
    cal_status (*meanwhile)(void *user, cal_error *err);
    void *user;
} cal_solve_rule;

/* Open the chains of earlier tables for a rule whose type (scalar) and jobs are set: `before` what
 * is divided out of the data because it comes before the solved type in the order of application,
 * `within` what the model is multiplied by. The gains come out alike; samples with a model of 0
 * keep the weight that they had in between. NULL where there is none; the caller frees them. */
cal_status cal_solve_chains_open(cal_chain_list *list, const cal_meta *meta, cal_gather_rule *rule,
                                 cal_error *err);

/* All solutions, sorted by spw and time; those that failed too. The caller frees the list.
 * *not_finite: samples that were left out because they are NaN or infinite. */
cal_status cal_solve_run(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                         const cal_plan *plan, const cal_solve_rule *rule, cal_gain_list **gains,
                         int64_t *not_finite, cal_error *err);

#endif

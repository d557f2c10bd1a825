/* For plan*.c only: one clean target on its way into the plan. */
#ifndef CAL_SELFCAL_PLAN_PARTS_H
#define CAL_SELFCAL_PLAN_PARTS_H

#include "selfcal/copy.h"
#include "selfcal/estimate.h"
#include "selfcal/modes.h"
#include "selfcal/plan.h"

typedef struct cal_plan_part {
    const cal_dataset *set;
    const cal_clean_target *target;
    const cal_plan_request *request;
    cal_copy *copy;    /* [target->blocks] */
    double *effective; /* [target->spws] bandwidth, Hz, mean over the blocks that have the window */
    double total;      /* their sum */
    double freq, fraction;  /* mean and relative spread of the copies' first channels */
    double highest, lowest; /* Hz */
    double largest_uv;      /* m */
    double cell;
    int imsize[2];
    int antennas; /* fewest */
    bool one_pol, spectral_scan;
    cal_estimate facts; /* facts.block belongs to it */
    double noise, flux;
    const char *noise_from;
    cal_ladder ladder;
} cal_plan_part;

/* Everything up to the ladder; the copies are planned already. */
void cal_plan_measure(cal_plan_part *part);
cal_status cal_plan_climb(cal_plan_part *part, cal_error *err);

jv cal_plan_geometry_json(const cal_plan_part *part, jv object);
jv cal_plan_block_json(const cal_plan_part *part, int block);
jv cal_plan_solints_json(const cal_plan_part *part);
double cal_plan_uv_minimum(const cal_plan_part *part); /* m; NaN: all baselines */

#endif

/* What is applied to the working copies: the accepted chain of tables of each execution block, in the state as gaintable_final,
 * spwmap_final and applycal_interpolate_final of target.vis[]. */
#ifndef CAL_SELFCAL_APPLIED_H
#define CAL_SELFCAL_APPLIED_H

#include "selfcal/solutions.h"

#define CAL_STARTING_FLAGS "selfcal_starting_flags" /* the flag version of the working copies */

/* Flags as they were at the beginning; CORRECTED_DATA from the accepted chain (DATA itself where there is none), plus the chosen solutions of
 * `sets` where not NULL (then the accepted tables that are marked for pre-application, and the new one). Whatever was there before, the result
 * is the same. */
cal_status cal_apply_chain(cal_work *work, const cal_solution_set *sets, cal_error *err);
/* Only the flags: before solving. */
cal_status cal_restore_flags(cal_work *work, cal_error *err);
/* The chosen solutions become the accepted chain. */
void cal_accept_chain(cal_work *work, int index, const cal_solution_set *sets);
/* No tables are accepted any more. */
void cal_drop_chain(cal_work *work);
/* Share of the target's data that is flagged in the working copies, now. */
double cal_flagged_fraction(cal_work *work);

#endif

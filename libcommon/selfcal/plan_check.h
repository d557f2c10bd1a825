/* What is wrong with a plan that was edited: each finding with place, what, why and what to do. */
#ifndef CAL_SELFCAL_PLAN_CHECK_H
#define CAL_SELFCAL_PLAN_CHECK_H

#include "base/json.h"

/* A list of findings, {"place", "what", "why", "do"}; empty for a plan that selfcal-step can use. Borrows the plan. Paths are looked for from here
 * and then from `folder` (NULL: not). */
jv cal_plan_check(jv plan, const char *folder);

#endif

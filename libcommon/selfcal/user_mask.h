/* The mask that a user gives (settings.mask, target.mask of a plan) instead of the one that grows (growth.h). */
#ifndef CAL_SELFCAL_USER_MASK_H
#define CAL_SELFCAL_USER_MASK_H

#include "base/error.h"
#include "image/fits.h"
#include <jv.h>
#include <stdint.h>

/* What is given for this target; "" where its mask grows. Lives as long as the target. */
const char *cal_user_mask(jv target);

/* How many pixels of all its images are in the mask `text`: the fields, size and cell are those of the target in a plan. CAL_INPUT or CAL_USAGE
 * for a mask that cannot be read. */
cal_status cal_user_mask_pixels(jv target, const char *text, size_t *inside, cal_error *err);

/* The plan's mask for each target: settings.mask for those whose images it is in, null for others. CAL_DATA where it is in none. */
cal_status cal_user_mask_give(const char *text, jv *targets, cal_error *err);

#endif

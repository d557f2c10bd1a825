/* For step*.c only: the verdict by closure (settings.verdict), for arrays of so few antennas that the S/N of an image tells little. */
#ifndef CAL_SELFCAL_STEP_CLOSURE_H
#define CAL_SELFCAL_STEP_CLOSURE_H

#include "ms/closure.h"
#include "selfcal/work.h"

bool cal_by_closure(const cal_work *work);

/* DATA of all blocks against MODEL_DATA, on the baselines of the target's uvrange. All that is compared has the same data: the flags are as they
 * were at the beginning, and stay so. */
cal_status cal_measure_closure(cal_work *work, cal_closure *sum, cal_error *err);

/* target.closure_orig, where there is none yet, or closure_final. */
void cal_keep_closure(cal_work *work, const char *key, const cal_closure *sum);

/* "closure chi2 26.1, 145.7 before; phases 54.9, 128.4 deg"; "" where none was measured. The caller frees it. */
char *cal_closure_words(const cal_work *work);

#endif

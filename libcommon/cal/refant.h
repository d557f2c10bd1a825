/* Reference antennas: which to use, and gains turned so that its phase stays (CASA's rules,
 * caltables 3.4). */
#ifndef CAL_CAL_REFANT_H
#define CAL_CAL_REFANT_H

#include "base/error.h"
#include "cal/gains.h"
#include "ms/meta.h"
#include <stdbool.h>

typedef struct cal_refant {
    int *wanted; /* in order of preference */
    int count;
    bool strict; /* the first one or none */
} cal_refant;

/* A list of names; a number that is no name is an id. CAL_INPUT for what the MS does not have, with
 * the antennas that it has. */
cal_status cal_refant_parse(const char *text, bool strict, const cal_meta *meta, cal_refant *refant,
                            cal_error *err);
void cal_refant_free(cal_refant *refant);

/* Turn the phases of all solutions, spw by spw in the order of time, so that those of the reference
 * antenna are 0, or, after a change of the reference antenna, go on where they were. Where no
 * antenna can be used the solution is flagged. Nothing is done when none is wanted. `gains` are
 * sorted by spw and time. */
void cal_refant_apply(const cal_refant *refant, const cal_meta *meta, cal_gain_list *gains);

#endif

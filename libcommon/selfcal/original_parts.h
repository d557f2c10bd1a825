/* For original*.c only. */
#ifndef CAL_SELFCAL_ORIGINAL_PARTS_H
#define CAL_SELFCAL_ORIGINAL_PARTS_H

#include "selfcal/original.h"

/* What is being found: one target in one MeasurementSet. */
typedef struct cal_original_finding {
    const char *from, *folder;
    jv target, block;     /* of the state */
    const cal_meta *meta; /* of the original */
    cal_original *o;
} cal_original_finding;

/* original_match.c: the target's fields that this execution block has, and its windows, those without continuum too; CAL_INPUT where one is
 * not there. */
cal_status cal_original_find_fields(const cal_original_finding *f, cal_error *err);
cal_status cal_original_find_windows(const cal_original_finding *f, cal_error *err);
/* Are the numbers of the table's windows those of this working copy? A table that another target lent may have others. */
bool cal_original_same_windows(const cal_original_finding *f, const cal_caltable *table);

#endif

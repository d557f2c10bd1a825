/* For target*.c only. */
#ifndef CAL_SELFCAL_TARGET_PARTS_H
#define CAL_SELFCAL_TARGET_PARTS_H

#include "selfcal/target.h"

/* What the set of index `set` has of the target, as another block, unless that is nothing or all flagged (then with a note). */
void cal_target_add_block(cal_clean_target *target, const cal_dataset *data, int set,
                          double most_flagged, cal_words *notes);
void cal_target_block_free(cal_target_block *block);

#endif

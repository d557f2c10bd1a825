/* For target*.c only. */
#ifndef CAL_SELFCAL_TARGET_PARTS_H
#define CAL_SELFCAL_TARGET_PARTS_H

#include "selfcal/target.h"

/* What the set of index `set` has of the target, as another block, unless that is nothing or all flagged (then with a note). */
void cal_target_add_block(cal_clean_target *target, const cal_dataset *data, int set,
                          double most_flagged, cal_words *notes);
void cal_target_block_free(cal_target_block *block);

/* What was asked for (target_wish.c): each field and band must be in some set. */
cal_status cal_target_check_wish(const cal_dataset *set, int sets, const cal_target_wish *wish,
                                 cal_error *err);
/* Why nothing is left of what was asked for: CAL_DATA. */
cal_status cal_target_none(const cal_dataset *set, int sets, const cal_target_wish *wish,
                           cal_error *err);

#endif

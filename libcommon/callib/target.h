/* The selection of the data that a calibration is meant for, as options and as text: sets, fields, spws, antennas, intents.
 *
 * Fields, spws and antennas are CASA's expressions (ms/select.h, channels of spws count for nothing here, an antenna expression
 * stands for its first antennas); intents are pipeline intents (PHASE) or patterns (*GAIN*). In each of them an item that
 * starts with ! takes away: "!TARGET" is all but TARGET, "0~9,!5" nine fields.
 */
#ifndef CAL_CALLIB_TARGET_H
#define CAL_CALLIB_TARGET_H

#include "base/option.h"
#include "callib/library.h"

typedef struct cal_target {
    const char *vis, *field, *spw, *antenna, *intent; /* NULL or "": all */
    bool virtual_spw;                                 /* spw ids are those of the first set */
} cal_target;

/* clang-format off */
#define CAL_TARGET_OPTIONS(target)                                                                                          \
    CAL_HEADING("Which data (an item with ! before it is left out)"),                                                       \
    {"vis", 0, CAL_TEXT, "SETS", &(target).vis, "data sets, by path or name [all]", 0, 0},                                  \
    {"field", 'f', CAL_TEXT, "SEL", &(target).field, "fields by id, name or pattern: 0~2,3C286,\"NGC*\"", 0, 0},            \
    {"spw", 's', CAL_TEXT, "SEL", &(target).spw, "spectral windows: 0~3,!2", 0, 0},                                         \
    {"antenna", 'a', CAL_TEXT, "SEL", &(target).antenna, "antennas: ea01,ea05", 0, 0},                                      \
    {"intent", 0, CAL_TEXT, "SEL", &(target).intent, "intents by name or pattern: PHASE,*POL*,!TARGET", 0, 0},              \
    {"virtual-spw", 0, CAL_FLAG, NULL, &(target).virtual_spw, "--spw holds ids of the first set; others by name", 0, 0}
/* clang-format on */

/* One region for each set that has such data. Unknown sets, fields, spws and antennas are errors (with several sets and no `vis`: only
 * if no set has them); intents that a set lacks are left out. A selection without data gives no regions: the caller says so
 * with cal_target_empty(). */
cal_status cal_target_resolve(const cal_target *target, const cal_library *library,
                              cal_regions *regions, cal_error *err);
/* CAL_DATA: which part of the selection left nothing, and what there is. */
cal_status cal_target_empty(const cal_target *target, const cal_library *library, cal_error *err);

#endif

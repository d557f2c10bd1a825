/* --callib: calibration libraries in their three forms, told apart by what they hold.
 *
 *     {"schema": "calutils/callib/1", ...}                                      the library itself
 *     applycal(vis='eb1.ms', field='3C286', ..., gaintable=['p.G'], ...)        the pipeline's applycal text
 *     caltable='p.G' calwt=False tinterp='linear' fldmap='nearest'              CASA's cal-library text
 */
#ifndef CAL_CAL_CALLIB_TEXT_H
#define CAL_CAL_CALLIB_TEXT_H

#include "base/error.h"
#include "cal/chain.h"

/* Add what a file (or stdin: "-") says to the list. CAL_USAGE and CAL_INPUT with the place in the file for what cannot be read. */
cal_status cal_callib_read(const char *path, cal_chain_list *list, cal_error *err);
/* CASA's text from memory; `name` is for messages. */
cal_status cal_callib_parse(const char *text, const char *name, cal_chain_list *list,
                            cal_error *err);

#endif

/* HISTORY: a row that says which tool was called how. */
#ifndef CAL_MS_HISTORY_H
#define CAL_MS_HISTORY_H

#include "base/error.h"

/* Append a row to the HISTORY of the MS at `path`: the running tool, its command line, the time, and
 * `message`. An MS without HISTORY is left as it is. */
cal_status cal_history_add(const char *path, const char *message, cal_error *err);

#endif

/* Flag versions: copies of FLAG and FLAG_ROW beside an MS, as CASA's flagmanager keeps them
 * (fields_ms 4.7): <ms>.flagversions/flags.<name>, and a line "name : comment" in its list. */
#ifndef CAL_MS_FLAG_VERSION_H
#define CAL_MS_FLAG_VERSION_H

#include "base/error.h"
#include "ms/meta.h"

/* Save the flags of an open MS as <prefix>_1, or the first number that is free. *name is the
 * version's name; the caller frees it. */
cal_status cal_flag_version_save(cal_table *ms, const cal_meta *meta, const char *prefix,
                                 char **name, cal_error *err);

#endif

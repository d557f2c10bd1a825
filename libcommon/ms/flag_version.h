/* Flag versions: copies of FLAG and FLAG_ROW beside an MS, as CASA's flagmanager keeps them
 * (fields_ms 4.7): <ms>.flagversions/flags.<name>, and a line "name : comment" in its list. */
#ifndef CAL_MS_FLAG_VERSION_H
#define CAL_MS_FLAG_VERSION_H

#include "base/error.h"
#include "ms/meta.h"
#include <stdbool.h>

/* Save the flags of an open MS as <prefix>_1, or the first number that is free. *name is the
 * version's name; the caller frees it. */
cal_status cal_flag_version_save(cal_table *ms, const cal_meta *meta, const char *prefix,
                                 char **name, cal_error *err);

/* For the MS at `path`, by the version's own name. */
bool cal_flag_version_exists(const char *path, const char *name);
/* CAL_OUTPUT where there is one of that name. */
cal_status cal_flag_version_save_as(const char *path, const char *name, cal_error *err);
/* FLAG and FLAG_ROW as they were then; run again it does the same. CAL_INPUT where there is no such version or it has other rows. */
cal_status cal_flag_version_restore(const char *path, const char *name, cal_error *err);

#endif

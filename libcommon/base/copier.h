/* Bytes copied from files to files by a thread of its own, while the caller goes on.
 *
 *     cal_copier *copier = cal_copier_new();
 *     status = cal_copier_add(copier, from, 2, to, 1, err);     as often as wanted
 *     status = cal_copier_end(copier, err);                     waits for all of it
 *
 * The copies are made in the order in which they were added.
 */
#ifndef CAL_BASE_COPIER_H
#define CAL_BASE_COPIER_H

#include "base/error.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Some bytes of a file that exists. */
typedef struct cal_file_run {
    const char *path;
    int64_t offset, bytes;
} cal_file_run;

typedef struct cal_copier cal_copier;

cal_copier *cal_copier_new(void);

/* The bytes of all `from`, one after the other, into the places `to`, which hold as many. Returns at
 * once, unless hundreds of megabytes are waiting. What is returned may be the failure of an earlier
 * copy: CAL_INPUT or CAL_OUTPUT. The runs and their paths may go afterwards. */
cal_status cal_copier_add(cal_copier *copier, const cal_file_run *from, int64_t from_count,
                          const cal_file_run *to, int64_t to_count, cal_error *err);

/* Waits until everything is copied, or something failed. The object is gone whatever is returned;
 * NULL is fine. */
cal_status cal_copier_end(cal_copier *copier, cal_error *err);

#ifdef __cplusplus
}
#endif

#endif

/* The two shared libraries over casacore, which are loaded when the first function of theirs is called: casacore takes 7 ms to load and its
 * measures 4 ms more, and --help, --version, a misspelt option, and most looks at a table need not wait for that.
 *
 *     status = cal_late_load(&cal_late_tables, err);
 *     rows = CAL_LATE(tables, cal_table_rows)(object);
 */
#ifndef CAL_TABLE_LATE_H
#define CAL_TABLE_LATE_H

#include "base/error.h"
#include <stddef.h>

typedef struct cal_late {
    const char *file;
    void *handle;
} cal_late;

extern cal_late cal_late_tables, cal_late_measures;

/* CAL_CHILD where it cannot be. Any thread may ask. */
cal_status cal_late_load(cal_late *library, cal_error *err);

/* The same in a thread of its own, and waiting for that; cal_main() waits before the program ends. */
void cal_late_load_ahead(cal_late *library);
void cal_late_settle(void);

/* A function of a library that is loaded. */
void *cal_late_find(const cal_late *library, const char *name);

/* The function of that name in the library, looked up once. */
#define CAL_LATE(library, name)                                                                    \
    ({                                                                                             \
        static __typeof__(name) *_Atomic late;                                                     \
        if (!late)                                                                                 \
            late = (__typeof__(name) *)cal_late_find(&cal_late_##library, #name);                  \
        late;                                                                                      \
    })

#endif

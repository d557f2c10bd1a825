/* What the callib tools share at the door: a library from a file or stdin, changed, to stdout or back into the file. */
#ifndef CAL_CALLIB_EDIT_H
#define CAL_CALLIB_EDIT_H

#include "base/option.h"
#include "callib/library.h"

typedef struct cal_edit {
    const char *in_place; /* --in-place FILE; NULL: stdin to stdout */
    int lock;             /* file descriptor of the file while it is locked */
} cal_edit;

#define CAL_EDIT_OPTIONS(edit)                                                                     \
    CAL_HEADING("The library"),                                                                    \
    {                                                                                              \
        "in-place", 'i', CAL_TEXT, "FILE", &(edit).in_place,                                       \
            "change this library file, locked meanwhile [from stdin to stdout]", 0, 0              \
    }

/* Read the library: from the file, which stays locked for other tools until cal_edit_end(), or from stdin. */
cal_status cal_edit_begin(cal_edit *edit, cal_library **library, cal_error *err);
/* Put it back in one step (a kill leaves the old file or the new one), or print it. Frees the library. */
cal_status cal_edit_end(cal_edit *edit, cal_library *library, cal_error *err);

/* Any library document, read-only: path or "-". */
cal_status cal_edit_read(const char *path, cal_library **library, cal_error *err);
/* Print a library: JSON of schema calutils/callib/1, or a table of its registrations. Frees it. */
cal_status cal_edit_print(cal_library *library, cal_error *err);

/* {"tool": ..., "command": ...} of the running tool, with `task` if it is not NULL, as JSON text; the caller frees it. */
char *cal_edit_origin(const char *task);

#endif

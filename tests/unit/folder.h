/* A directory of the program's own. */
#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

#include "base/output.h"
#include <stdlib.h>
#include <unistd.h>

static char unit_folder[] = "/tmp/calutils-unit-XXXXXX";

static inline void unit_folder_remove(void)
{
    cal_remove_tree(unit_folder, NULL);
}

/* From here on file names are relative to a new, empty directory, which the program's end removes. */
static inline bool unit_folder_enter(void)
{
    if (!mkdtemp(unit_folder) || chdir(unit_folder))
        return false;
    atexit(unit_folder_remove);
    return true;
}

#endif

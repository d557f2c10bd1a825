/* Other programs: started with an argument vector, output caught line by line, signals passed on,
 * status told apart. */
#ifndef CAL_BASE_CHILD_H
#define CAL_BASE_CHILD_H

#include "base/error.h"
#include <stdbool.h>

typedef struct cal_child {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
    /* Called for every line of stdout and stderr together, without its newline; '\r' also ends a
     * line. May be NULL. */
    void (*line)(void *user, const char *text);
    void *user;
} cal_child;

/* Runs to the end. *exit_status: the program's status, 128 + signal when a signal ended it. Errors:
 * CAL_CHILD when it cannot be started ("wsclean: not found in PATH; ..."). SIGINT and SIGTERM that
 * reach us go on to the child. */
cal_status cal_child_run(const cal_child *child, int *exit_status, cal_error *err);

/* Is there such a program in PATH? The full path, freed by the caller, or NULL. */
char *cal_child_find(const char *program);

/* The folder of this executable, in which the other tools are; freed by the caller. */
char *cal_own_folder(void);

#endif

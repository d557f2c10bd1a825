/* How the running tool talks: set once by cal_main(), read by messages, results and progress.
 * Inside base only. */
#ifndef CAL_BASE_MODE_H
#define CAL_BASE_MODE_H

#include "base/error.h"
#include <stdbool.h>

typedef struct cal_mode {
    const char *tool;   /* name for messages */
    const char *schema; /* name of the result's form */
    char *command_line; /* quoted for a shell */
    const char *filter; /* --jq */
    const char *errors; /* "text" or "json" */
    bool quiet, verbose;
    bool raw;        /* texts that the filter gives without quotes */
    bool json, text; /* asked for by option */
} cal_mode;

extern cal_mode cal_mode_now;

/* Is the --jq filter, if there is one, a filter, and is there one for --raw? Asked before the work begins. */
cal_status cal_print_check_filter(cal_error *err);

#endif

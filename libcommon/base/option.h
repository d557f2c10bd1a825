/* The option table: one array per tool that drives parsing, --help, the manual page and shell
 * completion.
 *
 *     static bool flags;
 *     static double minsnr = 3.0;
 *     static const char *calmode = "ap";
 *     static const cal_option options[] = {
 *         CAL_HEADING("Solving"),
 *         {"calmode", 'm', CAL_CHOICE, "MODE", &calmode, "phase (p), amplitude (a) or both (ap)",
 * .choices = "ap p a"},
 *         {"minsnr", 0, CAL_NUMBER, "SNR", &minsnr, "flag solutions whose S/N is not above this"},
 *         {"flags", 0, CAL_FLAG, NULL, &flags, "count flagged data"},
 *         CAL_OPTIONS_END};
 *
 * The value that the target holds before parsing is the default that --help prints. `--name value`,
 * `--name=value`, `-n value` and `--` work; a flag also takes `--name=false`. Options and operands
 * may be mixed.
 */
#ifndef CAL_BASE_OPTION_H
#define CAL_BASE_OPTION_H

#include "base/error.h"
#include <stdbool.h>

typedef enum cal_option_kind {
    CAL_FLAG,    /* bool */
    CAL_COUNT,   /* long, 0 or more */
    CAL_NUMBER,  /* double */
    CAL_TEXT,    /* const char *; the text lives as long as argv */
    CAL_CHOICE,  /* const char *, one of .choices */
    CAL_EACH,    /* calls .each for every occurrence, in the order of the command line */
    CAL_SECTION, /* a heading, made by CAL_HEADING */
    CAL_END
} cal_option_kind;

typedef struct cal_option {
    const char *name; /* long name, without dashes */
    char letter;      /* short name or 0 */
    cal_option_kind kind;
    const char *arg;     /* what --help calls the value; NULL for a flag */
    void *value;         /* target, or the first argument of .each */
    const char *help;    /* a phrase, lower case, no full stop */
    const char *choices; /* CAL_CHOICE (and completion of CAL_EACH): words separated by blanks */
    cal_status (*each)(void *value, const char *text, cal_error *err);
} cal_option;

#define CAL_HEADING(text)                                                                          \
    {                                                                                              \
        .name = (text), .kind = CAL_SECTION                                                        \
    }
#define CAL_OPTIONS_END                                                                            \
    {                                                                                              \
        .kind = CAL_END                                                                            \
    }

/* Parse argv[1..] with all of `tables` (the last entry NULL). What is no option goes to operand[]
 * (room for argc), *operands of them. Errors are CAL_USAGE and name the nearest right option or
 * value. */
cal_status cal_options_parse(const cal_option *const *tables, int argc, char **argv, int *operands,
                             char **operand, cal_error *err);

/* The default of an option as text: what its target holds now; "" for none. Valid until the next
 * call. */
const char *cal_option_default(const cal_option *option);

#endif

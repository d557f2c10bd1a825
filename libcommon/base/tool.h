/* What every tool's .c file holds: an option table, a cal_tool, a run function, and
 *
 *     int main(int argc, char **argv)
 *     {
 *         return cal_main(&tool, argc, argv);
 *     }
 *
 * cal_main() parses, serves --help, --version, --schema, --jq, --raw, --json, --text, --errors, --quiet
 * and --verbose, calls run(), prints the error if there is one, checks that stdout could be
 * written, and returns the exit status.
 */
#ifndef CAL_BASE_TOOL_H
#define CAL_BASE_TOOL_H

#include "base/buf.h"
#include "base/error.h"
#include "base/option.h"
#include <jv.h>
#include <stdbool.h>

typedef struct cal_example {
    const char *what;    /* "Phases of every integration, against the model column" */
    const char *command; /* "gaincal --calmode p --solint int eb1.ms p.G" */
} cal_example;

/* The headings of `calutils`, in the order in which it prints them. */
#define CAL_GROUP_DOOR    "The door"
#define CAL_GROUP_MS      "MeasurementSets"
#define CAL_GROUP_SOLVE   "Solve and apply"
#define CAL_GROUP_TABLES  "Calibration tables"
#define CAL_GROUP_CALLIB  "Calibration library"
#define CAL_GROUP_SELFCAL "Self-calibration"
#define CAL_GROUP_IMAGES  "Images"
#define CAL_GROUP_TASKS   "Tasks and plugins"

typedef struct cal_tool {
    const char *name;               /* ms-split */
    const char *group;              /* CAL_GROUP_... */
    const char *brief;              /* one line, lower case, no full stop */
    const char *operands;           /* "MS OUT", "[MS...]"; "" for none */
    int min_operands, max_operands; /* max -1: any number */
    const char *schema;             /* of the result; NULL: the tool's name */
    const char *about;              /* a paragraph for --help and the manual page */
    const cal_option *options;      /* ends with CAL_OPTIONS_END */
    const cal_example *examples;    /* ends with {NULL, NULL}; at least one */
    cal_status (*run)(int count, char **operand, cal_error *err);
} cal_tool;

int cal_main(const cal_tool *tool, int argc, char **argv);

/* What cal_main() calls when the tool is done: to wait for a thread that must have ended before the program takes its libraries down. */
void cal_tool_at_end(void (*wait)(void));

/* Print the result: `document` as JSON (its "schema" key is set to calutils/<schema>/1 as first key),
 * filtered by --jq, or, on a terminal or under --text, what `text` makes of it. `text` borrows the
 * document; NULL means JSON always. Consumes it. */
cal_status cal_print(jv document, void (*text)(jv document, cal_buf *out), cal_error *err);
/* The same for a tool that has results of more than one form. */
cal_status cal_print_as(const char *schema, jv document, void (*text)(jv document, cal_buf *out),
                        cal_error *err);
/* For large results: the members of the document as JSON text, `"a":1,"b":2`. Much faster than by jv; `text` gets null. */
cal_status cal_print_dumped(const char *members, void (*text)(jv document, cal_buf *out),
                            cal_error *err);

bool cal_wants_text(void); /* the result goes out as text */

extern const char *const cal_version; /* "0.1.0" */
const char *cal_tool_name(void);      /* of the running tool, for messages and HISTORY */
const char *cal_command_line(void);   /* as typed, quoted for a shell */

#endif

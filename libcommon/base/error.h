/* Errors as values.
 *
 * A library function that can fail returns a cal_status and takes a `cal_error *` as its last
 * argument. It returns CAL_OK and leaves the error alone, or it returns what cal_fail() returned.
 * The status is the exit status of the tool; the text says what, where, why and what to do, in one
 * line without the tool's name and without a final newline.
 *
 *     cal_error err = {0};
 *     if (cal_table_open(path, &table, &err))
 *         return cal_prefix(&err, "reading the model");
 *
 * Nothing here allocates: an error can be reported when memory is gone.
 */
#ifndef CAL_BASE_ERROR_H
#define CAL_BASE_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cal_status {
    CAL_OK = 0,    /* done */
    CAL_NO = 1,    /* a question answered "no" (check, diff): not an error, no message */
    CAL_USAGE = 2, /* wrong usage, unreadable JSON */
    CAL_INPUT = 3, /* an input is missing or is not what it should be */
    CAL_DATA =
        4, /* the data cannot give a result: empty selection, all flagged, all solutions failed */
    CAL_OUTPUT = 5, /* an output could not be written: exists, disk full, read-only */
    CAL_CHILD = 6,  /* a plugin or another program failed */
    CAL_BUG = 70    /* our own mistake */
} cal_status;

enum { CAL_ERROR_TEXT = 2048 };

typedef struct cal_error {
    cal_status status;
    char text[CAL_ERROR_TEXT];
} cal_error;

/* Set the error (an earlier text is replaced) and return `status`. `err` may be NULL. */
cal_status cal_fail(cal_error *err, cal_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, with ": " and the text of errno at the end. */
cal_status cal_fail_errno(cal_error *err, cal_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "prefix: " before the text that is there; returns err->status. */
cal_status cal_prefix(cal_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "tool: ", `before` and the text on stderr, one line whatever is in it: control characters are escapes. */
void cal_print_line(const char *before, const char *text);

/* A warning for people: one line on stderr, "tool: warning: ..."; silent under --quiet, JSON under
 * --errors json. */
void cal_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A remark that only --verbose shows. */
void cal_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#ifdef __cplusplus
}
#endif

#endif

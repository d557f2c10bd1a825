/* Values as Python writes them: 'text', "text", 12, True, None, [1, 2], ('a', "b"). Nothing is ever run. */
#ifndef CAL_CALLIB_LITERAL_H
#define CAL_CALLIB_LITERAL_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

/* How far a text has been read. */
typedef struct cal_reading {
    const char *name; /* for messages */
    const char *at;
    const char *line_start;
    int line; /* from 1 */
} cal_reading;

cal_reading cal_reading_make(const char *text, const char *name);
/* CAL_USAGE: `name:line:column: ...`, with the place of `at`. */
cal_status cal_reading_fail(const cal_reading *reading, cal_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Over blanks, line ends and # comments. */
void cal_reading_skip(cal_reading *reading);

typedef enum cal_literal_kind {
    CAL_LITERAL_NONE,
    CAL_LITERAL_BOOL,
    CAL_LITERAL_INT,
    CAL_LITERAL_REAL,
    CAL_LITERAL_TEXT,
    CAL_LITERAL_LIST /* tuples too */
} cal_literal_kind;

typedef struct cal_literal {
    cal_literal_kind kind;
    char *text;       /* TEXT */
    long long number; /* INT; BOOL: 0 or 1 */
    struct cal_literal *item;
    int count; /* LIST */
} cal_literal;

const char *cal_literal_kind_name(cal_literal_kind kind); /* "a list", ... */

/* Exports say the same again and again: a value that stood in the text before is not read again, and
 * is the same object. The cache refers to the text, which must stay; the literals belong to it. */
typedef struct cal_literals cal_literals;

cal_literals *cal_literals_new(void);
void cal_literals_free(cal_literals *literals); /* NULL is fine */
/* The value that comes next. */
cal_status cal_literals_read(cal_literals *literals, cal_reading *reading,
                             const cal_literal **value, cal_error *err);

#endif

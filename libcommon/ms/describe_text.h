/* For describe_*text.c only: cells and headings that both write. */
#ifndef CAL_MS_DESCRIBE_TEXT_H
#define CAL_MS_DESCRIBE_TEXT_H

#include "ms/describe.h"

enum { CAL_CELL = 1024 }; /* bytes of a cell, which the caller has; `out` is returned */

char *cal_cell_words(jv object, const char *key,
                     char *out);                    /* of a list, with commas between them */
const char *cal_cell_flagged(jv object, char *out); /* "12.3%" where flags were counted */

/* "Fields (3 of 5; the others have no rows)" */
void cal_describe_heading(cal_buf *out, const char *name, int shown, int all);
int cal_describe_shown(jv list); /* how many of the list have rows */

/* describe_setup_text.c: windows, sources, antennas, columns. */
void cal_describe_setup_text(jv document, cal_buf *out);

#endif

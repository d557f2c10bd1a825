/* A library's document as text: for files, and for people. */
#ifndef CAL_CALLIB_LIBRARY_TEXT_H
#define CAL_CALLIB_LIBRARY_TEXT_H

#include "base/buf.h"
#include <jv.h>

/* JSON with a line for each set and each registration, so that versions of a file can be compared. Borrows the document. */
void cal_library_print_lines(jv document, cal_buf *out);
/* Tables of the sets and of the registrations; borrows the document. */
void cal_library_print_text(jv document, cal_buf *out);

#endif

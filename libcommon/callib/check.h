/* Does a library hold together: are the tables there that it names, and do they hold what the data
 * need that they are said to serve? Works on what caltable-info and ms-info print; no table is
 * opened. */
#ifndef CAL_CALLIB_CHECK_H
#define CAL_CALLIB_CHECK_H

#include "callib/library.h"

typedef struct cal_check {
    jv caltables; /* array of documents of caltable-info; tables without one are looked for on disk */
    jv infos;     /* array of documents of ms-info, for scans and times */
    double max_gap_s; /* how far from its solutions a table may serve */
} cal_check;

/* The findings about one book: {"tables", "examined", "errors", "warnings", "notes", "findings": [{"severity", "code",
 * "gaintable", "where", "what", "why", "advice"}]}, in the order of the book. Borrows `check`. CAL_INPUT for a document of
 * another kind, and for a set that the library does not have. */
cal_status cal_check_book(const cal_library *library, const cal_book *book, const cal_check *check,
                          jv *result, cal_error *err);

#endif

/* Terms of calibrations that a question leaves out: they count as their defaults (callibrary 3.5). */
#ifndef CAL_CALLIB_TERMS_H
#define CAL_CALLIB_TERMS_H

#include "callib/book.h"

typedef struct cal_terms {
    bool calwt, interp, spwmap, gainfield, caltype;
} cal_terms;

/* "calwt,interp"; CAL_USAGE for anything that is no such term. */
cal_status cal_terms_parse(const char *text, cal_terms *terms, cal_error *err);
/* The book with the defaults of these terms in all of its registrations. */
void cal_terms_ignore(const cal_terms *terms, cal_library *library, cal_book *book);

#endif

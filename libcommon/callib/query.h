/* Questions to a library: what applies to a part of the data. */
#ifndef CAL_CALLIB_QUERY_H
#define CAL_CALLIB_QUERY_H

#include "callib/terms.h"
#include "callib/view.h"

typedef struct cal_query {
    const cal_predicate *predicate; /* which calibrations */
    const cal_regions *where;       /* of which data */
    cal_terms ignored;
    bool uncalibrated; /* the data that have none of them */
    bool strict;       /* listing.h */
    bool pipeline;     /* the pipeline's lines, right or wrong */
} cal_query;

/* Leaves in the book what the question is about. */
void cal_query_cut(const cal_query *query, cal_library *library, cal_book *book);

typedef struct cal_answer {
    cal_view view;
    long cells; /* that the lines are about */
    jv faults; /* of the pipeline's lines: [{"vis", "fault"}], the first of each set; the caller frees it */
} cal_answer;

/* The lines of a book that was cut; `title` is its name. */
cal_answer cal_query_answer(const cal_query *query, const cal_library *library,
                            const cal_book *book, const char *title);

/* [{"gaintable", "caltype"}], each once, in the order of their first registration. */
jv cal_book_tables(const cal_library *library, const cal_book *book);

#endif

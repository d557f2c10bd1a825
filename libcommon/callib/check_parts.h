/* For check*.c only: what they report with, and the facts that they compare. */
#ifndef CAL_CALLIB_CHECK_PARTS_H
#define CAL_CALLIB_CHECK_PARTS_H

#include "callib/check.h"

typedef enum cal_severity { CAL_SEVERE, CAL_DOUBTFUL, CAL_REMARK, CAL_SEVERITIES } cal_severity;

typedef struct cal_checker {
    const cal_library *library;
    const cal_check *with;
    jv findings;
    int count[CAL_SEVERITIES];
} cal_checker;

/* Takes `where` (an object of texts: vis, antenna, spw, field, intent, scan) and `what`. */
void cal_checker_report(cal_checker *checker, cal_severity severity, const char *code,
                        const char *gaintable, jv where, char *what, const char *why,
                        const char *advice);

/* What one calibration serves of one set, all registrations together. */
typedef struct cal_use {
    int calibration, vis;
    const cal_calibration *terms;
    const cal_vis *set;
    cal_box box;     /* that hold data */
    uint8_t *triple; /* [set->triples] */
} cal_use;

/* What caltable-info says of a table. Without a document only `exists` is known. */
typedef struct cal_table_facts {
    const char *gaintable; /* of the library */
    jv document;           /* invalid: none */
    bool known, exists;
    cal_idset spw, good_spw;         /* with solutions; with good ones */
    cal_idset antenna, good_antenna; /* the same */
    char **antenna_name;             /* [antenna.size], NULL: no such id */
} cal_table_facts;

cal_table_facts cal_table_facts_find(const char *gaintable, jv caltables);
void cal_table_facts_free(cal_table_facts *facts);

jv cal_use_where(const cal_use *use);
/* where[axis] = the ids. */
void cal_where_ids(jv *where, const char *axis, const cal_idset *ids);

void cal_check_table(cal_checker *checker, const cal_table_facts *table);
void cal_check_type(cal_checker *checker, const cal_table_facts *table, const char *caltype);
void cal_check_terms(cal_checker *checker, const cal_table_facts *table,
                     const cal_calibration *terms);
void cal_check_spws(cal_checker *checker, const cal_table_facts *table, const cal_use *use);
void cal_check_antennas(cal_checker *checker, const cal_table_facts *table, const cal_use *use);
/* Tables that the book has twice for the same data. */
void cal_check_twice(cal_checker *checker, const cal_book *book);
/* Against every ms-info document that is about the set of `use`. */
void cal_check_times(cal_checker *checker, const cal_table_facts *table, const cal_use *use);

#endif

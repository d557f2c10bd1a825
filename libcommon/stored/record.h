/* Keywords as tables have them on disk. */
#ifndef CAL_STORED_RECORD_H
#define CAL_STORED_RECORD_H

#include "stored/bytes.h"
#include <jv.h>

/* A TableRecord as cal_table_keywords() gives it (table/table.h), of the table of that absolute name; an invalid jv where it holds what is not
 * known here. */
jv cal_stored_record(cal_bytes record, const char *table);

/* The path of the table that a field of it names, which the caller frees; NULL where there is none. */
char *cal_stored_record_table(cal_bytes record, const char *table, const char *name);

#endif

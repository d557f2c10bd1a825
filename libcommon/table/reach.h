/* The way from a table as the tools have it to casacore's, which is opened when it is needed; for table.c. */
#ifndef CAL_TABLE_REACH_H
#define CAL_TABLE_REACH_H

#include "stored/stored.h"
#include "table/late.h"
#include "table/table.h"
#include <sys/types.h>

struct cal_table {
    char *path;
    cal_stored *stored;  /* or NULL */
    cal_table *casacore; /* what the library calls a cal_table; NULL before it is needed */
    bool write;
    dev_t device; /* which folder it is */
    ino_t inode;
    struct cal_table *next; /* of all that are open */
};

/* A new one, for either of the two; its end begins with cal_table_strike(). */
cal_table *cal_table_wrap(const char *path, cal_stored *stored, cal_table *casacore, bool write);
void cal_table_strike(const cal_table *table);

/* Of all that are open, the next one at that path behind `after` that is written, or that is read from its files. */
cal_table *cal_table_find_open(const char *path, bool write, cal_table *after);

/* Casacore's object for a table, which is opened now if it was not. */
cal_status cal_table_reach(const cal_table *table, cal_table **casacore, cal_error *err);

/* A table that a function of the library opened, NULL where that failed; gives `status`. Once a table is written, casacore takes over those that
 * read it. */
cal_status cal_table_hand_over(cal_status status, cal_table *casacore, bool write,
                               cal_table **table);

#endif

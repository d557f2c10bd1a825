/* Small tables for the tests of the table room, in a directory of their own. */
#ifndef TESTS_UNIT_TABLE_H
#define TESTS_UNIT_TABLE_H

#include "folder.h"
#include "table/table.h"
#include "unit.h"
#include <complex.h>

/* A check that prints the error when there is one. */
#define CHECK_OK(call, err)                                                                        \
    do {                                                                                           \
        if (!unit_report((call) == CAL_OK, __FILE__, __LINE__, #call))                             \
            printf("# %s\n", (err).text);                                                          \
    } while (0)

/* A check that the call fails with this status and a message that holds these words. */
#define CHECK_FAILS(call, wanted, words, err)                                                      \
    do {                                                                                           \
        cal_status got_ = (call);                                                                  \
        if (!unit_report(got_ == (wanted) && strstr((err).text, words), __FILE__, __LINE__,        \
                         #call " fails"))                                                          \
            printf("# status %d, %s\n", got_, (err).text);                                         \
    } while (0)

#endif

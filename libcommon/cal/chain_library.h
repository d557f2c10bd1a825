/* For chain*.c and callib_text.c: calibration libraries of a list that wait for their MS. */
#ifndef CAL_CAL_CHAIN_LIBRARY_H
#define CAL_CAL_CHAIN_LIBRARY_H

#include "cal/chain.h"
#include "callib/applycal_text.h"
#include "callib/library.h"

typedef struct cal_chain_library {
    char *name;                /* for messages */
    cal_library *library;      /* a document, or NULL: */
    cal_applycal_lines *lines; /* applycal text */
} cal_chain_library;

/* Takes the library or the lines. */
void cal_chain_add_library(cal_chain_list *list, const char *name, cal_library *library,
                           cal_applycal_lines *lines);
void cal_chain_libraries_free(cal_chain_list *list);
void cal_chain_cells_free(cal_chain_cells *cells); /* NULL is fine */

#endif

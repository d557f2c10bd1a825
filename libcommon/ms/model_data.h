/* MODEL_DATA from a sky of components (ms/sky.h). */
#ifndef CAL_MS_MODEL_DATA_H
#define CAL_MS_MODEL_DATA_H

#include "base/error.h"
#include "ms/select.h"
#include "ms/sky.h"
#include <jv.h>
#include <stdbool.h>

typedef struct cal_model_data_options {
    cal_select_text select;
    const cal_component *component; /* offsets from the phase centre of each selected field */
    int components;
    bool add; /* to what is in the column; else it is replaced */
    bool dry_run, history;
    int jobs;
} cal_model_data_options;

/* The selected cells of the MS at `path`; a column that is missing is made, with zeros elsewhere. Without `add` running it again
 * gives the same column. *report is the document of setjy; the caller frees it. CAL_DATA for an empty selection, before anything
 * is touched. */
cal_status cal_model_data_write(const char *path, const cal_model_data_options *options, jv *report,
                                cal_error *err);

#endif

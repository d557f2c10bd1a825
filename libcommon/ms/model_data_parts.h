/* For model_data*.c only. */
#ifndef CAL_MS_MODEL_DATA_PARTS_H
#define CAL_MS_MODEL_DATA_PARTS_H

#include "ms/model_data.h"

typedef struct cal_model_data {
    const cal_model_data_options *options;
    cal_meta *meta;
    cal_table *ms;
    cal_selection *selection;
    bool column_new;
    int64_t *rows_all, *rows; /* [dd] of the MS, of the selection */
} cal_model_data;

jv cal_model_data_report(const cal_model_data *work);

#endif

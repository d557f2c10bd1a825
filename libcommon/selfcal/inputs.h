/* The operands of selfcal-plan: MeasurementSets, which ms-info is asked about, or documents that it printed. */
#ifndef CAL_SELFCAL_INPUTS_H
#define CAL_SELFCAL_INPUTS_H

#include "selfcal/dataset.h"

/* `flags`: ms-info counts flags too, which reads all of FLAG. "-" is a stream of documents. CAL_INPUT, CAL_CHILD. The caller frees
 * each set and the array, after an error too. */
cal_status cal_inputs_read(int count, char *const *operand, bool flags, cal_dataset **set,
                           int *sets, cal_error *err);
void cal_inputs_free(cal_dataset *set, int sets);

#endif

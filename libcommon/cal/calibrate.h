/* A chain of tables applied to a MeasurementSet in place: CORRECTED_DATA, FLAG and WEIGHT (caltables
 * 2.6, 2.7). */
#ifndef CAL_CAL_CALIBRATE_H
#define CAL_CAL_CALIBRATE_H

#include "base/error.h"
#include "cal/chain.h"
#include "ms/select.h"
#include <jv.h>
#include <stdbool.h>

typedef struct cal_calibrate_options {
    cal_select_text select;
    const char *applymode; /* calflag calflagstrict calonly flagonly flagonlystrict trial */
    bool flag_backup;      /* save the flags before they change */
    bool dry_run;          /* as trial, and says what would be written */
    bool history;
    int jobs;
} cal_calibrate_options;

/* Running it again gives the same columns. An error in the middle leaves an MS that running it
 * again completes. *report is the document of applycal; the caller frees it. */
cal_status cal_calibrate(const char *path, cal_chain_list *list,
                         const cal_calibrate_options *options, jv *report, cal_error *err);

#endif

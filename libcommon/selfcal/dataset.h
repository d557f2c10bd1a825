/* What the plan has to know of a MeasurementSet, from the document of ms-info; no table is opened. */
#ifndef CAL_SELFCAL_DATASET_H
#define CAL_SELFCAL_DATASET_H

#include "base/json.h"
#include "base/text.h"
#include "ms/summary.h"
#include <stdint.h>

typedef struct cal_plan_antenna {
    int id;
    char *name;
    double position[3], offset[2], diameter; /* m; offset east and north */
    double flagged;                          /* fraction, NaN where ms-info was not asked */
    bool present;
} cal_plan_antenna;

typedef struct cal_plan_field {
    int id;
    char *name;
    double direction[2]; /* rad */
    bool target, phase;  /* its intents ... */
    int intents;         /* ... and how many they are */
    int64_t rows;
    double flagged; /* fraction, NaN where not known */
    cal_id_list spws, scans;
    double *weight; /* [spws.count] sum of the weights of unflagged data, 1/Jy^2; NaN: not known */
} cal_plan_field;

typedef struct cal_plan_spw {
    int id, channels, baseband, correlations, pols; /* pols: 1 or 2 parallel hands */
    char *name, *band, *frame;
    double *freq;            /* [channels], Hz */
    double width, bandwidth; /* Hz, positive */
    double low, high;        /* edges */
    bool science;
} cal_plan_spw;

typedef struct cal_plan_scan {
    double begin, end, interval; /* MJD s, s */
    cal_id_list fields, spws, antennas;
    double *spw_interval, *spw_rows; /* [spws.count] */
} cal_plan_scan;

typedef struct cal_dataset {
    char *path, *root; /* root: without folder and ".ms" */
    char *telescope;   /* ALMA, ACA, EVLA, VLBA or what the data say */
    double size;       /* bytes */
    cal_plan_antenna *antenna;
    cal_plan_field *field;
    cal_plan_spw *spw;
    cal_plan_scan *scan;
    int antennas, fields, spws, scans;
    bool has_intents; /* some field is known to be a target */
    const char *
        column; /* what ms-split takes by itself: data, corrected; auto where ms-info did not tell */
} cal_dataset;

/* From one document (borrowed); `name` is for messages. CAL_INPUT with the place for what is no document of ms-info. */
cal_status cal_dataset_read(jv info, const char *name, cal_dataset *set, cal_error *err);
void cal_dataset_free(cal_dataset *set);

const cal_plan_field *cal_dataset_field(const cal_dataset *set,
                                        int id); /* NULL where there is none */
const cal_plan_spw *cal_dataset_spw(const cal_dataset *set, int id);

#endif

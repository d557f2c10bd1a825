/* A new MS from a part of another one: selection, calibration on the way, averaging over channels and
 * time, new subtables (fields_ms 4).
 *
 *     cal_split *split;
 *     cal_split_open(path, &options, &split, err);
 *     cal_split_run(split, output_path, err);
 *     report = cal_split_report(split);
 *     cal_split_close(split);
 *
 * Rows keep the order of the input; averaged ones come when their bins close. Memory holds some
 * blocks and the open time bins, whatever the number of rows. The bytes are the same for any number
 * of jobs.
 */
#ifndef CAL_MS_SPLIT_H
#define CAL_MS_SPLIT_H

#include "base/error.h"
#include "ms/block.h"
#include "ms/meta.h"
#include "ms/select.h"
#include <jv.h>

typedef struct cal_split_options {
    cal_select_text select;
    const char *datacolumn; /* data, corrected, model, float_data, all (the complex ones); auto:
                               corrected where there is one */
    double timebin;         /* s; 0: no averaging in time */
    double maxuvwdistance;  /* m; 0: no limit */
    bool combine_scan, combine_state;
    const int *width; /* channels per bin: one for all spws, or one for each that is selected */
    int widths;       /* 0: no averaging of channels */
    bool keepflags, usewtspectrum, reindex;
    bool casa;            /* CASA's TIME, INTERVAL, FLAG_ROW and WEIGHT_SPECTRUM to the letter */
    const char *pointing; /* copy, link, empty */
    int jobs;
} cal_split_options;

/* Calibration on the way. `apply` changes the data, flags and weights (which hold 1/SIGMA^2) of the
 * rows first .. end - 1 of a block, in several threads with worker numbers of their own;
 * missing[row] is set to 1 for rows that it left alone. */
typedef struct cal_split_stage {
    cal_status (*apply)(void *user, const cal_block *block, int64_t first, int64_t end,
                        float complex *data, uint8_t *flag, float *weight, float *weight_spectrum,
                        uint8_t *missing, int worker, cal_error *err);
    void *user;
    bool changes_weights; /* else WEIGHT stays what it was */
} cal_split_stage;

typedef struct cal_split cal_split;

/* Opens the MS and checks everything that can be known before rows are read. `options` and what it
 * points to must live as long as the split. */
cal_status cal_split_open(const char *path, const cal_split_options *options, cal_split **split,
                          cal_error *err);
const cal_meta *cal_split_meta(const cal_split *split);
/* Calibrate DATA with `stage`; the result becomes DATA of the output. */
cal_status cal_split_calibrate(cal_split *split, const cal_split_stage *stage, cal_error *err);

/* Write the new MS below `path`, which does not exist. CAL_DATA when no row is selected. */
cal_status cal_split_run(cal_split *split, const char *path, cal_error *err);
/* Instead of running: count the rows that would be read; for the report. */
cal_status cal_split_estimate(cal_split *split, cal_error *err);

/* What was (or would be) done: rows, ids, notes. */
jv cal_split_report(const cal_split *split);
void cal_split_close(cal_split *split); /* NULL is fine */

#endif

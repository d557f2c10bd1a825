/* For calibrate*.c only. */
#ifndef CAL_CAL_CALIBRATE_PARTS_H
#define CAL_CAL_CALIBRATE_PARTS_H

#include "cal/calibrate.h"
#include "ms/block.h"

/* What is done to the columns. */
typedef struct cal_calibrate_plan {
    bool data, flag, weight, strict; /* columns to be written; flag what has no solutions */
    bool column_new;                 /* CORRECTED_DATA is made, or was not finished */
    bool spectra;                    /* there is a WEIGHT_SPECTRUM */
    unsigned read;                   /* CAL_READ_... */
} cal_calibrate_plan;

typedef struct cal_calibrate_count {
    int64_t rows, rows_missing, data, flagged_before, flagged_after;
    int64_t blocks_flagged; /* blocks whose FLAG was written */
} cal_calibrate_count;

typedef struct cal_calibrate_work {
    const cal_meta *meta;
    cal_table *ms;
    cal_chain *chain;
    const cal_selection *selection;
    cal_reader *reader;
    cal_calibrate_plan plan, real; /* real: the same without --dry-run */
    int64_t all_rows;              /* of the MS */
    int jobs;
    bool flag_backup;   /* save FLAG before it is first changed */
    char *flag_version; /* what it was saved as; NULL: it was not */
    cal_calibrate_count count;
    /* of the block at hand; grown as needed */
    int64_t room_rows, room_cells;
    uint8_t *keep, *missing, *flag;
    float *weight, *weight_spectrum;
    float complex *before;
} cal_calibrate_work;

/* One block: calibrate and write. */
cal_status cal_calibrate_block(cal_calibrate_work *work, cal_block *block, cal_error *err);
void cal_calibrate_free_room(cal_calibrate_work *work);

#endif

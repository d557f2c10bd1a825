/* Between the files of split.h. */
#ifndef CAL_MS_SPLIT_PARTS_H
#define CAL_MS_SPLIT_PARTS_H

#include "ms/average.h"
#include "ms/channels.h"
#include "ms/reindex.h"
#include "ms/sheets.h"
#include "ms/split.h"
#include "ms/subtables.h"
#include "ms/timebin.h"

/* What the weights of a data column are made of. */
typedef enum cal_weight_source {
    CAL_WEIGHT_OF_SIGMA,  /* 1/SIGMA^2: DATA */
    CAL_WEIGHT_OF_WEIGHT, /* WEIGHT: CORRECTED_DATA */
    CAL_WEIGHT_ONE        /* 1: MODEL_DATA alone, averaged */
} cal_weight_source;

typedef struct cal_split_counts {
    int64_t rows_read, rows_written, rows_flagged, rows_uncalibrated;
    int64_t rows_selected;          /* by the first pass; -1: there was none */
    double samples_in, samples_out; /* by the first pass, before averaging in time */
    double bytes;                   /* of the output, all of it */
} cal_split_counts;

struct cal_split {
    const cal_split_options *options;
    cal_table *ms;
    cal_meta *meta;
    cal_sources sources;
    cal_selection *selection;
    cal_selection *times, *antennas; /* of one expression alone; NULL where not given */
    cal_reindex maps;
    cal_bins *bins;     /* by spw */
    cal_cells *cells;   /* by data description; nchan 0: not selected */
    int **corr, *ncorr; /* by polarization: its correlations that stay; NULL: all */

    unsigned columns_in[CAL_MAX_DATA_COLUMNS]; /* CAL_READ_DATA, ... in the order of the output */
    const char *column_names[CAL_MAX_DATA_COLUMNS]; /* in the input */
    unsigned columns_out;                           /* CAL_MS_DATA, ... */
    cal_weight_source source[CAL_WEIGHT_KINDS];
    cal_average_rule rule;
    bool averages;   /* anything, in any row */
    bool spectra_in; /* WEIGHT_SPECTRUM is there and defined */
    bool one_shape;  /* all selected cells of the input have one shape */
    bool copies;     /* the data columns go from file to file: blocks do not hold them */
    const cal_split_stage *stage;
    cal_timebin_rule time_rule;
    cal_timebins *timebins;

    cal_subtables_done subtables;
    cal_split_counts counts;
    jv notes;
};

/* One block on its way: what the rows are made of, after calibration. */
typedef struct cal_split_view {
    const cal_block *block;
    const float complex *data[CAL_MAX_DATA_COLUMNS];
    const uint8_t *flag;
    const float *weight, *sigma, *weight_spectrum, *sigma_spectrum; /* the last two may be NULL */
    const uint8_t *drop;                                            /* rows to leave out */
} cal_split_view;

/* Memory for the work on blocks. */
typedef struct cal_split_scratch cal_split_scratch;
cal_split_scratch *cal_split_scratch_make(const cal_split *split);
void cal_split_scratch_free(cal_split_scratch *scratch);

/* Calibrate a block and see which rows to drop. */
cal_status cal_split_prepare(cal_split *split, cal_split_scratch *scratch, const cal_block *block,
                             cal_split_view *view, cal_error *err);
/* The block's rows as they are, where nothing changes but weights; false: it must be copied. */
bool cal_split_borrow(cal_split *split, cal_split_scratch *scratch, const cal_split_view *view,
                      cal_block *out);
/* Make the rows of the output, or fill time bins. */
void cal_split_fill(cal_split *split, cal_split_scratch *scratch, const cal_split_view *view,
                    cal_sheets *sheets);

/* The plan: columns, channels, correlations, new ids. */
cal_status cal_split_plan(cal_split *split, cal_error *err);
/* Do the visibilities come out as they are, and stored so that they can go from file to file? */
bool cal_split_copies(const cal_split *split);
/* A first pass over the scalar columns, where it is needed or `always`: rows, groups of time bins,
 * arrays. Then the new ids. */
cal_status cal_split_survey(cal_split *split, bool always, cal_error *err);
void cal_split_note(cal_split *split, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

/* A calibration table in memory, as CASA lays it out on disk (caltables 1): one row per (spw, time, antenna), sorted so.
 *
 * Parameters are [chan][par] per row, complex or float by type. The whole table is held: caltables are small.
 */
#ifndef CAL_CAL_CALTABLE_H
#define CAL_CAL_CALTABLE_H

#include "base/error.h"
#include "ms/meta.h"
#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct cal_caltable_spw {
    int nchan;          /* solution channels */
    double *freq, *width; /* Hz; CHAN_FREQ, CHAN_WIDTH of the table */
    bool absent;        /* FLAG_ROW: no solutions for this spw */
} cal_caltable_spw;

typedef struct cal_caltable {
    char *path;
    char *type;         /* SubType: "G Jones", "B Jones", "K Jones", ... */
    bool complex_par;   /* CPARAM (true) or FPARAM */
    char *ms_name, *casa_version, *pol_basis;
    cal_meta *meta;     /* ANTENNA, FIELD, SPECTRAL_WINDOW, OBSERVATION as in the table; no data descriptions, states */
    cal_caltable_spw *spw; /* one per row of SPECTRAL_WINDOW */
    int64_t rows;
    int *field, *spw_id, *antenna1, *antenna2, *scan, *observation;
    double *time, *interval; /* MJD s */
    int *npar, *nchan;       /* per row; 0 where the cell is undefined */
    int64_t *offset;         /* per row: first element in the arrays below */
    int64_t elements;
    float complex *cpar; /* one of these two is NULL */
    float *fpar;
    uint8_t *flag;
    float *snr, *error; /* NULL when no cell is defined */
    bool weight_defined;
    bool sorted;         /* rows came in the order that readers rely on; they are sorted here in any case */
} cal_caltable;

/* Type Calibration is asked for; old-format tables (BPOLY, GSPLINE) are CAL_INPUT with a word on what they are. */
cal_status cal_caltable_read(const char *path, cal_caltable **table, cal_error *err);
void cal_caltable_free(cal_caltable *table);

/* Write to `path` (which must not exist; use base/output.h around it). The subtables are copied from `ms`; spw[] says how
 * SPECTRAL_WINDOW is reshaped. Rows are sorted on the way. */
cal_status cal_caltable_write(const cal_caltable *table, const cal_table *ms, const char *path, cal_error *err);

#endif

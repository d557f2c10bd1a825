/* A calibration table in memory, as CASA lays it out on disk (caltables 1): one row per (spw, time,
 * antenna), sorted so.
 *
 * Parameters are [chan][par] per row, complex or float by type. The whole table is held: caltables
 * are small.
 */
#ifndef CAL_CAL_CALTABLE_H
#define CAL_CAL_CALTABLE_H

#include "base/error.h"
#include "ms/meta.h"
#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

/* What CASA_Version says in tables that carry none of their own: the layout and the meaning of
 * delays are those of this version (caltables 1.4). */
#define CAL_CALTABLE_CASA_VERSION "6.7.6-14"

typedef struct cal_caltable_spw {
    int nchan;            /* solution channels */
    double *freq, *width; /* Hz; CHAN_FREQ, CHAN_WIDTH of the table */
    double *effective_bw; /* Hz; NULL: as width */
    bool absent;          /* FLAG_ROW: no solutions for this spw */
} cal_caltable_spw;

typedef struct cal_caltable {
    char *path;
    char *type;       /* SubType: "G Jones", "B Jones", "K Jones", ... */
    bool complex_par; /* CPARAM (true) or FPARAM */
    char *ms_name, *casa_version, *pol_basis;
    cal_meta *meta; /* ANTENNA, FIELD, SPECTRAL_WINDOW, OBSERVATION as in the table; the rest is
                       empty. NULL in a table that was made here */
    cal_caltable_spw *spw; /* one per row of SPECTRAL_WINDOW */
    int spws;
    int64_t rows;
    int *field, *spw_id, *antenna1, *antenna2, *scan, *observation;
    double *time, *interval; /* MJD s; s */
    int *npar, *nchan;       /* per row; 0 where the cell is undefined */
    int64_t *offset;         /* per row: first element in the arrays below */
    int64_t elements;
    float complex *cpar; /* one of these two is NULL */
    float *fpar;
    uint8_t *flag;
    float *snr, *error; /* NULL when no cell is defined; NaN in single cells that are not */
    bool weight_defined;
    bool sorted; /* rows came in the order that readers rely on; they are sorted here in any case */
} cal_caltable;

/* A table to be filled: all arrays of `rows` rows and `elements` parameters, zeroed. */
cal_caltable *cal_caltable_make(const char *type, bool complex_par, int spws, int64_t rows,
                                int64_t elements);
/* New, zeroed cells for another number of parameters. */
void cal_caltable_size_cells(cal_caltable *table, bool complex_par, int64_t elements);
void cal_caltable_free(cal_caltable *table); /* NULL is fine; the spw arrays belong to it */

/* Type Calibration is asked for; old-format tables (BPOLY, GSPLINE) are CAL_INPUT with a word on
 * what they are. */
cal_status cal_caltable_read(const char *path, cal_caltable **table, cal_error *err);

/* What kind of calibration table is at `path`, of the old format too. CAL_INPUT if it is none. */
typedef struct cal_caltable_kind {
    char type[CAL_NAME_MAX]; /* SubType, or VisCal where that is empty */
    bool old_format;         /* CAL_DESC: BPOLY, GSPLINE, and everything from before CASA 3.4 */
    int64_t rows;
} cal_caltable_kind;
cal_status cal_caltable_identify(const char *path, cal_caltable_kind *kind, cal_error *err);

/* Write to `path` (which must not exist; use base/output.h around it). The subtables are copied
 * from `ms`; spw[] says how SPECTRAL_WINDOW is reshaped. Rows are sorted on the way. `ms` may also
 * be a calibration table whose rows are rewritten. */
cal_status cal_caltable_write(const cal_caltable *table, const cal_table *ms, const char *path,
                              cal_error *err);

/* The same in two steps, for whoever has something to wait for in between. Begin: all but the rows. Of
 * `like` are taken type, names, the kinds of parameters, and the shape of the cells if all rows have
 * one; `table` has these too. End and drop free the file; what was dropped remains for the caller to
 * remove. */
typedef struct cal_caltable_file cal_caltable_file;
cal_status cal_caltable_begin(const cal_caltable *like, const cal_table *ms, const char *path,
                              cal_caltable_file **file, cal_error *err);
cal_status cal_caltable_end(cal_caltable_file *file, const cal_caltable *table, cal_error *err);
void cal_caltable_drop(cal_caltable_file *file); /* NULL is fine */

/* The rows in the order of the disk: spw, time, ANTENNA1, ANTENNA2; order[rows] is filled. True
 * when they are so already. */
bool cal_caltable_order(const cal_caltable *table, int64_t *order);

/* Antennas with any unflagged solution: [antenna of the table] 0 or 1; the caller frees it. */
uint8_t *cal_caltable_antennas_used(const cal_caltable *table);

#endif

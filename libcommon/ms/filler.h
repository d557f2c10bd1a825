/* Filling the tables of a new MeasurementSet: a subtable or some rows of MAIN, column after column.
 *
 *     cal_filler sub = cal_fill_begin(ms, "STATE", 3, err);
 *     cal_fill(&sub, "OBS_MODE", CAL_TYPE_TEXT, modes);
 *     cal_fill_bool(&sub, "SIG", true);
 *     return cal_fill_end(&sub);
 *
 * After the first error the rest is passed over.
 */
#ifndef CAL_MS_FILLER_H
#define CAL_MS_FILLER_H

#include "ms/create.h"

typedef struct cal_filler {
    cal_table *table;
    cal_span rows;
    cal_status status;
    cal_error *err;
} cal_filler;

/* `rows` new rows of a subtable, and its end, which closes it. Rows of MAIN: set the members, and take the status. */
cal_filler cal_fill_begin(const cal_table *ms, const char *name, int64_t rows, cal_error *err);
cal_status cal_fill_end(cal_filler *to);

/* A value for each row. */
void cal_fill(cal_filler *to, const char *column, cal_type type, const void *values);
/* Cells of one shape in a column without a fixed one. */
void cal_fill_arrays(cal_filler *to, const char *column, cal_type type, int ndim,
                     const int64_t *shape, const void *values);
/* The same for a tiled column, in tiles of about 1 MiB but of no more rows than the `total` that there will be. */
void cal_fill_tiles(cal_filler *to, const char *column, cal_type type, int ndim,
                    const int64_t *shape, int64_t total, const void *values);
/* One cell; of a subtable, whose rows start at 0. */
void cal_fill_cell(cal_filler *to, const char *column, cal_type type, int64_t row, int ndim,
                   const int64_t *shape, const void *values);

/* The same value in every row. */
void cal_fill_int(cal_filler *to, const char *column, int value);
void cal_fill_bool(cal_filler *to, const char *column, bool value);
void cal_fill_double(cal_filler *to, const char *column, double value);
void cal_fill_text(cal_filler *to, const char *column, const char *value);

/* NUM_CHAN and everything else of a row of SPECTRAL_WINDOW with `nchan` channels, `width` apart (Hz; negative: descending). */
void cal_fill_window(cal_filler *spws, int row, const char *name, int nchan, double freq,
                     double width, double reference);
/* CORR_TYPE and CORR_PRODUCT of a row of POLARIZATION, from Stokes codes (5 RR ... 12 YY). */
void cal_fill_correlations(cal_filler *polarizations, int row, int ncorr, const int *corr);
/* All rows of FEED: one feed of two receptors for each antenna, valid for all windows. type[2 rows]: "R",
 * "L", "X", "Y"; angle[2 rows] in rad, NULL: 0; time and interval in s. */
void cal_fill_feeds(cal_filler *feeds, const char *const *type, const double *angle, double time,
                    double interval);

#endif

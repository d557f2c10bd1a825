/* UVFITS (random groups, AIPS memo 117) into a MeasurementSet.
 *
 * A group is one baseline at one time: parameters (u, v, w, date, baseline, ...) and an array of (real,
 * imaginary, weight) over correlations, channels and IFs. Every IF becomes a spectral window, every
 * group a row for each IF. CASA's rules, taken from its outputs: UVW are those of the file times c, the
 * baseline is (ANTENNA1, ANTENNA2) as it is numbered there, and nothing is conjugated.
 */
#ifndef CAL_MS_UVFITS_H
#define CAL_MS_UVFITS_H

#include "base/buf.h"
#include "base/error.h"
#include "base/fits_file.h"
#include "base/json.h"
#include <stdbool.h>
#include <stdint.h>

enum { CAL_UVFITS_CORRS = 4, CAL_UVFITS_PARTS = 3 };

/* A random parameter: those of one name are to be added, each scaled by its own PSCAL and PZERO. */
typedef struct cal_uvfits_param {
    int count, index[CAL_UVFITS_PARTS];
    double scale[CAL_UVFITS_PARTS], zero[CAL_UVFITS_PARTS];
} cal_uvfits_param;

typedef struct cal_uvfits_antenna {
    char *name; /* ANNAME; the number where it is blank or there twice */
    char *station;
    double position[3]; /* ITRF, m */
    double offset, diameter;
    double angle[2]; /* of the receptors, rad */
    char receptor[2];
    int mount; /* MNTSTA */
    int number;
} cal_uvfits_antenna;

/* An IF of a row of the FQ table: a spectral window. */
typedef struct cal_uvfits_window {
    int setup; /* FRQSEL */
    int chain; /* IF, from 0 */
    double freq, width, reference;
} cal_uvfits_window;

typedef struct cal_uvfits_source {
    int id;
    char *name, *code;
    double direction[2]; /* rad */
    double *rest;        /* Hz, by IF; 0: unknown */
} cal_uvfits_source;

/* Everything but the visibilities. */
typedef struct cal_uvfits {
    fitsfile *file;
    const char *path;
    int64_t groups;
    int params, nchan, ncorr, ifs;
    int64_t corr_stride, chan_stride, if_stride, group_size; /* in numbers */
    int corr[CAL_UVFITS_CORRS];                              /* Stokes codes, ascending */
    int order[CAL_UVFITS_CORRS];                             /* where each stands in the file */
    cal_uvfits_param u, v, w, date, baseline, antenna1, antenna2, subarray, source_id, freqsel,
        inttim;
    double freq, width, reference_channel; /* of the FREQ axis */
    int frame;                             /* casacore's code of the frequency frame */
    double epoch;                          /* 2000 or 1950 */
    double direction[2];
    char telescope[FLEN_VALUE], observer[FLEN_VALUE], object[FLEN_VALUE];
    double date_obs; /* MJD s */
    double to_utc;   /* s, to be added to the times */
    cal_uvfits_antenna *antenna;
    int antennas;
    int **row_of_number; /* [array][number]: index in `antenna`, or -1 */
    int *most_number;    /* by array */
    int arrays;
    cal_uvfits_window *window;
    int windows;
    cal_uvfits_source *source;
    int sources;
} cal_uvfits;

/* Reads headers and tables and leaves the file at its primary header. CAL_INPUT for what is no UVFITS,
 * for what lacks something, and for what is not supported; `path` must stay. */
cal_status cal_uvfits_open(const char *path, cal_uvfits **uvfits, cal_error *err);
void cal_uvfits_close(cal_uvfits *uvfits); /* NULL is fine */

typedef struct cal_uvfits_options {
    bool numbers;    /* antennas are named by their numbers, as CASA does (antnamescheme "old") */
    double interval; /* s; 0: INTTIM, or else the smallest time step */
    double scan_gap; /* s; a longer one begins a new scan */
} cal_uvfits_options;

/* What the rows turned out to be. */
typedef struct cal_uvfits_counts {
    int64_t rows, rows_flagged, flagged;
    int64_t zero, negative, bad_weight, bad_data; /* why: one reason for each flagged sample */
    int64_t backwards;                            /* groups that are earlier than the one before */
    double start, end;                            /* MJD s; of the first and last TIME */
    double interval;                              /* the shortest INTERVAL */
    int scans;                                    /* the highest number */
} cal_uvfits_counts;

/* A new MS at `ms` (base/output.h around it). Memory does not grow with the rows. */
cal_status cal_uvfits_import(cal_uvfits *uvfits, const cal_uvfits_options *options, const char *ms,
                             cal_uvfits_counts *counts, cal_error *err);

/* The document of uvfits-import: `counts` NULL: nothing was written. */
jv cal_uvfits_report(const cal_uvfits *uvfits, const cal_uvfits_options *options,
                     const cal_uvfits_counts *counts, const char *output);
void cal_uvfits_report_text(jv document, cal_buf *out);

#endif

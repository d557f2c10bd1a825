/* A MeasurementSet's subtables as plain C: read once, small, everything that selection, calibration
 * and reports need.
 *
 * Rows keep their ids (index = id), also blank, flagged and unused ones. Optional subtables that
 * are missing give a count of 0; a missing required one (ANTENNA, SPECTRAL_WINDOW, POLARIZATION,
 * DATA_DESCRIPTION, FIELD) is CAL_INPUT. All texts are non-NULL. What MAIN holds (which fields have
 * rows, scans, ...) is not here: see ms/summary.h.
 */
#ifndef CAL_MS_META_H
#define CAL_MS_META_H

#include "base/error.h"
#include "table/table.h"
#include <stdbool.h>

typedef struct cal_antenna {
    char *name, *station, *mount;
    double position[3]; /* ITRF, m */
    double diameter;    /* m */
    bool flag_row;
} cal_antenna;

typedef struct cal_spw {
    char *name;
    int nchan;
    double *freq, *width; /* Hz, per channel; width keeps its sign */
    double *effective_bw, *resolution;
    double ref_freq, total_bandwidth; /* Hz, as stored */
    int frame;                        /* MEAS_FREQ_REF: casacore's code */
    int net_sideband;
    int baseband; /* BBC_NO, -1 when the column is missing */
    bool flag_row;
} cal_spw;

typedef struct cal_polarization {
    int ncorr;
    int *type;    /* Stokes codes: 5 RR 6 RL 7 LR 8 LL 9 XX 10 XY 11 YX 12 YY */
    int *product; /* [ncorr][2] receptors */
} cal_polarization;

typedef struct cal_data_desc {
    int spw, pol;
    bool flag_row;
} cal_data_desc;

typedef struct cal_field {
    char *name, *code;
    char *source_type; /* a column that only old files have */
    int source_id;
    double time;
    double phase_dir[2], reference_dir[2]; /* rad, the polynomial's constant term */
    char *frame;                           /* of phase_dir: "J2000", "ICRS", ... */
    bool flag_row;
} cal_field;

typedef struct cal_state {
    char *obs_mode; /* "CALIBRATE_PHASE#ON_SOURCE,..." */
    int sub_scan;
    bool sig, ref, flag_row;
    double cal, load;
} cal_state;

typedef struct cal_observation {
    char *telescope, *observer, *project;
    double time_range[2]; /* MJD s */
} cal_observation;

typedef struct cal_meta {
    char *path, *name; /* as given; last component */
    cal_antenna *antenna;
    cal_spw *spw;
    cal_polarization *pol;
    cal_data_desc *dd;
    cal_field *field;
    cal_state *state;
    cal_observation *observation;
    int antennas, spws, pols, dds, fields, states, observations;
} cal_meta;

/* Open the MS at `path` read-only, check that it is one (CAL_INPUT if not), read its subtables.
 * `ms` may be NULL when MAIN is not needed, else the caller closes it. The caller frees the meta.
 */
cal_status cal_meta_load(const char *path, cal_table **ms, cal_meta **meta, cal_error *err);
/* The same subtables of any table that has some of them (a calibration table): what is missing has a
 * count of 0. */
cal_status cal_meta_load_from(const cal_table *table, cal_meta **meta, cal_error *err);
void cal_meta_free(cal_meta *meta);

const char *cal_corr_name(int stokes_code); /* "RR"; "?" for unknown */
int cal_corr_code(const char *name);        /* any case; 0 for unknown */
const char *cal_frame_name(int frame);      /* "TOPO", "LSRK", ...; "?" for unknown */
const char *
cal_direction_frame_name(int code); /* "J2000", "ICRS", ...: casacore's MDirection codes */

#endif

/* A scene: what ms-sim simulates. A JSON document (share/schemas/scene.json describes it; every key
 * has a default) that is checked, completed and turned into plain C.
 */
#ifndef CAL_MS_SCENE_H
#define CAL_MS_SCENE_H

#include "base/error.h"
#include "ms/sky.h"
#include <jv.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct cal_scene_antenna {
    const char *name, *station;
    double position[3]; /* ITRF, m */
    double diameter;    /* m */
    bool absent;        /* has a row in ANTENNA but no data */
} cal_scene_antenna;

typedef struct cal_scene_spw {
    const char *name;
    double freq, width; /* Hz: centre of the first channel, width with its sign */
    int nchan, ncorr;
    int corr[4]; /* Stokes codes */
    int pol;     /* row of POLARIZATION: windows with the same correlations share one */
} cal_scene_spw;

typedef struct cal_scene_field {
    const char *name, *code;
    double direction[2];      /* J2000, rad */
    cal_component *component; /* points */
    int components;
} cal_scene_field;

typedef struct cal_scene_scan {
    int field, state;
    double start;     /* s after the reference time */
    int integrations; /* in this scan */
    int *spw, spws;   /* windows that are observed */
} cal_scene_scan;

/* Flag what fits all that is given; -1 fits everything. */
typedef struct cal_scene_flag {
    int antenna, spw, scan;
    int first, last; /* channels; last -1: to the end */
    int corrs;       /* bit of each Stokes code; 0: all */
} cal_scene_flag;

/* Antenna gains g(t) b(f), see ms/simulate_gains.h. */
typedef struct cal_scene_errors {
    double amp_rms, amp_drift, amp_drift_period; /* relative; s */
    double phase_rms, phase_walk;                /* rad; rad per integration */
    bool phase_per_pol, phase_per_spw;
    double bandpass_amp, bandpass_phase, delay_rms; /* relative, rad, s */
} cal_scene_errors;

typedef struct cal_scene {
    jv document; /* complete; owns all texts */
    uint64_t seed;
    const char *project, *observer, *telescope, *mount;
    double site[3]; /* ITRF, m */
    double reference_time, integration;
    cal_scene_antenna *antenna;
    cal_scene_spw *spw;
    cal_scene_field *field;
    cal_scene_scan *scan;
    const char **state; /* OBS_MODE of each row of STATE */
    cal_scene_flag *flag;
    int antennas, spws, fields, scans, states, flags, pols;
    bool linear; /* feeds */
    bool autocorr, uneven_weights, model, weight_spectrum;
    double noise, flag_fraction, outlier_fraction;
    cal_scene_errors errors;
    char **owned; /* texts that are not in the document */
    int owned_count;
} cal_scene;

/* Consumes `document`. CAL_USAGE names the key that is wrong and what is allowed; CAL_INPUT where a
 * file of antennas or an observatory is not found. */
cal_status cal_scene_read(jv document, cal_scene **scene, cal_error *err);
void cal_scene_free(cal_scene *scene);

/* The phase centre is below the horizon (or the site is such that it never rises) in some scan: a
 * warning for each. */
cal_status cal_scene_check_elevation(const cal_scene *scene, cal_error *err);

#endif

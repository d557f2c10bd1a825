/* Interpolation of solutions in time and frequency, by CASA's rules (caltables 2.3, 2.4).
 *
 * Complex parameters are interpolated as amplitude and phase, real ones as they are (then there is
 * no phase). Sums are taken in double; times are compared as CASA does, as float seconds from a
 * reference of each series.
 */
#ifndef CAL_CAL_INTERP_H
#define CAL_CAL_INTERP_H

#include "base/interpolation.h"
#include <stdbool.h>
#include <stdint.h>

/* ---- time ---- */

/* The solutions of one antenna and spw that follow one another in time. */
typedef struct cal_series {
    int count;
    double reference;  /* MJD s: floor(first time - 1 s) */
    const float *time; /* s from the reference, ascending */
} cal_series;

/* Which solutions a time falls between and how much of each it takes. */
typedef struct cal_bracket {
    int first, count;          /* solutions first .. first+count-1 contribute: 1, 2, or up to 4 */
    double weight[4];          /* of each */
    int flag_first, flag_last; /* a flag in any of these counts */
    double from, to; /* MJD s: between these the answer is the same (from == to: only here) */
} cal_bracket;

cal_bracket cal_interp_bracket(const cal_series *series, double time, cal_time_method method);

/* ---- frequency ---- */

/* A spectrum of one parameter: channel c at [c * stride]. */
typedef struct cal_spectrum_in {
    int nchan, stride;
    const double *freq; /* Hz, ascending or descending; [c], no stride */
    const double *value;
    const double *phase; /* rad, NULL for real parameters */
    const uint8_t *flag;
} cal_spectrum_in;

typedef struct cal_spectrum_out {
    int nchan, stride;
    const double *freq;
    double *value, *phase; /* phase NULL as above */
    uint8_t *flag;
} cal_spectrum_out;

/* Flagged channels are left out; with interp->freq_flag they flag what lies next to them. All
 * flagged: all of `out` is flagged. `scratch` has room for 8 doubles per channel of `in`. */
void cal_interp_spectrum(const cal_spectrum_in *in, const cal_interp *interp,
                         const cal_spectrum_out *out, double *scratch);

/* Room for the work of cal_interp_spectrum(), in doubles. */
enum { CAL_INTERP_SCRATCH = 8 };

/* phase[1..] moved by whole turns so that no step is above half a turn. */
void cal_interp_unwrap(double *phase, int count);

#endif

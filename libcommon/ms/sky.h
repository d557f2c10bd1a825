/* The sky as a sum of components, and its visibilities. Stokes parameters to correlations: caltables 3.1. */
#ifndef CAL_MS_SKY_H
#define CAL_MS_SKY_H

#include <complex.h>
#include <stddef.h>

typedef enum cal_shape {
    CAL_SHAPE_POINT,
    CAL_SHAPE_DISC,    /* uniform; `major` is its diameter */
    CAL_SHAPE_GAUSSIAN /* `major` and `minor` are full widths at half maximum */
} cal_shape;

enum { CAL_SPIX_TERMS = 4 };

/* S = flux x^(spix[0] + spix[1] log10(x) + spix[2] log10(x)^2 ...) with x = f / ref_freq, as CASA's setjy has it. */
typedef struct cal_component {
    double flux[4];  /* I Q U V, Jy, at ref_freq */
    double ref_freq; /* Hz; 0: the first channel of each spw */
    double spix[CAL_SPIX_TERMS];
    double east, north; /* rad from the phase centre: l = sin(east), m = sin(north) */
    cal_shape shape;
    double major, minor, pa; /* rad; the angle of the major axis from north through east */
} cal_component;

/* The Stokes parameter (0 I ... 3 V) of a component at a frequency. */
double cal_component_flux(const cal_component *component, int stokes, double freq);

/* Components seen in a spw, prepared once. */
typedef struct cal_sky cal_sky;

/* freq[nchan] in Hz, corr[ncorr]: Stokes codes as in cal_corr_name(); both are copied. */
cal_sky *cal_sky_new(const cal_component *component, int components, const double *freq, int nchan,
                     const int *corr, int ncorr);
void cal_sky_free(cal_sky *sky); /* NULL is fine */

/* Real and imaginary parts [corr][chan] of V = sum S(f) shape(u, v) exp(2 pi i (ul + vm + w(n-1)) f/c) for one baseline (m);
 * `scratch` holds CAL_SKY_SCRATCH(nchan) floats. A correlation that feeds do not make is 0. */
void cal_sky_visibilities(const cal_sky *sky, const double uvw[3], float *re, float *im,
                          float *scratch);
#define CAL_SKY_SCRATCH(nchan) (10 * (size_t)(nchan))

/* One correlation into cells [chan][corr]; `out` points at its first. */
void cal_sky_interleave(int nchan, int ncorr, const float *re, const float *im, float complex *out);

#endif

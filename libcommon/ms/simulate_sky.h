/* Visibilities of the point sources of a field. */
#ifndef CAL_MS_SIMULATE_SKY_H
#define CAL_MS_SIMULATE_SKY_H

#include "ms/scene.h"

/* A field seen in a spw, prepared once. */
typedef struct cal_sky {
    int nchan, ncorr, components, planes; /* planes: 1 (I) or 4 (I Q U V) */
    const int *corr;
    double freq, width;
    double (*lmn)[3]; /* of each component: l, m, n - 1 */
    float *flux;      /* [component][plane][chan] */
} cal_sky;

cal_sky cal_sky_new(const cal_scene_field *field, const cal_scene_spw *spw);
void cal_sky_free(cal_sky *sky);

/* Real and imaginary parts [corr][chan] of V = sum S(f) exp(2 pi i (ul + vm + w(n-1)) f/c) for one baseline (m); `scratch` holds
 * CAL_SKY_SCRATCH(nchan) floats. */
void cal_sky_visibilities(const cal_sky *sky, const double uvw[3], float *re, float *im,
                          float *scratch);
#define CAL_SKY_SCRATCH(nchan) (10 * (size_t)(nchan))

#endif

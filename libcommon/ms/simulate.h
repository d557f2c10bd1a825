/* From a scene to a MeasurementSet: V_pq = g_p conj(g_q) sky + noise, with the gains of ms/simulate_gains.h, the point sources of
 * ms/sky.h and normal noise of SIGMA in real and imaginary part. Rows are in order of time, spw, baseline.
 *
 * Every (spw, integration, baseline) has a random stream of its own, so the result is the same for any number of threads;
 * memory does not grow with the length of the observation.
 */
#ifndef CAL_MS_SIMULATE_H
#define CAL_MS_SIMULATE_H

#include "ms/scene.h"
#include <stdint.h>

typedef struct cal_simulate_size {
    int64_t integrations, rows;
    int baselines;
    double data_bytes; /* of DATA */
    double bytes;      /* of all big columns */
} cal_simulate_size;

cal_simulate_size cal_simulate_measure(const cal_scene *scene);

/* Write the MS at `path`, which must not exist (use base/output.h around it), with `jobs` threads. Shows progress. */
cal_status cal_simulate(const cal_scene *scene, const char *path, int jobs, cal_error *err);

#endif

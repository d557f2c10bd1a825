/* The antenna gains of a scene: g(t) b(f), with
 *     g(t) = (1 + amp_rms n + amp_drift sin(2 pi (t - t0) / amp_drift_period + phase)) exp(i (phase_rms n + sum of steps phase_walk n))
 *     b(f) = (1 + bandpass_amp cos(2 pi (c + u))) exp(i (bandpass_phase sin(2 pi (1.5 c + u)) + 2 pi delay_rms n (f - mean f)))
 * where n are normal and u uniform random numbers of their own per antenna and polarization (and spw), c = channel / channels.
 */
#ifndef CAL_MS_SIMULATE_GAINS_H
#define CAL_MS_SIMULATE_GAINS_H

#include "ms/scene.h"
#include <complex.h>

/* Index of receptor `pol` (0 R or X, 1 L or Y) of an antenna. */
#define CAL_GAIN_INDEX(scene, spw, antenna, pol)                                                   \
    (((spw) * (scene)->antennas + (antenna)) * 2 + (pol))

typedef struct cal_gains cal_gains;

cal_gains *cal_gains_new(const cal_scene *scene);
void cal_gains_free(cal_gains *gains);

/* Gains g of the next integration, the first call giving the first one; `time` in s after the reference time. */
void cal_gains_next(cal_gains *gains, double time, float complex *gain);

/* Bandpass b of every channel of a spw: [antenna][pol][chan]. */
void cal_gains_bandpass(const cal_scene *scene, int spw, float complex *bandpass);
/* False when b is 1 everywhere. */
bool cal_gains_have_bandpass(const cal_scene *scene);

#endif

/* The gains that a simulation put in, as calibration tables: applied with interp nearest they take all corruption out again. */
#ifndef CAL_CAL_TRUTH_H
#define CAL_CAL_TRUTH_H

#include "ms/scene.h"

/* "G Jones": the gain g of every antenna, spw and integration. The simulated MS at `ms` gives the subtables; `name` is what MSName says. */
cal_status cal_truth_write_gains(const cal_scene *scene, const char *ms, const char *name,
                                 const char *path, cal_error *err);

/* "B Jones": the bandpass b (ripple and delay) of every antenna and spw. */
cal_status cal_truth_write_bandpass(const cal_scene *scene, const char *ms, const char *name,
                                    const char *path, cal_error *err);

#endif

/* What the files that read a scene share. */
#ifndef CAL_MS_SCENE_PARTS_H
#define CAL_MS_SCENE_PARTS_H

#include "base/json.h"
#include "ms/scene.h"

/* Site, telescope and antennas of scene->document. */
cal_status cal_scene_fill_antennas(cal_scene *scene, cal_error *err);
/* Spectral windows, polarizations and feeds. */
cal_status cal_scene_fill_spws(cal_scene *scene, cal_error *err);

#endif

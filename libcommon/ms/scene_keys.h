/* The keys of a scene: check a document against them and put the defaults in. Used by scene.c. */
#ifndef CAL_MS_SCENE_KEYS_H
#define CAL_MS_SCENE_KEYS_H

#include "base/error.h"
#include <jv.h>

/* *document becomes complete: every key that has a default is there, in the order of the tables.
 * CAL_USAGE names a key that is unknown (with the nearest one), of the wrong type or out of range,
 * as "spws[1].nchan". */
cal_status cal_scene_complete(jv *document, cal_error *err);

#endif

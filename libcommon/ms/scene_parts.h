/* What the files that read a scene share. */
#ifndef CAL_MS_SCENE_PARTS_H
#define CAL_MS_SCENE_PARTS_H

#include "base/json.h"
#include "ms/scene.h"

/* Length of list object[key]; 0 where it is missing. Borrows the object. */
static inline int scene_list_length(jv object, const char *key)
{
    jv list = cal_json_at(object, key);
    if (jv_get_kind(list) == JV_KIND_ARRAY)
        return jv_array_length(list);
    jv_free(list);
    return 0;
}

/* A new reference to element `index` of list object[key]. Borrows the object. */
static inline jv scene_list_element(jv object, const char *key, int index)
{
    return jv_array_get(cal_json_at(object, key), index);
}

/* Site, telescope and antennas of scene->document. */
cal_status cal_scene_fill_antennas(cal_scene *scene, cal_error *err);

#endif

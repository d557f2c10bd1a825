/* What rows of the data need. Books speak of pipeline intents, rows have OBS_MODEs, and one OBS_MODE can mean several intents
 * (CALIBRATE_PHASE#ON_SOURCE,CALIBRATE_WVR#ON_SOURCE is PHASE and WVR). A row gets what is registered for any of its intents, in
 * the order of the lists, and what several of them have, once.
 */
#ifndef CAL_CALLIB_MODES_H
#define CAL_CALLIB_MODES_H

#include "callib/map.h"

/* The map of a set whose intents are its OBS_MODEs. The last of them, with the name "", stands for rows without one; modes without
 * an intent are treated alike. */
typedef struct cal_mode_map {
    cal_vis *vis;
    cal_map *map; /* of this set */
} cal_mode_map;

/* CAL_DATA when the intents of a row have one table in different ways. */
cal_status cal_mode_map_make(const cal_library *library, const cal_map *map, cal_mode_map *modes,
                             cal_error *err);
void cal_mode_map_free(cal_mode_map *modes);

/* The intent parameter that selects these modes (ids of `modes`) where the data are those of the box: the parts of OBS_MODE that no
 * other mode there has, sorted; "" when all are meant. False when no such text selects just these. */
bool cal_modes_print(const cal_vis *modes, const cal_box *box, cal_buf *out);

/* What the parts of an OBS_MODE mean to this set, as a set of its intents. */
cal_idset cal_modes_intents(const cal_vis *vis, const char *obs_mode);
/* The other way: the parts of the set's OBS_MODEs that mean any of the intents, sorted. */
void cal_modes_print_intents(const cal_vis *vis, const cal_idset *intents, cal_buf *out);

#endif

/* A calibration table that moves the sky. */
#ifndef CAL_SELFCAL_SKY_SHIFT_H
#define CAL_SELFCAL_SKY_SHIFT_H

#include "base/error.h"

/* Phases of each antenna, window and minute of the MS at `vis` which, applied, move what lies `east`, `north` (rad) of its place back there:
 * 2 pi (u l + v m) of the antenna at the middle of the window. To a new G table at `path`, replaced if it is there. A shift of some beams
 * is meant: the third term, and the width of a window against its frequency, are left out. */
cal_status cal_sky_shift_write(const char *vis, int field, double east, double north,
                               const char *path, cal_error *err);

#endif

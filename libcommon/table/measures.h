/* Positions, times, directions and frequencies between frames: the second shim, over casacore's
 * measures.
 *
 * A cal_frame is where and when one looks and in which direction; set time and direction before
 * asking. Angles are in rad, times are UTC in MJD seconds, positions ITRF in m. References are
 * casacore's words: "J2000", "ICRS", "B1950", "GALACTIC", "AZEL", ... for directions, "TOPO",
 * "LSRK", "BARY", ... for frequencies. casacore reads Earth rotation from the IERS tables that are
 * installed and takes UT1 = UTC without them; it is kept from writing about that to the terminal.
 * A cal_frame is used by one thread at a time.
 */
#ifndef CAL_TABLE_MEASURES_H
#define CAL_TABLE_MEASURES_H

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cal_frame cal_frame;

/* Position of an observatory that casacore knows; CAL_INPUT for an unknown one, with the names that
 * are like it. */
cal_status cal_observatory_position(const char *name, double position[3], cal_error *err);

/* Longitude and latitude (rad, WGS84, east and north positive) and height (m) of a position. */
cal_status cal_position_geodetic(const double position[3], double *longitude, double *latitude,
                                 double *height, cal_error *err);

cal_status cal_frame_new(const double position[3], cal_frame **frame, cal_error *err);
void cal_frame_free(cal_frame *frame); /* NULL is fine */
cal_status cal_frame_set_time(cal_frame *frame, double mjd_s, cal_error *err);
cal_status cal_frame_set_direction(cal_frame *frame, const char *reference,
                                   const double direction[2], cal_error *err);

/* u, v, w in J2000 of each position against that of the frame, for its direction as phase centre. What
 * a MeasurementSet calls the UVW of a baseline is that of ANTENNA1 less that of ANTENNA2 (seen in the
 * data of CASA's fillers and simulator), and its visibilities then go with exp(+2 pi i (ul + vm + ...)). */
cal_status cal_frame_uvw(cal_frame *frame, int count, const double (*position)[3], double (*uvw)[3],
                         cal_error *err);

/* Of the direction: azimuth (from north through east) and elevation. */
cal_status cal_frame_azel(cal_frame *frame, double *azimuth, double *elevation, cal_error *err);

/* Frequencies (Hz) from one frame of rest to another, at this place, time and direction; `out` may
 * be `in`. */
cal_status cal_frame_frequencies(cal_frame *frame, const char *from, const char *to, int count,
                                 const double *in, double *out, cal_error *err);

#ifdef __cplusplus
}
#endif

#endif

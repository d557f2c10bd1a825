/* Layouts of arrays. */
#ifndef CAL_MS_ARRAY_H
#define CAL_MS_ARRAY_H

#include "base/error.h"

typedef struct cal_station {
    char *name;         /* of the pad; allocated */
    double position[3]; /* m; east, north, up at the site, or ITRF */
    double diameter;    /* m; 0: not given */
} cal_station;

/* A Y of three arms like the VLA's: antenna k stands on arm k % 3 (azimuths 355, 115, 236 deg) at
 * scale (k / 3 + 1)^1.716 m from the centre. Pads N01, E01, W01, ... */
cal_station *cal_array_vla(int count, double scale);
/* Like ALMA's: scattered over a disc of `radius` m, denser towards the middle, at least
 * `separation` m apart (made smaller where the disc is too small for that). Pads A001 ... */
cal_station *cal_array_alma(int count, double radius, double separation);
/* An antenna configuration file of CASA: lines "x y z diameter pad"; "# coordsys=LOC" (east, north,
 * up; the default), "XYZ" (ITRF). *itrf tells which; *observatory ("# observatory=ALMA") is ""
 * where missing, else allocated. */
cal_status cal_array_file(const char *path, cal_station **station, int *count, int *itrf,
                          char **observatory, cal_error *err);
void cal_stations_free(cal_station *station, int count);

/* From east, north, up at a site (ITRF, with geodetic longitude and latitude in rad) to ITRF,
 * rounded to 0.1 mm. */
void cal_array_to_itrf(const double site[3], double longitude, double latitude,
                       const double local[3], double itrf[3]);

#endif

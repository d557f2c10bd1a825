/* Layouts of arrays and their place on Earth. */
#include "ms/array.h"
#include "base/number.h"
#include "unit.h"

static double distance(const double *a, const double *b)
{
    return sqrt(pow(a[0] - b[0], 2) + pow(a[1] - b[1], 2) + pow(a[2] - b[2], 2));
}

int main(void)
{
    cal_station *vla = cal_array_vla(27, 131);
    CHECK_NEAR(hypot(vla[0].position[0], vla[0].position[1]), 131, 1e-9);
    CHECK_NEAR(hypot(vla[26].position[0], vla[26].position[1]), 131 * pow(9, 1.716), 1e-6);
    CHECK_NEAR(atan2(vla[4].position[0], vla[4].position[1]) * 180 / CAL_PI, 115, 1e-9);
    CHECK_TEXT(vla[26].name, "W09");
    cal_stations_free(vla, 27);

    cal_station *alma = cal_array_alma(64, 300, 15);
    double nearest = 1e9, farthest = 0;
    for (int i = 0; i < 64; i++) {
        farthest = fmax(farthest, hypot(alma[i].position[0], alma[i].position[1]));
        for (int j = 0; j < i; j++)
            nearest = fmin(nearest, distance(alma[i].position, alma[j].position));
    }
    CHECK(nearest >= 15 && farthest <= 300);
    cal_stations_free(alma, 64);
    cal_stations_free(cal_array_alma(200, 10, 15), 200); /* more than fit: closer, but it ends */

    /* north on the equator is up the axis, east at longitude 0 is y */
    const double site[3] = {6378137, 0, 0}, north[3] = {0, 100, 0}, east[3] = {100, 0, 0},
                 up[3] = {0, 0, 100};
    double itrf[3];
    cal_array_to_itrf(site, 0, 0, north, itrf);
    CHECK_NEAR(itrf[2], 100, 1e-9);
    cal_array_to_itrf(site, 0, 0, east, itrf);
    CHECK_NEAR(itrf[1], 100, 1e-9);
    cal_array_to_itrf(site, 0, 0, up, itrf);
    CHECK_NEAR(itrf[0], 6378237, 1e-9);
    cal_array_to_itrf(site, 1, 0.5, (const double[3]){30, 40, 0}, itrf);
    CHECK_NEAR(distance(site, itrf), 50, 1e-3);

    cal_error err = {0};
    cal_station *station;
    char *observatory;
    int count, is_itrf;
    CHECK(cal_array_file("/dev/null", &station, &count, &is_itrf, &observatory, &err) == CAL_INPUT);
    CHECK(strstr(err.text, "holds 0 antennas") != NULL);
    return unit_done();
}

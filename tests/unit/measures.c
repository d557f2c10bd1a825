/* The shim over casacore's measures, against numbers from CASA's simulator and from textbooks. */
#include "table/measures.h"
#include "base/number.h"
#include "unit.h"

int main(void)
{
    cal_error err = {0};
    double vla[3], longitude, latitude, height;
    CHECK(!cal_observatory_position("VLA", vla, &err));
    CHECK(!cal_position_geodetic(vla, &longitude, &latitude, &height, &err));
    CHECK_NEAR(longitude * 180 / CAL_PI, -107.6183, 0.001);
    CHECK_NEAR(latitude * 180 / CAL_PI, 34.0787, 0.001);
    CHECK_NEAR(height, 2123, 5);
    CHECK(cal_observatory_position("Atlantis", vla, &err) == CAL_INPUT);
    CHECK(strstr(err.text, "ALMA") != NULL);

    /* 3C286 from two antennas at the VLA, 2024-03-01T09:00:39.5: what CASA 6.7.6 made, with its IERS tables (0.3 mm on 230 m) */
    const double position[2][3] = {{-1601174.21590973, -5041904.71792398, 3554984.18723534},
                                   {-1601081.62928488, -5042043.15021873, 3554830.08562383}};
    const double direction[2] = {202.784532917 * CAL_PI / 180, 30.509155 * CAL_PI / 180};
    double uvw[2][3];
    cal_frame *frame;
    CHECK(!cal_frame_new(vla, &frame, &err));
    CHECK(!cal_frame_set_time(frame, 5216000439.5, &err));
    CHECK(!cal_frame_set_direction(frame, "J2000", direction, &err));
    CHECK(!cal_frame_uvw(frame, 2, position, uvw, &err));
    CHECK_NEAR(uvw[0][0] - uvw[1][0], -96.59180541, 1e-3);
    CHECK_NEAR(uvw[0][1] - uvw[1][1], 201.57762638, 1e-3);
    CHECK_NEAR(uvw[0][2] - uvw[1][2], -38.98170946, 1e-3);

    /* east of the meridian, before transit */
    double azimuth, elevation;
    CHECK(!cal_frame_azel(frame, &azimuth, &elevation, &err));
    CHECK_NEAR(elevation * 180 / CAL_PI, 76.14, 0.1);
    CHECK(azimuth > 0 && azimuth < CAL_PI);
    double geocentric =
        atan2(vla[2], hypot(vla[0], vla[1])); /* the latitude that casacore's AZEL takes */
    CHECK_NEAR(sin(elevation) * sin(geocentric) + cos(elevation) * cos(azimuth) * cos(geocentric),
               sin(30.39 * CAL_PI / 180), 2e-4); /* the declination of date */

    double frequency[2] = {8e9, 1e9};
    CHECK(!cal_frame_frequencies(frame, "TOPO", "LSRK", 2, frequency, frequency, &err));
    CHECK(fabs(frequency[0] / 8e9 - 1) < 2e-4 && frequency[0] != 8e9);
    CHECK_NEAR(frequency[0] / frequency[1], 8, 1e-12);
    CHECK(cal_frame_frequencies(frame, "TOPO", "NOWHERE", 1, frequency, frequency, &err) ==
          CAL_INPUT);
    CHECK(cal_frame_set_direction(frame, "UPWARDS", direction, &err) == CAL_INPUT);
    cal_frame_free(frame);
    return unit_done();
}

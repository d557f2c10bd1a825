/* Angles as people write them. */
#include "base/angle.h"
#include "base/number.h"
#include "unit.h"

static double parsed(const char *text, bool is_dec)
{
    double angle;
    return cal_angle_parse(text, is_dec, &angle) ? angle * 180 / CAL_PI : -999;
}

int main(void)
{
    CHECK_NEAR(parsed("13h31m08.2879", false), 202.784532917, 1e-8);
    CHECK_NEAR(parsed("13h31m08.2879s", false), 202.784532917, 1e-8);
    CHECK_NEAR(parsed("13:31:08.2879", false), 202.784532917, 1e-8);
    CHECK_NEAR(parsed("-00d30m36s", true), -0.51, 1e-9);
    CHECK_NEAR(parsed("-00:30:36", true), -0.51, 1e-9);
    CHECK_NEAR(parsed("+30.30.32.958", true), 30.509155, 1e-9);
    CHECK_NEAR(parsed(" 10h08m", false), 152, 1e-9);
    CHECK_NEAR(parsed("67.17deg", false), 67.17, 1e-9);
    CHECK_NEAR(parsed("-0.5arcmin", true), -0.5 / 60, 1e-12);
    CHECK_NEAR(parsed("67.17", false), -999, 0);
    CHECK_NEAR(parsed("13h61m00", false), -999, 0);
    CHECK_NEAR(parsed("13h31m08.2x", false), -999, 0);
    CHECK_NEAR(parsed("13h", false), 195, 1e-9);
    CHECK_NEAR(parsed("", true), -999, 0);
    char text[40];
    CHECK_TEXT(cal_ra_text(2 * CAL_PI - 1e-12, 2, text), "00h00m00.00s");
    CHECK_TEXT(cal_dec_text(-0.51 * CAL_PI / 180, 1, text), "-00d30m36.0s");
    return unit_done();
}

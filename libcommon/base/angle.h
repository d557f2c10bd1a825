/* Angles on the sky as people write them. */
#ifndef CAL_BASE_ANGLE_H
#define CAL_BASE_ANGLE_H

#include <stdbool.h>

/* "10h08m00.016s" and "+07d30m16.55s" with `digits` decimals of the second (of arc); text has at least 40 bytes; angles in rad. */
char *cal_ra_text(double ra, int digits, char *text);
char *cal_dec_text(double dec, int digits, char *text);

/* Hours ("10h08m00.0s", "10:08:00.0"), degrees ("+07d30m16s", "-07.30.16.5", and with colons when `is_dec`), or a number with a unit
 * ("7.5deg", "0.5arcmin", "1.2rad"), to rad. The last parts may be missing ("10h08m"). A bare number is no angle. */
bool cal_angle_parse(const char *text, bool is_dec, double *angle);

#endif

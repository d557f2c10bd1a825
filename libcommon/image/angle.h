/* Angles on the sky as people write them. */
#ifndef CAL_IMAGE_ANGLE_H
#define CAL_IMAGE_ANGLE_H

#include <stdbool.h>

/* "10h08m00.016s" and "+07d30m16.55s" with `digits` decimals of the second (of arc); text has at least 40 bytes; angles in rad. */
char *cal_ra_text(double ra, int digits, char *text);
char *cal_dec_text(double dec, int digits, char *text);

/* Hours ("10h08m00.0s", "10:08:00.0"), degrees ("+07d30m16s", "7.5deg", and with colons when `is_dec`) or "1.2rad", to rad. A bare
 * number is no angle. */
bool cal_angle_parse(const char *text, bool is_dec, double *angle);

#endif

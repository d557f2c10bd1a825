#include "base/angle.h"
#include "base/number.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double degree = CAL_PI / 180;

/* `value` in hours or degrees, as three parts, rounded once so that no 60.0 is left. */
static char *sexagesimal(double value, int digits, const char *unit, const char *sign, int width,
                         char *text)
{
    double scale = pow(10, digits), rounded = round(fabs(value) * 3600 * scale) / scale;
    int whole = (int)(rounded / 3600);
    int minutes = (int)((rounded - 3600.0 * whole) / 60);
    double seconds = rounded - 3600.0 * whole - 60.0 * minutes;
    snprintf(text, 40, "%s%0*d%c%02dm%0*.*fs", sign, width, whole, *unit, minutes,
             digits ? digits + 3 : 2, digits, fmax(seconds, 0));
    return text;
}

char *cal_ra_text(double ra, int digits, char *text)
{
    double hours = fmod(fmod(ra, 2 * CAL_PI) + 2 * CAL_PI, 2 * CAL_PI) / degree / 15;
    double scale = 3600 * pow(10, digits);
    if (round(hours * scale) >= 24 * scale)
        hours = 0;
    return sexagesimal(hours, digits, "h", "", 2, text);
}

char *cal_dec_text(double dec, int digits, char *text)
{
    return sexagesimal(dec / degree, digits, "d", dec < 0 ? "-" : "+", 2, text);
}

/* Digits, with points among them when `fraction`; moves *at behind them. */
static bool take_number(const char **at, bool fraction, double *value)
{
    size_t length = strspn(*at, fraction ? "0123456789." : "0123456789");
    char digits[32];
    if (!length || length >= sizeof digits)
        return false;
    memcpy(digits, *at, length);
    digits[length] = 0;
    *at += length;
    return cal_parse_number(digits, value);
}

/* Three parts with `marks` behind them ("hms", "::", ".."); the last mark may be missing. */
static bool take_parts(const char *text, const char *marks, double *value)
{
    double part[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        if (!take_number(&text, i == 2 || marks[0] != '.', &part[i]))
            return false;
        if (*text && *text == marks[i])
            text++;
        else if (*text || i == 0)
            return false;
        if (!*text) {
            *value = part[0] + part[1] / 60 + part[2] / 3600;
            return part[1] < 60 && part[2] < 60;
        }
    }
    return false;
}

bool cal_angle_parse(const char *text, bool is_dec, double *angle)
{
    text += strspn(text, " ");
    const char *digits = text + (*text == '-' || *text == '+');
    const bool points = strchr(digits, '.') != strrchr(digits, '.');
    double sign = *text == '-' ? -1 : 1, value;
    if (take_parts(digits, "hms", &value) || (!is_dec && take_parts(digits, "::", &value)))
        *angle = sign * value * 15 * degree;
    else if (take_parts(digits, "dms", &value) || take_parts(digits, "::", &value) ||
             (points && take_parts(digits, "..", &value)))
        *angle = sign * value * degree;
    else
        return !cal_parse_quantity(text, "rad", NULL, angle, NULL);
    return true;
}

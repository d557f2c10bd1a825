#include "image/angle.h"
#include "base/number.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

bool cal_angle_parse(const char *text, bool is_dec, double *angle)
{
    char *end, mark = 0;
    const char *start = text + strspn(text, "+- ");
    double part[3] = {strtod(start, &end), 0, 0};
    double sign = strchr(text, '-') && strchr(text, '-') < start ? -1 : 1;
    if (end == start)
        return false;
    if (!strcmp(end, "deg") || !strcmp(end, "rad")) {
        *angle = sign * part[0] * (*end == 'd' ? degree : 1);
        return true;
    }
    mark = *end;
    if (mark != 'h' && mark != 'd' && mark != ':')
        return false;
    for (int i = 1; i < 3 && end[0] && end[1]; i++)
        part[i] = strtod(end + 1, &end);
    if (*end && strcmp(end, "s") && strcmp(end, "m"))
        return false;
    double unit = mark == 'h' || (mark == ':' && !is_dec) ? 15 * degree : degree;
    *angle = sign * unit * (part[0] + part[1] / 60 + part[2] / 3600);
    return part[1] >= 0 && part[1] < 60 && part[2] >= 0 && part[2] < 60;
}

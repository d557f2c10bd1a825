#include "base/text.h"

#include <math.h>
#include <stdio.h>

/* Days since 1858-11-17 of a date in the Gregorian calendar (Fliegel and Van Flandern's integer
 * form). */
static long day_of_date(int year, int month, int day)
{
    long a = (14 - month) / 12, y = year + 4800L - a, m = month + 12 * a - 3;
    return day + (153 * m + 2) / 5 + 365 * y + y / 4 - y / 100 + y / 400 - 32045 - 2400001;
}

static void date_of_day(long day, int *year, int *month, int *date)
{
    long a = day + 2400001 + 32044, b = (4 * a + 3) / 146097, c = a - 146097 * b / 4;
    long d = (4 * c + 3) / 1461, e = c - 1461 * d / 4, m = (5 * e + 2) / 153;
    *date = (int)(e - (153 * m + 2) / 5 + 1);
    *month = (int)(m + 3 - 12 * (m / 10));
    *year = (int)(100 * b + d - 4800 + m / 10);
}

char *cal_time_iso(double mjd_s, int digits, char *text)
{
    if (!isfinite(mjd_s) || fabs(mjd_s) > 1e14) {
        snprintf(text, 40, "unknown");
        return text;
    }
    double scale = pow(10, digits);
    double day = floor(mjd_s / 86400), second = round((mjd_s - day * 86400) * scale) / scale;
    if (second >= 86400) {
        second -= 86400;
        day++;
    }
    int year, month, date;
    date_of_day((long)day, &year, &month, &date);
    int hour = (int)(second / 3600), minute = (int)((second - hour * 3600) / 60);
    snprintf(text, 40, "%04d-%02d-%02dT%02d:%02d:%0*.*f", year % 10000, month, date, hour, minute,
             digits ? digits + 3 : 2, digits, second - hour * 3600 - minute * 60);
    return text;
}

bool cal_time_parse(const char *text, double *mjd_s)
{
    int year, month, day, hour = 0, minute = 0, used = 0;
    double second = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) < 3 &&
        sscanf(text, "%4d/%2d/%2d%n", &year, &month, &day, &used) < 3)
        return false;
    text += used;
    if (*text == 'T' || *text == ' ' || *text == '/') {
        text++;
        used = 0;
        if (sscanf(text, "%2d%n:%2d%n:%lf%n", &hour, &used, &minute, &used, &second, &used) < 1)
            return false;
        text += used;
    }
    if (*text == 'Z')
        text++;
    bool valid = !*text && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour >= 0 &&
                 hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 61;
    if (valid)
        *mjd_s = day_of_date(year, month, day) * 86400.0 + hour * 3600 + minute * 60 + second;
    return valid;
}

/* Unit tests in C: a program of checks that prints TAP.
 *
 *     int main(void)
 *     {
 *         CHECK(cal_glob("3C*", "3C286"));
 *         CHECK_NEAR(cal_median(x, 3), 2.0, 0);
 *         CHECK_TEXT(name, "RR");
 *         return unit_done();
 *     }
 */
#ifndef CAL_UNIT_H
#define CAL_UNIT_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int unit_count, unit_failed;

static inline bool unit_report(bool passed, const char *file, int line, const char *what)
{
    unit_count++;
    unit_failed += !passed;
    printf("%s %d - %s:%d %s\n", passed ? "ok" : "not ok", unit_count, file, line, what);
    return passed;
}

#define CHECK(condition) unit_report((condition), __FILE__, __LINE__, #condition)

#define CHECK_NEAR(value, wanted, tolerance)                                                       \
    do {                                                                                           \
        double got_ = (value), wanted_ = (wanted);                                                 \
        if (!unit_report(fabs(got_ - wanted_) <= (tolerance), __FILE__, __LINE__,                  \
                         #value " is near " #wanted))                                              \
            printf("# got %.17g, wanted %.17g\n", got_, wanted_);                                  \
    } while (0)

#define CHECK_TEXT(value, wanted)                                                                  \
    do {                                                                                           \
        const char *got_ = (value), *wanted_ = (wanted);                                           \
        if (!unit_report(got_ && !strcmp(got_, wanted_), __FILE__, __LINE__,                       \
                         #value " is " #wanted))                                                   \
            printf("# got %s, wanted %s\n", got_ ? got_ : "NULL", wanted_);                        \
    } while (0)

static inline int unit_done(void)
{
    printf("1..%d\n", unit_count);
    return unit_failed > 0;
}

#endif

/* Noise for what tests make up. */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

#include "base/number.h"
#include <math.h>

/* Mean 0, variance 1 (Box and Muller). */
static inline double unit_normal(cal_random *random)
{
    double reach = sqrt(-2 * log(1 - cal_random_uniform(random)));
    return reach * cos(2 * CAL_PI * cal_random_uniform(random));
}

#endif

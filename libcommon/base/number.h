/* Small numerics that more than one room needs. */
#ifndef CAL_BASE_NUMBER_H
#define CAL_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Median; the mean of the middle two for an even count; NaN for none. Reorders `value`. */
float cal_median_f(float *value, size_t count);
double cal_median(double *value, size_t count);

/* How many of these bytes are not 0: flags that are set. */
int64_t cal_count_set(const uint8_t *flag, int64_t count);

/* A stream of random numbers that is the same on every machine (xoshiro256**, seeded by
 * splitmix64). */
typedef struct cal_random {
    uint64_t state[4];
} cal_random;

void cal_random_seed(cal_random *random, uint64_t seed);
double cal_random_uniform(cal_random *random); /* [0, 1) */

#define CAL_PI          3.14159265358979323846
#define CAL_LIGHT_SPEED 299792458.0 /* m/s */

#endif

#include "base/number.h"

#include <math.h>

/* The k-th smallest goes to its place, smaller ones before it (Hoare's selection); one text for
 * both precisions. */
#define DEFINE_MEDIAN(name, select, type)                                                          \
    static void select(type *value, size_t count, size_t k)                                        \
    {                                                                                              \
        size_t low = 0, high = count - 1;                                                          \
        while (low < high) {                                                                       \
            type pivot = value[low + (high - low) / 2];                                            \
            size_t i = low, j = high;                                                              \
            while (i <= j) {                                                                       \
                while (value[i] < pivot)                                                           \
                    i++;                                                                           \
                while (pivot < value[j])                                                           \
                    j--;                                                                           \
                if (i <= j) {                                                                      \
                    type held = value[i];                                                          \
                    value[i++] = value[j];                                                         \
                    value[j] = held;                                                               \
                    if (!j)                                                                        \
                        break;                                                                     \
                    j--;                                                                           \
                }                                                                                  \
            }                                                                                      \
            if (k <= j)                                                                            \
                high = j;                                                                          \
            else if (k >= i)                                                                       \
                low = i;                                                                           \
            else                                                                                   \
                return;                                                                            \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    type name(type *value, size_t count)                                                           \
    {                                                                                              \
        if (!count)                                                                                \
            return (type)NAN;                                                                      \
        select(value, count, count / 2);                                                           \
        type upper = value[count / 2];                                                             \
        if (count % 2)                                                                             \
            return upper;                                                                          \
        type lower = value[0];                                                                     \
        for (size_t i = 1; i < count / 2; i++)                                                     \
            lower = value[i] > lower ? value[i] : lower;                                           \
        return (lower + upper) / 2;                                                                \
    }

DEFINE_MEDIAN(cal_median_f, select_f, float)
DEFINE_MEDIAN(cal_median, select_d, double)

/* In a byte as long as that can hold the sum, so that a vector takes 16 or 32 of them. */
int64_t cal_count_set(const uint8_t *flag, int64_t count)
{
    enum { STRETCH = 128 };
    int64_t sum = 0;
    for (; count >= STRETCH; flag += STRETCH, count -= STRETCH) {
        uint8_t part = 0;
        for (int k = 0; k < STRETCH; k++)
            part += flag[k] != 0;
        sum += part;
    }
    for (int64_t k = 0; k < count; k++)
        sum += flag[k] != 0;
    return sum;
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

void cal_random_seed(cal_random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++) { /* splitmix64 */
        seed += 0x9e3779b97f4a7c15u;
        uint64_t z = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        random->state[i] = z ^ z >> 31;
    }
}

double cal_random_uniform(cal_random *random)
{
    uint64_t *s = random->state, result = rotate(s[1] * 5, 7) * 9,
             t = s[1] << 17; /* xoshiro256** */
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return (double)(result >> 11) * 0x1p-53;
}

/* Random numbers and phases in bulk, the same bits on every machine: nothing but integer arithmetic and IEEE additions,
 * multiplications, divisions and square roots, in loops that compilers turn into vector code.
 */
#ifndef CAL_MS_SIMULATE_NOISE_H
#define CAL_MS_SIMULATE_NOISE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { CAL_NOISE_LANES = 8 };

/* Eight xoshiro128++ generators side by side. */
typedef struct cal_noise {
    uint32_t state[4][CAL_NOISE_LANES];
} cal_noise;

/* What a stream is for; streams of other purposes and other numbers are independent. */
typedef enum cal_noise_purpose {
    CAL_NOISE_THERMAL = 1,
    CAL_NOISE_FLAG,
    CAL_NOISE_OUTLIER,
    CAL_NOISE_AMPLITUDE,
    CAL_NOISE_PHASE,
    CAL_NOISE_WALK,
    CAL_NOISE_BANDPASS
} cal_noise_purpose;

/* The stream of (seed, purpose, a, b, c). */
cal_noise cal_noise_stream(uint64_t seed, cal_noise_purpose purpose, uint64_t a, uint64_t b,
                           uint64_t c);

void cal_noise_normal(cal_noise *noise, float *out, size_t count);  /* mean 0, variance 1 */
void cal_noise_uniform(cal_noise *noise, float *out, size_t count); /* [0, 1) */

/* sin and cos of 2 pi x for |x| <= 1/2, to 1e-7. */
static inline void cal_turn_sincos(float x, float *sine, float *cosine)
{
    float quarter = rintf(4 * x), a = 6.28318531f * (x - 0.25f * quarter), b = a * a;
    float s = a * (1 - b * (1.f / 6) *
                           (1 - b * (1.f / 20) * (1 - b * (1.f / 42) * (1 - b * (1.f / 72)))));
    float c = 1 - b * (1.f / 2) *
                      (1 - b * (1.f / 12) *
                               (1 - b * (1.f / 30) * (1 - b * (1.f / 56) * (1 - b * (1.f / 90)))));
    int turn = (int)quarter;
    float swapped_s = turn & 1 ? c : s, swapped_c = turn & 1 ? s : c;
    *sine = turn & 2 ? -swapped_s : swapped_s;
    *cosine = (turn + 1) & 2 ? -swapped_c : swapped_c;
}

#endif

#include "ms/simulate_noise.h"
#include <string.h>

enum { LANES = CAL_NOISE_LANES };

static uint64_t mix(uint64_t value) /* the finalizer of splitmix64 */
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

cal_noise cal_noise_stream(uint64_t seed, cal_noise_purpose purpose, uint64_t a, uint64_t b,
                           uint64_t c)
{
    const uint64_t golden = 0x9e3779b97f4a7c15u;
    uint64_t key = mix(seed + golden);
    key = mix(key ^ ((uint64_t)purpose + golden));
    key = mix(key ^ (a + golden));
    key = mix(key ^ (b + golden));
    key = mix(key ^ (c + golden));
    cal_noise noise;
    for (int word = 0; word < 4; word += 2)
        for (int lane = 0; lane < LANES; lane++) {
            uint64_t bits = mix(key += golden);
            noise.state[word][lane] = (uint32_t)bits | 1; /* never all zero */
            noise.state[word + 1][lane] = (uint32_t)(bits >> 32);
        }
    return noise;
}

static void next_bits(cal_noise *noise, uint32_t out[LANES])
{
    for (int i = 0; i < LANES; i++) {
        uint32_t *s0 = noise->state[0], *s1 = noise->state[1], *s2 = noise->state[2],
                 *s3 = noise->state[3];
        uint32_t sum = s0[i] + s3[i], shifted = s1[i] << 9;
        out[i] = (sum << 7 | sum >> 25) + s0[i];
        s2[i] ^= s0[i];
        s3[i] ^= s1[i];
        s1[i] ^= s2[i];
        s0[i] ^= s3[i];
        s2[i] ^= shifted;
        s3[i] = s3[i] << 11 | s3[i] >> 21;
    }
}

/* Natural logarithm for 0 < x <= 1, to 1e-7. */
static inline float logarithm(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    int32_t shifted =
        bits - 0x3f3504f3; /* 1/sqrt(2): the mantissa comes to lie between it and sqrt(2) */
    int32_t exponent = shifted >> 23;
    bits -= exponent * (1 << 23);
    float mantissa;
    memcpy(&mantissa, &bits, sizeof mantissa);
    float s = (mantissa - 1) / (mantissa + 1), z = s * s;
    float series = 2 * s * (1 + z * (1.f / 3 + z * (1.f / 5 + z * (1.f / 7 + z * (1.f / 9)))));
    return series + (float)exponent * 0.693147181f;
}

/* Box and Muller's pairs: LANES sines, then LANES cosines. */
static void next_normals(cal_noise *noise, float out[2 * LANES])
{
    uint32_t radius_bits[LANES], angle_bits[LANES];
    next_bits(noise, radius_bits);
    next_bits(noise, angle_bits);
    for (int i = 0; i < LANES; i++) {
        float uniform = ((float)(int32_t)(radius_bits[i] >> 1) + 1) * 0x1p-31f; /* (0, 1] */
        float radius = sqrtf(-2 * logarithm(uniform)), sine, cosine;
        cal_turn_sincos((float)(int32_t)angle_bits[i] * 0x1p-32f, &sine, &cosine);
        out[i] = radius * sine;
        out[LANES + i] = radius * cosine;
    }
}

void cal_noise_normal(cal_noise *noise, float *out, size_t count)
{
    for (; count >= 2 * LANES; count -= 2 * LANES, out += 2 * LANES)
        next_normals(noise, out);
    if (count) {
        float rest[2 * LANES];
        next_normals(noise, rest);
        memcpy(out, rest, count * sizeof *out);
    }
}

void cal_noise_uniform(cal_noise *noise, float *out, size_t count)
{
    for (size_t done = 0; done < count; done += LANES) {
        uint32_t bits[LANES];
        next_bits(noise, bits);
        for (size_t i = 0; i < LANES && done + i < count; i++)
            out[done + i] = (float)(int32_t)(bits[i] >> 8) * 0x1p-24f;
    }
}

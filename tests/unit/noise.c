/* Random numbers of the simulator: the same on every machine, independent, normal. */
#include "ms/simulate_noise.h"
#include "unit.h"

enum { COUNT = 1 << 20 };
static float value[COUNT];

static double moment(int power)
{
    double sum = 0;
    for (int i = 0; i < COUNT; i++)
        sum += pow((double)value[i], power);
    return sum / COUNT;
}

int main(void)
{
    cal_noise noise = cal_noise_stream(1, CAL_NOISE_THERMAL, 2, 3, 4);
    cal_noise_normal(&noise, value, COUNT);
    CHECK_NEAR(moment(1), 0, 0.005);
    CHECK_NEAR(moment(2), 1, 0.007);
    CHECK_NEAR(moment(3), 0, 0.02);
    CHECK_NEAR(moment(4), 3, 0.04);
    double product = 0; /* neighbours are independent, sines and cosines of a pair too */
    for (int i = 8; i < COUNT; i++)
        product += (double)value[i] * (double)value[i - 8];
    CHECK_NEAR(product / COUNT, 0, 0.005);

    float first[4] = {value[0], value[1], value[2], value[3]}, again[20];
    noise = cal_noise_stream(1, CAL_NOISE_THERMAL, 2, 3, 4);
    cal_noise_normal(&noise, again, 20);
    CHECK(!memcmp(first, again, sizeof first));
    CHECK(!memcmp(value, again, 16 * sizeof *again));
    noise = cal_noise_stream(1, CAL_NOISE_THERMAL, 2, 4, 3);
    cal_noise_normal(&noise, again, 20);
    CHECK(memcmp(first, again, sizeof first));

    /* written down once: a change of these changes everybody's simulations */
    CHECK_NEAR((double)first[0], -0.042553864419460297, 0);
    CHECK_NEAR((double)first[3], -2.1314733028411865, 0);

    cal_noise_uniform(&noise, value, COUNT);
    float least = 1, most = 0;
    for (int i = 0; i < COUNT; i++) {
        least = value[i] < least ? value[i] : least;
        most = value[i] > most ? value[i] : most;
    }
    CHECK(least >= 0 && most < 1);
    CHECK_NEAR(moment(1), 0.5, 0.002);
    CHECK_NEAR(moment(2), 1.0 / 3, 0.002);

    double worst = 0;
    for (int i = -1000; i <= 1000; i++) {
        float sine, cosine, x = (float)i / 2000;
        cal_turn_sincos(x, &sine, &cosine);
        worst = fmax(worst, fabs((double)sine - sin(2 * 3.14159265358979 * (double)x)));
        worst = fmax(worst, fabs((double)cosine - cos(2 * 3.14159265358979 * (double)x)));
    }
    CHECK_NEAR(worst, 0, 1.5e-7);
    return unit_done();
}

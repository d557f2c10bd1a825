/* Delays of spectra that are known. */
#include "cal/delay.h"
#include "base/mem.h"
#include "base/number.h"
#include "unit.h"

/* Channels of one window from `freq` on, with a phase that grows with the frequency, and another at its beginning. */
static int window(cal_channel *channel, int id, int count, double freq, double width, double ns)
{
    for (int i = 0; i < count; i++) {
        double f = freq + i * width;
        channel[i] = (cal_channel){.window = id,
                                   .freq = f,
                                   .v = 4 * cexp(2 * CAL_PI * I * 1e-9 * ns * (f - 1e9)),
                                   .weight = 2};
    }
    return count;
}

static void one_window(void)
{
    static const double delays[] = {0, 0.37, -3.1, 12.5, 61, -61};
    static const int counts[] = {64, 15, 1, 48};
    cal_channel channel[64];
    for (size_t i = 0; i < CAL_COUNT(delays); i++) {
        window(channel, 0, 64, 3e9, 8e6, delays[i]);
        CHECK_NEAR(cal_delay_of(channel, 64), delays[i], 1e-2);
        window(channel, 0, 64, 3e9, -8e6, delays[i]);
        CHECK_NEAR(cal_delay_of(channel, 64), delays[i], 1e-2);
        window(channel, 0, 15, 3e9, 8e6, delays[i]);
        CHECK_NEAR(cal_delay_of(channel, 15), delays[i], 0.1);
    }
    for (size_t i = 0; i < CAL_COUNT(counts); i++) {
        window(channel, 0, counts[i], 3e9, 8e6, 1);
        for (int k = 0; k < counts[i]; k++)
            channel[k].weight = 0;
        CHECK(isnan(cal_delay_of(channel, counts[i])));
    }
    window(channel, 0, 1, 3e9, 8e6, 1);
    CHECK(isnan(cal_delay_of(channel, 1)));
    CHECK(isnan(cal_delay_of(channel, 0)));
}

/* Flagged channels leave the peak where it is. */
static void flagged(void)
{
    cal_channel channel[64];
    window(channel, 0, 64, 3e9, 8e6, 2.2);
    for (int i = 10; i < 30; i++)
        channel[i] = (cal_channel){.freq = channel[i].freq, .v = 1e6, .weight = 0};
    CHECK_NEAR(cal_delay_of(channel, 64), 2.2, 2e-2);
}

/* Windows of other widths and sidebands, off each other's grid, tell more together. */
static void several_windows(void)
{
    cal_channel channel[160];
    int count = window(channel, 0, 64, 3e9, 8e6, -1.234);
    count += window(channel + count, 1, 32, 3.9e9 + 3e6, -8e6, -1.234);
    count += window(channel + count, 4, 16, 4.1e9 + 1e6, 16e6, -1.234);
    CHECK(count == 112);
    CHECK_NEAR(cal_delay_of(channel, count), -1.234, 2e-3);
    /* a grid of their own does not change that */
    count = window(channel, 2, 30, 3e9, 8e6, 0.777);
    count += window(channel + count, 3, 30, 3e9 + 30.5 * 8e6, 8e6, 0.777);
    CHECK_NEAR(cal_delay_of(channel, count), 0.777, 1e-2);
}

int main(void)
{
    one_window();
    flagged();
    several_windows();
    return unit_done();
}

/* Interpolation of solutions, against the rules of CASA as measured (caltables 2.3, 2.4). */
#include "cal/interp.h"
#include "unit.h"

static cal_interp rule(const char *text)
{
    cal_interp interp;
    cal_error err;
    CHECK(cal_interp_parse(text, &interp, &err) == CAL_OK);
    return interp;
}

static void rules(void)
{
    cal_interp interp = rule("nearestPDperobs,cubicflagrel");
    CHECK(interp.time == CAL_TIME_NEAREST && interp.phase_delay && interp.per_obs);
    CHECK(interp.freq == CAL_FREQ_CUBIC && interp.freq_flag && interp.freq_relative);
    CHECK(!interp.per_scan);
    interp = rule("");
    CHECK(interp.time == CAL_TIME_LINEAR && interp.freq == CAL_FREQ_LINEAR && !interp.freq_flag);
    CHECK(rule("linearflag").time == CAL_TIME_LINEAR);
    CHECK(rule("linearperscan").per_scan);
    cal_error err;
    CHECK(cal_interp_parse("spline", &interp, &err) == CAL_USAGE);
    CHECK(cal_interp_parse("linear,linnear", &interp, &err) == CAL_USAGE);
    CHECK(cal_interp_parse("linear,linear,linear", &interp, &err) == CAL_USAGE);
}

static void in_time(void)
{
    static const float at[] = {1, 11, 31, 41, 51};
    cal_series series = {5, 5e9, at};
    cal_bracket b = cal_interp_bracket(&series, 5e9 + 6, CAL_TIME_NEAREST);
    CHECK(b.count == 1 && b.first == 0); /* half way: the earlier one */
    b = cal_interp_bracket(&series, 5e9 + 6.5, CAL_TIME_NEAREST);
    CHECK(b.first == 1);
    CHECK(b.from < 5e9 + 6.5 && b.from > 5e9 + 6 && b.to > 5e9 + 20 && b.to < 5e9 + 21);
    b = cal_interp_bracket(&series, 5e9 + 16, CAL_TIME_LINEAR);
    CHECK(b.count == 2 && b.first == 1 && b.flag_first == 1 && b.flag_last == 2);
    CHECK_NEAR(b.weight[1], 0.25, 1e-7);
    CHECK(b.from == b.to);
    b = cal_interp_bracket(&series, 5e9 + 11, CAL_TIME_LINEAR); /* an exact hit */
    CHECK(b.count == 1 && b.first == 1 && b.flag_last == 1);
    b = cal_interp_bracket(&series, 5e9 - 100, CAL_TIME_LINEAR); /* no extrapolation */
    CHECK(b.count == 1 && b.first == 0);
    b = cal_interp_bracket(&series, 5e9 + 100, CAL_TIME_CUBIC);
    CHECK(b.count == 1 && b.first == 4);
    b = cal_interp_bracket(&series, 5e9 + 45, CAL_TIME_CUBIC);
    double sum = 0, cube = 0;
    for (int i = 0; i < b.count; i++) {
        sum += b.weight[i];
        cube += b.weight[i] * pow(at[b.first + i] / 10.0, 3);
    }
    CHECK(b.count == 4 && b.first == 1 && b.flag_first == 3 && b.flag_last == 4);
    CHECK_NEAR(sum, 1, 1e-12);
    CHECK_NEAR(cube, pow(4.5, 3), 1e-9); /* a cubic is reproduced */
    static const float two[] = {1, 3};
    cal_series pair = {2, 0, two};
    b = cal_interp_bracket(&pair, 2, CAL_TIME_CUBIC);
    CHECK(b.count == 2 && fabs(b.weight[0] - 0.5) < 1e-12);
}

static void unwrapping(void)
{
    double phase[] = {3, -3, 3, 2.9, -0.2};
    cal_interp_unwrap(phase, 5);
    CHECK_NEAR(phase[1], -3 + 2 * M_PI, 1e-12);
    CHECK_NEAR(phase[2], 3, 1e-12);
    CHECK_NEAR(phase[4], -0.2, 1e-12);
}

enum { IN = 6, OUT = 5 };
static const double solved[IN] = {10, 20, 30, 40, 50, 60};

/* One real parameter from six channels to five; returns the flags as a number. */
static int spectrum(const char *text, const double *value, const uint8_t *flag, const double *freq,
                    double *out)
{
    cal_interp interp = rule(text);
    double scratch[IN * CAL_INTERP_SCRATCH];
    uint8_t flags[OUT] = {9, 9, 9, 9, 9};
    cal_spectrum_in in = {IN, 1, solved, value, NULL, flag};
    cal_spectrum_out to = {OUT, 1, freq, out, NULL, flags};
    cal_interp_spectrum(&in, &interp, &to, scratch);
    int bits = 0;
    for (int c = 0; c < OUT; c++)
        bits |= (flags[c] != 0) << c;
    return bits;
}

static void in_frequency(void)
{
    static const double value[IN] = {1, 2, 3, 4, 5, 6}, freq[OUT] = {5, 15, 25, 42, 99};
    static const uint8_t none[IN], middle[IN] = {0, 0, 1, 0, 0, 0}, all[IN] = {1, 1, 1, 1, 1, 1};
    double out[OUT];
    CHECK(spectrum("linear,linear", value, none, freq, out) == 0);
    CHECK_NEAR(out[0], 1, 0); /* edge values outside */
    CHECK_NEAR(out[1], 1.5, 1e-12);
    CHECK_NEAR(out[3], 4.2, 1e-12);
    CHECK_NEAR(out[4], 6, 0);
    CHECK(spectrum("linear,nearest", value, none, freq, out) == 0);
    CHECK_NEAR(out[1], 1, 0); /* a tie: the lower frequency */
    CHECK(spectrum("linear,cubic", value, none, freq, out) == 0);
    CHECK_NEAR(out[3], 4.2, 1e-12);
    CHECK(spectrum("linear,spline", value, none, freq, out) == 0);
    CHECK_NEAR(out[3], 4.2, 1e-12);
    CHECK(spectrum("linear,linear", value, middle, freq, out) == 0); /* a gap is bridged */
    CHECK_NEAR(out[2], 2.5, 1e-12);
    CHECK(spectrum("linear,linearflag", value, middle, freq, out) == 1 << 2);
    CHECK(spectrum("linear,nearestflag", value, middle, freq, out) == 0);
    CHECK(spectrum("linear,cubicflag", value, middle, freq, out) ==
          (1 << OUT) - 1); /* four neighbours */
    CHECK(spectrum("linear,linear", value, all, freq, out) == (1 << OUT) - 1);
}

int main(void)
{
    rules();
    in_time();
    unwrapping();
    in_frequency();
    return unit_done();
}

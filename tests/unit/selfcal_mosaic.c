/* What a mosaic's sub-fields, each imaged by itself, count together. */
#include "selfcal/expect.h"
#include "selfcal/step_parts.h"
#include "unit.h"
#include <math.h>

static jv parse(const char *text)
{
    jv value;
    cal_error err = {0};
    CHECK(!cal_json_parse(text, "test", &value, &err));
    return value;
}

/* 3 x 120 s with 13 antennas that count as 10; all fields together, and one by one. */
static const char target[] =
    "{\"sub-fields\": [{}, {}, {}], \"vis\": [{\"TOS\": 360}], \"n_ants\": 13, \"Total_TOS\": 360,"
    " \"Median_scan_time\": 90, \"Median_fields_per_scan\": 3, \"integration_time\": 6, "
    "\"theoretical_sensitivity\": 1e-3,"
    " \"total_effective_bandwidth_hz\": 1e9, \"spws\": [{\"spw\": 0, \"baseband\": 1, "
    "\"effective_bandwidth_hz\": 1e9}],"
    " \"state\": {\"images\": {\"best\": 0, \"fields\": [{\"SNR\": 40}, {\"SNR\": 30}, {\"SNR\": "
    "null}]}}}";
static const char together[] =
    "{\"solint\": \"scan_inf\", \"solint_interval\": \"inf\", \"seconds\": 90, \"modes\": "
    "[{\"gaincal_combine\": \"spw,scan,field\"}]}";
static const char alone[] = "{\"solint\": \"inf\", \"solint_interval\": \"inf\", \"seconds\": 30, "
                            "\"modes\": [{\"gaincal_combine\": \"spw\"}]}";

static double expected(const cal_work *work, const char *text)
{
    jv solint = parse(text);
    cal_expect_solint(work, &solint, 40);
    double snr = cal_json_number_at(solint, "solint_snr", NAN);
    jv_free(solint);
    return snr;
}

static void expectations(void)
{
    cal_selfcal_settings settings;
    cal_settings_default(&settings);
    cal_work work = {.settings = &settings, .target = parse(target)};
    CHECK_NEAR(expected(&work, together), 50 / sqrt(10 * 360 / 90.), 1e-9);
    CHECK_NEAR(expected(&work, alone), 40 / sqrt(10 * 120 / 30.), 1e-9);
    CHECK_NEAR(cal_work_field_time(&work), 120, 0);
    CHECK_NEAR(cal_work_noise(&work), 1e-3, 1e-12); /* the plan has that of one pointing */
    cal_json_set(&work.target, "sub-fields", parse("[{}]"));
    cal_json_set(&work.target, "state", parse("{\"images\": {\"fields\": [{\"SNR\": 40}]}}"));
    CHECK_NEAR(expected(&work, together), 40 / sqrt(10 * 360 / 90.), 1e-9);
    CHECK_NEAR(expected(&work, alone), 40 / sqrt(10 * 360 / 30.), 1e-9);
    CHECK_NEAR(cal_work_field_time(&work), 360, 0);
    jv_free(work.target);
}

static void joint(void)
{
    cal_picture field[] = {{.snr = 30, .intflux = 2, .e_intflux = 0.05}, {.snr = 30}, {.snr = NAN}};
    cal_pictures pictures = {.field = field, .fields = 3};
    CHECK_NEAR(cal_pictures_joint_snr(&pictures), 50, 1e-9);
    pictures.fields = 1;
    CHECK_NEAR(cal_pictures_joint_snr(&pictures), 40, 1e-9);
}

/* The best one is judged; others that lose must be told, but not what noise does where there is no source. */
static void losses(void)
{
    cal_picture before[] = {{.snr = 100}, {.snr = 20}, {.snr = 30}, {.snr = 3}, {.snr = 20}},
                after[] = {{.snr = 90}, {.snr = 18.5}, {.snr = 29.9}, {.snr = 2}, {.snr = NAN}};
    const cal_pictures pre = {.field = before, .fields = 5}, post = {.field = after, .fields = 5};
    cal_words words = {0};
    cal_pictures_tell_losses(&pre, &post, 0.02, &words);
    if (CHECK(words.count == 2)) {
        CHECK_TEXT(words.item[0], "pointing 1 loses: S/N 20 to 18.5");
        CHECK_TEXT(words.item[1], "pointing 4 loses: S/N 20 to nan");
    }
    cal_words_free(&words);
}

int main(void)
{
    losses();
    expectations();
    joint();
    return unit_done();
}

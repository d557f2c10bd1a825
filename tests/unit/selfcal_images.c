/* Names of images, masks that grow, the PSF's sidelobes, and the verdict over two images. */
#include "base/mem.h"
#include "image/islands.h"
#include "selfcal/growth.h"
#include "selfcal/names.h"
#include "selfcal/picture_parts.h"
#include "selfcal/spent.h"
#include "selfcal/start.h"
#include "selfcal/step_solint.h"
#include "selfcal/verdict.h"
#include "unit.h"
#include <stdlib.h>

static const double arcsec = 4.84813681109536e-6;

/* ---- names ---- */

static void round_trip(const char *text)
{
    cal_selfcal_image image;
    char *again;
    if (!CHECK(cal_selfcal_image_parse(text, &image)))
        return;
    CHECK_TEXT(again = cal_selfcal_image_name(&image), text);
    free(again);
    cal_selfcal_image_free(&image);
}

static void names(void)
{
    int spw[] = {0, 1, 16};
    cal_selfcal_image image = {"uid___A002_X1", "s1_1", "J1234.5+678 N", spw, 3, NULL, "I", 1,
                               "mask"};
    char *name = cal_selfcal_image_name(&image);
    CHECK_TEXT(name, "uid___A002_X1.s1_1.J1234.5+678_N_sci.spw0_1_16.cont.I.iter1.mask.fits");
    free(name);
    round_trip("eb.1.s12_3.J1234.5+678_sci.spw0_1_16.cont.solint10_post.I.iter2.image.tt0.fits");
    round_trip("a.s1_1.f_sci.spw7.cont.IQUV.iter0.nearfield.mask.fits");
    round_trip("a.s1_1.b.s2_2.c_sci.spw7.cont.I.iter3");
    CHECK(cal_selfcal_image_parse("/data/eb.1.s1_2.a.b_sci.spw16_18.cont.solint1_prior.I.iter2.psf",
                                  &image));
    CHECK_TEXT(image.root, "eb.1");
    CHECK_TEXT(image.stage, "s1_2");
    CHECK_TEXT(image.field, "a.b");
    CHECK(image.spws == 2 && image.spw[0] == 16 && image.spw[1] == 18 && image.iter == 2);
    CHECK_TEXT(image.step, "solint1_prior");
    CHECK_TEXT(image.stokes, "I");
    CHECK_TEXT(image.suffix, "psf");
    cal_selfcal_image_free(&image);
    CHECK(cal_selfcal_image_parse("a.s1_1.b.s2_2.c_sci.spw7.cont.I.iter3", &image));
    CHECK_TEXT(image.field, "b.s2_2.c");
    CHECK(!image.suffix && !image.step);
    cal_selfcal_image_free(&image);
    static const char *const wrong[] = {"",
                                        "a.fits",
                                        ".s1_1.f_sci.spw7.cont.I.iter1.image.fits",
                                        "a.s1_1._sci.spw7.cont.I.iter1.image.fits",
                                        "a.s1.f_sci.spw7.cont.I.iter1.image.fits",
                                        "a.s1_1.f.spw7.cont.I.iter1.image.fits",
                                        "a.s1_1.f_sci.spw7_3.cont.I.iter1.image.fits",
                                        "a.s1_1.f_sci.spw07.cont.I.iter1.image.fits",
                                        "a.s1_1.f_sci.spw.cont.I.iter1.image.fits",
                                        "a.s1_1.f_sci.spw99999999999.cont.I.iter1.image.fits",
                                        "a.s1_1.f_sci.spw7.line.I.iter1.image.fits",
                                        "a.s1_1.f_sci.spw7.cont.X.iter1.image.fits",
                                        "a.s1_1.f_sci.spw7.cont.I.iter4.image.fits",
                                        "a.s1_1.f_sci.spw7.cont.I.iter1.picture.fits",
                                        "a.s1_1.f_sci.spw7.cont.solint_post.I.iter2.image.fits"};
    for (size_t i = 0; i < CAL_COUNT(wrong); i++)
        CHECK(!cal_selfcal_image_parse(wrong[i], &image));
}

/* ---- images made here ---- */

enum { SIDE = 64 };

/* Pixels of 1 arcsec, a beam of 6 x 4 arcsec, all 0. */
static cal_image *blank(void)
{
    cal_image *image = CAL_NEW(cal_image);
    image->nx = image->ny = SIDE;
    image->pixel = CAL_NEW_ARRAY(float, SIDE *SIDE);
    image->beam = (cal_beam){6 * arcsec, 4 * arcsec, 0};
    image->wcs = (cal_wcs){.step = {-1 / 3600., 1 / 3600.}, .projection = "-SIN"};
    return image;
}

static void add_source(cal_image *image, int x0, int y0, double peak, double fwhm)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            image->pixel[y * SIDE + x] +=
                (float)(peak * exp2(-4 * (pow(x - x0, 2) + pow(y - y0, 2)) / (fwhm * fwhm)));
}

static void islands(void)
{
    cal_image *image = blank();
    uint8_t mask[SIDE * SIDE] = {0};
    const int l[][2] = {{5, 5}, {5, 6}, {6, 6}, {20, 20}, {21, 21}};
    for (size_t i = 0; i < CAL_COUNT(l); i++)
        image->pixel[l[i][1] * SIDE + l[i][0]] = 1;
    image->pixel[0] = NAN;
    CHECK(cal_mask_islands(image, 0.5, 1, mask) == 3); /* corners do not connect */
    CHECK(cal_mask_count(mask, sizeof mask) == 5);
    memset(mask, 0, sizeof mask);
    CHECK(cal_mask_islands(image, 0.5, 2, mask) == 1);
    CHECK(cal_mask_count(mask, sizeof mask) == 3 && mask[6 * SIDE + 6]);
    memset(mask, 0, sizeof mask);
    mask[0] = mask[10 * SIDE + 10] = 1;
    cal_mask_dilate(mask, SIDE, SIDE, 1);
    CHECK(cal_mask_count(mask, sizeof mask) == 3 + 5);
    cal_mask_dilate(mask, SIDE, SIDE, 2);
    CHECK(mask[10 * SIDE + 13] && !mask[10 * SIDE + 14] && mask[3 * SIDE] && !mask[4 * SIDE]);
    cal_image_free(image);
}

static bool is_in(const uint8_t *mask, int x, int y)
{
    return mask[y * SIDE + x] != 0;
}

static void growth(void)
{
    cal_image *image = blank();
    uint8_t mask[SIDE * SIDE];
    const cal_growth half = {.share = 0.5, .nsigma = 5}, deep = {.nsigma = 10};
    add_source(image, 20, 20, 1, 5);
    add_source(image, 45, 45, 0.2, 5);
    CHECK(cal_growth_mask(image, &half, 0.01, mask) > 0);
    CHECK(is_in(mask, 20, 20) && !is_in(mask, 45, 45));
    CHECK(is_in(mask, 25, 20) && !is_in(mask, 27, 20)); /* 2 above the level, 3 of margin */
    CHECK(cal_growth_mask(image, &deep, 0.01, mask) > 0);
    CHECK(is_in(mask, 20, 20) && is_in(mask, 45, 45) && !is_in(mask, 33, 33));
    CHECK(cal_growth_mask(image, &deep, 0.03, mask) > 0);
    CHECK(is_in(mask, 20, 20) && !is_in(mask, 45, 45));
    /* too weak for the rule, and the peak has its margin all the same; weaker still has none */
    CHECK(cal_growth_mask(image, &deep, 0.15, mask) == 29);
    CHECK(is_in(mask, 23, 20) && !is_in(mask, 24, 20));
    CHECK(cal_growth_mask(image, &deep, 0.25, mask) == 0);
    /* an extended source keeps what is inside it */
    add_source(image, 32, 32, 1, 30);
    CHECK(cal_growth_mask(image, &deep, 0.01, mask) > 900 && is_in(mask, 32, 32) &&
          is_in(mask, 40, 24));
    for (int i = 0; i < SIDE * SIDE; i++)
        image->pixel[i] = NAN;
    CHECK(cal_growth_mask(image, &deep, 0.01, mask) == 0);
    cal_image_free(image);
}

static void starts(void)
{
    CHECK(cal_start_pieces(6, 100) == 1 && cal_start_pieces(9, 100) == 1);
    CHECK(cal_start_pieces(10, 100) == 2 && cal_start_pieces(100, 100) == 16);
    CHECK(cal_start_pieces(100, 3) == 3 && cal_start_pieces(NAN, 100) == 1);
}

static void sidelobes(void)
{
    cal_image *psf = blank();
    const cal_beam beam = {6 * arcsec, 6 * arcsec, 0};
    add_source(psf, 32, 32, 2, 6);
    CHECK(cal_psf_sidelobe(psf, &beam) < 0.02);
    psf->pixel[10 * SIDE + 10] = -0.5;
    psf->pixel[33 * SIDE + 33] += 0.2F; /* in the main lobe */
    CHECK_NEAR(cal_psf_sidelobe(psf, &beam), 0.25, 1e-6);
    CHECK(isnan(cal_psf_sidelobe(psf, &(cal_beam){0})));
    /* a long beam hides what lies along it: north-east when the angle is 45 degrees */
    psf->pixel[10 * SIDE + 10] = 0;
    psf->pixel[40 * SIDE + 24] = 0.5;
    const cal_beam tilted = {20 * arcsec, 4 * arcsec, 0.785398};
    CHECK(cal_psf_sidelobe(psf, &tilted) < 0.2);
    psf->pixel[40 * SIDE + 24] = 0;
    psf->pixel[40 * SIDE + 40] = 0.5;
    CHECK_NEAR(cal_psf_sidelobe(psf, &tilted), 0.25, 1e-6);
    cal_image_free(psf);
}

/* ---- verdict ---- */

static cal_verdict_facts pair(double pre, double post)
{
    return (cal_verdict_facts){.pre = {pre, 1, pre, 1, pre, 10},
                               .post = {post, 1, post, 1, post, 10},
                               .first_beam_area = 10,
                               .expected_snr = 4,
                               .next_expected_snr = NAN,
                               .solutions = {.phase_rms = 0.2, .phase_noise = 0.1}};
}

static void judged(const cal_verdict_facts *facts, const char *kind, const char *reason)
{
    cal_selfcal_settings settings;
    cal_settings_default(&settings);
    cal_verdict v = cal_verdict_give(facts, &settings);
    CHECK_TEXT(cal_verdict_name(v.kind), kind);
    bool found = false;
    for (int i = 0; i < v.reasons.count; i++)
        found |= strstr(v.reasons.item[i], reason) != NULL;
    if (!CHECK(found))
        for (int i = 0; i < v.reasons.count; i++)
            printf("# %s\n", v.reasons.item[i]);
    cal_verdict_free(&v);
}

static bool hangs(const cal_verdict_facts *facts)
{
    cal_selfcal_settings settings;
    cal_settings_default(&settings);
    cal_verdict v = cal_verdict_give(facts, &settings);
    bool within = v.within_tolerance;
    cal_verdict_free(&v);
    return within;
}

/* Solved against a model that the user gave: nothing can be seen before. */
static void told_verdicts(void)
{
    cal_verdict_facts f = pair(-0.3, 20);
    f.post.rms = 2 * f.pre.rms;
    judged(&f, "refused", "RMS increase beyond 5%");
    f.told = true;
    f.solutions.median_snr = 12;
    judged(&f, "accepted", "S/N increase: -0.3 to 20, 1900.0 %");
    f.solutions.median_snr = 2.7;
    judged(&f, "refused", "noise alone might have made the source");
}

/* Closure tells: neither what was fitted nor the S/N of the images counts. */
static void closure_verdicts(void)
{
    cal_closure before = {.phase_chi2 = 14400, .phase_squares = 400, .phases = 100};
    cal_closure after = {.phase_chi2 = 3600, .phase_squares = 100, .phases = 100}, none = {0};
    cal_verdict_facts f = pair(50, 30);
    f.overfit_after = 0.5;
    f.closure_before = &before;
    f.closure_after = &after;
    judged(&f, "accepted",
           "closure chi2 decrease: 144 to 36; closure phases off by 115 to 57.3 deg");
    f.closure_before = &after;
    judged(&f, "unchanged", "closure chi2 as before: 36 to 36");
    f.closure_after = &before;
    judged(&f, "refused", "closure chi2 increase: 36 to 144");
    f.closure_after = &none;
    judged(&f, "refused", "closures cannot be measured");
    f.closure_after = &after;
    f.closure_before = &before;
    f.post.beam_area = 12;
    judged(&f, "refused", "Beam change beyond");
}

/* Amplitudes that vary by little more than their noise: is it they that keep the image from the noise of the receivers? */
static void amplitude_verdicts(void)
{
    cal_verdict_facts f = pair(100, 107);
    f.amplitude = true;
    f.solutions.amplitude_rms = 0.05;
    f.solutions.amplitude_noise = 0.02;
    f.post.rms = 1 / 1.07;
    judged(&f, "accepted", "amplitudes vary by 5 %, their noise is 2 %");
    f.solutions.amplitude_noise = 0.03;
    judged(&f, "unchanged", "less than 2 times their noise");
    f.noise = 0.92;
    judged(&f, "accepted", "take away 82 % of what the noise is above that of the receivers");
    f.noise = 0.5;
    judged(&f, "unchanged", "less than 2 times their noise");
    f.noise = 0.99; /* nothing to take away */
    judged(&f, "unchanged", "less than 2 times their noise");
    f.noise = 1.1;
    judged(&f, "unchanged", "less than 2 times their noise");
    f.noise = 0.92;
    f.overfit_after = 0.03; /* the half of it is fitted */
    judged(&f, "unchanged", "less than 2 times their noise");
}

static void verdicts(void)
{
    told_verdicts();
    closure_verdicts();
    amplitude_verdicts();
    cal_verdict_facts f = pair(100, 150);
    judged(&f, "accepted", "S/N increase: 100 to 150, 50.0 %");
    judged(&f, "accepted", "phases vary by 11.5 deg, their noise is 5.73 deg");
    CHECK(!hangs(&f));
    f = pair(100, 101);
    judged(&f, "accepted", "1.0 %");
    CHECK(hangs(&f));
    f = pair(100, 99);
    judged(&f, "unchanged", "S/N as before");
    CHECK(hangs(&f));
    f.first = true;
    judged(&f, "unchanged", "S/N as before");
    f.next_expected_snr = 3;
    judged(&f, "marginal", "next interval has enough (3)");
    f = pair(100, 97);
    judged(&f, "refused", "S/N decrease: 100 to 97, -3.0 %");
    judged(&f, "refused", "NF S/N decrease");
    f = pair(100, 150);
    f.post.beam_area = 10.6;
    judged(&f, "refused", "Beam change beyond 0.05: 0.060");
    f.post.beam_area = 8; /* to shrink is no fault */
    judged(&f, "accepted", "");
    f = pair(100, 150);
    f.post.rms = 1.06;
    judged(&f, "refused", "RMS increase beyond 5%: 6.0 %");
    f.expected_snr = 6;
    judged(&f, "accepted", "");
    f = pair(100, 150);
    f.post.snr_nf = f.post.rms_nf = NAN; /* no annulus: the plain numbers decide */
    judged(&f, "accepted", "");
    f.post.snr = NAN;
    judged(&f, "refused", "cannot be measured");
}

static bool replaces(cal_verdict_kind kind, double change, double flagged)
{
    const cal_way best = {
        .name = "chosen", .verdict = {CAL_ACCEPTED, .honest_change = 0.1}, .flagged = 0.05};
    const cal_way way = {
        .name = "per_spw", .verdict = {kind, .honest_change = change}, .flagged = flagged};
    cal_selfcal_settings settings;
    cal_settings_default(&settings);
    return cal_way_is_better(&way, &best, &settings);
}

static void ways(void)
{
    const cal_way none = {.name = NULL},
                  bad = {"chosen", .verdict = {CAL_REFUSED}, .flagged = 0.05};
    const cal_way good = {"per_spw", .verdict = {CAL_ACCEPTED, .honest_change = 0.1},
                          .flagged = 0.05};
    cal_way flags = good;
    cal_selfcal_settings settings;
    cal_settings_default(&settings);
    CHECK(cal_way_is_better(&bad, &none, &settings) && cal_way_is_better(&good, &bad, &settings));
    CHECK(!cal_way_is_better(&bad, &good, &settings));
    flags.flagged = 0.09;
    CHECK(!cal_way_is_better(&flags, &bad, &settings)); /* by flags alone */
    CHECK(replaces(CAL_ACCEPTED, 0.13, 0.05) && replaces(CAL_ACCEPTED, 0.13, 0.07));
    CHECK(!replaces(CAL_ACCEPTED, 0.11, 0.05)); /* within the tolerance */
    CHECK(!replaces(CAL_ACCEPTED, 0.13, 0.09) && !replaces(CAL_REFUSED, 0.13, 0.05));
}

/* Twelve antennas solved for each integration take a twelfth of the noise's variance. */
static void spending(void)
{
    CHECK_NEAR(cal_spent_noise(12, 1, false), 1 / 12., 1e-12);
    CHECK_NEAR(cal_spent_noise(12, 4, true), 1 / 24., 1e-12);
    CHECK(cal_spent_noise(NAN, 1, false) == 0 && cal_spent_noise(0.5, 1, false) == 1);
    cal_verdict_facts f = pair(366.1, 367.5); /* better by noise alone */
    f.overfit_before = cal_overfit(&(cal_spent){cal_spent_noise(24, 2, false), 0}, 366);
    f.overfit_after = cal_overfit(&(cal_spent){cal_spent_noise(24, 1, false), 0}, 368);
    judged(&f, "unchanged", "-0.7 % without what fitting noise gains");
    f.pre.snr = f.pre.snr_nf = 300;
    judged(&f, "accepted", "without what fitting noise gains");
    f.overfit_after = cal_overfit(&(cal_spent){cal_spent_noise(7, 1, true), 0}, 371);
    f.pre.snr = f.pre.snr_nf = 366.1;
    judged(&f, "refused", "over-fitting");
    f = pair(39.5, 42.6); /* more than noise does, if not by much */
    f.overfit_after = 0.041;
    judged(&f, "accepted", "3.6 % without what fitting noise gains");
    f.post.snr = f.post.snr_nf = 41.9;
    judged(&f, "refused", "over-fitting");
    /* 400 numbers and a source of S/N 50: 8 % of flux that is none */
    CHECK_NEAR(cal_overfit(&(cal_spent){0, 400}, 50), 0.08, 1e-12);
    CHECK_NEAR(cal_overfit(&(cal_spent){0.19, 0}, NAN), 1 / 0.9 - 1, 1e-12);
}

static void chains(void)
{
    static const char text[] =
        "{\"n_ants\": 10, \"integration_time\": 10, \"vis\": [{\"gaintable_solint_final\": "
        "[\"inf_EB\", \"inf\"]}], \"solints\": ["
        "{\"solint\": \"inf_EB\", \"seconds\": 1000, \"parameters\": 9},"
        "{\"solint\": \"inf\", \"seconds\": 100, \"parameters\": 90},"
        "{\"solint\": \"int\", \"seconds\": 10},"
        "{\"solint\": \"inf_ap\", \"seconds\": 100, \"solmode\": \"ap\"}]}";
    cal_work work = {0};
    cal_error err = {0};
    CHECK(!cal_json_parse(text, "target", &work.target, &err));
    cal_spent spent = cal_spent_accepted(&work);
    CHECK_NEAR(spent.noise, 0.001 + 0.01, 1e-12);
    CHECK_NEAR(spent.parameters, 99, 0);
    cal_chained before = {.solint = (char *)"inf"};
    const cal_solution_set set = {.before = &before, .befores = 1};
    spent = cal_spent_with(&work, &set, 3, 180); /* the phases stay below the amplitudes */
    CHECK_NEAR(spent.noise, 0.01 + 0.02, 1e-12);
    CHECK_NEAR(spent.parameters, 270, 0);
    jv_free(work.target);
    CHECK(!cal_json_parse("{\"vis\": [], \"solints\": []}", "target", &work.target, &err));
    CHECK_NEAR(cal_spent_accepted(&work).noise, 0, 0);
    jv_free(work.target);
}

/* ---- a user's own imager ---- */

static void commands(void)
{
    cal_selfcal_settings settings;
    cal_error err = {0};
    cal_settings_default(&settings);
    cal_work work = {.settings = &settings, .jobs = 2};
    int id[] = {3, 0};
    const cal_picture_wish wish = {
        .datacolumn = "corrected", .threshold = 0.25, .save_model = true};
    cal_picture_order order = {.wish = &wish, .id = id, .base = (char *)"x/a b", .cleaned = true};
    char *line;
    cal_words_add(&order.ms, "one.ms");
    cal_words_add(&order.ms, "o'two.ms");
    CHECK(!cal_json_parse(
        "{\"imsize\": [512, 256], \"cell_arcsec\": 0.171, \"robust\": 0.5, \"uvrange\": \">5m\"}",
        "target", &work.target, &err));
    strcpy(
        settings.imager_command,
        "im -o {name} {nx}x{ny} {cell_arcsec} {threshold_jy} m={mask} {savemodel} ${HOME} {} {ms}");
    CHECK(!cal_imager_command(&work, &order, &line, &err));
    CHECK_TEXT(
        line, "im -o 'x/a b' 512x256 0.171 0.25 m='' modelcolumn ${HOME} {} one.ms 'o'\\''two.ms'");
    free(line);
    strcpy(settings.imager_command, "im {cell}");
    CHECK(cal_imager_command(&work, &order, &line, &err) == CAL_USAGE);
    CHECK(strstr(err.text, "no place {cell}; there are") && strstr(err.text, "{cell_arcsec}"));
    free(line);
    cal_words_free(&order.ms);
    jv_free(work.target);
}

/* ---- the state ---- */

static void states(void)
{
    cal_picture field[] = {
        {.image = (char *)"a.fits", .snr = 10, .rms_nf = NAN},
        {.image = (char *)"b.fits", .mask = (char *)"m.fits", .snr = 20, .rms_nf = 2}};
    cal_pictures pictures = {field, 2, 1}, again;
    cal_error err = {0};
    jv json = cal_pictures_json(&pictures);
    CHECK(!cal_pictures_read(json, &again, &err));
    CHECK(again.fields == 2 && again.best == 1 && !again.field[0].mask);
    CHECK_TEXT(again.field[1].mask, "m.fits");
    CHECK(isnan(again.field[0].rms_nf) && again.field[1].rms_nf == 2 && again.field[1].snr == 20);
    cal_pictures_free(&again);
    jv_free(json);
    json = jv_object();
    CHECK(cal_pictures_read(json, &again, &err) == CAL_USAGE);
    jv_free(json);
}

int main(void)
{
    names();
    islands();
    growth();
    starts();
    sidelobes();
    verdicts();
    spending();
    ways();
    chains();
    commands();
    states();
    return unit_done();
}

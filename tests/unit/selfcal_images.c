/* Names of images, masks that grow, the PSF's sidelobes. */
#include "base/mem.h"
#include "image/islands.h"
#include "selfcal/growth.h"
#include "selfcal/names.h"
#include "selfcal/picture_parts.h"
#include "selfcal/start.h"
#include "unit.h"
#include <stdlib.h>

static const double arcsec = 4.84813681109536e-6;

/* ---- names ---- */

static void check_name(const cal_selfcal_image *image, const char *wanted)
{
    char *name = cal_selfcal_image_name(image);
    CHECK_TEXT(name, wanted);
    free(name);
}

static void names(void)
{
    int spw[] = {0, 1, 16};
    check_name(&(cal_selfcal_image){"uid___A002_X1", "s1_1", "J1234.5+678 N", spw, 3, NULL, "I", 1},
               "uid___A002_X1.s1_1.J1234.5+678_N_sci.spw0_1_16.cont.I.iter1");
    check_name(&(cal_selfcal_image){"eb.1", "s12_3", "f", spw + 2, 1, "solint10_post", "IQUV", 2},
               "eb.1.s12_3.f_sci.spw16.cont.solint10_post.IQUV.iter2");
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
    commands();
    states();
    return unit_done();
}

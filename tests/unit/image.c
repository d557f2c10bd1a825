/* FITS images, masks, statistics, and what follows from them, on images whose numbers are known. */
#include "base/mem.h"
#include "base/number.h"
#include "image/colour.h"
#include "image/crtf.h"
#include "image/mask.h"
#include "image/plan.h"
#include "image/stats.h"
#include "image/view.h"
#include "random.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const double arcsec = CAL_PI / 180 / 3600;

/* nx x ny pixels of 0.5 arcsec around 10h08m00s +07d30m, beam 2 x 1.5 arcsec at 30 degrees. */
static cal_image *make_image(int nx, int ny)
{
    cal_image seed = {.path = (char *)(intptr_t) "made.fits", .nx = nx, .ny = ny, .freq = 3e9};
    strcpy(seed.unit, "Jy/beam");
    strcpy(seed.frame, "ICRS");
    seed.beam = (cal_beam){2 * arcsec, 1.5 * arcsec, CAL_PI / 6};
    seed.wcs =
        (cal_wcs){{152.0, 7.5}, {nx / 2 + 1, ny / 2 + 1}, {-0.5 / 3600, 0.5 / 3600}, 0, "-SIN"};
    return cal_image_like(&seed);
}

static void add_gaussian(cal_image *image, double flux, double x0, double y0, double fwhm)
{
    for (int y = 0; y < image->ny; y++)
        for (int x = 0; x < image->nx; x++)
            image->pixel[y * image->nx + x] +=
                (float)(flux * exp(-4 * log(2) * ((x - x0) * (x - x0) + (y - y0) * (y - y0)) /
                                   (fwhm * fwhm)));
}

static void add_noise(cal_image *image, double sigma, uint64_t seed)
{
    cal_random random;
    cal_random_seed(&random, seed);
    for (size_t i = 0; i < cal_image_pixels(image); i++)
        image->pixel[i] += (float)(sigma * unit_normal(&random));
}

static void test_file(void)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/cal-unit-image-%d.fits", (int)getpid());
    cal_error err = {0};
    cal_image *image = make_image(64, 48), *back = NULL;
    add_noise(image, 1, 1);
    image->pixel[5] = NAN;
    CHECK(cal_image_write(path, image, &err) == CAL_OK);
    CHECK(cal_image_read(path, 0, &back, &err) == CAL_OK);
    CHECK(back && back->nx == 64 && back->ny == 48 && back->planes == 1);
    CHECK(back && isnan(back->pixel[5]));
    back->pixel[5] = image->pixel[5] = 0;
    CHECK(!memcmp(back->pixel, image->pixel, cal_image_pixels(image) * sizeof(float)));
    CHECK_TEXT(back->unit, "Jy/beam");
    CHECK_TEXT(back->frame, "ICRS");
    CHECK_NEAR(back->freq, 3e9, 0);
    CHECK_NEAR(back->beam.major / arcsec, 2, 1e-12);
    CHECK_NEAR(back->beam.angle, CAL_PI / 6, 1e-12);
    CHECK_NEAR(cal_fits_number(path, "BMAJ", 0) * 3600, 2, 1e-12);
    CHECK_NEAR(cal_fits_number(path, "NOTHERE", -7), -7, 0);
    CHECK_NEAR(cal_fits_number("/nonexistent.fits", "BMAJ", -7), -7, 0);
    cal_image_free(back);
    CHECK(cal_image_read(path, 1, &back, &err) == CAL_INPUT && strstr(err.text, "no plane 1"));
    CHECK(truncate(path, 2880 + 500) == 0);
    CHECK(cal_image_read(path, 0, &back, &err) == CAL_INPUT && strstr(err.text, "truncated"));
    unlink(path);
    CHECK(cal_image_read(path, 0, &back, &err) == CAL_INPUT);
    cal_image_free(image);
}

static void test_sky(void)
{
    cal_image *image = make_image(128, 128);
    double ra, dec, x, y;
    CHECK(cal_image_to_sky(image, 64, 64, &ra, &dec));
    CHECK_NEAR(ra * 180 / CAL_PI, 152, 1e-12);
    CHECK_NEAR(dec * 180 / CAL_PI, 7.5, 1e-12);
    /* SIN: l = 100 pixels east, m = 40 north of the centre */
    double l = 50 * arcsec, m = 20 * arcsec, d0 = 7.5 * CAL_PI / 180;
    CHECK(cal_image_to_sky(image, 64 - 100, 64 + 40, &ra, &dec));
    double n = sqrt(1 - l * l - m * m);
    CHECK_NEAR(dec, asin(m * cos(d0) + n * sin(d0)), 1e-14);
    CHECK_NEAR(ra - 152 * CAL_PI / 180, atan2(l, n * cos(d0) - m * sin(d0)), 1e-14);
    CHECK(cal_image_to_pixel(image, ra, dec, &x, &y));
    CHECK_NEAR(x, -36, 1e-8);
    CHECK_NEAR(y, 104, 1e-8);
    CHECK_NEAR(cal_image_cell(image) / arcsec, 0.5, 1e-12);
    CHECK_NEAR(cal_image_beam_pixels(image), CAL_PI * 2 * 1.5 / (4 * log(2)) / 0.25, 1e-9);
    *image->wcs.projection = 0;
    CHECK(!cal_image_to_sky(image, 0, 0, &ra, &dec) && !cal_image_to_pixel(image, 0, 0, &x, &y));
    cal_image_free(image);
}

static void test_noise(void)
{
    int64_t used;
    float five[] = {1, 2, 3, 4, 100, NAN};
    CHECK_NEAR(cal_rms_mad(five, 6, NULL, &used), 1.4826,
               1e-6); /* median 3, deviations 2 1 0 1 97 */
    CHECK(used == 5);
    const uint8_t where[] = {1, 1, 0, 0, 0, 1};
    CHECK_NEAR(cal_rms_mad(five, 6, where, &used), 1.4826 * 0.5, 1e-6);
    CHECK(used == 2);
    CHECK(isnan(cal_rms_mad(five + 5, 1, NULL, &used)) && used == 0);
    /* n erfc(z / sqrt 2) = 1/2: tabulated values of Chauvenet's criterion */
    CHECK_NEAR(cal_chauvenet_limit(10), 1.960, 0.0005);
    CHECK_NEAR(cal_chauvenet_limit(100), 2.807, 0.0005);
    CHECK_NEAR(cal_chauvenet_limit(1000), 3.481, 0.0005);
    /* 1 .. 9 and an outlier that goes in the first round, after which nothing does */
    float ten[] = {-4, -3, -2, -1, 0, 1, 2, 3, 4, 50};
    CHECK_NEAR(cal_rms_chauvenet(ten, 10, NULL, &used), sqrt(60.0 / 9), 1e-6);
    CHECK(used == 9);
    float same[] = {2, 2, 2};
    CHECK_NEAR(cal_rms_chauvenet(same, 3, NULL, &used), 2, 1e-7);
    CHECK(used == 3);
}

static void test_peak(void)
{
    cal_image *image = make_image(32, 32);
    for (int y = 0; y < 32; y++)
        for (int x = 0; x < 32; x++) { /* a parabola with a cross term: the fit is exact */
            double dx = x - 10.3, dy = y - 20.4;
            image->pixel[y * 32 + x] = (float)(-5 - 0.2 * dx * dx - 0.3 * dy * dy + 0.1 * dx * dy);
        }
    cal_vertex vertex = cal_peak_vertex(image, 10, 20);
    CHECK_NEAR(vertex.x, 10.3, 1e-5);
    CHECK_NEAR(vertex.y, 20.4, 1e-5);
    CHECK_NEAR(vertex.value, -5, 1e-5);
    for (int i = 0; i < 32 * 32; i++) /* positive: exact for a Gaussian */
        image->pixel[i] = (float)(3 * exp(image->pixel[i] + 5));
    vertex = cal_peak_vertex(image, 10, 20);
    CHECK_NEAR(vertex.x, 10.3, 1e-5);
    CHECK_NEAR(vertex.y, 20.4, 1e-5);
    CHECK_NEAR(vertex.value, 3, 1e-5);
    vertex = cal_peak_vertex(image, 0, 5); /* on the border */
    CHECK_NEAR(vertex.x, 0, 0);
    memset(image->pixel, 0, 32 * 32 * sizeof(float)); /* flat */
    vertex = cal_peak_vertex(image, 3, 3);
    CHECK_NEAR(vertex.x, 3, 0);
    cal_image_free(image);
}

static void test_measure(void)
{
    cal_error err = {0};
    cal_image_stats stats;
    cal_image *image = make_image(256, 256);
    uint8_t *mask = CAL_NEW_ARRAY(uint8_t, 256 * 256);
    add_noise(image, 0.001, 6);
    add_gaussian(image, 2, 100.25, 140.5, 3.4641); /* the beam's area: fwhm^2 = 4 x 3 pixels^2 */
    image->pixel[0] = NAN;
    cal_region circle = {CAL_REGION_CIRCLE, (char *)(intptr_t) "100,140,12"};
    CHECK(cal_mask_add_region(image, &circle, mask, &err) == CAL_OK);
    CHECK(cal_image_measure(image, NULL, mask, NULL, CAL_RMS_AUTO, &stats, &err) == CAL_OK);
    CHECK(stats.method == CAL_RMS_MAD && stats.blank == 1 && stats.pixels == 65535);
    CHECK(stats.peak.x == 100 && (stats.peak.y == 140 || stats.peak.y == 141));
    CHECK_NEAR(stats.vertex.x, 100.25, 0.03);
    CHECK_NEAR(stats.vertex.y, 140.5, 0.03);
    CHECK_NEAR(stats.rms, 0.001, 0.00001);
    CHECK_NEAR(stats.snr, stats.peak.value / stats.rms, 0);
    CHECK(stats.mask_pixels == 441); /* lattice points in a circle of radius 12 */
    CHECK_NEAR(stats.flux, 2, 0.02);
    CHECK_NEAR(stats.flux_error, stats.rms * sqrt(441 / cal_image_beam_pixels(image)), 1e-12);
    CHECK(cal_image_measure(image, NULL, NULL, NULL, CAL_RMS_AUTO, &stats, &err) == CAL_OK);
    CHECK(stats.method == CAL_RMS_CHAUVENET && isnan(stats.flux));
    CHECK_NEAR(stats.rms, 0.001, 0.00001);
    strcpy(image->path, "dirty.fit"); /* by its name: no mask for the noise (selfcal 1.3) */
    CHECK(cal_image_measure(image, NULL, mask, NULL, CAL_RMS_AUTO, &stats, &err) == CAL_OK);
    CHECK(stats.method == CAL_RMS_CHAUVENET && stats.rms_pixels > 65535 - 441);
    for (size_t i = 0; i < cal_image_pixels(image); i++)
        image->pixel[i] = NAN;
    CHECK(cal_image_measure(image, NULL, NULL, NULL, CAL_RMS_AUTO, &stats, &err) == CAL_DATA);
    CHECK(strstr(err.text, "no valid pixel"));
    free(mask);
    cal_image_free(image);
}

static void test_regions(void)
{
    cal_error err = {0};
    cal_image *image = make_image(64, 64);
    static const struct {
        cal_region region;
        int pixels;
        cal_status status;
    } cases[] = {
        {{CAL_REGION_BOX, (char *)(intptr_t) "10,20,12,21"}, 6, CAL_OK},
        {{CAL_REGION_BOX, (char *)(intptr_t) "12,21,10,20"}, 6, CAL_OK},
        {{CAL_REGION_CIRCLE, (char *)(intptr_t) "32,32,1"}, 5, CAL_OK},
        {{CAL_REGION_CIRCLE, (char *)(intptr_t) "32,32,0.5arcsec"}, 5, CAL_OK},
        {{CAL_REGION_CIRCLE, (char *)(intptr_t) "10h08m00s,+07d30m00s,1"}, 5, CAL_OK},
        {{CAL_REGION_ANNULUS, (char *)(intptr_t) "32,32,1,1"}, 4, CAL_OK},
        {{CAL_REGION_CIRCLE, (char *)(intptr_t) "32,32"}, 0, CAL_USAGE},
        {{CAL_REGION_CIRCLE, (char *)(intptr_t) "32,32,5Jy"}, 0, CAL_USAGE},
        {{CAL_REGION_CIRCLE, (char *)(intptr_t) "-32,32,5"}, 0, CAL_DATA},
        {{CAL_REGION_ANNULUS, (char *)(intptr_t) "32,32,2,1"}, 0, CAL_DATA},
    };
    for (size_t c = 0; c < CAL_COUNT(cases); c++) {
        uint8_t mask[64 * 64] = {0};
        int pixels = 0;
        CHECK(cal_mask_add_region(image, &cases[c].region, mask, &err) == cases[c].status);
        for (int i = 0; i < 64 * 64; i++)
            pixels += mask[i];
        CHECK(pixels == cases[c].pixels);
    }
    cal_image_free(image);
}

static int masked(const cal_image *image, const char *text, cal_status wanted, cal_error *err)
{
    uint8_t mask[64 * 64] = {0};
    size_t inside = 0;
    int pixels = 0;
    *err = (cal_error){0};
    CHECK(cal_mask_add_text(image, text, mask, &inside, err) == wanted);
    for (int i = 0; i < 64 * 64; i++)
        pixels += mask[i];
    CHECK(wanted || pixels == (int)inside);
    return pixels;
}

/* 64 x 64 pixels of 0.5 arcsec, pixel 32, 32 at 152 and 7.5 degrees. */
static void test_crtf(void)
{
    cal_error err;
    cal_image *image = make_image(64, 64);
    static const struct {
        const char *text;
        int pixels;
    } good[] = {
        {"circle[[152deg, 7.5deg], 0.5arcsec]", 5},
        {"circle[[10h08m00s,+07d30m00s],0.5arcsec] coord=J2000, color=red", 5},
        {"circle[[10:08:00.0,+07.30.00.0],1pix]", 5},
        {"circle [10h08m00s,+07d30m00s,1pix]", 5}, /* as one types it */
        {"box[[10pix,20pix],[12pix,21pix]]", 6},
        {"centerbox[[32pix,32pix],[2pix,0pix]]", 3},
        {"annulus[[32pix,32pix],[1pix,1pix]]", 4},
        {"poly[[9.5pix,9.5pix],[12.5pix,9.5pix],[12.5pix,12.5pix],[9.5pix,12.5pix]]", 9},
        {"circle[[32pix,32pix],1pix]; circle[[33pix,32pix],0pix]\n  circle[[2pix,2pix],1pix]", 10},
        {"circle[[32pix,32pix],1pix]; -circle[[32pix,32pix],0pix]", 4},
        {"#CRTFv0\nglobal coord=ICRS\n# a remark\nann circle[[2pix,2pix],1pix]\n"
         "circle[[152deg,7.5deg],0.5arcsec]",
         5},
        {"circle[[152deg,-80deg],5arcsec]", 0}, /* the other side of the sky */
        {"circle[[152.1deg,7.5deg],5arcsec]", 0},
    };
    for (size_t i = 0; i < CAL_COUNT(good); i++)
        CHECK(masked(image, good[i].text, CAL_OK, &err) == good[i].pixels);
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"circle[[152deg,7.5deg]]", "circle[[X,Y],RADIUS] is wanted"},
        {"circle[[152deg,7.5deg],5Jy]", "circle[[X,Y],RADIUS] is wanted"},
        {"circle[[152,7.5],5arcsec]", "is wanted, with angles"},
        {"poly[[1pix,1pix],[2pix,2pix]]", "poly[[X1,Y1]"},
        {"heart[[152deg,7.5deg],5arcsec]", "there are box, centerbox, circle, annulus and poly"},
        {"circle[[1deg,2deg],5arcsec] coord=GALACTIC", "not \"GALACTIC\""},
    };
    for (size_t i = 0; i < CAL_COUNT(bad); i++) {
        masked(image, bad[i].text, CAL_USAGE, &err);
        CHECK(strstr(err.text, bad[i].words));
    }
    masked(image, "/tmp/there-is-none.fits", CAL_INPUT, &err);

    /* East is to the left. */
    uint8_t mask[64 * 64] = {0};
    size_t inside;
    CHECK(!cal_mask_add_crtf(image, "circle[[3arcsec,-2arcsec],0pix] coord=offset", mask, &inside,
                             &err));
    CHECK(inside == 1 && mask[28 * 64 + 26]);
    cal_image_free(image);
}

/* A mask on another grid counts by its places on the sky; one without a sky must have the image's size. */
static void test_mask_by_sky(void)
{
    char path[64];
    cal_error err = {0};
    snprintf(path, sizeof path, "/tmp/cal-unit-mask-%d.fits", (int)getpid());
    cal_image *image = make_image(64, 64);
    cal_image *coarse =
        cal_image_of_sky(20, 30, 1.5 * arcsec, 152 * CAL_PI / 180, 7.5 * CAL_PI / 180);
    coarse->pixel[15 * 20 + 10] = 1;
    CHECK(!cal_image_write(path, coarse, &err));
    CHECK(masked(image, path, CAL_OK, &err) == 9);
    remove(path);
    *coarse->wcs.projection = 0;
    CHECK(!cal_image_write(path, coarse, &err));
    masked(image, path, CAL_INPUT, &err);
    CHECK(strstr(err.text, "has 20 x 30 pixels, but made.fits has 64 x 64"));
    remove(path);
    cal_image_free(coarse);
    cal_image_free(image);
}

static void test_smooth(void)
{
    float pixel[41 * 31] = {0};
    pixel[15 * 41 + 20] = 1;
    cal_smooth(pixel, 41, 31, 4);
    double sum = 0;
    for (int i = 0; i < 41 * 31; i++)
        sum += pixel[i];
    CHECK_NEAR(sum, 1, 1e-5);
    double peak = 4 * log(2) / CAL_PI / 16;
    CHECK_NEAR(pixel[15 * 41 + 20], peak, 1e-4);
    CHECK_NEAR(pixel[15 * 41 + 22], peak / 2, 1e-4); /* half a width away: half of it */
    CHECK_NEAR(pixel[17 * 41 + 20], peak / 2, 1e-4);
    cal_smooth(pixel, 41, 31, 0);
    CHECK_NEAR(pixel[15 * 41 + 20], peak, 1e-4);
}

/* One pixel as mask: both regions are circles whose radii follow from the definition. */
static void test_near_field(void)
{
    cal_error err = {0};
    cal_image *image = make_image(256, 256);
    uint8_t mask[256 * 256] = {0}, annulus[256 * 256];
    mask[128 * 256 + 128] = 1;
    CHECK(cal_mask_near_field(image, mask, 0, 0, annulus, &err) == CAL_OK);
    double inner =
        0.5 * 4 * sqrt(log(10) / log(2)); /* where a Gaussian of FWHM 4 pixels is a tenth */
    CHECK(annulus[128 * 256 + 128] == 0);
    CHECK(annulus[128 * 256 + 128 + (int)inner] == 0 &&
          annulus[128 * 256 + 128 + (int)inner + 1] == 1);
    int reach = 0;
    while (annulus[128 * 256 + 128 + (int)inner + 1 + reach])
        reach++;
    double outer = (int)inner + reach; /* last pixel inside */
    double width = 20, lobe = 0.5 * width * sqrt(log(100) / log(2));
    CHECK(outer > lobe - 1 &&
          outer < lobe + 4); /* a disc of radius 3.6 makes it a little wider than a point would */
    int wide = 0, narrow = 0;
    for (int i = 0; i < 256 * 256; i++)
        narrow += annulus[i];
    CHECK(cal_mask_near_field(image, mask, 15 * arcsec, 0, annulus, &err) ==
          CAL_OK); /* FWHM 30 pixels */
    for (int i = 0; i < 256 * 256; i++)
        wide += annulus[i];
    CHECK_NEAR((double)wide / narrow, 2.25, 0.15);
    memset(mask, 0, sizeof mask);
    CHECK(cal_mask_near_field(image, mask, 0, 0, annulus, &err) == CAL_DATA);
    mask[0] = 1;
    image->beam.major = 0;
    CHECK(cal_mask_near_field(image, mask, 0, 0, annulus, &err) == CAL_INPUT);
    cal_image_free(image);
}

static void test_psf_extent(void)
{
    cal_image *psf = make_image(64, 64);
    psf->pixel[32 * 64 + 32] = 1;
    psf->pixel[20 * 64 + 27] = 0.11f; /* 5 and 12 pixels off: 13 */
    psf->pixel[2 * 64 + 2] = 0.1f;    /* not above 0.1 */
    CHECK_NEAR(cal_psf_extent(psf) / arcsec, 6.5, 1e-9);
    cal_image_free(psf);
}

static void test_plan(void)
{
    bool bounded;
    cal_image_plan plan = {.longest = 123373, .freq = {36.3e9, 36.31e9}, .dish = 25};
    CHECK_NEAR(cal_image_plan_cell(&plan) / arcsec, 0.33, 1e-12); /* 206265 / 123373 / 5 = 0.3344 */
    CHECK(cal_image_plan_size(&plan, 0.33 * arcsec, 3000, &bounded) == 240 &&
          !bounded); /* 77.0 arcsec */
    CHECK(cal_image_plan_size(&plan, 0.33 * arcsec, 200, &bounded) == 200 && bounded);
    CHECK(cal_image_plan_size(&plan, 3 * arcsec, 3000, &bounded) == 128 && !bounded);
    plan.dish = 0;
    CHECK(cal_image_plan_size(&plan, 0.33 * arcsec, 512, &bounded) == 512 && bounded);
    CHECK(cal_image_nice_size(128) == 128 && cal_image_nice_size(129) == 140 &&
          cal_image_nice_size(1025) == 1050);
    CHECK(cal_image_nice_size(1) == 2 && cal_image_nice_size(2401) == 2430);
}

/* Lightness must rise with the index: the weighted sum of the linear parts, as of 1931. */
static double luminance(uint32_t colour)
{
    static const double weight[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double v = (colour >> (16 - 8 * i) & 255) / 255.0;
        sum += weight[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void test_colours(void)
{
    cal_words name = cal_words_split(cal_colour_maps, ' ');
    CHECK(name.count == 4);
    for (int m = 0; m < name.count; m++) {
        uint32_t table[CAL_COLOURS];
        cal_colour_map(name.item[m], table);
        double sign = luminance(table[255]) > luminance(table[0]) ? 1 : -1;
        bool rises = true;
        for (int i = 8; i < CAL_COLOURS; i += 8)
            rises = rises && sign * (luminance(table[i]) - luminance(table[i - 8])) > 0;
        CHECK(rises);
        CHECK(fabs(luminance(table[255]) - luminance(table[0])) > 0.85);
    }
    cal_words_free(&name);
}

static void test_limits(void)
{
    cal_error err = {0};
    cal_image *image = make_image(100, 100);
    for (int i = 0; i < 10000; i++)
        image->pixel[i] = (float)(i % 1000 - 500) / 500;
    cal_panel panel = {.image = image, .x2 = 99, .y2 = 99};
    CHECK(cal_panel_limits(&panel, 100, &err) == CAL_OK);
    CHECK_NEAR(panel.low, -1, 1e-6);
    CHECK_NEAR(panel.high, 0.998, 1e-6);
    CHECK(cal_panel_limits(&panel, 90, &err) == CAL_OK);
    CHECK_NEAR(panel.low, -0.9, 0.003);
    CHECK_NEAR(panel.high, 0.898, 0.003);
    CHECK_NEAR(cal_stretch_at(&panel, CAL_STRETCH_LINEAR, panel.low), 0, 0);
    CHECK_NEAR(cal_stretch_at(&panel, CAL_STRETCH_LINEAR, 0), 0.5, 0.005);
    CHECK_NEAR(cal_stretch_at(&panel, CAL_STRETCH_ASINH, panel.high), 1, 0);
    CHECK_NEAR(cal_stretch_at(&panel, CAL_STRETCH_ASINH, 10), 1, 0);
    char unit[80];
    CHECK_NEAR(cal_view_unit("Jy/beam", 0.5, unit), 1e3, 0);
    CHECK_TEXT(unit, "mJy/beam");
    CHECK_NEAR(cal_view_unit("K", 0.5, unit), 1, 0);
    cal_image_free(image);
}

int main(void)
{
    test_file();
    test_sky();
    test_noise();
    test_peak();
    test_measure();
    test_regions();
    test_crtf();
    test_mask_by_sky();
    test_smooth();
    test_near_field();
    test_psf_extent();
    test_plan();
    test_colours();
    test_limits();
    return unit_done();
}

/* FITS images, their statistics, and the plan of one, on images whose numbers are known. */
#include "image.h"
#include "base/mem.h"
#include "image/mask.h"
#include "image/plan.h"
#include "image/stats.h"
#include "random.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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
    cal_image *image = unit_image(64, 48), *back = NULL;
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
    CHECK_NEAR(back->beam.major / unit_arcsec, 2, 1e-12);
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
    cal_image *image = unit_image(128, 128);
    double ra, dec, x, y;
    CHECK(cal_image_to_sky(image, 64, 64, &ra, &dec));
    CHECK_NEAR(ra * 180 / CAL_PI, 152, 1e-12);
    CHECK_NEAR(dec * 180 / CAL_PI, 7.5, 1e-12);
    /* SIN: l = 100 pixels east, m = 40 north of the centre */
    double l = 50 * unit_arcsec, m = 20 * unit_arcsec, d0 = 7.5 * CAL_PI / 180;
    CHECK(cal_image_to_sky(image, 64 - 100, 64 + 40, &ra, &dec));
    double n = sqrt(1 - l * l - m * m);
    CHECK_NEAR(dec, asin(m * cos(d0) + n * sin(d0)), 1e-14);
    CHECK_NEAR(ra - 152 * CAL_PI / 180, atan2(l, n * cos(d0) - m * sin(d0)), 1e-14);
    CHECK(cal_image_to_pixel(image, ra, dec, &x, &y));
    CHECK_NEAR(x, -36, 1e-8);
    CHECK_NEAR(y, 104, 1e-8);
    CHECK_NEAR(cal_image_cell(image) / unit_arcsec, 0.5, 1e-12);
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
    cal_image *image = unit_image(32, 32);
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
    cal_image *image = unit_image(256, 256);
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

static void test_psf_extent(void)
{
    cal_image *psf = unit_image(64, 64);
    psf->pixel[32 * 64 + 32] = 1;
    psf->pixel[20 * 64 + 27] = 0.11f; /* 5 and 12 pixels off: 13 */
    psf->pixel[2 * 64 + 2] = 0.1f;    /* not above 0.1 */
    CHECK_NEAR(cal_psf_extent(psf) / unit_arcsec, 6.5, 1e-9);
    cal_image_free(psf);
}

static void test_plan(void)
{
    bool bounded;
    cal_image_plan plan = {.longest = 123373, .freq = {36.3e9, 36.31e9}, .dish = 25};
    CHECK_NEAR(cal_image_plan_cell(&plan) / unit_arcsec, 0.33,
               1e-12); /* 206265 / 123373 / 5 = 0.3344 */
    CHECK(cal_image_plan_size(&plan, 0.33 * unit_arcsec, 3000, &bounded) == 240 &&
          !bounded); /* 77.0 arcsec */
    CHECK(cal_image_plan_size(&plan, 0.33 * unit_arcsec, 200, &bounded) == 200 && bounded);
    CHECK(cal_image_plan_size(&plan, 3 * unit_arcsec, 3000, &bounded) == 128 && !bounded);
    plan.dish = 0;
    CHECK(cal_image_plan_size(&plan, 0.33 * unit_arcsec, 512, &bounded) == 512 && bounded);
    CHECK(cal_image_nice_size(128) == 128 && cal_image_nice_size(129) == 140 &&
          cal_image_nice_size(1025) == 1050);
    CHECK(cal_image_nice_size(1) == 2 && cal_image_nice_size(2401) == 2430);
}

int main(void)
{
    test_file();
    test_sky();
    test_noise();
    test_peak();
    test_measure();
    test_psf_extent();
    test_plan();
    return unit_done();
}

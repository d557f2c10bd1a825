/* Masks: regions, CRTF, other images, what is near. */
#include "base/mem.h"
#include "image.h"
#include "image/crtf.h"
#include "image/mask.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void test_regions(void)
{
    cal_error err = {0};
    cal_image *image = unit_image(64, 64);
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
    cal_image *image = unit_image(64, 64);
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
    cal_image *image = unit_image(64, 64);
    cal_image *coarse =
        cal_image_of_sky(20, 30, 1.5 * unit_arcsec, 152 * CAL_PI / 180, 7.5 * CAL_PI / 180);
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
    cal_image *image = unit_image(256, 256);
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
    CHECK(cal_mask_near_field(image, mask, 15 * unit_arcsec, 0, annulus, &err) ==
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

int main(void)
{
    test_regions();
    test_crtf();
    test_mask_by_sky();
    test_smooth();
    test_near_field();
    return unit_done();
}

/* What a view shows: colours, limits and units. */
#include "base/mem.h"
#include "base/text.h"
#include "image.h"
#include "image/colour.h"
#include "image/view.h"
#include "unit.h"
#include <stdlib.h>

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
    cal_image *image = unit_image(100, 100);
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
    test_colours();
    test_limits();
    return unit_done();
}

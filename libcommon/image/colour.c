#include "image/colour.h"
#include "base/mem.h"
#include "base/number.h"
#include <math.h>
#include <string.h>

const char cal_colour_maps[] = "fire sea grey greyr";

/* A way through OKLab: lightness from first to last, hue in degrees and chroma at equal distances between. */
typedef struct path {
    const char *name;
    double first, last;
    double hue[5], chroma[5];
} path;

static const path paths[] = {
    {"fire", 0.08, 0.97, {285, 310, 375, 410, 465}, {0.03, 0.15, 0.20, 0.16, 0.09}},
    {"sea", 0.10, 0.97, {280, 262, 225, 175, 120}, {0.04, 0.13, 0.11, 0.13, 0.12}},
    {"grey", 0.05, 1.0, {0}, {0}},
    {"greyr", 1.0, 0.05, {0}, {0}},
};

static double between(const double *knot, double at)
{
    int i = at >= 1 ? 3 : (int)(at * 4);
    double part = at * 4 - i, smooth = part * part * (3 - 2 * part);
    return knot[i] + (knot[i + 1] - knot[i]) * (0.5 * part + 0.5 * smooth);
}

static double gamma_coded(double linear)
{
    double v = fmin(fmax(linear, 0), 1);
    return v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055;
}

/* OKLab to linear sRGB: two matrices with a cube between. */
static void to_rgb(double lightness, double a, double b, double rgb[3])
{
    double l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
    double m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
    double s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
    rgb[0] = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
    rgb[1] = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
    rgb[2] = -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s;
}

/* Less chroma until the screen can show the colour at this lightness. */
static uint32_t colour_at(const path *way, double at)
{
    double lightness = way->first + (way->last - way->first) * at,
           hue = between(way->hue, at) * CAL_PI / 180;
    double rgb[3], chroma = between(way->chroma, at);
    for (int tries = 0; tries < 40; tries++, chroma *= 0.94) {
        to_rgb(lightness, chroma * cos(hue), chroma * sin(hue), rgb);
        if (fmin(rgb[0], fmin(rgb[1], rgb[2])) >= -0.001 &&
            fmax(rgb[0], fmax(rgb[1], rgb[2])) <= 1.001)
            break;
    }
    uint32_t colour = 0;
    for (int i = 0; i < 3; i++)
        colour = colour << 8 | (uint32_t)lround(255 * gamma_coded(rgb[i]));
    return colour;
}

void cal_colour_map(const char *name, uint32_t table[CAL_COLOURS])
{
    const path *way = paths;
    for (size_t i = 0; i < CAL_COUNT(paths); i++)
        if (!strcmp(paths[i].name, name))
            way = &paths[i];
    for (int i = 0; i < CAL_COLOURS; i++)
        table[i] = colour_at(way, i / (CAL_COLOURS - 1.0));
}

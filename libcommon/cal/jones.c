#include "cal/jones.h"
#include "base/mem.h"
#include "base/number.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* CASA's order of application: ANoise, M, KAntPos, B, K, G, J, D, X, C, P, E, T, F, A. */
enum { ORDER_B = 3, ORDER_K, ORDER_G, ORDER_D = 7, ORDER_X, ORDER_T = 12 };

static const cal_jones_type types[] = {
    {"G Jones", CAL_JONES_GAIN, ORDER_G, 2, true, false, true},
    {"T Jones", CAL_JONES_GAIN, ORDER_T, 1, true, false, true},
    {"Tf Jones", CAL_JONES_GAIN, ORDER_T, 1, true, true, true},
    {"B Jones", CAL_JONES_GAIN, ORDER_B, 2, true, true, true},
    {"K Jones", CAL_JONES_DELAY, ORDER_K, 2, false, false, false},
    {"KMBD Jones", CAL_JONES_DELAY, ORDER_K, 2, false, false, false},
    {"Kcross Jones", CAL_JONES_CROSS_DELAY, ORDER_K, 2, false, false, false},
    {"Accor Jones", CAL_JONES_GAIN, ORDER_G, 2, true, false, true},
    {"B TSYS", CAL_JONES_TSYS, ORDER_B, 2, false, true, true},
    {"G EVLASWPOW", CAL_JONES_POWER, ORDER_G, 4, false, false, true},
    {"GlinXph Jones", CAL_JONES_GAIN, ORDER_G, 2, true, false, false},
    {"GlinXphf Jones", CAL_JONES_GAIN, ORDER_G, 2, true, true, false},
    {"X Jones", CAL_JONES_CROSS_PHASE, ORDER_X, 1, true, false, false},
    {"Xf Jones", CAL_JONES_CROSS_PHASE, ORDER_X, 1, true, true, false},
    {"D Jones", CAL_JONES_LEAKAGE, ORDER_D, 2, true, false, false},
    {"Df Jones", CAL_JONES_LEAKAGE, ORDER_D, 2, true, true, false}};

static const struct {
    const char *part, *name;
} loose[] = {{"TSYS", "B TSYS"}, {"EVLASWP", "G EVLASWPOW"}, {"ACCOR", "Accor Jones"}};

const cal_jones_type *cal_jones_find(const char *type)
{
    for (size_t i = 0; i < CAL_COUNT(loose); i++)
        if (strcasestr(type, loose[i].part))
            type = loose[i].name;
    for (size_t i = 0; i < CAL_COUNT(types); i++)
        if (!strcasecmp(type, types[i].name))
            return &types[i];
    return NULL;
}

const char *cal_jones_supported(void)
{
    static char text[256];
    size_t used = 0;
    for (size_t i = 0; i < CAL_COUNT(types) && used < sizeof text; i++)
        used += snprintf(text + used, sizeof text - used, "%s%s", i ? ", " : "", types[i].name);
    return text;
}

/* ---- factors ---- */

static void set(double complex factor, bool flagged, float complex *out, uint8_t *bad)
{
    bool usable = !flagged && isfinite(creal(factor)) && isfinite(cimag(factor));
    *out = usable ? (float complex)factor : 1;
    *bad = !usable;
}

static double complex inverse_gain(const cal_jones_cell *cell, int64_t at)
{
    return cexp(-I * cell->phase[at]) / cell->value[at];
}

static void evaluate_gains(const cal_jones_type *type, const cal_jones_cell *cell, int nchan,
                           float complex *factor, uint8_t *bad)
{
    for (int c = 0; c < nchan; c++)
        for (int hand = 0; hand < 2; hand++) {
            int64_t at = (int64_t)c * type->npar + (type->npar == 2 ? hand : 0);
            set(inverse_gain(cell, at), cell->flag[at], &factor[2 * c + hand], &bad[2 * c + hand]);
        }
}

static void evaluate_cross_phases(const cal_jones_cell *cell, int nchan, float complex *factor,
                                  uint8_t *bad)
{
    for (int c = 0; c < nchan; c++) {
        set(inverse_gain(cell, c), cell->flag[c], &factor[2 * c], &bad[2 * c]);
        factor[2 * c + 1] = 1;
        bad[2 * c + 1] = bad[2 * c];
    }
}

static void evaluate_delays(const cal_jones_type *type, const cal_jones_cell *cell, int nchan,
                            const double *freq, double pivot, float complex *factor, uint8_t *bad)
{
    const double per_ns = 1e-9;
    for (int c = 0; c < nchan; c++)
        for (int hand = 0; hand < 2; hand++) {
            bool idle = hand == 1 && type->kind == CAL_JONES_CROSS_DELAY;
            double turns = idle ? 0 : cell->value[hand] * per_ns * (freq[c] - pivot);
            set(cexp(-2 * CAL_PI * I * turns), cell->flag[hand], &factor[2 * c + hand],
                &bad[2 * c + hand]);
        }
}

/* Data are in units of the system temperature; a negative one cannot be. */
static void evaluate_tsys(const cal_jones_cell *cell, int nchan, float complex *factor,
                          uint8_t *bad)
{
    for (int at = 0; at < 2 * nchan; at++)
        set(sqrt(cell->value[at]), cell->flag[at] || !(cell->value[at] > 0), &factor[at], &bad[at]);
}

static void evaluate_powers(const cal_jones_cell *cell, float complex *factor, uint8_t *bad)
{
    for (int hand = 0; hand < 2; hand++)
        set(1 / cell->value[2 * hand], cell->flag[2 * hand], &factor[hand], &bad[hand]);
}

static void evaluate_leakages(const cal_jones_cell *cell, int nchan, float complex *factor,
                              uint8_t *bad)
{
    for (int at = 0; at < 2 * nchan; at++) {
        set(cell->value[at] * cexp(I * cell->phase[at]), cell->flag[at], &factor[at], &bad[at]);
        if (bad[at])
            factor[at] = 0;
    }
}

void cal_jones_evaluate(const cal_jones_type *type, const cal_jones_cell *cell, int nchan,
                        const double *freq, double pivot, float complex *factor, uint8_t *bad)
{
    switch (type->kind) {
    case CAL_JONES_GAIN:
        evaluate_gains(type, cell, nchan, factor, bad);
        break;
    case CAL_JONES_DELAY:
    case CAL_JONES_CROSS_DELAY:
        evaluate_delays(type, cell, nchan, freq, pivot, factor, bad);
        break;
    case CAL_JONES_TSYS:
        evaluate_tsys(cell, nchan, factor, bad);
        break;
    case CAL_JONES_POWER:
        evaluate_powers(cell, factor, bad);
        break;
    case CAL_JONES_CROSS_PHASE:
        evaluate_cross_phases(cell, nchan, factor, bad);
        break;
    case CAL_JONES_LEAKAGE:
        evaluate_leakages(cell, nchan, factor, bad);
        break;
    }
}

/* ---- weights ---- */

/* Mean of the amplitude squared, or of the value, over the good channels; `none` where there are
 * none. A gain that is not a number takes all weight away. */
static double mean_of(const cal_jones_cell *cell, int npar, int par, bool squared, double none)
{
    double sum = 0;
    int count = 0;
    for (int c = 0; c < cell->nchan; c++) {
        int64_t at = (int64_t)c * npar + par;
        if (cell->flag[at])
            continue;
        sum += squared ? cell->value[at] * cell->value[at] : cell->value[at];
        count++;
    }
    return count ? sum / count : none;
}

void cal_jones_weigh(const cal_jones_type *type, const cal_jones_cell *cell, double weight[2])
{
    const double bandwidth_efficiency = 0.932; /* CASA's factor for switched power */
    for (int hand = 0; hand < 2; hand++) {
        double factor = 1;
        if (type->kind == CAL_JONES_GAIN)
            factor = mean_of(cell, type->npar, type->npar == 2 ? hand : 0, true, 1);
        else if (type->kind == CAL_JONES_TSYS)
            factor = 1 / mean_of(cell, type->npar, hand, false, 1);
        else if (type->kind == CAL_JONES_POWER && !cell->flag[2 * hand + 1])
            factor = bandwidth_efficiency / cell->value[2 * hand + 1];
        weight[hand] = isfinite(factor) && factor >= 0 ? factor : 0;
    }
}

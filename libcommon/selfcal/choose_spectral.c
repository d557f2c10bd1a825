/* Do solutions per window differ by more than their errors? */
#include "base/mem.h"
#include "selfcal/choose.h"
#include "selfcal/solutions_parts.h"
#include <math.h>
#include <string.h>

/* The probability of a larger chi square: by recursion from one or two degrees of freedom. */
static double chi2_tail(double chi2, int freedom)
{
    double x = chi2 / 2, term, sum;
    int from;
    if (freedom % 2) {
        sum = erfc(sqrt(x));
        term = 2 * sqrt(x / acos(-1)) * exp(-x);
        from = 1;
    } else {
        sum = term = exp(-x);
        term *= x;
        from = 2;
    }
    for (int k = from; k < freedom; k += 2) {
        sum += term;
        term *= x / (k / 2.0 + 1);
    }
    return sum;
}

/* One antenna's solution in one window, and what all windows together have for it. */
typedef struct pair {
    double difference, error;
} pair;

static bool good(const cal_caltable *table, int64_t row, int element)
{
    int64_t at = table->offset[row] + element;
    return element < table->npar[row] * table->nchan[row] && !table->flag[at] && table->snr[at] > 0;
}

/* The end of the rows that belong to the instant of row `at`. */
static int64_t instant_end(const cal_caltable *table, int64_t at)
{
    int64_t end = at + 1;
    while (end < table->rows && table->spw_id[end] == table->spw_id[at] &&
           table->time[end] == table->time[at])
        end++;
    return end;
}

/* A place in the common solutions that goes along with the rows of the others, in the order of windows and times. */
typedef struct place {
    int64_t at; /* -1: none */
    int spw;    /* of the other rows */
} place;

static void find_group(const cal_caltable *combined, int group, place *here)
{
    here->at = 0;
    while (here->at < combined->rows && combined->spw_id[here->at] != group)
        here->at++;
    here->at = here->at < combined->rows ? here->at : -1;
}

/* On to the instant that is nearest in time. */
static void follow(const cal_caltable *fine, int64_t row, const cal_caltable *combined,
                   const int *group, place *here)
{
    int spw = fine->spw_id[row];
    if (here->spw != spw)
        find_group(combined, group ? group[spw] : combined->spw_id[0], here);
    here->spw = spw;
    while (here->at >= 0) {
        int64_t next = instant_end(combined, here->at);
        if (next >= combined->rows || combined->spw_id[next] != combined->spw_id[here->at] ||
            fabs(combined->time[next] - fine->time[row]) >
                fabs(combined->time[here->at] - fine->time[row]))
            break;
        here->at = next;
    }
}

/* The row of the same antenna; -1 where there is none or where it refers to another reference antenna. */
static int64_t counterpart(const cal_caltable *fine, int64_t row, const cal_caltable *combined,
                           int64_t instant)
{
    int64_t end = instant < 0 ? 0 : instant_end(combined, instant);
    for (int64_t i = instant < 0 ? 0 : instant; i < end; i++)
        if (combined->antenna1[i] == fine->antenna1[row])
            return combined->antenna2[i] == fine->antenna2[row] ? i : -1;
    return -1;
}

/* Of a good solution: how far it is from the common one, and the error of that. */
static pair compare(const cal_caltable *fine, int64_t row, int element,
                    const cal_caltable *combined, int64_t other, int other_element, bool amplitude)
{
    float complex own = fine->cpar[fine->offset[row] + element];
    float complex common = combined->cpar[combined->offset[other] + other_element];
    double snr = fine->snr[fine->offset[row] + element];
    double reference = cal_reference_snr(fine, row, element), share = cal_noise_share(amplitude);
    if (amplitude)
        return (pair){cabsf(own) - cabsf(common), sqrt(share) * cabsf(own) / snr};
    double variance = 1 / snr / snr + (reference > 0 ? 1 / reference / reference : 0);
    return (pair){carg(own * conjf(common)), sqrt(share * variance)};
}

typedef struct cell {
    double sum, weighted, squares; /* of 1/e^2, d/e^2, d^2/e^2 */
    int windows;
} cell;

static void add_pair(cell *to, pair one)
{
    double weight = 1 / one.error / one.error;
    to->sum += weight;
    to->weighted += weight * one.difference;
    to->squares += weight * one.difference * one.difference;
    to->windows++;
}

/* Scatter about the windows' mean. */
static bool is_significant(const cell *one)
{
    const double three_sigma = 0.0027;
    double chi2 = one->squares - one->weighted * one->weighted / one->sum;
    return chi2_tail(fmax(chi2, 0), one->windows - 1) < three_sigma;
}

enum { HANDS = 2 };

/* One row's solutions beside the common ones. */
static void add_row(const cal_caltable *fine, int64_t row, const cal_caltable *combined,
                    int64_t other, bool amplitude, cell *cells)
{
    for (int e = 0; e < HANDS; e++) {
        int hand = combined->npar[other] > e ? e : 0;
        if (good(fine, row, e) && good(combined, other, hand))
            add_pair(&cells[other * HANDS + e],
                     compare(fine, row, e, combined, other, hand, amplitude));
    }
}

cal_significance cal_spectral_significance(const cal_caltable *fine, const int *map, int maps,
                                           const cal_caltable *combined, const int *group,
                                           bool amplitude)
{
    cell *cells = CAL_NEW_ARRAY(cell, combined->rows * HANDS);
    cal_significance result = {0};
    place here = {.at = -1, .spw = -1};
    for (int64_t row = 0; combined->rows && row < fine->rows; row++) {
        int spw = fine->spw_id[row];
        bool mapped = map && spw < maps && map[spw] != spw;
        bool reference = fine->antenna1[row] == fine->antenna2[row] && !amplitude;
        follow(fine, row, combined, group, &here);
        int64_t other = counterpart(fine, row, combined, here.at);
        if (!mapped && !reference && other >= 0)
            add_row(fine, row, combined, other, amplitude, cells);
    }
    for (int64_t i = 0; i < combined->rows * HANDS; i++)
        if (cells[i].windows > 1) {
            result.total++;
            result.significant += is_significant(&cells[i]);
        }
    free(cells);
    return result;
}

/* ---- baselines ---- */

static bool whole_row_good(const cal_caltable *table, int64_t row)
{
    for (int e = 0; e < table->npar[row] * table->nchan[row]; e++)
        if (table->flag[table->offset[row] + e])
            return false;
    return table->npar[row] > 0;
}

/* Baselines between antennas with solutions, over all instants; rows of an instant stand together. */
static double baselines(const cal_caltable *table)
{
    double sum = 0, antennas = 0;
    for (int64_t row = 0; row < table->rows; row++) {
        bool begins = !row || table->time[row] != table->time[row - 1] ||
                      table->spw_id[row] != table->spw_id[row - 1];
        if (begins) {
            sum += antennas * (antennas - 1);
            antennas = 0;
        }
        antennas += whole_row_good(table, row);
    }
    return sum + antennas * (antennas - 1);
}

double cal_baselines_left(const cal_caltable *separate, const cal_caltable *together)
{
    double most = baselines(together);
    return most > 0 ? sqrt(baselines(separate) / most) : NAN;
}

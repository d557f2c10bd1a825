#include "ms/average.h"

#include "base/mem.h"
#include <string.h>

void cal_cells_free(cal_cells *cells)
{
    free(cells->chan);
    free(cells->corr);
    *cells = (cal_cells){0};
}

void cal_sums_make(cal_sums *samples, const cal_cells *cells, const cal_average_rule *rule)
{
    size_t count = (size_t)cells->nchan * cells->width * cells->ncorr;
    size_t bytes = rule->columns * sizeof(double complex) + rule->kinds * sizeof(double) + 1;
    samples->count = (int)count;
    samples->memory = cal_alloc(count + 1, bytes);
    double complex *sums = samples->memory;
    double *weights = (double *)(sums + rule->columns * count);
    for (int i = 0; i < rule->columns; i++)
        samples->sum[i] = sums + i * count;
    for (int i = 0; i < rule->kinds; i++)
        samples->weight[i] = weights + i * count;
    samples->good = (uint8_t *)(weights + rule->kinds * count);
}

void cal_sums_clear(cal_sums *samples, const cal_average_rule *rule)
{
    for (int i = 0; i < rule->columns; i++)
        memset(samples->sum[i], 0, samples->count * sizeof *samples->sum[i]);
    for (int i = 0; i < rule->kinds; i++)
        memset(samples->weight[i], 0, samples->count * sizeof *samples->weight[i]);
    memset(samples->good, 0, samples->count);
}

void cal_sums_free(cal_sums *samples)
{
    free(samples->memory);
    *samples = (cal_sums){0};
}

/* Where nothing is averaged the values go through untouched. */
static bool is_weighted(const cal_average_rule *rule, const cal_cells *cells)
{
    return rule->weighted && (rule->over_time || cells->width > 1);
}

/* `to` is the place among the samples, `from` the place in the input cell. */
static inline void take(cal_sums *samples, const cal_average_rule *rule, bool weighted,
                        const cal_sample_row *row, int to, int from, int corr, bool fresh)
{
    double weight[CAL_WEIGHT_KINDS];
    for (int k = 0; k < rule->kinds; k++) {
        weight[k] = row->spectrum[k] ? row->spectrum[k][from] : row->weight[k][corr];
        samples->weight[k][to] = weight[k] + (fresh ? 0 : samples->weight[k][to]);
    }
    for (int i = 0; i < rule->columns; i++) {
        double factor = weighted ? weight[rule->kind[i]] : 1;
        double complex sum = fresh ? 0 : samples->sum[i][to];
        /* A sample of no weight may be NaN. */
        samples->sum[i][to] = factor > 0 ? sum + factor * (double complex)row->data[i][from] : sum;
    }
}

bool cal_sums_add(cal_sums *samples, const cal_cells *cells, const cal_average_rule *rule,
                  const cal_sample_row *row)
{
    bool weighted = is_weighted(rule, cells);
    bool any = false;
    int to = 0;
    for (int c = 0; c < cells->nchan * cells->width; c++) {
        int first = cells->chan[c] * cells->ncorr_in;
        for (int p = 0; p < cells->ncorr; p++, to++) {
            int corr = cells->corr[p];
            bool good = !row->flag[first + corr];
            any |= good;
            if (!good && samples->good[to])
                continue;
            take(samples, rule, weighted, row, to, first + corr, corr, good && !samples->good[to]);
            samples->good[to] = good;
        }
    }
    return any;
}

/* One output sample, joined from `width` channels. */
typedef struct joined {
    double complex value[CAL_MAX_DATA_COLUMNS];
    double weight[CAL_WEIGHT_KINDS];
    bool flagged;
} joined;

static joined join(const cal_sums *samples, const cal_average_rule *rule, bool weighted,
                   const cal_cells *cells, int first)
{
    joined result = {.flagged = true};
    int used = 0;
    for (int n = 0; n < cells->width; n++)
        result.flagged &= !samples->good[first + n * cells->ncorr];
    for (int n = 0; n < cells->width; n++) {
        int at = first + n * cells->ncorr;
        if (!samples->good[at] && !result.flagged)
            continue;
        used++;
        for (int i = 0; i < rule->columns; i++)
            result.value[i] += samples->sum[i][at];
        for (int k = 0; k < rule->kinds; k++)
            result.weight[k] += samples->weight[k][at];
    }
    for (int i = 0; i < rule->columns; i++) {
        double divisor = weighted ? result.weight[rule->kind[i]] : used;
        result.value[i] = divisor > 0 ? result.value[i] / divisor : 0;
    }
    if (weighted && !(rule->casa && cells->width == 1) && !(result.weight[rule->kind[0]] > 0))
        result.flagged = true;
    return result;
}

/* Means over the channels of one correlation: over the unflagged ones, or over all. */
typedef struct mean {
    double sum_good, sum_all;
    int good, all;
} mean;

static void mean_add(mean *m, double value, bool flagged)
{
    m->sum_all += value;
    m->all++;
    if (!flagged) {
        m->sum_good += value;
        m->good++;
    }
}

static float mean_of(const mean *m)
{
    return (float)(m->good ? m->sum_good / m->good : m->sum_all / m->all);
}

static void finish_correlation(const cal_sums *samples, const cal_cells *cells,
                               const cal_average_rule *rule, const cal_averaged_row *out, int p)
{
    mean weight = {0}, sigma = {0}, sigma_weight = {0};
    bool weighted = is_weighted(rule, cells);
    for (int c = 0; c < cells->nchan; c++) {
        int at = c * cells->ncorr + p;
        joined cell = join(samples, rule, weighted, cells, c * cells->width * cells->ncorr + p);
        float sample_sigma = cal_sigma_of_weight((float)cell.weight[rule->sigma_kind]);
        for (int i = 0; i < rule->columns; i++)
            out->data[i][at] = (float complex)cell.value[i];
        out->flag[at] = cell.flagged;
        mean_add(&weight, cell.weight[rule->weight_kind], cell.flagged);
        mean_add(&sigma_weight, cell.weight[rule->sigma_kind], cell.flagged);
        mean_add(&sigma, sample_sigma, cell.flagged);
        if (out->weight_spectrum)
            out->weight_spectrum[at] = (float)cell.weight[rule->weight_kind];
        if (out->sigma_spectrum)
            out->sigma_spectrum[at] = sample_sigma;
    }
    bool time_alone = rule->over_time && cells->width == 1;
    out->weight[p] = mean_of(&weight);
    out->sigma[p] = time_alone ? cal_sigma_of_weight(mean_of(&sigma_weight)) : mean_of(&sigma);
}

void cal_sums_finish(const cal_sums *samples, const cal_cells *cells, const cal_average_rule *rule,
                     const cal_averaged_row *out)
{
    for (int p = 0; p < cells->ncorr; p++)
        finish_correlation(samples, cells, rule, out, p);
}

/* What delays need beside the means over channels: the spectra of the baselines to the reference antenna. */
#include "base/mem.h"
#include "base/number.h"
#include "cal/gather_parts.h"
#include <string.h>

bool cal_spectrum_wanted(const cal_gather *gather, int antenna1, int antenna2)
{
    int reference = gather->rule.reference;
    return antenna1 == reference || antenna2 == reference;
}

static bool is_zero(float complex x)
{
    return crealf(x) == 0 && cimagf(x) == 0;
}

/* The weight of a row when its time is averaged: the median over channels, mean over correlations. */
static float label_weight(const cal_gather_dd *dd, const cal_spectrum_cell *cell)
{
    float *channel = CAL_NEW_ARRAY(float, dd->nchan), sum = 0;
    for (int c = 0; c < dd->ncorr; c++) {
        int count = 0;
        for (int ch = 0; ch < dd->nchan; ch++)
            if (dd->selected[ch * dd->ncorr + c] != 0)
                channel[count++] = cell[ch * dd->ncorr + c].weight;
        sum += count ? cal_median_f(channel, (size_t)count) : 0;
    }
    free(channel);
    return sum / (float)dd->ncorr;
}

void cal_spectrum_take(const cal_gather_dd *dd, const float complex *data,
                       const float complex *model, const float *use, const float *weight,
                       const float *row_weight, const float *row_factor, cal_gather_row *row)
{
    cal_spectrum_cell *cell = row->cell;
    for (int k = 0; k < dd->samples; k++) {
        int c = k % dd->ncorr;
        float w = use[k] != 0 ? weight[k] * (row_weight ? row_weight[c] : 1) : 0;
        cell[k] = (cal_spectrum_cell){0};
        if (!(w > 0))
            continue;
        if (is_zero(model[k])) {
            cell[k] = (cal_spectrum_cell){w * data[k], w};
            continue;
        }
        float power = crealf(model[k]) * crealf(model[k]) + cimagf(model[k]) * cimagf(model[k]);
        w *= row_factor[c];
        cell[k] = (cal_spectrum_cell){w * data[k] * conjf(model[k]), w * power};
    }
    row->sums.label = label_weight(dd, cell);
}

/* Rows of the reference antenna, in the order of the file. */
void cal_spectrum_add(cal_gather *gather, const cal_gather_row *row)
{
    cal_group_sums *group = &gather->group[row->group];
    const cal_gather_dd *dd = cal_gather_dd_of(gather, row->group);
    bool reversed = row->antenna1 == gather->rule.reference;
    int other = reversed ? row->antenna2 : row->antenna1;
    if (!group->spectrum)
        group->spectrum =
            CAL_NEW_ARRAY(cal_spectrum_sum, (size_t)gather->meta->antennas * dd->samples);
    cal_spectrum_sum *sum = group->spectrum + (size_t)other * dd->samples;
    for (int k = 0; k < dd->samples; k++) {
        sum[k].v += reversed ? conjf(row->cell[k].v) : row->cell[k].v;
        sum[k].weight += row->cell[k].weight;
    }
}

/* The correlation of a hand, -1 where there is none. */
static int corr_of_hand(const cal_gather_dd *dd, int hand)
{
    for (int c = 0; c < dd->ncorr; c++)
        if (dd->ncorr == 1 ? hand == 0 : dd->product[c] == 3 * hand)
            return c;
    return -1;
}

int cal_gather_channels(const cal_gather *gather, int solution)
{
    const cal_solution *s = &gather->plan->solution[solution];
    int count = 0;
    for (int g = s->first_group; g < s->first_group + s->groups; g++)
        count += gather->dd[gather->plan->group[g].dd].nchan;
    return count;
}

static bool is_selected(const cal_gather_dd *dd, int channel)
{
    for (int c = 0; c < dd->ncorr; c++)
        if (dd->selected[channel * dd->ncorr + c] != 0)
            return true;
    return false;
}

/* The channels of a data description once, with the sums of all groups that have it. */
static int add_channels(const cal_gather *gather, const cal_solution *s, int first, int antenna,
                        int hand, cal_channel *channel)
{
    int id = gather->plan->group[first].dd, count = 0;
    const cal_gather_dd *dd = &gather->dd[id];
    int corr = corr_of_hand(dd, hand);
    for (int ch = 0; ch < dd->nchan; ch++) {
        if (!is_selected(dd, ch))
            continue;
        cal_channel *one = &channel[count++];
        *one = (cal_channel){.window = id, .freq = gather->meta->spw[dd->spw].freq[ch]};
        for (int g = first; g < s->first_group + s->groups && corr >= 0; g++) {
            const cal_group_sums *group = &gather->group[g];
            if (gather->plan->group[g].dd != id || !group->spectrum)
                continue;
            const cal_spectrum_sum *sum =
                &group->spectrum[(size_t)antenna * dd->samples + ch * dd->ncorr + corr];
            one->v += sum->v;
            one->weight += sum->weight;
        }
    }
    return count;
}

int cal_gather_spectrum(const cal_gather *gather, int solution, int antenna, int hand,
                        cal_channel *channel)
{
    const cal_solution *s = &gather->plan->solution[solution];
    int count = 0;
    for (int g = s->first_group; g < s->first_group + s->groups; g++) {
        bool seen = false;
        for (int k = s->first_group; k < g; k++)
            seen |= gather->plan->group[k].dd == gather->plan->group[g].dd;
        if (!seen)
            count += add_channels(gather, s, g, antenna, hand, channel + count);
    }
    return count;
}

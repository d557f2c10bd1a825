#include "cal/gains.h"

#include "base/mem.h"
#include "base/number.h"
#include <math.h>
#include <string.h>

cal_gain_list *cal_gain_list_make(int count, int antennas, int pars)
{
    cal_gain_list *list = CAL_NEW(cal_gain_list);
    *list = (cal_gain_list){.antennas = antennas, .pars = pars, .count = count};
    list->item = CAL_NEW_ARRAY(cal_interval_gains, count);
    for (int k = 0; k < count; k++) {
        cal_interval_gains *item = &list->item[k];
        item->refant = -1;
        item->expected = CAL_NEW_ARRAY(uint8_t, antennas);
        item->data = CAL_NEW_ARRAY(uint8_t, antennas * pars);
        item->passed = CAL_NEW_ARRAY(uint8_t, antennas * pars);
    }
    return list;
}

void cal_gain_list_free(cal_gain_list *list)
{
    if (!list)
        return;
    for (int k = 0; k < list->count; k++) {
        cal_gains_free(&list->item[k].gains);
        free(list->item[k].expected);
        free(list->item[k].data);
        free(list->item[k].passed);
    }
    free(list->item);
    free(list);
}

static int by_spw_and_time(const void *x, const void *y)
{
    const cal_interval_gains *a = x, *b = y;
    if (a->spw != b->spw)
        return a->spw < b->spw ? -1 : 1;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    if (a->scan != b->scan)
        return a->scan < b->scan ? -1 : 1;
    return (a->field > b->field) - (a->field < b->field);
}

void cal_gain_list_sort(cal_gain_list *list)
{
    qsort(list->item, (size_t)list->count, sizeof *list->item, by_spw_and_time);
}

void cal_gains_restrict(cal_gain_list *list, cal_calmode mode)
{
    if (mode == CAL_MODE_AP)
        return;
    for (int k = 0; k < list->count; k++) {
        cal_gains *gains = &list->item[k].gains;
        for (int i = 0; list->item[k].good && i < list->antennas * list->pars; i++) {
            float amplitude = cabsf(gains->gain[i]);
            if (gains->flag[i] || !(amplitude > 0))
                gains->gain[i] = 1;
            else
                gains->gain[i] = mode == CAL_MODE_P ? gains->gain[i] / amplitude : amplitude;
        }
    }
}

static bool any_of(const uint8_t *values, int count)
{
    return values && memchr(values, 1, (size_t)count);
}

cal_gain_failures cal_gains_failures(const cal_gain_list *list)
{
    cal_gain_failures failed = {0};
    for (int k = 0; k < list->count; k++) {
        const cal_interval_gains *item = &list->item[k];
        if (item->good)
            failed.all_flagged += !any_of(item->passed, list->antennas * list->pars);
        else if (!item->gains.in_reach)
            failed.no_data++;
        else if (!any_of(item->gains.in_reach, list->antennas))
            failed.few_baselines++;
        else
            failed.not_converged++;
    }
    return failed;
}

/* The solutions first .. end-1 are those of one spw. */
static void normalise_spw(cal_gain_list *list, int first, int end, bool median)
{
    int values = list->antennas * list->pars;
    size_t used = 0;
    double *square = CAL_NEW_ARRAY(double, (size_t)(end - first) * values), sum = 0;
    for (int k = first; k < end; k++)
        for (int i = 0; list->item[k].good && i < values; i++)
            if (!list->item[k].gains.flag[i]) {
                float complex g = list->item[k].gains.gain[i];
                square[used] = crealf(g) * crealf(g) + cimagf(g) * cimagf(g);
                sum += square[used++];
            }
    if (used > 1) {
        float factor = (float)(1 / sqrt(median ? cal_median(square, used) : sum / (double)used));
        for (int k = first; k < end; k++)
            for (int i = 0; list->item[k].good && i < values; i++)
                list->item[k].gains.gain[i] *= factor;
    }
    free(square);
}

void cal_gains_normalise(cal_gain_list *list, bool median)
{
    for (int first = 0, end; first < list->count; first = end) {
        end = first + 1;
        while (end < list->count && list->item[end].spw == list->item[first].spw)
            end++;
        normalise_spw(list, first, end, median);
    }
}

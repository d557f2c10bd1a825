/* The parameters of a group: baseline, time, source and setup, in the ids of the MS. */
#include "ms/uvfits_parts.h"
#include <math.h>

static const double mjd_zero = 2400000.5, day = 86400;

double cal_uvfits_value(const cal_uvfits_param *param, const double *raw)
{
    double value = 0;
    for (int i = 0; i < param->count; i++)
        value += raw[param->index[i]] * param->scale[i] + param->zero[i];
    return value;
}

/* Julian dates; the day number goes first, so that the fraction keeps its digits. */
static double time_of(const cal_uvfits *uvfits, const double *raw)
{
    const cal_uvfits_param *date = &uvfits->date;
    double days = 0;
    for (int i = 0; i < date->count; i++)
        days += raw[date->index[i]] * date->scale[i] + (date->zero[i] - (i ? 0 : mjd_zero));
    return days * day + uvfits->to_utc;
}

/* 256 a1 + a2 + (array - 1) / 100, or beyond that 2048 a1 + a2 + 65536. */
static void split_baseline(double baseline, int *antenna1, int *antenna2, int *array)
{
    int whole = (int)floor(baseline + 1e-4), wide = whole > 65536;
    int base = wide ? 2048 : 256;
    *array = (int)lrint(100 * (baseline - whole));
    whole -= wide ? 65536 : 0;
    *antenna1 = whole / base;
    *antenna2 = whole % base;
}

static int find_antenna(const cal_uvfits *uvfits, int array, int number)
{
    if (number < 1 || number > uvfits->most_number[array])
        return -1;
    return uvfits->row_of_number[array][number];
}

static int find_source(const cal_uvfits *uvfits, int id)
{
    for (int i = 0; i < uvfits->sources; i++)
        if (uvfits->source[i].id == id)
            return i;
    return -1;
}

/* The number of the setup's first window. */
static int find_setup(const cal_uvfits *uvfits, int id)
{
    for (int i = 0; i < uvfits->windows; i += uvfits->ifs)
        if (uvfits->window[i].setup == id)
            return i;
    return -1;
}

cal_status cal_uvfits_read_group(const cal_uvfits *uvfits, const double *raw, int64_t number,
                                 cal_uvfits_group *to, cal_error *err)
{
    int one = 0, two = 0;
    to->array = 0;
    if (uvfits->baseline.count) {
        double baseline = cal_uvfits_value(&uvfits->baseline, raw);
        if (!(baseline > 0 && baseline < 1e9))
            return cal_fail(err, CAL_INPUT, "%s: group %lld has baseline %g", uvfits->path,
                            (long long)number + 1, baseline);
        split_baseline(baseline, &one, &two, &to->array);
    } else {
        one = (int)cal_uvfits_value(&uvfits->antenna1, raw);
        two = (int)cal_uvfits_value(&uvfits->antenna2, raw);
    }
    if (uvfits->subarray.count)
        to->array = (int)cal_uvfits_value(&uvfits->subarray, raw) - 1;
    to->source = uvfits->source_id.count ? (int)cal_uvfits_value(&uvfits->source_id, raw) : -1;
    to->freqsel = uvfits->freqsel.count ? (int)cal_uvfits_value(&uvfits->freqsel, raw) : -1;
    to->time = time_of(uvfits, raw);
    if (to->array < 0 || to->array >= uvfits->arrays || !uvfits->most_number[to->array])
        return cal_fail(err, CAL_INPUT,
                        "%s: group %lld is of array %d, for which there is no AIPS AN",
                        uvfits->path, (long long)number + 1, to->array + 1);
    to->antenna1 = find_antenna(uvfits, to->array, one);
    to->antenna2 = find_antenna(uvfits, to->array, two);
    if (to->antenna1 < 0 || to->antenna2 < 0)
        return cal_fail(err, CAL_INPUT, "%s: antenna %d of group %lld is not in table AIPS AN",
                        uvfits->path, to->antenna1 < 0 ? one : two, (long long)number + 1);
    to->field = to->source < 0 || uvfits->sources == 1 ? 0 : find_source(uvfits, to->source);
    to->setup = to->freqsel < 0 ? 0 : find_setup(uvfits, to->freqsel);
    if (to->field < 0)
        return cal_fail(err, CAL_INPUT, "%s: source %d of group %lld is not in table AIPS SU",
                        uvfits->path, to->source, (long long)number + 1);
    if (to->setup < 0)
        return cal_fail(err, CAL_INPUT,
                        "%s: frequency setup %d of group %lld is not in table AIPS FQ",
                        uvfits->path, to->freqsel, (long long)number + 1);
    if (!isfinite(to->time))
        return cal_fail(err, CAL_INPUT, "%s: group %lld has no time", uvfits->path,
                        (long long)number + 1);
    return CAL_OK;
}

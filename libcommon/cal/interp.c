/* Interpolation in time. */
#include "cal/interp.h"
#include "base/number.h"
#include <math.h>

/* The last solution at or before `time`; the first one when all are later. */
static int solution_before(const cal_series *series, float time)
{
    int low = 0, high = series->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (series->time[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? low - 1 : 0;
}

static cal_bracket one_solution(int index)
{
    return (cal_bracket){index, 1, {1.0}, index, index, 0, 0};
}

/* The polynomial through up to four neighbours, as weights of each (Lagrange). */
static cal_bracket cubic(const cal_series *series, int before, double time)
{
    int count = series->count < 4 ? series->count : 4;
    int first = before - 1;
    if (first > series->count - count)
        first = series->count - count;
    if (first < 0)
        first = 0;
    cal_bracket bracket = {first, count, {0}, before, before + 1, 0, 0};
    for (int i = 0; i < count; i++) {
        double weight = 1, at = series->time[first + i];
        for (int k = 0; k < count; k++) {
            double step = at - series->time[first + k];
            if (k != i && step != 0)
                weight *= (time - series->time[first + k]) / step;
        }
        bracket.weight[i] = weight;
    }
    return bracket;
}

/* For how long the same single solution goes on being the answer; times near the edges, where the
 * grain of float time decides, are left to themselves. */
static void set_validity(const cal_series *series, cal_time_method method, double time,
                         cal_bracket *bracket)
{
    const double margin = 0.1;
    const float *at = series->time;
    int k = bracket->first, last = series->count - 1;
    bool nearest = method == CAL_TIME_NEAREST;
    double from = -INFINITY, to = INFINITY;
    if (k > 0)
        from = series->reference + (nearest ? 0.5 * ((double)at[k - 1] + at[k]) : at[k]) + margin;
    if (k < last)
        to = series->reference + (nearest ? 0.5 * ((double)at[k] + at[k + 1]) : at[k]) - margin;
    bool inside = bracket->count == 1 && time > from && time < to;
    bracket->from = inside ? from : time;
    bracket->to = inside ? to : time;
}

cal_bracket cal_interp_bracket(const cal_series *series, double time, cal_time_method method)
{
    const float *at = series->time;
    const float now = (float)(time - series->reference);
    const int last = series->count - 1, before = solution_before(series, now);
    cal_bracket bracket;
    if (now <= at[0])
        bracket = one_solution(0);
    else if (now >= at[last] || at[before] == now)
        bracket = one_solution(now >= at[last] ? last : before);
    else if (method == CAL_TIME_NEAREST)
        bracket = one_solution(at[before + 1] - now < now - at[before] ? before + 1 : before);
    else if (method == CAL_TIME_CUBIC)
        bracket = cubic(series, before, now);
    else {
        float fraction = (now - at[before]) / (at[before + 1] - at[before]);
        bracket = (cal_bracket){before, 2, {1.0 - fraction, fraction}, before, before + 1, 0, 0};
    }
    set_validity(series, method, time, &bracket);
    return bracket;
}

void cal_interp_unwrap(double *phase, int count)
{
    double turns = 0;
    for (int i = 1; i < count; i++) {
        double step = phase[i] + turns - phase[i - 1];
        if (fabs(step) > CAL_PI) {
            double whole = 2 * CAL_PI * nearbyint(step / (2 * CAL_PI));
            turns -= whole;
        }
        phase[i] += turns;
    }
}

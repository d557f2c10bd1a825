/* Interpolation rules as text, and interpolation in time. */
#include "cal/interp.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

/* ---- rules ---- */

/* Cut `suffix` off the end of the word; was it there? */
static bool cut_suffix(char *word, const char *suffix)
{
    size_t length = strlen(word), cut = strlen(suffix);
    if (cut >= length || strcmp(word + length - cut, suffix))
        return false;
    word[length - cut] = 0;
    return true;
}

static cal_status parse_time(char *word, const char *text, cal_interp *interp, cal_error *err)
{
    for (bool more = true; more;) {
        bool obs = cut_suffix(word, "perobs"), scan = cut_suffix(word, "perscan");
        bool delay = cut_suffix(word, "PD"), flag = cut_suffix(word, "flag");
        interp->per_obs = interp->per_obs || obs;
        interp->per_scan = interp->per_scan || scan;
        interp->phase_delay = interp->phase_delay || delay;
        more = obs || scan || delay || flag;
    }
    if (!*word || !strcmp(word, "linear"))
        interp->time = CAL_TIME_LINEAR;
    else if (!strcmp(word, "nearest"))
        interp->time = CAL_TIME_NEAREST;
    else if (!strcmp(word, "cubic"))
        interp->time = CAL_TIME_CUBIC;
    else
        return cal_fail(err, CAL_USAGE,
                        "\"%s\": \"%s\" is no interpolation in time; there are nearest, "
                        "linear, cubic, each with PD, perobs or perscan behind it",
                        text, word);
    return CAL_OK;
}

static cal_status parse_freq(char *word, const char *text, cal_interp *interp, cal_error *err)
{
    static const char *const method[] = {"nearest", "linear", "cubic", "spline"};
    for (bool more = true; more;) {
        bool relative = cut_suffix(word, "rel"), flag = cut_suffix(word, "flag");
        interp->freq_relative = interp->freq_relative || relative;
        interp->freq_flag = interp->freq_flag || flag;
        more = relative || flag;
    }
    interp->freq = CAL_FREQ_LINEAR;
    for (size_t i = 0; i < CAL_COUNT(method); i++)
        if (!strcmp(word, method[i])) {
            interp->freq = (cal_freq_method)i;
            return CAL_OK;
        }
    if (!*word)
        return CAL_OK;
    return cal_fail(err, CAL_USAGE,
                    "\"%s\": \"%s\" is no interpolation in frequency; there are nearest, "
                    "linear, cubic, spline, each with flag or rel behind it",
                    text, word);
}

cal_status cal_interp_parse(const char *text, cal_interp *interp, cal_error *err)
{
    static char nothing[] = "";
    cal_words words = cal_words_split(text, ',');
    *interp = (cal_interp){0};
    cal_status status = CAL_OK;
    if (words.count > 2)
        status =
            cal_fail(err, CAL_USAGE, "\"%s\": expected TIME or TIME,FREQUENCY for one table", text);
    if (!status)
        status = parse_time(words.count > 0 ? words.item[0] : nothing, text, interp, err);
    if (!status)
        status = parse_freq(words.count > 1 ? words.item[1] : nothing, text, interp, err);
    cal_words_free(&words);
    return status;
}

/* ---- time ---- */

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

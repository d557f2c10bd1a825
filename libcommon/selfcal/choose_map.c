/* Windows that lose antennas, and which other window's solutions they could have (selfcal 1.7 rule 6). */
#include "base/mem.h"
#include "selfcal/choose.h"
#include <math.h>
#include <string.h>

/* Solutions that were to be expected of one antenna of a window. */
static double per_antenna(const cal_solution_counts *counts, int spw)
{
    double most = 0;
    for (int a = 0; a < counts->antennas; a++)
        most = fmax(most, counts->expected[spw * counts->antennas + a]);
    return most;
}

/* In units of an antenna's solutions; NaN where the window has none at all. */
static double lost_of(const cal_solution_counts *counts, int spw)
{
    double lost = 0, data = 0, unit = per_antenna(counts, spw);
    for (int a = 0; a < counts->antennas; a++) {
        lost +=
            counts->data[spw * counts->antennas + a] - counts->solved[spw * counts->antennas + a];
        data += counts->data[spw * counts->antennas + a];
    }
    return data > 0 ? lost / unit : NAN;
}

static double solved_of(const cal_solution_counts *counts, int spw)
{
    double solved = 0;
    for (int a = 0; a < counts->antennas; a++)
        solved += counts->solved[spw * counts->antennas + a];
    return solved;
}

double cal_antennas_lost(const cal_solution_counts *counts, const int *map, int maps)
{
    double most = 0;
    for (int s = 0; s < counts->spws; s++)
        if (!map || s >= maps || map[s] == s)
            most = fmax(most, lost_of(counts, s)); /* a NaN is passed over */
    return most;
}

static bool has_data(const cal_solution_counts *counts, int spw)
{
    return spw < counts->spws && !isnan(lost_of(counts, spw));
}

/* Loses an antenna more than the best window does, is too weak, or has nothing. */
static bool needs_map(const cal_solution_counts *counts, const cal_choice_rules *rules, int spw)
{
    double least = INFINITY, allowed = rules->few_antennas ? 0 : 1;
    if (!has_data(counts, spw))
        return false;
    for (int s = 0; s < rules->windows; s++)
        if (has_data(counts, s))
            least = fmin(least, lost_of(counts, s));
    double excess = lost_of(counts, spw) - least;
    return (excess > 0 && excess >= allowed) || solved_of(counts, spw) == 0 ||
           rules->window[spw].snr < rules->least_snr;
}

static bool is_widest_of_baseband(const cal_choice_rules *rules, int spw)
{
    for (int s = 0; s < rules->windows; s++)
        if (rules->window[s].baseband == rules->window[spw].baseband &&
            rules->window[s].bandwidth > rules->window[spw].bandwidth)
            return false;
    return true;
}

static int donor_of(const cal_choice_rules *rules, const bool *weak, int spw)
{
    const cal_choice_window *own = &rules->window[spw];
    int best = -1;
    for (int s = 0; s < rules->windows; s++) {
        const cal_choice_window *other = &rules->window[s];
        if (weak[s] || other->baseband != own->baseband || other->bandwidth < own->bandwidth)
            continue;
        if (best < 0 || fabs(other->freq - own->freq) < fabs(rules->window[best].freq - own->freq))
            best = s;
    }
    return best;
}

/* Three widths or more, and none of the narrowest loses less than a wider one: then bandwidth explains what is lost. */
static bool width_explains(const cal_solution_counts *counts, const cal_choice_rules *rules)
{
    int widths = 0, narrowest = 0, worst = 0;
    for (int s = 0; s < rules->windows; s++) {
        bool seen = false;
        for (int k = 0; k < s; k++)
            seen |= rules->window[k].bandwidth == rules->window[s].bandwidth;
        widths += !seen;
        if (rules->window[s].bandwidth < rules->window[narrowest].bandwidth)
            narrowest = s;
        if (has_data(counts, s) && lost_of(counts, s) > lost_of(counts, worst))
            worst = s;
    }
    return widths >= 3 && rules->window[worst].bandwidth == rules->window[narrowest].bandwidth;
}

static const char *no_way(const cal_solution_counts *counts, const cal_choice_rules *rules,
                          const bool *weak)
{
    int count = 0, kept = 0;
    for (int s = 0; s < rules->windows; s++) {
        count += weak[s];
        kept += !weak[s];
        if (weak[s] && is_widest_of_baseband(rules, s))
            return "the widest window of a baseband would need another one's solutions";
        if (weak[s] && donor_of(rules, weak, s) < 0)
            return "no window of the same baseband could give its solutions";
    }
    if (!count)
        return "no window stands out";
    if (2 * count > rules->windows)
        return "more than half of the windows would need another one's solutions";
    if (kept < 2)
        return "all windows would have the solutions of one";
    if (!width_explains(counts, rules))
        return "it is not the narrowest of three widths that loses most";
    return NULL;
}

bool cal_spwmap_candidate(const cal_solution_counts *counts, const cal_choice_rules *rules,
                          int *map, cal_buf *why)
{
    bool *weak = CAL_NEW_ARRAY(bool, rules->windows);
    for (int s = 0; s < rules->windows; s++)
        weak[s] = needs_map(counts, rules, s);
    const char *reason = rules->spectral_scan ? "a spectral scan" : no_way(counts, rules, weak);
    for (int s = 0; s < rules->windows; s++)
        map[s] = !reason && weak[s] ? donor_of(rules, weak, s) : s;
    if (reason)
        cal_buf_addf(why, "; no map of windows: %s", reason);
    free(weak);
    return !reason;
}

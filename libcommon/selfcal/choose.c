#include "selfcal/choose.h"

#include "base/mem.h"
#include "selfcal/solutions_parts.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* What the rules look at while the choice goes from fine to coarse. */
typedef struct choice {
    cal_solution_set *set;
    const cal_caltable *const *table;
    const cal_choice_rules *rules;
    cal_buf why;
    bool lost_some; /* it was flags or S/N, not similarity, that ruled out solutions per window */
} choice;

static int tried(const choice *c, cal_spectral_mode mode)
{
    for (int i = 0; i < c->set->tries; i++)
        if (c->set->tried[i].mode == mode)
            return i;
    return -1;
}

static void say(choice *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(choice *c, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    cal_buf_addf(&c->why, "%s%s", c->why.len ? "; " : "", text);
}

static const char *name_of(const choice *c, int index)
{
    return cal_spectral_mode_name(c->set->tried[index].mode);
}

static double lost(const choice *c, int index, const int *map)
{
    return cal_antennas_lost(&c->set->tried[index].counts, map, c->rules->windows);
}

/* Antennas that a mode may lose more than a coarser one (rules 1 to 3). */
static double allowance(const choice *c, cal_spectral_mode mode, bool mapped)
{
    if (c->rules->few_antennas)
        return 0;
    return mode == CAL_PER_SPW && !mapped ? 2 : 1;
}

static bool keeps_antennas(choice *c, int fine, int coarse, const int *map)
{
    double own = lost(c, fine, map), other = lost(c, coarse, NULL);
    double allowed = allowance(c, c->set->tried[fine].mode, map);
    bool keeps = own - allowed <= other;
    say(c, "%s loses %.3g antennas, %s %.3g: %s (%g more allowed)", name_of(c, fine), own,
        name_of(c, coarse), other, keeps ? "few enough" : "too many", allowed);
    c->lost_some |= !keeps && c->set->tried[fine].mode == CAL_PER_SPW;
    return keeps;
}

/* Rule 5. */
static bool strong_enough(choice *c)
{
    for (int s = 0; s < c->rules->windows; s++)
        if (c->rules->window[s].snr < c->rules->least_snr) {
            say(c, "per_spw: window %d has an expected S/N of %.3g, below %.3g", s,
                c->rules->window[s].snr, c->rules->least_snr);
            c->lost_some = true;
            return false;
        }
    return true;
}

/* Rule 4, for all intervals but the first. */
static bool differs(choice *c, int fine, int combined, const int *map)
{
    if (c->rules->first || !c->table[fine]->complex_par)
        return true;
    cal_significance found =
        cal_spectral_significance(c->table[fine], map, c->rules->windows, c->table[combined],
                                  c->set->tried[combined].spwmap, c->rules->amplitude);
    double fraction = found.total ? (double)found.significant / found.total : 0;
    bool enough = found.total && fraction >= c->rules->fraction;
    say(c, "%s: windows differ in %d of %d solutions (%.3g of %.3g needed)", name_of(c, fine),
        found.significant, found.total, fraction, c->rules->fraction);
    return enough;
}

/* Does the mode hold its own against all coarser ones? */
static bool stands(choice *c, int fine, const int *map)
{
    int combined = tried(c, CAL_COMBINE_SPW), baseband = tried(c, CAL_PER_BASEBAND);
    bool is_spw = c->set->tried[fine].mode == CAL_PER_SPW;
    if (is_spw && (combined >= 0 || baseband >= 0) && !map && !strong_enough(c))
        return false;
    if (is_spw && baseband >= 0 && !keeps_antennas(c, fine, baseband, map))
        return false;
    if (combined < 0)
        return true;
    return keeps_antennas(c, fine, combined, map) && differs(c, fine, combined, map);
}

/* Rule 6: solutions per window after all, where a few weak ones have those of others. */
static bool take_map(choice *c, int fine)
{
    int windows = c->rules->windows, *map = CAL_NEW_ARRAY(int, windows);
    cal_solution *solution = &c->set->tried[fine];
    bool taken = cal_spwmap_candidate(&solution->counts, c->rules, map, &c->why);
    if (taken) {
        char *text = cal_spwmap_text(map, windows);
        say(c, "with the map of windows %s", text);
        free(text);
        taken = stands(c, fine, map);
    }
    if (taken) {
        solution->spwmap = map;
        solution->spws = windows;
        return true;
    }
    free(map);
    return false;
}

/* Rule 7: both polarizations together where that saves baselines. */
static int join_polarizations(choice *c, int chosen)
{
    const double worthwhile = 0.95;
    int together = tried(c, CAL_COMBINE_SPW_POL);
    bool one_window = c->rules->windows == 1;
    if (together < 0 ||
        (chosen >= 0 && c->set->tried[chosen].mode != CAL_COMBINE_SPW && !one_window))
        return chosen;
    if (chosen < 0)
        return together;
    double left = cal_baselines_left(c->table[chosen], c->table[together]);
    say(c, "polarizations apart keep %.3g of the baselines (%.3g needed)", left, worthwhile);
    return left < worthwhile ? together : chosen;
}

static int from_fine_to_coarse(choice *c)
{
    static const cal_spectral_mode order[] = {CAL_PER_SPW, CAL_PER_BASEBAND};
    int fine = tried(c, CAL_PER_SPW);
    for (size_t i = 0; i < CAL_COUNT(order); i++) {
        int index = tried(c, order[i]);
        if (index >= 0 && stands(c, index, NULL))
            return index;
        if (index >= 0 && index == fine && c->lost_some && !c->rules->amplitude &&
            take_map(c, fine))
            return index;
    }
    return tried(c, CAL_COMBINE_SPW);
}

void cal_choose(cal_solution_set *set, const cal_caltable *const *table,
                const cal_choice_rules *rules)
{
    choice c = {.set = set, .table = table, .rules = rules};
    int chosen = join_polarizations(&c, from_fine_to_coarse(&c));
    set->chosen = chosen;
    if (set->tries == 1)
        say(&c, "the only one that was solved");
    cal_buf text = {0};
    cal_buf_addf(&text, "%s%s%s: %s", set->reason ? set->reason : "", set->reason ? "; " : "",
                 chosen >= 0 ? name_of(&c, chosen) : "none", cal_buf_text(&c.why));
    free(set->reason);
    set->reason = cal_buf_steal(&text);
    cal_buf_free(&c.why);
}

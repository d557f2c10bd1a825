#include "selfcal/ladder.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* An interval is worth having while it is that much longer than an integration. */
static const double shortest = 1.90;

typedef struct misfit {
    int scans, integrations;
} misfit;

/* Scans that are longer than one interval, but by less than another one. */
static misfit truncated(int count, const double *scan, int scans, double integration)
{
    misfit bad = {0};
    for (int i = 0; i < scans; i++) {
        int left = (int)((scan[i] - count * integration) / integration + 0.5);
        if (left > 0 && left < count) {
            bad.scans++;
            bad.integrations += left;
        }
    }
    return bad;
}

int cal_ladder_integrations(int wanted, const double *scan, int scans, double integration)
{
    static const int moves[] = {-1, 1, -2, 2};
    int best = wanted;
    misfit least = truncated(wanted, scan, scans, integration);
    for (size_t i = 0; i < CAL_COUNT(moves); i++) {
        int count = wanted + moves[i];
        misfit now = truncated(count, scan, scans, integration);
        if (count < 1 || now.scans > least.scans || now.integrations >= least.integrations)
            continue;
        best = count;
        least = now;
    }
    return best;
}

int cal_ladder_pieces(double block, double longest)
{
    int pieces = (int)floor((block + fmod(block, longest) / 1.5) / longest);
    return pieces < 1 ? 1 : pieces;
}

static double median_scan(const cal_ladder_facts *facts)
{
    double *copy = CAL_NEW_ARRAY(double, facts->scans);
    memcpy(copy, facts->scan, facts->scans * sizeof *copy);
    double median = cal_median(copy, facts->scans);
    free(copy);
    return median;
}

static double shortest_scan(const cal_ladder_facts *facts)
{
    double least = INFINITY;
    for (int i = 0; i < facts->scans; i++)
        least = fmin(least, facts->scan[i]);
    return least;
}

static cal_rung *add(cal_ladder *ladder, const char *solint, const char *interval)
{
    static cal_rung spare;
    cal_rung *rung = ladder->rungs < CAL_LADDER_MOST ? &ladder->rung[ladder->rungs++] : &spare;
    *rung = (cal_rung){0};
    snprintf(rung->solint, sizeof rung->solint, "%s", solint);
    snprintf(rung->interval, sizeof rung->interval, "%s", interval);
    rung->amplitude = strstr(solint, "_ap") != NULL;
    rung->delay = strstr(solint, "_delay") != NULL;
    return rung;
}

static void add_block(cal_ladder *ladder, const char *solint, const cal_ladder_facts *facts,
                      const cal_ladder_wish *wish)
{
    int pieces = cal_ladder_pieces(facts->block, wish->longest);
    char interval[CAL_SOLINT_TEXT] = "inf";
    double seconds = pieces > 1 ? rint(facts->block / pieces) : 0;
    if (pieces > 1)
        snprintf(interval, sizeof interval, "%.0fs", seconds);
    cal_rung *rung = add(ladder, solint, interval);
    rung->combine_scans = rung->combine_fields = true;
    rung->seconds = seconds;
}

/* Intervals of whole integrations between a scan and an integration, and the integration itself. */
static void add_parts(cal_ladder *ladder, const char *suffix, const cal_ladder_facts *facts,
                      const cal_ladder_wish *wish)
{
    double scan = median_scan(facts), t = facts->integration;
    double divider = fmax(2, rint(exp(log(scan / t) / wish->rungs)));
    char solint[CAL_SOLINT_TEXT], interval[CAL_SOLINT_TEXT];
    for (double x = scan / divider; x > shortest * t; x /= divider) {
        int count = (int)floor(x / t + 1e-6);
        x = cal_ladder_integrations(count, facts->scan, facts->scans, t) * t;
        if (x <= shortest * t)
            continue;
        snprintf(interval, sizeof interval, "%.2fs", x);
        snprintf(solint, sizeof solint, "%.2fs%s", x, suffix);
        add(ladder, solint, interval)->seconds = x;
    }
    snprintf(solint, sizeof solint, "int%s", suffix);
    add(ladder, solint, "int")->seconds = t;
}

static bool has_scan_interval(const cal_ladder_facts *facts)
{
    return facts->mosaic || facts->scans_per_block > 2 ||
           (facts->scans_per_block == 2 && median_scan(facts) / shortest_scan(facts) < 4);
}

static void add_phases(cal_ladder *ladder, const cal_ladder_facts *facts,
                       const cal_ladder_wish *wish)
{
    if (!wish->is_calibrator) {
        if (wish->delay)
            add_block(ladder, "inf_EB_delay", facts, wish);
        add_block(ladder, "inf_EB", facts, wish);
    }
    if (facts->mosaic && facts->scans_per_block > 1 &&
        (facts->calibrator_scans || !facts->one_group)) {
        cal_rung *rung = add(ladder, "scan_inf", "inf");
        rung->combine_scans = rung->combine_fields = true;
    }
    if (has_scan_interval(facts)) {
        if (wish->delay)
            add(ladder, "inf_delay", "inf");
        add(ladder, "inf", "inf");
    }
    add_parts(ladder, "", facts, wish);
}

static void add_amplitudes(cal_ladder *ladder, const cal_ladder_facts *facts,
                           const cal_ladder_wish *wish)
{
    if (facts->step <= 150) {
        cal_rung *rung = add(ladder, "300s_ap", "300s");
        rung->combine_scans = true;
        rung->seconds = 300;
    }
    add(ladder, "inf_ap", "inf");
    if (wish->short_amps || wish->is_calibrator)
        add_parts(ladder, "_ap", facts, wish);
}

void cal_ladder_make(const cal_ladder_facts *facts, const cal_ladder_wish *wish, cal_ladder *ladder)
{
    ladder->rungs = 0;
    add_phases(ladder, facts, wish);
    if (wish->amplitude)
        add_amplitudes(ladder, facts, wish);
}

/* ---- by names ---- */

static cal_status add_named(cal_ladder *ladder, const char *name, const cal_ladder_facts *facts,
                            const cal_ladder_wish *wish, cal_error *err)
{
    char *base = cal_copy_text(name);
    size_t length = strlen(base);
    if (length > 3 && !strcmp(base + length - 3, "_ap"))
        base[length - 3] = 0;
    double seconds = 0;
    cal_status status = CAL_OK;
    if (!strcmp(base, "inf_EB") || !strcmp(base, "inf_EB_delay"))
        add_block(ladder, name, facts, wish);
    else if (!strcmp(base, "scan_inf")) {
        cal_rung *rung = add(ladder, name, "inf");
        rung->combine_scans = rung->combine_fields = true;
    } else if (!strcmp(base, "inf") || !strcmp(base, "inf_delay"))
        add(ladder, name, "inf");
    else if (!strcmp(base, "int"))
        add(ladder, name, "int")->seconds = facts->integration;
    else if (length < CAL_SOLINT_TEXT && !cal_parse_quantity(base, "s", NULL, &seconds, NULL) &&
             seconds > 0) {
        cal_rung *rung = add(ladder, name, base);
        rung->seconds = seconds;
        rung->combine_scans = !strcmp(name, "300s_ap");
    } else
        status = cal_fail(err, CAL_USAGE,
                          "solints: \"%s\" is none of inf_EB, scan_inf, inf, int, a time as 30s, "
                          "and these with _ap behind them",
                          name);
    free(base);
    return status;
}

static cal_status check_order(const cal_ladder *ladder, cal_error *err)
{
    const cal_rung *last = &ladder->rung[ladder->rungs - 1];
    for (int i = 0; i < ladder->rungs - 1; i++) {
        if (!strcmp(ladder->rung[i].solint, last->solint))
            return cal_fail(err, CAL_USAGE, "solints: %s stands there twice", last->solint);
        if (ladder->rung[i].amplitude && !last->amplitude)
            return cal_fail(err, CAL_USAGE, "solints: phases (%s) come before amplitudes (%s)",
                            last->solint, ladder->rung[i].solint);
    }
    return CAL_OK;
}

cal_status cal_ladder_parse(const char *text, const cal_ladder_facts *facts,
                            const cal_ladder_wish *wish, cal_ladder *ladder, cal_error *err)
{
    cal_words names = cal_words_split(text, ',');
    cal_status status = CAL_OK;
    ladder->rungs = 0;
    if (names.count >= CAL_LADDER_MOST)
        status = cal_fail(err, CAL_USAGE, "solints: more than %d", CAL_LADDER_MOST - 1);
    for (int i = 0; i < names.count && !status; i++) {
        status = add_named(ladder, names.item[i], facts, wish, err);
        if (!status)
            status = check_order(ladder, err);
    }
    cal_words_free(&names);
    return status;
}

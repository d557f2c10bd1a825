/* Which of the ways to combine spectral windows is taken for an interval (selfcal 1.7): the finest that neither loses antennas nor fits
 * what is not there. Tables in memory and counts in, a choice with its reason in words out. */
#ifndef CAL_SELFCAL_CHOOSE_H
#define CAL_SELFCAL_CHOOSE_H

#include "base/buf.h"
#include "cal/caltable.h"
#include "selfcal/solutions.h"

/* A window of the working copy, by id. */
typedef struct cal_choice_window {
    int baseband;
    double freq, bandwidth; /* Hz */
    double snr;             /* expected of the coarsest interval; NaN: not known */
} cal_choice_window;

typedef struct cal_choice_rules {
    const cal_choice_window *window;
    int windows;
    bool first; /* inf_EB: constant offsets are solved whether they are significant or not */
    bool amplitude, few_antennas, spectral_scan; /* few_antennas: ACA; none may be lost */
    double least_snr, fraction;                  /* minsnr_to_proceed, spectral_solution_fraction */
} cal_choice_rules;

/* What windows tell of each other: of solutions (antenna, time, polarization) with at least two windows, in how many these differ by
 * more than their errors, to 99.73 %. */
typedef struct cal_significance {
    int significant, total;
} cal_significance;

/* `fine` has solutions per window (or baseband), `combined` for all of them, or for each group of them: group[window] is where they stand.
 * map[maps]: windows that have others' solutions are left out (NULL: none). Flagged solutions count nowhere. */
cal_significance cal_spectral_significance(const cal_caltable *fine, const int *map, int maps,
                                           const cal_caltable *combined, const int *group,
                                           bool amplitude);

/* Antennas lost: of the window that loses most, solutions with data but without a value, in units of an antenna's solutions. `map` as
 * above. */
double cal_antennas_lost(const cal_solution_counts *counts, const int *map, int maps);

/* For each window the one whose solutions it should have, its own or those of the nearest at least as wide one of its baseband. False,
 * with the reason added to `why`, where that is no way. map[rules->windows]. */
bool cal_spwmap_candidate(const cal_solution_counts *counts, const cal_choice_rules *rules,
                          int *map, cal_buf *why);

/* Share of the baselines with a solution that are left when polarizations are solved separately: sqrt(N_G (N_G - 1) / (N_T (N_T - 1)));
 * NaN without any. */
double cal_baselines_left(const cal_caltable *separate, const cal_caltable *together);

/* Sets set->chosen, the spwmap of the chosen one and set->reason; table[set->tries] as tried. */
void cal_choose(cal_solution_set *set, const cal_caltable *const *table,
                const cal_choice_rules *rules);

#endif

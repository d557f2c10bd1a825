/* What solutions cost: numbers that are fitted take a part of the noise out of the data, and the S/N rises by it though nothing is better
 * (selfcal 1.14 b). */
#ifndef CAL_SELFCAL_SPENT_H
#define CAL_SELFCAL_SPENT_H

#include "selfcal/work.h"

/* The part of the noise's variance that one table takes: N - 1 phases (twice as many numbers with amplitudes) are fitted to N (N - 1) / 2
 * complex visibilities of each of the interval's integrations. Windows and polarizations that are solved by themselves have each their own
 * noise, so it is the same for all modes. */
double cal_spent_noise(double antennas, double integrations, bool amplitude);

/* The accepted chain of the target; or, with index 0 or more, the chain with solint `index` of the target as its last table, instead of another
 * one that is not pre-applied. */
double cal_spent_by_chain(const cal_work *work, int index);

#endif

/* What solutions cost: numbers that are fitted take a part of the noise out of the data, and the S/N rises by it though nothing is better
 * (selfcal 1.14 b). */
#ifndef CAL_SELFCAL_SPENT_H
#define CAL_SELFCAL_SPENT_H

#include "selfcal/solutions.h"
#include "selfcal/work.h"

/* What the tables of a chain took. */
typedef struct cal_spent {
    double noise;      /* part of the noise's variance */
    double parameters; /* real numbers that were fitted, in all blocks */
} cal_spent;

/* The part of the noise's variance that one table takes: N - 1 phases (twice as many numbers with amplitudes) are fitted to N (N - 1) / 2
 * complex visibilities of each of the interval's integrations. Windows and polarizations that are solved by themselves have each their own
 * noise, so it is the same for all modes. */
double cal_spent_noise(double antennas, double integrations, bool amplitude);

/* The accepted chain of the target. */
cal_spent cal_spent_accepted(const cal_work *work);
/* The chain of one block with its chosen solutions of solint `index`, which fitted so many numbers. */
cal_spent cal_spent_with(const cal_work *work, const cal_solution_set *set, int index,
                         double parameters);

/* By which fraction an image's S/N is too high for it: less noise is left, and each number that is fitted to noise lowers chi2 by one, as if the
 * model had 1 / (2 snr^2) more flux; snr is that of the model's flux. */
double cal_overfit(const cal_spent *spent, double snr);

#endif

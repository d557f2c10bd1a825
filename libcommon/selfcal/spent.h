/* What solutions cost: numbers that are fitted take a part of the noise out of the data, and the S/N rises by it though nothing is better
 * (selfcal 1.14 b). */
#ifndef CAL_SELFCAL_SPENT_H
#define CAL_SELFCAL_SPENT_H

#include "selfcal/solutions.h"
#include "selfcal/work.h"

/* How far baselines move in the uv plane against what an image of this width tells apart, 1 / width. */
typedef struct cal_uv_travel {
    double per_second; /* by the rotation of the Earth */
    double of_windows; /* from the lowest to the highest frequency */
} cal_uv_travel;

/* One table: its antennas, the seconds of an interval and of an integration, whether windows are solved together, and amplitudes too. */
typedef struct cal_fit {
    double antennas, seconds, integration;
    bool joined, amplitude;
} cal_fit;

/* What the tables of a chain took. */
typedef struct cal_spent {
    double phases[2],
        amplitudes[2]; /* part of the noise's variance; windows by themselves, joined */
    double most;       /* that phases can take, or amplitudes, of any mode and interval: 1 / N */
    double parameters; /* real numbers that were fitted, in all blocks */
} cal_spent;

/* The part of the variance of an image's noise that the phases of one table take, and that its amplitudes take. Of N (N - 1) / 2 complex
 * visibilities, N - 1 phases fit the part 1 / N, whatever their weights. But they fit the mean over an interval, and over the windows that are joined, while
 * the image adds up what is in one cell of the uv plane: of noise that baselines carry through x cells, a mean has the part 1 / sqrt(1 + x^2),
 * though at least 1 / n of n integrations. So it is as much in a scan as in an integration, unless the image is wide. Measured on data with
 * known errors (cases b2, b3): 5.5 and 4.2 % of the variance, this gives 5.0 and 4.0 %. What is not known (NaN) counts as 0. */
double cal_spent_noise(const cal_fit *fit, const cal_uv_travel *travel);

/* What a table adds to its chain: what shorter intervals fit contains what longer ones did, so the largest part counts. */
void cal_spent_add(cal_spent *sum, const cal_fit *fit, const cal_uv_travel *travel);

/* The accepted chain of the target. */
cal_spent cal_spent_accepted(const cal_work *work);
/* The chain of one block with its chosen solutions of solint `index`, which fitted so many numbers. */
cal_spent cal_spent_with(const cal_work *work, const cal_solution_set *set, int index,
                         double parameters);

/* By which fraction an image's S/N is too high for it: less noise is left, and each number that is fitted to noise lowers chi2 by one, as if the
 * model had 1 / (2 snr^2) more flux; snr is that of the model's flux. */
double cal_overfit(const cal_spent *spent, double snr);

#endif

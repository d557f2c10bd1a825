/* What is to be expected of the intervals that are still to come, from the newest image (selfcal 1.4, 1.5). */
#ifndef CAL_SELFCAL_EXPECT_H
#define CAL_SELFCAL_EXPECT_H

#include "selfcal/work.h"

/* Fills in solint_snr, worth_trying, solint_snr_per_spw and solint_snr_per_bb of every interval that was not tried yet; `snr` is the larger of
 * the image's S/N and that of its flux. */
void cal_expect_snr(cal_work *work, double snr);
/* The same for one of them, an item of solints, tried or not. */
void cal_expect_solint(const cal_work *work, jv *solint, double snr);
/* nsigma and threshold_jy: how deep the images of each interval are cleaned, from the S/N of the first image; `rms` is the lowest noise near the
 * source so far, Jy/beam. */
void cal_expect_depths(cal_work *work, double first_snr, double rms);

#endif

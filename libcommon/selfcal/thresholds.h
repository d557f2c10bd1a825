/* How deep to clean (selfcal 1.5) and with how many Taylor terms (1.10). NaN stands for what is not known. */
#ifndef CAL_SELFCAL_THRESHOLDS_H
#define CAL_SELFCAL_THRESHOLDS_H

#include <stdbool.h>

/* By how much the first depth is divided: the image's S/N over that many is where cleaning begins. */
double cal_clean_divider(double freq_hz);
/* nsigma[i], in units of the noise near the source: from max(snr / divider, 5) down to 3 over the `phases` first, on a logarithmic
 * scale (a straight one if `linear`), and 3 for the rest. */
void cal_clean_depths(double snr, double divider, bool linear, int phases, int count,
                      double *nsigma);

/* How many times the theoretical noise the first cleaning may go down to, by the dirty peak over the noise; 1 for other
 * telescopes than ALMA and ACA. */
double cal_dynamic_range_modifier(const char *telescope, int blocks, double peak_over_noise);

/* 2 where a spectral slope would show at that S/N and fractional bandwidth; where the S/N is not known, by the bandwidth alone. */
int cal_image_nterms(double fractional_bandwidth, double snr);

#endif

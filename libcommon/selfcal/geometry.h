/* How fine and how wide to image, and which scales the array sees (selfcal 1.1, 7). Angles in rad, lengths in m. */
#ifndef CAL_SELFCAL_GEOMETRY_H
#define CAL_SELFCAL_GEOMETRY_H

#include <stdbool.h>

/* The value below which `percent` of the values are, as numpy.percentile has it; reorders them. NaN for none. */
double cal_percentile(double *value, int count, double percent);

/* u and v of every baseline at one moment, from positions on the earth: the larger of |u| and |v| over all. Good to a part in a
 * thousand, which is what a choice of pixels needs: neither precession nor the earth's irregular turning is in it. */
double cal_largest_uv(const double (*position)[3], int antennas, double mjd_s,
                      const double direction[2]);

/* A pixel such that the beam's minor axis at robust 0.5 spans at least four of them: a sixth of the finest fringe, to three digits.
 * In 21 simulated observations that gives between 4.3 and 5.7. */
double cal_plan_cell(double largest_uv, double highest_freq_hz);
/* The largest that still gives four. */
double cal_plan_cell_limit(double largest_uv, double highest_freq_hz);

/* The part of the sky to image: one and a half primary beams, on the VLA below 12 GHz three. NaN for other telescopes than "ALMA",
 * "ACA", "EVLA", "VLBA" where the dish is not known. */
double cal_field_of_view(const char *telescope, double freq_hz, double dish);
/* Pixels along one axis: in steps of a tenth of the longer axis's, one step more than needed, even, without a prime factor above 5, at
 * most `most` (0: no limit). */
int cal_plan_size(double field_of_view, double longer, double cell, int most);

/* The scale above which an array misses flux: 0.6 wavelengths over the 5th percentile of its baselines; `relative`: of those longer
 * than a twentieth of the longest. Reorders the lengths. */
double cal_largest_scale(double *length, int count, bool relative, double freq_hz);

double cal_sky_distance(const double a[2], const double b[2]);
/* Half-power width of the VLA's beam, in which fields belong to one mosaic. */
double cal_half_power_width(double freq_hz);

#endif

/* What S/N a solution can be expected to have, from that of an image (selfcal 1.4), and the noise of an image from what is known of
 * the receivers. NaN stands for what is not known, in and out. */
#ifndef CAL_SELFCAL_ESTIMATE_H
#define CAL_SELFCAL_ESTIMATE_H

#include "selfcal/ladder.h"

typedef struct cal_estimate {
    double snr;          /* of the image */
    int antennas;        /* the fewest of any execution block; above 50 they count as 50 */
    const double *block; /* [blocks] time on source in each execution block, s */
    int blocks;
    double scan;            /* median time of a scan, s */
    double fields_per_scan; /* median */
    double integration;     /* s */
} cal_estimate;

/* Seconds on source that one solution sees; of inf_EB the mean over the blocks. */
double cal_estimate_seconds(const cal_estimate *facts, const cal_rung *rung);
/* Per antenna and solution, windows and polarizations together. */
double cal_estimate_snr(const cal_estimate *facts, const cal_rung *rung);
/* With a part of the bandwidth; `two_pols`: the polarizations have solutions of their own. */
double cal_estimate_part(const cal_estimate *facts, const cal_rung *rung, double bandwidth,
                         double total_bandwidth, bool two_pols);

/* Jy that give an antenna S/N 1 in 1 Hz and 1 s, as is usual for the observatory ("ALMA", "ACA", "EVLA") at that frequency. */
double cal_estimate_sefd(const char *telescope, double freq_hz);
/* Noise of an image with natural weights, Jy/beam: sefd / (efficiency sqrt(pols n (n - 1) bandwidth time)). */
double cal_estimate_noise(double sefd, int antennas, int pols, double bandwidth_hz, double time_s);

#endif

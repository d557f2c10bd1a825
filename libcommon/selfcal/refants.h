/* Reference antennas, the best first: near the middle of the array and with few flags.
 *
 * score = distance from the middle / the largest distance + flagged fraction / the largest flagged fraction (selfcal 1.7). Flags count
 * at both ends of a baseline, and where nothing is flagged the second term is 0; without either an order by antenna number or
 * no order at all comes out. */
#ifndef CAL_SELFCAL_REFANTS_H
#define CAL_SELFCAL_REFANTS_H

typedef struct cal_ranked_antenna {
    int index;       /* of the antenna in what was given */
    double distance; /* m */
    double flagged;  /* fraction; NaN: not known, counts as 0 */
    double snr;      /* sum over its solutions, 0 without */
    double score;
} cal_ranked_antenna;

/* `offset`: east and north in m. The middle is the median of the offsets. Ties go to the lower index. */
void cal_refants_rank(const double (*offset)[2], const double *flagged, int antennas,
                      cal_ranked_antenna *ranked);

/* The same for antennas whose distance, flagged and snr are filled in: the score has 1 - snr / the largest as a third term. */
void cal_refants_rank_again(cal_ranked_antenna *ranked, int antennas);

#endif

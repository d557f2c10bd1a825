#include "selfcal/refants.h"

#include "base/mem.h"
#include "base/number.h"
#include <math.h>
#include <stdlib.h>

static int by_score(const void *a, const void *b)
{
    const cal_ranked_antenna *first = a, *second = b;
    if (first->score != second->score)
        return first->score < second->score ? -1 : 1;
    return first->index - second->index;
}

static double middle(const double (*offset)[2], int axis, int antennas)
{
    double *copy = CAL_NEW_ARRAY(double, antennas);
    for (int i = 0; i < antennas; i++)
        copy[i] = offset[i][axis];
    double median = cal_median(copy, antennas);
    free(copy);
    return median;
}

void cal_refants_rank_again(cal_ranked_antenna *ranked, int antennas)
{
    double farthest = 0, worst = 0, strongest = 0;
    for (int i = 0; i < antennas; i++) {
        farthest = fmax(farthest, ranked[i].distance);
        worst = fmax(worst, ranked[i].flagged);
        strongest = fmax(strongest, ranked[i].snr);
    }
    for (int i = 0; i < antennas; i++)
        ranked[i].score = (farthest > 0 ? ranked[i].distance / farthest : 0) +
                          (worst > 0 && ranked[i].flagged > 0 ? ranked[i].flagged / worst : 0) +
                          (strongest > 0 ? 1 - ranked[i].snr / strongest : 0);
    qsort(ranked, antennas, sizeof *ranked, by_score);
}

void cal_refants_rank(const double (*offset)[2], const double *flagged, int antennas,
                      cal_ranked_antenna *ranked)
{
    double east = middle(offset, 0, antennas), north = middle(offset, 1, antennas);
    for (int i = 0; i < antennas; i++)
        ranked[i] = (cal_ranked_antenna){
            .index = i,
            .distance = hypot(offset[i][0] - east, offset[i][1] - north),
            .flagged = flagged[i],
        };
    cal_refants_rank_again(ranked, antennas);
}

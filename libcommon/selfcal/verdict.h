/* Is it better than before? (selfcal 1.8, 1.9, with tolerance and degrees of freedom: 1.14 a, b.) Numbers in, a verdict with its reasons in
 * words out; nothing is read or written. */
#ifndef CAL_SELFCAL_VERDICT_H
#define CAL_SELFCAL_VERDICT_H

#include "base/text.h"
#include "ms/closure.h"
#include "selfcal/settings.h"
#include "selfcal/solutions.h"

typedef struct cal_image_numbers {
    double snr, rms, snr_nf, rms_nf, flux_snr,
        beam_area; /* flux_snr: intflux / e_intflux; beam_area in any unit */
} cal_image_numbers;

typedef struct cal_verdict_facts {
    cal_image_numbers pre, post;
    double noise;           /* rms that the receivers alone would make; 0, NaN: not known */
    double first_beam_area; /* of the initial image */
    double expected_snr,
        next_expected_snr;        /* of a solution of this interval and of the next; NaN: none */
    cal_solution_facts solutions; /* all blocks together */
    double overfit_before, overfit_after; /* of the chains behind pre and post (spent.h) */
    bool amplitude, first;                /* first: inf_EB */
    bool told; /* solved against a model that the user gave; the image before may show nothing */
    const cal_closure *closure_before, *closure_after; /* of the models; NULL: the S/N tells */
} cal_verdict_facts;

typedef enum cal_verdict_kind {
    CAL_ACCEPTED,
    CAL_MARGINAL, /* accepted, to be revoked if no later interval is */
    CAL_UNCHANGED, /* neither better nor worse: the shorter chain is kept, the next interval is tried */
    CAL_REFUSED
} cal_verdict_kind;

typedef struct cal_verdict {
    cal_verdict_kind kind;
    bool beam_grew;        /* by more than delta_beam_thresh */
    bool within_tolerance; /* the verdict hangs on a change of the S/N below snr_tolerance */
    double snr_change, snr_nf_change, rms_change, beam_growth; /* fractions */
    double overfit;       /* by how much the S/N rises from fitting noise alone, fraction */
    double honest_change; /* of the S/N, without that; by closure of the root of 1 / chi2 */
    bool by_closure;
    cal_closure closure[2]; /* by_closure: before and after */
    cal_words reasons;      /* in words, with the numbers */
} cal_verdict;

cal_verdict cal_verdict_give(const cal_verdict_facts *facts, const cal_selfcal_settings *settings);
void cal_verdict_free(cal_verdict *verdict);
const char *cal_verdict_name(cal_verdict_kind kind); /* accepted, ... */
jv cal_verdict_json(const cal_verdict *verdict);

#endif

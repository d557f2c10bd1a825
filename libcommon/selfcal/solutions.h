/* One interval solved: a table for each execution block and spectral mode, what is known of their solutions, and which one is taken
 * (selfcal 1.6, 1.7). */
#ifndef CAL_SELFCAL_SOLUTIONS_H
#define CAL_SELFCAL_SOLUTIONS_H

#include "selfcal/modes.h"
#include "selfcal/work.h"

/* What one table holds. */
typedef struct cal_solution_facts {
    double expected, unflagged_data,
        solved; /* numbers of solutions (antenna x interval x window x polarization) */
    double
        parameters; /* real numbers that were fitted: solved less the reference antennas' phases, twice for ap */
    double phase_rms,
        phase_noise; /* rad: rms of the phases, and what their S/N lets one expect of noise alone */
    double amplitude_rms, amplitude_noise; /* of |g| - 1, for ap */
    double median_snr;
} cal_solution_facts;

/* How many solutions there are of each antenna, polarizations together: [window of the working copy][antenna]. Those of several windows
 * together stand at the lowest. */
typedef struct cal_solution_counts {
    int spws, antennas, pars; /* pars: polarizations with solutions of their own, 1 or 2 */
    double *expected, *data, *solved;
    char **name; /* [antennas] */
} cal_solution_counts;

/* A table of the accepted chain of a block. */
typedef struct cal_chained {
    char *path;
    int *spwmap, spws; /* none: each window its own */
    char *interp, *solint;
    bool preapply; /* is to stay in the chain when later ones are solved */
} cal_chained;

/* The table of a mode for one block. */
typedef struct cal_solution {
    cal_spectral_mode mode;
    char *path;
    int *spwmap, spws; /* for applycal; by id in the working copy, none: each window its own */
    char *interp;
    cal_solution_facts facts;
    cal_solution_counts counts;
    cal_words passed; /* antennas whose flagged solutions were passed through as 1 */
} cal_solution;

typedef struct cal_solution_set {
    cal_solution *tried; /* [tries] */
    int tries, chosen;   /* chosen -1: none */
    char *reason;        /* of the choice, in words */
    int index;           /* of the solint */
    bool amplitude;
    cal_chained *before; /* what was applied first; stays in the chain with these solutions */
    int befores;
} cal_solution_set;

/* Solve solint `index` of the target in every mode that is to be attempted, for every block, on DATA with all accepted tables that are
 * marked for pre-application; flags and MODEL_DATA are as they are. sets[blocks]. Modes with "attempt": null are resolved by `snr`, the
 * S/N of the newest image (selfcal 1.4); a mode that cannot be solved is left out with a note in its set's reason. CAL_DATA when no mode
 * of a block gave a solution. Names: selfcal 2.3. */
cal_status cal_solutions_make(cal_work *work, int index, int pass, double snr,
                              cal_solution_set *sets, cal_error *err);
/* Take the coarser mode (combinespw) instead of the chosen one; false where it is that already or was not solved. */
bool cal_solutions_fall_back(cal_solution_set *sets, int blocks);
/* Copies of the chosen tables in which antennas that are mostly flagged are passed through (1 + 0j, unflagged) are tried too, and chosen; those
 * without are still among the tries. False when there is no such antenna. */
cal_status cal_solutions_pass_through(cal_work *work, cal_solution_set *sets, bool *passed,
                                      cal_error *err);
/* Take the solutions of each window instead of a coarser mode that was chosen; false where they are, or were not solved. */
bool cal_solutions_refine(cal_solution_set *sets, int blocks);
void cal_solutions_free(cal_solution_set *sets, int blocks);

/* What is said about them in a step: a list with an object for each block. */
jv cal_solutions_json(const cal_work *work, const cal_solution_set *sets);

#endif

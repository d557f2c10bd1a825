/* For solutions*.c and applied.c, and for those who lend chains (step_lend.c, step_cocal.c). */
#ifndef CAL_SELFCAL_SOLUTIONS_PARTS_H
#define CAL_SELFCAL_SOLUTIONS_PARTS_H

#include "cal/caltable.h"
#include "selfcal/solutions.h"

/* One block and interval on its way to solutions; jv values are borrowed. */
typedef struct cal_solving {
    cal_work *work;
    jv block, solint, mode; /* mode: the item of the solint's modes */
    int index, pass;
    const char *interp;
    cal_solution_set *set;
} cal_solving;

/* gaincal for the mode into solution->path, which it names; counts and spwmap are filled in. CAL_DATA where there is no solution. */
cal_status cal_solving_run(const cal_solving *solving, cal_solution *solution, cal_error *err);
const char *cal_solving_vis(const cal_solving *solving);

/* Everything but expected, unflagged_data and solved, which are those of the counts. */
void cal_solution_measure(const cal_caltable *table, bool amplitude, cal_solution_facts *facts);
/* The S/N of the reference antenna's solution of the same instant, by element; 0 where it has none. */
double cal_reference_snr(const cal_caltable *table, int64_t row, int element);
/* The variance of a phase, or of an amplitude relative to itself, in units of 1 / SNR^2: 1 for phases alone; with amplitudes the error that
 * gaincal gives is that of both together (measured: 0.95 and 0.72 squared). */
double cal_noise_share(bool amplitude);
void cal_counts_total(const cal_solution_counts *counts, cal_solution_facts *facts);

cal_solution_counts cal_counts_make(int spws, int antennas);
void cal_counts_free(cal_solution_counts *counts);
cal_solution *cal_solution_add(cal_solution_set *set);

/* The accepted chain of a block as in the state, the caller frees it; with an index those of it that stay while that interval is solved. */
cal_chained *cal_chain_read(jv block, int *count);
cal_chained *cal_chain_before(const cal_work *work, jv block, int index, int pass, int *count);
void cal_chain_write(jv *block, const cal_chained *chain, int count);
void cal_chain_dispose(cal_chained *chain, int count);
cal_chained cal_chained_copy(const cal_chained *one);
/* --gaintable T --spwmap M --interp I */
void cal_chained_words(const cal_chained *one, cal_words *argv);

/* block.refant and block.refants in the order that the S/N of the solutions gives too. */
cal_status cal_block_rank_again(jv *block, const char *gaintable, cal_error *err);

/* Whole numbers of an array in an object; the caller frees them. NULL for none. */
int *cal_ints_of(jv object, const char *key, int *count);
char *cal_spwmap_text(const int *map, int count); /* "0,0,1"; the caller frees it */

#endif

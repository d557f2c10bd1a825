/* Scatter of the phases in a table. */
#include "base/mem.h"
#include "base/number.h"
#include "cal/summary.h"
#include <math.h>
#include <string.h>

/* Phasors summed by antenna and element of the cell, for one spw. */
typedef struct phases {
    const cal_caltable *table;
    int cell; /* elements of the largest cell */
    double complex *sum;
    double squares; /* rad^2 */
    int64_t count;
} phases;

static int largest_cell(const cal_caltable *table)
{
    int largest = 1;
    for (int64_t row = 0; row < table->rows; row++) {
        int cell = table->npar[row] * table->nchan[row];
        largest = cell > largest ? cell : largest;
    }
    return largest;
}

static void add_phasor(phases *p, double complex *sum, double complex phasor)
{
    (void)p;
    *sum += phasor;
}

static void add_square(phases *p, double complex *sum, double complex phasor)
{
    double angle = carg(phasor * conj(*sum));
    p->squares += angle * angle;
    p->count++;
}

/* All good gains of a spw. */
static void each_phasor(phases *p, int spw,
                        void (*take)(phases *p, double complex *sum, double complex phasor))
{
    const cal_caltable *table = p->table;
    for (int64_t row = 0; row < table->rows; row++) {
        double complex *sum = &p->sum[(int64_t)table->antenna1[row] * p->cell];
        int cell = table->npar[row] * table->nchan[row];
        for (int e = 0; e < cell && table->spw_id[row] == spw; e++) {
            int64_t at = table->offset[row] + e;
            double size = cabsf(table->cpar[at]);
            if (!table->flag[at] && size > 0 && isfinite(size))
                take(p, &sum[e], table->cpar[at] / size);
        }
    }
}

double cal_caltable_phase_rms(const cal_caltable *table)
{
    if (!table->complex_par)
        return NAN;
    phases p = {.table = table, .cell = largest_cell(table)};
    size_t count = (size_t)table->meta->antennas * p.cell;
    p.sum = CAL_NEW_ARRAY(double complex, count);
    for (int s = 0; s < table->spws; s++) {
        memset(p.sum, 0, count * sizeof *p.sum);
        each_phasor(&p, s, add_phasor);
        each_phasor(&p, s, add_square);
    }
    free(p.sum);
    return p.count ? sqrt(p.squares / (double)p.count) * 180 / CAL_PI : NAN;
}

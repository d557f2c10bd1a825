/* What is known of the solutions in a table. */
#include "base/mem.h"
#include "base/number.h"
#include "selfcal/solutions_parts.h"
#include <math.h>
#include <string.h>

cal_solution_counts cal_counts_make(int spws, int antennas)
{
    int cells = spws * antennas;
    return (cal_solution_counts){.spws = spws,
                                 .antennas = antennas,
                                 .expected = CAL_NEW_ARRAY(double, cells),
                                 .data = CAL_NEW_ARRAY(double, cells),
                                 .solved = CAL_NEW_ARRAY(double, cells),
                                 .name = CAL_NEW_ARRAY(char *, antennas)};
}

void cal_counts_free(cal_solution_counts *counts)
{
    for (int i = 0; i < counts->antennas; i++)
        free(counts->name[i]);
    free(counts->name);
    free(counts->expected);
    free(counts->data);
    free(counts->solved);
    *counts = (cal_solution_counts){0};
}

void cal_counts_total(const cal_solution_counts *counts, cal_solution_facts *facts)
{
    facts->expected = facts->unflagged_data = facts->solved = 0;
    for (int i = 0; i < counts->spws * counts->antennas; i++) {
        facts->expected += counts->expected[i];
        facts->unflagged_data += counts->data[i];
        facts->solved += counts->solved[i];
    }
}

double cal_noise_share(bool amplitude)
{
    return amplitude ? 0.5 : 1;
}

/* Sums over the good solutions of a table. */
typedef struct sums {
    double count, references; /* references: of them, those of the reference antennas */
    double phase, phase_noise, phases;
    double amplitude, noise;
} sums;

/* Rows of an instant stand together. */
double cal_reference_snr(const cal_caltable *table, int64_t row, int element)
{
    int64_t first = row, end = row + 1;
    while (first > 0 && table->spw_id[first - 1] == table->spw_id[row] &&
           table->time[first - 1] == table->time[row])
        first--;
    while (end < table->rows && table->spw_id[end] == table->spw_id[row] &&
           table->time[end] == table->time[row])
        end++;
    for (int64_t i = first; i < end; i++)
        if (table->antenna1[i] == table->antenna2[row] && element < table->npar[i] &&
            !table->flag[table->offset[i] + element])
            return table->snr[table->offset[i] + element];
    return 0;
}

static void add_phase(const cal_caltable *table, int64_t row, int element, double inverse_snr,
                      sums *sum)
{
    double angle = carg(table->cpar[table->offset[row] + element]);
    double reference = cal_reference_snr(table, row, element);
    sum->phase += angle * angle;
    sum->phase_noise += inverse_snr * inverse_snr + (reference > 0 ? 1 / reference / reference : 0);
    sum->phases++;
}

static void add_element(const cal_caltable *table, int64_t row, int element, sums *sum)
{
    int64_t at = table->offset[row] + element;
    double snr = table->snr ? table->snr[at] : 0, size = cabsf(table->cpar[at]);
    if (table->flag[at] || !(snr > 0))
        return;
    sum->count++;
    sum->amplitude += (size - 1) * (size - 1);
    sum->noise += size * size / snr / snr;
    if (table->antenna1[row] == table->antenna2[row])
        sum->references++;
    else
        add_phase(table, row, element, 1 / snr, sum);
}

static double median_snr(const cal_caltable *table)
{
    float *snr = CAL_NEW_ARRAY(float, table->elements);
    size_t count = 0;
    for (int64_t i = 0; table->snr && i < table->elements; i++)
        if (!table->flag[i] && table->snr[i] > 0)
            snr[count++] = table->snr[i];
    double median = cal_median_f(snr, count);
    free(snr);
    return median;
}

static double root(double sum, double count)
{
    return count > 0 ? sqrt(sum / count) : NAN;
}

void cal_solution_measure(const cal_caltable *table, bool amplitude, cal_solution_facts *facts)
{
    sums sum = {0};
    for (int64_t row = 0; table->complex_par && table->snr && row < table->rows; row++)
        for (int e = 0; e < table->npar[row] * table->nchan[row]; e++)
            add_element(table, row, e, &sum);
    double share = cal_noise_share(amplitude);
    facts->phase_rms = root(sum.phase, sum.phases);
    facts->phase_noise = root(share * sum.phase_noise, sum.phases);
    facts->amplitude_rms = amplitude ? root(sum.amplitude, sum.count) : NAN;
    facts->amplitude_noise = amplitude ? root(share * sum.noise, sum.count) : NAN;
    facts->parameters = sum.count - sum.references + (amplitude ? sum.count : 0);
    if (!table->complex_par)
        facts->parameters = facts->solved;
    facts->median_snr = median_snr(table);
}

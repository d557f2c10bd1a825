/* From solutions to what data are multiplied by: a term for all antennas at one time. */
#include "base/mem.h"
#include "cal/chain_parts.h"
#include <math.h>
#include <string.h>

/* One parameter of a cell at the time of `bracket`. */
static void interpolate_element(const cal_term *term, const cal_series_index *index,
                                const int64_t *row, const cal_bracket *bracket, int element,
                                double turn_ratio, double *value, double *phase)
{
    const int64_t *offset = term->table->offset;
    double angle[4], amplitude = 0, sum = 0;
    for (int i = 0; i < bracket->count; i++)
        amplitude += bracket->weight[i] * term->value[offset[row[bracket->first + i]] + element];
    *value = amplitude;
    if (!term->phase)
        return;
    for (int i = 0; i < bracket->count; i++)
        angle[i] = term->phase[offset[row[bracket->first + i]] + element];
    cal_interp_unwrap(angle, bracket->count);
    for (int i = 0; i < bracket->count; i++)
        sum += bracket->weight[i] * angle[i];
    if (index->turns)
        sum = (sum + index->turns[offset[row[bracket->first]] + element]) * turn_ratio;
    *phase = sum;
}

static void interpolate_in_time(const cal_term *term, const cal_patch *patch,
                                const cal_series_entry *entry, const cal_bracket *bracket,
                                double turn_ratio, cal_jones_cell *cell)
{
    const cal_caltable *table = term->table;
    const int64_t *row = &patch->index.row[entry->first];
    int elements = cell->nchan * term->type->npar;
    for (int e = 0; e < elements; e++) {
        interpolate_element(term, &patch->index, row, bracket, e, turn_ratio, &cell->value[e],
                            &cell->phase[e]);
        cell->flag[e] = table->flag[table->offset[row[bracket->flag_first]] + e] ||
                        table->flag[table->offset[row[bracket->flag_last]] + e];
    }
}

/* The spectra of all parameters, from solution channels to those of the data. */
static void interpolate_in_freq(const cal_term *term, const cal_patch *patch, int spw,
                                const cal_spw *data, const cal_jones_cell *in,
                                const cal_jones_cell *out, double *work)
{
    int npar = term->type->npar;
    for (int p = 0; p < npar; p++) {
        const double *phase = term->phase ? in->phase + p : NULL;
        cal_spectrum_in from = {in->nchan,     npar,  term->table->spw[spw].freq,
                                in->value + p, phase, in->flag + p};
        cal_spectrum_out to = {
            data->nchan,  npar, data->freq, out->value + p, phase ? out->phase + p : NULL,
            out->flag + p};
        cal_interp_spectrum(&from, &patch->interp, &to, work);
    }
}

static double mean(const double *value, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += value[i] / count;
    return sum;
}

/* Tsys: weights per channel, for data that have them. */
static void weigh_channels(const cal_jones_cell *cell, double *weight)
{
    for (int i = 0; i < 2 * cell->nchan; i++)
        weight[i] = !cell->flag[i] && cell->value[i] > 0 ? 1 / cell->value[i] : 1;
}

/* Data pass this antenna unchanged. If that is because it has no solutions at all, everything with it is flagged. */
static void set_unity(cal_term_gains *gains, int antenna, bool leakage, bool missing)
{
    int count = 2 * gains->nchan;
    for (int i = 0; i < count; i++) {
        gains->factor[(int64_t)antenna * count + i] = leakage ? 0 : 1;
        gains->bad[(int64_t)antenna * count + i] = missing;
        if (gains->tsys)
            gains->tsys[(int64_t)antenna * count + i] = 1;
    }
    gains->weight[2 * antenna] = gains->weight[2 * antenna + 1] = 1;
    gains->any_bad[antenna] = missing;
}

static void evaluate_antenna(const cal_term *term, const cal_patch *patch, const cal_spw *data,
                             const cal_series_entry *entry, double time, int antenna,
                             cal_term_gains *gains, cal_term_scratch *scratch)
{
    const cal_jones_type *type = term->type;
    const cal_caltable_spw *solved = &term->table->spw[entry->key.spw];
    cal_jones_cell cell = {type->channelised ? solved->nchan : 1, scratch->value, scratch->phase,
                           scratch->flag};
    cal_jones_cell spread = {data->nchan, scratch->data_value, scratch->data_phase,
                             scratch->data_flag};
    cal_bracket bracket = cal_interp_bracket(&entry->series, time, patch->interp.time);
    gains->from = fmax(gains->from, bracket.from);
    gains->to = fmin(gains->to, bracket.to);
    double ratio = patch->index.turns ? mean(data->freq, data->nchan) / solved->freq[0] : 1;
    interpolate_in_time(term, patch, entry, &bracket, ratio, &cell);
    if (type->kind != CAL_JONES_TSYS)
        cal_jones_weigh(type, &cell, &gains->weight[2 * antenna]);
    if (type->channelised) {
        interpolate_in_freq(term, patch, entry->key.spw, data, &cell, &spread, scratch->work);
        cell = spread;
    }
    if (type->kind == CAL_JONES_TSYS) {
        cal_jones_weigh(type, &cell, &gains->weight[2 * antenna]);
        weigh_channels(&cell, gains->tsys + (int64_t)antenna * 2 * data->nchan);
    }
    int64_t at = (int64_t)antenna * 2 * gains->nchan;
    cal_jones_evaluate(type, &cell, gains->nchan, data->freq, term->pivot[entry->key.spw],
                       &gains->factor[at], &gains->bad[at]);
    gains->any_bad[antenna] = memchr(&gains->bad[at], 1, 2 * (size_t)gains->nchan) != NULL;
}

static void allocate(const cal_term *term, int antennas, int nchan, cal_term_gains *gains)
{
    bool per_channel = term->type->channelised || term->type->kind == CAL_JONES_DELAY ||
                       term->type->kind == CAL_JONES_CROSS_DELAY;
    gains->nchan = per_channel ? nchan : 1;
    int64_t count = (int64_t)antennas * gains->nchan * 2;
    gains->factor = CAL_NEW_ARRAY(float complex, count);
    gains->bad = CAL_NEW_ARRAY(uint8_t, count);
    gains->any_bad = CAL_NEW_ARRAY(uint8_t, antennas);
    gains->weight = CAL_NEW_ARRAY(double, 2 * antennas);
    if (term->type->kind == CAL_JONES_TSYS)
        gains->tsys = CAL_NEW_ARRAY(double, count);
}

static int mapped(const int *map, int id)
{
    return map && id >= 0 ? map[id] : id;
}

/* Solutions for a spw may come from series apart by field, observation or scan. */
static cal_series_key solutions_for(const cal_patch *patch, const cal_meta *meta,
                                    const cal_chain_key *key)
{
    return (cal_series_key){patch->spw_map[meta->dd[key->dd].spw], -1,
                            patch->field_map ? mapped(patch->field_map, key->field) : -1,
                            patch->interp.per_obs ? mapped(patch->observation_map, key->observation)
                                                  : -1,
                            patch->interp.per_scan ? key->scan : -1};
}

static bool same_solutions(const cal_term_gains *gains, const cal_patch *patch,
                           const uint8_t *antennas, const cal_series_key *key, int dd, double time)
{
    return gains->patch == patch && gains->antennas == antennas && gains->dd == dd &&
           gains->key.spw == key->spw && gains->key.field == key->field &&
           gains->key.observation == key->observation && gains->key.scan == key->scan &&
           time >= gains->from && time <= gains->to;
}

void cal_term_evaluate(const cal_term *term, const cal_patch *patch, const uint8_t *antennas,
                       const cal_meta *meta, const cal_chain_key *key, cal_term_gains *gains,
                       cal_term_scratch *scratch, uint8_t *missing_antenna)
{
    const cal_spw *data = &meta->spw[meta->dd[key->dd].spw];
    cal_series_key wanted = solutions_for(patch, meta, key);
    if (gains->factor && same_solutions(gains, patch, antennas, &wanted, key->dd, key->time))
        return;
    if (!gains->factor)
        allocate(term, meta->antennas, data->nchan, gains);
    gains->patch = patch;
    gains->antennas = antennas;
    gains->key = wanted;
    gains->dd = key->dd;
    gains->from = -INFINITY;
    gains->to = INFINITY;
    for (int a = 0; a < meta->antennas; a++) {
        bool meant = !antennas || antennas[a];
        wanted.antenna = mapped(patch->antenna_map, a);
        const cal_series_entry *entry = meant ? cal_series_find(&patch->index, wanted) : NULL;
        missing_antenna[a] |= meant && !entry;
        if (entry)
            evaluate_antenna(term, patch, data, entry, key->time, a, gains, scratch);
        else
            set_unity(gains, a, term->type->kind == CAL_JONES_LEAKAGE, meant);
    }
}

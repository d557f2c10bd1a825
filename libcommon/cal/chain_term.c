/* One table of the chain. */
#include "base/mem.h"
#include "cal/chain_parts.h"
#include <math.h>
#include <string.h>

/* Amplitudes and phases of complex parameters, computed once. */
static void split_complex(cal_term *term)
{
    const cal_caltable *table = term->table;
    term->value = CAL_NEW_ARRAY(float, table->elements);
    if (!table->complex_par) {
        memcpy(term->value, table->fpar, table->elements * sizeof(float));
        return;
    }
    term->phase = CAL_NEW_ARRAY(float, table->elements);
    for (int64_t i = 0; i < table->elements; i++) {
        term->value[i] = cabsf(table->cpar[i]);
        term->phase[i] = cargf(table->cpar[i]);
    }
}

/* A zero is a fair delay or leakage, but no gain. */
static bool usable(const cal_term *term, int64_t element)
{
    bool may_be_zero = !term->type->weighs && term->type->kind != CAL_JONES_CROSS_PHASE;
    float value = term->value[element];
    return isfinite(value) && (value != 0 || may_be_zero);
}

static void count_solutions(cal_term *term)
{
    const cal_caltable *table = term->table;
    for (int64_t row = 0; row < table->rows; row++)
        for (int e = 0; e < table->npar[row] * table->nchan[row]; e++) {
            int64_t at = table->offset[row] + e;
            if (table->flag[at])
                continue;
            term->good++;
            term->unusable += !usable(term, at);
            if (e % table->npar[row] == 1)
                term->second_hand[table->spw_id[row]] = 1;
        }
}

/* CASA 5.3.0-100 to -106, and what came before 5.3.0-80 wrote a version, turn delays about the
 * spw's REF_FREQUENCY, all others about its middle channel. */
static bool turns_about_reference(const char *version)
{
    int build;
    if (!*version)
        return true;
    return sscanf(version, "5.3.0-%d", &build) == 1 && build >= 100 && build <= 106;
}

static void set_pivots(cal_term *term)
{
    const cal_caltable *table = term->table;
    bool reference = turns_about_reference(table->casa_version);
    bool zero = !strcasecmp(term->type->name, "KMBD Jones");
    term->pivot = CAL_NEW_ARRAY(double, table->spws);
    for (int s = 0; s < table->spws && !zero; s++) {
        const cal_caltable_spw *spw = &table->spw[s];
        term->pivot[s] =
            reference || !spw->nchan ? table->meta->spw[s].ref_freq : spw->freq[spw->nchan / 2];
    }
}

/* Every cell must be what the type says, and all of a spw alike. */
static cal_status check_shapes(const cal_term *term, cal_error *err)
{
    const cal_caltable *table = term->table;
    for (int64_t row = 0; row < table->rows; row++) {
        int npar = table->npar[row], nchan = table->nchan[row], spw = table->spw_id[row];
        int wanted = term->type->channelised ? table->spw[spw].nchan : 1;
        if (npar && (npar != term->type->npar || nchan != wanted))
            return cal_fail(err, CAL_INPUT,
                            "%s: a solution of spw %d has %d parameters in %d channels; %s should "
                            "have %d in %d",
                            table->path, spw, npar, nchan, table->type, term->type->npar, wanted);
    }
    return CAL_OK;
}

static cal_status check_type(cal_term *term, cal_error *err)
{
    const cal_caltable *table = term->table;
    term->type = cal_jones_find(table->type);
    if (!term->type)
        return cal_fail(err, CAL_INPUT,
                        "%s: tables of type \"%s\" cannot be applied yet; the types are %s",
                        table->path, table->type, cal_jones_supported());
    if (term->type->complex_par != table->complex_par)
        return cal_fail(err, CAL_INPUT, "%s: a table of type %s should have %s", table->path,
                        table->type, term->type->complex_par ? "CPARAM" : "FPARAM");
    return check_shapes(term, err);
}

cal_status cal_term_open(const cal_chain_item *item, const cal_meta *meta, bool ignore_names,
                         cal_term *term, cal_error *err)
{
    *term = (cal_term){.item = item};
    if (cal_caltable_read(item->gaintable, &term->table, err) || check_type(term, err))
        return err->status;
    term->calwt = item->calwt && term->type->weighs;
    term->second_hand = CAL_NEW_ARRAY(uint8_t, term->table->spws);
    split_complex(term);
    set_pivots(term);
    count_solutions(term);
    if (term->good == 0)
        cal_warn("%s: all its solutions are flagged, and so will be the data it is applied to",
                 item->gaintable);
    else if (term->unusable)
        cal_warn("%s: %lld unflagged solutions are zero or not a number; taken as flagged",
                 item->gaintable, (long long)term->unusable);
    return cal_term_check(term, meta, ignore_names || item->antmaps, err);
}

void cal_term_free(cal_term *term)
{
    for (int i = 0; i < term->patches; i++) {
        cal_patch *patch = &term->patch[i];
        void *owned[] = {patch->spw_map,      patch->field_map, patch->observation_map,
                         patch->antenna_map,  patch->fields,    patch->spws,
                         patch->observations, patch->states,    patch->antennas};
        for (size_t k = 0; k < CAL_COUNT(owned); k++)
            free(owned[k]);
        cal_series_free(&patch->index);
    }
    free(term->patch);
    free(term->value);
    free(term->phase);
    free(term->pivot);
    free(term->second_hand);
    cal_words_free(&term->warnings);
    cal_caltable_free(term->table);
}

/* What each thread keeps: the terms of the time at hand, and slots: the whole chain multiplied
 * together for one time and data description. */
#include "base/mem.h"
#include "cal/chain_parts.h"
#include <string.h>

enum {
    SLOT_BYTES = 16 << 20, /* for the slots of one thread */
    MIN_SLOTS = 4,
    MAX_SLOTS = 512
};

/* ---- room ---- */

/* The largest data description, in channels times correlations. */
static size_t largest_row(const cal_meta *meta)
{
    size_t largest = 1;
    for (int d = 0; d < meta->dds; d++) {
        size_t row = (size_t)meta->spw[meta->dd[d].spw].nchan * meta->pol[meta->dd[d].pol].ncorr;
        largest = row > largest ? row : largest;
    }
    return largest;
}

static int slots_for(const cal_chain *chain)
{
    size_t slot = largest_row(chain->meta) * chain->meta->antennas * 2 * sizeof(float complex) *
                  (chain->stages + 1);
    size_t slots = SLOT_BYTES / (slot + 1);
    return slots < MIN_SLOTS ? MIN_SLOTS : slots > MAX_SLOTS ? MAX_SLOTS : (int)slots;
}

static void make_scratch(const cal_chain *chain, cal_term_scratch *scratch)
{
    int solved = 1, data = 1;
    for (int t = 0; t < chain->terms; t++)
        for (int s = 0; s < chain->term[t].table->spws; s++) {
            int nchan = chain->term[t].table->spw[s].nchan;
            solved = nchan > solved ? nchan : solved;
        }
    for (int s = 0; s < chain->meta->spws; s++)
        data = chain->meta->spw[s].nchan > data ? chain->meta->spw[s].nchan : data;
    const int npar = 4; /* the most that a type that can be applied has */
    scratch->value = CAL_NEW_ARRAY(double, npar *solved);
    scratch->phase = CAL_NEW_ARRAY(double, npar *solved);
    scratch->flag = CAL_NEW_ARRAY(uint8_t, npar * solved);
    scratch->work = CAL_NEW_ARRAY(double, CAL_INTERP_SCRATCH *solved);
    scratch->data_value = CAL_NEW_ARRAY(double, npar *data);
    scratch->data_phase = CAL_NEW_ARRAY(double, npar *data);
    scratch->data_flag = CAL_NEW_ARRAY(uint8_t, npar * data);
}

static void make_worker(const cal_chain *chain, cal_chain_worker *worker)
{
    const cal_meta *meta = chain->meta;
    worker->gains = CAL_NEW_ARRAY(cal_term_gains, chain->terms * meta->dds);
    worker->count = CAL_NEW_ARRAY(cal_term_count, chain->terms);
    worker->seen = CAL_NEW_ARRAY(uint8_t, meta->antennas);
    worker->slot = CAL_NEW_ARRAY(cal_slot, chain->slots);
    make_scratch(chain, &worker->scratch);
    for (int t = 0; t < chain->terms; t++) {
        worker->count[t].missing_spw = CAL_NEW_ARRAY(uint8_t, meta->spws);
        worker->count[t].missing_antenna = CAL_NEW_ARRAY(uint8_t, meta->spws * meta->antennas);
    }
}

void cal_workers_make(cal_chain *chain, int jobs)
{
    chain->jobs = jobs;
    chain->slots = slots_for(chain);
    chain->worker = CAL_NEW_ARRAY(cal_chain_worker, jobs);
    for (int w = 0; w < jobs; w++)
        make_worker(chain, &chain->worker[w]);
}

static void empty_slot(const cal_chain *chain, cal_slot *slot)
{
    for (int s = 0; s < chain->stages && slot->stage; s++) {
        if (slot->stage[s].right != slot->stage[s].left)
            free(slot->stage[s].right);
        free(slot->stage[s].left);
    }
    for (int t = 0; t < chain->terms && slot->flags; t++) {
        free(slot->flags[t].bad);
        free(slot->flags[t].any_bad);
    }
    free(slot->stage);
    free(slot->flags);
    free(slot->weight);
    free(slot->spectral_weight);
    free(slot->tsys);
    free(slot->missing_antenna);
    *slot = (cal_slot){0};
}

static void free_worker(const cal_chain *chain, cal_chain_worker *worker)
{
    for (int i = 0; i < chain->terms * chain->meta->dds; i++) {
        cal_term_gains *gains = &worker->gains[i];
        free(gains->factor);
        free(gains->bad);
        free(gains->any_bad);
        free(gains->weight);
        free(gains->tsys);
    }
    for (int t = 0; t < chain->terms; t++) {
        free(worker->count[t].missing_spw);
        free(worker->count[t].missing_antenna);
    }
    for (int s = 0; s < chain->slots; s++)
        empty_slot(chain, &worker->slot[s]);
    cal_term_scratch *scratch = &worker->scratch;
    void *owned[] = {scratch->value,      scratch->phase,      scratch->work,      scratch->flag,
                     scratch->data_value, scratch->data_phase, scratch->data_flag, worker->gains,
                     worker->count,       worker->slot,        worker->seen};
    for (size_t i = 0; i < CAL_COUNT(owned); i++)
        free(owned[i]);
}

void cal_workers_free(cal_chain *chain)
{
    for (int w = 0; w < chain->jobs; w++)
        free_worker(chain, &chain->worker[w]);
    free(chain->worker);
    chain->worker = NULL;
    chain->jobs = 0;
}

/* ---- filling a slot ---- */

/* The hand whose solutions serve hand `hand` of the data. Data with the second hand alone were
 * solved for in the first parameter; a table of both hands has it in the second. */
static int solved_hand(const cal_term *term, const cal_term_gains *gains, int ncorr, int hand)
{
    return ncorr == 1 && hand == 1 && !term->second_hand[gains->key.spw] ? 0 : hand;
}

/* Multiply one side of a stage by a term. */
static void multiply_side(const cal_chain *chain, const cal_term *term, const cal_term_gains *gains,
                          int dd, int which, int nchan, float complex *side)
{
    const cal_meta *meta = chain->meta;
    int ncorr = meta->pol[meta->dd[dd].pol].ncorr;
    int step = gains->nchan > 1 ? 2 : 0;
    for (int corr = 0; corr < ncorr; corr++) {
        int hand = solved_hand(term, gains, ncorr, cal_chain_hand(meta, dd, corr, which));
        for (int a = 0; a < meta->antennas; a++) {
            const float complex *factor = &gains->factor[(int64_t)a * gains->nchan * 2 + hand];
            float complex *to = &side[(int64_t)a * nchan * ncorr + corr];
            for (int c = 0; c < nchan; c++)
                to[c * ncorr] *= factor[c * step];
        }
    }
}

static float complex *ones(int64_t count)
{
    float complex *value = CAL_NEW_ARRAY(float complex, count);
    for (int64_t i = 0; i < count; i++)
        value[i] = 1;
    return value;
}

static bool has_cross_hands(const cal_meta *meta, int dd)
{
    for (int corr = 0; corr < meta->pol[meta->dd[dd].pol].ncorr; corr++)
        if (cal_chain_hand(meta, dd, corr, 0) != cal_chain_hand(meta, dd, corr, 1))
            return true;
    return false;
}

static void fill_diagonal(const cal_chain *chain, const cal_chain_worker *worker,
                          const cal_slot *slot, const cal_stage *stage, cal_slot_stage *out)
{
    const cal_meta *meta = chain->meta;
    int dd = slot->key.dd, ncorr = meta->pol[meta->dd[dd].pol].ncorr;
    out->nchan = 1;
    for (int t = stage->first; t < stage->end; t++)
        if (slot->flags[t].used && slot->flags[t].nchan > 1)
            out->nchan = slot->flags[t].nchan;
    int64_t count = (int64_t)meta->antennas * out->nchan * ncorr;
    out->left = ones(count);
    out->right = has_cross_hands(meta, dd) ? ones(count) : out->left;
    for (int t = stage->first; t < stage->end; t++) {
        const cal_term_gains *gains = &worker->gains[t * meta->dds + dd];
        if (!slot->flags[t].used)
            continue;
        multiply_side(chain, &chain->term[t], gains, dd, 0, out->nchan, out->left);
        if (out->right != out->left)
            multiply_side(chain, &chain->term[t], gains, dd, 1, out->nchan, out->right);
    }
}

static void fill_leakage(const cal_chain *chain, const cal_chain_worker *worker,
                         const cal_slot *slot, const cal_stage *stage, cal_slot_stage *out)
{
    const cal_meta *meta = chain->meta;
    const cal_term_gains *gains = &worker->gains[stage->first * meta->dds + slot->key.dd];
    if (!slot->flags[stage->first].used)
        return;
    int64_t count = (int64_t)meta->antennas * gains->nchan * 2;
    out->nchan = gains->nchan;
    out->left = out->right = CAL_NEW_ARRAY(float complex, count);
    memcpy(out->left, gains->factor, count * sizeof *out->left);
}

/* Flags of one term; kept only where there are any. */
static void fill_flags(const cal_chain *chain, const cal_term *term, const cal_term_gains *gains,
                       int ncorr, int hand, cal_slot_flags *flags)
{
    int antennas = chain->meta->antennas;
    flags->used = true;
    flags->nchan = gains->nchan;
    if (!memchr(gains->any_bad, 1, antennas))
        return;
    int64_t count = (int64_t)antennas * gains->nchan * 2;
    flags->any_bad = CAL_NEW_ARRAY(uint8_t, antennas);
    flags->bad = CAL_NEW_ARRAY(uint8_t, count);
    memcpy(flags->any_bad, gains->any_bad, antennas);
    memcpy(flags->bad, gains->bad, count);
    if (solved_hand(term, gains, ncorr, hand) != hand)
        for (int64_t i = 0; i < count; i += 2)
            flags->bad[i + 1] = flags->bad[i];
}

static void multiply_weights(const cal_chain *chain, const cal_term_gains *gains, cal_slot *slot)
{
    int antennas = chain->meta->antennas;
    int64_t count = (int64_t)antennas * gains->nchan * 2;
    bool first = !slot->tsys;
    for (int i = 0; i < 2 * antennas; i++) {
        slot->weight[i] *= gains->weight[i];
        slot->spectral_weight[i] *= gains->tsys ? 1 : gains->weight[i];
    }
    if (gains->tsys && first)
        slot->tsys = CAL_NEW_ARRAY(double, count);
    for (int64_t i = 0; i < count && gains->tsys; i++)
        slot->tsys[i] = gains->tsys[i] * (first ? 1 : slot->tsys[i]);
}

/* The spw has no solutions for these antennas (NULL: all). */
static void set_missing(cal_slot *slot, const uint8_t *antennas, int count)
{
    slot->missing = slot->missing || !antennas;
    if (antennas && !slot->missing_antenna)
        slot->missing_antenna = CAL_NEW_ARRAY(uint8_t, count);
    for (int a = 0; a < count && antennas; a++)
        slot->missing_antenna[a] |= antennas[a];
}

static void evaluate_term(cal_chain *chain, cal_chain_worker *worker, int t, cal_slot *slot)
{
    const cal_meta *meta = chain->meta;
    cal_term *term = &chain->term[t];
    const cal_chain_key *key = &slot->key;
    int spw = meta->dd[key->dd].spw, ncorr = meta->pol[meta->dd[key->dd].pol].ncorr;
    const uint8_t *antennas;
    const cal_patch *patch = cal_term_patch(term, meta, key, &antennas);
    if (!patch)
        return;
    int solved = patch->spw_map[spw];
    if (solved < 0 || !patch->index.has_spw[solved]) {
        worker->count[t].missing_spw[spw] = 1;
        set_missing(slot, antennas, meta->antennas);
        return;
    }
    cal_term_gains *gains = &worker->gains[t * meta->dds + key->dd];
    cal_term_evaluate(term, patch, antennas, meta, key, gains, &worker->scratch,
                      &worker->count[t].missing_antenna[spw * meta->antennas]);
    int hand = ncorr ? cal_chain_hand(meta, key->dd, 0, 0) : 0;
    fill_flags(chain, term, gains, ncorr, hand, &slot->flags[t]);
    slot->flags[t].antennas = antennas;
    if (term->calwt)
        multiply_weights(chain, gains, slot);
}

static void fill_slot(cal_chain *chain, cal_chain_worker *worker, const cal_chain_key *key,
                      cal_slot *slot)
{
    int antennas = chain->meta->antennas;
    empty_slot(chain, slot);
    slot->filled = true;
    slot->key = *key;
    slot->stage = CAL_NEW_ARRAY(cal_slot_stage, chain->stages);
    slot->flags = CAL_NEW_ARRAY(cal_slot_flags, chain->terms);
    slot->weight = CAL_NEW_ARRAY(double, 2 * antennas);
    slot->spectral_weight = CAL_NEW_ARRAY(double, 2 * antennas);
    for (int i = 0; i < 2 * antennas; i++)
        slot->weight[i] = slot->spectral_weight[i] = 1;
    for (int t = 0; t < chain->terms; t++)
        evaluate_term(chain, worker, t, slot);
    for (int s = 0; s < chain->stages && !slot->missing; s++) {
        const cal_stage *stage = &chain->stage[s];
        (stage->leakage ? fill_leakage : fill_diagonal)(chain, worker, slot, stage,
                                                        &slot->stage[s]);
    }
}

/* ---- finding ---- */

static bool same_key(const cal_chain_key *a, const cal_chain_key *b)
{
    return a->time == b->time && a->dd == b->dd && a->field == b->field && a->scan == b->scan &&
           a->observation == b->observation && a->state == b->state;
}

static uint64_t hash(const cal_chain_key *key)
{
    uint64_t bits;
    memcpy(&bits, &key->time, sizeof bits);
    const int part[] = {key->dd, key->field, key->scan, key->observation, key->state};
    for (size_t i = 0; i < CAL_COUNT(part); i++)
        bits = (bits ^ (uint64_t)part[i]) * 0x9e3779b97f4a7c15u;
    return bits ^ bits >> 32;
}

const cal_slot *cal_slot_get(cal_chain *chain, int worker, const cal_chain_key *key)
{
    cal_chain_worker *own = &chain->worker[worker];
    cal_slot *slot = &own->slot[hash(key) % chain->slots];
    if (!slot->filled || !same_key(&slot->key, key))
        fill_slot(chain, own, key, slot);
    return slot;
}

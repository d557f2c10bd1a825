/* Rows of visibilities through the chain. */
#include "base/number.h"
#include "base/vector.h"
#include "cal/chain_parts.h"
#include <string.h>

/* Data description, channels and correlations of a run of rows. */
typedef struct shape {
    int dd, nchan, ncorr;
    int hand[4][2]; /* of each correlation: those of the two antennas */
} shape;

/* ---- data ---- */

static void multiply_channels(float complex *restrict v, const float complex *restrict left,
                              const float complex *restrict right, int count)
{
    float *restrict d = (float *)v;
    const float *restrict l = (const float *)left, *restrict r = (const float *)right;
    for (int k = 0; k < 2 * count; k += 2) {
        float re = l[k] * r[k] + l[k + 1] * r[k + 1];
        float im = l[k + 1] * r[k] - l[k] * r[k + 1];
        float x = d[k] * re - d[k + 1] * im;
        d[k + 1] = d[k] * im + d[k + 1] * re;
        d[k] = x;
    }
}

/* The same factors in every channel: a pattern of four complex numbers, whatever the correlations, as
 * one vector. */
CAL_VECTOR_CLONES
static void multiply_all(float complex *v, const float complex *left, const float complex *right,
                         int ncorr, int count)
{
    enum { WIDTH = CAL_VECTOR_LANES / 2 };
    float real[2 * WIDTH], turned[2 * WIDTH];
    for (int k = 0; k < WIDTH; k++) {
        float complex factor = left[k % ncorr] * conjf(right[k % ncorr]);
        real[2 * k] = real[2 * k + 1] = crealf(factor);
        turned[2 * k] = -cimagf(factor);
        turned[2 * k + 1] = cimagf(factor);
    }
    cal_v8f reals, turns, value;
    memcpy(&reals, real, sizeof reals);
    memcpy(&turns, turned, sizeof turns);
    int whole = count / WIDTH * WIDTH;
    for (int i = 0; i < whole; i += WIDTH) {
        memcpy(&value, &v[i], sizeof value);
        cal_v8f swapped = __builtin_shufflevector(value, value, 1, 0, 3, 2, 5, 4, 7, 6);
        value = value * reals + swapped * turns;
        memcpy(&v[i], &value, sizeof value);
    }
    for (int k = 0; whole + k < count; k++)
        v[whole + k] *= left[k % ncorr] * conjf(right[k % ncorr]);
}

static void correct_row(const cal_slot_stage *stage, const shape *s, int a1, int a2,
                        float complex *v)
{
    const float complex *left = &stage->left[(int64_t)a1 * stage->nchan * s->ncorr];
    const float complex *right = &stage->right[(int64_t)a2 * stage->nchan * s->ncorr];
    int count = s->nchan * s->ncorr;
    if (stage->nchan > 1)
        multiply_channels(v, left, right, count);
    else if (s->ncorr == 3)
        for (int k = 0; k < count; k++)
            v[k] *= left[k % 3] * conjf(right[k % 3]);
    else
        multiply_all(v, left, right, s->ncorr, count);
}

/* Linearised: only the cross hands change, by leakages times the parallel hands. */
static void unleak_row(const cal_slot_stage *stage, const shape *s, int a1, int a2,
                       float complex *v)
{
    const float complex *d1 = &stage->left[(int64_t)a1 * stage->nchan * 2];
    const float complex *d2 = &stage->left[(int64_t)a2 * stage->nchan * 2];
    int step = stage->nchan > 1 ? 2 : 0;
    for (int c = 0; c < s->nchan; c++, v += 4, d1 += step, d2 += step) {
        float complex rr = v[0], ll = v[3];
        v[1] -= d1[0] * ll + conjf(d2[1]) * rr;
        v[2] -= d1[1] * rr + conjf(d2[0]) * ll;
    }
}

/* ---- flags ---- */

/* Flag what a term has no good solution for; returns how many were not flagged before. */
static int64_t flag_row(const cal_slot_flags *flags, const shape *s, int a1, int a2, uint8_t *flag)
{
    if (!flags->bad || !(flags->any_bad[a1] | flags->any_bad[a2]))
        return 0;
    const uint8_t *bad1 = &flags->bad[(int64_t)a1 * flags->nchan * 2];
    const uint8_t *bad2 = &flags->bad[(int64_t)a2 * flags->nchan * 2];
    int step = flags->nchan > 1 ? 2 : 0;
    int64_t fresh = 0;
    for (int c = 0; c < s->nchan; c++)
        for (int k = 0; k < s->ncorr; k++, flag++) {
            uint8_t bad = bad1[c * step + s->hand[k][0]] | bad2[c * step + s->hand[k][1]];
            fresh += bad & !*flag;
            *flag |= bad;
        }
    return fresh;
}

/* Cross hands that mix in a flagged parallel hand, or that have a bad leakage. */
static int64_t flag_unleaked_row(const cal_slot_flags *flags, const shape *s, int a1, int a2,
                                 uint8_t *flag)
{
    static const uint8_t good[2];
    const uint8_t *bad1 = flags->bad ? &flags->bad[(int64_t)a1 * flags->nchan * 2] : good;
    const uint8_t *bad2 = flags->bad ? &flags->bad[(int64_t)a2 * flags->nchan * 2] : good;
    int step = flags->bad && flags->nchan > 1 ? 2 : 0;
    int64_t fresh = 0;
    for (int c = 0; c < s->nchan; c++, flag += 4, bad1 += step, bad2 += step) {
        uint8_t mixed = flag[0] | flag[3];
        uint8_t rl = mixed | bad1[0] | bad2[1], lr = mixed | bad1[1] | bad2[0];
        fresh += (rl & !flag[1]) + (lr & !flag[2]);
        flag[1] |= rl;
        flag[2] |= lr;
    }
    return fresh;
}

/* ---- weights ---- */

static void weigh_row(const cal_slot *slot, const shape *s, int a1, int a2, float *weight)
{
    for (int k = 0; k < s->ncorr; k++)
        weight[k] = (float)(weight[k] * slot->weight[2 * a1 + s->hand[k][0]] *
                            slot->weight[2 * a2 + s->hand[k][1]]);
}

/* Weights per channel: a Tsys weighs each channel by itself, all else alike. */
static void weigh_spectrum(const cal_slot *slot, const shape *s, int a1, int a2, float *weight)
{
    const double *t1 = slot->tsys ? &slot->tsys[(int64_t)a1 * s->nchan * 2] : NULL;
    const double *t2 = slot->tsys ? &slot->tsys[(int64_t)a2 * s->nchan * 2] : NULL;
    for (int c = 0; c < s->nchan; c++)
        for (int k = 0; k < s->ncorr; k++, weight++) {
            int p = s->hand[k][0], q = s->hand[k][1];
            *weight = (float)(*weight * slot->spectral_weight[2 * a1 + p] *
                              slot->spectral_weight[2 * a2 + q] *
                              (t1 ? t1[2 * c + p] * t2[2 * c + q] : 1));
        }
}

/* ---- rows ---- */

static bool is_missing(const cal_slot *slot, int a1, int a2)
{
    const uint8_t *antenna = slot->missing_antenna;
    return slot->missing || (antenna && (antenna[a1] | antenna[a2]));
}

/* Has the term a say on this baseline? */
static bool is_used(const cal_slot_flags *flags, int a1, int a2)
{
    return flags->used && (!flags->antennas || (flags->antennas[a1] | flags->antennas[a2]));
}

static void count_row(cal_chain *chain, cal_chain_worker *worker, const cal_slot *slot,
                      const shape *s, int a1, int a2, bool missing, const uint8_t *flag)
{
    int64_t size = (int64_t)s->nchan * s->ncorr, flagged = cal_count_set(flag, size);
    worker->seen[a1] = worker->seen[a2] = 1;
    for (int t = 0; t < chain->terms; t++)
        if (!missing && is_used(&slot->flags[t], a1, a2)) {
            worker->count[t].data += size;
            worker->count[t].flagged_in += flagged;
            worker->count[t].flagged_out += flagged;
        }
}

/* A term's new flags are those that all later terms find. */
static void count_fresh(cal_chain *chain, cal_chain_worker *worker, const cal_slot *slot, int term,
                        int64_t fresh)
{
    worker->count[term].flagged_out += fresh;
    for (int t = term + 1; t < chain->terms && fresh; t++)
        if (slot->flags[t].used) {
            worker->count[t].flagged_in += fresh;
            worker->count[t].flagged_out += fresh;
        }
}

static void run_stage(cal_chain *chain, cal_chain_worker *worker, const cal_slot *slot, int stage,
                      const shape *s, int a1, int a2, float complex *v, uint8_t *flag)
{
    const cal_slot_stage *factors = &slot->stage[stage];
    const cal_stage *terms = &chain->stage[stage];
    if (terms->leakage) {
        if (!slot->flags[terms->first].used || s->ncorr != 4)
            return;
        if (v)
            unleak_row(factors, s, a1, a2, v);
        count_fresh(chain, worker, slot, terms->first,
                    flag_unleaked_row(&slot->flags[terms->first], s, a1, a2, flag));
        return;
    }
    if (v)
        correct_row(factors, s, a1, a2, v);
    for (int t = terms->first; t < terms->end; t++)
        if (slot->flags[t].used)
            count_fresh(chain, worker, slot, t, flag_row(&slot->flags[t], s, a1, a2, flag));
}

static void apply_row(cal_chain *chain, cal_chain_worker *worker, const cal_slot *slot,
                      const shape *s, int64_t row, int a1, int a2, const cal_chain_data *data)
{
    int64_t cell = row * s->nchan * s->ncorr;
    uint8_t *flag = data->flag + cell;
    bool missing = is_missing(slot, a1, a2);
    count_row(chain, worker, slot, s, a1, a2, missing, flag);
    if (data->missing)
        data->missing[row] = missing;
    if (missing) {
        if (data->strict)
            memset(flag, 1, (size_t)s->nchan * s->ncorr);
        return;
    }
    for (int stage = 0; stage < chain->stages; stage++)
        run_stage(chain, worker, slot, stage, s, a1, a2, data->data ? data->data + cell : NULL,
                  flag);
    if (data->weight)
        weigh_row(slot, s, a1, a2, data->weight + row * s->ncorr);
    if (data->weight_spectrum)
        weigh_spectrum(slot, s, a1, a2, data->weight_spectrum + cell);
}

static shape shape_of(const cal_meta *meta, const cal_block *block, int dd)
{
    shape s = {dd, block->nchan, block->ncorr, {{0}}};
    for (int corr = 0; corr < block->ncorr && corr < 4; corr++)
        for (int which = 0; which < 2; which++)
            s.hand[corr][which] = cal_chain_hand(meta, dd, corr, which);
    return s;
}

/* The ids of a row index arrays here; a damaged MS must not lead outside them. */
static cal_status check_row(const cal_meta *meta, const cal_block *block, int64_t i, cal_error *err)
{
    const cal_rows *rows = &block->rows;
    int dd = rows->dd[i], a1 = rows->antenna1[i], a2 = rows->antenna2[i];
    bool known = dd >= 0 && dd < meta->dds && a1 >= 0 && a1 < meta->antennas && a2 >= 0 &&
                 a2 < meta->antennas && rows->field[i] < meta->fields;
    if (!known)
        return cal_fail(err, CAL_INPUT,
                        "%s: row %lld names data description %d, field %d and antennas %d and %d, "
                        "which the subtables do not all have",
                        meta->path, (long long)rows->row[i], dd, rows->field[i], a1, a2);
    const cal_spw *spw = &meta->spw[meta->dd[dd].spw];
    if (block->nchan == spw->nchan && block->ncorr == meta->pol[meta->dd[dd].pol].ncorr &&
        block->ncorr >= 1 && block->ncorr <= 4)
        return CAL_OK;
    return cal_fail(err, CAL_INPUT,
                    "%s: row %lld has %d channels of %d correlations; its data description %d has "
                    "%d of %d",
                    meta->path, (long long)rows->row[i], block->nchan, block->ncorr, dd, spw->nchan,
                    meta->pol[meta->dd[dd].pol].ncorr);
}

cal_status cal_chain_apply(cal_chain *chain, const cal_block *block, int64_t first, int64_t end,
                           const cal_chain_data *data, int worker, cal_error *err)
{
    const cal_rows *rows = &block->rows;
    shape s = {.dd = -1};
    for (int64_t i = first; i < end; i++) {
        if (check_row(chain->meta, block, i, err))
            return err->status;
        if (rows->dd[i] != s.dd)
            s = shape_of(chain->meta, block, rows->dd[i]);
        cal_chain_key key = {rows->dd[i],          rows->field[i], rows->scan[i],
                             rows->observation[i], rows->state[i], rows->time[i]};
        const cal_slot *slot = cal_slot_get(chain, worker, &key);
        apply_row(chain, &chain->worker[worker], slot, &s, i, rows->antenna1[i], rows->antenna2[i],
                  data);
    }
    return CAL_OK;
}

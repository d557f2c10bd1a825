#include "cal/gather.h"

#include "base/mem.h"
#include "cal/gather_parts.h"
#include <math.h>
#include <string.h>

/* What is read and worked on at a time stays in a core's own cache. */
enum { PIECE_BYTES = 256 << 10, MOST_PIECE_ROWS = 2048 };

/* ---- setting up ---- */

/* RR or XX 0, RL 1, LR 2, LL or YY 3; -1 for what feeds do not make. */
static int product_of(int corr_type)
{
    return corr_type >= 5 && corr_type <= 12 ? (corr_type - 5) % 4 : -1;
}

static cal_status check_correlations(const cal_meta *meta, int dd, cal_error *err)
{
    const cal_polarization *pol = &meta->pol[meta->dd[dd].pol];
    bool known = pol->ncorr == 1 || pol->ncorr == 2 || pol->ncorr == 4;
    for (int c = 0; c < pol->ncorr; c++)
        known = known && product_of(pol->type[c]) >= 0;
    if (known)
        return CAL_OK;
    return cal_fail(err, CAL_INPUT,
                    "%s: data description %d has correlations that gains cannot be solved for "
                    "(wanted: RR RL LR LL or XX XY YX YY, all, the parallel ones, or one)",
                    meta->name, dd);
}

/* Which samples are selected, as 1 and 0, and the point source in each. */
static void set_up_samples(cal_gather_dd *dd, const cal_selection *selection,
                           const cal_polarization *pol, const cal_model *model, int id)
{
    int corrs;
    const int *corr = cal_selection_corrs(selection, id, &corrs);
    const cal_spw_choice *chosen = cal_selection_channels(selection, dd->spw);
    for (int r = 0; chosen && r < chosen->ranges; r++)
        for (int ch = chosen->range[r].first; ch <= chosen->range[r].last;
             ch += chosen->range[r].step)
            for (int k = 0; k < corrs; k++)
                dd->selected[ch * dd->ncorr + corr[k]] = 1;
    dd->whole = true;
    for (int k = 0; k < dd->samples; k++) {
        dd->whole = dd->whole && dd->selected[k] != 0;
        dd->point[k] = cal_model_point(model, pol->type[k % dd->ncorr]);
    }
}

static cal_status set_up_dd(cal_gather *gather, int id, const cal_selection *selection,
                            cal_error *err)
{
    const cal_meta *meta = gather->meta;
    cal_gather_dd *dd = &gather->dd[id];
    const cal_polarization *pol = &meta->pol[meta->dd[id].pol];
    if (check_correlations(meta, id, err))
        return err->status;
    dd->spw = meta->dd[id].spw;
    dd->nchan = meta->spw[dd->spw].nchan;
    dd->ncorr = pol->ncorr;
    dd->samples = dd->nchan * dd->ncorr;
    for (int c = 0; c < dd->ncorr; c++) {
        dd->product[c] = product_of(pol->type[c]);
        dd->cross = dd->cross || (dd->ncorr > 1 && dd->product[c] % 3);
    }
    int room = dd->samples + CAL_ROW_LANES;
    dd->selected = CAL_NEW_ARRAY(float, room);
    dd->point = CAL_NEW_ARRAY(float complex, room);
    set_up_samples(dd, selection, pol, &gather->rule.model, id);
    gather->most_samples = room > gather->most_samples ? room : gather->most_samples;
    return CAL_OK;
}

cal_status cal_gather_make(const cal_plan *plan, cal_table *ms, const cal_meta *meta,
                           const cal_selection *selection, const cal_gather_rule *rule,
                           cal_gather **out, cal_error *err)
{
    cal_gather *gather = CAL_NEW(cal_gather);
    *gather = (cal_gather){.plan = plan, .meta = meta, .rule = *rule};
    gather->spectra =
        cal_table_has_column(ms, "SIGMA_SPECTRUM") && cal_table_has_column(ms, "WEIGHT_SPECTRUM");
    gather->dd = CAL_NEW_ARRAY(cal_gather_dd, meta->dds);
    gather->group = CAL_NEW_ARRAY(cal_group_sums, plan->groups);
    gather->left = CAL_NEW_ARRAY(int64_t, plan->solutions);
    gather->scratch = CAL_NEW_ARRAY(cal_gather_scratch, rule->jobs);
    for (int k = 0; k < 2; k++)
        gather->ready[k] = CAL_NEW_ARRAY(int, plan->solutions);
    for (int k = 0; k < plan->solutions; k++)
        gather->left[k] = plan->solution[k].rows;
    cal_status status = CAL_OK;
    for (int g = 0; g < plan->groups && !status; g++)
        if (!gather->dd[plan->group[g].dd].selected)
            status = set_up_dd(gather, plan->group[g].dd, selection, err);
    for (int j = 0; j < rule->jobs; j++) {
        gather->scratch[j].piece = cal_piece_new();
        gather->scratch[j].use = CAL_NEW_ARRAY(float, gather->most_samples);
        gather->scratch[j].weight = CAL_NEW_ARRAY(float, gather->most_samples);
    }
    *out = gather;
    if (!status)
        return CAL_OK;
    cal_gather_free(gather);
    *out = NULL;
    return status;
}

void cal_gather_free(cal_gather *gather)
{
    if (!gather)
        return;
    for (int d = 0; d < gather->meta->dds; d++) {
        free(gather->dd[d].selected);
        free(gather->dd[d].point);
    }
    for (int g = 0; g < gather->plan->groups; g++)
        cal_group_sums_free(&gather->group[g]);
    for (int j = 0; j < gather->rule.jobs; j++) {
        cal_gather_scratch *scratch = &gather->scratch[j];
        cal_piece_free(scratch->piece);
        free(scratch->use);
        free(scratch->weight);
        free(scratch->row_weight);
        free(scratch->row_factor);
        free(scratch->missing);
    }
    for (int k = 0; k < 2; k++) {
        free(gather->ready[k]);
        free(gather->batch[k].row);
        free(gather->batch[k].cell);
    }
    free(gather->dd);
    free(gather->group);
    free(gather->left);
    free(gather->scratch);
    free(gather);
}

unsigned cal_gather_columns(const cal_gather *gather)
{
    return CAL_READ_DATA | CAL_READ_FLAG | CAL_READ_SIGMA |
           (gather->rule.model.column ? CAL_READ_MODEL : 0) |
           (gather->spectra ? CAL_READ_SIGMA_SPECTRUM | CAL_READ_WEIGHT_SPECTRUM : 0);
}

int64_t cal_gather_not_finite(const cal_gather *gather)
{
    int64_t count = 0;
    for (int j = 0; j < gather->rule.jobs; j++)
        count += gather->scratch[j].not_finite;
    return count;
}

const int *cal_gather_ready(const cal_gather *gather, int *count)
{
    *count = gather->ready_count[gather->turn];
    return gather->ready[gather->turn];
}

/* ---- rows, in parallel ---- */

/* FLAG_ROW flags the row; one flagged correlation flags the others of its channel. */
static void spread_flags(const cal_gather_dd *dd, bool flag_row, bool corr_flags, uint8_t *flag)
{
    if (flag_row)
        memset(flag, 1, (size_t)dd->samples);
    if (flag_row || corr_flags || dd->ncorr == 1 || !memchr(flag, 1, (size_t)dd->samples))
        return;
    for (int ch = 0; ch < dd->nchan; ch++) {
        uint8_t *cell = flag + ch * dd->ncorr, any = 0;
        for (int c = 0; c < dd->ncorr; c++)
            any |= cell[c] && dd->selected[ch * dd->ncorr + c] != 0;
        for (int c = 0; c < dd->ncorr; c++)
            cell[c] |= any;
    }
}

static float weight_of(float sigma)
{
    float weight = sigma > 0 ? 1 / (sigma * sigma) : 0;
    return isfinite(weight) ? weight : 0;
}

/* The weights that earlier tables scale. */
static void weigh(cal_gather_scratch *scratch, cal_block *part, int64_t row, bool spectra)
{
    for (int c = 0; c < part->ncorr; c++)
        scratch->row_weight[row * part->ncorr + c] = weight_of(part->sigma[row * part->ncorr + c]);
    float *spectrum = spectra ? part->sigma_spectrum + row * part->nchan * part->ncorr : NULL;
    for (int k = 0; spectra && k < part->nchan * part->ncorr; k++)
        spectrum[k] = weight_of(spectrum[k]);
}

static bool has_spectra(const cal_block *part)
{
    return part->sigma_spectrum && part->weight_spectrum;
}

/* Sums over the channels of one row. */
static void sum_row(const cal_gather *gather, const cal_block *part, int64_t row,
                    cal_gather_scratch *scratch, cal_gather_row *out)
{
    cal_row_sums *sums = &out->sums;
    const cal_gather_dd *dd = &gather->dd[part->rows.dd[row]];
    int64_t at = row * dd->samples;
    const float complex *data = part->data + at,
                        *model = part->model ? part->model + at : dd->point;
    const uint8_t *flag = part->flag + at;
    const float *use = dd->selected, *weight = dd->selected;
    bool spectra = has_spectra(part);
    if (spectra || memchr(flag, 1, (size_t)dd->samples)) {
        const float *spectrum = spectra ? part->sigma_spectrum + at : NULL;
        for (int k = 0; k < dd->samples; k++)
            scratch->use[k] = flag[k] ? 0 : dd->selected[k];
        for (int k = 0; k < dd->samples; k++)
            scratch->weight[k] = spectra ? scratch->use[k] * spectrum[k] : scratch->use[k];
        memset(scratch->use + dd->samples, 0, CAL_ROW_LANES * sizeof *use);
        memset(scratch->weight + dd->samples, 0, CAL_ROW_LANES * sizeof *weight);
        use = scratch->use;
        weight = scratch->weight;
    }
    bool all = dd->whole && use == dd->selected;
    cal_row_sum(data, model, all ? NULL : use, weight, dd->samples, dd->ncorr, sums);
    if (!cal_row_is_finite(sums, dd->ncorr)) {
        size_t room = (size_t)(dd->samples + CAL_ROW_LANES) * sizeof *use;
        memmove(scratch->use, use, room);
        memmove(scratch->weight, weight, room);
        scratch->not_finite +=
            cal_row_drop_not_finite(data, model, scratch->use, scratch->weight, dd->samples);
        cal_row_sum(data, model, scratch->use, scratch->weight, dd->samples, dd->ncorr, sums);
        use = scratch->use;
        weight = scratch->weight;
    }
    if (gather->rule.delay)
        cal_spectrum_take(dd, data, model, use, weight,
                          spectra ? NULL : scratch->row_weight + row * dd->ncorr,
                          scratch->row_factor + row * dd->ncorr, out);
    for (int c = 0; c < dd->ncorr; c++) {
        float w = spectra ? 1 : scratch->row_weight[row * dd->ncorr + c];
        if (sums->modelled[c] > 0)
            w *= scratch->row_factor[row * dd->ncorr + c];
        sums->re[c] *= w;
        sums->im[c] *= w;
        sums->weight[c] *= w;
    }
}

/* One chain of earlier tables; data that one of them has no solutions for are flagged out. */
static cal_status apply_chain(cal_chain *chain, cal_block *part, const cal_chain_data *use,
                              int worker, cal_error *err)
{
    int64_t cell = (int64_t)part->nchan * part->ncorr;
    if (chain && cal_chain_apply(chain, part, 0, part->rows.count, use, worker, err))
        return err->status;
    for (int64_t row = 0; chain && row < part->rows.count; row++)
        if (use->missing[row])
            memset(part->flag + row * cell, 1, (size_t)cell);
    return CAL_OK;
}

static cal_status calibrate(cal_gather *gather, cal_block *part, int worker, cal_error *err)
{
    cal_gather_scratch *scratch = &gather->scratch[worker];
    cal_chain_data use = {.data = part->data,
                          .flag = part->flag,
                          .weight = scratch->row_weight,
                          .weight_spectrum = has_spectra(part) ? part->sigma_spectrum : NULL,
                          .missing = scratch->missing};
    if (apply_chain(gather->rule.before, part, &use, worker, err))
        return err->status;
    for (int64_t k = 0; k < part->rows.count * part->ncorr; k++)
        scratch->row_factor[k] = 1;
    use.weight = scratch->row_factor;
    use.weight_spectrum = NULL;
    return apply_chain(gather->rule.within, part, &use, worker, err);
}

static void sum_rows(cal_gather *gather, cal_block *part, int worker, cal_gather_row *out,
                     cal_error *err)
{
    cal_gather_scratch *scratch = &gather->scratch[worker];
    const cal_rows *rows = &part->rows;
    for (int64_t row = 0; row < rows->count; row++) {
        const cal_gather_dd *dd = &gather->dd[rows->dd[row]];
        if (!dd->selected)
            continue;
        spread_flags(dd, rows->flag_row[row], gather->rule.corr_flags,
                     part->flag + row * dd->samples);
        weigh(scratch, part, row, has_spectra(part));
    }
    if (calibrate(gather, part, worker, err))
        return;
    for (int64_t row = 0; row < rows->count; row++)
        if (out[row].group >= 0)
            sum_row(gather, part, row, scratch, &out[row]);
}

/* ---- pieces ---- */

static void make_scratch(cal_gather_scratch *scratch, int64_t rows)
{
    if (rows <= scratch->rows)
        return;
    size_t cells = (size_t)rows * CAL_ROW_CORRS;
    scratch->rows = rows;
    scratch->row_weight = cal_grow(scratch->row_weight, cells, sizeof *scratch->row_weight);
    scratch->row_factor = cal_grow(scratch->row_factor, cells, sizeof *scratch->row_factor);
    scratch->missing = cal_grow(scratch->missing, (size_t)rows, 1);
}

/* DATA, MODEL_DATA, FLAG, and the spectra of weights. */
static int64_t rows_of_piece(const cal_gather *gather, const cal_block *block)
{
    int64_t sample = 9 + (gather->rule.model.column ? 8 : 0) + (gather->spectra ? 8 : 0);
    int64_t rows = PIECE_BYTES / (sample * block->nchan * block->ncorr);
    return rows < 1 ? 1 : rows > MOST_PIECE_ROWS ? MOST_PIECE_ROWS : rows;
}

int cal_gather_begin(cal_gather *gather, const cal_block *block)
{
    int64_t rows = block ? block->rows.count : 0;
    gather->block = block;
    gather->turn = !gather->turn;
    gather->ready_count[gather->turn] = 0;
    cal_batch_make(gather, &gather->batch[gather->turn], rows);
    if (block)
        gather->piece_rows = rows_of_piece(gather, block);
    for (int j = 0; block && j < gather->rule.jobs; j++)
        make_scratch(&gather->scratch[j], gather->piece_rows);
    return gather->rule.jobs +
           (block ? (int)((rows + gather->piece_rows - 1) / gather->piece_rows) : 0);
}

static void sum_piece(cal_gather *gather, int piece, int worker)
{
    const cal_block *block = gather->block;
    int64_t first = piece * gather->piece_rows, count = block->rows.count - first;
    cal_gather_row *out = gather->batch[gather->turn].row + first;
    cal_error err = {0};
    cal_piece *work = gather->scratch[worker].piece;
    cal_block *part;
    if (count > gather->piece_rows)
        count = gather->piece_rows;
    if (!cal_piece_load(work, block, first, count, &part, &err)) {
        cal_batch_place(gather->plan, &part->rows, out);
        sum_rows(gather, part, worker, out, &err);
    }
    if (err.status && !__atomic_exchange_n(&gather->status, err.status, __ATOMIC_ACQ_REL))
        gather->error = err;
}

void cal_gather_piece(cal_gather *gather, int piece, int worker)
{
    if (piece < gather->rule.jobs)
        cal_batch_add_share(gather, piece);
    else
        sum_piece(gather, piece - gather->rule.jobs, worker);
}

static int by_number(const void *x, const void *y)
{
    return *(const int *)x - *(const int *)y;
}

cal_status cal_gather_end(cal_gather *gather, cal_error *err)
{
    if (gather->status)
        return cal_fail(err, gather->status, "%s", gather->error.text);
    qsort(gather->ready[gather->turn], (size_t)gather->ready_count[gather->turn],
          sizeof *gather->ready[0], by_number);
    return CAL_OK;
}

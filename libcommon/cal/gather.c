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
        free(scratch->row);
    }
    for (int k = 0; k < 2; k++) {
        free(gather->ready[k]);
        free(gather->batch[k].cut);
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
    scratch->row = cal_grow(scratch->row, (size_t)rows, sizeof *scratch->row);
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
    gather->block = block;
    gather->turn = !gather->turn;
    gather->ready_count[gather->turn] = 0;
    if (block)
        gather->piece_rows = rows_of_piece(gather, block);
    for (int j = 0; block && j < gather->rule.jobs; j++)
        make_scratch(&gather->scratch[j], gather->piece_rows);
    cal_batch_cut(gather);
    return gather->rule.jobs + gather->batch[gather->turn].cuts;
}

/* Rows first .. first+count-1 of the block, no more than fit into the scratch. */
static cal_status sum_rows(cal_gather *gather, int64_t first, int64_t count, int worker,
                           cal_gather_row *out, cal_error *err)
{
    cal_block *part;
    if (cal_piece_load(gather->scratch[worker].piece, gather->block, first, count, &part, err))
        return err->status;
    cal_batch_place(gather, &part->rows, out);
    cal_gather_sum_rows(gather, part, worker, out, err);
    return err->status;
}

/* All rows of a solution: nobody else adds to it. */
static cal_status sum_solution(cal_gather *gather, const cal_gather_cut *cut, int worker,
                               cal_error *err)
{
    cal_gather_row *row = gather->scratch[worker].row;
    for (int64_t done = 0, count; done < cut->count; done += count) {
        count = cut->count - done < gather->piece_rows ? cut->count - done : gather->piece_rows;
        if (sum_rows(gather, cut->first + done, count, worker, row, err))
            return err->status;
        for (int64_t i = 0; i < count; i++)
            if (row[i].group >= 0)
                cal_group_sums_add(gather, &row[i]);
    }
    return CAL_OK;
}

/* Returns the solution that is complete with these rows, or -1. */
static int sum_cut(cal_gather *gather, const cal_gather_cut *cut, int worker)
{
    cal_gather_row *later = gather->batch[gather->turn].row + cut->first;
    cal_error err = {0};
    if (cut->solution >= 0)
        sum_solution(gather, cut, worker, &err);
    else
        sum_rows(gather, cut->first, cut->count, worker, later, &err);
    if (err.status && !__atomic_exchange_n(&gather->status, err.status, __ATOMIC_ACQ_REL))
        gather->error = err;
    return err.status ? -1 : cut->solution;
}

int cal_gather_piece(cal_gather *gather, int piece, int worker)
{
    int shares = gather->rule.jobs;
    if (piece >= shares)
        return sum_cut(gather, &gather->batch[gather->turn].cut[piece - shares], worker);
    cal_batch_add_share(gather, piece);
    return -1;
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

/* Rows of a piece, each to its sums over the channels. */
#include "cal/gather_parts.h"
#include <math.h>
#include <string.h>

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

static bool has_flags(const cal_block *part)
{
    size_t rows = (size_t)part->rows.count;
    return memchr(part->rows.flag_row, 1, rows) ||
           memchr(part->flag, 1, rows * (size_t)part->nchan * (size_t)part->ncorr);
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
    if (spectra || (!scratch->clean && memchr(flag, 1, (size_t)dd->samples))) {
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

void cal_gather_sum_rows(cal_gather *gather, cal_block *part, int worker, cal_gather_row *out,
                         cal_error *err)
{
    cal_gather_scratch *scratch = &gather->scratch[worker];
    const cal_rows *rows = &part->rows;
    scratch->clean = !gather->rule.before && !gather->rule.within && !has_flags(part);
    for (int64_t row = 0; row < rows->count; row++) {
        const cal_gather_dd *dd = &gather->dd[rows->dd[row]];
        if (!dd->selected)
            continue;
        if (!scratch->clean)
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

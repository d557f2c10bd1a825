/* SPECTRAL_WINDOW and POLARIZATION of the output: new channels, new correlations. */
#include "base/mem.h"
#include "ms/subtables_parts.h"
#include <string.h>

/* ---- SPECTRAL_WINDOW ---- */

static cal_status put_scalar(cal_table *sub, const char *column, cal_type type, int64_t row,
                             const void *value, cal_error *err)
{
    return cal_table_put(sub, column, type, cal_span_range(row, 1), value, err);
}

static cal_status put_axis(cal_table *sub, int64_t row, const cal_axis *axis, cal_error *err)
{
    const struct {
        const char *column;
        const double *values;
    } arrays[] = {{"CHAN_FREQ", axis->freq},
                  {"CHAN_WIDTH", axis->width},
                  {"EFFECTIVE_BW", axis->effective_bw},
                  {"RESOLUTION", axis->resolution}};
    int64_t shape[] = {axis->nchan};
    cal_status status = put_scalar(sub, "NUM_CHAN", CAL_TYPE_INT, row, &axis->nchan, err);
    for (size_t i = 0; i < CAL_COUNT(arrays) && !status; i++)
        status = cal_table_put_cell(sub, arrays[i].column, CAL_TYPE_DOUBLE, row, 1, shape,
                                    arrays[i].values, err);
    if (!status)
        status = put_scalar(sub, "REF_FREQUENCY", CAL_TYPE_DOUBLE, row, &axis->ref_freq, err);
    if (!status)
        status =
            put_scalar(sub, "TOTAL_BANDWIDTH", CAL_TYPE_DOUBLE, row, &axis->total_bandwidth, err);
    return status;
}

static void free_texts(char **text, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        free(text[i]);
    free(text);
}

/* ASSOC_SPW_ID and the ASSOC_NATURE beside it: spws that are gone drop out of both. */
static cal_status renumber_associations(cal_table *sub, int64_t row, const cal_id_map *spws,
                                        cal_error *err)
{
    int64_t shape[CAL_MAX_DIM], count, natures = 0, kept = 0;
    int ndim, *id;
    char **nature = NULL;
    if (!cal_table_has_column(sub, "ASSOC_SPW_ID") ||
        !cal_table_cell_shape(sub, "ASSOC_SPW_ID", row, &ndim, shape))
        return CAL_OK;
    cal_status status =
        cal_table_get_cell(sub, "ASSOC_SPW_ID", CAL_TYPE_INT, row, (void **)&id, &count, err);
    if (status)
        return status;
    if (cal_table_has_column(sub, "ASSOC_NATURE") &&
        cal_table_cell_shape(sub, "ASSOC_NATURE", row, &ndim, shape))
        status = cal_table_get_cell(sub, "ASSOC_NATURE", CAL_TYPE_TEXT, row, (void **)&nature,
                                    &natures, err);
    for (int64_t i = 0; i < count; i++) {
        if (!cal_id_kept(spws, id[i]))
            continue;
        if (natures == count) {
            char *moved = nature[kept];
            nature[kept] = nature[i];
            nature[i] = moved;
        }
        id[kept++] = cal_id_new(spws, id[i]);
    }
    if (!status)
        status = cal_table_put_cell(sub, "ASSOC_SPW_ID", CAL_TYPE_INT, row, 1, &kept, id, err);
    if (!status && nature && natures == count)
        status = cal_table_put_cell(sub, "ASSOC_NATURE", CAL_TYPE_TEXT, row, 1, &kept, nature, err);
    free(id);
    free_texts(nature, natures);
    return status;
}

cal_status cal_subtable_rewrite_spws(cal_table *sub, const cal_subtables_plan *plan, cal_error *err)
{
    const cal_id_map *spws = &plan->maps->spw;
    cal_status status = CAL_OK;
    for (int i = 0; i < spws->kept && !status; i++) {
        int old = spws->from[i];
        const cal_bins *bins = &plan->bins[old];
        if (bins->nchan && !bins->whole) {
            cal_axis axis = cal_axis_of_bins(bins, &plan->meta->spw[old]);
            status = put_axis(sub, i, &axis, err);
            cal_axis_free(&axis);
        }
        if (!status && !spws->all)
            status = renumber_associations(sub, i, spws, err);
    }
    return status;
}

/* ---- POLARIZATION ---- */

cal_status cal_subtable_rewrite_polarizations(cal_table *sub, const cal_subtables_plan *plan,
                                              cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < plan->meta->pols && !status; i++) {
        const cal_polarization *pol = &plan->meta->pol[i];
        int type[16], product[16][2], count = plan->ncorr[i];
        if (!plan->corr[i] || count == pol->ncorr || count > (int)CAL_COUNT(type))
            continue;
        for (int p = 0; p < count; p++) {
            type[p] = pol->type[plan->corr[i][p]];
            memcpy(product[p], pol->product + 2 * plan->corr[i][p], sizeof product[p]);
        }
        int64_t shape[] = {2, count};
        status = put_scalar(sub, "NUM_CORR", CAL_TYPE_INT, i, &count, err);
        if (!status)
            status = cal_table_put_cell(sub, "CORR_TYPE", CAL_TYPE_INT, i, 1, shape + 1, type, err);
        if (!status)
            status =
                cal_table_put_cell(sub, "CORR_PRODUCT", CAL_TYPE_INT, i, 2, shape, product, err);
    }
    return status;
}

/* Correlations: [spw:]name[,name...][,spw:name...]. A data description is taken only if it has every product that is named for its
 * window; the products come in the order of the data. */
#include "base/buf.h"
#include "base/mem.h"
#include "ms/select_parts.h"
#include <string.h>

static int index_of(const cal_polarization *pol, int type)
{
    for (int i = 0; i < pol->ncorr; i++)
        if (pol->type[i] == type)
            return i;
    return -1;
}

/* The products of the chosen windows, for messages. */
static void list_products(const cal_selection *selection, cal_buf *list)
{
    const cal_meta *meta = selection->meta;
    cal_ids seen = {0};
    for (int d = 0; d < meta->dds; d++) {
        const cal_polarization *pol = &meta->pol[meta->dd[d].pol];
        for (int i = 0; i < pol->ncorr && cal_selection_channels(selection, meta->dd[d].spw); i++)
            cal_ids_add(&seen, pol->type[i]);
    }
    for (int i = 0; i < seen.count; i++)
        cal_buf_addf(list, "%s%s", i ? ", " : "", cal_corr_name(seen.id[i]));
    cal_ids_free(&seen);
}

static cal_status no_such_product(const cal_selection *selection, const char *name, cal_error *err)
{
    cal_buf list = {0};
    list_products(selection, &list);
    cal_fail(err, CAL_INPUT, "no correlation matches \"%s\"; the %s %s", name,
             cal_selection_has(selection, "spw") ? "chosen spectral windows have" : "data have",
             cal_buf_text(&list));
    cal_buf_free(&list);
    return err->status;
}

/* "3:" before a name: the windows that the names up to the next prefix are for. */
static bool has_prefix(const cal_cursor *cursor)
{
    return cursor->at[strcspn(cursor->at, ":,;")] == ':';
}

static cal_status parse_products(cal_cursor *cursor, const cal_selection *selection,
                                 cal_ids *of_spw)
{
    const cal_meta *meta = selection->meta;
    cal_ids spws = {0};
    cal_status status = CAL_OK;
    for (int i = 0; i < meta->spws; i++)
        cal_ids_add(&spws, i);
    do {
        if (has_prefix(cursor)) {
            cal_ids_free(&spws);
            status = cal_cursor_spws(cursor, meta, ":", &spws);
            cal_cursor_take(cursor, ":");
        }
        cal_pattern name = {0};
        if (!status)
            status = cal_cursor_pattern(cursor, ",;", &name);
        int type = status ? 0 : cal_corr_code(name.text);
        if (!status && !type)
            status = no_such_product(selection, name.text, cursor->err);
        for (int i = 0; i < spws.count && !status; i++)
            cal_ids_add(&of_spw[spws.id[i]], type);
        cal_pattern_free(&name);
    } while (!status && (cal_cursor_take(cursor, ",") || cal_cursor_take(cursor, ";")));
    cal_ids_free(&spws);
    return status;
}

/* The indices of `types` in the data description's products, ascending; none where one is missing. */
static cal_corr_choice choose(const cal_polarization *pol, const cal_ids *types)
{
    cal_corr_choice choice = {CAL_NEW_ARRAY(int, pol->ncorr), 0};
    for (int i = 0; i < pol->ncorr; i++)
        for (int k = 0; k < types->count; k++)
            if (pol->type[i] == types->id[k])
                choice.corr[choice.count++] = i;
    for (int k = 0; k < types->count; k++)
        if (index_of(pol, types->id[k]) < 0)
            choice.count = 0;
    return choice;
}

cal_status cal_parse_correlation(const char *text, cal_selection *selection, cal_error *err)
{
    const cal_meta *meta = selection->meta;
    cal_cursor cursor = {"correlation", text, text, err};
    cal_ids *of_spw = CAL_NEW_ARRAY(cal_ids, meta->spws);
    cal_status status = parse_products(&cursor, selection, of_spw);
    bool any = false;
    for (int d = 0; d < meta->dds && !status; d++) {
        free(selection->corr[d].corr);
        selection->corr[d] = choose(&meta->pol[meta->dd[d].pol], &of_spw[meta->dd[d].spw]);
        selection->dd_on[d] &= selection->corr[d].count > 0;
        any |= selection->dd_on[d];
    }
    for (int i = 0; i < meta->spws; i++)
        cal_ids_free(&of_spw[i]);
    free(of_spw);
    return status || any ? status : no_such_product(selection, text, err);
}

uint8_t *cal_selection_cells(const cal_selection *selection, const cal_meta *meta, int dd)
{
    const int spw = meta->dd[dd].spw, ncorr = meta->pol[meta->dd[dd].pol].ncorr;
    const cal_spw_choice *choice = cal_selection_channels(selection, spw);
    int corrs;
    const int *corr = cal_selection_corrs(selection, dd, &corrs);
    if (!choice || (choice->whole && corrs == ncorr))
        return NULL;
    uint8_t *chosen = CAL_NEW_ARRAY(uint8_t, meta->spw[spw].nchan * ncorr);
    for (int r = 0; r < choice->ranges; r++)
        for (int c = choice->range[r].first; c <= choice->range[r].last; c += choice->range[r].step)
            for (int k = 0; k < corrs; k++)
                chosen[c * ncorr + corr[k]] = 1;
    return chosen;
}

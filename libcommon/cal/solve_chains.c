/* Earlier tables in a solve: which belong to the data and which to the model. */
#include "base/mem.h"
#include "cal/caltable.h"
#include "cal/jones.h"
#include "cal/solve_run.h"

/* What cannot be told here is told when the chain is opened. */
static bool comes_before(const char *gaintable, int order)
{
    cal_caltable_kind kind;
    cal_error ignored;
    if (cal_caltable_identify(gaintable, &kind, &ignored))
        return true;
    const cal_jones_type *type = cal_jones_find(kind.type);
    return !type || type->order < order;
}

static cal_status open_part(const cal_chain_list *part, const cal_meta *meta, int jobs,
                            cal_chain **chain, cal_error *err)
{
    if (!part->count)
        return CAL_OK;
    if (cal_chain_open(part, meta, chain, err))
        return err->status;
    cal_chain_prepare(*chain, jobs);
    return CAL_OK;
}

cal_status cal_solve_chains_open(cal_chain_list *list, const cal_meta *meta, cal_gather_rule *rule,
                                 cal_error *err)
{
    if (cal_chain_list_resolve(list, meta, err))
        return err->status;
    int order = cal_jones_find(rule->delay    ? "K Jones"
                               : rule->scalar ? "T Jones"
                                              : "G Jones")
                    ->order;
    cal_chain_list before = *list, within = *list; /* the items stay those of `list` */
    before.item = CAL_NEW_ARRAY(cal_chain_item, list->count);
    within.item = CAL_NEW_ARRAY(cal_chain_item, list->count);
    before.count = within.count = 0;
    for (int k = 0; k < list->count; k++) {
        cal_chain_list *part = comes_before(list->item[k].gaintable, order) ? &before : &within;
        part->item[part->count++] = list->item[k];
    }
    cal_status status = open_part(&before, meta, rule->jobs, &rule->before, err);
    if (!status)
        status = open_part(&within, meta, rule->jobs, &rule->within, err);
    free(before.item);
    free(within.item);
    return status;
}

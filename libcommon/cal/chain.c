/* The chain: its terms in the order of application, and what is said of it afterwards. */
#include "cal/chain.h"
#include "base/json.h"
#include "base/mem.h"
#include "cal/chain_parts.h"
#include <string.h>

/* ---- opening ---- */

/* Lines of CASA's cal libraries for one table make one term, and so do the parts of one. */
static cal_term *term_of_table(cal_chain *chain, const cal_chain_item *item)
{
    for (int t = 0; t < chain->terms && (item->from_library || item->part); t++) {
        const cal_chain_item *other = chain->term[t].item;
        if (item->part ? other->part == item->part
                       : other->from_library && !strcmp(other->gaintable, item->gaintable))
            return &chain->term[t];
    }
    return NULL;
}

static cal_status add_item(cal_chain *chain, const cal_chain_item *item, bool ignore_names,
                           cal_error *err)
{
    cal_term *term = term_of_table(chain, item);
    if (!term) {
        term = &chain->term[chain->terms++];
        if (cal_term_open(item, chain->meta, ignore_names, term, err))
            return err->status;
    } else if (item->calwt != term->item->calwt)
        cal_warn("%s has lines with and without calwt in the cal library; that of the first holds",
                 item->gaintable);
    return cal_term_add_patch(term, item, chain->meta, err);
}

/* Tables of one kind go by name, so that they give the same bits however they were listed. Leakages keep the order of the list. */
static bool comes_after(const cal_term *after, const cal_term *before)
{
    if (after->type->order != before->type->order || after->type->kind == CAL_JONES_LEAKAGE)
        return after->type->order >= before->type->order;
    return strcmp(after->item->gaintable, before->item->gaintable) >= 0;
}

static void sort_terms(cal_chain *chain)
{
    for (int i = 1; i < chain->terms; i++)
        for (int k = i; k > 0; k--) {
            cal_term *after = &chain->term[k], *before = &chain->term[k - 1];
            if (comes_after(after, before))
                break;
            cal_term kept = *after;
            *after = *before;
            *before = kept;
        }
}

static void make_stages(cal_chain *chain)
{
    chain->stage = CAL_NEW_ARRAY(cal_stage, chain->terms);
    for (int t = 0; t < chain->terms; t++) {
        bool leakage = chain->term[t].type->kind == CAL_JONES_LEAKAGE;
        cal_stage *last = chain->stages ? &chain->stage[chain->stages - 1] : NULL;
        if (last && !last->leakage && !leakage)
            last->end = t + 1;
        else
            chain->stage[chain->stages++] = (cal_stage){leakage, t, t + 1};
    }
}

cal_status cal_chain_open(const cal_chain_list *list, const cal_meta *meta, cal_chain **chain,
                          cal_error *err)
{
    cal_error own;
    err = err ? err : &own;
    cal_chain *made = CAL_NEW(cal_chain);
    made->meta = meta;
    made->term = CAL_NEW_ARRAY(cal_term, list->count);
    for (int i = 0; i < list->count; i++)
        if (add_item(made, &list->item[i], list->ignore_names, err)) {
            cal_chain_free(made);
            return err->status;
        }
    sort_terms(made);
    make_stages(made);
    for (int t = 0; t < made->terms; t++)
        made->calwt = made->calwt || made->term[t].calwt;
    cal_workers_make(made, 1);
    *chain = made;
    return CAL_OK;
}

void cal_chain_prepare(cal_chain *chain, int jobs)
{
    cal_workers_free(chain);
    cal_workers_make(chain, jobs < 1 ? 1 : jobs);
}

void cal_chain_free(cal_chain *chain)
{
    if (!chain)
        return;
    cal_workers_free(chain);
    for (int t = 0; t < chain->terms; t++)
        cal_term_free(&chain->term[t]);
    free(chain->term);
    free(chain->stage);
    free(chain);
}

bool cal_chain_calibrates_weights(const cal_chain *chain)
{
    return chain->calwt;
}

/* Stokes codes run RR RL LR LL from 5 and XX XY YX YY from 9: the first antenna's hand is the
 * higher bit. */
int cal_chain_hand(const cal_meta *meta, int dd, int corr, int which)
{
    int code = meta->pol[meta->dd[dd].pol].type[corr];
    int product = code >= 5 ? (code - 5) % 4 : corr;
    return which == 0 ? product >> 1 & 1 : product & 1;
}

/* ---- report ---- */

/* Sums over the threads; they do not depend on which thread took which rows. */
static cal_term_count sum_counts(const cal_chain *chain, int term)
{
    const cal_meta *meta = chain->meta;
    cal_term_count sum = {.missing_spw = CAL_NEW_ARRAY(uint8_t, meta->spws),
                          .missing_antenna = CAL_NEW_ARRAY(uint8_t, meta->spws * meta->antennas)};
    for (int w = 0; w < chain->jobs; w++) {
        const cal_term_count *count = &chain->worker[w].count[term];
        sum.data += count->data;
        sum.flagged_in += count->flagged_in;
        sum.flagged_out += count->flagged_out;
        for (int s = 0; s < meta->spws; s++)
            sum.missing_spw[s] |= count->missing_spw[s];
        for (int i = 0; i < meta->spws * meta->antennas; i++)
            sum.missing_antenna[i] |=
                count->missing_antenna[i] & chain->worker[w].seen[i % meta->antennas];
    }
    return sum;
}

static jv missing_spws(const cal_chain *chain, const uint8_t *missing)
{
    jv list = jv_array();
    for (int s = 0; s < chain->meta->spws; s++)
        if (missing[s])
            cal_json_push(&list, jv_number(s));
    return list;
}

static jv missing_antennas(const cal_chain *chain, const uint8_t *missing)
{
    const cal_meta *meta = chain->meta;
    jv list = jv_array();
    for (int i = 0; i < meta->spws * meta->antennas; i++) {
        if (!missing[i])
            continue;
        jv entry = jv_object();
        cal_json_set(&entry, "spw", jv_number(i / meta->antennas));
        cal_json_set(&entry, "antenna", jv_number(i % meta->antennas));
        cal_json_set(&entry, "name", cal_json_text(meta->antenna[i % meta->antennas].name));
        cal_json_push(&list, entry);
    }
    return list;
}

static jv report_term(const cal_chain *chain, int t)
{
    const cal_term *term = &chain->term[t];
    cal_term_count count = sum_counts(chain, t);
    jv entry = jv_object();
    cal_json_set(&entry, "gaintable", cal_json_text(term->table->path));
    cal_json_set(&entry, "type", cal_json_text(term->table->type));
    cal_json_set(&entry, "calwt", jv_bool(term->calwt));
    cal_json_set(&entry, "solutions", jv_number((double)term->table->elements));
    cal_json_set(&entry, "good_solutions", jv_number((double)term->good));
    cal_json_set(&entry, "unusable_solutions", jv_number((double)term->unusable));
    cal_json_set(&entry, "data", jv_number((double)count.data));
    cal_json_set(&entry, "flagged_before", jv_number((double)count.flagged_in));
    cal_json_set(&entry, "flagged_after", jv_number((double)count.flagged_out));
    cal_json_set(&entry, "missing_spws", missing_spws(chain, count.missing_spw));
    cal_json_set(&entry, "missing_antennas", missing_antennas(chain, count.missing_antenna));
    cal_json_set(&entry, "warnings",
                 cal_json_texts((const char *const *)term->warnings.item, term->warnings.count));
    free(count.missing_spw);
    free(count.missing_antenna);
    return entry;
}

jv cal_chain_report(const cal_chain *chain)
{
    jv list = jv_array();
    for (int t = 0; t < chain->terms; t++)
        cal_json_push(&list, report_term(chain, t));
    return list;
}

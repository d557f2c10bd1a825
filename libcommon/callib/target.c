#include "callib/target.h"

#include "base/mem.h"
#include "base/text.h"
#include "ms/select_names.h"
#include <string.h>

/* ---- what is taken and what is left out ---- */

/* The end of one item of an expression: the next comma outside of quotes, parentheses and regular expressions. */
static const char *item_end(const char *at)
{
    int depth = 0;
    for (char quote = 0; *at; at++) {
        if (quote)
            quote = *at == quote ? 0 : quote;
        else if (*at == '"' || *at == '/')
            quote = *at;
        else if (*at == ',' && !depth)
            break;
        else
            depth += (*at == '(') - (*at == ')');
    }
    return at;
}

/* "0~9,!5,!7" as "0~9" and "5,7". */
static void split_items(const char *text, cal_buf *taken, cal_buf *left_out)
{
    for (const char *at = text; *at;) {
        const char *end = item_end(at);
        at += strspn(at, " ");
        cal_buf *into = *at == '!' ? left_out : taken;
        at += *at == '!';
        cal_buf_addf(into, "%s%.*s", into->len ? "," : "", (int)(end > at ? end - at : 0), at);
        at = *end ? end + 1 : end;
    }
}

typedef cal_status select_ids(const char *text, cal_select_names names, uint8_t *mark,
                              cal_error *err);

static cal_status mark_text(const char *text, select_ids *select, const cal_axis *axis,
                            const char *what, cal_idset *set, cal_error *err)
{
    uint8_t *mark = CAL_NEW_ARRAY(uint8_t, axis->size);
    cal_status status = select(text, (cal_select_names){axis->name, axis->size}, mark, err);
    for (int id = 0; id < axis->size && !status; id++)
        if (mark[id])
            cal_idset_add(set, id);
    cal_idset_intersect(set, &axis->all);
    free(mark);
    if (!status && cal_idset_empty(set))
        status = cal_fail(err, CAL_INPUT, "no %s matches \"%s\"", what, text);
    return status;
}

/* An expression with its exceptions, on one axis. */
static cal_status select_axis(const char *text, select_ids *select, const cal_axis *axis,
                              const char *what, cal_idset *set, cal_error *err)
{
    if (!text || !*text || !strcmp(text, "*")) {
        cal_idset_unite(set, &axis->all);
        return CAL_OK;
    }
    cal_buf taken = {0}, left_out = {0};
    cal_idset except = cal_idset_make(axis->size);
    cal_status status = CAL_OK;
    split_items(text, &taken, &left_out);
    if (taken.len)
        status = mark_text(cal_buf_text(&taken), select, axis, what, set, err);
    else
        cal_idset_unite(set, &axis->all);
    if (!status && left_out.len)
        status = mark_text(cal_buf_text(&left_out), select, axis, what, &except, err);
    cal_idset_subtract(set, &except);
    cal_idset_free(&except);
    cal_buf_free(&taken);
    cal_buf_free(&left_out);
    return status;
}

/* ---- intents ---- */

/* Every pattern of the list; those that fit nothing are passed over, a set need not have every intent. */
static cal_status select_intents(const char *text, cal_select_names names, uint8_t *mark,
                                 cal_error *err)
{
    cal_words words = cal_words_split(text, ',');
    (void)err;
    for (int i = 0; i < words.count; i++)
        for (int id = 0; id < names.count; id++)
            mark[id] |= cal_glob(words.item[i], names.name[id]);
    cal_words_free(&words);
    return CAL_OK;
}

static void resolve_intents(const char *text, const cal_axis *axis, cal_idset *set)
{
    cal_error unwanted = {0};
    select_axis(text, select_intents, axis, "intent", set, &unwanted);
}

/* ---- virtual spws ---- */

/* Names of the virtual spws as an axis of its own; it borrows them. */
static cal_axis virtual_axis(const cal_library *library)
{
    cal_axis axis = {CAL_NEW_ARRAY(char *, library->virtual_spws), library->virtual_spws,
                     cal_idset_make(library->virtual_spws)};
    for (int i = 0; i < axis.size; i++)
        if ((axis.name[i] = library->virtual_spw[i].name))
            cal_idset_add(&axis.all, i);
    return axis;
}

static cal_status select_virtual(const char *text, const cal_library *library, int vis,
                                 cal_idset *set, cal_error *err)
{
    cal_axis axis = virtual_axis(library);
    cal_idset chosen = cal_idset_make(axis.size);
    cal_status status = select_axis(text, cal_select_spws, &axis, "spw", &chosen, err);
    for (CAL_IDS(id, &chosen))
        if (library->virtual_spw[id].spw[vis] >= 0)
            cal_idset_add(set, library->virtual_spw[id].spw[vis]);
    cal_idset_free(&chosen);
    cal_idset_free(&axis.all);
    free(axis.name);
    return status;
}

/* ---- sets ---- */

static cal_status resolve_box(const cal_target *target, const cal_library *library, int number,
                              cal_box *box, cal_error *err)
{
    const cal_vis *vis = library->vis[number];
    cal_status status =
        target->virtual_spw
            ? select_virtual(target->spw, library, number, &box->spw, err)
            : select_axis(target->spw, cal_select_spws, &vis->spw, "spw", &box->spw, err);
    if (!status)
        status =
            select_axis(target->field, cal_select_fields, &vis->field, "field", &box->field, err);
    if (!status)
        status = select_axis(target->antenna, cal_select_antennas, &vis->antenna, "antenna",
                             &box->antenna, err);
    resolve_intents(target->intent, &vis->intent, &box->intent);
    return status ? cal_prefix(err, "%s", vis->name) : CAL_OK;
}

/* Adds the region, if there are data in it. */
static cal_status add_set(const cal_target *target, const cal_library *library, int number,
                          cal_regions *regions, cal_error *err)
{
    const cal_vis *vis = library->vis[number];
    cal_box box = cal_box_empty(vis);
    cal_status status = resolve_box(target, library, number, &box, err);
    if (!status && !cal_idset_empty(&box.antenna) && cal_vis_next(vis, &box, -1) >= 0)
        cal_regions_add(regions, number, box);
    else
        cal_box_free(&box);
    return status;
}

static cal_status add_named_sets(const cal_target *target, const cal_library *library,
                                 cal_regions *regions, cal_error *err)
{
    cal_words names = cal_words_split(target->vis, ',');
    uint8_t *done = CAL_NEW_ARRAY(uint8_t, library->viss);
    cal_status status = CAL_OK;
    for (int i = 0; i < names.count && !status; i++) {
        int number;
        status = cal_library_find_vis(library, names.item[i], &number, err);
        if (!status && !done[number]) {
            done[number] = 1;
            status = add_set(target, library, number, regions, err);
        }
    }
    free(done);
    cal_words_free(&names);
    return status;
}

/* Of several sets it is enough when one has the field. */
static cal_status add_all_sets(const cal_target *target, const cal_library *library,
                               cal_regions *regions, cal_error *err)
{
    int failed = 0;
    for (int i = 0; i < library->viss; i++) {
        cal_error lacks = {0};
        cal_status status = add_set(target, library, i, regions, &lacks);
        if (status)
            *err = lacks;
        if (status && status != CAL_INPUT)
            return status;
        failed += status != CAL_OK;
    }
    return failed && failed == library->viss ? err->status : CAL_OK;
}

cal_status cal_target_resolve(const cal_target *target, const cal_library *library,
                              cal_regions *regions, cal_error *err)
{
    *regions = (cal_regions){0};
    cal_status status = target->vis && *target->vis ? add_named_sets(target, library, regions, err)
                                                    : add_all_sets(target, library, regions, err);
    if (status)
        cal_regions_free(regions);
    return status;
}

/* ---- nothing selected ---- */

static void print_intents_of(const cal_vis *vis, int field, cal_buf *out)
{
    cal_idset intents = cal_idset_make(vis->intent.size);
    for (int t = 0; t < vis->triples; t++)
        if (vis->triple[t].field == field)
            cal_idset_add(&intents, vis->triple[t].intent);
    for (CAL_IDS(intent, &intents))
        cal_buf_addf(out, "%s%s", intent == cal_idset_next(&intents, 0) ? " " : ",",
                     vis->intent.name[intent]);
    cal_idset_free(&intents);
}

static void print_data(const cal_vis *vis, cal_buf *out)
{
    enum { MOST = 6 };
    int count = 0;
    for (CAL_IDS(field, &vis->field.all)) {
        if (count++ < MOST) {
            cal_buf_addf(out, count > 1 ? "; %d " : "%d ", field);
            cal_buf_add(out, vis->field.name[field]);
            print_intents_of(vis, field, out);
        }
    }
    if (count > MOST)
        cal_buf_add(out, "; ...");
}

static void print_part(const char *name, const char *text, cal_buf *out)
{
    if (text && *text)
        cal_buf_addf(out, "%s%s %s", out->len ? ", " : "", name, text);
}

cal_status cal_target_empty(const cal_target *target, const cal_library *library, cal_error *err)
{
    cal_buf asked = {0}, there = {0};
    int first = 0;
    cal_words names = cal_words_split(target->vis ? target->vis : "", ',');
    if (names.count)
        cal_library_find_vis(library, names.item[0], &first, NULL);
    cal_words_free(&names);
    print_part("field", target->field, &asked);
    print_part("spw", target->spw, &asked);
    print_part("antenna", target->antenna, &asked);
    print_part("intent", target->intent, &asked);
    if (!library->viss)
        return cal_fail(err, CAL_DATA, "there is no data set in this library");
    print_data(library->vis[first], &there);
    cal_fail(err, CAL_DATA, "no data in this selection (%s); fields and intents of %s are %s",
             cal_buf_text(&asked), library->vis[first]->name, cal_buf_text(&there));
    cal_buf_free(&asked);
    cal_buf_free(&there);
    return CAL_DATA;
}

/* Sets from what ms-info prints. */
#include "base/mem.h"
#include "base/text.h"
#include "callib/vis_parts.h"
#include <string.h>

/* For data without any intent: they have calibrations too. */
static const char no_intent[] = "UNSPECIFIED";

static cal_status read_member(jv item, const cal_axis *axis, const cal_place *place, cal_idset *set,
                              cal_error *err)
{
    int id;
    if (cal_doc_object(item, place, err) || cal_doc_int(item, "id", place, 0, MAX_ID, &id, err))
        return err->status;
    if (!cal_idset_has(&axis->all, id))
        return cal_place_fail(place, err, "there is no id %d", id);
    cal_idset_add(set, id);
    return CAL_OK;
}

static cal_status read_scan_field(void *user, jv item, const cal_place *place, cal_error *err)
{
    cal_vis_draft *d = user;
    return read_member(item, &d->vis->field, place, &d->scan->field, err);
}

static cal_status read_scan_spw(void *user, jv item, const cal_place *place, cal_error *err)
{
    cal_vis_draft *d = user;
    return read_member(item, &d->vis->spw, place, &d->scan->spw, err);
}

/* The intents of the fields on their own rows, for scans that hold several fields. */
typedef struct scan_reader {
    cal_vis_draft *d;
    const uint64_t *of_field;
    uint64_t none; /* what data without an intent get */
} scan_reader;

/* A scan that touches one field gives it the scan's intents; several fields share them out by their own
 * (callibrary 2: a scan that goes to and fro between target and reference). */
static void add_scan(const scan_reader *r)
{
    cal_vis *vis = r->d->vis;
    cal_box *scan = r->d->scan;
    uint64_t own = cal_vis_draft_intents(r->d);
    bool several = cal_idset_count(&scan->field) > 1;
    for (CAL_IDS(field, &scan->field)) {
        uint64_t intents = own ? own : r->of_field[field];
        if (several && own)
            intents &= r->of_field[field];
        for (CAL_IDS(spw, &scan->spw))
            r->d->intents[spw * vis->field.size + field] |= intents ? intents : r->none;
    }
}

static cal_status read_scan(void *user, jv item, const cal_place *place, cal_error *err)
{
    scan_reader *r = user;
    cal_box scan = cal_box_empty(r->d->vis);
    r->d->scan = &scan;
    cal_status status;
    if (!(status = cal_doc_object(item, place, err)) &&
        !(status = cal_doc_each(item, "fields", place, false, read_scan_field, r->d, err)) &&
        !(status = cal_doc_each(item, "spws", place, false, read_scan_spw, r->d, err)) &&
        !(status = cal_doc_each(item, "intents", place, true, cal_vis_read_intent, r->d, err)))
        add_scan(r);
    cal_box_free(&scan);
    return status;
}

typedef struct field_reader {
    cal_vis_draft *d;
    uint64_t *of_field;
} field_reader;

static cal_status read_field_intents(void *user, jv item, const cal_place *place, cal_error *err)
{
    field_reader *r = user;
    cal_box box = cal_box_empty(r->d->vis);
    int id = (int)cal_json_number_at(item, "id", 0);
    r->d->scan = &box;
    cal_status status = cal_doc_each(item, "intents", place, true, cal_vis_read_intent, r->d, err);
    if (!status)
        r->of_field[id] = cal_vis_draft_intents(r->d);
    cal_box_free(&box);
    return status;
}

/* Which intents every (spw, field) has; `none` for data that have none. */
static cal_status read_scans(jv info, const cal_place *place, cal_vis_draft *d, uint64_t none,
                             cal_error *err)
{
    int pairs = d->vis->spw.size * d->vis->field.size;
    uint64_t *of_field = CAL_NEW_ARRAY(uint64_t, d->vis->field.size);
    memset(d->intents, 0, (size_t)pairs * sizeof *d->intents);
    cal_status status = cal_doc_each(info, "fields", place, false, read_field_intents,
                                     &(field_reader){d, of_field}, err);
    if (!status)
        status = cal_doc_each(info, "scans", place, false, read_scan,
                              &(scan_reader){d, of_field, none}, err);
    free(of_field);
    return status;
}

static bool any_pair_has(const cal_vis_draft *d, uint64_t bit)
{
    for (int i = 0; i < d->vis->spw.size * d->vis->field.size; i++)
        if (d->intents[i] & bit)
            return true;
    return false;
}

/* Once as the intents are; where data without an intent turn up, again with a name for that. */
static cal_status find_triples(jv info, const cal_place *place, cal_vis_draft *d, cal_error *err)
{
    cal_vis *vis = d->vis;
    uint64_t none = (uint64_t)1 << MAX_INTENTS;
    d->intents = CAL_NEW_ARRAY(uint64_t, vis->spw.size * vis->field.size);
    if (read_scans(info, place, d, none, err))
        return err->status;
    if (any_pair_has(d, none)) {
        if (cal_vis_find_intent(vis, no_intent) < 0)
            cal_vis_add_intent(vis, no_intent);
        cal_vis_finish_intents(vis);
        if (read_scans(info, place, d, (uint64_t)1 << cal_vis_find_intent(vis, no_intent), err))
            return err->status;
    }
    cal_vis_list_triples(d);
    return CAL_OK;
}

/* ms-info's document tells the observatory by observation; one is enough to know. */
static const char *telescope_of(jv info)
{
    jv first = cal_json_item_at(info, "observations", 0);
    const char *name = cal_json_text_at(first, "telescope", "");
    jv_free(first);
    return name; /* held by the document */
}

static cal_status read_info(jv info, const cal_place *place, cal_vis_draft *d, cal_error *err)
{
    cal_vis *vis = d->vis;
    const char *path;
    if (cal_doc_object(info, place, err) || cal_doc_text(info, "path", place, &path, err) ||
        cal_vis_read_names(info, place, vis, err) ||
        cal_doc_each(info, "scans", place, false, cal_vis_collect_intents, vis, err) ||
        cal_doc_each(info, "fields", place, false, cal_vis_collect_intents, vis, err))
        return err->status;
    cal_vis_finish_intents(vis);
    vis->path = cal_copy_text(path);
    vis->name = cal_basename(path);
    vis->telescope = cal_copy_text(telescope_of(info));
    if (find_triples(info, place, d, err) ||
        cal_doc_each(info, "states", place, true, cal_vis_read_obs_mode, d, err))
        return err->status;
    return CAL_OK;
}

cal_status cal_vis_from_ms_info(jv info, const cal_place *place, cal_vis **vis, cal_error *err)
{
    return cal_vis_read_with(read_info, info, place, vis, err);
}

/* Reading sets: from what ms-info prints, and from the library's own document. */
#include "base/document.h"
#include "base/mem.h"
#include "base/text.h"
#include "callib/vis.h"
#include <string.h>

enum { MAX_ID = 1 << 20, MAX_INTENTS = 63 };

/* For data without any intent: they have calibrations too. */
static const char no_intent[] = "UNSPECIFIED";

/* A set on its way: which intents each (spw, field) has, as bits. */
typedef struct draft {
    cal_vis *vis;
    uint64_t *intents; /* [spw][field] */
    cal_box *scan;     /* the fields, spws and intents of the item that is being read */
} draft;

/* ---- axes ---- */

static void add_id(cal_axis *axis, int id, const char *name)
{
    if (id >= axis->size) {
        axis->name = cal_grow(axis->name, (size_t)id + 1, sizeof *axis->name);
        memset(axis->name + axis->size, 0, (size_t)(id + 1 - axis->size) * sizeof *axis->name);
        axis->size = id + 1;
    }
    axis->name[id] = cal_copy_text(name);
}

static void finish_axis(cal_axis *axis)
{
    cal_idset_free(&axis->all);
    axis->all = cal_idset_make(axis->size);
    for (int i = 0; i < axis->size; i++)
        if (axis->name[i])
            cal_idset_add(&axis->all, i);
}

static cal_status read_named(void *user, jv item, const cal_place *place, cal_error *err)
{
    cal_axis *axis = user;
    const char *name;
    int id;
    if (cal_doc_object(item, place, err) || cal_doc_int(item, "id", place, 0, MAX_ID, &id, err) ||
        cal_doc_text_or(item, "name", place, "", &name, err))
        return err->status;
    if (id < axis->size && axis->name[id])
        return cal_place_fail(place, err, "id %d is there twice", id);
    add_id(axis, id, name);
    return CAL_OK;
}

/* Not the rows of ANTENNA that are marked as unused, nor those that nothing was ever written into. */
static cal_status read_antenna(void *user, jv item, const cal_place *place, cal_error *err)
{
    bool nameless = !*cal_json_text_at(item, "name", "");
    if (cal_json_bool_at(item, "flag_row", false) ||
        (nameless && !cal_json_bool_at(item, "present", true)))
        return CAL_OK;
    return read_named(user, item, place, err);
}

static cal_status read_axis(jv document, const char *key, const cal_place *place,
                            cal_doc_visit *read, cal_axis *axis, cal_error *err)
{
    if (cal_doc_each(document, key, place, false, read, axis, err))
        return err->status;
    finish_axis(axis);
    return CAL_OK;
}

static int find_intent(const cal_vis *vis, const char *name)
{
    for (int i = 0; i < vis->intent.size; i++)
        if (!strcmp(vis->intent.name[i], name))
            return i;
    return -1;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A list of intents, as ms-info has it in many places, goes onto the axis. */
static cal_status add_intents(void *user, jv item, const cal_place *place, cal_error *err)
{
    cal_vis *vis = user;
    if (jv_get_kind(item) != JV_KIND_STRING)
        return cal_place_fail(place, err, "the name of an intent is wanted");
    if (find_intent(vis, jv_string_value(item)) < 0)
        add_id(&vis->intent, vis->intent.size, jv_string_value(item));
    if (vis->intent.size > MAX_INTENTS)
        return cal_place_fail(place, err, "more than %d different intents", MAX_INTENTS);
    return CAL_OK;
}

static cal_status collect_intents(void *user, jv item, const cal_place *place, cal_error *err)
{
    return cal_doc_each(item, "intents", place, true, add_intents, user, err);
}

static void finish_intents(cal_vis *vis)
{
    if (vis->intent.size)
        qsort(vis->intent.name, (size_t)vis->intent.size, sizeof *vis->intent.name, compare_names);
    finish_axis(&vis->intent);
}

/* ---- triples ---- */

static void list_triples(draft *d)
{
    cal_vis *vis = d->vis;
    int pairs = vis->spw.size * vis->field.size;
    vis->first = CAL_NEW_ARRAY(int, pairs + 1);
    for (int i = 0; i < pairs; i++)
        vis->first[i + 1] = vis->first[i] + __builtin_popcountll(d->intents[i]);
    vis->triples = vis->first[pairs];
    vis->triple = CAL_NEW_ARRAY(cal_triple, vis->triples);
    cal_triple *next = vis->triple;
    for (int i = 0; i < pairs; i++)
        for (uint64_t left = d->intents[i]; left; left &= left - 1)
            *next++ = (cal_triple){i / vis->field.size, i % vis->field.size, __builtin_ctzll(left)};
}

/* ---- from ms-info ---- */

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
    draft *d = user;
    return read_member(item, &d->vis->field, place, &d->scan->field, err);
}

static cal_status read_scan_spw(void *user, jv item, const cal_place *place, cal_error *err)
{
    draft *d = user;
    return read_member(item, &d->vis->spw, place, &d->scan->spw, err);
}

static cal_status read_intent(void *user, jv item, const cal_place *place, cal_error *err)
{
    draft *d = user;
    int intent =
        jv_get_kind(item) == JV_KIND_STRING ? find_intent(d->vis, jv_string_value(item)) : -1;
    if (intent < 0)
        return cal_place_fail(place, err, "the name of an intent of this set is wanted");
    cal_idset_add(&d->scan->intent, intent);
    return CAL_OK;
}

static uint64_t intents_of(draft *d)
{
    return d->scan->intent.size ? d->scan->intent.word[0] : 0;
}

/* The intents of the fields on their own rows, for scans that hold several fields. */
typedef struct scan_reader {
    draft *d;
    const uint64_t *of_field;
    uint64_t none; /* what data without an intent get */
} scan_reader;

/* A scan that touches one field gives it the scan's intents; several fields share them out by their own
 * (callibrary 2: a scan that goes to and fro between target and reference). */
static void add_scan(const scan_reader *r)
{
    cal_vis *vis = r->d->vis;
    cal_box *scan = r->d->scan;
    uint64_t own = intents_of(r->d);
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
        !(status = cal_doc_each(item, "intents", place, true, read_intent, r->d, err)))
        add_scan(r);
    cal_box_free(&scan);
    return status;
}

typedef struct field_reader {
    draft *d;
    uint64_t *of_field;
} field_reader;

static cal_status read_field_intents(void *user, jv item, const cal_place *place, cal_error *err)
{
    field_reader *r = user;
    cal_box box = cal_box_empty(r->d->vis);
    int id = (int)cal_json_number_at(item, "id", 0);
    r->d->scan = &box;
    cal_status status = cal_doc_each(item, "intents", place, true, read_intent, r->d, err);
    if (!status)
        r->of_field[id] = intents_of(r->d);
    cal_box_free(&box);
    return status;
}

/* Which intents every (spw, field) has; `none` for data that have none. */
static cal_status read_scans(jv info, const cal_place *place, draft *d, uint64_t none,
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

static bool any_pair_has(const draft *d, uint64_t bit)
{
    for (int i = 0; i < d->vis->spw.size * d->vis->field.size; i++)
        if (d->intents[i] & bit)
            return true;
    return false;
}

/* Once as the intents are; where data without an intent turn up, again with a name for that. */
static cal_status find_triples(jv info, const cal_place *place, draft *d, cal_error *err)
{
    cal_vis *vis = d->vis;
    uint64_t none = (uint64_t)1 << MAX_INTENTS;
    d->intents = CAL_NEW_ARRAY(uint64_t, vis->spw.size * vis->field.size);
    if (read_scans(info, place, d, none, err))
        return err->status;
    if (any_pair_has(d, none)) {
        if (find_intent(vis, no_intent) < 0)
            add_id(&vis->intent, vis->intent.size, no_intent);
        finish_intents(vis);
        if (read_scans(info, place, d, (uint64_t)1 << find_intent(vis, no_intent), err))
            return err->status;
    }
    list_triples(d);
    return CAL_OK;
}

/* Rows of STATE that no data refer to may have intents that the set lacks. */
static cal_status read_mode_intent(void *user, jv item, const cal_place *place, cal_error *err)
{
    draft *d = user;
    int intent =
        jv_get_kind(item) == JV_KIND_STRING ? find_intent(d->vis, jv_string_value(item)) : -1;
    (void)place;
    (void)err;
    if (intent >= 0)
        cal_idset_add(&d->scan->intent, intent);
    return CAL_OK;
}

static bool has_mode(const cal_vis *vis, const char *text)
{
    for (int i = 0; i < vis->obs_modes; i++)
        if (!strcmp(vis->obs_mode[i].text, text))
            return true;
    return false;
}

static cal_status read_obs_mode(void *user, jv item, const cal_place *place, cal_error *err)
{
    draft *d = user;
    cal_vis *vis = d->vis;
    const char *text;
    if (cal_doc_object(item, place, err) || cal_doc_text(item, "obs_mode", place, &text, err))
        return err->status;
    if (has_mode(vis, text))
        return CAL_OK;
    cal_box box = cal_box_empty(vis);
    d->scan = &box;
    cal_status status = cal_doc_each(item, "intents", place, true, read_mode_intent, d, err);
    vis->obs_mode = cal_grow(vis->obs_mode, (size_t)vis->obs_modes + 1, sizeof *vis->obs_mode);
    vis->obs_mode[vis->obs_modes++] =
        (cal_obs_mode){cal_copy_text(text), cal_idset_copy(&box.intent)};
    cal_box_free(&box);
    return status;
}

/* ms-info's document tells the observatory by observation; one is enough to know. */
static const char *telescope_of(jv info)
{
    jv all = cal_json_at(info, "observations");
    jv first = jv_get_kind(all) == JV_KIND_ARRAY ? jv_array_get(jv_copy(all), 0) : jv_null();
    const char *name = cal_json_text_at(first, "telescope", "");
    jv_free(first);
    jv_free(all);
    return name; /* held by the document */
}

static cal_status read_names(jv document, const cal_place *place, cal_vis *vis, cal_error *err)
{
    if (read_axis(document, "antennas", place, read_antenna, &vis->antenna, err) ||
        read_axis(document, "spws", place, read_named, &vis->spw, err) ||
        read_axis(document, "fields", place, read_named, &vis->field, err))
        return err->status;
    return CAL_OK;
}

static cal_status read_info(jv info, const cal_place *place, draft *d, cal_error *err)
{
    cal_vis *vis = d->vis;
    const char *path;
    if (cal_doc_object(info, place, err) || cal_doc_text(info, "path", place, &path, err) ||
        read_names(info, place, vis, err) ||
        cal_doc_each(info, "scans", place, false, collect_intents, vis, err) ||
        cal_doc_each(info, "fields", place, false, collect_intents, vis, err))
        return err->status;
    finish_intents(vis);
    vis->path = cal_copy_text(path);
    vis->name = cal_basename(path);
    vis->telescope = cal_copy_text(telescope_of(info));
    if (find_triples(info, place, d, err) ||
        cal_doc_each(info, "states", place, true, read_obs_mode, d, err))
        return err->status;
    return CAL_OK;
}

/* ---- from the library's document ---- */

static cal_status read_ids(jv item, const char *key, const cal_place *place, const cal_axis *axis,
                           cal_idset *set, cal_error *err)
{
    const char *text;
    cal_place at = {.up = place, .name = key};
    if (cal_doc_text(item, key, place, &text, err))
        return err->status;
    if (!cal_idset_parse(text, set) || !cal_idset_within(set, &axis->all))
        return cal_place_fail(&at, err, "\"%s\" is not a list of this set's ids", text);
    return CAL_OK;
}

static cal_status read_data(void *user, jv item, const cal_place *place, cal_error *err)
{
    draft *d = user;
    cal_vis *vis = d->vis;
    cal_box box = cal_box_empty(vis);
    d->scan = &box;
    cal_status status = cal_doc_object(item, place, err);
    if (!status && !(status = read_ids(item, "spw", place, &vis->spw, &box.spw, err)) &&
        !(status = read_ids(item, "field", place, &vis->field, &box.field, err)) &&
        !(status = cal_doc_each(item, "intents", place, false, read_intent, d, err)))
        for (CAL_IDS(spw, &box.spw))
            for (CAL_IDS(field, &box.field))
                d->intents[spw * vis->field.size + field] |= intents_of(d);
    cal_box_free(&box);
    return status;
}

static cal_status read_document(jv document, const cal_place *place, draft *d, cal_error *err)
{
    cal_vis *vis = d->vis;
    const char *name, *path, *telescope;
    if (cal_doc_object(document, place, err) || cal_doc_text(document, "vis", place, &name, err) ||
        cal_doc_text_or(document, "path", place, name, &path, err) ||
        cal_doc_text_or(document, "telescope", place, "", &telescope, err) ||
        read_names(document, place, vis, err) ||
        cal_doc_each(document, "data", place, false, collect_intents, vis, err))
        return err->status;
    finish_intents(vis);
    vis->name = cal_copy_text(name);
    vis->path = cal_copy_text(path);
    vis->telescope = cal_copy_text(telescope);
    d->intents = CAL_NEW_ARRAY(uint64_t, vis->spw.size * vis->field.size);
    if (cal_doc_each(document, "data", place, false, read_data, d, err) ||
        cal_doc_each(document, "obs_modes", place, true, read_obs_mode, d, err))
        return err->status;
    list_triples(d);
    return CAL_OK;
}

typedef cal_status read_draft(jv document, const cal_place *place, draft *d, cal_error *err);

static cal_status read_with(read_draft *read, jv document, const cal_place *place, cal_vis **vis,
                            cal_error *err)
{
    draft d = {.vis = CAL_NEW(cal_vis)};
    cal_status status = read(document, place, &d, err);
    free(d.intents);
    if (status)
        cal_vis_free(d.vis);
    else
        *vis = d.vis;
    return status;
}

cal_status cal_vis_from_ms_info(jv info, const cal_place *place, cal_vis **vis, cal_error *err)
{
    return read_with(read_info, info, place, vis, err);
}

cal_status cal_vis_from_json(jv document, const cal_place *place, cal_vis **vis, cal_error *err)
{
    return read_with(read_document, document, place, vis, err);
}

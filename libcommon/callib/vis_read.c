/* Reading sets: what all documents have in common, and the library's own. */
#include "base/document.h"
#include "base/mem.h"
#include "base/text.h"
#include "callib/vis_parts.h"
#include <string.h>

enum { MAX_PAIRS = 1 << 26 }; /* of spws and fields */

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

int cal_vis_find_intent(const cal_vis *vis, const char *name)
{
    for (int i = 0; i < vis->intent.size; i++)
        if (!strcmp(vis->intent.name[i], name))
            return i;
    return -1;
}

void cal_vis_add_intent(cal_vis *vis, const char *name)
{
    add_id(&vis->intent, vis->intent.size, name);
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
    if (cal_vis_find_intent(vis, jv_string_value(item)) < 0)
        cal_vis_add_intent(vis, jv_string_value(item));
    if (vis->intent.size > MAX_INTENTS)
        return cal_place_fail(place, err, "more than %d different intents", MAX_INTENTS);
    return CAL_OK;
}

cal_status cal_vis_collect_intents(void *user, jv item, const cal_place *place, cal_error *err)
{
    return cal_doc_each(item, "intents", place, true, add_intents, user, err);
}

void cal_vis_finish_intents(cal_vis *vis)
{
    if (vis->intent.size)
        qsort(vis->intent.name, (size_t)vis->intent.size, sizeof *vis->intent.name, compare_names);
    finish_axis(&vis->intent);
}

/* ---- triples ---- */

void cal_vis_list_triples(cal_vis_draft *d)
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

/* ---- rows ---- */

cal_status cal_vis_read_intent(void *user, jv item, const cal_place *place, cal_error *err)
{
    cal_vis_draft *d = user;
    int intent = jv_get_kind(item) == JV_KIND_STRING
                     ? cal_vis_find_intent(d->vis, jv_string_value(item))
                     : -1;
    if (intent < 0)
        return cal_place_fail(place, err, "the name of an intent of this set is wanted");
    cal_idset_add(&d->scan->intent, intent);
    return CAL_OK;
}

uint64_t cal_vis_draft_intents(cal_vis_draft *d)
{
    return d->scan->intent.size ? d->scan->intent.word[0] : 0;
}

/* Rows of STATE that no data refer to may have intents that the set lacks. */
static cal_status read_mode_intent(void *user, jv item, const cal_place *place, cal_error *err)
{
    cal_vis_draft *d = user;
    int intent = jv_get_kind(item) == JV_KIND_STRING
                     ? cal_vis_find_intent(d->vis, jv_string_value(item))
                     : -1;
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

cal_status cal_vis_read_obs_mode(void *user, jv item, const cal_place *place, cal_error *err)
{
    cal_vis_draft *d = user;
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

cal_status cal_vis_read_names(jv document, const cal_place *place, cal_vis *vis, cal_error *err)
{
    if (read_axis(document, "antennas", place, read_antenna, &vis->antenna, err) ||
        read_axis(document, "spws", place, read_named, &vis->spw, err) ||
        read_axis(document, "fields", place, read_named, &vis->field, err))
        return err->status;
    if ((long)vis->spw.size * vis->field.size > MAX_PAIRS)
        return cal_place_fail(place, err, "spw and field ids up to %d and %d are too many",
                              vis->spw.size - 1, vis->field.size - 1);
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
    cal_vis_draft *d = user;
    cal_vis *vis = d->vis;
    cal_box box = cal_box_empty(vis);
    d->scan = &box;
    cal_status status = cal_doc_object(item, place, err);
    if (!status && !(status = read_ids(item, "spw", place, &vis->spw, &box.spw, err)) &&
        !(status = read_ids(item, "field", place, &vis->field, &box.field, err)) &&
        !(status = cal_doc_each(item, "intents", place, false, cal_vis_read_intent, d, err)))
        for (CAL_IDS(spw, &box.spw))
            for (CAL_IDS(field, &box.field))
                d->intents[spw * vis->field.size + field] |= cal_vis_draft_intents(d);
    cal_box_free(&box);
    return status;
}

static cal_status read_document(jv document, const cal_place *place, cal_vis_draft *d,
                                cal_error *err)
{
    cal_vis *vis = d->vis;
    const char *name, *path, *telescope;
    if (cal_doc_object(document, place, err) || cal_doc_text(document, "vis", place, &name, err) ||
        cal_doc_text_or(document, "path", place, name, &path, err) ||
        cal_doc_text_or(document, "telescope", place, "", &telescope, err) ||
        cal_vis_read_names(document, place, vis, err) ||
        cal_doc_each(document, "data", place, false, cal_vis_collect_intents, vis, err))
        return err->status;
    cal_vis_finish_intents(vis);
    vis->name = cal_copy_text(name);
    vis->path = cal_copy_text(path);
    vis->telescope = cal_copy_text(telescope);
    d->intents = CAL_NEW_ARRAY(uint64_t, vis->spw.size * vis->field.size);
    if (cal_doc_each(document, "data", place, false, read_data, d, err) ||
        cal_doc_each(document, "obs_modes", place, true, cal_vis_read_obs_mode, d, err))
        return err->status;
    cal_vis_list_triples(d);
    return CAL_OK;
}

cal_status cal_vis_read_with(cal_vis_read_draft *read, jv document, const cal_place *place,
                             cal_vis **vis, cal_error *err)
{
    cal_vis_draft d = {.vis = CAL_NEW(cal_vis)};
    cal_status status = read(document, place, &d, err);
    free(d.intents);
    if (status)
        cal_vis_free(d.vis);
    else
        *vis = d.vis;
    return status;
}

cal_status cal_vis_from_json(jv document, const cal_place *place, cal_vis **vis, cal_error *err)
{
    return cal_vis_read_with(read_document, document, place, vis, err);
}

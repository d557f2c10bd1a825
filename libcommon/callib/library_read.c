/* The library from its JSON document. */
#include "base/mem.h"
#include "base/text.h"
#include "callib/book.h"
#include "callib/cellset.h"
#include <string.h>

typedef struct reader {
    cal_library *library;
    cal_book *book;
    cal_registration *registration;
} reader;

/* ---- calibrations ---- */

typedef struct spwmap {
    int *spw, count;
} spwmap;

static cal_status add_spw(void *user, jv item, const cal_place *place, cal_error *err)
{
    spwmap *map = user;
    double number = jv_get_kind(item) == JV_KIND_NUMBER ? jv_number_value(item) : 0.5;
    if (number != (int)number)
        return cal_place_fail(place, err, "an spw id is wanted");
    map->spw = cal_grow(map->spw, (size_t)map->count + 1, sizeof *map->spw);
    map->spw[map->count++] = (int)number;
    return CAL_OK;
}

cal_status cal_spwmap_read(jv item, const cal_place *place, int **spw, int *count, cal_error *err)
{
    spwmap map = {0};
    cal_status status = cal_doc_each(item, "spwmap", place, true, add_spw, &map, err);
    *spw = map.spw;
    *count = map.count;
    return status;
}

/* The calibration of an object with the keys gaintable, gainfield, ...: its number in the library's list, and its type, which the
 * object holds. */
static cal_status read_calibration(jv item, const cal_place *place, cal_library *library,
                                   int *calibration, const char **caltype, cal_error *err)
{
    cal_calibration read = {0};
    const char *gaintable, *gainfield, *interp;
    cal_place at = {.up = place, .name = "caltype"};
    if (cal_doc_text(item, "gaintable", place, &gaintable, err) ||
        cal_doc_text_or(item, "gainfield", place, "", &gainfield, err) ||
        cal_doc_text_or(item, "interp", place, "linear,linear", &interp, err) ||
        cal_doc_text_or(item, "caltype", place, "unknown", caltype, err) ||
        cal_doc_bool_or(item, "calwt", place, true, &read.calwt, err))
        return err->status;
    if (!*gaintable)
        return cal_place_fail(place, err, "gaintable: the name of a table is wanted");
    if (!cal_caltype_known(*caltype))
        return cal_place_fail(&at, err, "\"%s\" is no type of calibration", *caltype);
    cal_status status = cal_spwmap_read(item, place, &read.spwmap, &read.spwmaps, err);
    if (!status) {
        read.gaintable = (char *)gaintable;
        read.gainfield = (char *)gainfield;
        read.interp = (char *)interp;
        *calibration = cal_library_calibration(library, &read);
    }
    free(read.spwmap);
    return status;
}

/* ---- regions ---- */

static cal_status read_ids(jv item, const char *key, const cal_place *place, const cal_axis *axis,
                           cal_idset *set, cal_error *err)
{
    const char *text;
    cal_place at = {.up = place, .name = key};
    if (cal_doc_text_or(item, key, place, "*", &text, err))
        return err->status;
    if (!strcmp(text, "*"))
        cal_idset_unite(set, &axis->all);
    else if (!*text || !cal_idset_parse(text, set) || !cal_idset_within(set, &axis->all))
        return cal_place_fail(&at, err, "\"%s\" is not a list of this set's ids, such as 0~3,7",
                              text);
    return CAL_OK;
}

static cal_status read_intents(jv item, const cal_place *place, const cal_vis *vis, cal_idset *set,
                               cal_error *err)
{
    const char *text;
    cal_place at = {.up = place, .name = "intent"};
    if (cal_doc_text_or(item, "intent", place, "*", &text, err))
        return err->status;
    cal_words words = cal_words_split(text, ',');
    cal_status status = CAL_OK;
    for (int i = 0; i < words.count && !status; i++) {
        int intent = vis->intent.size;
        while (--intent >= 0 && strcmp(vis->intent.name[intent], words.item[i]))
            ;
        if (intent >= 0)
            cal_idset_add(set, intent);
        else if (!strcmp(text, "*"))
            cal_idset_unite(set, &vis->intent.all);
        else
            status = cal_place_fail(&at, err, "%s has no intent \"%s\"", vis->name, words.item[i]);
    }
    if (!words.count)
        status = cal_place_fail(&at, err, "an intent or * is wanted");
    cal_words_free(&words);
    return status;
}

static cal_status read_box(jv item, const cal_place *place, const cal_vis *vis, cal_box *box,
                           cal_error *err)
{
    if (read_ids(item, "antenna", place, &vis->antenna, &box->antenna, err) ||
        read_ids(item, "spw", place, &vis->spw, &box->spw, err) ||
        read_ids(item, "field", place, &vis->field, &box->field, err) ||
        read_intents(item, place, vis, &box->intent, err))
        return err->status;
    return CAL_OK;
}

/* Two boxes with a cell in common would apply the calibration twice there. */
static cal_status check_disjoint(const cal_regions *data, const cal_vis *vis,
                                 const cal_place *place, cal_error *err)
{
    const cal_region *last = &data->item[data->count - 1];
    for (int i = 0; i < data->count - 1; i++) {
        const cal_region *other = &data->item[i];
        if (other->vis != last->vis || !cal_box_meets(&other->box, &last->box))
            continue;
        int triple = cal_box_common_triple(vis, &other->box, &last->box);
        if (triple >= 0)
            return cal_place_fail(place, err,
                                  "overlaps data[%d]: spw %d, field %d, intent %s is in both", i,
                                  vis->triple[triple].spw, vis->triple[triple].field,
                                  vis->intent.name[vis->triple[triple].intent]);
    }
    return CAL_OK;
}

static cal_status read_region(void *user, jv item, const cal_place *place, cal_error *err)
{
    reader *r = user;
    cal_regions *data = &r->registration->data;
    const char *name;
    int vis;
    cal_error unknown = {0};
    if (cal_doc_object(item, place, err) || cal_doc_text(item, "vis", place, &name, err))
        return err->status;
    if (cal_library_find_vis(r->library, name, &vis, &unknown))
        return cal_place_fail(place, err, "%s", unknown.text);
    cal_box box = cal_box_empty(r->library->vis[vis]);
    cal_status status = read_box(item, place, r->library->vis[vis], &box, err);
    cal_regions_add(data, vis, box);
    return status ? status : check_disjoint(data, r->library->vis[vis], place, err);
}

/* ---- books ---- */

static cal_status read_registration(void *user, jv item, const cal_place *place, cal_error *err)
{
    reader *r = user;
    cal_registration registration = {0};
    const char *caltype;
    r->registration = &registration;
    cal_status status = cal_doc_object(item, place, err);
    if (!status)
        status =
            read_calibration(item, place, r->library, &registration.calibration, &caltype, err);
    if (!status)
        status = cal_doc_each(item, "data", place, false, read_region, r, err);
    if (!status) {
        jv origin = cal_json_at(item, "origin");
        char *text = jv_get_kind(origin) == JV_KIND_NULL ? NULL : cal_json_dump(origin);
        cal_book_add(r->library, r->book, registration.calibration, caltype, text,
                     registration.data);
        free(text);
        jv_free(origin);
    } else {
        cal_regions_free(&registration.data);
    }
    return status;
}

static cal_status read_book(jv document, const char *key, const cal_place *place, reader *r,
                            cal_book *book, cal_error *err)
{
    r->book = book;
    return cal_doc_each(document, key, place, false, read_registration, r, err);
}

static cal_status read_vis(void *user, jv item, const cal_place *place, cal_error *err)
{
    reader *r = user;
    cal_vis *vis;
    cal_error twice = {0};
    if (cal_vis_from_json(item, place, &vis, err))
        return err->status;
    if (cal_library_add_vis(r->library, vis, &twice))
        return cal_place_fail(place, err, "%s", twice.text);
    return CAL_OK;
}

static cal_status check_schema(jv document, const cal_place *place, cal_error *err)
{
    const char *schema;
    cal_place at = {.up = place, .name = "schema"};
    if (cal_doc_object(document, place, err) ||
        cal_doc_text(document, "schema", place, &schema, err))
        return err->status;
    if (strcmp(schema, "calutils/callib/1"))
        return cal_place_fail(&at, err, "\"%s\" is not calutils/callib/1: %s", schema,
                              !strncmp(schema, "calutils/callib/", 16)
                                  ? "a library of another version"
                                  : "not a calibration library (callib-new makes one)");
    return CAL_OK;
}

cal_status cal_library_from_json(jv document, const char *name, cal_library **library,
                                 cal_error *err)
{
    cal_place top = {.name = name};
    reader r = {.library = cal_library_new()};
    cal_status status = check_schema(document, &top, err);
    if (!status)
        status = cal_doc_each(document, "measurement_sets", &top, false, read_vis, &r, err);
    if (!status)
        status = read_book(document, "active", &top, &r, &r.library->active, err);
    if (!status)
        status = read_book(document, "applied", &top, &r, &r.library->applied, err);
    jv_free(document);
    if (status) {
        cal_library_free(r.library);
        return status;
    }
    cal_library_match_spws(r.library);
    *library = r.library;
    return CAL_OK;
}

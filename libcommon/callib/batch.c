#include "callib/batch.h"

#include "base/interpolation.h"
#include "base/mem.h"
#include "base/text.h"
#include "callib/book.h"
#include "callib/edit.h"
#include <string.h>
#include <strings.h>

/* ---- types of tables ---- */

const char *cal_caltype_of_viscal(const char *viscal)
{
    static const char *const types[][2] = {
        {"G JONES", "gaincal"},        {"GSPLINE", "gaincal"},  {"T JONES", "gaincal"},
        {"B JONES", "bandpass"},       {"BPOLY", "bandpass"},   {"B TSYS", "tsys"},
        {"KANTPOS JONES", "antpos"},   {"A MUELLER", "uvcont"}, {"SDSKY_PS", "ps"},
        {"SDSKY_RASTER", "otfraster"}, {"SDSKY_OTF", "otf"},
    };
    for (size_t i = 0; i < CAL_COUNT(types); i++)
        if (!strcasecmp(types[i][0], viscal))
            return types[i][1];
    return "unknown";
}

static cal_status add_type(void *user, jv info, const cal_place *place, cal_error *err)
{
    cal_caltype_list *types = user;
    const char *path, *viscal;
    if (cal_doc_object(info, place, err) || cal_doc_text(info, "caltable", place, &path, err) ||
        cal_doc_text(info, "type", place, &viscal, err))
        return err->status;
    types->table = cal_grow(types->table, (size_t)types->count + 1, sizeof *types->table);
    types->caltype = cal_grow(types->caltype, (size_t)types->count + 1, sizeof *types->caltype);
    types->table[types->count] = cal_basename(path);
    types->caltype[types->count++] = cal_caltype_of_viscal(viscal);
    return CAL_OK;
}

cal_status cal_caltypes_read(const char *path, cal_caltype_list *types, cal_error *err)
{
    return cal_doc_stream(path, add_type, types, err);
}

void cal_caltypes_free(cal_caltype_list *types)
{
    for (int i = 0; i < types->count; i++)
        free(types->table[i]);
    free(types->table);
    free(types->caltype);
    *types = (cal_caltype_list){0};
}

const char *cal_caltypes_find(const cal_caltype_list *types, const char *gaintable)
{
    char *last = cal_basename(gaintable);
    const char *found = NULL;
    for (int i = 0; i < types->count && !found; i++)
        if (!strcmp(types->table[i], last))
            found = types->caltype[i];
    free(last);
    return found;
}

/* ---- one addition ---- */

static const char *caltype_of(const cal_addition *addition, const cal_additions *rules)
{
    const char *listed = NULL;
    if (!addition->caltype)
        listed = cal_caltypes_find(&rules->types, addition->gaintable);
    return addition->caltype ? cal_caltype_name(addition->caltype) : listed ? listed : "unknown";
}

static cal_status check_addition(const cal_addition *addition, cal_error *err)
{
    if (!*addition->gaintable)
        return cal_fail(err, CAL_USAGE, "the name of a calibration table is empty");
    cal_interp interp;
    if (cal_interp_parse(addition->interp, &interp, err))
        return cal_prefix(err, "interp");
    if (!addition->caltype || cal_caltype_name(addition->caltype))
        return CAL_OK;
    return cal_caltype_refuse(addition->caltype, err);
}

static void add_regions(const cal_addition *addition, const cal_additions *rules,
                        cal_library *library, cal_regions regions)
{
    cal_calibration calibration = {
        .gaintable = (char *)addition->gaintable,
        .gainfield = (char *)(addition->gainfield ? addition->gainfield : ""),
        .interp = (char *)addition->interp,
        .spwmap = addition->spwmap,
        .spwmaps = addition->spwmaps,
        .calwt = addition->calwt,
    };
    char *origin = cal_edit_origin(addition->task ? addition->task : rules->task);
    cal_book_add(library, &library->active, cal_library_calibration(library, &calibration),
                 caltype_of(addition, rules), origin, regions);
    free(origin);
}

cal_status cal_addition_make(const cal_addition *addition, const cal_additions *rules,
                             cal_library *library, cal_error *err)
{
    cal_regions regions;
    if (check_addition(addition, err) ||
        cal_target_resolve(&addition->target, library, &regions, err))
        return err->status;
    if (regions.count) {
        add_regions(addition, rules, library, regions);
        return CAL_OK;
    }
    if (!rules->allow_empty)
        return cal_target_empty(&addition->target, library, err);
    cal_warn("%s: no data in this selection, nothing added", addition->gaintable);
    return CAL_OK;
}

/* ---- many ---- */

/* A key that is misspelt must not pass for one that is missing. */
static cal_status check_keys(jv item, const cal_place *place, cal_error *err)
{
    static const char *const keys[] = {"gaintable", "vis",    "field",      "spw",    "antenna",
                                       "intent",    "interp", "gainfield",  "spwmap", "calwt",
                                       "caltype",   "task",   "virtual_spw"};
    cal_status status = CAL_OK;
    jv_object_foreach(item, key, value)
    {
        const char *name = jv_string_value(key);
        bool known = false;
        for (size_t i = 0; i < CAL_COUNT(keys); i++)
            known |= !strcmp(keys[i], name);
        const char *near = known ? NULL : cal_nearest(name, keys, CAL_COUNT(keys));
        if (!known && !status)
            status = near ? cal_place_fail(place, err, "there is no key \"%s\"; did you mean %s?",
                                           name, near)
                          : cal_place_fail(place, err, "there is no key \"%s\"", name);
        jv_free(key);
        jv_free(value);
    }
    return status;
}

static cal_status read_target(jv item, const cal_place *place, cal_target *target, cal_error *err)
{
    if (cal_doc_text_or(item, "vis", place, "", &target->vis, err) ||
        cal_doc_text_or(item, "field", place, "", &target->field, err) ||
        cal_doc_text_or(item, "spw", place, "", &target->spw, err) ||
        cal_doc_text_or(item, "antenna", place, "", &target->antenna, err) ||
        cal_doc_text_or(item, "intent", place, "", &target->intent, err) ||
        cal_doc_bool_or(item, "virtual_spw", place, false, &target->virtual_spw, err))
        return err->status;
    return CAL_OK;
}

/* What belongs to the tables; "" for the optional texts that are missing. */
static cal_status read_terms(jv item, const cal_place *place, cal_addition *addition,
                             cal_error *err)
{
    if (cal_doc_text_or(item, "gainfield", place, "", &addition->gainfield, err) ||
        cal_doc_text_or(item, "interp", place, "linear,linear", &addition->interp, err) ||
        cal_doc_text_or(item, "caltype", place, "", &addition->caltype, err) ||
        cal_doc_text_or(item, "task", place, "", &addition->task, err) ||
        cal_doc_bool_or(item, "calwt", place, true, &addition->calwt, err) ||
        cal_spwmap_read(item, place, &addition->spwmap, &addition->spwmaps, err))
        return err->status;
    if (!*addition->caltype)
        addition->caltype = NULL;
    if (!*addition->task)
        addition->task = NULL;
    return CAL_OK;
}

static cal_status add_tables(jv item, const cal_place *place, cal_addition *addition,
                             const cal_additions *rules, cal_library *library, cal_error *err)
{
    jv tables = cal_json_at(item, "gaintable");
    cal_status status = CAL_OK;
    if (jv_get_kind(tables) != JV_KIND_ARRAY)
        tables = jv_array_append(jv_array(), tables);
    jv_array_foreach(tables, i, table)
    {
        cal_error reason = {0};
        if (!status && jv_get_kind(table) != JV_KIND_STRING) {
            status = cal_place_fail(place, err, "gaintable: a text or a list of texts is wanted");
        } else if (!status) {
            addition->gaintable = jv_string_value(table);
            status = cal_addition_make(addition, rules, library, &reason);
            if (status) {
                cal_place_fail(place, err, "%s", reason.text);
                err->status = status;
            }
        }
        jv_free(table);
    }
    jv_free(tables);
    return status;
}

typedef struct batch {
    const cal_additions *rules;
    cal_library *library;
} batch;

static cal_status read_addition(void *user, jv item, const cal_place *place, cal_error *err)
{
    const batch *b = user;
    cal_addition addition = {0};
    cal_status status;
    if (!(status = cal_doc_object(item, place, err)) && !(status = check_keys(item, place, err)) &&
        !(status = read_target(item, place, &addition.target, err)) &&
        !(status = read_terms(item, place, &addition, err)))
        status = add_tables(item, place, &addition, b->rules, b->library, err);
    free(addition.spwmap);
    return status;
}

cal_status cal_additions_read(const char *path, const cal_additions *rules, cal_library *library,
                              cal_error *err)
{
    return cal_doc_stream(path, read_addition, &(batch){rules, library}, err);
}

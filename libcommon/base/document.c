#include "base/document.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static void print_place(const cal_place *place, cal_buf *out)
{
    if (!place->up) {
        cal_buf_add(out, place->name);
        return;
    }
    print_place(place->up, out);
    if (place->name)
        cal_buf_addf(out, "%s%s", place->up->up ? "." : ": ", place->name);
    else
        cal_buf_addf(out, "%s[%d]", place->up->up ? "" : ": ", place->index);
}

char *cal_place_text(const cal_place *place)
{
    cal_buf where = {0};
    print_place(place, &where);
    return cal_buf_steal(&where);
}

cal_status cal_place_fail(const cal_place *place, cal_error *err, const char *format, ...)
{
    char text[CAL_ERROR_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    char *where = cal_place_text(place);
    cal_fail(err, CAL_USAGE, "%s: %s", where, text);
    free(where);
    return CAL_USAGE;
}

static const char *const kinds[] = {
    [JV_KIND_INVALID] = "nothing", [JV_KIND_NULL] = "null",        [JV_KIND_FALSE] = "false",
    [JV_KIND_TRUE] = "true",       [JV_KIND_NUMBER] = "a number",  [JV_KIND_STRING] = "a text",
    [JV_KIND_ARRAY] = "an array",  [JV_KIND_OBJECT] = "an object",
};

static cal_status wrong_kind(jv value, const char *key, const cal_place *place, const char *wanted,
                             cal_error *err)
{
    cal_place at = {.up = place, .name = key};
    if (jv_get_kind(value) == JV_KIND_NULL)
        return cal_place_fail(&at, err, "%s is missing", wanted);
    return cal_place_fail(&at, err, "%s is wanted, not %s", wanted, kinds[jv_get_kind(value)]);
}

cal_status cal_doc_object(jv value, const cal_place *place, cal_error *err)
{
    if (jv_get_kind(value) == JV_KIND_OBJECT)
        return CAL_OK;
    return cal_place_fail(place, err, "an object is wanted, not %s", kinds[jv_get_kind(value)]);
}

cal_status cal_doc_text_or(jv object, const char *key, const cal_place *place, const char *missing,
                           const char **text, cal_error *err)
{
    jv value = cal_json_at(object, key);
    cal_status status = CAL_OK;
    if (jv_get_kind(value) == JV_KIND_STRING)
        *text = jv_string_value(value);
    else if (jv_get_kind(value) == JV_KIND_NULL && missing)
        *text = missing;
    else
        status = wrong_kind(value, key, place, "a text", err);
    jv_free(value);
    return status;
}

cal_status cal_doc_text(jv object, const char *key, const cal_place *place, const char **text,
                        cal_error *err)
{
    return cal_doc_text_or(object, key, place, NULL, text, err);
}

cal_status cal_doc_bool_or(jv object, const char *key, const cal_place *place, bool missing,
                           bool *value, cal_error *err)
{
    jv found = cal_json_at(object, key);
    jv_kind kind = jv_get_kind(found);
    cal_status status = CAL_OK;
    if (kind == JV_KIND_NULL)
        *value = missing;
    else if (kind == JV_KIND_TRUE || kind == JV_KIND_FALSE)
        *value = kind == JV_KIND_TRUE;
    else
        status = wrong_kind(found, key, place, "true or false", err);
    jv_free(found);
    return status;
}

cal_status cal_doc_int(jv object, const char *key, const cal_place *place, int first, int last,
                       int *value, cal_error *err)
{
    jv found = cal_json_at(object, key);
    cal_place at = {.up = place, .name = key};
    if (jv_get_kind(found) != JV_KIND_NUMBER) {
        cal_status status = wrong_kind(found, key, place, "a number", err);
        jv_free(found);
        return status;
    }
    double number = jv_number_value(found);
    jv_free(found);
    if (number != floor(number) || number < first || number > last)
        return cal_place_fail(&at, err, "%.15g is not a whole number from %d to %d", number, first,
                              last);
    *value = (int)number;
    return CAL_OK;
}

cal_status cal_doc_each(jv object, const char *key, const cal_place *place, bool optional,
                        cal_doc_visit *visit, void *user, cal_error *err)
{
    jv array = cal_json_at(object, key);
    cal_place list = {.up = place, .name = key};
    cal_status status = CAL_OK;
    if (jv_get_kind(array) != JV_KIND_ARRAY) {
        if (!optional || jv_get_kind(array) != JV_KIND_NULL)
            status = wrong_kind(array, key, place, "an array", err);
        jv_free(array);
        return status;
    }
    int count = jv_array_length(jv_copy(array));
    for (int i = 0; i < count && !status; i++) {
        jv item = jv_array_get(jv_copy(array), i);
        status = visit(user, item, &(cal_place){.up = &list, .index = i}, err);
        jv_free(item);
    }
    jv_free(array);
    return status;
}

/* ---- streams ---- */

const char *cal_place_document(const cal_place *place)
{
    while (place->up)
        place = place->up;
    return place->name;
}

/* The values in one array, lists opened. */
static jv open_lists(jv values)
{
    jv documents = jv_array();
    jv_array_foreach(values, i, value)
    {
        if (jv_get_kind(value) == JV_KIND_ARRAY)
            documents = jv_array_concat(documents, value);
        else
            documents = jv_array_append(documents, value);
    }
    jv_free(values);
    return documents;
}

cal_status cal_doc_stream(const char *path, cal_doc_visit *visit, void *user, cal_error *err)
{
    jv values;
    cal_place top = {.name = cal_text_name(path)};
    if (cal_json_read_all(path, &values, err))
        return err->status;
    jv documents = open_lists(values);
    cal_status status = CAL_OK;
    int count = jv_array_length(jv_copy(documents));
    for (int i = 0; i < count && !status; i++) {
        jv document = jv_array_get(jv_copy(documents), i);
        cal_place item = {.up = &top, .index = i};
        status = visit(user, document, count > 1 ? &item : &top, err);
        jv_free(document);
    }
    jv_free(documents);
    return status;
}

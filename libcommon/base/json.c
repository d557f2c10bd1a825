#include "base/json.h"

#include "base/mem.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

jv cal_json_double(double value)
{
    return isfinite(value) ? jv_number(value) : jv_null();
}

/* The double that prints with the fewest digits among those that read back as this float. */
jv cal_json_float(float value)
{
    if (!isfinite(value))
        return jv_null();
    char text[32];
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    return jv_number(strtod(text, NULL));
}

jv cal_json_text(const char *text)
{
    return text ? jv_string(text) : jv_null();
}

#define DEFINE_ARRAY(name, type, make)                                                             \
    jv name(type value, int count)                                                                 \
    {                                                                                              \
        jv array = jv_array();                                                                     \
        for (int i = 0; i < count; i++)                                                            \
            array = jv_array_append(array, make(value[i]));                                        \
        return array;                                                                              \
    }

DEFINE_ARRAY(cal_json_doubles, const double *, cal_json_double)
DEFINE_ARRAY(cal_json_ints, const int *, jv_number)
DEFINE_ARRAY(cal_json_texts, const char *const *, cal_json_text)

void cal_json_set(jv *object, const char *key, jv value)
{
    *object = jv_object_set(*object, jv_string(key), value);
}

void cal_json_push(jv *array, jv value)
{
    *array = jv_array_append(*array, value);
}

jv cal_json_at(jv object, const char *key)
{
    if (jv_get_kind(object) != JV_KIND_OBJECT)
        return jv_null();
    jv value = jv_object_get(jv_copy(object), jv_string(key));
    if (jv_is_valid(value))
        return value;
    jv_free(value);
    return jv_null();
}

jv cal_json_list_at(jv object, const char *key)
{
    jv list = cal_json_at(object, key);
    if (jv_get_kind(list) == JV_KIND_ARRAY)
        return list;
    jv_free(list);
    return jv_array();
}

int cal_json_length_at(jv object, const char *key)
{
    return jv_array_length(cal_json_list_at(object, key));
}

jv cal_json_item_at(jv object, const char *key, int index)
{
    jv item = jv_array_get(cal_json_list_at(object, key), index);
    if (jv_is_valid(item))
        return item;
    jv_free(item);
    return jv_null();
}

bool cal_json_has(jv object, const char *key)
{
    jv value = cal_json_at(object, key);
    bool there = jv_get_kind(value) != JV_KIND_NULL;
    jv_free(value);
    return there;
}

jv cal_json_find(jv object, const char *list, const char *key, const char *text, int *index)
{
    jv items = cal_json_list_at(object, list), found = jv_null();
    int count = jv_array_length(jv_copy(items)), at = -1;
    for (int i = 0; i < count && at < 0; i++) {
        jv item = jv_array_get(jv_copy(items), i);
        const char *value = cal_json_text_at(item, key, NULL);
        if (value && !strcmp(value, text)) {
            at = i;
            found = jv_copy(item);
        }
        jv_free(item);
    }
    jv_free(items);
    if (index)
        *index = at;
    return found;
}

double cal_json_number_at(jv object, const char *key, double fallback)
{
    jv value = cal_json_at(object, key);
    if (jv_get_kind(value) == JV_KIND_NUMBER)
        fallback = jv_number_value(value);
    jv_free(value);
    return fallback;
}

bool cal_json_bool_at(jv object, const char *key, bool fallback)
{
    jv value = cal_json_at(object, key);
    jv_kind kind = jv_get_kind(value);
    jv_free(value);
    return kind == JV_KIND_TRUE || (kind != JV_KIND_FALSE && fallback);
}

const char *cal_json_text_at(jv object, const char *key, const char *fallback)
{
    jv value = cal_json_at(object, key);
    if (jv_get_kind(value) == JV_KIND_STRING)
        fallback = jv_string_value(value); /* the object's own copy holds it */
    jv_free(value);
    return fallback;
}

/* ---- reading ---- */

/* The next value of a text; CAL_NO at its end. jv's parser says "... at line 3, column 7"; what is
 * left to us is the name of the text and that JSON was wanted. */
static cal_status take_next(struct jv_parser *parser, const char *name, jv *value, cal_error *err)
{
    *value = jv_parser_next(parser);
    if (jv_is_valid(*value))
        return CAL_OK;
    jv message = jv_invalid_get_msg(*value);
    cal_status status = CAL_NO;
    if (jv_get_kind(message) == JV_KIND_STRING)
        status = cal_fail(err, CAL_USAGE, "%s: is not JSON (%s)", name, jv_string_value(message));
    jv_free(message);
    return status;
}

/* All values of a text; at least one. */
static cal_status parse_all(const char *bytes, size_t length, const char *name, jv *values,
                            cal_error *err)
{
    struct jv_parser *parser = jv_parser_new(0);
    jv_parser_set_buf(parser, bytes, (int)length, 0);
    jv value;
    cal_status status;
    *values = jv_array();
    while (!(status = take_next(parser, name, &value, err)))
        cal_json_push(values, value);
    jv_parser_free(parser);
    if (status == CAL_NO)
        status = jv_array_length(jv_copy(*values))
                     ? CAL_OK
                     : cal_fail(err, CAL_USAGE, "%s: no JSON value in it", name);
    if (status)
        jv_free(*values);
    return status;
}

static cal_status parse(const char *bytes, size_t length, const char *name, jv *value,
                        cal_error *err)
{
    jv values;
    cal_status status = parse_all(bytes, length, name, &values, err);
    if (status)
        return status;
    int count = jv_array_length(jv_copy(values));
    *value = jv_array_get(values, 0);
    if (count == 1)
        return CAL_OK;
    jv_free(*value);
    return cal_fail(err, CAL_USAGE, "%s: something follows the JSON value; one value is wanted",
                    name);
}

cal_status cal_json_parse(const char *text, const char *name, jv *value, cal_error *err)
{
    return parse(text, strlen(text), name, value, err);
}

static cal_status read_text(const char *path, char **text, size_t *length, cal_error *err)
{
    if (!strcmp(path, "-") && isatty(0))
        return cal_fail(err, CAL_USAGE,
                        "JSON is read from standard input, and that is a terminal; see --help");
    return cal_text_read(path, text, length, err);
}

typedef cal_status parser(const char *bytes, size_t length, const char *name, jv *value,
                          cal_error *err);

static cal_status read_with(parser *parse_text, const char *path, jv *value, cal_error *err)
{
    char *text = NULL;
    size_t length;
    cal_status status = read_text(path, &text, &length, err);
    if (!status)
        status = parse_text(text, length, cal_text_name(path), value, err);
    free(text);
    return status;
}

cal_status cal_json_read(const char *path, jv *value, cal_error *err)
{
    return read_with(parse, path, value, err);
}

cal_status cal_json_read_all(const char *path, jv *values, cal_error *err)
{
    return read_with(parse_all, path, values, err);
}

char *cal_json_dump(jv value)
{
    jv text = jv_dump_string(jv_copy(value), 0);
    char *copy = cal_copy_text(jv_string_value(text));
    jv_free(text);
    return copy;
}

static jv printable_text(jv text)
{
    cal_buf line = {0};
    cal_buf_add_printable(&line, jv_string_value(text));
    jv_free(text);
    text = jv_string(cal_buf_text(&line));
    cal_buf_free(&line);
    return text;
}

jv cal_json_printable(jv value)
{
    switch (jv_get_kind(value)) {
    case JV_KIND_STRING:
        return printable_text(value);
    case JV_KIND_ARRAY:
        for (int i = 0; i < jv_array_length(jv_copy(value)); i++)
            value = jv_array_set(value, i, cal_json_printable(jv_array_get(jv_copy(value), i)));
        return value;
    case JV_KIND_OBJECT:
        break;
    default:
        return value;
    }
    jv object = jv_object();
    jv_object_foreach(value, key, member)
    {
        object = jv_object_set(object, printable_text(key), cal_json_printable(member));
    }
    jv_free(value);
    return object;
}

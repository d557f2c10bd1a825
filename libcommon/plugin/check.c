/* An input object against a plugin's option table. */
#include "base/json.h"
#include "base/mem.h"
#include "plugin/loader.h"
#include <math.h>
#include <string.h>

const calutils_option *cal_plugin_option(const cal_plugin *plugin, const calutils_option *last)
{
    const char *next = last ? (const char *)last + plugin->table->option_size
                            : (const char *)plugin->table->options;
    const calutils_option *option = (const calutils_option *)(const void *)next;
    return option->name ? option : NULL;
}

const char *cal_plugin_type_name(calutils_type type)
{
    static const char *const name[] = {"text",  "number",  "integer", "boolean",
                                       "texts", "numbers", "object"};
    return (size_t)type < CAL_COUNT(name) ? name[type] : "unknown";
}

static const calutils_option *find_option(const cal_plugin *plugin, const char *name)
{
    const calutils_option *option = cal_plugin_option(plugin, NULL);
    while (option && strcmp(option->name, name))
        option = cal_plugin_option(plugin, option);
    return option;
}

static cal_status fail_unknown(const cal_plugin *plugin, const char *key, cal_error *err)
{
    cal_words names = {0};
    cal_buf list = {0};
    for (const calutils_option *o = cal_plugin_option(plugin, NULL); o;
         o = cal_plugin_option(plugin, o)) {
        cal_words_add(&names, o->name);
        cal_buf_addf(&list, "%s%s", list.len ? ", " : "", o->name);
    }
    const char *near = cal_nearest(key, (const char *const *)names.item, names.count);
    if (near)
        cal_fail(err, CAL_USAGE, "%s: no option \"%s\"; did you mean \"%s\"?", plugin->table->name,
                 key, near);
    else
        cal_fail(err, CAL_USAGE, "%s: no option \"%s\"; it %s%s", plugin->table->name, key,
                 list.len ? "has " : "takes none", cal_buf_text(&list));
    cal_words_free(&names);
    cal_buf_free(&list);
    return CAL_USAGE;
}

static bool is_integer(jv value)
{
    return jv_get_kind(value) == JV_KIND_NUMBER &&
           trunc(jv_number_value(value)) == jv_number_value(value);
}

/* Borrows. */
static bool has_type(jv value, calutils_type type)
{
    jv_kind kind = jv_get_kind(value);
    switch (type) {
    case CALUTILS_TEXT:
        return kind == JV_KIND_STRING;
    case CALUTILS_NUMBER:
        return kind == JV_KIND_NUMBER;
    case CALUTILS_INTEGER:
        return is_integer(value);
    case CALUTILS_BOOLEAN:
        return kind == JV_KIND_TRUE || kind == JV_KIND_FALSE;
    case CALUTILS_OBJECT:
        return true;
    case CALUTILS_TEXTS:
    case CALUTILS_NUMBERS:
        break;
    }
    jv_kind wanted = type == CALUTILS_TEXTS ? JV_KIND_STRING : JV_KIND_NUMBER;
    bool right = kind == JV_KIND_ARRAY;
    for (int i = 0; right && i < jv_array_length(jv_copy(value)); i++) {
        jv element = jv_array_get(jv_copy(value), i);
        right = jv_get_kind(element) == wanted;
        jv_free(element);
    }
    return right;
}

/* A single value where a list is wanted becomes a list of one; consumes. */
static jv as_list(jv value, calutils_type type)
{
    jv_kind kind = jv_get_kind(value);
    bool single = (type == CALUTILS_TEXTS && kind == JV_KIND_STRING) ||
                  (type == CALUTILS_NUMBERS && kind == JV_KIND_NUMBER);
    return single ? JV_ARRAY(value) : value;
}

static cal_status check_choice(const cal_plugin *plugin, const calutils_option *option,
                               const char *word, cal_error *err)
{
    cal_words choices = cal_words_split(option->choices, ' ');
    bool found = false;
    for (int i = 0; i < choices.count; i++)
        found = found || !strcmp(choices.item[i], word);
    cal_words_free(&choices);
    return found ? CAL_OK
                 : cal_fail(err, CAL_USAGE, "%s: %s is \"%s\"; it can be %s", plugin->table->name,
                            option->name, word, option->choices);
}

static cal_status check_value(const cal_plugin *plugin, const calutils_option *option, jv *input,
                              cal_error *err)
{
    jv value = as_list(cal_json_at(*input, option->name), option->type);
    cal_json_set(input, option->name, jv_copy(value));
    cal_status status = CAL_OK;
    if (!has_type(value, option->type)) {
        char *text = cal_json_dump(value);
        status = cal_fail(err, CAL_USAGE, "%s: %s is %s, but takes %s", plugin->table->name,
                          option->name, text, cal_plugin_type_name(option->type));
        free(text);
    } else if (option->type == CALUTILS_TEXT && option->choices) {
        status = check_choice(plugin, option, jv_string_value(value), err);
    }
    jv_free(value);
    return status;
}

/* An option that is not in the input: its default, if it has one. */
static cal_status fill_in(const cal_plugin *plugin, const calutils_option *option, jv *input,
                          cal_error *err)
{
    if (option->required)
        return cal_fail(err, CAL_USAGE, "%s needs \"%s\": %s", plugin->table->name, option->name,
                        option->help ? option->help : cal_plugin_type_name(option->type));
    if (!option->fallback)
        return CAL_OK;
    jv value;
    if (cal_json_parse(option->fallback, option->name, &value, err))
        return cal_fail(err, CAL_CHILD,
                        "plugin %s (%s): the default of its option %s is not JSON: %s",
                        plugin->table->name, plugin->path, option->name, option->fallback);
    cal_json_set(input, option->name, value);
    return CAL_OK;
}

cal_status cal_plugin_check(const cal_plugin *plugin, jv *input, cal_error *err)
{
    if (jv_get_kind(*input) != JV_KIND_OBJECT)
        return cal_fail(err, CAL_USAGE, "%s takes a JSON object with its options; see task-list",
                        plugin->table->name);
    cal_status status = CAL_OK;
    for (int i = jv_object_iter(*input); !status && jv_object_iter_valid(*input, i);
         i = jv_object_iter_next(*input, i)) {
        jv key = jv_object_iter_key(*input, i);
        if (!find_option(plugin, jv_string_value(key)))
            status = fail_unknown(plugin, jv_string_value(key), err);
        jv_free(key);
    }
    for (const calutils_option *o = cal_plugin_option(plugin, NULL); !status && o;
         o = cal_plugin_option(plugin, o)) {
        jv value = cal_json_at(*input, o->name);
        bool given = jv_get_kind(value) != JV_KIND_NULL;
        jv_free(value);
        status = given ? check_value(plugin, o, input, err) : fill_in(plugin, o, input, err);
    }
    return status;
}

#include "ms/info_read.h"
#include "base/mem.h"
#include <math.h>

enum { MOST_IDS = 1 << 24 };

static bool is_id(jv value)
{
    double number = jv_get_kind(value) == JV_KIND_NUMBER ? jv_number_value(value) : -1;
    return number >= 0 && number < MOST_IDS && number == rint(number);
}

/* object[key] as a list; a missing key is an empty one. */
static cal_status list_at(jv object, const char *key, const char *where, jv *list, cal_error *err)
{
    *list = cal_json_at(object, key);
    if (jv_get_kind(*list) == JV_KIND_ARRAY)
        return CAL_OK;
    bool missing = jv_get_kind(*list) == JV_KIND_NULL;
    jv_free(*list);
    *list = jv_array();
    return missing ? CAL_OK
                   : cal_fail(err, CAL_INPUT, "%s%s%s is no list", where, *where ? "." : "", key);
}

cal_status cal_info_ids(jv object, const char *key, const char *where, cal_id_list *ids,
                        cal_error *err)
{
    jv list;
    cal_status status = list_at(object, key, where, &list, err);
    ids->id = CAL_NEW_ARRAY(int, jv_array_length(jv_copy(list)));
    jv_array_foreach(list, i, value)
    {
        /* scans name their fields and windows as objects */
        jv id = jv_get_kind(value) == JV_KIND_OBJECT ? cal_json_at(value, "id") : jv_copy(value);
        if (is_id(id))
            ids->id[ids->count++] = (int)jv_number_value(id);
        else if (!status)
            status = cal_fail(err, CAL_INPUT, "%s.%s[%d] is no id", where, key, i);
        jv_free(id);
        jv_free(value);
    }
    jv_free(list);
    return status;
}

cal_status cal_info_words(jv object, const char *key, const char *where, cal_words *words,
                          cal_error *err)
{
    jv list;
    cal_status status = list_at(object, key, where, &list, err);
    jv_array_foreach(list, i, value)
    {
        if (jv_get_kind(value) == JV_KIND_STRING)
            cal_words_add(words, jv_string_value(value));
        else if (!status)
            status = cal_fail(err, CAL_INPUT, "%s.%s[%d] is no text", where, key, i);
        jv_free(value);
    }
    jv_free(list);
    return status;
}

cal_status cal_info_id(jv object, const char *where, int *id, cal_error *err)
{
    jv value = cal_json_at(object, "id");
    bool good = is_id(value);
    *id = good ? (int)jv_number_value(value) : 0;
    jv_free(value);
    return good ? CAL_OK : cal_fail(err, CAL_INPUT, "%s.id is no id", where);
}

cal_status cal_info_list(jv info, const char *key, cal_info_reader *read, size_t size,
                         void **elements, int *count, cal_error *err)
{
    jv list;
    cal_status status = list_at(info, key, "", &list, err);
    int length = jv_array_length(jv_copy(list));
    *elements = cal_alloc(length, size);
    for (*count = 0; *count < length && !status;) {
        char *where = cal_format("%s[%d]", key, *count);
        jv value = jv_array_get(jv_copy(list), *count);
        status = jv_get_kind(value) == JV_KIND_OBJECT
                     ? read(value, where, (char *)*elements + *count * size, err)
                     : cal_fail(err, CAL_INPUT, "%s is no object", where);
        ++*count; /* what was read in part is freed as well */
        jv_free(value);
        free(where);
    }
    jv_free(list);
    return status;
}

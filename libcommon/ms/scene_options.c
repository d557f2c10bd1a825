#include "ms/scene_options.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include <string.h>

static void start(cal_scene_request *request)
{
    if (request->started)
        return;
    request->started = true;
    request->set = jv_object();
    request->fields = jv_array();
    request->sources = jv_array();
    request->scans = jv_array();
    request->flags = jv_array();
}

/* request->set[path] = value; one level of objects. */
static void set_path(cal_scene_request *request, const char *path, jv value)
{
    start(request);
    const char *point = strchr(path, '.');
    if (!point) {
        cal_json_set(&request->set, path, value);
        return;
    }
    char *outer = cal_copy_text(path);
    outer[point - path] = 0;
    jv object = cal_json_at(request->set, outer);
    if (jv_get_kind(object) != JV_KIND_OBJECT)
        object = jv_object();
    cal_json_set(&object, point + 1, value);
    cal_json_set(&request->set, outer, object);
    free(outer);
}

static cal_status parse_number(const char *text, const char *base, const char *bare, double *value,
                               cal_error *err)
{
    if (base)
        return cal_parse_quantity(text, base, bare, value, err);
    return cal_parse_number(text, value) ? CAL_OK
                                         : cal_fail(err, CAL_USAGE, "\"%s\" is not a number", text);
}

cal_status cal_scene_set_number(void *given, const char *text, cal_error *err)
{
    const cal_scene_setting *setting = given;
    double value;
    if (parse_number(text, setting->base, setting->bare, &value, err))
        return err->status;
    set_path(setting->request, setting->path, cal_json_double(value));
    return CAL_OK;
}

cal_status cal_scene_set_count(void *given, const char *text, cal_error *err)
{
    const cal_scene_setting *setting = given;
    const long long most = 100000;
    long long value;
    if (!cal_parse_int(text, &value) || value < 1 || value > most)
        return cal_fail(err, CAL_USAGE, "\"%s\" is not a whole number from 1 to %lld", text, most);
    set_path(setting->request, setting->path, jv_number((double)value));
    return CAL_OK;
}

cal_status cal_scene_set_text(void *given, const char *text, cal_error *err)
{
    const cal_scene_setting *setting = given;
    (void)err;
    set_path(setting->request, setting->path, cal_json_text(text));
    return CAL_OK;
}

cal_status cal_scene_set_words(void *given, const char *text, cal_error *err)
{
    const cal_scene_setting *setting = given;
    (void)err;
    cal_words words = cal_words_split(text, ',');
    set_path(setting->request, setting->path,
             cal_json_texts((const char *const *)words.item, words.count));
    cal_words_free(&words);
    return CAL_OK;
}

/* A list of whole numbers, `separator` between. */
static cal_status parse_ids(const char *text, char separator, jv *list, cal_error *err)
{
    cal_words words = cal_words_split(text, separator);
    *list = jv_array();
    cal_status status = CAL_OK;
    for (int i = 0; i < words.count && !status; i++) {
        long long value;
        if (cal_parse_int(words.item[i], &value))
            cal_json_push(list, jv_number((double)value));
        else
            status = cal_fail(err, CAL_USAGE, "\"%s\" is not a whole number", words.item[i]);
    }
    cal_words_free(&words);
    return status;
}

cal_status cal_scene_set_ids(void *given, const char *text, cal_error *err)
{
    const cal_scene_setting *setting = given;
    jv list;
    cal_status status = parse_ids(text, ',', &list, err);
    if (status)
        jv_free(list);
    else
        set_path(setting->request, setting->path, list);
    return status;
}

cal_status cal_scene_add_field(void *given, const char *text, cal_error *err)
{
    cal_scene_request *request = given;
    static const char *const keys[] = {"name", "ra", "dec", "code"};
    start(request);
    cal_words words = cal_words_split(text, ',');
    cal_status status = CAL_OK;
    if (words.count < 3 || words.count > 4) {
        status = cal_fail(err, CAL_USAGE, "\"%s\": wanted NAME,RA,DEC or NAME,RA,DEC,CODE", text);
    } else {
        jv field = jv_object();
        for (int i = 0; i < words.count; i++)
            cal_json_set(&field, keys[i], cal_json_text(words.item[i]));
        cal_json_push(&request->fields, field);
    }
    cal_words_free(&words);
    return status;
}

cal_status cal_scene_add_source(void *given, const char *text, cal_error *err)
{
    cal_scene_request *request = given;
    static const char *const keys[] = {"flux_jy", "east_arcsec", "north_arcsec", "alpha"};
    static const char *const bases[] = {"Jy", "rad", "rad", NULL}, *const bares[] = {"Jy", "arcsec",
                                                                                     "arcsec",
                                                                                     NULL};
    const double arcsec = 3.14159265358979323846 / 180 / 3600;
    start(request);
    cal_words words = cal_words_split(text, ',');
    jv source = jv_object();
    cal_status status = CAL_OK;
    if (words.count != 1 && words.count != 3 && words.count != 4)
        status = cal_fail(err, CAL_USAGE, "\"%s\": wanted JY, JY,EAST,NORTH or JY,EAST,NORTH,ALPHA",
                          text);
    for (int i = 0; i < words.count && !status; i++) {
        double value;
        status = parse_number(words.item[i], bases[i], bares[i], &value, err);
        if (!status)
            cal_json_set(&source, keys[i], jv_number(i == 1 || i == 2 ? value / arcsec : value));
    }
    /* behind the fields so far: its own field is found again by their number */
    int fields = jv_array_length(jv_copy(request->fields));
    cal_json_set(&source, "field", jv_number(fields ? fields - 1 : 0));
    cal_json_push(&request->sources, source);
    cal_words_free(&words);
    return status;
}

cal_status cal_scene_add_scan(void *given, const char *text, cal_error *err)
{
    cal_scene_request *request = given;
    start(request);
    const char *first = strchr(text, ','), *second = first ? strchr(first + 1, ',') : NULL;
    if (!first)
        return cal_fail(err, CAL_USAGE, "\"%s\": wanted FIELD,SECONDS or FIELD,SECONDS,INTENT",
                        text);
    char *field = cal_copy_text(text), *length = cal_copy_text(first + 1);
    field[first - text] = 0;
    if (second)
        length[second - first - 1] = 0;
    double seconds;
    cal_status status = cal_parse_quantity(length, "s", "s", &seconds, err);
    if (!status) {
        jv scan = jv_object();
        cal_json_set(&scan, "field", cal_json_text(field));
        cal_json_set(&scan, "length_s", jv_number(seconds));
        if (second)
            cal_json_set(&scan, "intent", cal_json_text(second + 1));
        cal_json_push(&request->scans, scan);
    }
    free(field);
    free(length);
    return status;
}

/* One "key=value" of a flag rule. */
static cal_status set_flag_key(jv *rule, const char *word, cal_error *err)
{
    const char *equals = strchr(word, '=');
    char *key = cal_copy_text(word);
    cal_status status = CAL_OK;
    if (equals)
        key[equals - word] = 0;
    if (equals && !strcmp(key, "corrs")) {
        cal_words corrs = cal_words_split(equals + 1, ' ');
        cal_json_set(rule, key, cal_json_texts((const char *const *)corrs.item, corrs.count));
        cal_words_free(&corrs);
    } else if (equals) {
        jv list;
        status = parse_ids(equals + 1, '~', &list, err);
        if (!status && strcmp(key, "channels"))
            cal_json_set(rule, key, jv_array_get(list, 0));
        else if (!status)
            cal_json_set(rule, key, list);
        else
            jv_free(list);
    } else {
        status =
            cal_fail(err, CAL_USAGE,
                     "\"%s\": wanted antenna=ID, spw=ID, scan=N, channels=A~B, corrs=RR LL", word);
    }
    free(key);
    return status;
}

cal_status cal_scene_add_flag(void *given, const char *text, cal_error *err)
{
    cal_scene_request *request = given;
    start(request);
    cal_words words = cal_words_split(text, ',');
    jv rule = jv_object();
    cal_status status = CAL_OK;
    for (int i = 0; i < words.count && !status; i++)
        status = set_flag_key(&rule, words.item[i], err);
    cal_json_push(&request->flags, rule);
    cal_words_free(&words);
    return status;
}

cal_status cal_scene_set_gap(void *given, const char *text, cal_error *err)
{
    cal_scene_request *request = given;
    start(request);
    return cal_parse_quantity(text, "s", "s", &request->gap, err);
}

/* ---- putting it together ---- */

static bool is_list(jv document, const char *key)
{
    jv value = cal_json_at(document, key);
    bool list = jv_get_kind(value) == JV_KIND_ARRAY && jv_array_length(jv_copy(value)) > 0;
    jv_free(value);
    return list;
}

static int length(jv list)
{
    return jv_array_length(jv_copy(list));
}

/* --spws makes so many equal windows side by side; --freq, --width, --nchan and --corrs hold for every window. */
static void apply_spws(jv *document, jv set)
{
    jv part = cal_json_at(set, "spw");
    int count = (int)cal_json_number_at(set, "spws", 0);
    if (jv_get_kind(part) != JV_KIND_OBJECT && !count) {
        jv_free(part);
        return;
    }
    jv old = !count && is_list(*document, "spws") ? cal_json_at(*document, "spws") : jv_array(),
       spws = jv_array();
    int number = count ? count : length(old) ? length(old) : 2;
    for (int i = 0; i < number; i++) {
        jv spw = i < length(old) ? jv_array_get(jv_copy(old), i) : jv_object();
        if (jv_get_kind(part) == JV_KIND_OBJECT)
            spw = jv_object_merge(spw, jv_copy(part));
        if (i && cal_json_has(part, "freq_hz"))
            spw = jv_object_delete(spw, jv_string("freq_hz"));
        cal_json_push(&spws, spw);
    }
    jv_free(old);
    jv_free(part);
    cal_json_set(document, "spws", spws);
}

static void apply_fields(jv *document, cal_scene_request *request)
{
    if (!length(request->fields) && !length(request->sources))
        return;
    jv fields = length(request->fields) ? jv_copy(request->fields)
                : is_list(*document, "fields")
                    ? cal_json_at(*document, "fields")
                    : JV_ARRAY(JV_OBJECT(jv_string("name"), jv_string("demo")));
    for (int i = 0; i < length(fields); i++) {
        jv list = jv_array();
        jv_array_foreach(request->sources, k, source)
        {
            if ((int)cal_json_number_at(source, "field", 0) == i)
                list = jv_array_append(list, jv_object_delete(jv_copy(source), jv_string("field")));
            jv_free(source);
        }
        jv field = jv_array_get(jv_copy(fields), i);
        if (length(list))
            cal_json_set(&field, "components", list);
        else
            jv_free(list);
        fields = jv_array_set(fields, i, field);
    }
    cal_json_set(document, "fields", fields);
}

/* --scan lists them; --scans, --length and --gap make scans of all fields in turn. */
static void apply_scans(jv *document, cal_scene_request *request)
{
    jv part = cal_json_at(request->set, "scan");
    int count = (int)cal_json_number_at(request->set, "scans", 0);
    bool asked = jv_get_kind(part) == JV_KIND_OBJECT || count || request->gap > 0;
    jv scans = jv_copy(request->scans);
    if (!length(scans) && !asked) {
        jv_free(part);
        jv_free(scans);
        return;
    }
    jv fields = is_list(*document, "fields") ? cal_json_at(*document, "fields") : jv_array();
    int number = length(scans)    ? length(scans)
                 : count          ? count
                 : length(fields) ? length(fields)
                                  : 1;
    double start_s = 0;
    for (int i = 0; i < number; i++) {
        jv scan = i < length(scans) ? jv_array_get(jv_copy(scans), i) : jv_object();
        if (i >= length(scans) && length(fields)) {
            jv field = jv_array_get(jv_copy(fields), i % length(fields));
            if (cal_json_has(field, "name"))
                cal_json_set(&scan, "field", cal_json_at(field, "name"));
            jv_free(field);
        }
        if (!cal_json_has(scan, "length_s"))
            cal_json_set(&scan, "length_s", jv_number(cal_json_number_at(part, "length_s", 600)));
        cal_json_set(&scan, "start_s", jv_number(start_s));
        start_s += cal_json_number_at(scan, "length_s", 0) + request->gap;
        scans = jv_array_set(scans, i, scan);
    }
    jv_free(fields);
    jv_free(part);
    cal_json_set(document, "scans", scans);
}

/* What was for every spw and scan has been used: the rest are keys of a scene. */
static jv plain_keys(jv set)
{
    static const char *const parts[] = {"spw", "spws", "scan", "scans"};
    for (size_t i = 0; i < CAL_COUNT(parts); i++)
        set = jv_object_delete(set, jv_string(parts[i]));
    return set;
}

jv cal_scene_request_apply(cal_scene_request *request, jv document)
{
    start(request);
    if (jv_get_kind(document) ==
        JV_KIND_OBJECT) { /* anything else is refused when the scene is read */
        apply_spws(&document, request->set);
        apply_fields(&document, request);
        apply_scans(&document, request);
        if (length(request->flags))
            cal_json_set(&document, "flag_rules", jv_copy(request->flags));
        document = jv_object_merge_recursive(document, plain_keys(jv_copy(request->set)));
    }
    jv_free(request->set);
    jv_free(request->fields);
    jv_free(request->sources);
    jv_free(request->scans);
    jv_free(request->flags);
    *request = (cal_scene_request){0};
    return document;
}

#include "ms/scene_keys.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

typedef enum kind { NUMBER, WHOLE, TEXT, BOOL, LIST, OBJECT } kind;

static const char *const kind_names[] = {"a number",      "a whole number", "a text",
                                         "true or false", "a list",         "an object"};

/* `fallback` is JSON, or NULL where a missing key stays missing. */
typedef struct scene_key {
    const char *name;
    kind kind;
    const char *fallback;
    double least, most; /* numbers and whole numbers, and lengths of lists */
} scene_key;

#define WORD(name, fallback)                                                                       \
    {                                                                                              \
        name, TEXT, fallback, 0, 0                                                                 \
    }
#define TRUTH(name, fallback)                                                                      \
    {                                                                                              \
        name, BOOL, fallback, 0, 0                                                                 \
    }
#define OBJECT_OF(name)                                                                            \
    {                                                                                              \
        name, OBJECT, "{}", 0, 0                                                                   \
    }
#define ANY_NUMBER -1e300, 1e300
#define KEYS_END                                                                                   \
    {                                                                                              \
        .name = NULL                                                                               \
    }

static const scene_key scene_keys[] = {
    {"seed", WHOLE, "1", 0, 9007199254740992.},
    WORD("project", "\"simulation\""),
    WORD("observer", "\"calutils\""),
    WORD("reference_time", "\"2018/10/01/10:00:00\""),
    {"integration_s", NUMBER, "10", 1e-6, 1e6},
    OBJECT_OF("antennas"),
    {"absent_antennas", LIST, "[]", 0, 1e6},
    TRUTH("autocorr", "false"),
    WORD("feed", NULL),
    {"spws", LIST, "[{}, {}]", 1, 1e5},
    {"fields", LIST,
     "[{\"name\": \"demo\", \"components\": [{\"flux_jy\": 1}, {\"flux_jy\": 0.3, \"east_arcsec\": "
     "60, \"north_arcsec\": "
     "-40}, {\"flux_jy\": 0.1, \"east_arcsec\": -90, \"north_arcsec\": 30}]}]",
     1, 1e5},
    {"scans", LIST, NULL, 1, 1e6},
    OBJECT_OF("errors"),
    {"noise_jy", NUMBER, "0.2", 0, 1e30},
    TRUTH("uneven_weights", "false"),
    {"flag_fraction", NUMBER, "0", 0, 1},
    {"flag_rules", LIST, "[]", 0, 1e6},
    {"outlier_fraction", NUMBER, "0", 0, 1},
    TRUTH("model", "false"),
    TRUTH("weight_spectrum", "false"),
    KEYS_END,
};

static const scene_key antenna_keys[] = {
    WORD("layout", "\"vla\""),
    {"n", WHOLE, NULL, 2, 10000},
    {"scale_m", NUMBER, NULL, 1e-3, 1e9},
    {"radius_m", NUMBER, NULL, 1e-3, 1e9},
    {"names", LIST, NULL, 2, 10000},
    WORD("telescope", NULL),
    WORD("site", NULL),
    {"diameter_m", NUMBER, NULL, 1e-3, 1e6},
    WORD("mount", "\"alt-az\""),
    KEYS_END,
};

static const scene_key spw_keys[] = {
    WORD("name", NULL),
    {"freq_hz", NUMBER, NULL, 1, 1e16},
    {"width_hz", NUMBER, NULL, ANY_NUMBER},
    {"nchan", WHOLE, "16", 1, 1e6},
    WORD("corrs", NULL),
    KEYS_END,
};

static const scene_key field_keys[] = {
    WORD("name", NULL),
    WORD("ra", "\"04h28m40.8\""),
    WORD("dec", "\"18d01m48\""),
    WORD("code", "\"\""),
    {"components", LIST, "[{\"flux_jy\": 1}]", 0, 1e6},
    KEYS_END,
};

static const scene_key component_keys[] = {
    {"flux_jy", NUMBER, "1", ANY_NUMBER},
    {"q_jy", NUMBER, NULL, ANY_NUMBER},
    {"u_jy", NUMBER, NULL, ANY_NUMBER},
    {"v_jy", NUMBER, NULL, ANY_NUMBER},
    {"ref_hz", NUMBER, NULL, 1, 1e16},
    {"alpha", NUMBER, NULL, -100, 100},
    {"east_arcsec", NUMBER, "0", -3e5, 3e5},
    {"north_arcsec", NUMBER, "0", -3e5, 3e5},
    KEYS_END,
};

static const scene_key scan_keys[] = {
    WORD("field", NULL),
    WORD("intent", NULL),
    {"start_s", NUMBER, NULL, 0, 1e12},
    {"length_s", NUMBER, "600", 1e-6, 1e12},
    {"spws", LIST, NULL, 1, 1e5},
    KEYS_END,
};

static const scene_key error_keys[] = {
    {"amp_rms", NUMBER, "0", 0, 10},
    {"amp_drift", NUMBER, "0", 0, 10},
    {"amp_drift_period_s", NUMBER, "610", 1e-3, 1e12},
    {"phase_rms_rad", NUMBER, "0", 0, 1e3},
    {"phase_walk_rad", NUMBER, "0", 0, 1e3},
    TRUTH("phase_per_pol", "true"),
    TRUTH("phase_per_spw", "true"),
    {"bandpass_amp", NUMBER, "0", 0, 1},
    {"bandpass_phase_rad", NUMBER, "0", 0, 1e3},
    {"delay_ns_rms", NUMBER, "0", 0, 1e9},
    KEYS_END,
};

static const scene_key flag_keys[] = {
    {"antenna", WHOLE, NULL, 0, 1e6}, {"spw", WHOLE, NULL, 0, 1e6}, {"scan", WHOLE, NULL, 1, 1e6},
    {"channels", LIST, NULL, 2, 2},   {"corrs", LIST, NULL, 1, 4},  KEYS_END,
};

/* ---- checking one object ---- */

static const scene_key *find_key(const scene_key *keys, const char *name)
{
    for (; keys->name; keys++)
        if (!strcmp(keys->name, name))
            return keys;
    return NULL;
}

static cal_status unknown_key(const scene_key *keys, const char *where, const char *name,
                              cal_error *err)
{
    enum { MOST = 32 };
    const char *known[MOST];
    int count = 0;
    cal_buf list = {0};
    for (; keys[count].name; count++) {
        known[count] = keys[count].name;
        cal_buf_addf(&list, "%s%s", count ? ", " : "", keys[count].name);
    }
    const char *near = cal_nearest(name, known, count);
    cal_fail(err, CAL_USAGE, "%s: unknown key \"%s\"%s%s%s. Keys are %s", where, name,
             near ? "; did you mean \"" : "", near ? near : "", near ? "\"" : "", list.data);
    cal_buf_free(&list);
    return CAL_USAGE;
}

static bool is_kind(jv value, kind wanted)
{
    switch (jv_get_kind(value)) {
    case JV_KIND_NUMBER:
        return wanted == NUMBER ||
               (wanted == WHOLE && jv_number_value(value) == rint(jv_number_value(value)));
    case JV_KIND_STRING:
        return wanted == TEXT;
    case JV_KIND_TRUE:
    case JV_KIND_FALSE:
        return wanted == BOOL;
    case JV_KIND_ARRAY:
        return wanted == LIST;
    case JV_KIND_OBJECT:
        return wanted == OBJECT;
    default:
        return false;
    }
}

/* Borrows `value`. */
static cal_status check_value(jv value, const scene_key *wanted, const char *where, cal_error *err)
{
    if (!is_kind(value, wanted->kind)) {
        char *text = cal_json_dump(value);
        cal_fail(err, CAL_USAGE, "%s.%s: wanted %s, found %.100s", where, wanted->name,
                 kind_names[wanted->kind], text);
        free(text);
        return CAL_USAGE;
    }
    double amount = wanted->kind == NUMBER || wanted->kind == WHOLE ? jv_number_value(value)
                    : wanted->kind == LIST ? jv_array_length(jv_copy(value))
                                           : wanted->least;
    if (amount >= wanted->least && amount <= wanted->most)
        return CAL_OK;
    return cal_fail(err, CAL_USAGE, "%s.%s: %s is %g; allowed is %g to %g", where, wanted->name,
                    wanted->kind == LIST ? "its length" : "it", amount, wanted->least,
                    wanted->most);
}

static cal_status check_keys(jv object, const scene_key *keys, const char *where, cal_error *err)
{
    if (jv_get_kind(object) != JV_KIND_OBJECT)
        return cal_fail(err, CAL_USAGE, "%s: wanted an object", where);
    cal_status status = CAL_OK;
    for (int at = jv_object_iter(object); !status && jv_object_iter_valid(object, at);
         at = jv_object_iter_next(object, at)) {
        jv name = jv_object_iter_key(object, at), value = jv_object_iter_value(object, at);
        const scene_key *known = find_key(keys, jv_string_value(name));
        status = known ? check_value(value, known, where, err)
                       : unknown_key(keys, where, jv_string_value(name), err);
        jv_free(name);
        jv_free(value);
    }
    return status;
}

/* Check *object and put defaults in, keys in the order of the table. */
static cal_status complete_object(jv *object, const scene_key *keys, const char *where,
                                  cal_error *err)
{
    if (check_keys(*object, keys, where, err))
        return err->status;
    jv full = jv_object();
    for (; keys->name; keys++) {
        if (cal_json_has(*object, keys->name))
            cal_json_set(&full, keys->name, cal_json_at(*object, keys->name));
        else if (keys->fallback)
            cal_json_set(&full, keys->name, jv_parse(keys->fallback));
    }
    jv_free(*object);
    *object = full;
    return CAL_OK;
}

/* ---- the parts of a scene ---- */

static void set_default(jv *object, const char *name, jv value)
{
    if (cal_json_has(*object, name))
        jv_free(value);
    else
        cal_json_set(object, name, value);
}

static void name_default(jv *object, const char *stem, int index)
{
    char *name = cal_format("%s%d", stem, index);
    set_default(object, "name", jv_string(name));
    free(name);
}

typedef struct scene_parts {
    bool alma;         /* layout */
    double next_freq;  /* of the spw after the last one */
    double next_start; /* of the scan after the last one */
    jv first_field;    /* its name; borrowed */
} scene_parts;

static void spw_defaults(jv *spw, int index, scene_parts *parts)
{
    name_default(spw, "spw", index);
    set_default(spw, "freq_hz", jv_number(parts->next_freq));
    set_default(spw, "width_hz", jv_number(8e6));
    set_default(spw, "corrs", jv_string(parts->alma ? "XX YY" : "RR LL"));
    parts->next_freq =
        cal_json_number_at(*spw, "freq_hz", 0) +
        cal_json_number_at(*spw, "nchan", 0) * fabs(cal_json_number_at(*spw, "width_hz", 0));
}

static void field_defaults(jv *field, int index, scene_parts *parts)
{
    (void)parts;
    name_default(field, "field", index);
}

static void scan_defaults(jv *scan, int index, scene_parts *parts)
{
    (void)index;
    set_default(scan, "field", jv_copy(parts->first_field));
    set_default(scan, "intent",
                jv_string(parts->alma ? "OBSERVE_TARGET#ON_SOURCE" : "OBSERVE_TARGET#UNSPECIFIED"));
    set_default(scan, "start_s", jv_number(parts->next_start));
    parts->next_start =
        cal_json_number_at(*scan, "start_s", 0) + cal_json_number_at(*scan, "length_s", 0);
}

/* Complete every element of list document[name]. */
static cal_status complete_list(jv *document, const char *name, const char *where,
                                const scene_key *keys, void (*defaults)(jv *, int, scene_parts *),
                                scene_parts *parts, cal_error *err)
{
    jv list = cal_json_at(*document, name), full = jv_array();
    int count = jv_array_length(jv_copy(list));
    cal_status status = CAL_OK;
    for (int i = 0; i < count && !status; i++) {
        char *element = cal_format("%s%s[%d]", where, name, i);
        jv value = jv_array_get(jv_copy(list), i);
        status = complete_object(&value, keys, element, err);
        if (!status && defaults) {
            defaults(&value, i, parts);
            status = complete_object(&value, keys, element, err); /* puts them in order */
        }
        cal_json_push(&full, value);
        free(element);
    }
    jv_free(list);
    cal_json_set(document, name, full);
    return status;
}

static cal_status complete_components(jv *document, cal_error *err)
{
    jv fields = cal_json_at(*document, "fields");
    int count = jv_array_length(jv_copy(fields));
    cal_status status = CAL_OK;
    for (int i = 0; i < count && !status; i++) {
        char *where = cal_format("scene.fields[%d].", i);
        jv field = jv_array_get(jv_copy(fields), i);
        status = complete_list(&field, "components", where, component_keys, NULL, NULL, err);
        fields = jv_array_set(fields, i, field);
        free(where);
    }
    cal_json_set(document, "fields", fields);
    return status;
}

static cal_status complete_antennas(jv *document, scene_parts *parts, cal_error *err)
{
    jv antennas = cal_json_at(*document, "antennas");
    cal_status status = complete_object(&antennas, antenna_keys, "scene.antennas", err);
    if (!status) {
        const char *layout = cal_json_text_at(antennas, "layout", "");
        bool vla = !strcmp(layout, "vla");
        parts->alma = !strcmp(layout, "alma");
        if (vla || parts->alma) {
            set_default(&antennas, "n", jv_number(27));
            set_default(&antennas, vla ? "scale_m" : "radius_m", jv_number(vla ? 131 : 250));
            set_default(&antennas, "telescope", jv_string(vla ? "EVLA" : "ALMA"));
            set_default(&antennas, "site", jv_string(vla ? "VLA" : "ALMA"));
            set_default(&antennas, "diameter_m", jv_number(vla ? 25 : 12));
        }
        status = complete_object(&antennas, antenna_keys, "scene.antennas", err);
    }
    cal_json_set(document, "antennas", antennas);
    return status;
}

/* One scan of every field where no scans are given. */
static void scans_from_fields(jv *document)
{
    jv fields = cal_json_at(*document, "fields"), scans = jv_array();
    jv_array_foreach(fields, i, field)
    {
        jv scan = jv_object();
        cal_json_set(&scan, "field", cal_json_at(field, "name"));
        cal_json_push(&scans, scan);
        jv_free(field);
    }
    jv_free(fields);
    cal_json_set(document, "scans", scans);
}

static cal_status complete_scans(jv *document, scene_parts *parts, cal_error *err)
{
    if (!cal_json_has(*document, "scans"))
        scans_from_fields(document);
    jv fields = cal_json_at(*document, "fields"), first = jv_array_get(fields, 0);
    parts->first_field = cal_json_at(first, "name");
    cal_status status =
        complete_list(document, "scans", "scene.", scan_keys, scan_defaults, parts, err);
    jv_free(parts->first_field);
    jv_free(first);
    return status;
}

static cal_status complete_errors(jv *document, cal_error *err)
{
    jv errors = cal_json_at(*document, "errors");
    cal_status status = complete_object(&errors, error_keys, "scene.errors", err);
    cal_json_set(document, "errors", errors);
    return status;
}

cal_status cal_scene_complete(jv *document, cal_error *err)
{
    scene_parts parts = {0};
    if (complete_object(document, scene_keys, "scene", err) ||
        complete_antennas(document, &parts, err))
        return err->status;
    parts.next_freq = parts.alma ? 100e9 : 3e9;
    if (complete_list(document, "spws", "scene.", spw_keys, spw_defaults, &parts, err) ||
        complete_list(document, "fields", "scene.", field_keys, field_defaults, &parts, err) ||
        complete_components(document, err) || complete_scans(document, &parts, err) ||
        complete_errors(document, err) ||
        complete_list(document, "flag_rules", "scene.", flag_keys, NULL, NULL, err))
        return err->status;
    return complete_object(document, scene_keys, "scene", err);
}

#include "stored/record.h"
#include "base/json.h"
#include "base/mem.h"
#include "stored/element.h"
#include <string.h>

enum {
    WITH_COMMENTS = 2
}; /* the version of descriptions from which on there is one for each field */

/* A record is a description of its fields and then their values. Both are walked through side by side. */
struct fields {
    cal_bytes description;
    cal_bytes *value;
    const char *table; /* whose record it is */
};

/* The path of a subtable, byte by byte as it is: JSON would mend what is no UTF-8. */
struct wanted {
    const char *name;
    char *path; /* NULL before it is found */
};

/* ---- values ---- */

static jv read_part(int type, const uint8_t *at)
{
    double value;
    cal_element_read(type, at, false, CAL_TYPE_DOUBLE, 1, &value);
    return type == CAL_TP_FLOAT ? cal_json_float((float)value) : cal_json_double(value);
}

static jv read_text(cal_bytes *bytes)
{
    char *text = cal_bytes_text(bytes);
    jv value = cal_json_text(text);
    free(text);
    return value;
}

static jv read_complex(int type, const uint8_t *at)
{
    double value[2];
    cal_element_read(type, at, false, CAL_TYPE_DCOMPLEX, 1, value);
    return cal_json_doubles(value, 2);
}

/* One element, of an array or alone. */
static jv read_element(int type, cal_bytes *bytes)
{
    int size = cal_element_bytes(type);
    if (type == CAL_TP_STRING)
        return read_text(bytes);
    const uint8_t *at = size ? cal_bytes_take(bytes, size) : NULL;
    if (!at) {
        bytes->bad = true;
        return jv_null();
    }
    return type == CAL_TP_COMPLEX || type == CAL_TP_DCOMPLEX ? read_complex(type, at)
                                                             : read_part(type, at);
}

/* ---- arrays ---- */

enum { MOST_AXES = 8 };

struct array {
    int type, axes;
    int64_t shape[MOST_AXES];
    const uint8_t *bits; /* of flags */
    int64_t index;
    cal_bytes *bytes; /* of all else */
};

/* The first axis, the fastest, is the innermost. */
static jv read_axis(struct array *array, int axis)
{
    if (axis < 0) {
        int64_t i = array->index++;
        return array->bits ? jv_bool(array->bits[i / 8] >> i % 8 & 1)
                           : read_element(array->type, array->bytes);
    }
    jv list = jv_array();
    for (int64_t i = 0; i < array->shape[axis] && !array->bytes->bad; i++)
        cal_json_push(&list, read_axis(array, axis - 1));
    return list;
}

static jv read_array(int type, cal_bytes *bytes)
{
    uint32_t version;
    cal_bytes object = cal_bytes_object(bytes, "Array", &version);
    struct array array = {.type = type, .axes = cal_bytes_i32(&object), .bytes = &object};
    int64_t count = 1;
    if (array.axes < 0 || array.axes > MOST_AXES || version < 3)
        object.bad = true;
    for (int i = 0; i < array.axes && !object.bad; i++) {
        array.shape[i] = cal_bytes_u32(&object);
        object.bad |= __builtin_mul_overflow(count, array.shape[i], &count);
    }
    if (cal_bytes_u32(&object) != (array.axes ? count : 0))
        object.bad = true;
    if (type == CAL_TP_BOOL && count)
        array.bits = cal_bytes_take(&object, (count + 7) / 8);
    jv value = object.bad || !array.axes || !count ? jv_array() : read_axis(&array, array.axes - 1);
    bytes->bad |= object.bad;
    return value;
}

/* ---- tables ---- */

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash > path ? strndup(path, (size_t)(slash - path)) : cal_copy_text("/");
}

/* casacore writes "./NAME" for a table beside this one and "././NAME" for one in it, and "NAME/." for one that this is in; others as they are. */
static char *subtable_path(const char *name, const char *table)
{
    const char *rest = name;
    while (rest[0] == '.' && rest[1] == '/')
        rest += 2;
    if (rest > name) {
        char *folder = rest == name + 2 ? folder_of(table) : cal_copy_text(table);
        bool slash = *rest != '/' && folder[strlen(folder) - 1] != '/';
        char *path = cal_format("%s%s%s", folder, slash ? "/" : "", rest);
        free(folder);
        return path;
    }
    return cal_copy_text(name);
}

static jv read_table(struct fields *fields, const char *name, struct wanted *wanted)
{
    char *text = cal_bytes_text(fields->value);
    char *path = subtable_path(text, fields->table);
    size_t length = strlen(text);
    if (length >= 2 && !strcmp(text + length - 2, "/."))
        fields->value->bad = true;
    if (wanted && !wanted->path && !strcmp(name, wanted->name))
        wanted->path = cal_copy_text(path);
    char *words = cal_format("Table: %s", path);
    jv value = cal_json_text(words);
    free(words);
    free(path);
    free(text);
    return value;
}

/* ---- records ---- */

static jv read_record(cal_bytes *bytes, const char *table, struct wanted *wanted);
static jv read_fields(struct fields *fields, struct wanted *wanted);

/* One whose fields are free brings its own description. */
static jv read_inner(struct fields *fields)
{
    uint32_t version;
    cal_bytes inner = cal_bytes_object(&fields->description, "RecordDesc", &version), ahead = inner;
    if (cal_bytes_u32(&ahead) == 0)
        return read_record(fields->value, fields->table, NULL);
    struct fields described = {inner, fields->value, fields->table};
    fields->value->bad |= version < WITH_COMMENTS;
    return read_fields(&described, NULL);
}

static jv read_field(struct fields *fields, const char *name, int type, struct wanted *wanted)
{
    int element = cal_element_of_array(type);
    if (type == CAL_TP_RECORD)
        return read_inner(fields);
    if (type == CAL_TP_TABLE) {
        cal_bytes_skip_text(&fields->description); /* of the table's description */
        return read_table(fields, name, wanted);
    }
    if (element >= 0) {
        cal_bytes_skip_object(&fields->description); /* the shape, which may be open */
        return read_array(element, fields->value);
    }
    if (type == CAL_TP_BOOL)
        return jv_bool(cal_bytes_u8(fields->value) & 1);
    return read_element(type, fields->value);
}

static jv read_fields(struct fields *fields, struct wanted *wanted)
{
    cal_bytes *description = &fields->description;
    jv object = jv_object();
    int32_t count = cal_bytes_i32(description);
    for (int32_t i = 0; i < count && !description->bad && !fields->value->bad; i++) {
        char *name = cal_bytes_text(description);
        int type = cal_bytes_i32(description);
        cal_json_set(&object, name, read_field(fields, name, type, wanted));
        cal_bytes_skip_text(description); /* the comment */
        free(name);
    }
    fields->value->bad |= description->bad;
    return object;
}

static jv read_record(cal_bytes *bytes, const char *table, struct wanted *wanted)
{
    uint32_t version, description_version;
    cal_bytes record = cal_bytes_object(bytes, "TableRecord", &version);
    struct fields fields = {.description =
                                cal_bytes_object(&record, "RecordDesc", &description_version),
                            .value = &record,
                            .table = table};
    cal_bytes_i32(&record); /* may fields be added? */
    record.bad |= description_version < WITH_COMMENTS;
    jv object = read_fields(&fields, wanted);
    bytes->bad |= record.bad;
    return object;
}

jv cal_stored_record(cal_bytes record, const char *table)
{
    jv object = read_record(&record, table, NULL);
    if (!record.bad)
        return object;
    jv_free(object);
    return jv_invalid();
}

char *cal_stored_record_table(cal_bytes record, const char *table, const char *name)
{
    struct wanted wanted = {name, NULL};
    jv_free(read_record(&record, table, &wanted));
    if (!record.bad)
        return wanted.path;
    free(wanted.path);
    return NULL;
}

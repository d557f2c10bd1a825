/* Keywords from JSON, and the keywords that point to subtables. */
#include "base/json.h"
#include "table/shim.h"
#include <casacore/casa/Arrays/Vector.h>
#include <casacore/tables/Tables/TableColumn.h>
#include <cmath>
#include <vector>

using namespace casacore;

static bool is_whole(jv number)
{
    double value = jv_number_value(number);
    return value == std::floor(value) && std::fabs(value) <= 2147483647.0;
}

/* One element after the other, by borrowed reference. */
template <class Body> static void each(jv array, Body body)
{
    int count = jv_array_length(jv_copy(array));
    for (int i = 0; i < count; i++) {
        jv element = jv_array_get(jv_copy(array), i);
        body(element);
        jv_free(element);
    }
}

/* Does every element pass? */
template <class Test> static bool all(jv array, Test test)
{
    bool passed = true;
    each(array, [&](jv element) { passed = passed && test(element); });
    return passed;
}

static bool is_number(jv value)
{
    return jv_get_kind(value) == JV_KIND_NUMBER;
}

static bool is_text(jv value)
{
    return jv_get_kind(value) == JV_KIND_STRING;
}

static bool is_truth(jv value)
{
    return jv_get_kind(value) == JV_KIND_TRUE || jv_get_kind(value) == JV_KIND_FALSE;
}

template <class T, class Take> static Vector<T> vector_of(jv array, Take take)
{
    Vector<T> vector(jv_array_length(jv_copy(array)));
    size_t i = 0;
    each(array, [&](jv element) { vector[i++] = take(element); });
    return vector;
}

/* An empty list is one of texts: what MeasurementSets have of these (FLAG_CATEGORY's CATEGORY). */
static bool define_array(RecordInterface &record, const String &name, jv value)
{
    if (all(value, is_text))
        record.define(name, vector_of<String>(value, jv_string_value));
    else if (all(value, is_truth))
        record.define(name,
                      vector_of<Bool>(value, [](jv v) { return jv_get_kind(v) == JV_KIND_TRUE; }));
    else if (all(value, [](jv v) { return is_number(v) && is_whole(v); }))
        record.define(name, vector_of<Int>(value, jv_number_value));
    else if (all(value, is_number))
        record.define(name, vector_of<Double>(value, jv_number_value));
    else
        return false;
    return true;
}

static bool define(RecordInterface &record, const String &name, jv value);

static bool define_record(RecordInterface &record, const String &name, jv value)
{
    TableRecord inner;
    bool defined = true;
    jv_object_foreach(value, key, member)
    {
        defined = define(inner, jv_string_value(key), member) && defined;
        jv_free(key);
        jv_free(member);
    }
    if (defined)
        record.defineRecord(name, inner);
    return defined;
}

static void define_number(RecordInterface &record, const String &name, jv value)
{
    if (name == "MS_VERSION") /* 2.0: the one whole number that the standard wants as Float */
        record.define(name, (Float)jv_number_value(value));
    else if (is_whole(value))
        record.define(name, (Int)jv_number_value(value));
    else
        record.define(name, jv_number_value(value));
}

/* Borrows the value; false when a keyword cannot hold it. */
static bool define(RecordInterface &record, const String &name, jv value)
{
    if (record.isDefined(name))
        record.removeField(name);
    switch (jv_get_kind(value)) {
    case JV_KIND_TRUE:
    case JV_KIND_FALSE:
        record.define(name, Bool(jv_get_kind(value) == JV_KIND_TRUE));
        return true;
    case JV_KIND_NUMBER:
        define_number(record, name, value);
        return true;
    case JV_KIND_STRING:
        record.define(name, String(jv_string_value(value)));
        return true;
    case JV_KIND_ARRAY:
        return define_array(record, name, value);
    case JV_KIND_OBJECT:
        return define_record(record, name, value);
    default:
        return false;
    }
}

static const char not_set[] = "keywords cannot be written";

cal_status cal_table_set_keyword(cal_table *table, const char *column, const char *name, jv value,
                                 cal_error *err)
{
    cal_status status = column ? cal::find_column(table, column, err) : CAL_OK;
    if (!status)
        status = cal::guard(err, CAL_OUTPUT, {table->path.c_str(), column}, not_set, [&] {
            TableRecord &keywords = column ? TableColumn(table->table, column).rwKeywordSet()
                                           : table->table.rwKeywordSet();
            if (define(keywords, name, value))
                return CAL_OK;
            return cal_fail(err, CAL_BUG, "%s: keyword %s cannot hold such a value",
                            table->path.c_str(), name);
        });
    jv_free(value);
    return status;
}

cal_status cal_table_set_sub(cal_table *table, const char *name, cal_table *sub, cal_error *err)
{
    return cal::guard(err, CAL_OUTPUT, {table->path.c_str()}, not_set, [&] {
        table->table.rwKeywordSet().defineTable(name, sub->table);
        return CAL_OK;
    });
}

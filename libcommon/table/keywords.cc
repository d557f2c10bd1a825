/* Keywords as JSON, and back. */
#include "base/json.h"
#include "table/shim.h"
#include <casacore/casa/Arrays/Vector.h>
#include <casacore/tables/Tables/TableAttr.h>
#include <casacore/tables/Tables/TableColumn.h>

using namespace casacore;

/* ---- casacore to JSON ---- */

static jv to_json(Bool value)
{
    return jv_bool(value);
}

static jv to_json(Float value)
{
    return cal_json_float(value);
}

static jv to_json(const String &value)
{
    return cal_json_text(value.c_str());
}

static jv to_json(const DComplex &value)
{
    jv pair = jv_array();
    cal_json_push(&pair, cal_json_double(value.real()));
    cal_json_push(&pair, cal_json_double(value.imag()));
    return pair;
}

static jv to_json(const Complex &value)
{
    return to_json(DComplex(value));
}

template <class T> static jv to_json(T value)
{
    return cal_json_double((double)value);
}

/* Arrays of several axes are nested, the first (fastest) axis innermost, as in C. */
template <class T> static jv nested(const T *&element, const IPosition &shape, int axis)
{
    if (axis < 0)
        return to_json(*element++);
    jv list = jv_array();
    for (int64_t i = 0; i < shape[axis]; i++)
        cal_json_push(&list, nested(element, shape, axis - 1));
    return list;
}

template <class T> static jv array_to_json(const Array<T> &array)
{
    Array<T> whole = array.copy();
    const T *element = whole.data();
    if (whole.empty())
        return jv_array();
    return nested(element, whole.shape(), (int)whole.ndim() - 1);
}

static jv record_to_json(const TableRecord &record);

template <class T> static jv value_to_json(const TableRecord &record, int field)
{
    if (isArray(record.dataType(field))) {
        Array<T> array;
        record.get(field, array);
        return array_to_json(array);
    }
    T scalar;
    record.get(field, scalar);
    return to_json(scalar);
}

static jv field_to_json(const TableRecord &record, int field)
{
    DataType type = record.dataType(field);
    if (type == TpTable)
        return cal_json_text(("Table: " + record.tableAttributes(field).name()).c_str());
    if (type == TpRecord)
        return record_to_json(record.subRecord(field));
    jv value = jv_null();
    cal::with_disk_type(type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        if constexpr (!std::is_same_v<T, uShort>) /* keywords know no unsigned short */
            value = value_to_json<T>(record, field);
    });
    return value;
}

static jv record_to_json(const TableRecord &record)
{
    jv object = jv_object();
    for (uInt i = 0; i < record.nfields(); i++)
        cal_json_set(&object, record.name(i).c_str(), field_to_json(record, i));
    return object;
}

jv cal_table_keywords(const cal_table *table, const char *column)
{
    try {
        if (!column)
            return record_to_json(table->table.keywordSet());
        return record_to_json(TableColumn(table->table, column).keywordSet());
    } catch (const std::exception &) {
        return jv_object();
    }
}

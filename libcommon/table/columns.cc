/* What the columns are: names, types, shapes, tiles. */
#include "table/cells.h"
#include <algorithm>
#include <casacore/tables/DataMan/DataManager.h>
#include <casacore/tables/DataMan/TiledStManAccessor.h>
#include <casacore/tables/Tables/TableColumn.h>
#include <cstdio>

using namespace casacore;

/* ---- types ---- */

cal_type cal::to_cal_type(DataType type)
{
    switch (type) {
    case TpBool:
        return CAL_TYPE_BOOL;
    case TpUChar:
    case TpShort:
    case TpUShort:
    case TpInt:
    case TpUInt:
        return CAL_TYPE_INT;
    case TpInt64:
        return CAL_TYPE_INT64;
    case TpFloat:
        return CAL_TYPE_FLOAT;
    case TpDouble:
        return CAL_TYPE_DOUBLE;
    case TpComplex:
        return CAL_TYPE_COMPLEX;
    case TpDComplex:
        return CAL_TYPE_DCOMPLEX;
    case TpString:
        return CAL_TYPE_TEXT;
    default:
        return CAL_TYPE_OTHER;
    }
}

DataType cal::to_casacore_type(cal_type type)
{
    static const DataType types[] = {TpBool,   TpInt,     TpInt64,    TpFloat,
                                     TpDouble, TpComplex, TpDComplex, TpString};
    return type < CAL_TYPE_OTHER ? types[type] : TpOther;
}

const char *cal::type_words(DataType type)
{
    switch (to_cal_type(type)) {
    case CAL_TYPE_BOOL:
        return "true or false";
    case CAL_TYPE_INT:
    case CAL_TYPE_INT64:
        return "whole numbers";
    case CAL_TYPE_FLOAT:
    case CAL_TYPE_DOUBLE:
        return "real numbers";
    case CAL_TYPE_COMPLEX:
    case CAL_TYPE_DCOMPLEX:
        return "complex numbers";
    case CAL_TYPE_TEXT:
        return "text";
    case CAL_TYPE_OTHER:
        break;
    }
    return "records";
}

/* ---- columns ---- */

static void copy_name(char *to, const String &from)
{
    snprintf(to, CAL_NAME_MAX, "%s", from.c_str());
}

/* Data manager of a column; the table's description may name another one than the real. */
static void describe_manager(const Table &table, cal_column *column)
{
    try {
        DataManager *manager = table.findDataManager(column->name, True);
        copy_name(column->manager, manager->dataManagerName());
        copy_name(column->manager_type, manager->dataManagerType());
    } catch (const std::exception &) {
        column->manager[0] = column->manager_type[0] = '\0';
    }
}

static void describe(const Table &table, const ColumnDesc &desc, cal_column *column)
{
    *column = cal_column();
    copy_name(column->name, desc.name());
    column->type = cal::to_cal_type(desc.dataType());
    column->is_array = desc.isArray();
    if (desc.isArray()) {
        column->ndim = desc.ndim() > 0 ? desc.ndim() : -1;
        column->fixed = desc.isFixedShape();
        const IPosition &shape = desc.shape();
        for (size_t i = 0; column->fixed && i < shape.size() && i < CAL_MAX_DIM; i++)
            column->shape[i] = shape[i];
    }
    describe_manager(table, column);
}

int cal_table_column_count(const cal_table *table)
{
    return (int)table->table.tableDesc().ncolumn();
}

void cal_table_column_at(const cal_table *table, int index, cal_column *column)
{
    describe(table->table, table->table.tableDesc()[index], column);
}

bool cal_table_has_column(const cal_table *table, const char *name)
{
    return table->table.tableDesc().isColumn(name);
}

bool cal_table_find_column(const cal_table *table, const char *name, cal_column *column)
{
    if (!cal_table_has_column(table, name))
        return false;
    describe(table->table, table->table.tableDesc()[name], column);
    return true;
}

cal_status cal::find_column(const cal_table *table, const char *name, cal_error *err)
{
    if (cal_table_has_column(table, name))
        return CAL_OK;
    return cal_fail(err, CAL_INPUT, "%s has no column %s", table->path.c_str(), name);
}

/* ---- rows ---- */

cal_status cal::check_rows(const cal_table *table, const char *column, const cal_span &rows,
                           cal_error *err)
{
    int64_t end = cal_table_rows(table);
    for (int64_t i = 0; i < rows.count; i += rows.list ? 1 : std::max<int64_t>(rows.count - 1, 1)) {
        int64_t row = rows.list ? rows.list[i] : rows.first + i;
        if (row < 0 || row >= end)
            return cal_fail(err, CAL_INPUT, "%s: column %s has no row %lld, only %lld rows",
                            table->path.c_str(), column, (long long)row, (long long)end);
    }
    return CAL_OK;
}

RefRows cal::segment_rows(const cal_span &rows, const Segment &segment)
{
    rownr_t first = row_at(rows, segment.index);
    rownr_t last = row_at(rows, segment.index + segment.count - 1);
    if (last - first + 1 == rownr_t(segment.count))
        return RefRows(first, last);
    const int64_t *list = rows.list + segment.index;
    return RefRows(Vector<rownr_t>(std::vector<rownr_t>(list, list + segment.count)));
}

RefRows cal::ref_rows(const cal_span &rows)
{
    if (!rows.list)
        return RefRows(rows.first, rows.first + rows.count - 1);
    std::vector<rownr_t> slices;
    for (int64_t i = 0; i < rows.count;) {
        int64_t end = i + 1;
        while (end < rows.count && rows.list[end] == rows.list[end - 1] + 1)
            end++;
        slices.insert(slices.end(), {rownr_t(rows.list[i]), rownr_t(rows.list[end - 1]), 1});
        i = end;
    }
    return RefRows(Vector<rownr_t>(slices), True);
}

/* ---- shapes ---- */

IPosition cal::to_position(int ndim, const int64_t *shape)
{
    IPosition position(ndim);
    for (int i = 0; i < ndim; i++)
        position[i] = shape[i];
    return position;
}

bool cal_table_cell_shape(cal_table *table, const char *column, int64_t row, int *ndim,
                          int64_t shape[CAL_MAX_DIM])
{
    *ndim = 0;
    if (!cal_table_has_column(table, column) || row < 0 || row >= cal_table_rows(table))
        return false;
    try {
        TableColumn cells(table->table, column);
        if (!cells.isDefined(row))
            return false;
        if (!cells.columnDesc().isArray())
            return true;
        IPosition cell = cells.shape(row);
        *ndim = std::min<int>(cell.size(), CAL_MAX_DIM);
        for (int i = 0; i < *ndim; i++)
            shape[i] = cell[i];
        return cell.size() <= CAL_MAX_DIM;
    } catch (const std::exception &) {
        return false;
    }
}

bool cal_table_tile_shape(cal_table *table, const char *column, int64_t row, int *ndim,
                          int64_t tile[CAL_MAX_DIM + 1])
{
    cal_column desc;
    *ndim = 0;
    if (!cal_table_find_column(table, column, &desc) ||
        std::string(desc.manager_type).compare(0, 5, "Tiled"))
        return false;
    try {
        IPosition shape = ROTiledStManAccessor(table->table, column, True).tileShape(row);
        if (shape.size() == 0 || shape.size() > CAL_MAX_DIM + 1)
            return false;
        *ndim = (int)shape.size();
        std::copy(shape.begin(), shape.end(), tile);
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

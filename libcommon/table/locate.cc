/* Cells that are found now and read or written later, by several threads (located.h). */
#include "table/direct.h"
#include "table/located.h"
#include "table/tiles.h"
#include <casacore/casa/Utilities/ValType.h>
#include <casacore/tables/Tables/TableColumn.h>

using namespace casacore;

/* All parts, with what casacore has for them in their files. */
static bool add_parts(const cal_table &table, const cal::Plan &plan, cal_located *located)
{
    for (const cal::Part &part : plan.parts) {
        cal::settle(*part.cube);
        if (!cal_located_add(located, cal::file_name(*part.cube).c_str(), table.write,
                             &plan.extents[part.first], part.end - part.first))
            return false;
    }
    return true;
}

static cal_located *locate(const cal_table &table, const char *column, cal_type type,
                           const cal_span &rows)
{
    const ColumnDesc &desc = table.table.tableDesc()[column];
    TableColumn cells(table.table, column);
    rownr_t first = cal::row_at(rows, 0);
    if (desc.isScalar() || desc.dataType() != cal::to_casacore_type(type) ||
        !cells.isDefined(first))
        return nullptr;
    cal::Plan plan;
    IPosition shape = cells.shape(first);
    int bits = desc.dataType() == TpBool     ? 1
               : desc.dataType() == TpString ? 0
                                             : 8 * ValType::getTypeSize(desc.dataType());
    if (shape.product() == 0 || !cal::make_plan(table.table, column, rows, shape, bits, plan) ||
        plan.parts.size() > CAL_LOCATED_PARTS)
        return nullptr;
    cal_located *located = cal_located_new(table.path.c_str(), column, rows, plan.bytes);
    if (!add_parts(table, plan, located)) {
        cal_located_free(located);
        return nullptr;
    }
    if (table.write)
        plan.manager->setDataChanged(); /* casacore will not see it happen */
    return located;
}

cal_status cal_table_locate(cal_table *table, const char *column, cal_type type, cal_span rows,
                            cal_located **located, cal_error *err)
{
    *located = nullptr;
    cal_status status = cal::find_column(table, column, err);
    if (!status)
        status = cal::check_rows(table, column, rows, err);
    if (status || rows.count <= 0)
        return status;
    return cal::guard(err, CAL_INPUT, {table->path.c_str(), column, &rows}, "cannot be read", [&] {
        *located = locate(*table, column, type, rows);
        return CAL_OK;
    });
}

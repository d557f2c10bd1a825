/* A table of some rows of another one: no data, only which rows; what is written to it goes to the other. */
#include "table/shim.h"
#include <casacore/tables/Tables/RefRows.h>
#include <casacore/tables/Tables/RowNumbers.h>
#include <unistd.h>

using namespace casacore;

cal_status cal_table_view(const cal_table *table, const char *path, cal_span rows, cal_error *err)
{
    if (access(path, F_OK) == 0)
        return cal_fail(err, CAL_OUTPUT, "%s: exists already", path);
    cal_status status = cal::check_rows(table, "*", rows, err);
    if (status)
        return status;
    return cal::guard(err, CAL_OUTPUT, {path}, "cannot be written", [&] {
        Vector<rownr_t> list(rows.count);
        for (int64_t i = 0; i < rows.count; i++)
            list[i] = cal::row_at(rows, i);
        Table view = table->table(RowNumbers(list));
        view.copy(cal::plain_name(path), Table::NewNoReplace);
        return CAL_OK;
    });
}

/* Cells as bytes of files. */
#include "base/mem.h"
#include "table/direct.h"
#include "table/tiles.h"
#include <cstring>
#include <exception>

using namespace casacore;

/* Bits of an element in the file; 0 where the column does not hold elements of this type. */
static int bits_of(const cal_table *table, const char *column, cal_type type)
{
    int bits = 0;
    if (!cal_table_has_column(table, column) ||
        table->table.tableDesc()[column].dataType() != cal::to_casacore_type(type))
        return 0;
    cal::with_memory_type(
        type, [&](auto tag) { bits = cal::direct_bits<typename decltype(tag)::type>(); });
    return bits;
}

bool cal_table_has_runs(cal_table *table, const char *column, cal_type type)
{
    try {
        return cal::has_runs(table->table, column, bits_of(table, column, type));
    } catch (const std::exception &) {
        return false;
    }
}

/* Says which of the rows it is that has no cell of the shape. */
static cal_status no_such_cell(cal_table *table, const char *column, const cal_span &rows,
                               const IPosition &wanted, cal_error *err)
{
    int ndim;
    int64_t shape[CAL_MAX_DIM], i = 0;
    while (i + 1 < rows.count &&
           cal_table_cell_shape(table, column, cal::row_at(rows, i), &ndim, shape) &&
           cal::to_position(ndim, shape).isEqual(wanted))
        i++;
    return cal_fail(err, CAL_INPUT, "%s: column %s, row %lld has no cell of the shape %s",
                    table->path.c_str(), column, (long long)cal::row_at(rows, i),
                    wanted.toString().c_str());
}

cal_status cal_table_find_runs(cal_table *table, const char *column, cal_type type, cal_span rows,
                               int ndim, const int64_t *shape, cal_file_run **run, int64_t *count,
                               cal_error *err)
{
    cal_status failed = table->write ? CAL_OUTPUT : CAL_INPUT;
    *count = 0;
    *run = nullptr;
    return cal::guard(err, failed, {table->path.c_str(), column, &rows}, "cannot be reached", [&] {
        std::vector<cal_file_run> runs;
        IPosition cell = cal::to_position(ndim, shape);
        int bits = bits_of(table, column, type);
        if (!cal::find_runs(table->table, column, rows, cell, bits, runs))
            return no_such_cell(table, column, rows, cell, err);
        *count = (int64_t)runs.size();
        *run = CAL_NEW_ARRAY(cal_file_run, *count);
        std::copy(runs.begin(), runs.end(), *run);
        return CAL_OK;
    });
}

/* Writing cells, and giving them their shapes. */
#include "table/cells.h"
#include <cstring>
#include <memory>

using namespace casacore;
using cal::fits;

static const char unwritable[] = "cannot be written";

/* The column is there, can be written, and has the rows. */
static cal_status check_target(const cal_table *table, const char *column, const cal_span &rows,
                               cal_error *err)
{
    if (!table->write)
        return cal_fail(err, CAL_BUG, "%s was opened for reading only", table->path.c_str());
    cal_status status = cal::find_column(table, column, err);
    return status ? status : cal::check_rows(table, column, rows, err);
}

/* Write cells of the given shape (ignored for scalars). */
template <class Disk>
static void write_rows(cal_table &table, const char *name, const cal_span &rows,
                       const IPosition &shape, const Disk *in)
{
    if (table.table.tableDesc()[name].isScalar()) {
        cal::write_scalars(table.table, name, rows, in);
    } else {
        cal::write_arrays(table, name, rows, shape, in);
    }
}

template <class Disk, class Memory>
static void write_converted(cal_table &table, const char *name, const cal_span &rows,
                            const IPosition &shape, const Memory *in)
{
    bool scalar = table.table.tableDesc()[name].isScalar();
    int64_t count = rows.count * (scalar ? 1 : shape.product());
    std::unique_ptr<Disk[]> cells(new Disk[count]);
    for (int64_t i = 0; i < count; i++)
        cells[i] = static_cast<Disk>(in[i]);
    write_rows(table, name, rows, shape, cells.get());
}

/* False when elements of `type` cannot go into the column. */
static bool write_as(cal_table &table, const char *name, cal_type type, const cal_span &rows,
                     const IPosition &shape, const void *in)
{
    bool done = false;
    cal::with_disk_type(table.table.tableDesc()[name].dataType(), [&](auto disk) {
        cal::with_memory_type(type, [&](auto memory) {
            using Disk = typename decltype(disk)::type;
            using Memory = typename decltype(memory)::type;
            if constexpr (std::is_same_v<Disk, Memory>)
                write_rows(table, name, rows, shape, static_cast<const Disk *>(in));
            else if constexpr (fits<Disk, Memory>)
                write_converted<Disk>(table, name, rows, shape, static_cast<Memory const *>(in));
            done = fits<Disk, Memory>;
        });
    });
    return done;
}

static cal_status wrong_type(const cal_table *table, const char *name, cal_type type,
                             cal_error *err)
{
    return cal_fail(err, CAL_BUG, "%s: column %s takes %s, not %s", table->path.c_str(), name,
                    cal::type_words(table->table.tableDesc()[name].dataType()),
                    cal::type_words(cal::to_casacore_type(type)));
}

cal_status cal_table_put(cal_table *table, const char *column, cal_type type, cal_span rows,
                         const void *in, cal_error *err)
{
    cal_status status = check_target(table, column, rows, err);
    if (status || rows.count <= 0)
        return status;
    return cal::guard(err, CAL_OUTPUT, {table->path.c_str(), column, &rows}, unwritable, [&] {
        TableColumn cells(table->table, column);
        IPosition shape;
        if (!cells.columnDesc().isScalar()) {
            rownr_t first = cal::row_at(rows, 0);
            if (!cells.isDefined(first))
                return cal_fail(err, CAL_BUG, "%s: column %s, row %lld has no shape yet",
                                table->path.c_str(), column, (long long)first);
            shape = cells.shape(first);
        }
        if (!write_as(*table, column, type, rows, shape, in))
            return wrong_type(table, column, type, err);
        return CAL_OK;
    });
}

/* ---- shapes ---- */

cal_status cal_table_set_shape(cal_table *table, const char *column, cal_span rows, int ndim,
                               const int64_t *shape, const int64_t *tile, cal_error *err)
{
    cal_status status = check_target(table, column, rows, err);
    if (status || rows.count <= 0)
        return status;
    return cal::guard(err, CAL_OUTPUT, {table->path.c_str(), column, &rows}, unwritable, [&] {
        cal::set_shapes(table->table, column, rows, cal::to_position(ndim, shape),
                        tile ? cal::to_position(ndim + 1, tile) : IPosition());
        return CAL_OK;
    });
}

cal_status cal_table_put_cell(cal_table *table, const char *column, cal_type type, int64_t row,
                              int ndim, const int64_t *shape, const void *in, cal_error *err)
{
    cal_span rows = cal_span_range(row, 1);
    cal_status status = check_target(table, column, rows, err);
    if (status)
        return status;
    return cal::guard(err, CAL_OUTPUT, {table->path.c_str(), column, &rows}, unwritable, [&] {
        IPosition cell = cal::to_position(ndim, shape);
        const ColumnDesc &desc = table->table.tableDesc()[column];
        if (desc.isArray())
            cal::set_shapes(table->table, column, rows, cell, IPosition());
        if (!write_as(*table, column, type, rows, cell, in))
            return wrong_type(table, column, type, err);
        return CAL_OK;
    });
}

/* Reading cells into the caller's memory. */
#include "base/mem.h"
#include "table/cells.h"
#include <cstring>
#include <memory>

using namespace casacore;
using cal::fits;

static void convert(const String &from, char *&to)
{
    to = cal_copy_text(from.c_str());
}

template <class Disk, class Memory> static void convert(const Disk &from, Memory &to)
{
    to = static_cast<Memory>(from);
}

/* The rows as they are on disk; `out` has room for them. */
template <class Disk>
static void read_rows(const cal_table &table, const char *name, const cal_span &rows, Disk *out)
{
    if (table.table.tableDesc()[name].isScalar()) {
        cal::read_scalars(table.table, name, rows, out);
    } else {
        IPosition shape = TableColumn(table.table, name).shape(cal::row_at(rows, 0));
        cal::read_arrays(table, name, rows, shape, out);
    }
}

/* Elements in all the rows together, taking every cell to be like the first. */
static int64_t element_count(const Table &table, const char *name, const cal_span &rows)
{
    TableColumn column(table, name);
    if (column.columnDesc().isScalar())
        return rows.count;
    return column.shape(cal::row_at(rows, 0)).product() * rows.count;
}

template <class Disk, class Memory>
static void read_converted(const cal_table &table, const char *name, const cal_span &rows,
                           Memory *out)
{
    int64_t count = element_count(table.table, name, rows);
    std::unique_ptr<Disk[]> cells(new Disk[count]);
    read_rows(table, name, rows, cells.get());
    for (int64_t i = 0; i < count; i++)
        convert(cells[i], out[i]);
}

/* False when the column's elements cannot be had as `type`. */
static bool read_as(const cal_table &table, const char *name, cal_type type, const cal_span &rows,
                    void *out)
{
    bool done = false;
    cal::with_disk_type(table.table.tableDesc()[name].dataType(), [&](auto disk) {
        cal::with_memory_type(type, [&](auto memory) {
            using Disk = typename decltype(disk)::type;
            using Memory = typename decltype(memory)::type;
            if constexpr (std::is_same_v<Disk, Memory>)
                read_rows(table, name, rows, static_cast<Disk *>(out));
            else if constexpr (fits<Disk, Memory>)
                read_converted<Disk>(table, name, rows, static_cast<Memory *>(out));
            done = fits<Disk, Memory>;
        });
    });
    return done;
}

static cal_status wrong_type(const cal_table *table, const char *name, cal_type type,
                             cal_error *err)
{
    return cal_fail(err, CAL_INPUT, "%s: column %s holds %s where %s are expected",
                    table->path.c_str(), name,
                    cal::type_words(table->table.tableDesc()[name].dataType()),
                    cal::type_words(cal::to_casacore_type(type)));
}

/* Why reading failed, where it is a cell that is undefined or of another shape than the first. */
static cal_status explain_cells(const cal_table *table, const char *name, const cal_span &rows,
                                cal_error *err)
{
    TableColumn column(table->table, name);
    for (int64_t i = 0; i < rows.count; i++) {
        rownr_t row = cal::row_at(rows, i), first = cal::row_at(rows, 0);
        if (!column.isDefined(row))
            return cal_fail(err, CAL_INPUT, "%s: column %s, row %lld has no value",
                            table->path.c_str(), name, (long long)row);
        if (!column.columnDesc().isScalar() && column.shape(row) != column.shape(first))
            return cal_fail(
                err, CAL_INPUT, "%s: column %s, row %lld has the shape %s, row %lld the shape %s",
                table->path.c_str(), name, (long long)row, column.shape(row).toString().c_str(),
                (long long)first, column.shape(first).toString().c_str());
    }
    return CAL_OK;
}

static const char unreadable[] = "cannot be read; the table is damaged";

cal_status cal_table_get(cal_table *table, const char *column, cal_type type, cal_span rows,
                         void *out, cal_error *err)
{
    cal_status status = cal::find_column(table, column, err);
    if (!status)
        status = cal::check_rows(table, column, rows, err);
    if (status || rows.count <= 0)
        return status;
    cal::Place place = {table->path.c_str(), column, &rows};
    try {
        if (!read_as(*table, column, type, rows, out))
            return wrong_type(table, column, type, err);
        return CAL_OK;
    } catch (const std::exception &exception) {
        std::string reason = exception.what();
        return cal::guard(err, CAL_INPUT, place, unreadable, [&] {
            cal_status why = explain_cells(table, column, rows, err);
            return why ? why : cal::report(err, CAL_INPUT, place, unreadable, reason.c_str());
        });
    }
}

cal_status cal_table_get_cell(cal_table *table, const char *column, cal_type type, int64_t row,
                              void **out, int64_t *count, cal_error *err)
{
    *out = nullptr;
    *count = 0;
    cal_span rows = cal_span_range(row, 1);
    cal_status status = cal::find_column(table, column, err);
    if (!status)
        status = cal::check_rows(table, column, rows, err);
    if (!status)
        status = cal::guard(err, CAL_INPUT, {table->path.c_str(), column, &rows}, unreadable, [&] {
            cal_status why = explain_cells(table, column, rows, err);
            if (!why)
                *count = element_count(table->table, column, rows);
            return why;
        });
    if (status)
        return status;
    *out = cal_alloc((size_t)*count, cal_type_bytes(type));
    status = cal_table_get(table, column, type, rows, *out, err);
    if (status) {
        free(*out);
        *out = nullptr;
        *count = 0;
    }
    return status;
}

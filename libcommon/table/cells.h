/* Cells of one column between casacore and plain memory, in the type that they have on disk. */
#ifndef CAL_TABLE_CELLS_H
#define CAL_TABLE_CELLS_H

#include "table/buckets.h"
#include "table/direct.h"
#include "table/shim.h"
#include <casacore/tables/DataMan/DataManagerColumn.h>
#include <casacore/tables/Tables/ArrayColumn.h>
#include <casacore/tables/Tables/ScalarColumn.h>
#include <casacore/tables/Tables/TableError.h>
#include <memory>
#include <vector>

namespace cal
{

bool is_tiled(const casacore::Table &table, const char *column);

/* Rows index .. index + count - 1 of a span, to be read together. Bridged: the rows between them are
 * read too, `span` rows in all. */
struct Segment {
    int64_t index, count, span;
    bool bridged;
};

/* Arrays go segment by segment: a list with gaps of equal width would make casacore read what lies
 * between and hold all of it. `bytes` is the size of a cell. */
std::vector<Segment> segments(const casacore::Table &table, const char *column,
                              const cal_span &rows, int64_t bytes, bool bridges);

/* The rows of a segment as casacore wants them. */
casacore::RefRows segment_rows(const cal_span &rows, const Segment &segment);

template <class T>
casacore::Array<T> view_of(const T *cells, const casacore::IPosition &shape, int64_t count)
{
    casacore::IPosition whole = shape;
    whole.append(casacore::IPosition(1, count));
    return casacore::Array<T>(whole, const_cast<T *>(cells), casacore::SHARE);
}

/* A bridged segment: everything between its first and last row, of which the wanted rows are kept. */
template <class T>
void read_bridged(const casacore::ArrayColumn<T> &column, const cal_span &rows,
                  const casacore::IPosition &shape, const Segment &segment, T *out)
{
    int64_t cell = shape.product(), first = row_at(rows, segment.index);
    std::unique_ptr<T[]> all(new T[cell * segment.span]);
    casacore::Array<T> view = view_of(all.get(), shape, segment.span);
    column.getColumnCells(casacore::RefRows(first, first + segment.span - 1), view, false);
    for (int64_t i = 0; i < segment.count; i++) {
        const T *from = all.get() + (row_at(rows, segment.index + i) - first) * cell;
        std::copy(from, from + cell, out + i * cell);
    }
}

/* What the storage manager has for a column; nullptr where the table is a view of another one. The ways
 * through the column object copy its description for every cell. */
casacore::DataManagerColumn *stored_column(const casacore::Table &table, const char *name);

/* Cell by cell, as managers that are not tiled have arrays. */
template <class T>
void read_cells(casacore::DataManagerColumn &column, bool fixed, const cal_span &rows,
                const casacore::IPosition &shape, T *out)
{
    int64_t cell = shape.product();
    casacore::Array<T> array;
    for (int64_t i = 0; i < rows.count; i++) {
        casacore::rownr_t row = row_at(rows, i);
        if (!fixed && !(column.isShapeDefined(row) && column.shape(row).isEqual(shape)))
            throw casacore::TableError("the shapes of the cells differ");
        array.takeStorage(shape, out + i * cell, casacore::SHARE);
        column.getArrayV(row, array);
    }
}

/* Cell by cell, as managers that are not tiled take arrays. */
template <class T>
void write_cells(casacore::DataManagerColumn &column, const cal_span &rows,
                 const casacore::IPosition &shape, const T *in)
{
    int64_t cell = shape.product();
    casacore::Array<T> array;
    for (int64_t i = 0; i < rows.count; i++) {
        array.takeStorage(shape, const_cast<T *>(in) + i * cell, casacore::SHARE);
        if (!column.shape(row_at(rows, i)).isEqual(shape))
            throw casacore::TableError("the shapes of the cells differ");
        column.putArrayV(row_at(rows, i), array);
    }
}

template <class T>
void read_arrays(const cal_table &from, const char *name, const cal_span &rows,
                 const casacore::IPosition &shape, T *out)
{
    const casacore::Table &table = from.table;
    casacore::ArrayColumn<T> column(table, name);
    int64_t cell = shape.product();
    if (cell == 0 || read_direct(from, name, rows, shape, direct_bits<T>(), out))
        return;
    bool fixed = column.columnDesc().isFixedShape();
    if (fixed && read_buckets(table, name, rows, cell, direct_bits<T>(), out))
        return;
    casacore::DataManagerColumn *stored = stored_column(table, name);
    if (stored && !is_tiled(table, name))
        return read_cells(*stored, fixed, rows, shape, out);
    settle_files(table, name, rows);
    for (const Segment &segment : segments(table, name, rows, cell * sizeof(T), true)) {
        T *cells = out + segment.index * cell;
        casacore::Array<T> view = view_of(cells, shape, segment.count);
        if (segment.bridged)
            read_bridged(column, rows, shape, segment, cells);
        else
            column.getColumnCells(segment_rows(rows, segment), view, false);
    }
}

template <class T>
void write_arrays(cal_table &to, const char *name, const cal_span &rows,
                  const casacore::IPosition &shape, const T *in)
{
    casacore::Table &table = to.table;
    casacore::ArrayColumn<T> column(table, name);
    int64_t cell = shape.product();
    if (cell == 0 || write_direct(to, name, rows, shape, direct_bits<T>(), in))
        return;
    if (column.columnDesc().isFixedShape() &&
        write_buckets(table, name, rows, cell, direct_bits<T>(), in))
        return;
    casacore::DataManagerColumn *stored = stored_column(table, name);
    if (stored && !is_tiled(table, name))
        return write_cells(*stored, rows, shape, in);
    settle_files(table, name, rows);
    for (const Segment &segment : segments(table, name, rows, cell * sizeof(T), false))
        column.putColumnCells(segment_rows(rows, segment),
                              view_of(in + segment.index * cell, shape, segment.count));
}

template <class T>
void read_scalars(const casacore::Table &table, const char *name, const cal_span &rows, T *out)
{
    if (read_buckets(table, name, rows, 1, direct_bits<T>(), out))
        return;
    casacore::ScalarColumn<T> column(table, name);
    casacore::Vector<T> view(casacore::IPosition(1, rows.count), out, casacore::SHARE);
    column.getColumnCells(ref_rows(rows), view);
}

template <class T>
void write_scalars(casacore::Table &table, const char *name, const cal_span &rows, const T *in)
{
    if (write_buckets(table, name, rows, 1, direct_bits<T>(), in))
        return;
    casacore::ScalarColumn<T> column(table, name);
    casacore::Vector<T> view(casacore::IPosition(1, rows.count), const_cast<T *>(in),
                             casacore::SHARE);
    column.putColumnCells(ref_rows(rows), view);
}

/* Give cells their shape and, in a tiled column, their tile (empty: default_tile()). */
void set_shapes(casacore::Table &table, const char *column, const cal_span &rows,
                const casacore::IPosition &shape, casacore::IPosition tile);

} // namespace cal

#endif

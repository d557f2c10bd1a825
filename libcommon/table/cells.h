/* Cells of one column between casacore and plain memory, in the type that they have on disk. */
#ifndef CAL_TABLE_CELLS_H
#define CAL_TABLE_CELLS_H

#include "table/shim.h"
#include <casacore/tables/Tables/ArrayColumn.h>
#include <casacore/tables/Tables/ScalarColumn.h>

namespace cal
{

/* body(index into the span, first row, rows) for every run of neighbouring rows. */
template <class Body> void each_run(const cal_span &rows, Body body)
{
    for (int64_t i = 0, end; i < rows.count; i = end) {
        end = rows.list ? i + 1 : rows.count;
        while (end < rows.count && rows.list[end] == rows.list[end - 1] + 1)
            end++;
        body(i, row_at(rows, i), end - i);
    }
}

/* Arrays go run by run: a list with gaps of equal width would make casacore read what lies between
 * and hold all of it. */
template <class T>
void read_arrays(const casacore::ArrayColumn<T> &column, const cal_span &rows,
                 const casacore::IPosition &shape, T *out)
{
    int64_t cell = shape.product();
    each_run(rows, [&](int64_t index, casacore::rownr_t first, int64_t count) {
        casacore::IPosition whole = shape;
        whole.append(casacore::IPosition(1, count));
        casacore::Array<T> view(whole, out + index * cell, casacore::SHARE);
        if (cell > 0)
            column.getColumnCells(casacore::RefRows(first, first + count - 1), view, false);
    });
}

template <class T>
void write_arrays(casacore::ArrayColumn<T> &column, const cal_span &rows,
                  const casacore::IPosition &shape, const T *in)
{
    int64_t cell = shape.product();
    each_run(rows, [&](int64_t index, casacore::rownr_t first, int64_t count) {
        casacore::IPosition whole = shape;
        whole.append(casacore::IPosition(1, count));
        casacore::Array<T> view(whole, const_cast<T *>(in) + index * cell, casacore::SHARE);
        if (cell > 0)
            column.putColumnCells(casacore::RefRows(first, first + count - 1), view);
    });
}

template <class T>
void read_scalars(const casacore::ScalarColumn<T> &column, const cal_span &rows, T *out)
{
    casacore::Vector<T> view(casacore::IPosition(1, rows.count), out, casacore::SHARE);
    column.getColumnCells(ref_rows(rows), view);
}

template <class T>
void write_scalars(casacore::ScalarColumn<T> &column, const cal_span &rows, const T *in)
{
    casacore::Vector<T> view(casacore::IPosition(1, rows.count), const_cast<T *>(in),
                             casacore::SHARE);
    column.putColumnCells(ref_rows(rows), view);
}

/* Give cells their shape and, in a tiled column, their tile (empty: default_tile()). */
void set_shapes(casacore::Table &table, const char *column, const cal_span &rows,
                const casacore::IPosition &shape, casacore::IPosition tile);
bool is_tiled(const casacore::Table &table, const char *column);

} // namespace cal

#endif

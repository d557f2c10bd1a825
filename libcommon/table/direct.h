/* Cells of tiled columns straight between the files and the caller's memory.
 *
 * Where a tile holds whole cells, as MeasurementSets have it, the cells of a hypercube stand in the
 * file one after the other. casacore would carry them through a buffer of its own, value by value;
 * reading them in place takes half its time, and for flags (bits in the file) a quarter.
 */
#ifndef CAL_TABLE_DIRECT_H
#define CAL_TABLE_DIRECT_H

#include "table/shim.h"

namespace cal
{

/* Bits of an element in the file, for types whose bytes need no conversion; 0 for the others. */
template <class T> constexpr int direct_bits()
{
    if (std::is_same_v<T, bool>)
        return 1;
    return is_number<T> || is_complex<T> ? 8 * (int)sizeof(T) : 0;
}

/* False, with nothing done, where the column, its tiles or one of the rows do not allow it. Throws
 * when the file is shorter than the table says. */
bool read_direct(const cal_table &table, const char *column, const cal_span &rows,
                 const casacore::IPosition &shape, int bits, void *out);
bool write_direct(cal_table &table, const char *column, const cal_span &rows,
                  const casacore::IPosition &shape, int bits, const void *in);

/* Before casacore accesses these cells itself: its file buffers are emptied, and the files' lengths
 * checked, because buffered reading takes what is missing to be zero. */
void settle_files(const casacore::Table &table, const char *column, const cal_span &rows);

} // namespace cal

#endif

/* Cells of StandardStMan and IncrementalStMan between their buckets and the caller's memory, all that a
 * bucket holds at once.
 *
 * casacore hands such cells out one by one, each through several virtual calls; scalar columns of MAIN
 * and the small arrays of calibration tables took longer than the visibilities beside them.
 */
#ifndef CAL_TABLE_BUCKETS_H
#define CAL_TABLE_BUCKETS_H

#include "table/shim.h"

namespace cal
{

/* Cells of `elements` elements that take `bits` each on disk (direct_bits(); 0: no such type). False, with
 * nothing done, where the column is stored in another way. Throws what casacore throws when a bucket
 * cannot be read. */
bool read_buckets(const casacore::Table &table, const char *column, const cal_span &rows,
                  int64_t elements, int bits, void *out);
bool write_buckets(casacore::Table &table, const char *column, const cal_span &rows,
                   int64_t elements, int bits, const void *in);

} // namespace cal

#endif

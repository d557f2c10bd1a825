/* How cells are made known that cal_located_read() and cal_located_write() (table/table.h) move, by whoever finds them in the files. */
#ifndef CAL_TABLE_LOCATED_H
#define CAL_TABLE_LOCATED_H

#include "table/extents.h"
#include "table/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every part has a descriptor of its own, so there must not be many. */
enum { CAL_LOCATED_PARTS = 8 };

/* Of these rows, whose list must stay. */
cal_located *cal_located_new(const char *table, const char *column, cal_span rows,
                             cal_cell_bytes bytes);
/* The next ones of them, by index, in one file. False where it cannot be opened, or there are too many parts. */
bool cal_located_add(cal_located *located, const char *path, bool write, const cal_extent *extent,
                     int64_t count);

#ifdef __cplusplus
}
#endif

#endif

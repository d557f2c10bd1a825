/* Cells of tiled columns straight between files and memory. Where a tile holds whole cells, as MeasurementSets have it, the cells of a hypercube
 * stand in its file one after the other. */
#ifndef CAL_TABLE_EXTENTS_H
#define CAL_TABLE_EXTENTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Neighbouring cells: `count` from byte `offset` of a file on, cell `index` of the caller's. */
typedef struct cal_extent {
    int64_t offset, index, count;
} cal_extent;

/* How big cells are. Flags are bits in the file and bytes in memory, all else is the same in both. */
typedef struct cal_cell_bytes {
    int64_t file, memory;
} cal_cell_bytes;

/* Extents first .. end - 1 of one file. Both give NULL, or why it failed; errno is 0 where the file is too short. */
const char *cal_extents_read(int fd, cal_cell_bytes bytes, const cal_extent *first,
                             const cal_extent *end, void *out);
const char *cal_extent_write(int fd, cal_cell_bytes bytes, const cal_extent *extent,
                             const void *in);

#ifdef __cplusplus
}
#endif

#endif

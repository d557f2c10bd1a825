/* For direct.cc, locate.cc and runs.cc: where the cells of tiled columns stand in their files. */
#ifndef CAL_TABLE_TILES_H
#define CAL_TABLE_TILES_H

#include "table/extents.h"
#include "table/shim.h"
#include <casacore/tables/DataMan/TSMCube.h>
#include <casacore/tables/DataMan/TiledStMan.h>
#include <vector>

namespace cal
{

/* Cells of one hypercube, some of a plan's extents. */
struct Part {
    const casacore::TSMCube *cube;
    size_t first, end;
};

struct Plan {
    casacore::TiledStMan *manager;
    cal_cell_bytes bytes;
    std::vector<cal_extent> extents; /* by index */
    std::vector<Part> parts;
};

/* False when a cell cannot be had directly: `bits` is 0, other tiles, another shape, other bytes. */
bool make_plan(const casacore::Table &table, const char *column, const cal_span &rows,
               const casacore::IPosition &shape, int bits, Plan &plan);

const casacore::String &file_name(const casacore::TSMCube &cube);

/* Where the cells of these rows stand, in their order; false as above. Files of cells that are to be
 * written hold what casacore has for them. */
bool find_runs(const casacore::Table &table, const char *column, const cal_span &rows,
               const casacore::IPosition &shape, int bits, std::vector<cal_file_run> &runs);
/* Could they be found for every cell that the column has? */
bool has_runs(const casacore::Table &table, const char *column, int bits);

/* The manager's buffers for the file of a cube are emptied (tiles.cc says why). */
void settle(const casacore::TSMCube &cube);
/* Settles, and throws when the file is shorter than the cube. */
void check_length(const casacore::TSMCube &cube);

} // namespace cal

#endif

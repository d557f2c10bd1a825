/* For direct.cc, located.cc and runs.cc: where the cells of tiled columns stand in their files, and moving them. */
#ifndef CAL_TABLE_TILES_H
#define CAL_TABLE_TILES_H

#include "table/shim.h"
#include <casacore/tables/DataMan/TSMCube.h>
#include <casacore/tables/DataMan/TiledStMan.h>
#include <vector>

namespace cal
{

/* The file of a hypercube, which the table keeps open for us alone. Reading and writing throw
 * TableError. */
class CubeFile
{
  public:
    CubeFile(const cal_table &table, const casacore::TSMCube &cube);

    bool is_open() const
    {
        return fd_ >= 0;
    }
    /* A descriptor that stays until drop(), whatever the table does with its own. */
    void keep();
    void drop() const;

    void read(int64_t offset, int64_t size, char *to) const;
    void write(int64_t offset, int64_t size, const char *from) const;
    [[noreturn]] void fail(const char *reason) const;

  private:
    casacore::String name_;
    int fd_;
};

/* Neighbouring cells of a hypercube: `count` from `position` on, cell `index` of the caller's. */
struct Extent {
    const casacore::TSMCube *cube;
    int64_t position, index, count;
};

/* How big cells are. Flags are bits in the file and bytes in memory, all else is the same in both. */
struct Mover {
    int64_t cell;   /* bytes of a cell in the file */
    int64_t memory; /* bytes of a cell in the caller's memory */

    bool packed() const
    {
        return cell != memory;
    }
    int64_t place(const Extent &extent, int64_t index = 0) const;
    void deliver(const char *from, int64_t count, char *to) const;

    /* Extents with small gaps, through a buffer that holds all from the first to the last. */
    void read_together(const CubeFile &file, const Extent *first, const Extent *end,
                       char *out) const;
    void read(const CubeFile &file, const Extent &extent, char *out) const;
    void write(const CubeFile &file, const Extent &extent, const char *in) const;
};

/* Extents of one hypercube. */
void read_extents(const CubeFile &file, const Mover &mover, const Extent *first, const Extent *end,
                  char *out);

struct Plan {
    casacore::TiledStMan *manager;
    std::vector<Extent> extents; /* by index */
    Mover mover;
};

/* False when a cell cannot be had directly: `bits` is 0, other tiles, another shape, other bytes. */
bool make_plan(const casacore::Table &table, const char *column, const cal_span &rows,
               const casacore::IPosition &shape, int bits, Plan &plan);

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

/* The extents of one hypercube after the other: body(file, first, end). False when a file cannot be
 * opened as such (casacore's MultiFile). */
template <class Body>
bool each_file(const cal_table &table, const std::vector<Extent> &extents, Body body)
{
    for (size_t first = 0, end; first < extents.size(); first = end) {
        for (end = first; end < extents.size() && extents[end].cube == extents[first].cube;)
            end++;
        CubeFile file(table, *extents[first].cube);
        if (!file.is_open())
            return false;
        body(file, first, end);
    }
    return true;
}

} // namespace cal

#endif

#include "table/tiles.h"
#include <casacore/casa/IO/BucketFile.h>
#include <casacore/casa/IO/FilebufIO.h>
#include <casacore/tables/DataMan/DataManager.h>
#include <casacore/tables/DataMan/TSMFile.h>
#include <casacore/tables/DataMan/TiledColumnStMan.h>
#include <casacore/tables/DataMan/TiledShapeStMan.h>
#include <casacore/tables/Tables/TableError.h>
#include <unistd.h>

using namespace casacore;

namespace
{

/* The place of a hypercube's cells, which casacore keeps to itself and its derived classes. */
struct Layout : TSMCube {
    static int64_t offset(const TSMCube &cube)
    {
        return cube.*(&Layout::fileOffset_p);
    }
    static int64_t length(const TSMCube &cube)
    {
        return int64_t(cube.*(&Layout::nrTiles_p)) * cube.bucketSize();
    }
    static BucketFile &file(const TSMCube &cube)
    {
        return *(cube.*(&Layout::filePtr_p))->bucketFile();
    }
};

} // namespace

/* What casacore itself keeps of a file goes to disk and is forgotten, so that neither side sees old
 * bytes. (Forgetting also avoids a fault of FilebufIO::read, casacore 3.5 to 3.8: when the block that
 * it holds lies inside what is asked for, the blocks behind it arrive in the wrong place.) */
void cal::settle(const TSMCube &cube)
{
    if (FilebufIO *buffered = Layout::file(cube).bufferedFile()) {
        buffered->flush();
        buffered->resync();
    }
}

void cal::check_length(const TSMCube &cube)
{
    Layout::file(cube).open();
    settle(cube);
    FilebufIO *buffered = Layout::file(cube).bufferedFile();
    if (buffered && buffered->length() < Layout::offset(cube) + Layout::length(cube))
        throw TableError("file " + Layout::file(cube).name() +
                         ": it is shorter than the table says");
}

const String &cal::file_name(const TSMCube &cube)
{
    return Layout::file(cube).name();
}

/* ---- places ---- */

namespace
{

/* Tiles of whole cells of this shape and nothing else in them. */
bool is_plain(const TSMCube &cube, const IPosition &shape, int bits)
{
    const IPosition &cells = cube.cubeShape(), &tile = cube.tileShape();
    size_t ndim = shape.size();
    if (cells.size() != ndim + 1 || tile.size() != ndim + 1)
        return false;
    for (size_t i = 0; i < ndim; i++)
        if (cells[i] != shape[i] || tile[i] != shape[i])
            return false;
    return shape.product() * bits % 8 == 0 &&
           int64_t(cube.bucketSize()) == tile.product() * bits / 8;
}

int64_t last_of(const IPosition &position)
{
    return position.empty() ? 0 : position[position.size() - 1];
}

/* Cells behind those that the plan has. */
void add_cells(cal::Plan &plan, const TSMCube *cube, int64_t position, int64_t index, int64_t count)
{
    int64_t offset = Layout::offset(*cube) + position * plan.bytes.file;
    if (plan.parts.empty() || plan.parts.back().cube != cube) {
        plan.parts.push_back({cube, plan.extents.size(), plan.extents.size()});
    } else {
        cal_extent &last = plan.extents.back();
        if (offset == last.offset + last.count * plan.bytes.file) {
            last.count += count;
            return;
        }
    }
    plan.extents.push_back({offset, index, count});
    plan.parts.back().end = plan.extents.size();
}

/* False when one of the rows is not in a plain hypercube of this shape. */
bool find_cells(cal::Plan &plan, const cal_span &rows, const IPosition &shape, int bits)
{
    IPosition where;
    const TSMCube *plain = nullptr;
    if (!rows.list &&
        plan.manager->canAccessColumn()) { /* all rows in one hypercube, in their order */
        const TSMCube *cube = plan.manager->getHypercube(rows.first, where);
        add_cells(plan, cube, last_of(where), 0, rows.count);
        return is_plain(*cube, shape, bits);
    }
    for (int64_t i = 0; i < rows.count; i++) {
        const TSMCube *cube = plan.manager->getHypercube(cal::row_at(rows, i), where);
        if (cube != plain && !is_plain(*cube, shape, bits))
            return false;
        add_cells(plan, cube, last_of(where), i, 1);
        plain = cube;
    }
    return true;
}

/* A column's manager when its cells can be had directly. */
TiledStMan *direct_manager(const Table &table, const char *column, int bits)
{
    const uint16_t one = 1;
    bool big_endian = *reinterpret_cast<const uint8_t *>(&one) == 0;
    auto *manager = dynamic_cast<TiledStMan *>(table.findDataManager(column, True));
    bool known =
        dynamic_cast<TiledShapeStMan *>(manager) || dynamic_cast<TiledColumnStMan *>(manager);
    return bits && known && manager->asBigEndian() == big_endian ? manager : nullptr;
}

} // namespace

bool cal::make_plan(const Table &table, const char *column, const cal_span &rows,
                    const IPosition &shape, int bits, Plan &plan)
{
    int64_t elements = shape.product();
    plan.bytes = {elements * bits / 8, elements * std::max(bits / 8, 1)};
    plan.manager = direct_manager(table, column, bits);
    return plan.manager && find_cells(plan, rows, shape, bits);
}

bool cal::find_runs(const Table &table, const char *column, const cal_span &rows,
                    const IPosition &shape, int bits, std::vector<cal_file_run> &runs)
{
    Plan plan;
    if (!make_plan(table, column, rows, shape, bits, plan))
        return false;
    for (const Part &part : plan.parts) {
        settle(*part.cube);
        for (size_t i = part.first; i < part.end; i++)
            runs.push_back({file_name(*part.cube).c_str(), plan.extents[i].offset,
                            plan.extents[i].count * plan.bytes.file});
    }
    return true;
}

bool cal::has_runs(const Table &table, const char *column, int bits)
{
    TiledStMan *manager = direct_manager(table, column, bits);
    for (uInt i = 0; manager && i < manager->nhypercubes(); i++) {
        const TSMCube *cube = manager->getTSMCube(i);
        if (cube->cubeShape().empty()) /* the cells that have no value */
            continue;
        IPosition cell = cube->cubeShape().getFirst(cube->cubeShape().size() - 1);
        if (!is_plain(*cube, cell, bits) || access(file_name(*cube).c_str(), R_OK))
            return false;
    }
    return manager;
}

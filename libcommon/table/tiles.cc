#include "table/tiles.h"
#include <casacore/casa/IO/BucketFile.h>
#include <casacore/casa/IO/FilebufIO.h>
#include <casacore/tables/DataMan/DataManager.h>
#include <casacore/tables/DataMan/TSMFile.h>
#include <casacore/tables/DataMan/TiledColumnStMan.h>
#include <casacore/tables/DataMan/TiledShapeStMan.h>
#include <casacore/tables/Tables/TableError.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

using namespace casacore;
using cal::Extent;

namespace
{

enum {
    BRIDGE = 16 << 10, /* bytes that are quicker read and dropped than jumped over */
    PIECE = 1 << 20    /* bytes that go through memory of our own at a time */
};

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

/* ---- files ---- */

cal::CubeFile::CubeFile(const cal_table &table, const TSMCube &cube)
    : name_(Layout::file(cube).name()), fd_(table.files.get(name_, table.write))
{
    settle(cube);
}

void cal::CubeFile::keep()
{
    fd_ = fcntl(fd_, F_DUPFD_CLOEXEC, 0);
}

void cal::CubeFile::drop() const
{
    if (fd_ >= 0)
        close(fd_);
}

void cal::CubeFile::read(int64_t offset, int64_t size, char *to) const
{
    while (size > 0) {
        ssize_t got = pread(fd_, to, size, offset);
        if (got <= 0)
            fail(got < 0 ? strerror(errno) : "it is shorter than the table says");
        offset += got;
        to += got;
        size -= got;
    }
}

void cal::CubeFile::write(int64_t offset, int64_t size, const char *from) const
{
    while (size > 0) {
        ssize_t put = pwrite(fd_, from, size, offset);
        if (put < 0)
            fail(strerror(errno));
        offset += put;
        from += put;
        size -= put;
    }
}

void cal::CubeFile::fail(const char *reason) const
{
    throw TableError("file " + name_ + ": " + reason);
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

/* The rows as extents; false when one of them is not in a plain hypercube of this shape. */
bool find_extents(TiledStMan &manager, const cal_span &rows, const IPosition &shape, int bits,
                  std::vector<Extent> &extents)
{
    IPosition where;
    const TSMCube *plain = nullptr;
    if (!rows.list && manager.canAccessColumn()) { /* all rows in one hypercube, in their order */
        const TSMCube *cube = manager.getHypercube(rows.first, where);
        extents.push_back({cube, last_of(where), 0, rows.count});
        return is_plain(*cube, shape, bits);
    }
    for (int64_t i = 0; i < rows.count; i++) {
        const TSMCube *cube = manager.getHypercube(cal::row_at(rows, i), where);
        if (cube != plain && !is_plain(*cube, shape, bits))
            return false;
        int64_t position = last_of(where);
        Extent *last = plain == cube ? &extents.back() : nullptr;
        if (last && position == last->position + last->count)
            last->count++;
        else
            extents.push_back({cube, position, i, 1});
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

/* ---- bits and bytes ---- */

/* Eight flags, the first in the lowest bit. */
void unpack_byte(uint8_t bits, uint8_t *flags)
{
    const uint64_t low = 0x0101010101010101u, each = 0x8040201008040201u;
    uint64_t spread = ((bits * low & each) + 0x7f7f7f7f7f7f7f7fu) >> 7 & low;
    memcpy(flags, &spread, 8);
}

/* Most data have no flags, or few. */
void unpack_bits(const uint8_t *bits, int64_t bytes, uint8_t *flags)
{
    int64_t i = 0;
    for (; i + 8 <= bytes; i += 8) {
        uint64_t eight;
        memcpy(&eight, bits + i, 8);
        if (!eight)
            memset(flags + 8 * i, 0, 64);
        for (int k = 0; eight && k < 8; k++)
            unpack_byte(bits[i + k], flags + 8 * (i + k));
    }
    for (; i < bytes; i++)
        unpack_byte(bits[i], flags + 8 * i);
}

void pack_bits(const uint8_t *flags, int64_t bytes, uint8_t *bits)
{
    for (int64_t i = 0; i < bytes; i++) {
        uint64_t eight;
        memcpy(&eight, flags + 8 * i, 8);
        bits[i] = uint8_t((eight & 0x0101010101010101u) * 0x0102040810204080u >> 56);
    }
}

/* ---- moving cells ---- */

/* What goes through memory of our own does so here: a piece, and no less than a cell. */
char *buffer_of(int64_t cell)
{
    thread_local std::unique_ptr<char[]> memory;
    thread_local int64_t size = 0;
    if (size < std::max<int64_t>(PIECE, cell)) {
        size = std::max<int64_t>(PIECE, cell);
        memory.reset(new char[size]);
    }
    return memory.get();
}

/* Where those end that are better read together with the first. */
const Extent *together(const Extent *first, const Extent *last, int64_t cell)
{
    const Extent *next = first + 1;
    for (; next < last; next++) {
        const Extent &before = next[-1];
        int64_t gap = next->position - before.position - before.count;
        int64_t span = next->position + next->count - first->position;
        if (next->cube != before.cube || gap < 0 || gap * cell > BRIDGE || span * cell > PIECE)
            break;
    }
    return next;
}

} // namespace

int64_t cal::Mover::place(const Extent &extent, int64_t index) const
{
    return Layout::offset(*extent.cube) + (extent.position + index) * cell;
}

void cal::Mover::deliver(const char *from, int64_t count, char *to) const
{
    if (packed())
        unpack_bits((const uint8_t *)from, count * cell, (uint8_t *)to);
    else
        memcpy(to, from, count * cell);
}

void cal::Mover::read_together(const CubeFile &file, const Extent *first, const Extent *end,
                               char *out) const
{
    char *buffer = buffer_of(cell);
    int64_t count = end[-1].position + end[-1].count - first->position;
    file.read(place(*first), count * cell, buffer);
    for (const Extent *extent = first; extent < end; extent++)
        deliver(buffer + (extent->position - first->position) * cell, extent->count,
                out + extent->index * memory);
}

void cal::Mover::read(const CubeFile &file, const Extent &extent, char *out) const
{
    char *target = out + extent.index * memory;
    if (!packed())
        return file.read(place(extent), extent.count * cell, target);
    char *buffer = buffer_of(cell);
    int64_t most = std::max<int64_t>(PIECE / cell, 1);
    for (int64_t done = 0; done < extent.count; done += most) {
        int64_t count = std::min(most, extent.count - done);
        file.read(place(extent, done), count * cell, buffer);
        deliver(buffer, count, target + done * memory);
    }
}

void cal::Mover::write(const CubeFile &file, const Extent &extent, const char *in) const
{
    const char *source = in + extent.index * memory;
    if (!packed())
        return file.write(place(extent), extent.count * cell, source);
    char *buffer = buffer_of(cell);
    int64_t most = std::max<int64_t>(PIECE / cell, 1);
    for (int64_t done = 0; done < extent.count; done += most) {
        int64_t count = std::min(most, extent.count - done);
        pack_bits((const uint8_t *)source + done * memory, count * cell, (uint8_t *)buffer);
        file.write(place(extent, done), count * cell, buffer);
    }
}

void cal::read_extents(const CubeFile &file, const Mover &mover, const Extent *first,
                       const Extent *end, char *out)
{
    for (const Extent *next; first < end; first = next) {
        next = together(first, end, mover.cell);
        if (next == first + 1)
            mover.read(file, *first, out);
        else
            mover.read_together(file, first, next, out);
    }
}

bool cal::make_plan(const Table &table, const char *column, const cal_span &rows,
                    const IPosition &shape, int bits, Plan &plan)
{
    plan.manager = direct_manager(table, column, bits);
    if (!plan.manager || !find_extents(*plan.manager, rows, shape, bits, plan.extents))
        return false;
    int64_t elements = shape.product();
    plan.mover = {elements * bits / 8, elements * std::max(bits / 8, 1)};
    return true;
}

bool cal::find_runs(const Table &table, const char *column, const cal_span &rows,
                    const IPosition &shape, int bits, std::vector<cal_file_run> &runs)
{
    Plan plan;
    if (!make_plan(table, column, rows, shape, bits, plan))
        return false;
    const TSMCube *settled = nullptr;
    for (const Extent &extent : plan.extents) {
        runs.push_back({Layout::file(*extent.cube).name().c_str(), plan.mover.place(extent),
                        extent.count * plan.mover.cell});
        if (extent.cube != settled)
            settle(*extent.cube);
        settled = extent.cube;
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
        if (!is_plain(*cube, cell, bits) || access(Layout::file(*cube).name().c_str(), R_OK))
            return false;
    }
    return manager;
}

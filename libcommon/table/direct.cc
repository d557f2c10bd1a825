#include "table/direct.h"
#include <casacore/casa/IO/BucketFile.h>
#include <casacore/casa/IO/FilebufIO.h>
#include <casacore/tables/DataMan/DataManager.h>
#include <casacore/tables/DataMan/TSMCube.h>
#include <casacore/tables/DataMan/TSMFile.h>
#include <casacore/tables/DataMan/TiledColumnStMan.h>
#include <casacore/tables/DataMan/TiledShapeStMan.h>
#include <casacore/tables/Tables/TableError.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>
#include <vector>

using namespace casacore;

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

/* What casacore itself keeps of a file goes to disk and is forgotten, so that neither side sees old
 * bytes. (Forgetting also avoids a fault of FilebufIO::read, casacore 3.5 to 3.8: when the block that
 * it holds lies inside what is asked for, the blocks behind it arrive in the wrong place.) */
void settle(const TSMCube &cube)
{
    if (FilebufIO *buffered = Layout::file(cube).bufferedFile()) {
        buffered->flush();
        buffered->resync();
    }
}

/* The file of a hypercube, which the table keeps open for us alone. */
class CubeFile
{
  public:
    CubeFile(const cal_table &table, const TSMCube &cube)
        : name_(Layout::file(cube).name()), fd_(table.files.get(name_, table.write))
    {
        settle(cube);
    }

    bool is_open() const
    {
        return fd_ >= 0;
    }

    void read(int64_t offset, int64_t size, char *to) const
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

    void write(int64_t offset, int64_t size, const char *from) const
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

  private:
    [[noreturn]] void fail(const char *reason) const
    {
        throw TableError("file " + name_ + ": " + reason);
    }

    String name_;
    int fd_;
};

/* Neighbouring cells of a hypercube: `count` from `position` on, cell `index` of the caller's. */
struct Extent {
    const TSMCube *cube;
    int64_t position, index, count;
};

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
void unpack_bits(const uint8_t *bits, int64_t bytes, uint8_t *flags)
{
    const uint64_t low = 0x0101010101010101u, each = 0x8040201008040201u;
    for (int64_t i = 0; i < bytes; i++) {
        uint64_t spread = ((bits[i] * low & each) + 0x7f7f7f7f7f7f7f7fu) >> 7 & low;
        memcpy(flags + 8 * i, &spread, 8);
    }
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

struct Mover {
    int64_t cell;   /* bytes of a cell in the file */
    int64_t memory; /* bytes of a cell in the caller's memory */

    bool packed() const
    {
        return cell != memory;
    }

    int64_t place(const Extent &extent, int64_t index = 0) const
    {
        return Layout::offset(*extent.cube) + (extent.position + index) * cell;
    }

    void deliver(const char *from, int64_t count, char *to) const
    {
        if (packed())
            unpack_bits((const uint8_t *)from, count * cell, (uint8_t *)to);
        else
            memcpy(to, from, count * cell);
    }

    /* Extents with small gaps, through a buffer that holds all from the first to the last. */
    void read_together(const CubeFile &file, const Extent *first, const Extent *end, char *buffer,
                       char *out) const
    {
        int64_t count = end[-1].position + end[-1].count - first->position;
        file.read(place(*first), count * cell, buffer);
        for (const Extent *extent = first; extent < end; extent++)
            deliver(buffer + (extent->position - first->position) * cell, extent->count,
                    out + extent->index * memory);
    }

    void read(const CubeFile &file, const Extent &extent, char *buffer, char *out) const
    {
        char *target = out + extent.index * memory;
        if (!packed())
            return file.read(place(extent), extent.count * cell, target);
        int64_t most = std::max<int64_t>(PIECE / cell, 1);
        for (int64_t done = 0; done < extent.count; done += most) {
            int64_t count = std::min(most, extent.count - done);
            file.read(place(extent, done), count * cell, buffer);
            deliver(buffer, count, target + done * memory);
        }
    }

    void write(const CubeFile &file, const Extent &extent, char *buffer, const char *in) const
    {
        const char *source = in + extent.index * memory;
        if (!packed())
            return file.write(place(extent), extent.count * cell, source);
        int64_t most = std::max<int64_t>(PIECE / cell, 1);
        for (int64_t done = 0; done < extent.count; done += most) {
            int64_t count = std::min(most, extent.count - done);
            pack_bits((const uint8_t *)source + done * memory, count * cell, (uint8_t *)buffer);
            file.write(place(extent, done), count * cell, buffer);
        }
    }
};

/* How many extents from `first` on are better read together. */
size_t together(const std::vector<Extent> &extents, size_t first, int64_t cell)
{
    size_t end = first + 1;
    for (; end < extents.size(); end++) {
        const Extent &before = extents[end - 1], &next = extents[end];
        int64_t gap = next.position - before.position - before.count;
        int64_t span = next.position + next.count - extents[first].position;
        if (next.cube != before.cube || gap < 0 || gap * cell > BRIDGE || span * cell > PIECE)
            break;
    }
    return end;
}

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

struct Plan {
    TiledStMan *manager;
    std::vector<Extent> extents;
    Mover mover;
    std::unique_ptr<char[]> buffer;
};

bool make_plan(const Table &table, const char *column, const cal_span &rows, const IPosition &shape,
               int bits, Plan &plan)
{
    plan.manager = direct_manager(table, column, bits);
    if (!plan.manager || !find_extents(*plan.manager, rows, shape, bits, plan.extents))
        return false;
    int64_t elements = shape.product();
    plan.mover = {elements * bits / 8, elements * std::max(bits / 8, 1)};
    plan.buffer.reset(new char[std::max<int64_t>(PIECE, plan.mover.cell)]);
    return true;
}

} // namespace

cal::TileFiles::~TileFiles()
{
    for (const OpenFile &file : open_)
        close(file.fd);
}

int cal::TileFiles::get(const std::string &name, bool write)
{
    for (const OpenFile &file : open_)
        if (file.name == name)
            return file.fd;
    int fd = open(name.c_str(), (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0)
        return fd;
    if (open_.size() == MOST) {
        close(open_.front().fd);
        open_.erase(open_.begin());
    }
    open_.push_back({name, fd});
    return fd;
}

bool cal::read_direct(const cal_table &table, const char *column, const cal_span &rows,
                      const IPosition &shape, int bits, void *out)
{
    Plan plan;
    if (!make_plan(table.table, column, rows, shape, bits, plan))
        return false;
    const Mover &mover = plan.mover;
    const Extent *extent = plan.extents.data();
    return each_file(table, plan.extents, [&](const CubeFile &file, size_t first, size_t end) {
        while (first < end) {
            size_t next = together(plan.extents, first, mover.cell);
            if (next == first + 1)
                mover.read(file, extent[first], plan.buffer.get(), (char *)out);
            else
                mover.read_together(file, extent + first, extent + next, plan.buffer.get(),
                                    (char *)out);
            first = next;
        }
    });
}

bool cal::write_direct(cal_table &table, const char *column, const cal_span &rows,
                       const IPosition &shape, int bits, const void *in)
{
    Plan plan;
    if (!make_plan(table.table, column, rows, shape, bits, plan))
        return false;
    bool written =
        each_file(table, plan.extents, [&](const CubeFile &file, size_t first, size_t end) {
            for (; first < end; first++)
                plan.mover.write(file, plan.extents[first], plan.buffer.get(), (const char *)in);
        });
    if (written)
        plan.manager->setDataChanged();
    return written;
}

void cal::settle_files(const Table &table, const char *column, const cal_span &rows)
{
    auto *manager = dynamic_cast<TiledStMan *>(table.findDataManager(column, True));
    const TSMCube *settled = nullptr;
    for (int64_t i = 0; manager && i < rows.count; i++) {
        const TSMCube *cube = manager->getHypercube(row_at(rows, i));
        if (cube == settled || cube->cubeShape().empty())
            continue;
        settled = cube;
        Layout::file(*cube).open();
        settle(*cube);
        FilebufIO *buffered = Layout::file(*cube).bufferedFile();
        if (buffered && buffered->length() < Layout::offset(*cube) + Layout::length(*cube))
            throw TableError("file " + Layout::file(*cube).name() +
                             ": it is shorter than the table says");
    }
}

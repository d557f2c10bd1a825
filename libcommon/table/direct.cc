#include "table/direct.h"
#include "table/tiles.h"
#include <casacore/tables/DataMan/DataManager.h>
#include <casacore/tables/Tables/TableError.h>
#include <fcntl.h>
#include <unistd.h>

using namespace casacore;
using cal::Plan;

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

/* The descriptor of a hypercube's file, which holds what casacore has for it; -1 where it has none of its own (casacore's MultiFile). */
static int settled_file(const cal_table &table, const TSMCube &cube)
{
    int fd = table.files.get(cal::file_name(cube), table.write);
    if (fd >= 0)
        cal::settle(cube);
    return fd;
}

static void check(const TSMCube &cube, const char *reason)
{
    if (reason)
        throw TableError("file " + cal::file_name(cube) + ": " + reason);
}

bool cal::read_direct(const cal_table &table, const char *column, const cal_span &rows,
                      const IPosition &shape, int bits, void *out)
{
    Plan plan;
    if (!make_plan(table.table, column, rows, shape, bits, plan))
        return false;
    for (const Part &part : plan.parts) {
        int fd = settled_file(table, *part.cube);
        if (fd < 0)
            return false;
        check(*part.cube, cal_extents_read(fd, plan.bytes, &plan.extents[part.first],
                                           plan.extents.data() + part.end, out));
    }
    return true;
}

bool cal::write_direct(cal_table &table, const char *column, const cal_span &rows,
                       const IPosition &shape, int bits, const void *in)
{
    Plan plan;
    if (!make_plan(table.table, column, rows, shape, bits, plan))
        return false;
    for (const Part &part : plan.parts) {
        int fd = settled_file(table, *part.cube);
        if (fd < 0)
            return false;
        for (size_t i = part.first; i < part.end; i++)
            check(*part.cube, cal_extent_write(fd, plan.bytes, &plan.extents[i], in));
    }
    plan.manager->setDataChanged();
    return true;
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
        check_length(*cube);
    }
}

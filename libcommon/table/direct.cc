#include "table/direct.h"
#include "table/tiles.h"
#include <casacore/tables/DataMan/DataManager.h>
#include <fcntl.h>
#include <unistd.h>

using namespace casacore;
using cal::CubeFile;
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

bool cal::read_direct(const cal_table &table, const char *column, const cal_span &rows,
                      const IPosition &shape, int bits, void *out)
{
    Plan plan;
    if (!make_plan(table.table, column, rows, shape, bits, plan))
        return false;
    return each_file(table, plan.extents, [&](const CubeFile &file, size_t first, size_t end) {
        read_extents(file, plan.mover, &plan.extents[first], &plan.extents[0] + end, (char *)out);
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
                plan.mover.write(file, plan.extents[first], (const char *)in);
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
        check_length(*cube);
    }
}

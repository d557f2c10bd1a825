/* Cells that are found now and read or written later, by several threads. */
#include "table/tiles.h"
#include <algorithm>
#include <casacore/casa/Utilities/ValType.h>
#include <casacore/tables/Tables/TableColumn.h>
#include <memory>

using namespace casacore;
using cal::CubeFile;
using cal::Extent;

/* All that reading needs, without casacore's objects: several threads use it. */
struct cal_located {
    struct Part {
        CubeFile file;
        size_t first, end; /* extents */
    };
    std::string table, column;
    cal_span rows;
    cal::Mover mover;
    std::vector<Extent> extents; /* by index */
    std::vector<Part> parts;

    ~cal_located()
    {
        for (const Part &part : parts)
            part.file.drop();
    }

    void read(int64_t first, int64_t count, char *out) const;
    void write(const char *in) const;
};

/* The first extent of a part that reaches cell `first` or one behind it. */
static std::vector<Extent>::const_iterator reaching(const std::vector<Extent> &extents,
                                                    const cal_located::Part &part, int64_t first)
{
    return std::upper_bound(
        extents.begin() + part.first, extents.begin() + part.end, first,
        [](int64_t index, const Extent &extent) { return index < extent.index + extent.count; });
}

/* Extents cut to the cells first .. first + count - 1, which become cells 0, 1, ... */
static void clip(const std::vector<Extent> &extents, const cal_located::Part &part, int64_t first,
                 int64_t count, std::vector<Extent> &clipped)
{
    auto at = reaching(extents, part, first), to = extents.begin() + part.end;
    for (clipped.clear(); at < to && at->index < first + count; ++at) {
        int64_t skip = std::max<int64_t>(first - at->index, 0);
        int64_t end = std::min(at->index + at->count, first + count);
        clipped.push_back(
            {at->cube, at->position + skip, at->index + skip - first, end - at->index - skip});
    }
}

void cal_located::read(int64_t first, int64_t count, char *out) const
{
    thread_local std::vector<Extent> clipped;
    for (const Part &part : parts) {
        clip(extents, part, first, count, clipped);
        if (!clipped.empty())
            cal::read_extents(part.file, mover, clipped.data(), clipped.data() + clipped.size(),
                              out);
    }
}

void cal_located::write(const char *in) const
{
    for (const Part &part : parts)
        for (size_t i = part.first; i < part.end; i++)
            mover.write(part.file, extents[i], in);
}

/* Every part has a descriptor of its own, so there must not be many. */
static bool in_few_parts(const std::vector<Extent> &extents)
{
    enum { MOST = 8 };
    int parts = 1;
    for (size_t i = 1; i < extents.size(); i++)
        parts += extents[i].cube != extents[i - 1].cube;
    return parts <= MOST;
}

static bool locate(const cal_table &table, const char *column, cal_type type, const cal_span &rows,
                   cal_located &found)
{
    const ColumnDesc &desc = table.table.tableDesc()[column];
    TableColumn cells(table.table, column);
    rownr_t first = cal::row_at(rows, 0);
    if (desc.isScalar() || desc.dataType() != cal::to_casacore_type(type) ||
        !cells.isDefined(first))
        return false;
    cal::Plan plan;
    IPosition shape = cells.shape(first);
    int bits = desc.dataType() == TpBool     ? 1
               : desc.dataType() == TpString ? 0
                                             : 8 * ValType::getTypeSize(desc.dataType());
    if (shape.product() == 0 || !cal::make_plan(table.table, column, rows, shape, bits, plan))
        return false;
    if (!in_few_parts(plan.extents))
        return false;
    if (table.write)
        plan.manager->setDataChanged(); /* casacore will not see it happen */
    found.mover = plan.mover;
    found.extents = std::move(plan.extents);
    return cal::each_file(table, found.extents, [&](CubeFile &file, size_t from, size_t end) {
        file.keep();
        found.parts.push_back({file, from, end});
    });
}

cal_status cal_table_locate(cal_table *table, const char *column, cal_type type, cal_span rows,
                            cal_located **located, cal_error *err)
{
    *located = nullptr;
    cal_status status = cal::find_column(table, column, err);
    if (!status)
        status = cal::check_rows(table, column, rows, err);
    if (status || rows.count <= 0)
        return status;
    return cal::guard(err, CAL_INPUT, {table->path.c_str(), column, &rows}, "cannot be read", [&] {
        std::unique_ptr<cal_located> found(new cal_located{table->path, column, rows, {}, {}, {}});
        if (locate(*table, column, type, rows, *found))
            *located = found.release();
        return CAL_OK;
    });
}

cal_status cal_located_read(const cal_located *located, int64_t first, int64_t count, void *out,
                            cal_error *err)
{
    cal_span rows = located->rows;
    rows.count = count;
    rows.first += first;
    rows.list += rows.list ? first : 0;
    return cal::guard(err, CAL_INPUT, {located->table.c_str(), located->column.c_str(), &rows},
                      "cannot be read; the table is damaged", [&] {
                          located->read(first, count, (char *)out);
                          return CAL_OK;
                      });
}

cal_status cal_located_write(const cal_located *located, const void *in, cal_error *err)
{
    return cal::guard(err, CAL_OUTPUT,
                      {located->table.c_str(), located->column.c_str(), &located->rows},
                      "cannot be written", [&] {
                          located->write((const char *)in);
                          return CAL_OK;
                      });
}

void cal_located_free(cal_located *located)
{
    delete located;
}

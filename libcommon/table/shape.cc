/* Giving cells their shape. */
#include "table/cells.h"
#include <casacore/tables/DataMan/DataManager.h>
#include <casacore/tables/DataMan/TSMCube.h>
#include <casacore/tables/DataMan/TiledShapeStMan.h>
#include <casacore/tables/Tables/PlainColumn.h>

using namespace casacore;

bool cal::is_tiled(const Table &table, const char *column)
{
    return table.findDataManager(column, True)->dataManagerType().startsWith("Tiled");
}

static int element_size(const ColumnDesc &desc)
{
    return desc.dataType() == TpBool ? 1 : ValType::getTypeSize(desc.dataType());
}

namespace
{

/* The column object keeps this to itself and its derived classes. */
struct Inside : TableColumn {
    static BaseColumn *base(const TableColumn &column)
    {
        return column.*(&Inside::baseColPtr_p);
    }
};

/* The rows that have a cell, as casacore keeps them to itself: for each run of rows in one hypercube
 * the last row and its position there. Naming private members is allowed where a template is
 * instantiated. */
rownr_t end_of_map(const TiledShapeStMan &manager);
void lengthen_map(TiledShapeStMan &manager, int64_t rows);

template <auto Last, auto Position, auto Runs> struct RowMap {
    friend rownr_t end_of_map(const TiledShapeStMan &manager)
    {
        return manager.*Runs > 0 ? rownr_t((manager.*Last)[manager.*Runs - 1]) + 1 : 0;
    }
    friend void lengthen_map(TiledShapeStMan &manager, int64_t rows)
    {
        (manager.*Last)[manager.*Runs - 1] += rows;
        (manager.*Position)[manager.*Runs - 1] += rows;
    }
};
template struct RowMap<&TiledShapeStMan::rowMap_p, &TiledShapeStMan::posMap_p,
                       &TiledShapeStMan::nrUsedRowMap_p>;

} // namespace

DataManagerColumn *cal::stored_column(const Table &table, const char *name)
{
    auto *plain = dynamic_cast<PlainColumn *>(Inside::base(TableColumn(table, name)));
    return plain ? plain->dataManagerColumn() : nullptr;
}

/* How many rows from row `index` of the span on follow one another. */
static int64_t run_length(const cal_span &rows, int64_t index)
{
    int64_t end = rows.list ? index + 1 : rows.count;
    while (end < rows.count && rows.list[end] == rows.list[end - 1] + 1)
        end++;
    return end - index;
}

/* Asking the storage manager itself: the way through the column copies its description for every
 * row, which took longer than writing the data. */
static void set_tiled_shapes(Table &table, const char *column, const cal_span &rows,
                             const IPosition &shape, const IPosition &tile)
{
    ArrayColumnBase cells(table, column);
    auto *manager = dynamic_cast<TiledShapeStMan *>(table.findDataManager(column, True));
    TiledStMan *cubes = manager;
    for (int64_t i = 0, done; i < rows.count; i += done) {
        rownr_t row = cal::row_at(rows, i);
        done = 1;
        if (!manager || !cubes->getHypercube(row)->cubeShape().empty()) {
            cells.setShape(row, shape, tile);
            continue;
        }
        bool last = end_of_map(*manager) <= row;
        manager->setShape(row, nullptr, shape, tile);
        TSMCube *cube = cubes->getHypercube(row);
        if (!last || cube->valueRecord().nfields() > 0)
            continue;
        done = run_length(rows, i);
        cube->extend(done - 1, Record(), nullptr);
        lengthen_map(*manager, done - 1);
    }
}

void cal::set_shapes(Table &table, const char *column, const cal_span &rows, const IPosition &shape,
                     IPosition tile)
{
    ArrayColumnBase cells(table, column);
    const ColumnDesc &desc = cells.columnDesc();
    if (desc.isFixedShape() && desc.shape().isEqual(shape))
        return;
    if (desc.isFixedShape() || (desc.ndim() > 0 && desc.ndim() != (int)shape.size()))
        throw TableError("its cells cannot have the shape " + shape.toString());
    if (!is_tiled(table, column)) {
        DataManagerColumn *stored = stored_column(table, column);
        for (int64_t i = 0; i < rows.count; i++)
            stored ? stored->setShape(row_at(rows, i), shape)
                   : cells.setShape(row_at(rows, i), shape);
        return;
    }
    if (tile.empty())
        tile = cal::default_tile(shape, element_size(desc), table.nrow() - cal::row_at(rows, 0));
    set_tiled_shapes(table, column, rows, shape, tile);
}

IPosition cal::default_tile(const IPosition &cell, int element_size, int64_t rows_to_come)
{
    const int64_t wanted = 1 << 20, least = 1 << 17; /* bytes */
    int64_t bytes = std::max<int64_t>(cell.product() * element_size, 1);
    int64_t rows = std::min(wanted / bytes, std::max(rows_to_come, least / bytes));
    IPosition tile = cell;
    tile.append(IPosition(1, std::max<int64_t>(rows, 1)));
    return tile;
}

#include "table/buckets.h"
#include "table/cells.h"
#include <casacore/casa/OS/Conversion.h>
#include <casacore/tables/DataMan/ISMBase.h>
#include <casacore/tables/DataMan/ISMBucket.h>
#include <casacore/tables/DataMan/ISMColumn.h>
#include <casacore/tables/DataMan/SSMBase.h>
#include <casacore/tables/DataMan/SSMColumn.h>
#include <cstring>
#include <typeinfo>

using namespace casacore;

namespace
{

/* How a cell looks in a bucket and in memory. Flags are bits there, not aligned to bytes, and bytes here. */
struct Cell {
    int64_t elements;
    int bits; /* of an element */

    int64_t memory() const
    {
        return elements * std::max(bits / 8, 1);
    }

    /* `count` cells from cell `index` of a bucket's array on. */
    void read(const char *bucket, int64_t index, int64_t count, char *out) const
    {
        if (bits == 1)
            Conversion::bitToBool(out, bucket + index * elements / 8, index * elements % 8,
                                  count * elements);
        else
            memcpy(out, bucket + index * memory(), count * memory());
    }

    void write(char *bucket, int64_t index, int64_t count, const char *in) const
    {
        if (bits == 1)
            Conversion::boolToBit(bucket + index * elements / 8, in, index * elements % 8,
                                  count * elements);
        else
            memcpy(bucket + index * memory(), in, count * memory());
    }
};

/* Neighbouring rows of a span from `index` on, none of them behind row `last`. */
int64_t run_of_rows(const cal_span &rows, int64_t index, int64_t last)
{
    int64_t first = cal::row_at(rows, index);
    int64_t most = std::min(last - first + 1, rows.count - index), count = 1;
    if (!rows.list)
        return most;
    while (count < most && rows.list[index + count] == first + count)
        count++;
    return count;
}

bool same_order_of_bytes(const DataManager &manager)
{
    const uint16_t one = 1;
    return manager.asBigEndian() == (*reinterpret_cast<const uint8_t *>(&one) == 0);
}

/* ---- StandardStMan: the cells of a bucket's rows one after the other ---- */

SSMColumn *standard_column(SSMBase *manager, DataManagerColumn *stored, const Cell &cell)
{
    auto *column = manager ? dynamic_cast<SSMColumn *>(stored) : nullptr;
    return column && column->getExternalSizeBits() == cell.elements * cell.bits ? column : nullptr;
}

void read_standard(SSMBase &manager, SSMColumn &column, const Cell &cell, const cal_span &rows,
                   char *out)
{
    rownr_t start, end;
    for (int64_t i = 0, count; i < rows.count; i += count) {
        rownr_t row = cal::row_at(rows, i);
        const char *bucket = manager.find(row, column.getColNr(), start, end, column.columnName());
        count = run_of_rows(rows, i, end);
        cell.read(bucket, row - start, count, out + i * cell.memory());
    }
}

void write_standard(SSMBase &manager, SSMColumn &column, const Cell &cell, const cal_span &rows,
                    const char *in)
{
    rownr_t start, end;
    column.columnCache().invalidate();
    for (int64_t i = 0, count; i < rows.count; i += count) {
        rownr_t row = cal::row_at(rows, i);
        char *bucket = manager.find(row, column.getColNr(), start, end, column.columnName());
        count = run_of_rows(rows, i, end);
        cell.write(bucket, row - start, count, in + i * cell.memory());
        manager.setBucketDirty();
    }
}

/* ---- IncrementalStMan: a value, and the rows that it holds for ---- */

/* The number of a column among those of its manager; -1 for cells that are not in the buckets. */
int incremental_column(ISMBase *manager, const DataManagerColumn *stored, const Cell &cell)
{
    for (uInt i = 0; manager && i < manager->ncolumn(); i++) {
        const ISMColumn &column = manager->getColumn(i);
        if (&column == stored)
            return typeid(column) == typeid(ISMColumn) &&
                           column.getFixedLength() == (cell.elements * cell.bits + 7) / 8
                       ? int(i)
                       : -1;
    }
    return -1;
}

/* The first cell into all `count` of them: what is there already is doubled until it reaches. */
void repeat(char *cells, int64_t size, int64_t count)
{
    for (int64_t have = 1; have < count; have *= 2)
        memcpy(cells + have * size, cells, std::min(have, count - have) * size);
}

void read_incremental(ISMBase &manager, uInt column, const Cell &cell, const cal_span &rows,
                      char *out)
{
    rownr_t first, in_bucket, start, end;
    uInt offset;
    for (int64_t i = 0, count; i < rows.count; i += count) {
        rownr_t row = cal::row_at(rows, i);
        const ISMBucket *bucket = manager.getBucket(row, first, in_bucket);
        bucket->getInterval(column, row - first, in_bucket, start, end, offset);
        count = run_of_rows(rows, i, first + end);
        char *to = out + i * cell.memory();
        cell.read(bucket->get(offset), 0, 1, to);
        repeat(to, cell.memory(), count);
    }
}

} // namespace

bool cal::read_buckets(const Table &table, const char *name, const cal_span &rows, int64_t elements,
                       int bits, void *out)
{
    DataManagerColumn *stored = bits && elements > 0 ? stored_column(table, name) : nullptr;
    DataManager *manager = stored ? table.findDataManager(name, True) : nullptr;
    if (!manager || !same_order_of_bytes(*manager))
        return false;
    Cell cell = {elements, bits};
    auto *standard = dynamic_cast<SSMBase *>(manager);
    auto *incremental = dynamic_cast<ISMBase *>(manager);
    SSMColumn *column = standard_column(standard, stored, cell);
    int number = incremental_column(incremental, stored, cell);
    if (column)
        read_standard(*standard, *column, cell, rows, (char *)out);
    else if (number >= 0)
        read_incremental(*incremental, number, cell, rows, (char *)out);
    return column || number >= 0;
}

bool cal::write_buckets(Table &table, const char *name, const cal_span &rows, int64_t elements,
                        int bits, const void *in)
{
    DataManagerColumn *stored = bits && elements > 0 ? stored_column(table, name) : nullptr;
    auto *manager = stored ? dynamic_cast<SSMBase *>(table.findDataManager(name, True)) : nullptr;
    SSMColumn *column = standard_column(manager, stored, {elements, bits});
    if (!column || !same_order_of_bytes(*manager))
        return false;
    write_standard(*manager, *column, {elements, bits}, rows, (const char *)in);
    return true;
}

/* A copy of a table with some of its rows: by columns and in large pieces, with tiles that suit the
 * rows that are there, and without the subtables that are missing on disk. */
#include "base/error.h"
#include "table/cells.h"
#include <algorithm>
#include <casacore/tables/DataMan/DataManInfo.h>
#include <casacore/tables/DataMan/TiledStManAccessor.h>
#include <casacore/tables/Tables/SetupNewTab.h>
#include <casacore/tables/Tables/TableAttr.h>
#include <cstring>
#include <dirent.h>
#include <memory>
#include <stdexcept>
#include <unistd.h>

using namespace casacore;

enum { PIECE = 8 << 20 }; /* bytes copied at a time */

/* Tells a full disk from a damaged source. */
struct WriteError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <class Body> static void writing(Body body)
{
    try {
        body();
    } catch (const std::exception &error) {
        throw WriteError(error.what());
    }
}

/* ---- cells ---- */

static cal_span piece_of(const cal_span &rows, int64_t first, int64_t count)
{
    return rows.list ? cal_span_list(rows.list + first, count)
                     : cal_span_range(rows.first + first, count);
}

template <class T>
static void copy_scalars(const Table &from, Table &to, const String &name, const cal_span &rows)
{
    int64_t most = PIECE / (int64_t)sizeof(T);
    for (int64_t done = 0; done < rows.count; done += most) {
        int64_t count = std::min(most, rows.count - done);
        std::unique_ptr<T[]> values(new T[count]);
        cal::read_scalars(from, name.c_str(), piece_of(rows, done, count), values.get());
        writing([&] {
            cal::write_scalars(to, name.c_str(), cal_span_range(done, count), values.get());
        });
    }
}

/* How many rows from `first` on have the shape of the first and fit into a piece. */
static int64_t same_shape(const ArrayColumnBase &column, const cal_span &rows, int64_t first,
                          const IPosition &shape, int element_size)
{
    int64_t bytes = std::max<int64_t>(shape.product() * element_size, 1);
    int64_t end = std::min(rows.count, first + std::max<int64_t>(PIECE / bytes, 1));
    int64_t next = first + 1;
    while (next < end) {
        rownr_t row = cal::row_at(rows, next);
        if (!column.isDefined(row) || column.shape(row) != shape)
            break;
        next++;
    }
    return next - first;
}

/* The tile that cells had, with no more rows than are to come. */
static IPosition tile_like(const Table &from, const String &name, rownr_t row, int64_t to_come)
{
    IPosition tile = ROTiledStManAccessor(from, name, True).tileShape(row);
    int64_t cell = tile.getFirst(tile.size() - 1).product();
    int64_t least = std::max<int64_t>((1 << 14) / cell, 1); /* elements: small tiles are slow */
    tile.last() = std::min<int64_t>(tile.last(), std::max(to_come, least));
    return tile;
}

static void give_shape(const Table &from, Table &to, const String &name, rownr_t model,
                       const cal_span &rows, const IPosition &shape)
{
    IPosition tile;
    if (cal::is_tiled(to, name.c_str()) && cal::is_tiled(from, name.c_str()))
        tile = tile_like(from, name, model, to.nrow() - rows.first);
    cal::set_shapes(to, name.c_str(), rows, shape, tile);
}

template <class T>
static void copy_arrays(const cal_table &from, cal_table &to, const String &name,
                        const cal_span &rows)
{
    ArrayColumn<T> in(from.table, name);
    for (int64_t done = 0; done < rows.count;) {
        rownr_t row = cal::row_at(rows, done);
        if (!in.isDefined(row)) {
            done++;
            continue;
        }
        IPosition shape = in.shape(row);
        int64_t count = same_shape(in, rows, done, shape, sizeof(T));
        std::unique_ptr<T[]> values(new T[shape.product() * count]);
        cal_span target = cal_span_range(done, count);
        cal::read_arrays(from, name.c_str(), piece_of(rows, done, count), shape, values.get());
        writing([&] {
            give_shape(from.table, to.table, name, row, target, shape);
            cal::write_arrays(to, name.c_str(), target, shape, values.get());
        });
        done += count;
    }
}

static void copy_records(const Table &from, Table &to, const String &name, const cal_span &rows)
{
    ScalarColumn<TableRecord> in(from, name), out(to, name);
    for (int64_t i = 0; i < rows.count; i++)
        if (in.isDefined(cal::row_at(rows, i)))
            out.put(i, in(cal::row_at(rows, i)));
}

static void copy_column(const cal_table &from, cal_table &to, const String &name,
                        const cal_span &rows)
{
    const ColumnDesc &desc = from.table.tableDesc()[name];
    bool known = cal::with_disk_type(desc.dataType(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        if (desc.isScalar())
            copy_scalars<T>(from.table, to.table, name, rows);
        else
            copy_arrays<T>(from, to, name, rows);
    });
    if (!known)
        copy_records(from.table, to.table, name, rows);
}

/* ---- keywords and subtables ---- */

static bool on_disk(const std::string &path)
{
    return access((path + "/table.dat").c_str(), F_OK) == 0;
}

static std::string base_name(const std::string &path)
{
    return path.substr(path.rfind('/') + 1);
}

/* Take the keywords that hold tables out of a record, and out of the records in it. */
static void drop_tables(TableRecord &keywords)
{
    for (int i = (int)keywords.nfields() - 1; i >= 0; i--) {
        if (keywords.dataType(i) == TpTable)
            keywords.removeField(i);
        else if (keywords.dataType(i) == TpRecord)
            drop_tables(keywords.rwSubRecord(i));
    }
}

struct Copy {
    const cal_table *from;
    cal_table *to;
    std::string path;
    int dangling;
    cal_error *err;
};

/* Copy one subtable with all its rows; a view of the table itself (SORTED_TABLE) is left out. */
static cal_status copy_sub(Copy &copy, const std::string &source, TableRecord &keywords,
                           const String &keyword)
{
    std::string target = copy.path + "/" + base_name(source);
    cal_table *sub;
    cal_status status = cal_table_open(source.c_str(), false, &sub, copy.err);
    if (status)
        return status;
    if (!sub->table.isSameRoot(copy.from->table)) {
        int dangling = 0;
        if (!on_disk(target))
            status = cal_table_copy(sub, target.c_str(), cal_span_range(0, cal_table_rows(sub)),
                                    &dangling, copy.err);
        copy.dangling += dangling;
        if (!status)
            keywords.defineTable(keyword, Table(cal::plain_name(target), cal::lock_option(false)));
    }
    cal_table_close(sub, nullptr);
    return status;
}

static cal_status copy_tables(Copy &copy, const TableRecord &from, TableRecord &to)
{
    cal_status status = CAL_OK;
    for (uInt i = 0; i < from.nfields() && !status; i++) {
        if (from.dataType(i) == TpRecord) {
            status = copy_tables(copy, from.subRecord(i), to.rwSubRecord(from.name(i)));
        } else if (from.dataType(i) == TpTable) {
            std::string source = from.tableAttributes(i).name();
            if (on_disk(source))
                status = copy_sub(copy, source, to, from.name(i));
            else
                copy.dangling++;
        }
    }
    return status;
}

static cal_status copy_all_tables(Copy &copy)
{
    const Table &from = copy.from->table;
    cal_status status = copy_tables(copy, from.keywordSet(), copy.to->table.rwKeywordSet());
    const TableDesc &desc = copy.to->table.tableDesc();
    for (uInt i = 0; i < desc.ncolumn() && !status; i++) {
        const String &name = desc[i].name();
        status = copy_tables(copy, TableColumn(from, name).keywordSet(),
                             TableColumn(copy.to->table, name).rwKeywordSet());
    }
    return status;
}

/* Ephemerides lie in FIELD as tables that no keyword names. */
static cal_status copy_ephemerides(Copy &copy)
{
    std::unique_ptr<DIR, int (*)(DIR *)> folder(opendir(copy.from->path.c_str()), closedir);
    cal_status status = CAL_OK;
    while (folder && !status) {
        struct dirent *entry = readdir(folder.get());
        if (!entry)
            break;
        std::string source = copy.from->path + "/" + entry->d_name;
        TableRecord nowhere;
        if (!strncmp(entry->d_name, "EPHEM", 5) && on_disk(source))
            status = copy_sub(copy, source, nowhere, "table");
    }
    return status;
}

/* ---- the whole ---- */

/* Default tiles that are larger than what is to come would only fill the disk. */
static void shrink_tiles(Record &managers, int64_t rows)
{
    for (uInt i = 0; i < managers.nfields(); i++) {
        Record spec = managers.subRecord(i).isDefined("SPEC")
                          ? managers.subRecord(i).subRecord("SPEC")
                          : Record();
        if (!spec.isDefined("DEFAULTTILESHAPE"))
            continue;
        Vector<Int> tile = spec.toArrayInt("DEFAULTTILESHAPE");
        if (tile.empty())
            continue;
        tile[tile.size() - 1] =
            std::min<int64_t>(tile[tile.size() - 1], std::max<int64_t>(rows, 128));
        spec.define("DEFAULTTILESHAPE", tile);
        managers.rwSubRecord(i).defineRecord("SPEC", spec);
    }
}

static Table make_empty(const Table &from, const std::string &path, int64_t rows)
{
    TableDesc desc = from.actualTableDesc();
    drop_tables(desc.rwKeywordSet());
    for (uInt i = 0; i < desc.ncolumn(); i++)
        drop_tables(desc.rwColumnDesc(i).rwKeywordSet());
    Record managers = from.dataManagerInfo();
    DataManInfo::adjustTSM(desc, managers);
    managers = DataManInfo::adjustStMan(managers, "StandardStMan", True);
    shrink_tiles(managers, rows);
    SetupNewTable setup(cal::plain_name(path), desc, Table::NewNoReplace);
    setup.bindCreate(managers);
    return Table(setup, cal::lock_option(true), rows, False, Table::LittleEndian,
                 cal::tile_option());
}

static cal_status copy_column_checked(Copy &copy, const String &name, const cal_span &rows)
{
    try {
        copy_column(*copy.from, *copy.to, name, rows);
        return CAL_OK;
    } catch (const WriteError &error) {
        return cal::report(copy.err, CAL_OUTPUT, {copy.path.c_str(), name.c_str()},
                           "cannot be written", error.what());
    } catch (const std::exception &error) {
        return cal::report(copy.err, CAL_INPUT, {copy.from->path.c_str(), name.c_str()},
                           "cannot be read; the table is damaged", error.what());
    }
}

static cal_status copy_everything(Copy &copy, const cal_span &rows)
{
    const TableDesc &desc = copy.from->table.tableDesc();
    cal_status status = CAL_OK;
    for (uInt i = 0; i < desc.ncolumn() && rows.count > 0 && !status; i++)
        status = copy_column_checked(copy, desc[i].name(), rows);
    if (!status)
        status = copy_all_tables(copy);
    return status ? status : copy_ephemerides(copy);
}

cal_status cal_table_copy_open(const cal_table *table, const char *path, cal_span rows,
                               int *dangling, cal_table **copied, cal_error *err)
{
    cal_table *made = nullptr;
    *copied = nullptr;
    if (access(path, F_OK) == 0)
        return cal_fail(err, CAL_OUTPUT, "%s: exists already", path);
    cal_status status = cal::check_rows(table, "*", rows, err);
    if (!status)
        status = cal::check_name(path, err);
    if (!status)
        status = cal::guard(err, CAL_OUTPUT, {path}, "cannot be written", [&] {
            Table to = make_empty(table->table, path, rows.count);
            to.tableInfo() = table->table.tableInfo();
            made = new cal_table{to, path, table->type, table->subtype, true};
            Copy copy = {table, made, path, 0, err};
            cal_status done = copy_everything(copy, rows);
            if (dangling)
                *dangling = copy.dangling;
            return done;
        });
    if (!status)
        *copied = made;
    return status;
}

cal_status cal_table_copy(const cal_table *table, const char *path, cal_span rows, int *dangling,
                          cal_error *err)
{
    cal_table *copied;
    cal_status status = cal_table_copy_open(table, path, rows, dangling, &copied, err);
    return status ? status : cal_table_close(copied, err);
}

/* New tables and new columns. */
#include "table/measure.h"
#include "table/shim.h"
#include <casacore/tables/DataMan/IncrementalStMan.h>
#include <casacore/tables/DataMan/StandardStMan.h>
#include <casacore/tables/DataMan/StandardStManAccessor.h>
#include <casacore/tables/DataMan/TiledColumnStMan.h>
#include <casacore/tables/DataMan/TiledShapeStMan.h>
#include <casacore/tables/Tables/ArrColDesc.h>
#include <casacore/tables/Tables/ScaColDesc.h>
#include <casacore/tables/Tables/SetupNewTab.h>
#include <casacore/tables/Tables/TableColumn.h>
#include <casacore/tables/Tables/TableDesc.h>
#include <cstring>
#include <memory>
#include <unistd.h>
#include <vector>

using namespace casacore;

using Manager = std::unique_ptr<DataManager>;

/* ---- descriptions ---- */

template <class T> static ColumnDesc make_column(const cal_column_def &def)
{
    String comment = def.comment ? def.comment : "";
    if (def.ndim == 0)
        return ScalarColumnDesc<T>(def.name, comment);
    if (def.shape[0] > 0)
        return ArrayColumnDesc<T>(def.name, comment, cal::to_position(def.ndim, def.shape),
                                  ColumnDesc::Direct | ColumnDesc::FixedShape);
    return ArrayColumnDesc<T>(def.name, comment, def.ndim);
}

static ColumnDesc column_desc(const cal_column_def &column, const cal_table_def &def)
{
    ColumnDesc desc = make_column<Int>(column);
    cal::with_disk_type(cal::to_casacore_type(column.type), [&](auto tag) {
        desc = make_column<typename decltype(tag)::type>(column);
    });
    cal::describe_measure(column, def, desc);
    return desc;
}

/* A tiled manager knows its columns by a hypercolumn of the same name in the description. */
static void define_hypercolumn(TableDesc &desc, const String &manager,
                               const std::vector<String> &columns)
{
    int ndim = desc[columns[0]].ndim();
    if (ndim > 0)
        desc.defineHypercolumn(manager, ndim + 1, Vector<String>(columns));
}

/* ---- managers ---- */

static bool is_tiled(const cal_manager_def &def)
{
    return !strncmp(def.type, "Tiled", 5);
}

/* The tile that is asked for, or one of about 1 MiB; cells of free shape are counted as 4 x 64. */
static IPosition manager_tile(const cal_manager_def &def, const ColumnDesc &desc)
{
    int ndim = desc.ndim();
    if (def.tile[0] > 0)
        return cal::to_position(ndim + 1, def.tile);
    IPosition cell(ndim, 1);
    for (int i = 0; i < ndim; i++)
        cell[i] = desc.isFixedShape() ? desc.shape()[i] : i == 0 ? 4 : i == 1 ? 64 : 1;
    return cal::default_tile(cell, ValType::getTypeSize(desc.dataType()), INT32_MAX);
}

static Manager make_manager(const cal_manager_def &def, const ColumnDesc &desc)
{
    String type = def.type;
    if (type == "TiledShapeStMan")
        return Manager(new TiledShapeStMan(def.name, manager_tile(def, desc)));
    if (type == "TiledColumnStMan")
        return Manager(new TiledColumnStMan(def.name, manager_tile(def, desc)));
    if (type == "IncrementalStMan")
        return Manager(new IncrementalStMan(def.name, def.bucket, False));
    return Manager(new StandardStMan(def.name, def.bucket));
}

static bool uses(const cal_column_def &column, const cal_manager_def &manager)
{
    return column.manager && !strcmp(column.manager, manager.name);
}

static std::vector<String> columns_of(const cal_table_def &def, const cal_manager_def &manager)
{
    std::vector<String> names;
    for (int i = 0; i < def.columns; i++)
        if (uses(def.column[i], manager))
            names.push_back(def.column[i].name);
    return names;
}

/* ---- tables ---- */

static TableDesc table_desc(const cal_table_def &def)
{
    TableDesc desc("", TableDesc::Scratch);
    if (def.comment)
        desc.comment() = def.comment;
    for (int i = 0; i < def.columns; i++)
        desc.addColumn(column_desc(def.column[i], def));
    for (int i = 0; i < def.managers; i++) {
        std::vector<String> columns = columns_of(def, def.manager[i]);
        if (is_tiled(def.manager[i]) && !columns.empty())
            define_hypercolumn(desc, def.manager[i].name, columns);
    }
    return desc;
}

static void bind_managers(SetupNewTable &setup, const cal_table_def &def, const TableDesc &desc)
{
    for (int i = 0; i < def.managers; i++) {
        std::vector<String> columns = columns_of(def, def.manager[i]);
        if (columns.empty())
            continue;
        Manager manager = make_manager(def.manager[i], desc[columns[0]]);
        for (const String &column : columns)
            setup.bindColumn(column, *manager);
    }
}

/* A table is filled column by column, and each column has a part in every bucket: casacore would keep
 * one or two buckets, and read and write all of them again for each column. */
static void keep_buckets(const Table &table, const cal_table_def &def)
{
    enum { KEPT = 8 << 20 };
    for (int i = 0; i < def.managers; i++)
        if (def.manager[i].bucket > 0 && !strcmp(def.manager[i].type, "StandardStMan") &&
            !columns_of(def, def.manager[i]).empty())
            ROStandardStManAccessor(table, def.manager[i].name)
                .setCacheSize(KEPT / def.manager[i].bucket);
}

cal_status cal_table_create(const char *path, const cal_table_def *def, int64_t rows,
                            cal_table **table, cal_error *err)
{
    *table = nullptr;
    cal::settle_casacore();
    if (access(path, F_OK) == 0)
        return cal_fail(err, CAL_OUTPUT, "%s: exists already", path);
    if (cal::check_name(path, err))
        return err ? err->status : CAL_INPUT;
    return cal::guard(err, CAL_OUTPUT, {path}, "cannot be created", [&] {
        TableDesc desc = table_desc(*def);
        SetupNewTable setup(cal::plain_name(path), desc, Table::NewNoReplace);
        bind_managers(setup, *def, desc);
        Table made(setup, cal::lock_option(true), rows, False, Table::LittleEndian,
                   cal::tile_option());
        keep_buckets(made, *def);
        *table = new cal_table{made, path, "", "", true};
        return CAL_OK;
    });
}

cal_status cal_table_add_rows(cal_table *table, int64_t count, cal_error *err)
{
    return cal::guard(err, CAL_OUTPUT, {table->path.c_str()}, "cannot get more rows", [&] {
        table->table.addRow(count);
        return CAL_OK;
    });
}

/* ---- columns ---- */

static cal_status check_new_column(const cal_table *table, const char *name, cal_error *err)
{
    if (!table->write)
        return cal_fail(err, CAL_BUG, "%s was opened for reading only", table->path.c_str());
    if (cal_table_has_column(table, name))
        return cal_fail(err, CAL_OUTPUT, "%s has a column %s already", table->path.c_str(), name);
    return CAL_OK;
}

static void add_stored(Table &table, const ColumnDesc &column, const cal_manager_def &manager)
{
    TableDesc desc("", TableDesc::Scratch);
    desc.addColumn(column);
    if (is_tiled(manager))
        define_hypercolumn(desc, manager.name, {column.name()});
    table.addColumn(desc, *make_manager(manager, column));
}

cal_status cal_table_add_column(cal_table *table, const cal_column_def *column,
                                const cal_manager_def *manager, cal_error *err)
{
    cal_status status = check_new_column(table, column->name, err);
    if (status)
        return status;
    return cal::guard(err, CAL_OUTPUT, {table->path.c_str(), column->name}, "cannot be added", [&] {
        ColumnDesc desc = column_desc(*column, {nullptr, column, 1, nullptr, 0});
        if (manager)
            add_stored(table->table, desc, *manager);
        else
            table->table.addColumn(desc);
        return CAL_OK;
    });
}

/* A manager name that the table does not use yet. */
static std::string free_manager_name(const Table &table, const std::string &wanted)
{
    Record managers = table.dataManagerInfo();
    std::string name = wanted;
    for (int tries = 2;; tries++) {
        bool taken = false;
        for (uInt i = 0; i < managers.nfields(); i++)
            taken = taken || managers.subRecord(i).asString("NAME") == String(name);
        if (!taken)
            return name;
        name = wanted + std::to_string(tries);
    }
}

/* Like the manager of `like`; a manager that is no plain storage (compressed, from the archive) gives
 * way to a plain one. */
static cal_manager_def manager_like(cal_table *table, const cal_column &like, const char *name)
{
    cal_manager_def manager = {name, like.is_array ? "TiledShapeStMan" : "StandardStMan", 0, {0}};
    for (const char *plain : {"TiledColumnStMan", "StandardStMan", "IncrementalStMan"})
        if (!strcmp(like.manager_type, plain))
            manager.type = plain;
    int ndim;
    if (cal_table_rows(table) > 0)
        cal_table_tile_shape(table, like.name, 0, &ndim, manager.tile);
    return manager;
}

cal_status cal_table_add_column_like(cal_table *table, const char *name, const char *like,
                                     const char *comment, cal_error *err)
{
    cal_column model;
    cal_status status = check_new_column(table, name, err);
    if (!status)
        status = cal::find_column(table, like, err);
    if (status)
        return status;
    return cal::guard(err, CAL_OUTPUT, {table->path.c_str(), name}, "cannot be added", [&] {
        cal_table_find_column(table, like, &model);
        ColumnDesc desc = table->table.tableDesc()[like];
        std::string manager_name =
            free_manager_name(table->table, model.is_array ? std::string("Tiled") + name : name);
        desc.setName(name);
        desc.comment() = comment ? comment : "";
        desc.dataManagerType() = "";
        desc.dataManagerGroup() = manager_name;
        add_stored(table->table, desc, manager_like(table, model, manager_name.c_str()));
        return CAL_OK;
    });
}

/* A copy of a whole table by its files, where that is enough. */
#include "table/cells.h"
#include <filesystem>

using namespace casacore;

static bool holds_tables(const TableRecord &keywords)
{
    for (uInt i = 0; i < keywords.nfields(); i++)
        if (keywords.dataType(i) == TpTable ||
            (keywords.dataType(i) == TpRecord && holds_tables(keywords.subRecord(i))))
            return true;
    return false;
}

static bool refers_to_tables(const Table &table)
{
    const TableDesc &desc = table.tableDesc();
    bool found = holds_tables(table.keywordSet());
    for (uInt i = 0; i < desc.ncolumn() && !found; i++)
        found = holds_tables(TableColumn(table, desc[i].name()).keywordSet());
    return found;
}

/* The files of a folder; false when there is anything else in it. The copies can be written, also those of an archive's
 * read-only files. */
static bool copy_folder(const std::filesystem::path &from, const std::filesystem::path &to)
{
    namespace fs = std::filesystem;
    for (const fs::directory_entry &entry : fs::directory_iterator(from))
        if (!entry.is_regular_file())
            return false;
    fs::create_directory(to);
    for (const fs::directory_entry &entry : fs::directory_iterator(from)) {
        fs::path target = to / entry.path().filename();
        fs::copy_file(entry.path(), target);
        fs::permissions(target, fs::perms::owner_write, fs::perm_options::add);
    }
    return true;
}

/* The files of a table that `table` is or holds, if that is enough; *copied stays NULL if not. The copy tells whether it
 * refers to other tables, so that the original need not be open. */
static cal_status copy_by_files(const cal_table *table, const std::string &from, const char *path,
                                bool write, cal_table **copied, cal_error *err)
{
    *copied = nullptr;
    return cal::guard(err, CAL_OUTPUT, {path}, "cannot be written", [&] {
        if (table->write || std::filesystem::exists(path) || !copy_folder(from, path))
            return CAL_OK;
        cal_status status = cal_table_open(path, write, copied, err);
        if (!status && refers_to_tables((*copied)->table)) {
            cal_table_close(*copied, nullptr);
            *copied = nullptr;
            std::filesystem::remove_all(path);
        }
        return status;
    });
}

cal_status cal_table_copy_files(const cal_table *table, const char *path, bool write,
                                cal_table **copied, cal_error *err)
{
    cal_status status = copy_by_files(table, table->path, path, write, copied, err);
    if (status || *copied)
        return status;
    return cal_table_copy_open(table, path, cal_span_range(0, cal_table_rows(table)), nullptr,
                               copied, err);
}

cal_status cal_table_copy_sub(const cal_table *table, const char *name, const char *path,
                              bool write, cal_table **copied, cal_error *err)
{
    cal_table *sub;
    std::string from;
    cal_status status = cal::find_sub(table, name, from, err);
    if (!status)
        status = copy_by_files(table, from, path, write, copied, err);
    if (status || *copied || (status = cal_table_open(from.c_str(), false, &sub, err)))
        return status;
    status = cal_table_copy_open(sub, path, cal_span_range(0, cal_table_rows(sub)), nullptr, copied,
                                 err);
    cal_table_close(sub, nullptr);
    return status;
}

/* Opening, closing, subtables, table.info; how casacore's complaints become ours. */
#include "base/path.h"
#include "table/shim.h"
#include <casacore/casa/Logging/LogSink.h>
#include <casacore/casa/Logging/NullLogSink.h>
#include <casacore/casa/OS/Path.h>
#include <casacore/tables/Tables/TableAttr.h>
#include <casacore/tables/Tables/TableLock.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

using namespace casacore;

/* ---- errors ---- */

static std::string rows_words(const cal_span &rows)
{
    int64_t first = cal::row_at(rows, 0), last = cal::row_at(rows, rows.count - 1);
    if (first == last)
        return ", row " + std::to_string(first);
    return ", rows " + std::to_string(first) + " to " + std::to_string(last);
}

static std::string one_line(const char *text)
{
    std::string line = text;
    for (char &c : line)
        if (c == '\n' || c == '\r' || c == '\t')
            c = ' ';
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    return line;
}

/* casacore often loses errno on the way; what it wanted to write may be as large as a tile. What has no blocks at all is no disk (/proc). */
static bool disk_is_full(const char *path, const char *reason)
{
    constexpr unsigned long long tile = 1 << 20;
    struct statvfs disk;
    std::string place = path, parent = place.substr(0, place.rfind('/') + 1) + ".";
    return strstr(reason, strerror(ENOSPC)) ||
           ((!statvfs(path, &disk) || !statvfs(parent.c_str(), &disk)) && disk.f_blocks > 0 &&
            (unsigned long long)disk.f_bavail * disk.f_frsize < tile);
}

cal_status cal::report(cal_error *err, cal_status status, const Place &place, const char *doing,
                       const char *reason)
{
    std::string where = place.path;
    if (place.column)
        where += std::string(": column ") + place.column;
    if (place.rows && place.rows->count > 0)
        where += rows_words(*place.rows);
    if (status == CAL_OUTPUT && disk_is_full(place.path, reason))
        return cal_fail(err, status, "%s %s: no space left on device", where.c_str(), doing);
    return cal_fail(err, status, "%s %s (casacore: %s)", where.c_str(), doing,
                    one_line(reason).c_str());
}

/* It would fail without a home, where it looks for settings. */
void cal::settle_casacore()
{
    static LogSinkInterface *nowhere;
    if (nowhere)
        return;
    nowhere = new NullLogSink;
    LogSink::globalSink(nowhere);
    const char *home = getenv("HOME");
    if (!home || !*home)
        setenv("HOME", "/", 1);
}

std::string cal::plain_name(const std::string &path)
{
    char *plain = cal_plain_path(path.c_str());
    std::string name = plain;
    free(plain);
    return name;
}

cal_status cal::check_name(const char *path, cal_error *err)
{
    std::string name = plain_name(path);
    if (name.find('$') == std::string::npos || Path(name).expandedName() == String(name))
        return CAL_OK;
    return cal_fail(err, CAL_INPUT,
                    "%s: casacore would take the $ in this path for the name of a variable; give "
                    "the table another name, or a link",
                    path);
}

/* ---- options ---- */

TableLock cal::lock_option(bool write)
{
    return TableLock(write ? TableLock::PermanentLocking : TableLock::NoLocking);
}

/* For the cells that direct.h does not carry: through a file buffer, which can be emptied before each
 * access. Not MMap, casacore's choice for old files: mapped pages count as our memory, and a file
 * shorter than its table says would end the process with SIGBUS. Not the tile cache: it writes empty
 * tiles over those that were written directly. One way for reading and writing, because casacore has
 * one object for a table that is open twice. */
TSMOption cal::tile_option()
{
    return TSMOption(TSMOption::Buffer, 16384);
}

/* ---- opening ---- */

/* What casacore would say in its own words about paths that are no tables. */
static cal_status check_path(const char *path, bool write, cal_error *err)
{
    struct stat status;
    if (stat(path, &status))
        return cal_fail_errno(err, CAL_INPUT, "%s", path);
    if (!S_ISDIR(status.st_mode))
        return cal_fail(err, CAL_INPUT, "%s is not a table: it is a file, tables are directories",
                        path);
    if (access(path, R_OK | X_OK))
        return cal_fail_errno(err, CAL_INPUT, "%s", path);
    std::string description = std::string(path) + "/table.dat";
    if (stat(description.c_str(), &status))
        return errno == ENOENT
                   ? cal_fail(err, CAL_INPUT, "%s is not a table: it has no table.dat", path)
                   : cal_fail_errno(err, CAL_INPUT, "%s", description.c_str());
    if (access(description.c_str(), R_OK))
        return cal_fail_errno(err, CAL_INPUT, "%s", description.c_str());
    if (status.st_size == 0)
        return cal_fail(err, CAL_INPUT, "%s is damaged: its table.dat is empty", path);
    if (write && (access(path, W_OK) || access(description.c_str(), W_OK)))
        return cal_fail_errno(err, CAL_OUTPUT, "%s cannot be changed", path);
    return CAL_OK;
}

static std::string without_slashes(const char *path)
{
    std::string text = path;
    while (text.size() > 1 && text.back() == '/')
        text.pop_back();
    return text;
}

static cal_table *wrap(const Table &table, const std::string &path, bool write)
{
    const TableInfo &info = table.tableInfo();
    return new cal_table{table, path, info.type(), info.subType(), write};
}

static const char unopened[] = "cannot be opened as a table; it may be damaged";

cal_status cal_table_open(const char *path, bool write, cal_table **table, cal_error *err)
{
    *table = nullptr;
    cal::settle_casacore();
    if (check_path(path, write, err) || cal::check_name(path, err))
        return err ? err->status : CAL_INPUT;
    cal_status status = cal::guard(err, CAL_INPUT, {path}, unopened, [&] {
        std::string name = without_slashes(path);
        Table opened(cal::plain_name(name), cal::lock_option(write),
                     write ? Table::Update : Table::Old, cal::tile_option());
        *table = wrap(opened, name, write);
        return CAL_OK;
    });
    if (status && write && err && strstr(err->text, "Permanent lock"))
        return cal_fail(err, CAL_OUTPUT, "%s is being changed by another process", path);
    return status;
}

/* The path behind a keyword that holds a table; "" when there is none. */
static std::string sub_path(const cal_table *table, const char *name)
{
    const TableRecord &keywords = table->table.keywordSet();
    if (!keywords.isDefined(name) || keywords.dataType(name) != TpTable)
        return "";
    return keywords.tableAttributes(name).name();
}

bool cal_table_has_sub(const cal_table *table, const char *name)
{
    try {
        std::string path = sub_path(table, name);
        return !path.empty() && access((path + "/table.dat").c_str(), F_OK) == 0;
    } catch (const std::exception &) {
        return false;
    }
}

cal_status cal::find_sub(const cal_table *table, const char *name, std::string &path,
                         cal_error *err)
{
    cal_status status =
        cal::guard(err, CAL_INPUT, {table->path.c_str()}, "has damaged keywords", [&] {
            path = sub_path(table, name);
            return CAL_OK;
        });
    if (!status && path.empty())
        return cal_fail(err, CAL_INPUT, "%s has no subtable %s", table->path.c_str(), name);
    return status;
}

cal_status cal_table_open_sub(const cal_table *table, const char *name, cal_table **sub,
                              cal_error *err)
{
    *sub = nullptr;
    std::string path;
    cal_status status = cal::find_sub(table, name, path, err);
    return status ? status : cal_table_open(path.c_str(), table->write, sub, err);
}

/* ---- closing ---- */

/* What is unwritten, casacore writes while it destroys the table; to flush before would write table.dat
 * twice. A table that cannot be written is leaked (table/landing.h). */
cal_status cal_table_close(cal_table *table, cal_error *err)
{
    if (!table)
        return CAL_OK;
    std::string path = table->path;
    return cal::guard(err, CAL_OUTPUT, {path.c_str()}, "could not be written", [&] {
        delete table;
        return CAL_OK;
    });
}

/* ---- facts ---- */

const char *cal_table_path(const cal_table *table)
{
    return table->path.c_str();
}

int64_t cal_table_rows(const cal_table *table)
{
    return (int64_t)table->table.nrow();
}

const char *cal_table_info_type(const cal_table *table)
{
    return table->type.c_str();
}

const char *cal_table_info_subtype(const cal_table *table)
{
    return table->subtype.c_str();
}

cal_status cal_table_set_info(cal_table *table, const char *type, const char *subtype,
                              cal_error *err)
{
    return cal::guard(err, CAL_OUTPUT, {table->path.c_str()}, "table.info could not be written",
                      [&] {
                          TableInfo &info = table->table.tableInfo();
                          info.setType(type);
                          info.setSubType(subtype);
                          table->table.flushTableInfo();
                          table->type = type;
                          table->subtype = subtype;
                          return CAL_OK;
                      });
}

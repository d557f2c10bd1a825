/* What the files of this room share: the table object, the border that no exception crosses, and the
 * walk from casacore's element types to C's. C++ only; everybody else uses table/table.h. */
#ifndef CAL_TABLE_SHIM_H
#define CAL_TABLE_SHIM_H

#include "table/landing.h"
#include "table/table.h"
#include <casacore/casa/Arrays/Array.h>
#include <casacore/casa/Utilities/DataType.h>
#include <casacore/tables/DataMan/TSMOption.h>
#include <casacore/tables/Tables/ColumnDesc.h>
#include <casacore/tables/Tables/RefRows.h>
#include <casacore/tables/Tables/Table.h>
#include <casacore/tables/Tables/TableRecord.h>
#include <exception>
#include <string>
#include <type_traits>
#include <vector>

namespace cal
{

/* Files of tiled columns that direct.h has opened. A table never gives the name of a file to another
 * one, so names tell them apart. */
class TileFiles
{
  public:
    TileFiles() = default;
    TileFiles(const TileFiles &) = delete;
    TileFiles &operator=(const TileFiles &) = delete;
    ~TileFiles();

    /* Opened when it is asked for the first time; -1 where that fails. Valid until the next call. */
    int get(const std::string &name, bool write);

  private:
    enum { MOST = 64 }; /* a set with more shapes than that has the oldest closed */
    struct OpenFile {
        std::string name;
        int fd;
    };
    std::vector<OpenFile> open_;
};

} // namespace cal

struct cal_table {
    casacore::Table table;
    std::string path, type, subtype;
    bool write;
    mutable cal::TileFiles files = {};
};

namespace cal
{

/* Where something happens, for messages. */
struct Place {
    const char *path;
    const char *column = nullptr;
    const cal_span *rows = nullptr;
};

/* The words for an exception: `doing` is "cannot be read" and the like. */
cal_status report(cal_error *err, cal_status status, const Place &place, const char *doing,
                  const char *reason);

/* Before casacore's first table. */
void settle_casacore();

/* cal_plain_path() of it. */
std::string plain_name(const std::string &path);
/* CAL_INPUT for a path with a $ that casacore would take for the name of a variable. */
cal_status check_name(const char *path, cal_error *err);

/* Where the subtable of that name is. */
cal_status find_sub(const cal_table *table, const char *name, std::string &path, cal_error *err);

/* The inner half of guard(): a frame of its own, so that the one a Landing returns to holds nothing else. */
template <class Body>
__attribute__((noinline)) cal_status attempt(cal_error *err, cal_status status, const Place &place,
                                             const char *doing, Body &body)
{
    try {
        return body();
    } catch (const std::exception &exception) {
        return report(err, status, place, doing, exception.what());
    }
}

/* Run `body`; what it throws, in destructors too, becomes an error of the given status. */
template <class Body>
cal_status guard(cal_error *err, cal_status status, const Place &place, const char *doing,
                 Body body)
{
    Landing landing;
    if (setjmp(landing.place))
        return report(err, status, place, doing, landing.reason);
    return attempt(err, status, place, doing, body);
}

/* casacore's options for our ways of opening. */
casacore::TableLock lock_option(bool write);
casacore::TSMOption tile_option();
/* casacore logs to stderr unless told otherwise; our messages are error values. */

/* CAL_INPUT when the column is missing; the message lists what is there. */
cal_status find_column(const cal_table *table, const char *name, cal_error *err);

inline casacore::rownr_t row_at(const cal_span &rows, int64_t index)
{
    return rows.list ? rows.list[index] : rows.first + index;
}

/* The rows as runs of neighbours. */
casacore::RefRows ref_rows(const cal_span &rows);
/* CAL_BUG when a row is outside the table. */
cal_status check_rows(const cal_table *table, const char *column, const cal_span &rows,
                      cal_error *err);

/* A sensible tile for cells of this shape: about 1 MiB, not more rows than are to come. */
casacore::IPosition default_tile(const casacore::IPosition &cell, int element_size,
                                 int64_t rows_to_come);

casacore::IPosition to_position(int ndim, const int64_t *shape);
cal_type to_cal_type(casacore::DataType type);
casacore::DataType to_casacore_type(cal_type type);
const char *type_words(casacore::DataType type);

/* ---- element types ---- */

template <class T> struct Tag {
    using type = T;
};

/* Call body(Tag<T>()) with the C++ type of elements on disk; false for records and the like. */
template <class Body> bool with_disk_type(casacore::DataType type, Body body)
{
    using namespace casacore;
    switch (type) {
    case TpBool:
    case TpArrayBool:
        body(Tag<Bool>());
        return true;
    case TpUChar:
    case TpArrayUChar:
        body(Tag<uChar>());
        return true;
    case TpShort:
    case TpArrayShort:
        body(Tag<Short>());
        return true;
    case TpUShort:
    case TpArrayUShort:
        body(Tag<uShort>());
        return true;
    case TpInt:
    case TpArrayInt:
        body(Tag<Int>());
        return true;
    case TpUInt:
    case TpArrayUInt:
        body(Tag<uInt>());
        return true;
    case TpInt64:
    case TpArrayInt64:
        body(Tag<Int64>());
        return true;
    case TpFloat:
    case TpArrayFloat:
        body(Tag<Float>());
        return true;
    case TpDouble:
    case TpArrayDouble:
        body(Tag<Double>());
        return true;
    case TpComplex:
    case TpArrayComplex:
        body(Tag<Complex>());
        return true;
    case TpDComplex:
    case TpArrayDComplex:
        body(Tag<DComplex>());
        return true;
    case TpString:
    case TpArrayString:
        body(Tag<String>());
        return true;
    default:
        return false;
    }
}

/* The same with the type of elements in the caller's memory. */
template <class Body> bool with_memory_type(cal_type type, Body body)
{
    using namespace casacore;
    switch (type) {
    case CAL_TYPE_BOOL:
        body(Tag<Bool>());
        return true;
    case CAL_TYPE_INT:
        body(Tag<Int>());
        return true;
    case CAL_TYPE_INT64:
        body(Tag<Int64>());
        return true;
    case CAL_TYPE_FLOAT:
        body(Tag<Float>());
        return true;
    case CAL_TYPE_DOUBLE:
        body(Tag<Double>());
        return true;
    case CAL_TYPE_COMPLEX:
        body(Tag<Complex>());
        return true;
    case CAL_TYPE_DCOMPLEX:
        body(Tag<DComplex>());
        return true;
    case CAL_TYPE_TEXT:
        body(Tag<char *>());
        return true;
    case CAL_TYPE_OTHER:
        break;
    }
    return false;
}

template <class T> constexpr bool is_number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
template <class T> constexpr bool is_integer = is_number<T> &&std::is_integral_v<T>;
template <class T>
constexpr bool is_complex =
    std::is_same_v<T, casacore::Complex> || std::is_same_v<T, casacore::DComplex>;

/* Which element on disk goes with which in memory: the same, an integer with one at least as wide,
 * any number with double, complex with complex, String with char *. */
template <class Disk, class Memory>
constexpr bool fits = std::is_same_v<Disk, Memory> ||
                      (is_integer<Disk> && is_integer<Memory> && sizeof(Disk) <= sizeof(Memory)) ||
                      (is_number<Disk> && std::is_same_v<Memory, double>) ||
                      (is_complex<Disk> && is_complex<Memory>) ||
                      (std::is_same_v<Disk, casacore::String> && std::is_same_v<Memory, char *>);

} // namespace cal

#endif

/* Opening, closing, and what was read with the description. */
#include "stored/stored.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "stored/parts.h"
#include "stored/record.h"
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* ---- names ---- */

/* `path` from the root on, without "." and "..", as casacore writes it: links stay. The caller frees it. */
static char *absolute_path(const char *path)
{
    char here[PATH_MAX];
    cal_buf name = {0};
    if (*path != '/' && !getcwd(here, sizeof here))
        return NULL;
    char *whole = cal_format("%s/%s", *path == '/' ? "" : here, path), *rest = NULL;
    for (char *part = strtok_r(whole, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        if (!strcmp(part, ".."))
            name.len = name.data ? (size_t)(strrchr(name.data, '/') - name.data) : 0;
        else if (strcmp(part, "."))
            cal_buf_addf(&name, "/%s", part);
        if (name.data)
            name.data[name.len] = 0;
    }
    free(whole);
    return cal_buf_steal(&name);
}

cal_window *cal_stored_file(const char *path, int sequence, const char *suffix)
{
    char *name = cal_format("%s/table.f%d%s", path, sequence, suffix);
    cal_window *file = cal_window_new(name);
    free(name);
    return file;
}

int64_t cal_stored_before(const uint64_t *ascending, int64_t count, int64_t row)
{
    int64_t low = 0, high = count;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if ((int64_t)ascending[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- opening ---- */

static uint8_t *read_file(const char *path, const char *name, int64_t *size)
{
    char *file = cal_format("%s/%s", path, name);
    uint8_t *bytes = cal_window_read_file(file, size);
    free(file);
    return bytes;
}

/* The lock file has the number of rows too, and that is the newer one while a table is written; 0 where it says nothing. */
static int64_t rows_of_lock(const char *path)
{
    enum { REQUESTS = 260 }; /* bytes about processes that wait */
    int64_t size, rows = 0;
    uint32_t version;
    uint8_t *file = read_file(path, "table.lock", &size);
    if (!file)
        return 0;
    cal_bytes bytes = {file, file + size, false, false};
    cal_bytes_take(&bytes, REQUESTS);
    if (cal_bytes_u32(&bytes) > 0) {
        cal_bytes sync = cal_bytes_outermost(&bytes, "sync", &version);
        rows = version == 1 ? cal_bytes_u32(&sync) : (int64_t)cal_bytes_u64(&sync);
        if (sync.bad || version > 2)
            rows = -1;
    }
    free(file);
    return rows;
}

/* The rest of a line that begins with `skip` known characters. */
static char *rest_of_line(const char **text, size_t skip)
{
    size_t length = strcspn(*text, "\n");
    char *rest = length > skip ? strndup(*text + skip, length - skip) : cal_copy_text("");
    *text += length + ((*text)[length] == '\n');
    return rest;
}

static void read_info(cal_stored *table)
{
    int64_t size = 0;
    uint8_t *bytes = read_file(table->path, "table.info", &size);
    char *info = bytes ? strndup((char *)bytes, (size_t)size) : cal_copy_text("");
    const char *line = info;
    table->type = rest_of_line(&line, strlen("Type = "));
    table->subtype = rest_of_line(&line, strlen("SubType = "));
    free(info);
    free(bytes);
}

/* casacore reads more into ~ and $ than there is, and goes no further than 1024 characters. */
static bool has_plain_name(const cal_stored *table)
{
    return table->path && !strpbrk(table->path, "~$") && strlen(table->path) < 1000;
}

cal_stored *cal_stored_open(const char *path)
{
    int64_t size = 0;
    cal_stored *table = CAL_NEW(cal_stored);
    table->given = cal_copy_text(path);
    table->path = absolute_path(path);
    if (has_plain_name(table))
        table->description = read_file(table->path, "table.dat", &size);
    cal_bytes bytes = {table->description, table->description + size, false, false};
    if (!table->description || !cal_stored_describe(table, bytes, rows_of_lock(table->path))) {
        cal_stored_close(table);
        return NULL;
    }
    read_info(table);
    return table;
}

void cal_stored_close(cal_stored *table)
{
    if (!table)
        return;
    for (int i = 0; i < table->managers; i++) {
        cal_standard_close(table->manager[i].standard);
        cal_incremental_close(table->manager[i].incremental);
        cal_tiled_close(table->manager[i].tiled);
        cal_array_file_free(table->manager[i].arrays);
    }
    free(table->manager);
    free(table->column);
    free(table->type);
    free(table->subtype);
    free(table->description);
    free(table->path);
    free(table->given);
    free(table);
}

/* ---- facts ---- */

int64_t cal_stored_rows(const cal_stored *table)
{
    return table->rows;
}

const char *cal_stored_info_type(const cal_stored *table)
{
    return table->type;
}

const char *cal_stored_info_subtype(const cal_stored *table)
{
    return table->subtype;
}

int cal_stored_column_count(const cal_stored *table)
{
    return table->columns;
}

const cal_column *cal_stored_column_at(const cal_stored *table, int index)
{
    return &table->column[index].face;
}

int cal_stored_find_column(const cal_stored *table, const char *name)
{
    for (int i = 0; i < table->columns; i++)
        if (!strcmp(table->column[i].face.name, name))
            return i;
    return -1;
}

jv cal_stored_keywords(const cal_stored *table, const char *column)
{
    int index = column ? cal_stored_find_column(table, column) : 0;
    if (index < 0)
        return jv_invalid();
    return cal_stored_record(column ? table->column[index].keywords : table->keywords, table->path);
}

char *cal_stored_subtable(const cal_stored *table, const char *name)
{
    return cal_stored_record_table(table->keywords, table->path, name);
}

/* ---- rows and columns ---- */

int64_t cal_span_neighbours(const cal_span *rows, int64_t index, int64_t last)
{
    int64_t first = cal_span_at(rows, index), most = rows->count - index, count = 1;
    if (last - first < most)
        most = last - first + 1;
    if (!rows->list)
        return most;
    const int64_t *row = rows->list + index;
    while (count < most && row[count] == first + count)
        count++;
    return count;
}

const cal_stored_column *cal_stored_column_named(const cal_stored *table, const char *name)
{
    int index = cal_stored_find_column(table, name);
    return index < 0 ? NULL : &table->column[index];
}

bool cal_stored_has_rows(const cal_stored *table, const cal_span *rows)
{
    if (rows->count <= 0)
        return true;
    if (!rows->list)
        return rows->first >= 0 && rows->first <= table->rows - rows->count;
    for (int64_t i = 0; i < rows->count; i++)
        if (rows->list[i] < 0 || rows->list[i] >= table->rows)
            return false;
    return true;
}

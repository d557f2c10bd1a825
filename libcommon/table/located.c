/* Cells that are found now and read or written later, by several threads. */
#include "table/located.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct part {
    char *path;
    int fd;
    cal_extent *extent; /* by index */
    int64_t extents;
};

struct cal_located {
    char *table, *column;
    cal_span rows;
    cal_cell_bytes bytes;
    struct part part[CAL_LOCATED_PARTS];
    int parts;
};

/* ---- making ---- */

cal_located *cal_located_new(const char *table, const char *column, cal_span rows,
                             cal_cell_bytes bytes)
{
    cal_located *located = CAL_NEW(cal_located);
    located->table = cal_copy_text(table);
    located->column = cal_copy_text(column);
    located->rows = rows;
    located->bytes = bytes;
    return located;
}

bool cal_located_add(cal_located *located, const char *path, bool write, const cal_extent *extent,
                     int64_t count)
{
    int fd = located->parts < CAL_LOCATED_PARTS
                 ? open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC)
                 : -1;
    if (fd < 0)
        return false;
    struct part *part = &located->part[located->parts++];
    part->path = cal_copy_text(path);
    part->fd = fd;
    part->extent = CAL_NEW_ARRAY(cal_extent, count);
    part->extents = count;
    memcpy(part->extent, extent, (size_t)count * sizeof *extent);
    return true;
}

void cal_located_free(cal_located *located)
{
    if (!located)
        return;
    for (int i = 0; i < located->parts; i++) {
        close(located->part[i].fd);
        free(located->part[i].extent);
        free(located->part[i].path);
    }
    free(located->table);
    free(located->column);
    free(located);
}

/* ---- moving ---- */

static cal_status fail(const cal_located *located, const struct part *part, int64_t first,
                       int64_t count, const char *reason, bool write, cal_error *err)
{
    const int64_t *list = located->rows.list;
    long long from = list ? list[first] : located->rows.first + first;
    long long to = list ? list[first + count - 1] : located->rows.first + first + count - 1;
    char *rows =
        from == to ? cal_format("row %lld", from) : cal_format("rows %lld to %lld", from, to);
    if (write && errno == ENOSPC)
        cal_fail(err, CAL_OUTPUT, "%s: column %s, %s cannot be written: no space left on device",
                 located->table, located->column, rows);
    else
        cal_fail(err, write ? CAL_OUTPUT : CAL_INPUT,
                 "%s: column %s, %s cannot be %s (file %s: %s)", located->table, located->column,
                 rows, write ? "written" : "read; the table is damaged", part->path, reason);
    free(rows);
    return write ? CAL_OUTPUT : CAL_INPUT;
}

/* The first extent of a part that reaches cell `first` or one behind it. */
static const cal_extent *reaching(const struct part *part, int64_t first)
{
    int64_t low = 0, high = part->extents;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (part->extent[middle].index + part->extent[middle].count <= first)
            low = middle + 1;
        else
            high = middle;
    }
    return part->extent + low;
}

/* An extent cut to the cells first .. first + count - 1, which become cells 0, 1, ... */
static cal_extent clip(const cal_located *located, const cal_extent *extent, int64_t first,
                       int64_t count)
{
    int64_t skip = first > extent->index ? first - extent->index : 0;
    int64_t end = extent->index + extent->count, last = first + count;
    cal_extent cut = {extent->offset + skip * located->bytes.file, extent->index + skip - first,
                      (end < last ? end : last) - extent->index - skip};
    return cut;
}

/* Through a few extents at a time: most calls have one, a list with gaps has many. */
static const char *read_part(const cal_located *located, const struct part *part, int64_t first,
                             int64_t count, void *out)
{
    enum { FEW = 256 };
    cal_extent cut[FEW];
    const char *reason = NULL;
    const cal_extent *at = reaching(part, first), *end = part->extent + part->extents;
    for (int n; at < end && at->index < first + count && !reason;) {
        for (n = 0; n < FEW && at < end && at->index < first + count; n++, at++)
            cut[n] = clip(located, at, first, count);
        reason = cal_extents_read(part->fd, located->bytes, cut, cut + n, out);
    }
    return reason;
}

cal_status cal_located_read(const cal_located *located, int64_t first, int64_t count, void *out,
                            cal_error *err)
{
    for (int i = 0; i < located->parts; i++) {
        const struct part *part = &located->part[i];
        const char *reason = read_part(located, part, first, count, out);
        if (reason)
            return fail(located, part, first, count, reason, false, err);
    }
    return CAL_OK;
}

cal_status cal_located_write(const cal_located *located, const void *in, cal_error *err)
{
    for (int i = 0; i < located->parts; i++) {
        const struct part *part = &located->part[i];
        for (int64_t k = 0; k < part->extents; k++) {
            const char *reason = cal_extent_write(part->fd, located->bytes, &part->extent[k], in);
            if (reason)
                return fail(located, part, 0, located->rows.count, reason, true, err);
        }
    }
    return CAL_OK;
}

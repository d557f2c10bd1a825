/* IncrementalStMan: a bucket holds the values of some rows, each with the row from which on it holds. */
#include "base/mem.h"
#include "stored/parts.h"

enum { HEAD_BYTES = 512 };

struct cal_incremental {
    cal_window *file;
    bool little, tried, sound; /* the head: has it been read, and could it? */
    int64_t bucket_bytes, buckets;
    int64_t used;           /* buckets in use */
    uint64_t *row, *bucket; /* the first row of each, and one more; their numbers */
};

cal_incremental *cal_incremental_open(const char *path, bool little, cal_stored_manager *manager,
                                      cal_bytes setup)
{
    uint32_t version;
    cal_bytes object = cal_bytes_outermost(&setup, "ISM", &version);
    cal_bytes_name(&object, manager->name, sizeof manager->name);
    if (object.bad || version < 3)
        return NULL;
    cal_incremental *incremental = CAL_NEW(cal_incremental);
    incremental->file = cal_stored_file(path, manager->sequence, "");
    incremental->little = little;
    return incremental;
}

void cal_incremental_close(cal_incremental *incremental)
{
    if (!incremental)
        return;
    free(incremental->row);
    free(incremental->bucket);
    cal_window_free(incremental->file);
    free(incremental);
}

/* ---- the head and the index ---- */

/* The index is behind the buckets, to the end of the file. */
static bool read_index(cal_incremental *incremental)
{
    uint32_t version;
    int64_t rows, buckets;
    int64_t at = HEAD_BYTES + incremental->buckets * incremental->bucket_bytes;
    int64_t length = cal_window_size(incremental->file) - at;
    const uint8_t *bytes = cal_window_at(incremental->file, at, length);
    if (!bytes)
        return false;
    cal_bytes file = {bytes, bytes + length, incremental->little, false};
    cal_bytes object = cal_bytes_outermost(&file, "ISMIndex", &version);
    incremental->used = cal_bytes_u32(&object);
    incremental->row = cal_bytes_block(&object, version > 1, &rows);
    incremental->bucket = cal_bytes_block(&object, false, &buckets);
    return !object.bad && rows > incremental->used && buckets >= incremental->used;
}

static bool read_head(cal_incremental *incremental)
{
    uint32_t version;
    const uint8_t *head = cal_window_at(incremental->file, 0, HEAD_BYTES);
    if (!head)
        return false;
    cal_bytes file = {head, head + HEAD_BYTES, incremental->little, false};
    cal_bytes object = cal_bytes_outermost(&file, "IncrementalStMan", &version);
    bool big = version >= 5 ? cal_bytes_u8(&object) & 1 : true;
    incremental->bucket_bytes = cal_bytes_u32(&object);
    incremental->buckets = cal_bytes_u32(&object);
    return !object.bad && big != incremental->little && incremental->bucket_bytes > 4 &&
           incremental->bucket_bytes <= cal_window_size(incremental->file) &&
           read_index(incremental);
}

/* ---- cells ---- */

/* What a bucket says of one column: `count` first rows, counted from the bucket's own, and where the values are. */
struct values {
    int64_t count;
    cal_bytes row, offset;
    bool wide; /* rows have 8 bytes */
    const uint8_t *data;
    int64_t bytes;
};

static bool find_values(const uint8_t *bucket, int64_t bytes, bool little, int column,
                        struct values *values)
{
    enum { PLACE = 0x0fffffff };
    cal_bytes walk = {bucket, bucket + bytes, little, false};
    uint32_t start = cal_bytes_u32(&walk);
    values->wide = start & ~(uint32_t)PLACE;
    values->data = bucket + 4;
    values->bytes = (int64_t)(start & PLACE) - 4;
    cal_bytes_take(&walk, values->bytes);
    for (int i = 0; i <= column && !walk.bad; i++) {
        values->count = cal_bytes_u32(&walk);
        values->row = walk;
        cal_bytes_take(&walk, values->count * (values->wide ? 8 : 4));
        values->offset = walk;
        cal_bytes_take(&walk, values->count * 4);
    }
    return !walk.bad && values->count > 0;
}

static int64_t value_row(const struct values *values, int64_t index)
{
    cal_bytes at = values->row;
    at.at += index * (values->wide ? 8 : 4);
    return values->wide ? (int64_t)cal_bytes_u64(&at) : cal_bytes_u32(&at);
}

static int64_t search_values(const struct values *values, int64_t row)
{
    int64_t low = 0, high = values->count;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (value_row(values, middle) <= row)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

/* The value of a row, which is `bytes` long, and the rows that have it too. */
static bool find_value(const struct values *values, int64_t row, int64_t bytes, bool little,
                       cal_stored_run *run)
{
    int64_t at = search_values(values, row);
    if (at < 0)
        return false;
    cal_bytes offset = values->offset;
    offset.at += 4 * at;
    int64_t start = cal_bytes_u32(&offset), room = values->bytes - start;
    if (room < 4 && !bytes)
        return false;
    cal_bytes length = {values->data + start, values->data + start + 4, little, false};
    run->first = value_row(values, at);
    run->last = at + 1 < values->count ? value_row(values, at + 1) - 1 : INT64_MAX;
    run->bytes = values->data + start;
    run->same = true;
    return (bytes ? bytes : cal_bytes_u32(&length)) <= room;
}

bool cal_incremental_find(cal_incremental *incremental, int column, int64_t row, int64_t bytes,
                          cal_stored_run *run)
{
    if (!incremental->tried)
        incremental->sound = read_head(incremental);
    incremental->tried = true;
    if (!incremental->sound)
        return false;
    int64_t at = cal_stored_before(incremental->row, incremental->used + 1, row + 1) - 1;
    if (at < 0 || at >= incremental->used)
        return false;
    int64_t first = (int64_t)incremental->row[at], end = (int64_t)incremental->row[at + 1];
    int64_t number = (int64_t)incremental->bucket[at], size = incremental->bucket_bytes;
    const uint8_t *bucket = number < incremental->buckets
                                ? cal_window_at(incremental->file, HEAD_BYTES + number * size, size)
                                : NULL;
    struct values values = {0};
    if (!bucket || !find_values(bucket, size, incremental->little, column, &values) ||
        !find_value(&values, row - first, bytes, incremental->little, run))
        return false;
    run->last = run->last >= end - first ? end - 1 : run->last + first;
    run->first += first;
    return run->first <= row && row <= run->last;
}

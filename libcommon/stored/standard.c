/* StandardStMan: a bucket holds all columns of some rows, column after column; texts are in buckets of their own. */
#include "base/mem.h"
#include "stored/parts.h"
#include <string.h>

enum { HEAD_BYTES = 512, SHORT_TEXT = 8 };

/* Which bucket holds which rows, for some of the columns. */
struct index {
    int64_t used;
    uint64_t *last_row, *bucket;
};

struct cal_standard {
    cal_window *file;
    bool little, tried, sound; /* the head: has it been read, and could it? */
    int64_t bucket_bytes, buckets;
    uint64_t *offset, *index_of; /* by column */
    int64_t columns;
    struct index *index;
    int64_t indices;
};

/* ---- opening ---- */

cal_standard *cal_standard_open(const char *path, bool little, cal_stored_manager *manager,
                                cal_bytes setup)
{
    uint32_t version;
    int64_t columns;
    cal_standard *standard = CAL_NEW(cal_standard);
    cal_bytes object = cal_bytes_outermost(&setup, "SSM", &version);
    cal_bytes_name(&object, manager->name, sizeof manager->name);
    standard->little = little;
    standard->offset = cal_bytes_block(&object, false, &standard->columns);
    standard->index_of = cal_bytes_block(&object, false, &columns);
    standard->file = cal_stored_file(path, manager->sequence, "");
    if (!object.bad && columns == standard->columns && columns >= manager->columns)
        return standard;
    cal_standard_close(standard);
    return NULL;
}

void cal_standard_close(cal_standard *standard)
{
    if (!standard)
        return;
    for (int64_t i = 0; i < standard->indices; i++) {
        free(standard->index[i].last_row);
        free(standard->index[i].bucket);
    }
    free(standard->index);
    free(standard->index_of);
    free(standard->offset);
    cal_window_free(standard->file);
    free(standard);
}

/* ---- the head and the index ---- */

static const uint8_t *bucket_at(cal_standard *standard, int64_t number)
{
    if (number < 0 || number >= standard->buckets)
        return NULL;
    return cal_window_at(standard->file, HEAD_BYTES + number * standard->bucket_bytes,
                         standard->bucket_bytes);
}

/* Numbers in the heads of buckets have the order of the network whatever the rest has. */
static int32_t head_number(const uint8_t *bucket, int index)
{
    cal_bytes bytes = {.at = bucket + 4 * index, .end = bucket + 4 * index + 4};
    return cal_bytes_i32(&bytes);
}

/* Where the index is: in a chain of buckets, or inside one of them. */
struct chain {
    int64_t first, offset, bytes;
};

/* `bytes` gets the index, which the caller frees. */
static bool collect(cal_standard *standard, const struct chain *chain, uint8_t *bytes)
{
    enum { LINKS = 8 };
    int64_t room = standard->bucket_bytes - LINKS, start = chain->offset ? chain->offset : LINKS;
    int64_t number = chain->first;
    for (int64_t done = 0, now; done < chain->bytes; done += now) {
        const uint8_t *bucket = bucket_at(standard, number);
        now = chain->bytes - done < room ? chain->bytes - done : room;
        if (!bucket || start + now > standard->bucket_bytes)
            return false;
        memcpy(bytes + done, bucket + start, (size_t)now);
        number = head_number(bucket, 1);
    }
    return true;
}

static bool read_index(cal_bytes *bytes, struct index *index)
{
    uint32_t version;
    int64_t rows, buckets;
    cal_bytes object = cal_bytes_outermost(bytes, "SSMIndex", &version);
    index->used = cal_bytes_u32(&object);
    cal_bytes_u32(&object);         /* rows of a bucket */
    cal_bytes_u32(&object);         /* columns */
    cal_bytes_skip_object(&object); /* free space */
    index->last_row = cal_bytes_block(&object, version > 1, &rows);
    index->bucket = cal_bytes_block(&object, false, &buckets);
    return !object.bad && rows >= index->used && buckets >= index->used;
}

static bool read_indices(cal_standard *standard, const struct chain *chain)
{
    int64_t size = cal_window_size(standard->file);
    if (standard->bucket_bytes <= 16 || standard->bucket_bytes > size || chain->bytes > size)
        return false;
    uint8_t *bytes = cal_alloc((size_t)chain->bytes, 1);
    cal_bytes walk = {bytes, bytes + chain->bytes, standard->little, false};
    bool sound = collect(standard, chain, bytes);
    for (int64_t i = 0; i < standard->indices && sound; i++)
        sound = read_index(&walk, &standard->index[i]);
    free(bytes);
    return sound;
}

static bool read_head(cal_standard *standard)
{
    uint32_t version;
    const uint8_t *head = cal_window_at(standard->file, 0, HEAD_BYTES);
    if (!head)
        return false;
    cal_bytes file = {head, head + HEAD_BYTES, standard->little, false};
    cal_bytes object = cal_bytes_outermost(&file, "StandardStMan", &version);
    bool big = version >= 3 ? cal_bytes_u8(&object) & 1 : true;
    struct chain chain = {0};
    standard->bucket_bytes = cal_bytes_u32(&object);
    standard->buckets = cal_bytes_u32(&object);
    cal_bytes_take(&object, 12); /* cache size, free buckets and the first of them */
    cal_bytes_u32(&object);      /* buckets of the index */
    chain.first = cal_bytes_i32(&object);
    chain.offset = version >= 2 ? cal_bytes_u32(&object) : 0;
    cal_bytes_u32(&object); /* the bucket of texts that is being filled */
    chain.bytes = cal_bytes_u32(&object);
    standard->indices = cal_bytes_u32(&object);
    if (object.bad || big == standard->little || standard->indices > chain.bytes)
        standard->indices = 0;
    standard->index = CAL_NEW_ARRAY(struct index, standard->indices);
    return standard->indices > 0 && read_indices(standard, &chain);
}

/* ---- cells ---- */

bool cal_standard_find(cal_standard *standard, int column, int64_t row, int64_t bits,
                       cal_stored_run *run)
{
    if (!standard->tried)
        standard->sound = read_head(standard);
    standard->tried = true;
    if (!standard->sound)
        return false;
    int64_t which = (int64_t)standard->index_of[column], offset = (int64_t)standard->offset[column];
    if (which >= standard->indices)
        return false;
    const struct index *index = &standard->index[which];
    int64_t at = cal_stored_before(index->last_row, index->used, row);
    const uint8_t *bucket =
        at < index->used ? bucket_at(standard, (int64_t)index->bucket[at]) : NULL;
    if (!bucket)
        return false;
    run->last = (int64_t)index->last_row[at];
    run->first = at ? (int64_t)index->last_row[at - 1] + 1 : 0;
    run->bytes = bucket + offset;
    run->same = false;
    int64_t room = standard->bucket_bytes - offset;
    return room > 0 && run->last >= row && run->first <= row &&
           run->last - run->first < room * 8 / bits;
}

/* A bucket of texts says how much of it is used, and where the text goes on. */
uint8_t *cal_standard_text(cal_standard *standard, const int32_t place[3])
{
    enum { HEAD = 16, USED = 1, NEXT = 3 };
    int64_t number = place[0], offset = place[1], length = place[2];
    if (offset < 0 || length <= 0 || length > cal_window_size(standard->file))
        return NULL;
    uint8_t *text = cal_alloc((size_t)length, 1);
    for (int64_t done = 0, now; done < length; done += now, offset = 0) {
        const uint8_t *bucket = bucket_at(standard, number);
        int64_t used = bucket ? head_number(bucket, USED) : 0;
        now = used - offset < length - done ? used - offset : length - done;
        if (now <= 0 || HEAD + used > standard->bucket_bytes) {
            free(text);
            return NULL;
        }
        memcpy(text + done, bucket + HEAD + offset, (size_t)now);
        number = head_number(bucket, NEXT);
    }
    return text;
}

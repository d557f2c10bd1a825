#include "stored/bytes.h"
#include "base/mem.h"
#include <string.h>

static const uint32_t MAGIC = 0xbebebebe;

const uint8_t *cal_bytes_take(cal_bytes *bytes, int64_t count)
{
    const uint8_t *at = bytes->at;
    if (bytes->bad || count < 0 || bytes->end - at < count) {
        bytes->bad = true;
        return NULL;
    }
    bytes->at += count;
    return at;
}

/* ---- numbers ---- */

uint8_t cal_bytes_u8(cal_bytes *bytes)
{
    const uint8_t *at = cal_bytes_take(bytes, 1);
    return at ? *at : 0;
}

uint32_t cal_bytes_u32(cal_bytes *bytes)
{
    const uint8_t *at = cal_bytes_take(bytes, sizeof(uint32_t));
    uint32_t value = 0;
    if (at)
        memcpy(&value, at, sizeof value);
    return bytes->little ? le32toh(value) : be32toh(value);
}

uint64_t cal_bytes_u64(cal_bytes *bytes)
{
    const uint8_t *at = cal_bytes_take(bytes, sizeof(uint64_t));
    uint64_t value = 0;
    if (at)
        memcpy(&value, at, sizeof value);
    return bytes->little ? le64toh(value) : be64toh(value);
}

int32_t cal_bytes_i32(cal_bytes *bytes)
{
    return (int32_t)cal_bytes_u32(bytes);
}

int64_t cal_bytes_count(cal_bytes *bytes, int64_t size)
{
    int64_t count = cal_bytes_u32(bytes);
    if (count > (bytes->end - bytes->at) / size)
        bytes->bad = true;
    return bytes->bad ? 0 : count;
}

/* ---- texts ---- */

char *cal_bytes_text(cal_bytes *bytes)
{
    int64_t length = cal_bytes_count(bytes, 1);
    const uint8_t *text = cal_bytes_take(bytes, length);
    char *copy = cal_alloc((size_t)length + 1, 1);
    if (text)
        memcpy(copy, text, (size_t)length);
    return copy;
}

void cal_bytes_name(cal_bytes *bytes, char *text, int64_t size)
{
    int64_t length = cal_bytes_count(bytes, 1), kept = length < size ? length : size - 1;
    const uint8_t *from = cal_bytes_take(bytes, length);
    memset(text, 0, (size_t)size);
    if (from)
        memcpy(text, from, (size_t)kept);
}

void cal_bytes_skip_text(cal_bytes *bytes)
{
    cal_bytes_take(bytes, cal_bytes_count(bytes, 1));
}

/* ---- objects ---- */

/* Its length counts all of it: the length itself, the type, the version and what it holds. */
static cal_bytes open_object(cal_bytes *bytes)
{
    cal_bytes object = *bytes;
    int64_t length = cal_bytes_u32(&object);
    const uint8_t *start = cal_bytes_take(bytes, length);
    object.end = start ? start + length : object.at;
    object.bad = bytes->bad;
    return object;
}

/* Some say what they are made of: "Array<String>" is an "Array". */
static bool has_type(cal_bytes *object, const char *type)
{
    int64_t length = cal_bytes_count(object, 1), wanted = (int64_t)strlen(type);
    const uint8_t *name = cal_bytes_take(object, length);
    return name && length >= wanted && !memcmp(name, type, (size_t)wanted) &&
           (length == wanted || name[wanted] == '<');
}

cal_bytes cal_bytes_object(cal_bytes *bytes, const char *type, uint32_t *version)
{
    cal_bytes object = open_object(bytes);
    if (!has_type(&object, type))
        object.bad = true;
    *version = cal_bytes_u32(&object);
    bytes->bad |= object.bad;
    return object;
}

cal_bytes cal_bytes_outermost(cal_bytes *bytes, const char *type, uint32_t *version)
{
    if (cal_bytes_u32(bytes) != MAGIC)
        bytes->bad = true;
    return cal_bytes_object(bytes, type, version);
}

void cal_bytes_skip_object(cal_bytes *bytes)
{
    open_object(bytes);
}

/* ---- what several objects hold ---- */

int cal_bytes_shape(cal_bytes *bytes, int64_t *shape, int most)
{
    uint32_t version;
    cal_bytes object = cal_bytes_object(bytes, "IPosition", &version);
    int64_t axes = cal_bytes_count(&object, sizeof(int32_t));
    if (axes > most)
        object.bad = true;
    for (int64_t i = 0; i < axes && !object.bad; i++) {
        shape[i] = version == 1 ? cal_bytes_i32(&object) : (int64_t)cal_bytes_u64(&object);
        object.bad |= shape[i] < 0;
    }
    bytes->bad |= object.bad;
    return bytes->bad ? 0 : (int)axes;
}

uint64_t *cal_bytes_block(cal_bytes *bytes, bool wide, int64_t *count)
{
    uint32_t version;
    cal_bytes object = cal_bytes_object(bytes, "Block", &version);
    *count = cal_bytes_count(&object, wide ? sizeof(uint64_t) : sizeof(uint32_t));
    uint64_t *values = CAL_NEW_ARRAY(uint64_t, *count);
    for (int64_t i = 0; i < *count; i++)
        values[i] = wide ? cal_bytes_u64(&object) : cal_bytes_u32(&object);
    return values;
}

/* table.fNi: arrays whose shape differs from cell to cell, each behind its shape. */
#include "base/mem.h"
#include "stored/element.h"
#include "stored/parts.h"
#include <string.h>

struct cal_array_file {
    cal_window *file;
    bool little;
};

cal_array_file *cal_array_file_new(const char *path, int sequence, bool little)
{
    cal_array_file *file = CAL_NEW(cal_array_file);
    file->file = cal_stored_file(path, sequence, "i");
    file->little = little;
    return file;
}

void cal_array_file_free(cal_array_file *file)
{
    if (!file)
        return;
    cal_window_free(file->file);
    free(file);
}

int64_t cal_array_file_size(cal_array_file *file)
{
    return cal_window_size(file->file);
}

static cal_bytes walk_at(cal_array_file *file, int64_t place, int64_t length)
{
    const uint8_t *at = cal_window_at(file->file, place, length);
    return (cal_bytes){at, at ? at + length : NULL, file->little, !at};
}

/* From the first version on arrays count who refers to them. */
bool cal_array_file_shape(cal_array_file *file, int64_t place, int *ndim,
                          int64_t shape[CAL_MAX_DIM], int64_t *elements)
{
    cal_bytes version = walk_at(file, 0, 4);
    int64_t counted = cal_bytes_u32(&version) > 0 ? 4 : 0;
    cal_bytes head = walk_at(file, place + counted, 4);
    int64_t axes = cal_bytes_u32(&head);
    if (version.bad || head.bad || axes > CAL_MAX_DIM)
        return false;
    *elements = place + counted + 4 + 4 * axes;
    *ndim = (int)axes;
    cal_bytes walk = walk_at(file, place + counted + 4, axes ? 4 * axes : 1);
    for (int64_t i = 0; i < axes; i++) {
        shape[i] = cal_bytes_i32(&walk);
        walk.bad |= shape[i] < 0;
    }
    return !walk.bad;
}

/* NULL where that cannot be. */
static char *read_text(cal_array_file *file, int64_t place)
{
    cal_bytes head = walk_at(file, place, 4);
    int64_t length = cal_bytes_u32(&head);
    cal_bytes body = walk_at(file, place + 4, length);
    if (head.bad || (length && body.bad))
        return NULL;
    char *text = cal_alloc((size_t)length + 1, 1);
    if (length)
        memcpy(text, body.at, (size_t)length);
    return text;
}

/* Each text is somewhere in the file, or nowhere when it is empty. */
static bool read_texts(cal_array_file *file, int64_t elements, int64_t count, char **text)
{
    for (int64_t i = 0; i < count; i++) {
        cal_bytes where = walk_at(file, elements + 4 * i, 4);
        int64_t place = cal_bytes_u32(&where);
        text[i] = place ? read_text(file, place) : cal_copy_text("");
        if (where.bad || !text[i])
            return false;
    }
    return true;
}

bool cal_array_file_read(cal_array_file *file, int64_t elements, int element, cal_type type,
                         int64_t count, void *out)
{
    if (count == 0)
        return true;
    if (element == CAL_TP_STRING)
        return read_texts(file, elements, count, out);
    bool flags = element == CAL_TP_BOOL;
    int64_t bytes = flags ? (count + 7) / 8 : 0;
    if (!flags && __builtin_mul_overflow(count, cal_element_bytes(element), &bytes))
        return false;
    cal_bytes from = walk_at(file, elements, bytes);
    if (from.bad)
        return false;
    if (flags)
        cal_element_read_bits(from.at, 0, count, out);
    else
        cal_element_read(element, from.at, file->little, type, count, out);
    return true;
}

#include "table/extents.h"
#include "base/mem.h"
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum {
    BRIDGE = 16 << 10, /* bytes that are quicker read and dropped than jumped over */
    PIECE = 256 << 10  /* bytes that go through memory of our own at a time */
};

/* ---- bytes ---- */

static const char *read_bytes(int fd, int64_t offset, int64_t size, char *to)
{
    for (ssize_t got; size > 0; offset += got, to += got, size -= got) {
        errno = 0;
        got = pread(fd, to, (size_t)size, offset);
        if (got <= 0)
            return got < 0 ? strerror(errno) : "it is shorter than the table says";
    }
    return NULL;
}

static const char *write_bytes(int fd, int64_t offset, int64_t size, const char *from)
{
    for (ssize_t put; size > 0; offset += put, from += put, size -= put) {
        put = pwrite(fd, from, (size_t)size, offset);
        if (put < 0)
            return strerror(errno);
    }
    return NULL;
}

/* ---- bits and bytes ---- */

/* Eight flags, the first in the lowest bit. */
static void unpack_byte(uint8_t bits, uint8_t *flags)
{
    const uint64_t low = 0x0101010101010101U, each = 0x8040201008040201U;
    uint64_t spread = ((bits * low & each) + 0x7f7f7f7f7f7f7f7fU) >> 7 & low;
    memcpy(flags, &spread, 8);
}

/* Most data have no flags, or few. */
static void unpack_bits(const uint8_t *bits, int64_t bytes, uint8_t *flags)
{
    int64_t i = 0;
    for (; i + 8 <= bytes; i += 8) {
        uint64_t eight;
        memcpy(&eight, bits + i, 8);
        if (!eight)
            memset(flags + 8 * i, 0, 64);
        for (int k = 0; eight && k < 8; k++)
            unpack_byte(bits[i + k], flags + 8 * (i + k));
    }
    for (; i < bytes; i++)
        unpack_byte(bits[i], flags + 8 * i);
}

static void pack_bits(const uint8_t *flags, int64_t bytes, uint8_t *bits)
{
    for (int64_t i = 0; i < bytes; i++) {
        uint64_t eight;
        memcpy(&eight, flags + 8 * i, 8);
        bits[i] = (uint8_t)((eight & 0x0101010101010101U) * 0x0102040810204080U >> 56);
    }
}

/* ---- a piece at a time ---- */

static bool is_packed(cal_cell_bytes bytes)
{
    return bytes.file != bytes.memory;
}

static int64_t cells_of_piece(cal_cell_bytes bytes)
{
    return bytes.file < PIECE ? PIECE / bytes.file : 1;
}

static void deliver(cal_cell_bytes bytes, const char *from, int64_t count, char *to)
{
    if (is_packed(bytes))
        unpack_bits((const uint8_t *)from, count * bytes.file, (uint8_t *)to);
    else
        memcpy(to, from, (size_t)(count * bytes.file));
}

/* Extents with small gaps: all from the first to the last is read. */
static const char *read_together(int fd, cal_cell_bytes bytes, const cal_extent *first,
                                 const cal_extent *end, char *piece, char *out)
{
    int64_t last = end[-1].offset + end[-1].count * bytes.file;
    const char *reason = read_bytes(fd, first->offset, last - first->offset, piece);
    for (const cal_extent *extent = first; extent < end && !reason; extent++)
        deliver(bytes, piece + (extent->offset - first->offset), extent->count,
                out + extent->index * bytes.memory);
    return reason;
}

static const char *read_extent(int fd, cal_cell_bytes bytes, const cal_extent *extent, char *piece,
                               char *out)
{
    char *target = out + extent->index * bytes.memory;
    if (!is_packed(bytes))
        return read_bytes(fd, extent->offset, extent->count * bytes.file, target);
    int64_t most = cells_of_piece(bytes);
    const char *reason = NULL;
    for (int64_t done = 0; done < extent->count && !reason; done += most) {
        int64_t count = extent->count - done < most ? extent->count - done : most;
        reason = read_bytes(fd, extent->offset + done * bytes.file, count * bytes.file, piece);
        if (!reason)
            deliver(bytes, piece, count, target + done * bytes.memory);
    }
    return reason;
}

/* Where those end that are better read together with the first. */
static const cal_extent *together(cal_cell_bytes bytes, const cal_extent *first,
                                  const cal_extent *end)
{
    const cal_extent *next = first + 1;
    for (; next < end; next++) {
        int64_t gap = next->offset - next[-1].offset - next[-1].count * bytes.file;
        int64_t span = next->offset + next->count * bytes.file - first->offset;
        if (gap < 0 || gap > BRIDGE || span > PIECE)
            break;
    }
    return next;
}

/* `piece` holds PIECE bytes, and no less than a cell. */
static const char *read_all(int fd, cal_cell_bytes bytes, const cal_extent *first,
                            const cal_extent *end, char *piece, char *out)
{
    const char *reason = NULL;
    for (const cal_extent *next; first < end && !reason; first = next) {
        next = together(bytes, first, end);
        reason = next == first + 1 ? read_extent(fd, bytes, first, piece, out)
                                   : read_together(fd, bytes, first, next, piece, out);
    }
    return reason;
}

static const char *write_all(int fd, cal_cell_bytes bytes, const cal_extent *extent, char *piece,
                             const char *in)
{
    const char *source = in + extent->index * bytes.memory, *reason = NULL;
    if (!is_packed(bytes))
        return write_bytes(fd, extent->offset, extent->count * bytes.file, source);
    int64_t most = cells_of_piece(bytes);
    for (int64_t done = 0; done < extent->count && !reason; done += most) {
        int64_t count = extent->count - done < most ? extent->count - done : most;
        pack_bits((const uint8_t *)source + done * bytes.memory, count * bytes.file,
                  (uint8_t *)piece);
        reason = write_bytes(fd, extent->offset + done * bytes.file, count * bytes.file, piece);
    }
    return reason;
}

const char *cal_extents_read(int fd, cal_cell_bytes bytes, const cal_extent *first,
                             const cal_extent *end, void *out)
{
    char here[PIECE];
    char *large = bytes.file > PIECE ? cal_alloc_aligned((size_t)bytes.file, 1) : NULL;
    const char *reason = read_all(fd, bytes, first, end, large ? large : here, out);
    free(large);
    return reason;
}

const char *cal_extent_write(int fd, cal_cell_bytes bytes, const cal_extent *extent, const void *in)
{
    char here[PIECE];
    char *large = bytes.file > PIECE ? cal_alloc_aligned((size_t)bytes.file, 1) : NULL;
    const char *reason = write_all(fd, bytes, extent, large ? large : here, in);
    free(large);
    return reason;
}

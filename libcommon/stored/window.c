#include "stored/window.h"
#include "base/mem.h"
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A row's cell and the text that it points to may lie far apart, so there are a few pieces. */
enum { PIECES = 4, PIECE_BYTES = 1 << 16 };

struct piece {
    uint8_t *bytes;
    int64_t first, length, room;
};

struct cal_window {
    char *path;
    int fd; /* -1 before it is opened, and where that failed */
    bool tried;
    int64_t size;
    struct piece piece[PIECES]; /* the one asked for last comes first */
};

cal_window *cal_window_new(const char *path)
{
    cal_window *window = CAL_NEW(cal_window);
    window->path = cal_copy_text(path);
    window->fd = -1;
    return window;
}

void cal_window_free(cal_window *window)
{
    if (!window)
        return;
    for (int i = 0; i < PIECES; i++)
        free(window->piece[i].bytes);
    if (window->fd >= 0)
        close(window->fd);
    free(window->path);
    free(window);
}

int64_t cal_window_size(cal_window *window)
{
    struct stat status;
    if (!window->tried)
        window->fd = open(window->path, O_RDONLY | O_CLOEXEC);
    if (!window->tried && window->fd >= 0 && !fstat(window->fd, &status) && S_ISREG(status.st_mode))
        window->size = status.st_size;
    window->tried = true;
    return window->size;
}

static bool read_all(int fd, uint8_t *bytes, int64_t offset, int64_t length)
{
    for (int64_t done = 0, now; done < length; done += now) {
        now = pread(fd, bytes + done, (size_t)(length - done), offset + done);
        if (now <= 0)
            return false;
    }
    return true;
}

static bool holds(const struct piece *piece, int64_t offset, int64_t length)
{
    return piece->bytes && offset >= piece->first &&
           offset + length <= piece->first + piece->length;
}

/* From `offset` on: files are walked through forwards. */
static bool fill(const cal_window *window, struct piece *piece, int64_t offset, int64_t length)
{
    int64_t wanted = length > PIECE_BYTES ? length : PIECE_BYTES;
    piece->first = window->size > PIECE_BYTES ? offset : 0;
    offset = piece->first;
    piece->length = wanted < window->size - offset ? wanted : window->size - offset;
    if (piece->room < piece->length) {
        free(piece->bytes);
        piece->bytes = cal_alloc_aligned((size_t)piece->length, 1);
        piece->room = piece->length;
    }
    if (!read_all(window->fd, piece->bytes, offset, piece->length))
        piece->length = 0;
    return piece->length > 0;
}

const uint8_t *cal_window_at(cal_window *window, int64_t offset, int64_t length)
{
    int64_t size = cal_window_size(window);
    if (offset < 0 || length <= 0 || offset > size || length > size - offset)
        return NULL;
    int found = 0;
    while (found < PIECES - 1 && !holds(&window->piece[found], offset, length))
        found++;
    struct piece piece = window->piece[found];
    memmove(window->piece + 1, window->piece, (size_t)found * sizeof piece);
    bool filled = holds(&piece, offset, length) || fill(window, &piece, offset, length);
    window->piece[0] = piece;
    return filled ? piece.bytes + (offset - piece.first) : NULL;
}

uint8_t *cal_window_read_file(const char *path, int64_t *size)
{
    cal_window *window = cal_window_new(path);
    *size = cal_window_size(window);
    uint8_t *bytes = *size > 0 ? cal_alloc((size_t)*size, 1) : NULL;
    if (bytes && !read_all(window->fd, bytes, 0, *size)) {
        free(bytes);
        bytes = NULL;
    }
    cal_window_free(window);
    return bytes;
}

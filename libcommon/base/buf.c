#include "base/buf.h"

#include "base/mem.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for `more` bytes and the NUL. */
static void make_room(cal_buf *buf, size_t more)
{
    size_t wanted = buf->len + more + 1;
    if (wanted <= buf->room)
        return;
    buf->room = wanted < 2 * buf->room ? 2 * buf->room : wanted + 64;
    buf->data = cal_grow(buf->data, buf->room, 1);
}

void cal_buf_add_bytes(cal_buf *buf, const void *bytes, size_t count)
{
    make_room(buf, count);
    if (count)
        memcpy(buf->data + buf->len, bytes, count);
    buf->len += count;
    buf->data[buf->len] = 0;
}

void cal_buf_add(cal_buf *buf, const char *text)
{
    cal_buf_add_bytes(buf, text, strlen(text));
}

void cal_buf_addf(cal_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length > 0) {
        make_room(buf, (size_t)length);
        vsnprintf(buf->data + buf->len, (size_t)length + 1, format, again);
        buf->len += (size_t)length;
    }
    va_end(again);
}

void cal_buf_add_repeated(cal_buf *buf, char c, int times)
{
    if (times <= 0)
        return;
    make_room(buf, (size_t)times);
    memset(buf->data + buf->len, c, (size_t)times);
    buf->len += (size_t)times;
    buf->data[buf->len] = 0;
}

void cal_buf_clear(cal_buf *buf)
{
    buf->len = 0;
    if (buf->data)
        buf->data[0] = 0;
}

const char *cal_buf_text(const cal_buf *buf)
{
    return buf->data ? buf->data : "";
}

char *cal_buf_steal(cal_buf *buf)
{
    char *text = buf->data ? buf->data : cal_copy_text("");
    *buf = (cal_buf){0};
    return text;
}

void cal_buf_free(cal_buf *buf)
{
    free(buf->data);
    *buf = (cal_buf){0};
}

void cal_buf_add_quoted(cal_buf *line, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%^~";
    if (*word && *word != '~' && strspn(word, plain) == strlen(word)) {
        cal_buf_add(line, word);
        return;
    }
    cal_buf_add(line, "'");
    for (; *word; word++)
        cal_buf_addf(line, *word == '\'' ? "'\\''" : "%c", *word);
    cal_buf_add(line, "'");
}

#include "base/buf.h"

#include "base/mem.h"
#include <stdarg.h>
#include <stdbool.h>
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

void cal_buf_add_printable(cal_buf *buf, const char *text)
{
    const unsigned char delete = 0x7f;
    for (const char *c = text; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        if (*c == '\n')
            cal_buf_add(buf, "\\n");
        else if (byte < ' ' || byte == delete)
            cal_buf_addf(buf, "\\x%02x", byte);
        else
            cal_buf_add_bytes(buf, c, 1);
    }
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

/* Characters as a terminal counts them: bytes that do not continue a UTF-8 sequence. */
static int count_characters(const char *text, size_t bytes)
{
    int count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += (text[i] & 0xc0) != 0x80;
    return count;
}

void cal_buf_add_wrapped(cal_buf *buf, const char *text, int column, int indent, int width)
{
    for (bool first = true; *(text += strspn(text, " ")); first = false) {
        size_t bytes = strcspn(text, " ");
        int length = count_characters(text, bytes);
        if (!first && column + 1 + length > width) {
            cal_buf_add(buf, "\n");
            cal_buf_add_repeated(buf, ' ', indent);
            column = indent;
        } else if (!first) {
            cal_buf_add(buf, " ");
            column++;
        }
        cal_buf_add_bytes(buf, text, bytes);
        column += length;
        text += bytes;
    }
    cal_buf_add(buf, "\n");
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

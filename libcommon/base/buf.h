/* A growing piece of text. Start with `cal_buf b = {0};`, end with cal_buf_free() or
 * cal_buf_steal(). The text is always terminated by a NUL that is not counted in `len`; `data` is
 * NULL only before the first addition. */
#ifndef CAL_BASE_BUF_H
#define CAL_BASE_BUF_H

#include <stddef.h>

typedef struct cal_buf {
    char *data;
    size_t len, room;
} cal_buf;

void cal_buf_add(cal_buf *buf, const char *text);
void cal_buf_add_bytes(cal_buf *buf, const void *bytes, size_t count);
void cal_buf_addf(cal_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cal_buf_add_repeated(cal_buf *buf, char c, int times);
/* Words of `text` in lines of `width` characters and a newline behind them: the first line goes on at `column`, where the caller stands,
 * the others begin with `indent` blanks. A word that is longer than a line stays whole. */
void cal_buf_add_wrapped(cal_buf *buf, const char *text, int column, int indent, int width);
/* Control characters as \n or \x1b, so that no name breaks a line or a terminal. */
void cal_buf_add_printable(cal_buf *line, const char *text);
/* A word of a command line, in quotes for sh where it needs them. */
void cal_buf_add_quoted(cal_buf *line, const char *word);
void cal_buf_clear(cal_buf *buf);             /* empty, memory kept */
const char *cal_buf_text(const cal_buf *buf); /* never NULL */
char *cal_buf_steal(cal_buf *buf);            /* the caller frees it */
void cal_buf_free(cal_buf *buf);

#endif

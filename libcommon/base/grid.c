#include "base/grid.h"

#include "base/mem.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int cal_page_width(void)
{
    struct winsize size;
    if (!isatty(1))
        return 0;
    return !ioctl(1, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

static void push(cal_grid *grid, const char *text)
{
    if (!(grid->cells & (grid->cells - 1)))
        grid->cell =
            cal_grow(grid->cell, grid->cells ? 2 * (size_t)grid->cells : 1, sizeof *grid->cell);
    grid->cell[grid->cells++] = cal_copy_text(text);
}

void cal_grid_row(cal_grid *grid, ...)
{
    va_list args;
    va_start(args, grid);
    int count = 0;
    for (const char *text; (text = va_arg(args, const char *)); count++)
        push(grid, text);
    va_end(args);
    if (!grid->columns)
        grid->columns = count; /* the heading says how many there are */
}

void cal_grid_cell(cal_grid *grid, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    push(grid, text);
}

/* Characters as a terminal counts them: bytes that do not continue a UTF-8 sequence. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += (*text & 0xC0) != 0x80;
    return width;
}

/* Does it look like a number, perhaps with a unit or a percent sign directly behind it? */
static bool is_number(const char *text)
{
    return text[strspn(text, "+-.0123456789e%")] == 0;
}

static void layout(const cal_grid *grid, int rows, int column, int *width, bool *right)
{
    *width = 0;
    *right = true;
    bool empty = true;
    for (int r = 0; r < rows; r++) {
        const char *text = grid->cell[r * grid->columns + column];
        int own = width_of(text);
        *width = own > *width ? own : *width;
        *right &= r == 0 || is_number(text);
        empty &= r == 0 || !*text;
    }
    if (empty)
        *width = 0;
}

static bool may_end_after(char c)
{
    return c == ',' || c == ' ';
}

static int total_width(const cal_grid *grid, const int *width)
{
    int total = grid->indent - 2;
    for (int c = 0; c < grid->columns; c++)
        total += width[c] ? width[c] + 2 : 0;
    return total;
}

/* Characters of the longest part of a column's texts that no line may end in. */
static int longest_word(const cal_grid *grid, int column)
{
    int longest = 0, length = 0;
    for (int cell = column; cell < grid->cells; cell += grid->columns, length = 0)
        for (const char *text = grid->cell[cell]; *text; text++) {
            length = may_end_after(*text) ? 0 : length + ((*text & 0xC0) != 0x80);
            longest = length + 1 > longest ? length + 1 : longest;
        }
    return longest;
}

/* Of the columns that are wider than the least, the widest gives a character, until the page is wide enough. */
static void narrow_columns(const cal_grid *grid, const int *least, int *width)
{
    for (int total = total_width(grid, width); total > grid->page; total--) {
        int widest = -1;
        for (int c = 0; c < grid->columns; c++)
            if (width[c] > least[c] && (widest < 0 || width[c] > width[widest]))
                widest = c;
        if (widest < 0)
            return;
        width[widest]--;
    }
}

/* Between words as far as possible, then also within them. */
static void narrow(const cal_grid *grid, int *width)
{
    int *least = CAL_NEW_ARRAY(int, grid->columns);
    for (int c = 0; c < grid->columns; c++)
        least[c] = longest_word(grid, c);
    narrow_columns(grid, least, width);
    for (int c = 0; c < grid->columns; c++)
        least[c] = 8;
    narrow_columns(grid, least, width);
    free(least);
}

/* The column that may be shortened gives what is wanted, but not all. */
static void fit_page(const cal_grid *grid, int *width)
{
    int total = total_width(grid, width);
    if (!grid->page)
        return;
    if (grid->wraps) {
        narrow(grid, width);
        return;
    }
    for (int c = 0; c < grid->columns && total > grid->page; c++) {
        int least = width_of(grid->cell[c]); /* the heading stays whole */
        if (!strcmp(grid->cell[c], grid->shortened) && width[c] > least)
            width[c] =
                width[c] - least > total - grid->page ? width[c] - (total - grid->page) : least;
    }
}

/* The last `width` characters of a text that is longer, with a sign that others stood before them. */
static void print_end(const char *text, int width, cal_buf *out)
{
    for (int left = width_of(text); left > width - 2; text++)
        left -= (text[1] & 0xC0) != 0x80;
    cal_buf_addf(out, "..%s", text);
}

static void print_cell(const char *text, int width, bool right, bool last, cal_buf *out)
{
    int space = width - width_of(text);
    if (space < 0) {
        print_end(text, width, out);
        return;
    }
    if (right)
        cal_buf_add_repeated(out, ' ', space);
    cal_buf_add(out, text);
    if (!right && !last)
        cal_buf_add_repeated(out, ' ', space);
}

/* Bytes of the part of a text that goes on one line of the column. */
static size_t part_of(const char *text, int width)
{
    size_t end = 0, good = 0;
    for (int wide = 0; text[end]; end++) {
        wide += (text[end] & 0xC0) != 0x80;
        if (wide > width)
            return good ? good : end;
        if (may_end_after(text[end]))
            good = end + 1;
    }
    return end;
}

static void print_line(const cal_grid *grid, char **cell, const int *width, const bool *right,
                       cal_buf *out)
{
    size_t start = out->len;
    int last = grid->columns - 1;
    while (last >= 0 && !width[last])
        last--;
    cal_buf_add_repeated(out, ' ', grid->indent);
    for (int c = 0; c <= last; c++) {
        if (!width[c])
            continue;
        print_cell(cell[c], width[c], right[c], c == last, out);
        cal_buf_add(out, c < last ? "  " : "");
    }
    while (out->len > start && out->data[out->len - 1] == ' ')
        out->data[--out->len] = 0;
    cal_buf_add(out, "\n");
}

/* The cells of a row, of which each line takes a part, until nothing is left of them. */
static void print_wrapped(const cal_grid *grid, int row, const int *width, const bool *right,
                          cal_buf *out)
{
    const char **rest = CAL_NEW_ARRAY(const char *, grid->columns);
    char **part = CAL_NEW_ARRAY(char *, grid->columns);
    bool more = true;
    for (int c = 0; c < grid->columns; c++)
        rest[c] = grid->cell[row * grid->columns + c];
    while (more) {
        more = false;
        for (int c = 0; c < grid->columns; c++) {
            size_t length = part_of(rest[c], width[c]);
            part[c] = cal_format("%.*s", (int)length, rest[c]);
            rest[c] += length;
            more |= *rest[c] != 0;
        }
        print_line(grid, part, width, right, out);
        for (int c = 0; c < grid->columns; c++)
            free(part[c]);
    }
    free(rest);
    free(part);
}

static void print_row(const cal_grid *grid, int row, const int *width, const bool *right,
                      cal_buf *out)
{
    if (grid->page && grid->wraps)
        print_wrapped(grid, row, width, right, out);
    else
        print_line(grid, grid->cell + row * grid->columns, width, right, out);
}

void cal_grid_print(cal_grid *grid, cal_buf *out)
{
    int *width = CAL_NEW_ARRAY(int, grid->columns);
    bool *right = CAL_NEW_ARRAY(bool, grid->columns);
    int rows = grid->columns ? grid->cells / grid->columns : 0;
    for (int c = 0; c < grid->columns; c++)
        layout(grid, rows, c, &width[c], &right[c]);
    fit_page(grid, width);
    for (int r = 0; r < rows && rows > 1; r++)
        print_row(grid, r, width, right, out);
    for (int i = 0; i < grid->cells; i++)
        free(grid->cell[i]);
    free(grid->cell);
    free(width);
    free(right);
    *grid = (cal_grid){0};
}

/* Cells in buckets: numbers, flags, and texts alone. */
#include "stored/cells.h"
#include "base/mem.h"
#include <string.h>

/* ---- what a cell is in its bucket ---- */

bool cal_cell_is_text(const cal_stored_column *column)
{
    return column->element == CAL_TP_STRING;
}

static bool cal_cell_is_placed(const cal_stored_column *column)
{
    return cal_cell_is_text(column) && (column->face.is_array || !column->max_length);
}

bool cal_cell_is_filed(const cal_stored_column *column)
{
    return column->face.is_array && !column->direct &&
           !(column->manager->standard && cal_cell_is_text(column));
}

/* Bits of a cell in a bucket; 0 where a length stands in front. */
static int64_t cell_bits(const cal_stored_column *column)
{
    if (cal_cell_is_filed(column))
        return 8 * CAL_OFFSET_BYTES;
    if (cal_cell_is_text(column) && column->manager->incremental)
        return 0;
    if (cal_cell_is_text(column))
        return 8 * (cal_cell_is_placed(column) ? CAL_PLACE_BYTES : column->max_length);
    return column->element == CAL_TP_BOOL
               ? column->elements
               : 8 * cal_element_bytes(column->element) * column->elements;
}

bool cal_cell_find(const cal_stored_column *column, int64_t row, cal_stored_run *run)
{
    cal_stored_manager *manager = column->manager;
    int64_t bits = cell_bits(column);
    if (manager->standard)
        return cal_standard_find(manager->standard, column->number, row, bits, run);
    return cal_incremental_find(manager->incremental, column->number, row, (bits + 7) / 8, run);
}

cal_bytes cal_cell_at(const cal_stored *table, const cal_stored_run *run, int64_t row,
                      int64_t bytes)
{
    const uint8_t *at = run->bytes + (run->same ? 0 : (row - run->first) * bytes);
    return (cal_bytes){at, at + bytes, table->little, false};
}

bool cal_cell_is_plain(const cal_stored_column *column)
{
    return !column->face.is_array || (column->direct && !cal_cell_is_text(column));
}

bool cal_cell_find_place(const cal_stored *table, const cal_stored_column *column, int64_t row,
                         int32_t place[3], uint8_t bytes[CAL_PLACE_BYTES])
{
    cal_stored_run run;
    if (!cal_cell_find(column, row, &run))
        return false;
    cal_bytes cell = cal_cell_at(table, &run, row, CAL_PLACE_BYTES);
    memcpy(bytes, cell.at, CAL_PLACE_BYTES);
    for (int i = 0; i < 3; i++)
        place[i] = cal_bytes_i32(&cell);
    return place[2] >= 0;
}

/* ---- numbers and flags in the cell ---- */

/* The first cell of `bytes` into `count` of them. */
static void repeat(char *cells, int64_t bytes, int64_t count)
{
    for (int64_t have = 1; have < count; have *= 2) {
        int64_t now = have < count - have ? have : count - have;
        memcpy(cells + have * bytes, cells, (size_t)(now * bytes));
    }
}

static void read_cells(const cal_stored *table, const cal_stored_column *column,
                       const cal_stored_run *run, int64_t row, cal_type type, int64_t count,
                       void *out)
{
    int64_t elements = column->elements, first = run->same ? 0 : row - run->first;
    int64_t read = run->same ? 1 : count;
    if (column->element == CAL_TP_BOOL)
        cal_element_read_bits(run->bytes, first * elements, read * elements, out);
    else
        cal_element_read(column->element, run->bytes + first * cell_bits(column) / 8, table->little,
                         type, read * elements, out);
    if (run->same)
        repeat(out, elements * (int64_t)cal_type_bytes(type), count);
}

bool cal_cells_get_numbers(const cal_stored *table, const cal_stored_column *column, cal_type type,
                           const cal_span *rows, char *out)
{
    int64_t bytes = column->elements * (int64_t)cal_type_bytes(type);
    cal_stored_run run;
    for (int64_t i = 0, count; i < rows->count; i += count) {
        int64_t row = cal_span_at(rows, i);
        if (!cal_cell_find(column, row, &run))
            return false;
        count = cal_span_neighbours(rows, i, run.last);
        read_cells(table, column, &run, row, type, count, out + i * bytes);
    }
    return true;
}

/* ---- texts ---- */

static char *terminated(const uint8_t *bytes, int64_t length)
{
    char *text = cal_alloc((size_t)length + 1, 1);
    memcpy(text, bytes, (size_t)length);
    return text;
}

static char *get_placed_text(const cal_stored *table, const cal_stored_column *column, int64_t row)
{
    enum { SHORT = 8 };
    int32_t place[3];
    uint8_t cell[CAL_PLACE_BYTES];
    if (!cal_cell_find_place(table, column, row, place, cell))
        return NULL;
    if (place[2] <= SHORT)
        return terminated(cell, place[2]);
    uint8_t *bytes = cal_standard_text(column->manager->standard, place);
    char *text = bytes ? terminated(bytes, place[2]) : NULL;
    free(bytes);
    return text;
}

/* One text, whose cell is it, or begins with a length that counts itself. */
static char *get_inline_text(const cal_stored *table, const cal_stored_column *column, int64_t row)
{
    cal_stored_run run;
    if (!cal_cell_find(column, row, &run))
        return NULL;
    if (column->manager->standard)
        return terminated(cal_cell_at(table, &run, row, column->max_length).at, column->max_length);
    cal_bytes length = cal_cell_at(table, &run, row, 4);
    int64_t bytes = (int64_t)cal_bytes_u32(&length) - 4;
    return bytes >= 0 ? terminated(run.bytes + 4, bytes) : NULL;
}

bool cal_cells_get_texts(const cal_stored *table, const cal_stored_column *column,
                         const cal_span *rows, char **out)
{
    bool placed = cal_cell_is_placed(column) && column->manager->standard;
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t row = cal_span_at(rows, i);
        out[i] = placed ? get_placed_text(table, column, row) : get_inline_text(table, column, row);
        if (!out[i])
            return false;
    }
    return true;
}

#include "base/mem.h"
#include "ms/reader.h"

struct cal_piece {
    cal_block part;
    void *memory[READER_COLUMNS];
    int64_t room[READER_COLUMNS]; /* elements */
};

cal_piece *cal_piece_new(void)
{
    return CAL_NEW(cal_piece);
}

void cal_piece_free(cal_piece *piece)
{
    for (int i = 0; piece && i < READER_COLUMNS; i++)
        free(piece->memory[i]);
    free(piece);
}

static void *memory_for(cal_piece *piece, int column, int64_t elements)
{
    if (piece->room[column] < elements) {
        free(piece->memory[column]);
        piece->memory[column] =
            cal_alloc_aligned((size_t)elements, (size_t)reader_columns[column].size);
        piece->room[column] = elements;
    }
    return piece->memory[column];
}

cal_status cal_piece_load(cal_piece *piece, const cal_block *block, int64_t first, int64_t count,
                          cal_block **part, cal_error *err)
{
    piece->part = *block;
    piece->part.rows = cal_rows_part(&block->rows, first, count);
    for (int i = 0; i < READER_COLUMNS; i++) {
        const array_column *column = &reader_columns[i];
        const cal_located *located = block->files->located[i];
        int64_t cell = (int64_t)block->ncorr * (column->per_channel ? block->nchan : 1);
        char **array = (char **)reader_array(&piece->part, column);
        if (*array)
            *array += first * cell * column->size;
        if (!located)
            continue;
        *array = memory_for(piece, i, count * cell);
        if (cal_located_read(located, first, count, *array, err))
            return err->status;
    }
    *part = &piece->part;
    return CAL_OK;
}

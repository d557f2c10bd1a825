#include "ms/sheets.h"

#include "base/mem.h"
#include "ms/rows.h"
#include "ms/schema.h"

/* Rows of one input shape that come out in one output shape: their row numbers ascend. */
typedef struct sheet {
    cal_block block;
    int nchan_in, ncorr_in;
    int64_t room;
} sheet;

struct cal_sheets {
    unsigned columns;
    sheet **sheet; /* each stays where it is */
    cal_block **blocks;
    int count;
};

cal_sheets *cal_sheets_make(unsigned columns, bool visibilities)
{
    const unsigned data = CAL_MS_DATA | CAL_MS_MODEL | CAL_MS_CORRECTED | CAL_MS_FLOAT_DATA;
    cal_sheets *sheets = CAL_NEW(cal_sheets);
    sheets->columns = visibilities ? columns : columns & ~data;
    return sheets;
}

static void free_block(cal_block *block)
{
    cal_rows_release(&block->rows);
    free(block->data);
    free(block->model);
    free(block->corrected);
    free(block->flag);
    free(block->weight);
    free(block->sigma);
    free(block->weight_spectrum);
    free(block->sigma_spectrum);
}

void cal_sheets_free(cal_sheets *sheets)
{
    if (!sheets)
        return;
    for (int i = 0; i < sheets->count; i++) {
        free_block(&sheets->sheet[i]->block);
        free(sheets->sheet[i]);
    }
    free(sheets->sheet);
    free(sheets->blocks);
    free(sheets);
}

static sheet *find_sheet(cal_sheets *sheets, const cal_cells *cells)
{
    for (int i = 0; i < sheets->count; i++) {
        sheet *s = sheets->sheet[i];
        if (s->block.nchan == cells->nchan && s->block.ncorr == cells->ncorr &&
            s->nchan_in == cells->nchan_in && s->ncorr_in == cells->ncorr_in)
            return s;
    }
    sheet *made = CAL_NEW(sheet);
    *made = (sheet){.block = {.nchan = cells->nchan, .ncorr = cells->ncorr},
                    .nchan_in = cells->nchan_in,
                    .ncorr_in = cells->ncorr_in};
    sheets->sheet = cal_grow(sheets->sheet, sheets->count + 1, sizeof *sheets->sheet);
    sheets->blocks = cal_grow(sheets->blocks, sheets->count + 1, sizeof *sheets->blocks);
    sheets->sheet[sheets->count] = made;
    sheets->blocks[sheets->count++] = &made->block;
    return made;
}

static void grow(cal_block *block, int64_t room, unsigned columns)
{
    size_t samples = (size_t)block->nchan * block->ncorr;
    cal_rows_grow(&block->rows, room);
    if (columns & (CAL_MS_DATA | CAL_MS_FLOAT_DATA))
        block->data = cal_grow(block->data, room, samples * sizeof *block->data);
    if (columns & CAL_MS_MODEL)
        block->model = cal_grow(block->model, room, samples * sizeof *block->model);
    if (columns & CAL_MS_CORRECTED)
        block->corrected = cal_grow(block->corrected, room, samples * sizeof *block->corrected);
    block->flag = cal_grow(block->flag, room, samples);
    block->weight = cal_grow(block->weight, room, block->ncorr * sizeof(float));
    block->sigma = cal_grow(block->sigma, room, block->ncorr * sizeof(float));
    if (columns & CAL_MS_WEIGHT_SPECTRUM)
        block->weight_spectrum = cal_grow(block->weight_spectrum, room, samples * sizeof(float));
    if (columns & CAL_MS_SIGMA_SPECTRUM)
        block->sigma_spectrum = cal_grow(block->sigma_spectrum, room, samples * sizeof(float));
}

cal_block *cal_sheets_reserve(cal_sheets *sheets, const cal_cells *cells, int64_t count,
                              int64_t *first)
{
    sheet *s = find_sheet(sheets, cells);
    *first = s->block.rows.count;
    s->block.rows.count += count;
    if (s->block.rows.count > s->room) {
        s->room = s->block.rows.count + s->room / 2;
        grow(&s->block, s->room, sheets->columns);
    }
    return &s->block;
}

cal_averaged_row cal_sheet_row(const cal_block *block, int64_t at)
{
    int64_t sample = at * block->nchan * block->ncorr, corr = at * block->ncorr;
    cal_averaged_row row = {
        .flag = block->flag + sample, .weight = block->weight + corr, .sigma = block->sigma + corr};
    float complex *columns[] = {block->data, block->model, block->corrected};
    for (int i = 0, n = 0; i < CAL_MAX_DATA_COLUMNS; i++)
        if (columns[i])
            row.data[n++] = columns[i] + sample;
    if (block->weight_spectrum)
        row.weight_spectrum = block->weight_spectrum + sample;
    if (block->sigma_spectrum)
        row.sigma_spectrum = block->sigma_spectrum + sample;
    return row;
}

double cal_sheets_bytes(const cal_sheets *sheets)
{
    double bytes = 0;
    for (int i = 0; i < sheets->count; i++) {
        const cal_block *block = &sheets->sheet[i]->block;
        bytes += (double)block->rows.count * block->nchan * block->ncorr * 2 * sizeof(float);
    }
    return bytes;
}

cal_status cal_sheets_flush(cal_sheets *sheets, cal_ms_writer *writer, cal_error *err)
{
    cal_status status = cal_ms_writer_put(writer, sheets->blocks, sheets->count, err);
    for (int i = 0; i < sheets->count; i++)
        sheets->sheet[i]->block.rows.count = 0;
    return status;
}

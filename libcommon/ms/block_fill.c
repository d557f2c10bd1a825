#include "ms/reader.h"
#include <stdio.h>
#include <string.h>

const array_column reader_columns[READER_COLUMNS] = {
    {CAL_READ_DATA, "DATA", CAL_TYPE_COMPLEX, 8, true, false, offsetof(cal_block, data)},
    {CAL_READ_CORRECTED, "CORRECTED_DATA", CAL_TYPE_COMPLEX, 8, true, false,
     offsetof(cal_block, corrected)},
    {CAL_READ_MODEL, "MODEL_DATA", CAL_TYPE_COMPLEX, 8, true, false, offsetof(cal_block, model)},
    {CAL_READ_FLAG, "FLAG", CAL_TYPE_BOOL, 1, true, false, offsetof(cal_block, flag)},
    {CAL_READ_WEIGHT, "WEIGHT", CAL_TYPE_FLOAT, 4, false, false, offsetof(cal_block, weight)},
    {CAL_READ_SIGMA, "SIGMA", CAL_TYPE_FLOAT, 4, false, false, offsetof(cal_block, sigma)},
    {CAL_READ_WEIGHT_SPECTRUM, "WEIGHT_SPECTRUM", CAL_TYPE_FLOAT, 4, true, true,
     offsetof(cal_block, weight_spectrum)},
    {CAL_READ_SIGMA_SPECTRUM, "SIGMA_SPECTRUM", CAL_TYPE_FLOAT, 4, true, true,
     offsetof(cal_block, sigma_spectrum)},
    {CAL_READ_FLOAT_DATA, "FLOAT_DATA", CAL_TYPE_FLOAT, 4, true, false,
     offsetof(cal_block, float_data)},
};

void **reader_array(cal_block *block, const array_column *column)
{
    return (void **)((char *)block + column->offset);
}

/* ---- what a window holds ---- */

bool reader_shape_of(const cal_meta *meta, int dd, int *nchan, int *ncorr)
{
    if (dd < 0 || dd >= meta->dds)
        return false;
    int spw = meta->dd[dd].spw, pol = meta->dd[dd].pol;
    if (spw < 0 || spw >= meta->spws || pol < 0 || pol >= meta->pols)
        return false;
    *nchan = meta->spw[spw].nchan;
    *ncorr = meta->pol[pol].ncorr;
    return true;
}

/* The next window that holds a selected row; kept is 0 at the end. */
static cal_status next_window(cal_reader *reader, cal_error *err)
{
    while (!reader->kept && reader->next_row < reader->end_row) {
        int64_t count = reader->end_row - reader->next_row;
        if (count > reader->window_rows)
            count = reader->window_rows;
        cal_reader_lock(reader);
        cal_status status =
            cal_rows_read(reader->ms, reader->next_row, count, reader->skip, reader->window, err);
        cal_reader_unlock(reader);
        if (status)
            return status;
        reader->next_row += count;
        reader->kept = count;
        memset(reader->keep, 1, (size_t)count);
        if (reader->selection)
            reader->kept = cal_selection_rows(reader->selection, reader->window, reader->keep);
    }
    return CAL_OK;
}

/* Take the first row that is left and all others of its shape out of the window. */
static cal_status pick_rows(cal_reader *reader, reader_slot *slot, cal_error *err)
{
    cal_rows *window = reader->window;
    cal_block *block = &slot->block;
    int64_t count = 0;
    for (int64_t i = 0; i < window->count; i++) {
        int nchan, ncorr;
        if (!reader->keep[i])
            continue;
        if (!reader_shape_of(reader->meta, window->dd[i], &nchan, &ncorr))
            return cal_fail(err, CAL_INPUT,
                            "%s: column DATA_DESC_ID, row %lld has %d, which names no spectral "
                            "window",
                            cal_table_path(reader->ms), (long long)window->row[i], window->dd[i]);
        if (count == 0) {
            block->nchan = nchan;
            block->ncorr = ncorr;
        }
        if (nchan == block->nchan && ncorr == block->ncorr) {
            reader->index[count++] = i;
            reader->keep[i] = 0;
        }
    }
    reader->kept -= count;
    if (count == window->count) { /* all of them: no need to copy */
        reader->window = slot->rows;
        slot->rows = window;
    } else {
        cal_rows_pick(window, reader->index, count, slot->rows);
    }
    block->rows = *slot->rows;
    return CAL_OK;
}

/* ---- reading columns ---- */

cal_span reader_span(const cal_rows *rows)
{
    int64_t first = rows->row[0], last = rows->row[rows->count - 1];
    if (last - first + 1 == rows->count)
        return cal_span_range(first, rows->count);
    return cal_span_list(rows->row, rows->count);
}

/* Has the cell of this row the shape that DATA_DESCRIPTION promises? */
static bool fits(const cal_reader *reader, const array_column *column, const cal_block *block,
                 int64_t row, char *found, size_t room)
{
    int ndim;
    int64_t shape[CAL_MAX_DIM];
    if (!cal_table_cell_shape(reader->ms, column->name, row, &ndim, shape)) {
        snprintf(found, room, "no value");
        return false;
    }
    int64_t ncorr = ndim > 0 ? shape[0] : 0, nchan = ndim > 1 ? shape[1] : 1;
    snprintf(found, room, "%lld correlations and %lld channels", (long long)ncorr,
             (long long)nchan);
    return ndim == (column->per_channel ? 2 : 1) && ncorr == block->ncorr &&
           (!column->per_channel || nchan == block->nchan);
}

/* The shim checks that all cells are like the first; this checks the first, and says which row it
 * is when a later one differs. */
static cal_status check_shape(const cal_reader *reader, const array_column *column,
                              const cal_block *block, int64_t row, cal_error *err)
{
    char found[80];
    if (fits(reader, column, block, row, found, sizeof found))
        return CAL_OK;
    return cal_fail(err, CAL_INPUT,
                    "%s: column %s, row %lld has %s where %d correlations and %d channels belong",
                    cal_table_path(reader->ms), column->name, (long long)row, found, block->ncorr,
                    block->nchan);
}

/* An optional column counts as missing for a block in which a cell has no value. */
static bool all_fit(const cal_reader *reader, const array_column *column, const cal_block *block)
{
    char found[80];
    for (int64_t i = 0; i < block->rows.count; i++)
        if (!fits(reader, column, block, block->rows.row[i], found, sizeof found))
            return false;
    return true;
}

void reader_slot_clear(reader_slot *slot)
{
    for (int i = 0; i < READER_COLUMNS; i++) {
        cal_located_free(slot->located[i]);
        slot->located[i] = NULL;
    }
}

/* Read a column, or find where its cells are. */
static cal_status read_column(cal_reader *reader, const array_column *column, reader_slot *slot,
                              cal_error *err)
{
    cal_block *block = &slot->block;
    int number = (int)(column - reader_columns);
    void **pointer = reader_array(block, column);
    int64_t first = block->rows.row[0];
    *pointer = NULL;
    char found[80];
    if (column->optional && (!cal_table_has_column(reader->ms, column->name) ||
                             !fits(reader, column, block, first, found, sizeof found)))
        return CAL_OK;
    cal_status status = check_shape(reader, column, block, first, err);
    if (status)
        return status;
    cal_span rows = reader_span(&block->rows);
    if (reader->pieces && column->per_channel)
        status = cal_table_locate(reader->ms, column->name, column->type, rows,
                                  &slot->located[number], err);
    if (status || slot->located[number])
        return status;
    *pointer = slot->memory[number];
    status = cal_table_get(reader->ms, column->name, column->type, rows, *pointer, err);
    if (status && column->optional && !all_fit(reader, column, block)) {
        *pointer = NULL;
        return CAL_OK;
    }
    return status;
}

cal_status reader_fill(cal_reader *reader, reader_slot *slot)
{
    cal_error *err = &slot->err;
    reader_slot_clear(slot);
    cal_status status = next_window(reader, err);
    slot->end = !status && !reader->kept;
    if (status || slot->end)
        return status;
    status = pick_rows(reader, slot, err);
    slot->block.files = slot;
    for (int i = 0; i < READER_COLUMNS && !status; i++) {
        if (!(reader->what & reader_columns[i].what))
            continue;
        cal_reader_lock(reader);
        status = read_column(reader, &reader_columns[i], slot, err);
        cal_reader_unlock(reader);
    }
    return status;
}

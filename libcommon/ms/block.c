#include "ms/block.h"
#include "base/mem.h"
#include "base/thread.h"
#include "ms/reader.h"

/* What a block takes in all its array columns: enough that calls cost nothing, little enough that a
 * part of it is still in the processor's cache when the caller gets it. */
enum { BLOCK_BYTES = 4 << 20, MOST_ROWS = 65536 };

/* When pieces of it are read one by one, a block may be as long as its scalar columns like. */
enum { BLOCK_OF_PIECES = 32 << 20 };

/* ---- the thread that reads ahead ---- */

/* Fills the slots in turn; ends after the last block, an error, or when told to. */
static void *read_ahead(void *user)
{
    cal_reader *reader = user;
    for (bool last = false; !last;) {
        reader_slot *slot = &reader->slot[reader->filling];
        pthread_mutex_lock(&reader->lock);
        while ((slot->full || slot->unwritten) && !reader->stop)
            pthread_cond_wait(&reader->changed, &reader->lock);
        bool stop = reader->stop;
        pthread_mutex_unlock(&reader->lock);
        if (stop)
            break;
        slot->status = reader_fill(reader, slot);
        last = slot->status || slot->end;
        pthread_mutex_lock(&reader->lock);
        slot->full = true;
        reader->filling = (reader->filling + 1) % READER_SLOTS;
        pthread_cond_broadcast(&reader->changed);
        pthread_mutex_unlock(&reader->lock);
    }
    return NULL;
}

/* The slot of the caller goes back, the next one is waited for. A slot with an error or the end
 * stays, so that asking again gives the same answer. */
static reader_slot *next_slot(cal_reader *reader)
{
    pthread_mutex_lock(&reader->lock);
    reader_slot *slot = reader->reading < 0 ? NULL : &reader->slot[reader->reading];
    if (!slot || (!slot->status && !slot->end)) {
        if (slot)
            slot->full = false;
        pthread_cond_broadcast(&reader->changed);
        reader->reading = (reader->reading + 1) % READER_SLOTS;
        slot = &reader->slot[reader->reading];
    }
    while (!slot->full)
        pthread_cond_wait(&reader->changed, &reader->lock);
    pthread_mutex_unlock(&reader->lock);
    return slot;
}

cal_status cal_reader_next(cal_reader *reader, cal_block **block, cal_error *err)
{
    reader_slot *slot = next_slot(reader);
    *block = NULL;
    if (slot->status)
        return cal_fail(err, slot->status, "%s", slot->err.text);
    if (!slot->end)
        *block = &slot->block;
    return CAL_OK;
}

void cal_reader_lock(cal_reader *reader)
{
    pthread_mutex_lock(&reader->ms_lock);
}

void cal_reader_unlock(cal_reader *reader)
{
    pthread_mutex_unlock(&reader->ms_lock);
}

/* ---- opening and closing ---- */

static cal_status check_columns(const cal_table *ms, unsigned what, cal_error *err)
{
    for (int i = 0; i < READER_COLUMNS; i++) {
        const char *name = reader_columns[i].name;
        if (!(what & reader_columns[i].what) || reader_columns[i].optional ||
            cal_table_has_column(ms, name))
            continue;
        const char *advice = "";
        if (reader_columns[i].what == CAL_READ_CORRECTED)
            advice = "; applycal makes it";
        return cal_fail(err, CAL_INPUT, "%s has no column %s%s", cal_table_path(ms), name, advice);
    }
    return CAL_OK;
}

/* The largest cells, in elements, among data descriptions: of [chan][corr] and of [corr]. */
typedef struct largest {
    int64_t spectrum, corrs;
} largest;

static largest largest_cells(const cal_meta *meta, const int *dds, int count)
{
    largest cell = {1, 1};
    for (int i = 0; i < count; i++) {
        int nchan, ncorr;
        if (!reader_shape_of(meta, dds ? dds[i] : i, &nchan, &ncorr))
            continue;
        if ((int64_t)nchan * ncorr > cell.spectrum)
            cell.spectrum = (int64_t)nchan * ncorr;
        if (ncorr > cell.corrs)
            cell.corrs = ncorr;
    }
    return cell;
}

static int64_t row_bytes(unsigned what, largest cell)
{
    int64_t bytes = 1;
    for (int i = 0; i < READER_COLUMNS; i++)
        if (what & reader_columns[i].what)
            bytes += reader_columns[i].size *
                     (reader_columns[i].per_channel ? cell.spectrum : cell.corrs);
    return bytes;
}

/* As many rows as fill a block with the cells that are selected, whole tiles where a block is longer
 * than a tile. */
static int64_t choose_window(const cal_reader *reader)
{
    int ndim, dds = reader->meta->dds;
    const int *dd = reader->selection ? cal_selection_dds(reader->selection, &dds) : NULL;
    int64_t bytes = reader->pieces ? BLOCK_OF_PIECES : BLOCK_BYTES;
    int64_t rows = bytes / row_bytes(reader->what, largest_cells(reader->meta, dd, dds));
    int64_t tile[CAL_MAX_DIM + 1];
    if (rows > MOST_ROWS)
        rows = MOST_ROWS;
    if (cal_table_tile_shape(reader->ms, "DATA", reader->next_row, &ndim, tile) && ndim == 3 &&
        rows > tile[2])
        rows -= rows % tile[2];
    return rows > 0 ? rows : 1;
}

/* Room for any data description; what is not used is never touched. */
static void allocate(cal_reader *reader)
{
    largest cell = largest_cells(reader->meta, NULL, reader->meta->dds);
    int64_t rows = reader->end_row - reader->next_row;
    if (rows > reader->window_rows)
        rows = reader->window_rows;
    if (rows < 1)
        rows = 1;
    reader->window_rows = rows;
    reader->window = cal_rows_new(rows);
    reader->keep = CAL_NEW_ARRAY(uint8_t, rows);
    reader->index = CAL_NEW_ARRAY(int64_t, rows);
    for (int s = 0; s < READER_SLOTS; s++) {
        reader->slot[s].rows = cal_rows_new(rows);
        for (int i = 0; i < READER_COLUMNS; i++)
            if (reader->what & reader_columns[i].what)
                reader->slot[s].memory[i] = cal_alloc_aligned(
                    (size_t)(rows * (reader_columns[i].per_channel ? cell.spectrum : cell.corrs)),
                    (size_t)reader_columns[i].size);
    }
}

cal_status cal_reader_open(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                           unsigned what, const cal_reader_options *options, cal_reader **out,
                           cal_error *err)
{
    *out = NULL;
    cal_status status = check_columns(ms, what, err);
    if (status)
        return status;
    cal_reader *reader = CAL_NEW(cal_reader);
    reader->ms = ms;
    reader->meta = meta;
    reader->selection = selection;
    reader->what = what;
    reader->reading = -1;
    reader->end_row = cal_table_rows(ms);
    if (options) {
        reader->next_row = options->first_row;
        reader->window_rows = options->window;
        reader->skip = cal_rows_skip(selection, options->skip);
        reader->pieces = options->pieces;
        if (options->end_row > 0 && options->end_row < reader->end_row)
            reader->end_row = options->end_row;
    }
    if (reader->window_rows <= 0)
        reader->window_rows = choose_window(reader);
    allocate(reader);
    pthread_mutex_init(&reader->ms_lock, NULL);
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->changed, NULL);
    *out = reader;
    if (!cal_thread_start(&reader->thread, read_ahead, reader)) {
        cal_reader_close(reader);
        *out = NULL;
        return cal_fail_errno(err, CAL_BUG, "cannot start a thread");
    }
    reader->started = true;
    return CAL_OK;
}

void cal_reader_close(cal_reader *reader)
{
    if (!reader)
        return;
    if (reader->started) {
        pthread_mutex_lock(&reader->lock);
        reader->stop = true;
        pthread_cond_broadcast(&reader->changed);
        pthread_mutex_unlock(&reader->lock);
        pthread_join(reader->thread, NULL);
    }
    reader_stop_writing(reader);
    cal_rows_free(reader->window);
    free(reader->keep);
    free(reader->index);
    for (int s = 0; s < READER_SLOTS; s++) {
        reader_slot_clear(&reader->slot[s]);
        cal_rows_free(reader->slot[s].rows);
        for (int i = 0; i < READER_COLUMNS; i++)
            free(reader->slot[s].memory[i]);
    }
    pthread_mutex_destroy(&reader->ms_lock);
    pthread_mutex_destroy(&reader->lock);
    pthread_cond_destroy(&reader->changed);
    free(reader);
}

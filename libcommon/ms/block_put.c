/* Writing columns for the rows of a block: at once, or by a thread while the next blocks are made. */
#include "base/mem.h"
#include "base/thread.h"
#include "ms/reader.h"

/* ---- at once ---- */

/* What casacore has to do with it: shapes for cells that have none, and the places of the cells.
 * Where these are not to be had, *cells is NULL and the values are written here. */
static cal_status put_locked(cal_table *ms, const cal_block *block, const char *name,
                             const void *values, cal_located **cells, cal_error *err)
{
    cal_column column;
    int ndim;
    int64_t shape[CAL_MAX_DIM], cell[] = {block->ncorr, block->nchan};
    if (!cal_table_find_column(ms, name, &column))
        return cal_fail(err, CAL_BUG, "%s has no column %s", cal_table_path(ms), name);
    cal_span span = reader_span(&block->rows);
    bool defined = cal_table_cell_shape(ms, name, block->rows.row[0], &ndim, shape);
    if (!defined && column.is_array) {
        cal_status status = cal_table_set_shape(ms, name, span, column.ndim, cell, NULL, err);
        if (status)
            return status;
    }
    cal_status status = cal_table_locate(ms, name, column.type, span, cells, err);
    if (status || *cells)
        return status;
    return cal_table_put(ms, name, column.type, span, values, err);
}

static cal_status find_or_put(cal_reader *reader, cal_table *ms, const cal_block *block,
                              const char *column, const void *values, cal_located **cells,
                              cal_error *err)
{
    *cells = NULL;
    cal_reader_lock(reader);
    cal_status status = put_locked(ms, block, column, values, cells, err);
    cal_reader_unlock(reader);
    return status;
}

static cal_status write_cells(cal_located *cells, const void *values, cal_error *err)
{
    cal_status status = cal_located_write(cells, values, err);
    cal_located_free(cells);
    return status;
}

cal_status cal_block_put(cal_reader *reader, cal_table *ms, const cal_block *block,
                         const char *column, const void *values, cal_error *err)
{
    cal_located *cells;
    cal_status status = find_or_put(reader, ms, block, column, values, &cells, err);
    return cells ? write_cells(cells, values, err) : status;
}

/* ---- later ---- */

/* Writes what waits, in its order, until it is told to stop and nothing is left. A put stays the first
 * until it is written. */
static void *write_behind(void *user)
{
    cal_reader *reader = user;
    pthread_mutex_lock(&reader->lock);
    for (;;) {
        while (!reader->puts && !reader->stop)
            pthread_cond_wait(&reader->changed, &reader->lock);
        reader_put *put = reader->puts;
        if (!put)
            break;
        pthread_mutex_unlock(&reader->lock);
        cal_error err = {0};
        write_cells(put->cells, put->values, &err);
        pthread_mutex_lock(&reader->lock);
        if (!reader->put_err.status)
            reader->put_err = err;
        reader->puts = put->next;
        put->slot->unwritten--;
        free(put);
        pthread_cond_broadcast(&reader->changed);
    }
    pthread_mutex_unlock(&reader->lock);
    return NULL;
}

static void queue_put(cal_reader *reader, cal_located *cells, const void *values)
{
    reader_put *put = CAL_NEW(reader_put), **last = &reader->puts;
    *put = (reader_put){cells, values, &reader->slot[reader->reading], NULL};
    pthread_mutex_lock(&reader->lock);
    while (*last)
        last = &(*last)->next;
    *last = put;
    put->slot->unwritten++;
    pthread_cond_broadcast(&reader->changed);
    pthread_mutex_unlock(&reader->lock);
}

static cal_status put_error(cal_reader *reader, cal_error *err)
{
    pthread_mutex_lock(&reader->lock);
    cal_error failed = reader->put_err;
    pthread_mutex_unlock(&reader->lock);
    return failed.status ? cal_fail(err, failed.status, "%s", failed.text) : CAL_OK;
}

cal_status cal_block_put_later(cal_reader *reader, cal_table *ms, const cal_block *block,
                               const char *column, const void *values, cal_error *err)
{
    cal_located *cells;
    if (put_error(reader, err))
        return err->status;
    cal_status status = find_or_put(reader, ms, block, column, values, &cells, err);
    if (!cells)
        return status;
    if (!reader->writes && !cal_thread_start(&reader->writer, write_behind, reader))
        return write_cells(cells, values, err); /* no thread is to be had */
    reader->writes = true;
    queue_put(reader, cells, values);
    return CAL_OK;
}

cal_status cal_reader_finish(cal_reader *reader, cal_error *err)
{
    pthread_mutex_lock(&reader->lock);
    while (reader->puts)
        pthread_cond_wait(&reader->changed, &reader->lock);
    pthread_mutex_unlock(&reader->lock);
    return put_error(reader, err);
}

void reader_stop_writing(cal_reader *reader)
{
    if (!reader->writes)
        return;
    pthread_mutex_lock(&reader->lock);
    reader->stop = true;
    pthread_cond_broadcast(&reader->changed);
    pthread_mutex_unlock(&reader->lock);
    pthread_join(reader->writer, NULL);
}

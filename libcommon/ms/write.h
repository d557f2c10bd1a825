/* Writing MAIN of a new MS, block by block, with CASA's storage managers and tiles (fields_ms 4.6). */
#ifndef CAL_MS_WRITE_H
#define CAL_MS_WRITE_H

#include "base/error.h"
#include "ms/block.h"
#include "ms/reindex.h"
#include "table/table.h"

typedef struct cal_ms_writer cal_ms_writer;

/* A new MAIN at `path`: the columns of ms/schema.h with the frames, units and keywords that the
 * columns and the table of `like` have. `columns`: CAL_MS_DATA, ... `data_from` names the column of
 * `like` that DATA is made of. No subtables. `rows_at_most` bounds the tiles: a small set gets small
 * ones. Rows get their new ids on the way from `maps`, which the caller keeps. */
cal_status cal_ms_writer_create(const char *path, const cal_table *like, unsigned columns,
                                const char *data_from, int64_t rows_at_most,
                                const cal_reindex *maps, cal_ms_writer **writer, cal_error *err);

/* The visibilities in `columns` (CAL_MS_DATA, ...) are to be those of `ms`, unchanged: they go from file to
 * file while the caller works. `names` has the columns of `ms` in the order data, model, corrected;
 * cal_table_has_runs() must hold for them. The rows of the blocks are then rows of `ms`, which `reader`
 * reads meanwhile, and the blocks need not hold these arrays. */
void cal_ms_writer_copy(cal_ms_writer *writer, cal_table *ms, cal_reader *reader, unsigned columns,
                        const char *const *names);

/* Append the rows of some blocks. They come out in the order of their rows.row[], which ascends in
 * each block; the numbers themselves only set the order. Arrays that a column of the table needs
 * must be there: data, model, corrected, flag, weight, sigma, and the spectra. FLOAT_DATA is the real part of
 * `data`. */
cal_status cal_ms_writer_put(cal_ms_writer *writer, cal_block *const *blocks, int count,
                             cal_error *err);

int64_t cal_ms_writer_rows(const cal_ms_writer *writer);         /* written so far */
int64_t cal_ms_writer_rows_flagged(const cal_ms_writer *writer); /* with FLAG_ROW set */
cal_table *cal_ms_writer_table(cal_ms_writer *writer);           /* for keywords and subtables */

/* Everything to disk. The object is gone whatever is returned; NULL is fine. */
cal_status cal_ms_writer_close(cal_ms_writer *writer, cal_error *err);

#endif

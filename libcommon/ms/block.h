/* The visibility stream: MAIN in blocks of a few thousand rows, read along the tiles, in the order of the file.
 *
 *     cal_reader *reader;
 *     cal_reader_open(ms, meta, selection, CAL_READ_DATA | CAL_READ_FLAG, NULL, &reader, err);
 *     cal_block *block;
 *     while (!(status = cal_reader_next(reader, &block, err)) && block) { ... }
 *     cal_reader_close(reader);
 *
 * A block holds selected rows of one cell shape, in ascending row order; rows of several data descriptions and times may stand in
 * it (loop over runs of equal dd and time). A set whose data descriptions differ in shape gives one block per shape for each
 * window of rows. Memory is a few blocks whatever the size of the MS; the next blocks are read by a thread of the reader while the
 * caller works on this one, so the caller must hold cal_reader_lock() whenever it touches the same MS itself.
 */
#ifndef CAL_MS_BLOCK_H
#define CAL_MS_BLOCK_H

#include "base/error.h"
#include "ms/meta.h"
#include "ms/select.h"
#include "table/table.h"
#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

/* Scalar columns of `count` rows. */
typedef struct cal_rows {
    int64_t count;
    int64_t *row; /* row numbers in MAIN, ascending */
    int *antenna1, *antenna2, *dd, *field, *scan, *state, *observation, *array, *feed1, *feed2,
        *processor;
    double *time, *centroid, *interval, *exposure; /* s */
    double *uvw;                                   /* [row][3] m */
    uint8_t *flag_row;
} cal_rows;

/* What to read beside the scalar columns. */
enum {
    CAL_READ_DATA = 1,
    CAL_READ_CORRECTED = 2,
    CAL_READ_MODEL = 4,
    CAL_READ_FLAG = 8,
    CAL_READ_WEIGHT = 16, /* WEIGHT, [row][corr] */
    CAL_READ_SIGMA = 32,  /* SIGMA, [row][corr] */
    CAL_READ_WEIGHT_SPECTRUM =
        64, /* where the column exists and its cells are defined, else NULL */
    CAL_READ_SIGMA_SPECTRUM = 128,
    CAL_READ_FLOAT_DATA = 256 /* of single dishes */
};

/* Scalar columns that need not be read: their arrays hold anything, unless the selection looks at them. */
enum {
    CAL_SKIP_UVW = 1,
    CAL_SKIP_FEEDS = 2,
    CAL_SKIP_ARRAY = 4,
    CAL_SKIP_PROCESSOR = 8,
    CAL_SKIP_INTERVAL = 16, /* with CAL_SKIP_EXPOSURE, for which it may stand */
    CAL_SKIP_STATE = 32,
    CAL_SKIP_CENTROID = 64,
    CAL_SKIP_FLAG_ROW = 128,
    CAL_SKIP_EXPOSURE = 256,
    CAL_SKIP_ALL = 511 /* but TIME, SCAN_NUMBER and the ids of antennas, data, field, observation */
};

typedef struct cal_block {
    cal_rows rows;
    int nchan, ncorr;                        /* of the cells, before channel selection */
    float complex *data, *corrected, *model; /* [row][chan][corr]; NULL when not asked for */
    float *float_data;                       /* [row][chan][corr] */
    uint8_t *flag;                           /* [row][chan][corr] */
    float *weight, *sigma;                   /* [row][corr] */
    float *weight_spectrum, *sigma_spectrum; /* [row][chan][corr] or NULL */
    const struct reader_slot *files; /* what is still to be read from them; see cal_piece_load() */
} cal_block;

typedef struct cal_reader cal_reader;

typedef struct cal_reader_options {
    int64_t first_row, end_row; /* part of MAIN; end 0: to the end */
    int64_t
        window; /* rows looked at together; 0: chosen from the tiles, about 4 MB in all columns */
    unsigned skip; /* CAL_SKIP_... */
    bool pieces;   /* the caller reads the columns of [chan][corr] himself, by cal_piece_load() */
} cal_reader_options;

/* `selection` NULL: all rows. Asking for a column that the MS lacks is CAL_INPUT. */
cal_status cal_reader_open(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                           unsigned what, const cal_reader_options *options, cal_reader **reader,
                           cal_error *err);
/* The next block, valid until the next call or close; *block is NULL at the end. */
cal_status cal_reader_next(cal_reader *reader, cal_block **block, cal_error *err);
void cal_reader_close(cal_reader *reader); /* NULL is fine */

/* Rows first .. first + count - 1 of a block with all their columns, as a block of its own; *part is valid until the piece is
 * loaded again. With the option `pieces` the columns of [chan][corr] come straight from the files, into memory of the piece:
 * several threads read, each with a piece, and work on what is still in their cache. (Columns that cannot be had so stand in the
 * whole block.) */
typedef struct cal_piece cal_piece;
cal_piece *cal_piece_new(void);
void cal_piece_free(cal_piece *piece); /* NULL is fine */
cal_status cal_piece_load(cal_piece *piece, const cal_block *block, int64_t first, int64_t count,
                          cal_block **part, cal_error *err);

/* Between these the caller may use the MS that is being read. */
void cal_reader_lock(cal_reader *reader);
void cal_reader_unlock(cal_reader *reader);

/* A planning pass: only the scalar columns, chunk by chunk, all rows. keep[i]: is it one of the selection? False: that was enough.
 * Another thread reads the next chunk meanwhile, so the MS itself must be left alone. */
typedef bool cal_rows_taker(void *user, const cal_rows *rows, const uint8_t *keep);
/* `selection` NULL: all rows. skip: CAL_SKIP_... but for what the selection looks at. *kept: rows of the selection, up to where it ended;
 * may be NULL. */
cal_status cal_rows_pass(cal_table *ms, const cal_selection *selection, unsigned skip,
                         cal_rows_taker *take, void *user, int64_t *kept, cal_error *err);

/* Write a column for the rows of a block: `column` by name, array of [row][chan][corr] or [row][corr] as the column is. The reader
 * is locked while casacore is asked where they belong. */
cal_status cal_block_put(cal_reader *reader, cal_table *ms, const cal_block *block,
                         const char *column, const void *values, cal_error *err);

/* The same for arrays of the block that was handed out last (block->data and so on), without waiting: a thread writes them while
 * the caller goes on, and the reader leaves their memory alone until then. What fails is told by the next of these calls. */
cal_status cal_block_put_later(cal_reader *reader, cal_table *ms, const cal_block *block,
                               const char *column, const void *values, cal_error *err);
/* Wait until all of them are written; the first error. */
cal_status cal_reader_finish(cal_reader *reader, cal_error *err);

#endif

/* The insides of the reader: what block.c (slots, thread, opening), block_fill.c (windows, columns) and
 * piece.c (parts of a block) share. */
#ifndef CAL_MS_READER_H
#define CAL_MS_READER_H

#include "ms/block.h"
#include "ms/rows.h"
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* A column of MAIN that a block can hold. */
typedef struct array_column {
    unsigned what;
    const char *name;
    cal_type type;
    int size;         /* bytes per element */
    bool per_channel; /* [chan][corr], else [corr] */
    bool optional;    /* NULL where it is missing or has no value */
    size_t offset;    /* of the pointer in cal_block */
} array_column;

enum { READER_COLUMNS = 9 };
extern const array_column reader_columns[READER_COLUMNS];

/* One block with its memory. There are three: one that is being filled, one for the caller, and one that
 * is being written. */
enum { READER_SLOTS = 3 };
typedef struct reader_slot {
    cal_block block;
    cal_rows *rows;
    void *memory[READER_COLUMNS];
    cal_located *located[READER_COLUMNS]; /* columns that are read piece by piece, else NULL */
    cal_status status;
    cal_error err;
    bool full, end;
    int unwritten; /* puts that still need its memory */
} reader_slot;

/* A put that waits for the thread that writes. */
typedef struct reader_put {
    cal_located *cells;
    const void *values;
    reader_slot *slot;
    struct reader_put *next;
} reader_put;

struct cal_reader {
    cal_table *ms;
    const cal_meta *meta;
    const cal_selection *selection;
    unsigned what, skip;
    bool pieces;
    int64_t next_row, end_row, window_rows;

    cal_rows *window; /* the rows looked at together */
    uint8_t *keep;    /* of these: still to be handed out */
    int64_t *index;   /* of these: in the block that is being made */
    int64_t kept;     /* how many are still to be handed out */

    reader_slot slot[READER_SLOTS];
    int filling, reading; /* slots; reading is -1 before the first */
    pthread_mutex_t ms_lock, lock;
    pthread_cond_t changed;
    pthread_t thread, writer;
    bool started, writes, stop;

    reader_put *puts;  /* the next one first */
    cal_error put_err; /* of the first put that failed */
};

/* Make the next block in the slot: slot->end when there is none. */
cal_status reader_fill(cal_reader *reader, reader_slot *slot);

/* Forget where the columns of its last block are. */
void reader_slot_clear(reader_slot *slot);

/* The array of a column in a block. */
void **reader_array(cal_block *block, const array_column *column);

/* The puts that are left are written, and the thread that does it ends. */
void reader_stop_writing(cal_reader *reader);

/* The rows as a range where they are one. */
cal_span reader_span(const cal_rows *rows);

/* The cells of a data description; false when it names no spectral window or polarization. */
bool reader_shape_of(const cal_meta *meta, int dd, int *nchan, int *ncorr);

#endif

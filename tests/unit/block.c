/* The visibility reader on sets made here: shapes that alternate row by row, parts of the rows,
 * columns that are missing or half filled, damage. */
#include "ms/block.h"
#include "base/mem.h"
#include "ms/rows.h"
#include "ms/schema.h"
#include "table.h"
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

enum { ROWS = 1000, WIDE = 5, CORRS = 2 };

/* Data descriptions: 0 of five channels, 1 of one, two correlations both. */
static cal_spw spws[] = {{.nchan = WIDE}, {.nchan = 1}};
static cal_polarization pols[] = {{.ncorr = CORRS}};
static cal_data_desc dds[] = {{.spw = 0}, {.spw = 1}};
static cal_meta meta = {.spw = spws, .spws = 2, .pol = pols, .pols = 1, .dd = dds, .dds = 2};

static int dd_of(int64_t row)
{
    return row % 3 == 0;
}

static int nchan_of(int64_t row)
{
    return spws[dd_of(row)].nchan;
}

/* What stands in row, channel, correlation. */
static float value_of(int64_t row, int chan, int corr)
{
    return (float)(row * 100 + chan * 10 + corr);
}

static void put_cells(cal_table *ms, int64_t row, bool spectrum, cal_error *err)
{
    float complex data[WIDE * CORRS];
    float weight[WIDE * CORRS];
    uint8_t flag[WIDE * CORRS];
    int64_t shape[] = {CORRS, nchan_of(row)};
    for (int i = 0; i < nchan_of(row) * CORRS; i++) {
        data[i] = weight[i] = value_of(row, i / CORRS, i % CORRS);
        flag[i] = (row + i) % 7 == 0;
    }
    CHECK_OK(cal_table_put_cell(ms, "DATA", CAL_TYPE_COMPLEX, row, 2, shape, data, err), *err);
    CHECK_OK(cal_table_put_cell(ms, "FLAG", CAL_TYPE_BOOL, row, 2, shape, flag, err), *err);
    CHECK_OK(cal_table_put_cell(ms, "WEIGHT", CAL_TYPE_FLOAT, row, 1, shape, weight, err), *err);
    if (spectrum)
        CHECK_OK(
            cal_table_put_cell(ms, "WEIGHT_SPECTRUM", CAL_TYPE_FLOAT, row, 2, shape, weight, err),
            *err);
}

/* WEIGHT_SPECTRUM has values in the rows of dd 1 and in the first 500 others. */
static cal_table *make_ms(const char *path)
{
    cal_error err = {0};
    cal_table *ms;
    cal_column_def column[CAL_MS_MAX_COLUMNS];
    cal_manager_def manager[CAL_MS_MAX_COLUMNS];
    cal_table_def def = cal_ms_main_def(CAL_MS_DATA | CAL_MS_WEIGHT_SPECTRUM, column, manager);
    CHECK_OK(cal_table_create(path, &def, ROWS, &ms, &err), err);
    int dd[ROWS], antenna[ROWS];
    double time[ROWS];
    for (int64_t row = 0; row < ROWS; row++) {
        dd[row] = dd_of(row);
        antenna[row] = (int)(row % 10);
        time[row] = (double)(row / 10);
        put_cells(ms, row, dd_of(row) || row < 500, &err);
    }
    cal_span all = cal_span_range(0, ROWS);
    CHECK_OK(cal_table_put(ms, "DATA_DESC_ID", CAL_TYPE_INT, all, dd, &err), err);
    CHECK_OK(cal_table_put(ms, "ANTENNA2", CAL_TYPE_INT, all, antenna, &err), err);
    CHECK_OK(cal_table_put(ms, "TIME", CAL_TYPE_DOUBLE, all, time, &err), err);
    return ms;
}

/* Is every number of the block where it belongs? */
static bool block_right(const cal_block *block)
{
    for (int64_t i = 0; i < block->rows.count; i++) {
        int64_t row = block->rows.row[i];
        if (block->nchan != nchan_of(row) || block->ncorr != CORRS ||
            block->rows.dd[i] != dd_of(row) || block->rows.time[i] != (double)(row / 10) ||
            (i > 0 && row <= block->rows.row[i - 1]))
            return false;
        for (int k = 0; k < block->nchan * CORRS; k++) {
            int64_t at = i * block->nchan * CORRS + k;
            float wanted = value_of(row, k / CORRS, k % CORRS);
            if (crealf(block->data[at]) != wanted || block->flag[at] != ((row + k) % 7 == 0) ||
                (block->weight_spectrum && block->weight_spectrum[at] != wanted))
                return false;
        }
        if (block->weight[i * CORRS + 1] != value_of(row, 0, 1))
            return false;
    }
    return true;
}

typedef struct counts {
    int64_t rows, blocks, with_spectrum;
    bool right;
} counts;

/* The same of a block whose columns are still in the files, seven rows at a time. */
static bool pieces_right(const cal_block *block, cal_piece *piece, counts *tally)
{
    cal_error err = {0};
    cal_block *part;
    bool right = true;
    for (int64_t first = 0, count; first < block->rows.count; first += count) {
        count = block->rows.count - first < 7 ? block->rows.count - first : 7;
        CHECK_OK(cal_piece_load(piece, block, first, count, &part, &err), err);
        right = right && part->rows.count == count && block_right(part) &&
                part->rows.row[0] == block->rows.row[first];
        tally->with_spectrum += part->weight_spectrum ? count : 0;
    }
    return right;
}

static counts read_all(cal_table *ms, const cal_reader_options *options)
{
    unsigned what = CAL_READ_DATA | CAL_READ_FLAG | CAL_READ_WEIGHT | CAL_READ_WEIGHT_SPECTRUM;
    cal_error err = {0};
    cal_reader *reader;
    cal_block *block;
    counts tally = {.right = true};
    bool pieces = options && options->pieces;
    cal_piece *piece = cal_piece_new();
    CHECK_OK(cal_reader_open(ms, &meta, NULL, what, options, &reader, &err), err);
    for (;;) {
        CHECK_OK(cal_reader_next(reader, &block, &err), err);
        if (!block)
            break;
        tally.blocks++;
        tally.rows += block->rows.count;
        tally.right =
            tally.right && (pieces ? pieces_right(block, piece, &tally) : block_right(block));
        tally.with_spectrum += !pieces && block->weight_spectrum ? block->rows.count : 0;
    }
    CHECK_OK(cal_reader_next(reader, &block, &err), err);
    CHECK(block == NULL);
    cal_reader_close(reader);
    cal_piece_free(piece);
    return tally;
}

static void check_reading(cal_table *ms)
{
    counts whole = read_all(ms, NULL);
    CHECK(whole.right && whole.rows == ROWS && whole.blocks == 2);
    CHECK(whole.with_spectrum == 334); /* all of dd 1, for dd 0 some cell has no value */
    counts small = read_all(ms, &(cal_reader_options){.window = 64});
    CHECK(small.right && small.rows == ROWS && small.blocks == 2 * 16);
    CHECK(small.with_spectrum == 334 + 298); /* dd 0: the windows that end before row 500 */
    counts pieces = read_all(ms, &(cal_reader_options){.pieces = true});
    CHECK(pieces.right && pieces.rows == ROWS && pieces.blocks == 2);
    CHECK(pieces.with_spectrum == 334);
    pieces = read_all(ms, &(cal_reader_options){.window = 64, .pieces = true});
    CHECK(pieces.right && pieces.rows == ROWS && pieces.blocks == 2 * 16);
    CHECK(pieces.with_spectrum == 334 + 298);
    counts one = read_all(ms, &(cal_reader_options){.window = 1});
    CHECK(one.right && one.rows == ROWS && one.blocks == ROWS);
    counts part = read_all(ms, &(cal_reader_options){.first_row = 10, .end_row = 21});
    CHECK(part.right && part.rows == 11);
    counts none = read_all(ms, &(cal_reader_options){.first_row = ROWS});
    CHECK(none.rows == 0 && none.blocks == 0);
}

/* Lists of rows: of one shape, with gaps that are read over and gaps that are not. */
static void check_lists(cal_table *ms)
{
    cal_error err = {0};
    for (int step = 1; step < 400; step = step * 2 + 1) {
        int64_t rows[ROWS], count = 0;
        float weight[ROWS * CORRS];
        for (int64_t row = 0; row < ROWS; row += row % 5 ? step : 1)
            rows[count++] = row;
        CHECK_OK(
            cal_table_get(ms, "WEIGHT", CAL_TYPE_FLOAT, cal_span_list(rows, count), weight, &err),
            err);
        bool right = true;
        for (int64_t i = 0; i < count; i++)
            right = right && weight[i * CORRS] == value_of(rows[i], 0, 0) &&
                    weight[i * CORRS + 1] == value_of(rows[i], 0, 1);
        CHECK(right);
    }
}

typedef cal_status put_function(cal_reader *, cal_table *, const cal_block *, const char *,
                                const void *, cal_error *);

/* CORRECTED_DATA becomes DATA times `factor`. */
static void check_writing(cal_table *ms, float factor, put_function *put, int64_t window)
{
    cal_error err = {0};
    cal_reader *reader;
    cal_block *block;
    cal_reader_options options = {.window = window};
    CHECK_OK(cal_reader_open(ms, &meta, NULL, CAL_READ_DATA, &options, &reader, &err), err);
    while (!cal_reader_next(reader, &block, &err) && block) {
        for (int64_t i = 0; i < block->rows.count * block->nchan * CORRS; i++)
            block->data[i] *= factor;
        CHECK_OK(put(reader, ms, block, "CORRECTED_DATA", block->data, &err), err);
    }
    CHECK_OK(cal_reader_finish(reader, &err), err);
    cal_reader_close(reader);
    int64_t count = 0, wrong = 0;
    CHECK_OK(cal_reader_open(ms, &meta, NULL, CAL_READ_DATA | CAL_READ_CORRECTED,
                             &(cal_reader_options){.window = 100}, &reader, &err),
             err);
    while (!cal_reader_next(reader, &block, &err) && block)
        for (int64_t i = 0; i < block->rows.count * block->nchan * CORRS; i++, count++)
            wrong += block->corrected[i] != factor * block->data[i];
    cal_reader_close(reader);
    CHECK(count == (666 * WIDE + 334) * CORRS && wrong == 0);
}

/* A write that fails in the thread is told by one of the calls that follow, whether there is still a
 * block to come or not. */
static void check_failed_writing(cal_table *ms)
{
    cal_error err = {0};
    cal_reader *reader;
    cal_block *block;
    struct rlimit before, tiny;
    CHECK(!getrlimit(RLIMIT_FSIZE, &before));
    tiny = before;
    tiny.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    CHECK(!setrlimit(RLIMIT_FSIZE, &tiny));
    for (int64_t window = 10; window <= ROWS; window += ROWS - 10) {
        cal_reader_options options = {.window = window};
        CHECK_OK(cal_reader_open(ms, &meta, NULL, CAL_READ_DATA, &options, &reader, &err), err);
        cal_status status = CAL_OK;
        while (!status && !cal_reader_next(reader, &block, &err) && block)
            status = cal_block_put_later(reader, ms, block, "CORRECTED_DATA", block->data, &err);
        if (!status)
            status = cal_reader_finish(reader, &err);
        CHECK(status == CAL_OUTPUT && strstr(err.text, "column CORRECTED_DATA, row"));
        cal_reader_close(reader);
    }
    CHECK(!setrlimit(RLIMIT_FSIZE, &before));
}

static void check_stopping(cal_table *ms)
{
    cal_error err = {0};
    cal_reader *reader;
    cal_block *block;
    cal_reader_options small = {.window = 10};
    CHECK_OK(cal_reader_open(ms, &meta, NULL, CAL_READ_DATA, &small, &reader, &err), err);
    cal_reader_close(reader); /* before the first block */
    CHECK_OK(cal_reader_open(ms, &meta, NULL, CAL_READ_DATA, &small, &reader, &err), err);
    CHECK_OK(cal_reader_next(reader, &block, &err), err);
    cal_reader_close(reader); /* in the middle */
    cal_reader_close(NULL);
    CHECK_FAILS(cal_reader_open(ms, &meta, NULL, CAL_READ_MODEL, NULL, &reader, &err), CAL_INPUT,
                "has no column MODEL_DATA", err);
}

/* Open, read to the end or the first error, and say what the error was. */
static cal_status read_damaged(cal_table *ms, unsigned what, cal_error *err)
{
    cal_reader *reader;
    cal_block *block;
    cal_status status =
        cal_reader_open(ms, &meta, NULL, what, &(cal_reader_options){.window = 50}, &reader, err);
    while (!status && !(status = cal_reader_next(reader, &block, err)) && block)
        ;
    if (status)
        CHECK(cal_reader_next(reader, &block, err) == status); /* and again */
    cal_reader_close(reader);
    return status;
}

static void check_damage(cal_table *ms)
{
    cal_error err = {0};
    spws[1].nchan = 4; /* the table has one channel in these rows */
    CHECK_FAILS(read_damaged(ms, CAL_READ_DATA, &err), CAL_INPUT,
                "column DATA, row 0 has 2 correlations and 1 channels where 2 correlations and 4",
                err);
    spws[1].nchan = 1;
    meta.dds = 1;
    CHECK_FAILS(read_damaged(ms, CAL_READ_DATA, &err), CAL_INPUT, "row 0 has 1, which names no",
                err);
    meta.dds = 2;
    dds[1].spw = 0; /* the first rows of dd 0 that turn out to be of dd 1's shape */
    CHECK_FAILS(read_damaged(ms, CAL_READ_DATA, &err), CAL_INPUT, "column DATA, row 0", err);
    dds[1].spw = 1;
    CHECK(read_damaged(ms, CAL_READ_DATA, &err) == CAL_OK);
}

static bool count_rows(void *user, const cal_rows *rows, const uint8_t *keep)
{
    int64_t *count = user;
    for (int64_t i = 0; i < rows->count; i++, ++*count)
        if (!keep[i] || rows->row[i] != *count || rows->antenna2[i] != *count % 10 ||
            rows->dd[i] != dd_of(*count))
            *count = -ROWS;
    return true;
}

static void check_pass(cal_table *ms)
{
    cal_error err = {0};
    int64_t count = 0, kept = 0;
    CHECK_OK(cal_rows_pass(ms, NULL, 0, count_rows, &count, &kept, &err), err);
    CHECK(count == ROWS && kept == ROWS);
}

typedef struct taker {
    int64_t rows, chunks, wanted;
} taker;

static bool take_chunks(void *user, const cal_rows *rows, const uint8_t *keep)
{
    taker *to = user;
    (void)keep;
    to->rows += rows->count;
    return ++to->chunks < to->wanted;
}

/* A pass ends when its caller has seen enough. */
static void check_long_pass(const cal_table_def *def)
{
    cal_error err = {0};
    cal_table *ms;
    int64_t kept;
    taker all = {.wanted = 99}, first = {.wanted = 1};
    CHECK_OK(cal_table_create("long.ms", def, 100000, &ms, &err), err);
    CHECK_OK(cal_rows_pass(ms, NULL, CAL_SKIP_UVW, take_chunks, &all, NULL, &err), err);
    CHECK(all.rows == 100000 && all.chunks > 1);
    CHECK_OK(cal_rows_pass(ms, NULL, CAL_SKIP_UVW, take_chunks, &first, &kept, &err), err);
    CHECK(first.chunks == 1 && first.rows == kept && kept < 100000);
    CHECK_OK(cal_table_close(ms, &err), err);
}

/* Columns that a foreign set lacks. */
static void check_missing_columns(void)
{
    static const cal_column_def few[] = {
        {.name = "TIME", .type = CAL_TYPE_DOUBLE},
        {.name = "INTERVAL", .type = CAL_TYPE_DOUBLE},
        {.name = "ANTENNA1", .type = CAL_TYPE_INT},
        {.name = "ANTENNA2", .type = CAL_TYPE_INT},
        {.name = "DATA_DESC_ID", .type = CAL_TYPE_INT},
        {.name = "FIELD_ID", .type = CAL_TYPE_INT},
        {.name = "UVW", .type = CAL_TYPE_DOUBLE, .ndim = 1, .shape = {3}},
    };
    cal_table_def def = {.column = few, .columns = CAL_COUNT(few)};
    cal_error err = {0};
    cal_table *ms;
    cal_rows *rows = cal_rows_new(2);
    CHECK_OK(cal_table_create("few.ms", &def, 2, &ms, &err), err);
    double time[] = {7, 8}, interval[] = {1, 2}, uvw[6] = {0};
    cal_span both = cal_span_range(0, 2);
    CHECK_OK(cal_table_put(ms, "TIME", CAL_TYPE_DOUBLE, both, time, &err), err);
    CHECK_OK(cal_table_put(ms, "INTERVAL", CAL_TYPE_DOUBLE, both, interval, &err), err);
    CHECK_OK(cal_table_put(ms, "UVW", CAL_TYPE_DOUBLE, both, uvw, &err), err);
    CHECK_OK(cal_rows_read(ms, 0, 2, 0, rows, &err), err);
    CHECK(rows->centroid[1] == 8 && rows->exposure[1] == 2 && rows->state[0] == -1 &&
          rows->flag_row[0] == 0 && rows->scan[0] == 0);
    cal_rows_free(rows);
    CHECK_OK(cal_table_close(ms, &err), err);
    check_long_pass(&def);
    def.columns = 3;
    taker none = {0};
    CHECK_OK(cal_table_create("none.ms", &def, 2, &ms, &err), err);
    CHECK_FAILS(cal_rows_pass(ms, NULL, 0, take_chunks, &none, NULL, &err), CAL_INPUT,
                "is not a MeasurementSet", err);
    CHECK(none.chunks == 0);
    CHECK_OK(cal_table_close(ms, &err), err);
}

int main(void)
{
    cal_error err = {0};
    if (!unit_folder_enter())
        return 1;
    cal_table *ms = make_ms("a.ms");
    check_reading(ms);
    check_lists(ms);
    CHECK_OK(cal_table_add_column_like(ms, "CORRECTED_DATA", "DATA", "corrected", &err), err);
    check_writing(ms, 2, cal_block_put, 0);
    check_writing(ms, 3, cal_block_put_later, 10);
    check_writing(ms, 4, cal_block_put_later, 0);
    check_failed_writing(ms);
    check_stopping(ms);
    check_damage(ms);
    check_pass(ms);
    CHECK_OK(cal_table_close(ms, &err), err);
    check_missing_columns();
    return unit_done();
}

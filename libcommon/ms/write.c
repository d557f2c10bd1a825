#include "ms/write.h"

#include "base/json.h"
#include "base/mem.h"
#include "ms/average.h"
#include "ms/reader.h"
#include "ms/rows.h"
#include "ms/schema.h"
#include <string.h>

enum { TILE_BYTES = 1 << 20 };

struct cal_ms_writer {
    cal_table *table;
    unsigned columns;
    int64_t rows, rows_at_most, rows_flagged;
    const cal_reindex *maps;
    bool *incremental; /* by column of ms/rows.h: kept by an IncrementalStMan */
    double (*last)[3]; /* by column: the value of the row before */
    int64_t *changed;  /* rows that change in the column at hand */
    int64_t changed_room;
    /* Columns that are copied from file to file: what they are in `source`, which `reader` reads. */
    const char *copied[CAL_MAX_DATA_COLUMNS];
    cal_table *source;
    cal_reader *reader;
    cal_copier *copier;
};

/* ---- creating ---- */

/* "uvw ITRF" as it stands in a column's MEASINFO; NULL where there is none. */
static char *measure_of(const cal_table *like, const char *column)
{
    jv keywords = cal_table_keywords(like, column);
    jv info = cal_json_at(keywords, "MEASINFO");
    const char *type = cal_json_text_at(info, "type", NULL);
    const char *frame = cal_json_text_at(info, "Ref", NULL);
    char *measure = type && frame ? cal_format("%s %s", type, frame) : NULL;
    jv_free(info);
    jv_free(keywords);
    return measure;
}

static cal_status copy_keywords(cal_table *table, const char *column, jv keywords, cal_error *err)
{
    cal_status status = CAL_OK;
    jv_object_foreach(keywords, key, value)
    {
        const char *name = jv_string_value(key);
        bool sub =
            jv_get_kind(value) == JV_KIND_STRING && !strncmp(jv_string_value(value), "Table: ", 7);
        /* CHANNEL_SELECTION belongs to the spws of another MS; the measures are there already. */
        if (status || sub || !strcmp(name, "CHANNEL_SELECTION") || !strcmp(name, "MEASINFO") ||
            !strcmp(name, "QuantumUnits"))
            jv_free(value);
        else
            status = cal_table_set_keyword(table, column, name, value, err);
        jv_free(key);
    }
    jv_free(keywords);
    return status;
}

static cal_status copy_all_keywords(cal_table *table, const cal_table *like, const char *data_from,
                                    cal_error *err)
{
    cal_status status = copy_keywords(table, NULL, cal_table_keywords(like, NULL), err);
    for (int i = 0; i < cal_table_column_count(table) && !status; i++) {
        cal_column column;
        cal_table_column_at(table, i, &column);
        const char *from = !strcmp(column.name, "DATA") ? data_from : column.name;
        if (cal_table_has_column(like, from))
            status = copy_keywords(table, column.name, cal_table_keywords(like, from), err);
    }
    return status;
}

static cal_status create_table(const char *path, const cal_table *like, unsigned columns,
                               cal_table **table, cal_error *err)
{
    cal_column_def column[CAL_MS_MAX_COLUMNS];
    cal_manager_def manager[CAL_MS_MAX_COLUMNS];
    char *measure[CAL_MS_MAX_COLUMNS] = {0};
    cal_table_def def = cal_ms_main_def(columns, column, manager);
    for (int i = 0; i < def.columns; i++)
        if (column[i].measure && (measure[i] = measure_of(like, column[i].name)))
            column[i].measure = measure[i];
    cal_status status = cal_table_create(path, &def, 0, table, err);
    for (int i = 0; i < def.columns; i++)
        free(measure[i]);
    return status;
}

cal_status cal_ms_writer_create(const char *path, const cal_table *like, unsigned columns,
                                const char *data_from, int64_t rows_at_most,
                                const cal_reindex *maps, cal_ms_writer **writer, cal_error *err)
{
    cal_table *table;
    *writer = NULL;
    cal_zero_new_memory(true); /* casacore writes the unused end of a last tile as it was */
    cal_status status = create_table(path, like, columns, &table, err);
    cal_zero_new_memory(false);
    if (status)
        return status;
    if ((status = cal_table_set_info(table, "Measurement Set", "UVFITS", err)) ||
        (status = copy_all_keywords(table, like, data_from, err))) {
        cal_table_close(table, NULL);
        return status;
    }
    *writer = CAL_NEW(cal_ms_writer);
    **writer = (cal_ms_writer){.table = table,
                               .columns = columns,
                               .rows_at_most = rows_at_most,
                               .maps = maps,
                               .incremental = CAL_NEW_ARRAY(bool, cal_row_column_count),
                               .last = cal_alloc(cal_row_column_count, 3 * sizeof(double))};
    for (int c = 0; c < cal_row_column_count; c++) {
        cal_column column;
        (*writer)->incremental[c] =
            cal_table_find_column(table, cal_row_columns[c].name, &column) &&
            !strcmp(column.manager_type, "IncrementalStMan");
    }
    return CAL_OK;
}

/* The order of a writer's data columns. */
static const struct {
    unsigned bit;
    const char *column;
} visibilities[CAL_MAX_DATA_COLUMNS] = {
    {CAL_MS_DATA, "DATA"}, {CAL_MS_MODEL, "MODEL_DATA"}, {CAL_MS_CORRECTED, "CORRECTED_DATA"}};

void cal_ms_writer_copy(cal_ms_writer *writer, cal_table *ms, cal_reader *reader, unsigned columns,
                        const char *const *names)
{
    for (int i = 0, n = 0; i < CAL_MAX_DATA_COLUMNS; i++)
        if (columns & visibilities[i].bit)
            writer->copied[i] = names[n++];
    writer->source = ms;
    writer->reader = reader;
    writer->copier = cal_copier_new();
}

/* ---- rows ---- */

/* Where a row stands among the blocks, in the order of the output. */
typedef struct place {
    int block;
    int64_t at;
} place;

/* Merge the ascending row lists; few blocks, so a linear look for the next one will do. */
static place *merge(cal_block *const *blocks, int count, int64_t total)
{
    place *order = CAL_NEW_ARRAY(place, total);
    int64_t *next = CAL_NEW_ARRAY(int64_t, count);
    for (int64_t i = 0; i < total; i++) {
        int best = -1;
        for (int b = 0; b < count; b++)
            if (next[b] < blocks[b]->rows.count &&
                (best < 0 || blocks[b]->rows.row[next[b]] < blocks[best]->rows.row[next[best]]))
                best = b;
        order[i] = (place){best, next[best]++};
    }
    free(next);
    return order;
}

/* The values of all rows in their order; without `order` there is one block. */
static void gather(char *values, const cal_row_column *column, cal_block *const *blocks,
                   const place *order, int64_t total)
{
    if (!order)
        memcpy(values, cal_row_values(&blocks[0]->rows, column), total * column->size);
    for (int64_t i = 0; i < total && order; i++)
        memcpy(values + i * column->size,
               cal_row_values(&blocks[order[i].block]->rows, column) + order[i].at * column->size,
               column->size);
}

static const cal_id_map *map_of_column(const cal_reindex *maps, const char *column)
{
    const struct {
        const char *column;
        const cal_id_map *map;
    } mapped[] = {
        {"ANTENNA1", &maps->antenna}, {"ANTENNA2", &maps->antenna},
        {"ARRAY_ID", &maps->array},   {"DATA_DESC_ID", &maps->dd},
        {"FIELD_ID", &maps->field},   {"OBSERVATION_ID", &maps->observation},
        {"STATE_ID", &maps->state},
    };
    for (size_t i = 0; i < CAL_COUNT(mapped); i++)
        if (!strcmp(column, mapped[i].column))
            return mapped[i].map->all ? NULL : mapped[i].map;
    return NULL;
}

/* Spares a call for each value of the usual sizes. */
static bool same_value(const char *a, const char *b, size_t size)
{
    switch (size) {
    case sizeof(int):
        return !memcmp(a, b, sizeof(int));
    case sizeof(double):
        return !memcmp(a, b, sizeof(double));
    default:
        return !memcmp(a, b, size);
    }
}

/* An IncrementalStMan gives new rows the value of the row before: only rows that change are put.
 * Their values move to the front of `values`; returns how many. */
static int64_t find_changes(cal_ms_writer *writer, const cal_row_column *column, int number,
                            char *values, int64_t total)
{
    size_t size = (size_t)column->size;
    int64_t count = 0;
    if (total > writer->changed_room) {
        writer->changed_room = total;
        writer->changed = cal_grow(writer->changed, total, sizeof *writer->changed);
    }
    const char *last = (const char *)writer->last[number];
    for (int64_t i = 0; i < total; i++) {
        const char *value = values + i * size;
        if (writer->rows + i > 0 && same_value(last, value, size))
            continue;
        last = memmove(values + count * size, value, size);
        writer->changed[count++] = writer->rows + i;
    }
    memmove(writer->last[number], last, size);
    return count;
}

static cal_status put_scalars(cal_ms_writer *writer, cal_block *const *blocks, const place *order,
                              int64_t total, cal_error *err)
{
    char *values = cal_alloc(3 * total, sizeof(double));
    cal_status status = CAL_OK;
    for (int c = 0; c < cal_row_column_count && !status; c++) {
        const cal_row_column *column = &cal_row_columns[c];
        const cal_id_map *map = map_of_column(writer->maps, column->name);
        cal_span span = cal_span_range(writer->rows, total);
        gather(values, column, blocks, order, total);
        for (int64_t i = 0; i < total && map; i++)
            ((int *)values)[i] = cal_id_new(map, ((int *)values)[i]);
        if (writer->incremental[c]) {
            int64_t changes = find_changes(writer, column, c, values, total);
            span = cal_span_list(writer->changed, changes);
        }
        status = cal_table_put(writer->table, column->name, column->type, span, values, err);
    }
    free(values);
    return status;
}

static int64_t tile_rows(const cal_ms_writer *writer, int64_t bytes_per_row)
{
    int64_t rows = bytes_per_row ? TILE_BYTES / bytes_per_row : 1;
    if (rows > writer->rows_at_most)
        rows = writer->rows_at_most;
    return rows > 0 ? rows : 1;
}

static cal_status give_shape(cal_ms_writer *writer, const char *column, cal_type type, int ndim,
                             const int64_t *shape, cal_span span, cal_error *err)
{
    int64_t element = type == CAL_TYPE_COMPLEX ? 8 : type == CAL_TYPE_FLOAT ? 4 : 1;
    int64_t tile[CAL_MAX_DIM + 1] = {shape[0], shape[1]};
    tile[ndim] = tile_rows(writer, element * shape[0] * (ndim > 1 ? shape[1] : 1));
    cal_zero_new_memory(true);
    cal_status status = cal_table_set_shape(writer->table, column, span, ndim, shape, tile, err);
    cal_zero_new_memory(false);
    return status;
}

static cal_status put_array(cal_ms_writer *writer, const char *column, cal_type type, int ndim,
                            const int64_t *shape, cal_span span, const void *values, cal_error *err)
{
    cal_status status = give_shape(writer, column, type, ndim, shape, span, err);
    return status ? status : cal_table_put(writer->table, column, type, span, values, err);
}

static cal_status put_power(cal_ms_writer *writer, const cal_block *block, cal_span span,
                            const int64_t *shape, cal_error *err)
{
    int64_t count = span.count * shape[0] * shape[1];
    float *power = CAL_NEW_ARRAY(float, count);
    for (int64_t i = 0; i < count; i++)
        power[i] = crealf(block->data[i]);
    cal_status status = put_array(writer, "FLOAT_DATA", CAL_TYPE_FLOAT, 2, shape, span, power, err);
    free(power);
    return status;
}

/* Cells of the source, in the places of the rows of the output. */
static cal_status copy_cells(cal_ms_writer *writer, const char *from, const char *column,
                             const cal_block *block, cal_span span, const int64_t *shape,
                             cal_error *err)
{
    cal_file_run *source = NULL, *target = NULL;
    int64_t sources = 0, targets = 0;
    cal_status status = give_shape(writer, column, CAL_TYPE_COMPLEX, 2, shape, span, err);
    if (status)
        return status;
    cal_reader_lock(writer->reader);
    status = cal_table_find_runs(writer->source, from, CAL_TYPE_COMPLEX, reader_span(&block->rows),
                                 2, shape, &source, &sources, err);
    cal_reader_unlock(writer->reader);
    if (!status)
        status = cal_table_find_runs(writer->table, column, CAL_TYPE_COMPLEX, span, 2, shape,
                                     &target, &targets, err);
    if (!status)
        status = cal_copier_add(writer->copier, source, sources, target, targets, err);
    free(source);
    free(target);
    return status;
}

static cal_status put_visibilities(cal_ms_writer *writer, const cal_block *block, cal_span span,
                                   const int64_t *shape, cal_error *err)
{
    const float complex *values[CAL_MAX_DATA_COLUMNS] = {block->data, block->model,
                                                         block->corrected};
    cal_status status = CAL_OK;
    for (int i = 0; i < CAL_MAX_DATA_COLUMNS && !status; i++) {
        if (!(writer->columns & visibilities[i].bit))
            continue;
        if (writer->copied[i])
            status = copy_cells(writer, writer->copied[i], visibilities[i].column, block, span,
                                shape, err);
        else
            status = put_array(writer, visibilities[i].column, CAL_TYPE_COMPLEX, 2, shape, span,
                               values[i], err);
    }
    return status;
}

static cal_status put_arrays(cal_ms_writer *writer, const cal_block *block, cal_span span,
                             cal_error *err)
{
    const struct {
        unsigned bit;
        const char *column;
        cal_type type;
        int ndim;
        const void *values;
    } arrays[] = {
        {0, "FLAG", CAL_TYPE_BOOL, 2, block->flag},
        {0, "WEIGHT", CAL_TYPE_FLOAT, 1, block->weight},
        {0, "SIGMA", CAL_TYPE_FLOAT, 1, block->sigma},
        {CAL_MS_WEIGHT_SPECTRUM, "WEIGHT_SPECTRUM", CAL_TYPE_FLOAT, 2, block->weight_spectrum},
        {CAL_MS_SIGMA_SPECTRUM, "SIGMA_SPECTRUM", CAL_TYPE_FLOAT, 2, block->sigma_spectrum},
    };
    const int64_t shape[] = {block->ncorr, block->nchan};
    cal_status status = put_visibilities(writer, block, span, shape, err);
    for (size_t i = 0; i < CAL_COUNT(arrays) && !status; i++)
        if (!arrays[i].bit || (writer->columns & arrays[i].bit))
            status = put_array(writer, arrays[i].column, arrays[i].type, arrays[i].ndim, shape,
                               span, arrays[i].values, err);
    if (!status && (writer->columns & CAL_MS_FLOAT_DATA))
        status = put_power(writer, block, span, shape, err);
    return status;
}

/* The arrays of one of several blocks: runs of neighbouring output rows go together. */
static cal_status put_merged_arrays(cal_ms_writer *writer, const cal_block *block, int number,
                                    const place *order, int64_t total, cal_error *err)
{
    int64_t *list = CAL_NEW_ARRAY(int64_t, block->rows.count), count = 0;
    for (int64_t i = 0; i < total; i++)
        if (order[i].block == number)
            list[count++] = writer->rows + i;
    cal_status status = put_arrays(writer, block, cal_span_list(list, count), err);
    free(list);
    return status;
}

cal_status cal_ms_writer_put(cal_ms_writer *writer, cal_block *const *blocks, int count,
                             cal_error *err)
{
    int64_t total = 0;
    for (int b = 0; b < count; b++)
        total += blocks[b]->rows.count;
    if (!total)
        return CAL_OK;
    place *order = count > 1 ? merge(blocks, count, total) : NULL;
    cal_status status = cal_table_add_rows(writer->table, total, err);
    if (!status)
        status = put_scalars(writer, blocks, order, total, err);
    if (!status && !order)
        status = put_arrays(writer, blocks[0], cal_span_range(writer->rows, total), err);
    for (int b = 0; b < count && order && !status; b++)
        status = put_merged_arrays(writer, blocks[b], b, order, total, err);
    for (int b = 0; b < count; b++)
        for (int64_t i = 0; i < blocks[b]->rows.count; i++)
            writer->rows_flagged += blocks[b]->rows.flag_row[i] != 0;
    free(order);
    writer->rows += total;
    return status;
}

int64_t cal_ms_writer_rows(const cal_ms_writer *writer)
{
    return writer->rows;
}

int64_t cal_ms_writer_rows_flagged(const cal_ms_writer *writer)
{
    return writer->rows_flagged;
}

cal_table *cal_ms_writer_table(cal_ms_writer *writer)
{
    return writer->table;
}

cal_status cal_ms_writer_close(cal_ms_writer *writer, cal_error *err)
{
    if (!writer)
        return CAL_OK;
    cal_status status = cal_table_close(writer->table, err);
    cal_status copied = cal_copier_end(writer->copier, status ? NULL : err);
    free(writer->incremental);
    free(writer->last);
    free(writer->changed);
    free(writer);
    return status ? status : copied;
}

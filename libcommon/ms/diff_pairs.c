/* Pairs of rows. In any order they are matched slice by slice in time, so that memory holds the keys
 * of a slice only. */
#include "base/mem.h"
#include "ms/diff_parts.h"
#include <math.h>
#include <string.h>

enum { BATCH = 8192, CHUNK = 65536, SLICE_ROWS = 400000, ID_COLUMNS = 8 };

static const char *const id_columns[ID_COLUMNS] = {"ANTENNA1",       "ANTENNA2",    "DATA_DESC_ID",
                                                   "FIELD_ID",       "SCAN_NUMBER", "STATE_ID",
                                                   "OBSERVATION_ID", "ARRAY_ID"};

typedef struct row_key {
    int64_t time; /* ms */
    int id[ID_COLUMNS];
    int64_t row;
} row_key;

typedef struct key_list {
    row_key *key;
    int64_t count, room;
} key_list;

struct cal_pairs {
    cal_table *a, *b;
    bool any_order;
    int64_t next, total; /* of the pairs at hand, or of all rows in their own order */
    int64_t *row_a, *row_b;
    int64_t *edge; /* ms; slice i is edge[i] <= time < edge[i + 1] */
    int slices, slice;
    int64_t only_a, only_b;
};

static int64_t milliseconds(double time)
{
    return (int64_t)llround(time * 1000);
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Every so-many-th time of a table, to cut it into slices of about SLICE_ROWS rows. */
static cal_status sample_times(cal_table *table, int64_t step, int64_t *sample, int64_t *count,
                               cal_error *err)
{
    double *time = CAL_NEW_ARRAY(double, CHUNK);
    cal_status status = CAL_OK;
    for (int64_t first = 0; first < cal_table_rows(table) && !status; first += CHUNK) {
        int64_t left = cal_table_rows(table) - first, rows = left < CHUNK ? left : CHUNK;
        status =
            cal_table_get(table, "TIME", CAL_TYPE_DOUBLE, cal_span_range(first, rows), time, err);
        for (int64_t i = (step - first % step) % step; i < rows && !status; i += step)
            sample[(*count)++] = milliseconds(time[i]);
    }
    free(time);
    return status;
}

static cal_status cut_slices(cal_pairs *pairs, cal_error *err)
{
    int64_t rows_a = cal_table_rows(pairs->a), rows_b = cal_table_rows(pairs->b);
    int64_t rows = rows_a > rows_b ? rows_a : rows_b, step = 1 + rows / 4096, count = 0;
    int64_t *sample = CAL_NEW_ARRAY(int64_t, 2 + (rows_a + rows_b) / step + 2);
    cal_status status = sample_times(pairs->a, step, sample, &count, err);
    if (!status)
        status = sample_times(pairs->b, step, sample, &count, err);
    qsort(sample, count, sizeof *sample, compare_numbers);
    pairs->slices = 1 + (int)(rows / SLICE_ROWS);
    pairs->edge = CAL_NEW_ARRAY(int64_t, pairs->slices + 1);
    pairs->edge[0] = INT64_MIN;
    for (int i = 1; i < pairs->slices; i++)
        pairs->edge[i] = sample[i * count / pairs->slices];
    pairs->edge[pairs->slices] = INT64_MAX;
    free(sample);
    return status;
}

cal_status cal_pairs_open(cal_table *a, cal_table *b, bool any_order, cal_pairs **pairs,
                          cal_error *err)
{
    cal_pairs *made = CAL_NEW(cal_pairs);
    *made = (cal_pairs){.a = a, .b = b, .any_order = any_order};
    *pairs = made;
    if (any_order)
        return cut_slices(made, err);
    made->total = cal_table_rows(a);
    made->row_a = CAL_NEW_ARRAY(int64_t, BATCH);
    made->row_b = CAL_NEW_ARRAY(int64_t, BATCH);
    return CAL_OK;
}

void cal_pairs_close(cal_pairs *pairs)
{
    if (!pairs)
        return;
    free(pairs->row_a);
    free(pairs->row_b);
    free(pairs->edge);
    free(pairs);
}

void cal_pairs_unmatched(const cal_pairs *pairs, int64_t *only_a, int64_t *only_b)
{
    *only_a = pairs->only_a;
    *only_b = pairs->only_b;
}

/* ---- one slice ---- */

static void add_key(key_list *list, const row_key *key)
{
    if (list->count == list->room) {
        list->room = list->room ? list->room + list->room / 2 : 65536;
        list->key = cal_grow(list->key, list->room, sizeof *list->key);
    }
    list->key[list->count++] = *key;
}

static cal_status collect_chunk(cal_table *table, cal_span span, const int64_t edge[2],
                                double *time, int *ids[ID_COLUMNS], key_list *list, cal_error *err)
{
    cal_status status = cal_table_get(table, "TIME", CAL_TYPE_DOUBLE, span, time, err);
    bool any = false;
    for (int64_t i = 0; i < span.count && !status; i++)
        any |= milliseconds(time[i]) >= edge[0] && milliseconds(time[i]) < edge[1];
    for (int c = 0; c < ID_COLUMNS && any && !status; c++)
        status = cal_table_get(table, id_columns[c], CAL_TYPE_INT, span, ids[c], err);
    for (int64_t i = 0; i < span.count && any && !status; i++) {
        row_key key = {.time = milliseconds(time[i]), .row = span.first + i};
        for (int c = 0; c < ID_COLUMNS; c++)
            key.id[c] = ids[c][i];
        if (key.time >= edge[0] && key.time < edge[1])
            add_key(list, &key);
    }
    return status;
}

static int compare_ids(const row_key *x, const row_key *y)
{
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    for (int c = 0; c < ID_COLUMNS; c++)
        if (x->id[c] != y->id[c])
            return x->id[c] < y->id[c] ? -1 : 1;
    return 0;
}

static int compare_keys(const void *a, const void *b)
{
    const row_key *x = a, *y = b;
    int order = compare_ids(x, y);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static cal_status collect(cal_table *table, const int64_t edge[2], key_list *list, cal_error *err)
{
    double *time = CAL_NEW_ARRAY(double, CHUNK);
    int *ids[ID_COLUMNS];
    cal_status status = CAL_OK;
    for (int c = 0; c < ID_COLUMNS; c++)
        ids[c] = CAL_NEW_ARRAY(int, CHUNK);
    for (int64_t first = 0; first < cal_table_rows(table) && !status; first += CHUNK) {
        int64_t left = cal_table_rows(table) - first;
        status = collect_chunk(table, cal_span_range(first, left < CHUNK ? left : CHUNK), edge,
                               time, ids, list, err);
    }
    for (int c = 0; c < ID_COLUMNS; c++)
        free(ids[c]);
    free(time);
    if (!status && list->count)
        qsort(list->key, list->count, sizeof *list->key, compare_keys);
    return status;
}

typedef struct row_pair {
    int64_t a, b;
} row_pair;

static void match(cal_pairs *pairs, const key_list *a, const key_list *b)
{
    row_pair *found = CAL_NEW_ARRAY(row_pair, a->count);
    int64_t i = 0, j = 0, count = 0;
    while (i < a->count && j < b->count) {
        int order = compare_ids(&a->key[i], &b->key[j]);
        if (!order)
            found[count++] = (row_pair){a->key[i++].row, b->key[j++].row};
        else if (order < 0)
            i++, pairs->only_a++;
        else
            j++, pairs->only_b++;
    }
    pairs->only_a += a->count - i;
    pairs->only_b += b->count - j;
    qsort(found, count, sizeof *found, compare_numbers); /* by row of a, to read along the file */
    pairs->row_a = cal_grow(pairs->row_a, count + 1, sizeof(int64_t));
    pairs->row_b = cal_grow(pairs->row_b, count + 1, sizeof(int64_t));
    for (int64_t n = 0; n < count; n++) {
        pairs->row_a[n] = found[n].a;
        pairs->row_b[n] = found[n].b;
    }
    pairs->next = 0;
    pairs->total = count;
    free(found);
}

static cal_status next_slice(cal_pairs *pairs, cal_error *err)
{
    key_list a = {0}, b = {0};
    const int64_t *edge = &pairs->edge[pairs->slice++];
    cal_status status = collect(pairs->a, edge, &a, err);
    if (!status)
        status = collect(pairs->b, edge, &b, err);
    if (!status)
        match(pairs, &a, &b);
    free(a.key);
    free(b.key);
    return status;
}

cal_status cal_pairs_next(cal_pairs *pairs, const int64_t **row_a, const int64_t **row_b,
                          int64_t *count, cal_error *err)
{
    while (pairs->any_order && pairs->next == pairs->total && pairs->slice < pairs->slices) {
        cal_status status = next_slice(pairs, err);
        if (status)
            return status;
    }
    int64_t left = pairs->total - pairs->next, at = pairs->any_order ? pairs->next : 0;
    *count = left < BATCH ? left : BATCH;
    for (int64_t i = 0; i < *count && !pairs->any_order; i++)
        pairs->row_a[i] = pairs->row_b[i] = pairs->next + i;
    *row_a = pairs->row_a + at;
    *row_b = pairs->row_b + at;
    pairs->next += *count;
    return CAL_OK;
}

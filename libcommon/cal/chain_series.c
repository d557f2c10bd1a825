/* The rows of a table as time series, one for each antenna and spw and whatever else keeps
 * solutions apart. */
#include "base/mem.h"
#include "base/number.h"
#include "cal/chain_parts.h"
#include <math.h>
#include <string.h>

typedef struct sortable {
    cal_series_key key;
    double time;
    int64_t row;
} sortable;

static int compare_keys(const cal_series_key *a, const cal_series_key *b)
{
    const int left[] = {a->spw, a->antenna, a->field, a->observation, a->scan};
    const int right[] = {b->spw, b->antenna, b->field, b->observation, b->scan};
    for (size_t i = 0; i < CAL_COUNT(left); i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

static int compare(const void *left, const void *right)
{
    const sortable *a = left, *b = right;
    int order = compare_keys(&a->key, &b->key);
    if (order)
        return order;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

static int64_t select_rows(const cal_caltable *table, const cal_series_rule *rule, sortable *out)
{
    int64_t count = 0;
    for (int64_t row = 0; row < table->rows; row++) {
        int field = table->field[row];
        bool known = field >= 0 && field < table->meta->fields;
        if (!table->npar[row] || (rule->fields && !(known && rule->fields[field])))
            continue;
        out[count++] =
            (sortable){{table->spw_id[row], table->antenna1[row], rule->by_field ? field : -1,
                        rule->by_observation ? table->observation[row] : -1,
                        rule->by_scan ? table->scan[row] : -1},
                       table->time[row],
                       row};
    }
    qsort(out, count, sizeof *out, compare);
    return count;
}

/* Steps of more than half a turn between solutions are taken for turns of the phase. */
static void track_turns(const cal_term *term, const cal_series_entry *entry,
                        cal_series_index *index)
{
    const cal_caltable *table = term->table;
    const int64_t *row = &index->row[entry->first];
    for (int i = 1; i < entry->series.count; i++)
        for (int e = 0; e < table->npar[row[i]] * table->nchan[row[i]]; e++) {
            double step = (double)term->phase[table->offset[row[i]] + e] -
                          term->phase[table->offset[row[i - 1]] + e];
            index->turns[table->offset[row[i]] + e] = index->turns[table->offset[row[i - 1]] + e] -
                                                      2 * CAL_PI * nearbyint(step / (2 * CAL_PI));
        }
}

/* Times as CASA holds them: float seconds from a whole second before the first. */
static void add_entry(const sortable *from, int count, int64_t first, cal_series_index *index)
{
    cal_series_entry *entry = &index->entry[index->entries++];
    double reference = floor(from->time - 1);
    *entry = (cal_series_entry){from->key, {count, reference, &index->time[first]}, first};
    for (int i = 0; i < count; i++) {
        index->row[first + i] = from[i].row;
        index->time[first + i] = (float)(from[i].time - reference);
    }
    index->has_spw[from->key.spw] = 1;
}

void cal_series_build(const cal_term *term, const cal_series_rule *rule, cal_series_index *index)
{
    const cal_caltable *table = term->table;
    sortable *row = CAL_NEW_ARRAY(sortable, table->rows);
    int64_t rows = select_rows(table, rule, row);
    *index = (cal_series_index){.entry = CAL_NEW_ARRAY(cal_series_entry, rows),
                                .row = CAL_NEW_ARRAY(int64_t, rows),
                                .time = CAL_NEW_ARRAY(float, rows),
                                .has_spw = CAL_NEW_ARRAY(uint8_t, table->spws)};
    if (rule->track_turns)
        index->turns = CAL_NEW_ARRAY(double, table->elements);
    for (int64_t first = 0, end; first < rows; first = end) {
        for (end = first + 1; end < rows && !compare_keys(&row[first].key, &row[end].key);)
            end++;
        add_entry(&row[first], (int)(end - first), first, index);
        if (rule->track_turns)
            track_turns(term, &index->entry[index->entries - 1], index);
    }
    free(row);
}

void cal_series_free(cal_series_index *index)
{
    free(index->entry);
    free(index->row);
    free(index->time);
    free(index->turns);
    free(index->has_spw);
}

const cal_series_entry *cal_series_find(const cal_series_index *index, cal_series_key key)
{
    int low = 0, high = index->entries;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = compare_keys(&index->entry[middle].key, &key);
        if (order == 0)
            return &index->entry[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

#include "ms/timebin.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "ms/rows.h"
#include <math.h>
#include <string.h>

/* Sums over the rows of a bin, with the rule of ms/average.h: while all rows are wholly flagged, all
 * count, each with weight 1; then only the good ones. */
typedef struct row_sums {
    double weight, count;
    double centroid_weighted, centroid; /* from the bin's first TIME */
    double uvw_weighted[3], uvw[3];
    double exposure;
} row_sums;

typedef struct bin {
    cal_sums samples;
    const cal_cells *cells;
    cal_rows first; /* one row: whose ids, TIME and INTERVAL the bin starts from */
    row_sums sums;
    bool good;                             /* a row with an unflagged sample was seen */
    double counted_time, counted_interval; /* of the last row that counts */
    double last_time, last_interval;       /* of the last row */
    int64_t head, tail;                    /* rows of the block at hand */
    cal_block *sheet;                      /* where it is written to */
    int64_t at;
} bin;

/* A baseline in a group, in the order in which they appear. */
typedef struct lane {
    int antenna1, antenna2, feed1, feed2;
    double last_time;
    bin *open;
} lane;

typedef struct group {
    int key[6];
    int64_t last_row;
    lane *lanes;
    int lane_count, slots;
    int *slot; /* hash table: number of a lane + 1 */
} group;

typedef struct bin_list {
    bin **bin;
    int64_t count, room;
} bin_list;

struct cal_timebins {
    const cal_timebin_rule *rule;
    group *groups;
    int64_t group_count, group_slots;
    int64_t *group_slot; /* hash table: number of a group + 1 */
    group *recent;
    bin_list touched, closed, spare; /* spare bins keep their memory */
    int64_t *next;                   /* chains of rows of the block at hand */
    int64_t next_room;
    int64_t disorder, emitted;
};

cal_timebins *cal_timebins_make(const cal_timebin_rule *rule)
{
    cal_timebins *bins = CAL_NEW(cal_timebins);
    bins->rule = rule;
    return bins;
}

static void free_bin(bin *b)
{
    cal_sums_free(&b->samples);
    cal_rows_release(&b->first);
    free(b);
}

static void free_lanes(group *g)
{
    for (int i = 0; i < g->lane_count; i++)
        if (g->lanes[i].open)
            free_bin(g->lanes[i].open);
    free(g->lanes);
    free(g->slot);
    g->lanes = NULL;
    g->slot = NULL;
    g->lane_count = g->slots = 0;
}

void cal_timebins_free(cal_timebins *bins)
{
    if (!bins)
        return;
    for (int64_t i = 0; i < bins->group_count; i++)
        free_lanes(&bins->groups[i]);
    for (int64_t i = 0; i < bins->spare.count; i++)
        free_bin(bins->spare.bin[i]);
    free(bins->groups);
    free(bins->group_slot);
    free(bins->touched.bin);
    free(bins->closed.bin);
    free(bins->spare.bin);
    free(bins->next);
    free(bins);
}

static void append(bin_list *list, bin *b)
{
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 256;
        list->bin = cal_grow(list->bin, list->room, sizeof *list->bin);
    }
    list->bin[list->count++] = b;
}

/* ---- groups and lanes ---- */

static uint64_t hash_ints(const int *value, int count)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a over whole integers */
    for (int i = 0; i < count; i++)
        hash = (hash ^ (uint32_t)value[i]) * 1099511628211u;
    return hash ^ (hash >> 32);
}

static void make_key(const cal_timebin_rule *rule, const cal_rows *rows, int64_t i, int key[6])
{
    key[0] = rows->observation[i];
    key[1] = rows->array[i];
    key[2] = rule->combine_scan ? 0 : rows->scan[i];
    key[3] = rule->combine_state ? 0 : rows->state[i];
    key[4] = rows->field[i];
    key[5] = rows->dd[i];
}

static void rehash_groups(cal_timebins *bins)
{
    bins->group_slots = bins->group_slots ? 2 * bins->group_slots : 256;
    free(bins->group_slot);
    bins->group_slot = CAL_NEW_ARRAY(int64_t, bins->group_slots);
    bins->groups = cal_grow(bins->groups, bins->group_slots, sizeof *bins->groups);
    bins->recent = NULL;
    for (int64_t n = 0; n < bins->group_count; n++) {
        uint64_t at = hash_ints(bins->groups[n].key, 6) & (bins->group_slots - 1);
        while (bins->group_slot[at])
            at = (at + 1) & (bins->group_slots - 1);
        bins->group_slot[at] = n + 1;
    }
}

static group *find_group(cal_timebins *bins, const cal_rows *rows, int64_t i)
{
    int key[6];
    make_key(bins->rule, rows, i, key);
    if (bins->recent && !memcmp(bins->recent->key, key, sizeof key))
        return bins->recent;
    if (2 * (bins->group_count + 1) > bins->group_slots)
        rehash_groups(bins);
    uint64_t at = hash_ints(key, 6) & (bins->group_slots - 1);
    for (; bins->group_slot[at]; at = (at + 1) & (bins->group_slots - 1)) {
        group *g = &bins->groups[bins->group_slot[at] - 1];
        if (!memcmp(g->key, key, sizeof key))
            return bins->recent = g;
    }
    group *made = &bins->groups[bins->group_count++];
    *made = (group){.last_row = -1};
    memcpy(made->key, key, sizeof key);
    bins->group_slot[at] = bins->group_count;
    return bins->recent = made;
}

static uint64_t hash_lane(const lane *l)
{
    return hash_ints((int[]){l->antenna1, l->antenna2, l->feed1, l->feed2}, 4);
}

static void rehash_lanes(group *g)
{
    g->slots = g->slots ? 2 * g->slots : 64;
    free(g->slot);
    g->slot = CAL_NEW_ARRAY(int, g->slots);
    g->lanes = cal_grow(g->lanes, g->slots, sizeof *g->lanes);
    for (int n = 0; n < g->lane_count; n++) {
        uint64_t at = hash_lane(&g->lanes[n]) & (g->slots - 1);
        while (g->slot[at])
            at = (at + 1) & (g->slots - 1);
        g->slot[at] = n + 1;
    }
}

static lane *find_lane(group *g, const cal_rows *rows, int64_t i)
{
    lane wanted = {rows->antenna1[i], rows->antenna2[i], rows->feed1[i],
                   rows->feed2[i],    rows->time[i],     NULL};
    if (2 * (g->lane_count + 1) > g->slots)
        rehash_lanes(g);
    uint64_t at = hash_lane(&wanted) & (g->slots - 1);
    for (; g->slot[at]; at = (at + 1) & (g->slots - 1)) {
        lane *l = &g->lanes[g->slot[at] - 1];
        if (l->antenna1 == wanted.antenna1 && l->antenna2 == wanted.antenna2 &&
            l->feed1 == wanted.feed1 && l->feed2 == wanted.feed2)
            return l;
    }
    g->lanes[g->lane_count] = wanted;
    g->slot[at] = ++g->lane_count;
    return &g->lanes[g->lane_count - 1];
}

void cal_timebins_plan(cal_timebins *bins, const cal_rows *rows, const uint8_t *keep)
{
    for (int64_t i = 0; i < rows->count; i++)
        if (keep[i])
            find_group(bins, rows, i)->last_row = rows->row[i];
}

int64_t cal_timebins_disorder(const cal_timebins *bins)
{
    return bins->disorder;
}

/* ---- bins: which rows belong together ---- */

static bin *open_bin(cal_timebins *bins, const cal_rows *rows, int64_t i)
{
    const cal_cells *cells = &bins->rule->cells[rows->dd[i]];
    bin *b = NULL;
    for (int64_t n = bins->spare.count - 1; n >= 0 && !b; n--)
        if (bins->spare.bin[n]->cells == cells) {
            b = bins->spare.bin[n];
            bins->spare.bin[n] = bins->spare.bin[--bins->spare.count];
        }
    if (!b) {
        b = CAL_NEW(bin);
        b->cells = cells;
        cal_rows_grow(&b->first, 1);
        cal_sums_make(&b->samples, cells, bins->rule->average);
    }
    cal_sums_clear(&b->samples, bins->rule->average);
    cal_rows_copy(&b->first, 0, rows, i);
    b->sums = (row_sums){0};
    b->good = false;
    b->head = b->tail = -1;
    return b;
}

static bool fits(const cal_timebin_rule *rule, const bin *b, const cal_rows *rows, int64_t i)
{
    double later = rows->time[i] - b->first.time[0];
    if (later < 0 || later > 0.999 * rule->width)
        return false;
    double apart = 0;
    for (int k = 0; k < 3; k++) {
        double d = rows->uvw[3 * i + k] - b->first.uvw[k];
        apart += d * d;
    }
    return !(rule->uvw_distance > 0) || sqrt(apart) <= rule->uvw_distance;
}

static void close_lane(cal_timebins *bins, lane *l)
{
    if (l->open)
        append(&bins->closed, l->open);
    l->open = NULL;
}

static void close_group(cal_timebins *bins, group *g)
{
    for (int n = 0; n < g->lane_count; n++)
        close_lane(bins, &g->lanes[n]);
    free_lanes(g);
}

static void assign(cal_timebins *bins, group *g, const cal_rows *rows, int64_t i)
{
    lane *l = find_lane(g, rows, i);
    bins->disorder += rows->time[i] < l->last_time;
    l->last_time = rows->time[i];
    if (l->open && !fits(bins->rule, l->open, rows, i))
        close_lane(bins, l);
    if (!l->open)
        l->open = open_bin(bins, rows, i);
    bin *b = l->open;
    bins->next[i] = -1;
    if (b->head < 0) {
        b->head = i;
        append(&bins->touched, b);
    } else {
        bins->next[b->tail] = i;
    }
    b->tail = i;
}

/* ---- sums ---- */

static void add_row(bin *b, const cal_timebin_rule *rule, const cal_rows *rows, int64_t i,
                    const cal_sample_row *row)
{
    bool good = cal_sums_add(&b->samples, b->cells, rule->average, row);
    b->last_time = rows->time[i];
    b->last_interval = rows->interval[i];
    if (!good && b->good)
        return;
    if (good && !b->good)
        b->sums = (row_sums){0};
    b->good = good;
    double weight = good && rule->row_kind >= 0 ? 0 : 1;
    for (int p = 0; p < b->cells->ncorr && good && rule->row_kind >= 0; p++)
        weight += row->weight[rule->row_kind][b->cells->corr[p]];
    row_sums *sums = &b->sums;
    double centroid = rows->centroid[i] - b->first.time[0];
    sums->weight += weight;
    sums->count++;
    sums->centroid_weighted += weight * centroid;
    sums->centroid += centroid;
    for (int k = 0; k < 3; k++) {
        sums->uvw_weighted[k] += weight * rows->uvw[3 * i + k];
        sums->uvw[k] += rows->uvw[3 * i + k];
    }
    sums->exposure += rows->exposure[i];
    b->counted_time = rows->time[i];
    b->counted_interval = rows->interval[i];
}

/* Rows without any weight are averaged plainly. */
static void finish_row(const bin *b, const cal_timebin_rule *rule, cal_rows *rows, int64_t at)
{
    const row_sums *sums = &b->sums;
    double first = b->first.time[0];
    double last = rule->casa ? b->counted_time : b->last_time;
    double interval = rule->casa ? b->counted_interval : b->last_interval;
    bool weighted = sums->weight > 0;
    bool zeros = rule->casa && !weighted; /* CASA: UVW is 0 then */
    double divisor = weighted ? sums->weight : sums->count;
    rows->time[at] = first + (last - first) / 2;
    rows->interval[at] =
        last == first ? b->first.interval[0] : last - first + (b->first.interval[0] + interval) / 2;
    rows->exposure[at] = sums->exposure;
    rows->centroid[at] =
        zeros ? first : first + (weighted ? sums->centroid_weighted : sums->centroid) / divisor;
    for (int k = 0; k < 3; k++)
        rows->uvw[3 * at + k] =
            zeros ? 0 : (weighted ? sums->uvw_weighted : sums->uvw)[k] / divisor;
}

/* ---- the work on a block, over bins in parallel ---- */

typedef struct block_work {
    cal_timebins *bins;
    const cal_rows *rows;
    cal_timebins_row row_of;
    void *user;
} block_work;

static void fill(void *user, int item, int worker)
{
    block_work *work = user;
    bin *b = work->bins->touched.bin[item];
    for (int64_t i = b->head; i >= 0; i = work->bins->next[i]) {
        cal_sample_row row = {0};
        work->row_of(work->user, i, worker, &row);
        add_row(b, work->bins->rule, work->rows, i, &row);
    }
    b->head = -1;
}

static void finish(void *user, int item, int worker)
{
    (void)worker;
    cal_timebins *bins = user;
    bin *b = bins->closed.bin[item];
    cal_averaged_row out = cal_sheet_row(b->sheet, b->at);
    cal_sums_finish(&b->samples, b->cells, bins->rule->average, &out);
    finish_row(b, bins->rule, &b->sheet->rows, b->at);
    b->sheet->rows.flag_row[b->at] =
        !bins->rule->casa && !memchr(out.flag, 0, (size_t)b->cells->nchan * b->cells->ncorr);
}

static void emit_closed(cal_timebins *bins, cal_sheets *sheets)
{
    for (int64_t n = 0; n < bins->closed.count; n++) {
        bin *b = bins->closed.bin[n];
        b->sheet = cal_sheets_reserve(sheets, b->cells, 1, &b->at);
        cal_rows_copy(&b->sheet->rows, b->at, &b->first, 0);
        b->sheet->rows.row[b->at] = bins->emitted++;
    }
    cal_parallel(bins->rule->jobs, (int)bins->closed.count, finish, bins);
    for (int64_t n = 0; n < bins->closed.count; n++)
        append(&bins->spare, bins->closed.bin[n]);
    bins->closed.count = 0;
}

void cal_timebins_add(cal_timebins *bins, const cal_rows *rows, const uint8_t *drop,
                      cal_timebins_row row_of, void *user, cal_sheets *sheets)
{
    if (rows->count > bins->next_room) {
        bins->next_room = rows->count;
        bins->next = cal_grow(bins->next, bins->next_room, sizeof *bins->next);
    }
    for (int64_t i = 0; i < rows->count; i++) {
        group *g = find_group(bins, rows, i);
        if (!drop || !drop[i])
            assign(bins, g, rows, i);
        if (g->last_row == rows->row[i])
            close_group(bins, g);
    }
    block_work work = {bins, rows, row_of, user};
    cal_parallel(bins->rule->jobs, (int)bins->touched.count, fill, &work);
    bins->touched.count = 0;
    emit_closed(bins, sheets);
}

void cal_timebins_end(cal_timebins *bins, cal_sheets *sheets)
{
    for (int64_t i = 0; i < bins->group_count; i++)
        close_group(bins, &bins->groups[i]);
    emit_closed(bins, sheets);
}

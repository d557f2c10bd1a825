/* The pass over MAIN, and what follows from its groups. */
#include "ms/summary.h"
#include "base/mem.h"
#include "ms/block.h"
#include <math.h>
#include <string.h>

/* ---- groups while rows come in ---- */

/* Groups by key, in an open hash table of indices (-1: free). */
typedef struct builder {
    cal_summary *summary;
    const cal_meta *meta;
    int *slot, slots; /* slots is a power of two */
    int room;
} builder;

static bool same_key(const cal_group *group, const cal_group *key)
{
    return group->scan == key->scan && group->field == key->field && group->dd == key->dd &&
           group->state == key->state && group->observation == key->observation &&
           group->array == key->array;
}

static unsigned hash_key(const cal_group *key)
{
    const int part[] = {key->observation, key->array, key->scan, key->field, key->state, key->dd};
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < CAL_COUNT(part); i++)
        hash = (hash ^ (unsigned)part[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static int *find_slot(const builder *built, const cal_group *key)
{
    unsigned at = hash_key(key) & (built->slots - 1);
    while (built->slot[at] >= 0 && !same_key(&built->summary->group[built->slot[at]], key))
        at = (at + 1) & (built->slots - 1);
    return &built->slot[at];
}

static void grow_slots(builder *built)
{
    free(built->slot);
    built->slots = built->slots ? 2 * built->slots : 64;
    built->slot = CAL_NEW_ARRAY(int, built->slots);
    memset(built->slot, 0xff, built->slots * sizeof *built->slot);
    for (int g = 0; g < built->summary->groups; g++)
        *find_slot(built, &built->summary->group[g]) = g;
}

static cal_group *group_of(builder *built, const cal_group *key)
{
    cal_summary *summary = built->summary;
    if (2 * summary->groups >= built->slots)
        grow_slots(built);
    int *slot = find_slot(built, key);
    if (*slot < 0) {
        if (summary->groups == built->room) {
            built->room = built->room ? 2 * built->room : 32;
            summary->group = cal_grow(summary->group, built->room, sizeof *summary->group);
        }
        *slot = summary->groups;
        summary->group[summary->groups] = *key;
        summary->group[summary->groups].antenna = CAL_NEW_ARRAY(uint8_t, built->meta->antennas);
        summary->groups++;
    }
    return &summary->group[*slot];
}

static void add_time(cal_group *group, double time)
{
    int at = group->times;
    while (at > 0 && group->time[at - 1] > time)
        at--;
    if (at > 0 && group->time[at - 1] == time)
        return;
    if (group->times == group->room) {
        group->room = group->room ? 2 * group->room : 16;
        group->time = cal_grow(group->time, group->room, sizeof *group->time);
    }
    memmove(&group->time[at + 1], &group->time[at], (group->times - at) * sizeof *group->time);
    group->time[at] = time;
    group->times++;
}

static cal_group key_of(const cal_rows *rows, int64_t i)
{
    return (cal_group){.observation = rows->observation[i],
                       .array = rows->array[i],
                       .scan = rows->scan[i],
                       .field = rows->field[i],
                       .state = rows->state[i],
                       .dd = rows->dd[i],
                       .begin = INFINITY,
                       .end = -INFINITY,
                       .first_exposure = rows->exposure[i]};
}

static void add_row(builder *built, cal_group *group, const cal_rows *rows, int64_t i)
{
    int antennas = built->meta->antennas, one = rows->antenna1[i], two = rows->antenna2[i];
    double half = rows->interval[i] / 2;
    group->rows++;
    group->autos += one == two;
    group->begin = fmin(group->begin, rows->time[i] - half);
    group->end = fmax(group->end, rows->time[i] + half);
    group->interval += rows->interval[i];
    group->exposure += rows->exposure[i];
    if (!group->times || group->time[group->times - 1] != rows->time[i])
        add_time(group, rows->time[i]);
    if ((unsigned)one >= (unsigned)antennas || (unsigned)two >= (unsigned)antennas)
        return;
    group->antenna[one] = group->antenna[two] = 1;
    built->summary->antenna_rows[one]++;
    built->summary->antenna_rows[two] += one != two;
    built->summary
        ->baseline_rows[one < two ? (size_t)one * antennas + two : (size_t)two * antennas + one]++;
}

static bool add_rows(void *user, const cal_rows *rows, const uint8_t *keep)
{
    builder *built = user;
    cal_group *group = NULL;
    for (int64_t i = 0; i < rows->count; i++) {
        if (!keep[i])
            continue;
        cal_group key = key_of(rows, i);
        if (!group || !same_key(group, &key))
            group = group_of(built, &key);
        add_row(built, group, rows, i);
    }
    return true;
}

/* ---- what follows from the groups ---- */

static int compare_scans(const cal_group *a, const cal_group *b)
{
    if (a->observation != b->observation)
        return a->observation < b->observation ? -1 : 1;
    if (a->array != b->array)
        return a->array < b->array ? -1 : 1;
    return (a->scan > b->scan) - (a->scan < b->scan);
}

static int compare_groups(const void *one, const void *two)
{
    const cal_group *a = one, *b = two;
    int order = compare_scans(a, b);
    if (order)
        return order;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->field != b->field)
        return a->field < b->field ? -1 : 1;
    return a->state != b->state ? (a->state < b->state ? -1 : 1)
                                : (a->dd > b->dd) - (a->dd < b->dd);
}

static int compare_ints(const void *one, const void *two)
{
    int a = *(const int *)one, b = *(const int *)two;
    return (a > b) - (a < b);
}

static void sort_ids(cal_id_list *list)
{
    int kept = 0;
    qsort(list->id, list->count, sizeof *list->id, compare_ints);
    for (int i = 0; i < list->count; i++)
        if (!i || list->id[i] != list->id[kept - 1])
            list->id[kept++] = list->id[i];
    list->count = kept;
}

/* Room is doubled when the count is a power of two. */
static void push_id(cal_id_list *list, int id)
{
    if (list->count && list->id[list->count - 1] == id)
        return;
    if (!(list->count & (list->count - 1)))
        list->id = cal_grow(list->id, list->count ? 2 * list->count : 1, sizeof *list->id);
    list->id[list->count++] = id;
}

static void number_scans(cal_summary *summary)
{
    for (int g = 0; g < summary->groups; g++) {
        const cal_group *group = &summary->group[g];
        push_id(&summary->arrays, group->array);
        if (g && !compare_scans(group, &summary->group[g - 1]))
            continue;
        summary->scan = cal_grow(summary->scan, summary->scans + 1, sizeof *summary->scan);
        summary->scan[summary->scans++] = (cal_scan){group->observation, group->array, group->scan};
    }
    if (summary->arrays.count)
        sort_ids(&summary->arrays);
}

int cal_summary_scan(const cal_summary *summary, int observation, int array, int number)
{
    cal_group key = {.observation = observation, .array = array, .scan = number};
    int low = 0, high = summary->scans;
    while (low < high) {
        int middle = (low + high) / 2;
        const cal_scan *scan = &summary->scan[middle];
        cal_group other = {
            .observation = scan->observation, .array = scan->array, .scan = scan->scan};
        int order = compare_scans(&key, &other);
        if (!order)
            return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return -1;
}

/* The ids of a group in every kind; -1 where an id is outside its table. */
static void ids_of_group(const cal_summary *summary, const cal_meta *meta, int g, int id[CAL_KINDS])
{
    const cal_group *group = &summary->group[g];
    id[CAL_BY_GROUP] = g;
    id[CAL_BY_SCAN] = cal_summary_scan(summary, group->observation, group->array, group->scan);
    id[CAL_BY_FIELD] = group->field;
    id[CAL_BY_STATE] = group->state;
    id[CAL_BY_DD] = group->dd;
    id[CAL_BY_OBSERVATION] = group->observation;
    id[CAL_BY_SPW] = cal_group_spw(group, meta);
    for (int kind = 0; kind < CAL_KINDS; kind++)
        if ((unsigned)id[kind] >= (unsigned)summary->counts[kind])
            id[kind] = -1;
}

static void relate_group(cal_summary *summary, const int id[CAL_KINDS], int64_t rows)
{
    for (int a = 0; a < CAL_KINDS; a++) {
        if (id[a] < 0)
            continue;
        summary->rows_of[a][id[a]] += rows;
        for (int b = 0; b < CAL_KINDS; b++)
            if (id[b] >= 0)
                push_id(&summary->related[a][b][id[a]], id[b]);
    }
}

static void relate(cal_summary *summary, const cal_meta *meta)
{
    const int counts[CAL_KINDS] = {[CAL_BY_GROUP] = summary->groups,
                                   [CAL_BY_SCAN] = summary->scans,
                                   [CAL_BY_FIELD] = meta->fields,
                                   [CAL_BY_STATE] = meta->states,
                                   [CAL_BY_SPW] = meta->spws,
                                   [CAL_BY_DD] = meta->dds,
                                   [CAL_BY_OBSERVATION] = meta->observations};
    memcpy(summary->counts, counts, sizeof counts);
    for (int a = 0; a < CAL_KINDS; a++) {
        summary->rows_of[a] = CAL_NEW_ARRAY(int64_t, counts[a]);
        for (int b = 0; b < CAL_KINDS; b++)
            summary->related[a][b] = CAL_NEW_ARRAY(cal_id_list, counts[a]);
    }
    for (int g = 0; g < summary->groups; g++) {
        int id[CAL_KINDS];
        ids_of_group(summary, meta, g, id);
        relate_group(summary, id, summary->group[g].rows);
    }
    for (int a = 0; a < CAL_KINDS; a++)
        for (int b = 0; b < CAL_KINDS; b++)
            for (int i = 0; i < counts[a]; i++)
                if (summary->related[a][b][i].count)
                    sort_ids(&summary->related[a][b][i]);
}

static void total(cal_summary *summary)
{
    for (int g = 0; g < summary->groups; g++) {
        const cal_group *group = &summary->group[g];
        summary->rows += group->rows;
        summary->autos += group->autos;
        summary->begin = g ? fmin(summary->begin, group->begin) : group->begin;
        summary->end = g ? fmax(summary->end, group->end) : group->end;
    }
}

cal_status cal_summary_read(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                            cal_summary **summary, cal_error *err)
{
    cal_error own;
    err = err ? err : &own;
    cal_summary *made = CAL_NEW(cal_summary);
    builder built = {.summary = made, .meta = meta};
    made->antennas = meta->antennas;
    made->antenna_rows = CAL_NEW_ARRAY(int64_t, meta->antennas);
    made->baseline_rows = CAL_NEW_ARRAY(int64_t, (size_t)meta->antennas * meta->antennas);
    const unsigned wanted = CAL_SKIP_ARRAY | CAL_SKIP_STATE | CAL_SKIP_INTERVAL | CAL_SKIP_EXPOSURE;
    cal_status status =
        cal_rows_pass(ms, selection, CAL_SKIP_ALL & ~wanted, add_rows, &built, NULL, err);
    free(built.slot);
    if (made->groups)
        qsort(made->group, made->groups, sizeof *made->group, compare_groups);
    number_scans(made);
    relate(made, meta);
    total(made);
    *summary = made;
    if (status) {
        cal_summary_free(made);
        *summary = NULL;
    }
    return status;
}

void cal_summary_free(cal_summary *summary)
{
    if (!summary)
        return;
    for (int g = 0; g < summary->groups; g++) {
        free(summary->group[g].time);
        free(summary->group[g].antenna);
    }
    for (int a = 0; a < CAL_KINDS; a++) {
        for (int b = 0; b < CAL_KINDS; b++) {
            for (int i = 0; i < summary->counts[a]; i++)
                free(summary->related[a][b][i].id);
            free(summary->related[a][b]);
        }
        free(summary->rows_of[a]);
    }
    free(summary->group);
    free(summary->scan);
    free(summary->arrays.id);
    free(summary->antenna_rows);
    free(summary->baseline_rows);
    free(summary);
}

/* ---- answers ---- */

const cal_id_list *cal_summary_related(const cal_summary *summary, cal_kind kind, int id,
                                       cal_kind wanted)
{
    return &summary->related[kind][wanted][id];
}

static int compare_doubles(const void *one, const void *two)
{
    double a = *(const double *)one, b = *(const double *)two;
    return (a > b) - (a < b);
}

double *cal_summary_times(const cal_summary *summary, const cal_meta *meta, cal_kind kind, int id,
                          int spw, int *count)
{
    const cal_id_list *groups = cal_summary_related(summary, kind, id, CAL_BY_GROUP);
    size_t all = 0;
    for (int i = 0; i < groups->count; i++)
        all += summary->group[groups->id[i]].times;
    double *time = CAL_NEW_ARRAY(double, all);
    int used = 0, kept = 0;
    for (int i = 0; i < groups->count; i++) {
        const cal_group *group = &summary->group[groups->id[i]];
        if (spw >= 0 && cal_group_spw(group, meta) != spw)
            continue;
        memcpy(&time[used], group->time, group->times * sizeof *time);
        used += group->times;
    }
    qsort(time, used, sizeof *time, compare_doubles);
    for (int i = 0; i < used; i++)
        if (!kept || time[i] != time[kept - 1])
            time[kept++] = time[i];
    *count = kept;
    return time;
}

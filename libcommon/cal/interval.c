#include "cal/interval.h"

#include "base/mem.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

static const double BOUND_LEAD = 0.01; /* s; a bound lies this much before its first time */

/* ---- what was asked for ---- */

cal_status cal_solint_parse(const char *text, cal_solint *solint, cal_error *err)
{
    cal_words parts = cal_words_split(text, ',');
    const char *time = parts.count ? parts.item[0] : "";
    cal_status status = CAL_OK;
    *solint = (cal_solint){.seconds = INFINITY};
    if (!strcmp(time, "int"))
        solint->integration = true;
    else if (strcmp(time, "inf"))
        status = cal_parse_quantity(time, "s", "s", &solint->seconds, err);
    if (status)
        cal_prefix(err, "--solint %s: int, inf or a time is wanted", text);
    else if (!(solint->seconds > 0))
        status = cal_fail(err, CAL_USAGE, "--solint %s: must be above 0", text);
    cal_words_free(&parts);
    return status;
}

cal_status cal_combine_parse(const char *text, cal_combine *combine, cal_error *err)
{
    static const char *const names[] = {"scan", "spw", "field", "obs"};
    bool *const wanted[] = {&combine->scan, &combine->spw, &combine->field, &combine->obs};
    cal_words words = cal_words_split(text, ',');
    cal_status status = CAL_OK;
    *combine = (cal_combine){0};
    for (int i = 0; i < words.count && !status; i++) {
        size_t k = 0;
        while (k < CAL_COUNT(names) && strcmp(words.item[i], names[k]))
            k++;
        if (k < CAL_COUNT(names))
            *wanted[k] = true;
        else
            status =
                cal_fail(err, CAL_USAGE, "--combine %s: must be a list of scan, spw, field, obs",
                         words.item[i]);
    }
    cal_words_free(&words);
    return status;
}

/* ---- instants ---- */

static unsigned hash_of(int observation, int scan, int field, int dd, double time)
{
    uint64_t bits;
    memcpy(&bits, &time, sizeof bits);
    uint64_t h = bits ^ (uint64_t)(unsigned)observation << 48 ^ (uint64_t)(unsigned)scan << 32 ^
                 (uint64_t)(unsigned)field << 16 ^ (uint64_t)(unsigned)dd;
    h = (h ^ h >> 31) * 0x9e3779b97f4a7c15u;
    return (unsigned)(h >> 33);
}

static bool same_instant(const cal_instant *a, const cal_rows *rows, int64_t i)
{
    return a->time == rows->time[i] && a->dd == rows->dd[i] && a->field == rows->field[i] &&
           a->scan == rows->scan[i] && a->observation == rows->observation[i];
}

/* The slot that holds the instant of row i, or the empty one where it belongs. */
static int *find_slot(const cal_plan *plan, const cal_rows *rows, int64_t i)
{
    unsigned at =
        hash_of(rows->observation[i], rows->scan[i], rows->field[i], rows->dd[i], rows->time[i]);
    for (;; at++) {
        int *slot = &plan->slot[at % (unsigned)plan->slots];
        if (*slot < 0 || same_instant(&plan->instant[*slot], rows, i))
            return slot;
    }
}

/* At most half of the slots are taken. */
static void grow_slots(cal_plan *plan)
{
    plan->slots = plan->slots ? 2 * plan->slots : 1024;
    free(plan->slot);
    plan->slot = CAL_NEW_ARRAY(int, plan->slots);
    memset(plan->slot, 0xff, (size_t)plan->slots * sizeof *plan->slot);
    plan->instant = cal_grow(plan->instant, (size_t)plan->slots / 2, sizeof *plan->instant);
    for (int k = 0; k < plan->instants; k++) {
        const cal_instant *a = &plan->instant[k];
        unsigned at = hash_of(a->observation, a->scan, a->field, a->dd, a->time);
        while (plan->slot[at % (unsigned)plan->slots] >= 0)
            at++;
        plan->slot[at % (unsigned)plan->slots] = k;
    }
}

static int add_instant(cal_plan *plan, const cal_rows *rows, int64_t i)
{
    if (plan->instants >= plan->slots / 2)
        grow_slots(plan);
    int *slot = find_slot(plan, rows, i);
    if (*slot < 0) {
        *slot = plan->instants++;
        plan->instant[*slot] = (cal_instant){.observation = rows->observation[i],
                                             .scan = rows->scan[i],
                                             .field = rows->field[i],
                                             .dd = rows->dd[i],
                                             .time = rows->time[i],
                                             .first_row = rows->row[i]};
    }
    return *slot;
}

static bool take_rows(void *user, const cal_rows *rows, const uint8_t *keep)
{
    cal_plan *plan = user;
    int last = -1; /* rows of one instant stand together as a rule */
    for (int64_t i = 0; i < rows->count; i++) {
        if (!keep[i] || rows->antenna1[i] == rows->antenna2[i])
            continue;
        if (last < 0 || !same_instant(&plan->instant[last], rows, i))
            last = add_instant(plan, rows, i);
        plan->instant[last].rows++;
        plan->rows++;
    }
    return true;
}

static cal_status find_instants(cal_plan *plan, cal_table *ms, const cal_selection *selection,
                                cal_error *err)
{
    cal_status status = cal_rows_pass(ms, selection, CAL_SKIP_ALL, take_rows, plan, NULL, err);
    if (!status && !plan->rows)
        status = cal_fail(err, CAL_DATA, "%s: the selection holds no cross-correlations",
                          cal_table_path(ms));
    return status;
}

/* ---- bounds ---- */

/* One scan of one field, with its first time. */
typedef struct pass_of_field {
    int observation, scan, field;
    double first;
} pass_of_field;

static int by_scan_and_field(const void *x, const void *y)
{
    const pass_of_field *a = x, *b = y;
    if (a->observation != b->observation)
        return a->observation < b->observation ? -1 : 1;
    if (a->scan != b->scan)
        return a->scan < b->scan ? -1 : 1;
    if (a->field != b->field)
        return a->field < b->field ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

/* All of them in order, each once with its earliest time. */
static pass_of_field *list_passes(const cal_plan *plan, int *count)
{
    pass_of_field *list = CAL_NEW_ARRAY(pass_of_field, plan->instants);
    for (int i = 0; i < plan->instants; i++) {
        const cal_instant *a = &plan->instant[i];
        list[i] = (pass_of_field){a->observation, a->scan, a->field, a->time};
    }
    qsort(list, (size_t)plan->instants, sizeof *list, by_scan_and_field);
    *count = 0;
    for (int i = 0; i < plan->instants; i++) {
        const pass_of_field *last = *count ? &list[*count - 1] : NULL;
        if (!last || last->observation != list[i].observation || last->scan != list[i].scan ||
            last->field != list[i].field)
            list[(*count)++] = list[i];
    }
    return list;
}

static int by_value(const void *x, const void *y)
{
    const double *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

static double *find_bounds(const cal_plan *plan, double seconds, cal_combine combine, int *bounds)
{
    int passes;
    pass_of_field *list = list_passes(plan, &passes);
    double *bound = CAL_NEW_ARRAY(double, passes);
    *bounds = 0;
    for (int i = 0; i < passes; i++) {
        const pass_of_field *now = &list[i], *last = i ? &list[i - 1] : NULL;
        bool begins = !last || (!combine.obs && now->observation != last->observation) ||
                      (!combine.scan && now->scan != last->scan) ||
                      (!combine.field && now->field != last->field) ||
                      (now->scan - last->scan > 1 && now->first - bound[*bounds - 1] > seconds);
        if (begins)
            bound[(*bounds)++] = now->first - BOUND_LEAD;
    }
    free(list);
    qsort(bound, (size_t)*bounds, sizeof *bound, by_value);
    return bound;
}

/* The last bound that is not after `time`. */
static int bound_before(const double *bound, int bounds, double time)
{
    int low = 0, high = bounds;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (bound[middle] <= time)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* ---- solutions ---- */

/* Where an instant belongs: interval, what is not combined, and its group within the solution. */
typedef struct place {
    double bound, cell;
    int observation, scan, field, spw; /* 0 where combined */
    int group_scan, group_field, dd;
    int64_t first_row;
    int instant;
} place;

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_solution(const place *a, const place *b)
{
    int order = compare_numbers(a->bound, b->bound);
    order = order ? order : compare_numbers(a->cell, b->cell);
    order = order ? order : compare_numbers(a->observation, b->observation);
    order = order ? order : compare_numbers(a->scan, b->scan);
    order = order ? order : compare_numbers(a->field, b->field);
    return order ? order : compare_numbers(a->spw, b->spw);
}

static int compare_group(const place *a, const place *b)
{
    int order = compare_solution(a, b);
    order = order ? order : compare_numbers(a->group_scan, b->group_scan);
    order = order ? order : compare_numbers(a->group_field, b->group_field);
    return order ? order : compare_numbers(a->dd, b->dd);
}

static int by_place(const void *x, const void *y)
{
    const place *a = x, *b = y;
    int order = compare_group(a, b);
    return order ? order : (a->first_row > b->first_row) - (a->first_row < b->first_row);
}

static place *find_places(const cal_plan *plan, const cal_meta *meta, cal_solint solint,
                          cal_combine combine)
{
    int bounds;
    double *bound = find_bounds(plan, solint.seconds, combine, &bounds);
    place *list = CAL_NEW_ARRAY(place, plan->instants);
    for (int i = 0; i < plan->instants; i++) {
        const cal_instant *a = &plan->instant[i];
        place *p = &list[i];
        p->instant = i;
        p->first_row = a->first_row;
        p->dd = a->dd;
        p->group_scan = combine.scan ? 0 : a->scan;
        p->group_field = a->field;
        p->observation = combine.obs ? 0 : a->observation;
        p->scan = combine.scan ? 0 : a->scan;
        p->field = combine.field ? 0 : a->field;
        p->spw = combine.spw ? 0 : meta->dd[a->dd].spw;
        if (solint.integration) {
            p->cell = a->time;
            continue;
        }
        p->bound = bound[bound_before(bound, bounds, a->time)];
        p->cell = isinf(solint.seconds) ? 0 : floor((a->time - p->bound) / solint.seconds);
    }
    free(bound);
    qsort(list, (size_t)plan->instants, sizeof *list, by_place);
    return list;
}

static void begin_solution(cal_plan *plan)
{
    plan->solution[plan->solutions++] = (cal_solution){.first_group = plan->groups};
}

static void begin_group(cal_plan *plan, const cal_instant *first)
{
    plan->solution[plan->solutions - 1].groups++;
    plan->group[plan->groups++] = (cal_group){.solution = plan->solutions - 1,
                                              .observation = first->observation,
                                              .scan = first->scan,
                                              .field = first->field,
                                              .dd = first->dd};
}

static void gather_solutions(cal_plan *plan, const place *list)
{
    plan->solution = CAL_NEW_ARRAY(cal_solution, plan->instants);
    plan->group = CAL_NEW_ARRAY(cal_group, plan->instants);
    for (int i = 0; i < plan->instants; i++) {
        cal_instant *instant = &plan->instant[list[i].instant];
        if (!i || compare_solution(&list[i], &list[i - 1]))
            begin_solution(plan);
        if (!i || compare_group(&list[i], &list[i - 1]))
            begin_group(plan, instant);
        instant->group = plan->groups - 1;
        plan->solution[plan->solutions - 1].rows += instant->rows;
    }
}

cal_status cal_plan_make(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                         cal_solint solint, cal_combine combine, cal_plan **plan, cal_error *err)
{
    *plan = CAL_NEW(cal_plan);
    cal_status status = find_instants(*plan, ms, selection, err);
    if (status) {
        cal_plan_free(*plan);
        *plan = NULL;
        return status;
    }
    place *list = find_places(*plan, meta, solint, combine);
    gather_solutions(*plan, list);
    free(list);
    return CAL_OK;
}

void cal_plan_free(cal_plan *plan)
{
    if (!plan)
        return;
    free(plan->instant);
    free(plan->group);
    free(plan->solution);
    free(plan->slot);
    free(plan);
}

int cal_plan_group(const cal_plan *plan, const cal_rows *rows, int64_t i)
{
    int slot = *find_slot(plan, rows, i);
    return slot < 0 ? -1 : plan->instant[slot].group;
}

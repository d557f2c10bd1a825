/* How a block is cut into pieces, and what becomes of rows whose solution has others elsewhere. */
#include "base/mem.h"
#include "cal/gather_parts.h"

/* ---- cutting ---- */

static void make_room(const cal_gather *gather, cal_gather_batch *batch, int64_t rows)
{
    if (rows <= batch->room)
        return;
    batch->room = rows;
    batch->cut = cal_grow(batch->cut, (size_t)rows, sizeof *batch->cut);
    batch->row = cal_grow(batch->row, (size_t)rows, sizeof *batch->row);
    if (gather->rule.delay)
        batch->cell =
            cal_grow(batch->cell, (size_t)rows * (size_t)gather->most_samples, sizeof *batch->cell);
}

static bool is_cross(const cal_rows *rows, int64_t i)
{
    return rows->antenna1[i] != rows->antenna2[i];
}

static bool same_instant(const cal_rows *rows, int64_t i, int64_t j)
{
    return rows->time[i] == rows->time[j] && rows->dd[i] == rows->dd[j] &&
           rows->field[i] == rows->field[j] && rows->scan[i] == rows->scan[j] &&
           rows->observation[i] == rows->observation[j];
}

static int solution_of(const cal_gather *gather, const cal_rows *rows, int64_t i)
{
    int group = cal_plan_group(gather->plan, rows, i);
    return group < 0 ? -1 : gather->plan->group[group].solution;
}

/* The rows from `first` on that belong to one solution; it is whole if they are all of its rows. */
static cal_gather_cut next_run(const cal_gather *gather, const cal_rows *rows, int64_t first)
{
    int solution = solution_of(gather, rows, first);
    int64_t end = first + 1, cross = is_cross(rows, first);
    while (end < rows->count &&
           (same_instant(rows, end, end - 1) || solution_of(gather, rows, end) == solution))
        cross += is_cross(rows, end++);
    bool whole = solution >= 0 && cross == gather->plan->solution[solution].rows;
    return (cal_gather_cut){first, end - first, whole ? solution : -1};
}

/* Rows that are added later: what is left of the piece before, and pieces of their own. */
static void cut_rest(const cal_gather *gather, cal_gather_batch *batch, int64_t first,
                     int64_t count)
{
    while (count > 0) {
        cal_gather_cut *last = batch->cuts ? &batch->cut[batch->cuts - 1] : NULL;
        if (!last || last->solution >= 0 || last->count == gather->piece_rows) {
            last = &batch->cut[batch->cuts++];
            *last = (cal_gather_cut){first, 0, -1};
        }
        int64_t room = gather->piece_rows - last->count, taken = count < room ? count : room;
        last->count += taken;
        first += taken;
        count -= taken;
    }
}

void cal_batch_cut(cal_gather *gather)
{
    enum { MOST_PIECES = 8 }; /* for one thread, lest the others wait for it */
    cal_gather_batch *batch = &gather->batch[gather->turn];
    const cal_block *block = gather->block;
    batch->cuts = 0;
    if (block)
        make_room(gather, batch, block->rows.count);
    for (int64_t first = 0; block && first < block->rows.count;) {
        cal_gather_cut run = next_run(gather, &block->rows, first);
        bool at_once = run.count <= MOST_PIECES * gather->piece_rows && !gather->rule.delay;
        if (run.solution >= 0 && at_once)
            batch->cut[batch->cuts++] = run;
        else
            cut_rest(gather, batch, first, run.count);
        first += run.count;
    }
}

void cal_batch_place(const cal_gather *gather, const cal_rows *rows, cal_gather_row *out)
{
    const cal_gather_batch *batch = &gather->batch[gather->turn];
    int64_t last = -1; /* rows of one instant stand together as a rule */
    for (int64_t i = 0; i < rows->count; i++) {
        cal_gather_row *row = &out[i];
        row->group = -1;
        if (!is_cross(rows, i))
            continue;
        bool same = last >= 0 && same_instant(rows, i, last);
        row->group = same ? out[last].group : cal_plan_group(gather->plan, rows, i);
        row->antenna1 = rows->antenna1[i];
        row->antenna2 = rows->antenna2[i];
        row->time = rows->time[i];
        row->centroid = rows->centroid[i];
        row->cell =
            gather->rule.delay ? batch->cell + (row - batch->row) * gather->most_samples : NULL;
        last = i;
    }
}

/* ---- adding ---- */

static void add_row(cal_gather *gather, const cal_gather_row *row, int share)
{
    int *ready = gather->ready[gather->turn], *count = &gather->ready_count[gather->turn];
    int solution = row->group < 0 ? -1 : gather->plan->group[row->group].solution;
    if (solution < 0 || solution % gather->rule.jobs != share)
        return;
    cal_group_sums_add(gather, row);
    if (--gather->left[solution] == 0)
        ready[__atomic_fetch_add(count, 1, __ATOMIC_RELAXED)] = solution;
}

void cal_batch_add_share(cal_gather *gather, int share)
{
    const cal_gather_batch *batch = &gather->batch[!gather->turn];
    for (int c = 0; c < batch->cuts; c++)
        for (int64_t i = 0; batch->cut[c].solution < 0 && i < batch->cut[c].count; i++)
            add_row(gather, &batch->row[batch->cut[c].first + i], share);
}

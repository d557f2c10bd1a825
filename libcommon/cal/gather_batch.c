/* The rows of a block: where each of them belongs, and their sums added in the order of the file. */
#include "base/mem.h"
#include "cal/gather_parts.h"

void cal_batch_make(cal_gather *gather, cal_gather_batch *batch, int64_t rows)
{
    batch->rows = rows;
    if (rows <= batch->room)
        return;
    size_t cells = gather->rule.delay ? (size_t)rows * (size_t)gather->most_samples : 0;
    batch->room = rows;
    batch->row = cal_grow(batch->row, (size_t)rows, sizeof *batch->row);
    if (cells)
        batch->cell = cal_grow(batch->cell, cells, sizeof *batch->cell);
    for (int64_t i = 0; i < rows; i++)
        batch->row[i].cell = cells ? batch->cell + i * gather->most_samples : NULL;
}

static bool same_instant(const cal_rows *rows, int64_t i, int64_t j)
{
    return rows->time[i] == rows->time[j] && rows->dd[i] == rows->dd[j] &&
           rows->field[i] == rows->field[j] && rows->scan[i] == rows->scan[j] &&
           rows->observation[i] == rows->observation[j];
}

void cal_batch_place(const cal_plan *plan, const cal_rows *rows, cal_gather_row *out)
{
    int64_t last = -1; /* rows of one instant stand together as a rule */
    for (int64_t i = 0; i < rows->count; i++) {
        cal_gather_row *row = &out[i];
        row->group = -1;
        if (rows->antenna1[i] == rows->antenna2[i])
            continue;
        bool same = last >= 0 && same_instant(rows, i, last);
        row->group = same ? out[last].group : cal_plan_group(plan, rows, i);
        row->antenna1 = rows->antenna1[i];
        row->antenna2 = rows->antenna2[i];
        row->time = rows->time[i];
        row->centroid = rows->centroid[i];
        last = i;
    }
}

void cal_batch_add_share(cal_gather *gather, int share)
{
    const cal_gather_batch *batch = &gather->batch[!gather->turn];
    int *ready = gather->ready[gather->turn], *count = &gather->ready_count[gather->turn];
    for (int64_t i = 0; i < batch->rows; i++) {
        const cal_gather_row *row = &batch->row[i];
        if (row->group < 0)
            continue;
        int solution = gather->plan->group[row->group].solution;
        if (solution % gather->rule.jobs != share)
            continue;
        cal_group_sums_add(gather, row);
        if (--gather->left[solution] == 0)
            ready[__atomic_fetch_add(count, 1, __ATOMIC_RELAXED)] = solution;
    }
}

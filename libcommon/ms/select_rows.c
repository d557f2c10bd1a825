/* The row test of a selection: one pass per criterion over the run of rows, by tables of bytes. */
#include "base/number.h"
#include "ms/rows.h"
#include "ms/select_parts.h"
#include <math.h>
#include <string.h>

/* Ids outside the table are never selected. */
static void keep_ids(const uint8_t *on, int ids, const int *id, int64_t count, uint8_t *keep)
{
    for (int64_t i = 0; i < count; i++)
        keep[i] &= (unsigned)id[i] < (unsigned)ids && on[id[i]];
}

static void keep_pairs(const uint8_t *on, int ids, const int *one, const int *two, int64_t count,
                       uint8_t *keep)
{
    for (int64_t i = 0; i < count; i++)
        keep[i] &= (unsigned)one[i] < (unsigned)ids && (unsigned)two[i] < (unsigned)ids &&
                   on[(size_t)one[i] * ids + two[i]];
}

/* Scan numbers have no table; they stay the same for many rows. */
static void keep_ranges(const cal_id_ranges *ranges, const int *id, int64_t count, uint8_t *keep)
{
    bool on = false;
    for (int64_t i = 0; i < count; i++) {
        if (i == 0 || id[i] != id[i - 1])
            on = cal_id_ranges_hold(ranges, id[i]);
        keep[i] &= on;
    }
}

/* A microsecond of slack at closed bounds: times of a table are doubles of 5e9 s. */
static bool time_on(const cal_selection *selection, double time, double interval)
{
    static const double SLACK = 1e-6;
    for (int i = 0; i < selection->times; i++) {
        const cal_time_range *range = &selection->time[i];
        double since_start = range->first - time + interval / 2; /* of the integration */
        if (range->moment ? since_start >= -SLACK && since_start < interval - SLACK
            : range->open ? time > range->first && time < range->last
                          : time >= range->first - SLACK && time <= range->last + SLACK)
            return true;
    }
    return false;
}

static void keep_times(const cal_selection *selection, const cal_rows *rows, uint8_t *keep)
{
    bool on = false;
    for (int64_t i = 0; i < rows->count; i++) {
        if (i == 0 || rows->time[i] != rows->time[i - 1] ||
            rows->interval[i] != rows->interval[i - 1])
            on = time_on(selection, rows->time[i], rows->interval[i]);
        keep[i] &= on;
    }
}

static bool uv_on(const cal_selection *selection, double metres, double wavelengths)
{
    for (int i = 0; i < selection->uvs; i++)
        if (cal_length_holds(&selection->uv[i],
                             selection->uv[i].wavelengths ? wavelengths : metres))
            return true;
    return false;
}

static void keep_uvs(const cal_selection *selection, const cal_rows *rows, uint8_t *keep)
{
    const cal_meta *meta = selection->meta;
    for (int64_t i = 0; i < rows->count; i++) {
        if (!keep[i])
            continue;
        const double *uvw = &rows->uvw[3 * i];
        double metres = sqrt(uvw[0] * uvw[0] + uvw[1] * uvw[1]);
        bool known = (unsigned)rows->dd[i] < (unsigned)meta->dds;
        double freq = known ? meta->spw[meta->dd[rows->dd[i]].spw].ref_freq : NAN;
        keep[i] = uv_on(selection, metres, metres * freq / CAL_LIGHT_SPEED);
    }
}

int64_t cal_selection_rows(const cal_selection *selection, const cal_rows *rows, uint8_t *keep)
{
    const cal_meta *meta = selection->meta;
    int64_t count = rows->count, kept = 0;
    memset(keep, 1, count);
    if (selection->dd_on)
        keep_ids(selection->dd_on, meta->dds, rows->dd, count, keep);
    if (selection->field_on)
        keep_ids(selection->field_on, meta->fields, rows->field, count, keep);
    if (selection->state_on)
        keep_ids(selection->state_on, meta->states, rows->state, count, keep);
    if (selection->observation_on)
        keep_ids(selection->observation_on, meta->observations, rows->observation, count, keep);
    if (selection->baseline_on)
        keep_pairs(selection->baseline_on, meta->antennas, rows->antenna1, rows->antenna2, count,
                   keep);
    if (selection->feed_on)
        keep_pairs(selection->feed_on, selection->feeds, rows->feed1, rows->feed2, count, keep);
    if (selection->scan.count)
        keep_ranges(&selection->scan, rows->scan, count, keep);
    if (selection->array.count)
        keep_ranges(&selection->array, rows->array, count, keep);
    if (selection->times)
        keep_times(selection, rows, keep);
    if (selection->uvs)
        keep_uvs(selection, rows, keep);
    for (int64_t i = 0; i < count; i++)
        kept += keep[i];
    return kept;
}

unsigned cal_rows_skip(const cal_selection *selection, unsigned skip)
{
    if (!selection)
        return skip;
    return skip &
           ~((selection->uvs ? CAL_SKIP_UVW : 0u) | (selection->feed_on ? CAL_SKIP_FEEDS : 0u) |
             (selection->array.count ? CAL_SKIP_ARRAY : 0u) |
             (selection->times ? CAL_SKIP_INTERVAL : 0u) |
             (selection->state_on ? CAL_SKIP_STATE : 0u));
}

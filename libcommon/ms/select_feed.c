/* Feeds: term[;term...] of ids as for antennas, `0`, `0&1`, `0&`, `0&&1`, `!1`, `*`. The two feeds of a row are a pair without
 * order; `&` and `&&` mean the same, because equal feeds on two antennas are the ordinary case and no autocorrelation. */
#include "base/mem.h"
#include "ms/select_parts.h"
#include <string.h>

static cal_status mark_feeds(cal_cursor *cursor, int feeds, uint8_t *mark)
{
    do {
        cal_id_range range = {0, feeds - 1};
        if (!cal_cursor_take(cursor, "*") && cal_cursor_id_range(cursor, &range))
            return cursor->err->status;
        if (range.first >= feeds)
            return cal_fail(cursor->err, CAL_INPUT, "there is no feed %d; ids go from 0 to %d",
                            range.first, feeds - 1);
        for (int i = range.first; i <= range.last && i < feeds; i++)
            mark[i] = 1;
    } while (cal_cursor_take(cursor, ","));
    return CAL_OK;
}

static cal_status parse_term(cal_cursor *cursor, int feeds, bool first, uint8_t *all)
{
    uint8_t *one = CAL_NEW_ARRAY(uint8_t, feeds), *two = CAL_NEW_ARRAY(uint8_t, feeds);
    bool negated = cal_cursor_take(cursor, "!");
    cal_status status = mark_feeds(cursor, feeds, one);
    memset(two, 1, feeds);
    if (!status && cal_cursor_take(cursor, "&")) {
        cal_cursor_take(cursor, "&");
        memcpy(two, one, feeds);
        if (!cal_cursor_at_end(cursor) && *cursor->at != ';') {
            memset(two, 0, feeds);
            status = mark_feeds(cursor, feeds, two);
        }
    }
    if (first && negated)
        memset(all, 1, (size_t)feeds * feeds);
    for (int a = 0; a < feeds; a++)
        for (int b = 0; b < feeds; b++)
            if ((one[a] && two[b]) || (one[b] && two[a]))
                all[a * feeds + b] = !negated;
    free(one);
    free(two);
    return status;
}

/* One more than the highest FEED_ID; 1 without a FEED table. */
static cal_status count_feeds(cal_table *ms, int *feeds, cal_error *err)
{
    *feeds = 1;
    if (!ms || !cal_table_has_sub(ms, "FEED"))
        return CAL_OK;
    cal_table *feed;
    if (cal_table_open_sub(ms, "FEED", &feed, err))
        return err->status;
    int64_t rows = cal_table_rows(feed);
    int32_t *id = CAL_NEW_ARRAY(int32_t, rows);
    cal_status status =
        cal_table_get(feed, "FEED_ID", CAL_TYPE_INT, cal_span_range(0, rows), id, err);
    for (int64_t i = 0; i < rows && !status; i++)
        *feeds = id[i] >= *feeds && id[i] < 4096 ? id[i] + 1 : *feeds;
    free(id);
    cal_table_close(feed, NULL);
    return status;
}

cal_status cal_parse_feed(const char *text, cal_table *ms, cal_selection *selection, cal_error *err)
{
    cal_cursor cursor = {"feed", text, text, err};
    if (count_feeds(ms, &selection->feeds, err))
        return err->status;
    selection->feed_on = CAL_NEW_ARRAY(uint8_t, (size_t)selection->feeds * selection->feeds);
    cal_status status;
    bool first = true;
    do {
        status = parse_term(&cursor, selection->feeds, first, selection->feed_on);
        first = false;
    } while (!status && cal_cursor_take(&cursor, ";"));
    if (!status && !cal_cursor_at_end(&cursor))
        return cal_cursor_fail(&cursor, "\"%.1s\" cannot stand here", cursor.at);
    return status;
}

/* timerange: item[,item...]; item = t (the integration that holds it), a~b (bounds included), a+duration, >t, <t. A time is
 * yyyy/mm/dd/hh:mm:ss.s, or ISO's yyyy-mm-ddThh:mm:ss.s. What it leaves out, or gives as *, is that of the first row of the set
 * (CASA's rule); the date of an upper bound is that of the lower one where only that makes sense. */
#include "base/mem.h"
#include "base/text.h"
#include "ms/select_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS };

typedef struct partial_time {
    double part[PARTS];
    bool given[PARTS];
} partial_time;

/* The date and time of day of `mjd_s`. */
static partial_time split_time(double mjd_s)
{
    char text[40];
    partial_time time = {0};
    double *part = time.part;
    sscanf(cal_time_iso(mjd_s, 6, text), "%lf-%lf-%lfT%lf:%lf:%lf", &part[YEAR], &part[MONTH],
           &part[DAY], &part[HOUR], &part[MINUTE], &part[SECOND]);
    memset(time.given, 1, sizeof time.given);
    return time;
}

/* What `time` leaves out is taken from `other`. */
static partial_time complete(const partial_time *time, const partial_time *other)
{
    partial_time whole = *time;
    for (int i = 0; i < PARTS; i++)
        if (!time->given[i])
            whole.part[i] = other->part[i];
    return whole;
}

/* MJD s of a complete time; false when there is no such day. Hours may go beyond 24. */
static bool join_time(const partial_time *time, double *mjd_s)
{
    char date[40];
    const double *part = time->part;
    snprintf(date, sizeof date, "%04.0f-%02.0f-%02.0f", part[YEAR], part[MONTH], part[DAY]);
    if (!cal_time_parse(date, mjd_s))
        return false;
    *mjd_s += part[HOUR] * 3600 + part[MINUTE] * 60 + part[SECOND];
    return true;
}

/* A number or *, checked against its limits. */
static cal_status parse_part(cal_cursor *cursor, partial_time *time, int which)
{
    static const struct {
        const char *name;
        double low, high;
    } limit[PARTS] = {{"year", 1858, 9999}, {"month", 1, 12},  {"day", 1, 31},
                      {"hour", 0, 1e6},     {"minute", 0, 59}, {"second", 0, 60}};
    if (cal_cursor_take(cursor, "*"))
        return CAL_OK;
    double value;
    if (cal_cursor_double(cursor, &value))
        return cursor->err->status;
    if (value < limit[which].low || value > limit[which].high ||
        (which != SECOND && value != floor(value)))
        return cal_cursor_fail(cursor, "%g is no %s", value, limit[which].name);
    time->part[which] = value;
    time->given[which] = true;
    return CAL_OK;
}

/* The parts first..last with `separator` between them. */
static cal_status parse_parts(cal_cursor *cursor, partial_time *time, int first, int last,
                              const char *separator)
{
    for (int i = first; i <= last; i++) {
        if (parse_part(cursor, time, i))
            return cursor->err->status;
        if (i < last && !cal_cursor_take(cursor, separator))
            return cal_cursor_fail(cursor, first == YEAR ? "a date is yyyy/mm/dd"
                                                         : "a time of day is hh:mm:ss");
    }
    return CAL_OK;
}

static cal_status parse_time(cal_cursor *cursor, const partial_time *first_row, partial_time *time)
{
    *time = (partial_time){0};
    cal_cursor_blanks(cursor);
    size_t length = strspn(cursor->at, "0123456789.:/*-T");
    bool iso = memchr(cursor->at, 'T', length), dated = iso || memchr(cursor->at, '/', length);
    if (!length)
        return cal_cursor_fail(
            cursor, *cursor->at ? "a time is needed instead of \"%.1s\"" : "a time is missing",
            cursor->at);
    if (dated && parse_parts(cursor, time, YEAR, DAY, iso ? "-" : "/"))
        return cursor->err->status;
    bool clock = !dated || cal_cursor_take(cursor, iso ? "T" : "/");
    if (clock && parse_parts(cursor, time, HOUR, SECOND, ":"))
        return cursor->err->status;
    double ignored;
    partial_time whole = complete(time, first_row);
    return join_time(&whole, &ignored) ? CAL_OK : cal_cursor_fail(cursor, "there is no such day");
}

static double time_of(const partial_time *time, const partial_time *fallback)
{
    double mjd_s = 0;
    partial_time whole = complete(time, fallback);
    join_time(&whole, &mjd_s);
    return mjd_s;
}

/* s, m:s or h:m:s behind a "+". */
static cal_status parse_duration(cal_cursor *cursor, double *seconds)
{
    *seconds = 0;
    int parts = 0;
    do {
        double value;
        if (cal_cursor_double(cursor, &value))
            return cursor->err->status;
        *seconds = 60 * *seconds + value;
    } while (++parts < 3 && cal_cursor_take(cursor, ":"));
    return CAL_OK;
}

/* Behind "~". */
static cal_status parse_upper(cal_cursor *cursor, const partial_time *first_row,
                              const partial_time *from, cal_time_range *range)
{
    partial_time to;
    if (parse_time(cursor, first_row, &to))
        return cursor->err->status;
    range->last = time_of(&to, first_row);
    if (range->last < range->first) {
        partial_time lower = complete(from, first_row), day = *first_row;
        memcpy(day.part, lower.part, HOUR * sizeof *day.part);
        range->last = time_of(&to, &day);
    }
    return range->last < range->first ? cal_cursor_fail(cursor, "the time range is reversed")
                                      : CAL_OK;
}

static cal_status parse_interval(cal_cursor *cursor, const partial_time *first_row,
                                 cal_time_range *range)
{
    partial_time from;
    double duration;
    if (parse_time(cursor, first_row, &from))
        return cursor->err->status;
    *range = (cal_time_range){.first = time_of(&from, first_row)};
    if (cal_cursor_take(cursor, "~"))
        return parse_upper(cursor, first_row, &from, range);
    if (cal_cursor_take(cursor, "+")) {
        if (parse_duration(cursor, &duration))
            return cursor->err->status;
        range->last = range->first + duration;
        return CAL_OK;
    }
    range->moment = true;
    if (from.given[DAY] && !from.given[HOUR])
        cal_warn("timerange \"%s\" is one integration, at the first row's time of day; a day is "
                 "2024/03/01/00:00:00~24:00:00",
                 cursor->text);
    return CAL_OK;
}

static cal_status parse_time_item(cal_cursor *cursor, const partial_time *first_row,
                                  cal_time_range *range)
{
    bool before = cal_cursor_take(cursor, "<"), after = !before && cal_cursor_take(cursor, ">");
    partial_time bound;
    if (!before && !after)
        return parse_interval(cursor, first_row, range);
    if (parse_time(cursor, first_row, &bound))
        return cursor->err->status;
    double time = time_of(&bound, first_row);
    *range = (cal_time_range){before ? -INFINITY : time, before ? time : INFINITY, true, false};
    return CAL_OK;
}

cal_status cal_parse_timerange(const char *text, cal_table *ms, cal_selection *selection,
                               cal_error *err)
{
    cal_cursor cursor = {"timerange", text, text, err};
    double first = 0;
    if (ms && cal_table_rows(ms) > 0 &&
        cal_table_get(ms, "TIME", CAL_TYPE_DOUBLE, cal_span_range(0, 1), &first, err))
        return err->status;
    partial_time first_row = split_time(first);
    do {
        cal_time_range range;
        if (parse_time_item(&cursor, &first_row, &range))
            return err->status;
        selection->time = cal_grow(selection->time, selection->times + 1, sizeof range);
        selection->time[selection->times++] = range;
    } while (cal_cursor_take(&cursor, ","));
    if (!cal_cursor_at_end(&cursor))
        return cal_cursor_fail(
            &cursor,
            "\"%.1s\" cannot stand here; times are written as 2024/03/01/09:00:00~09:10:00",
            cursor.at);
    return CAL_OK;
}

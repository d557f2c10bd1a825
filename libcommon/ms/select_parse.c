/* The pieces that the selection expressions share: cursor, ids, names. */
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "ms/select_parts.h"
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- the cursor ---- */

cal_status cal_cursor_fail(const cal_cursor *cursor, const char *format, ...)
{
    char message[CAL_ERROR_TEXT / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return cal_fail(cursor->err, CAL_USAGE, "%s selection \"%s\": %s (at character %d)",
                    cursor->what, cursor->text, message, (int)(cursor->at - cursor->text) + 1);
}

void cal_cursor_blanks(cal_cursor *cursor)
{
    cursor->at += strspn(cursor->at, " \t\n");
}

bool cal_cursor_take(cal_cursor *cursor, const char *text)
{
    cal_cursor_blanks(cursor);
    size_t length = strlen(text);
    if (strncmp(cursor->at, text, length))
        return false;
    cursor->at += length;
    return true;
}

bool cal_cursor_at_end(cal_cursor *cursor)
{
    cal_cursor_blanks(cursor);
    return !*cursor->at;
}

bool cal_cursor_at_digit(cal_cursor *cursor)
{
    cal_cursor_blanks(cursor);
    return isdigit((unsigned char)*cursor->at);
}

cal_status cal_cursor_int(cal_cursor *cursor, int *value)
{
    if (!cal_cursor_at_digit(cursor))
        return cal_cursor_fail(
            cursor, *cursor->at ? "a number is needed instead of \"%.1s\"" : "a number is missing",
            cursor->at);
    long long sum = 0;
    const char *end = cursor->at;
    while (isdigit((unsigned char)*end) && sum <= INT_MAX)
        sum = 10 * sum + (*end++ - '0');
    if (sum > INT_MAX)
        return cal_cursor_fail(cursor, "the number is too large");
    *value = (int)sum;
    cursor->at = end;
    return CAL_OK;
}

cal_status cal_cursor_double(cal_cursor *cursor, double *value)
{
    cal_cursor_blanks(cursor);
    size_t length = strspn(cursor->at, "0123456789.");
    if (length && strchr("eE", cursor->at[length]) && cursor->at[length]) {
        size_t sign = strspn(cursor->at + length + 1, "+-");
        size_t digits = strspn(cursor->at + length + 1 + sign, "0123456789");
        if (sign <= 1 && digits)
            length += 1 + sign + digits;
    }
    char *number = cal_format("%.*s", (int)length, cursor->at);
    bool good = length && cal_parse_number(number, value);
    free(number);
    if (!good)
        return cal_cursor_fail(
            cursor, *cursor->at ? "a number is needed instead of \"%.1s\"" : "a number is missing",
            cursor->at);
    cursor->at += length;
    return CAL_OK;
}

void cal_cursor_unit(cal_cursor *cursor, char *unit, size_t room)
{
    cal_cursor_blanks(cursor);
    size_t length = 0;
    for (; isalpha((unsigned char)*cursor->at); cursor->at++)
        if (length + 1 < room)
            unit[length++] = *cursor->at;
    unit[length] = 0;
}

/* ---- ids ---- */

void cal_ids_add(cal_ids *ids, int id)
{
    for (int i = 0; i < ids->count; i++)
        if (ids->id[i] == id)
            return;
    ids->id = cal_grow(ids->id, ids->count + 1, sizeof *ids->id);
    ids->id[ids->count++] = id;
}

void cal_ids_free(cal_ids *ids)
{
    free(ids->id);
    *ids = (cal_ids){0};
}

bool cal_cursor_at_id_range(const cal_cursor *cursor)
{
    const char *at = cursor->at + strspn(cursor->at, " \t\n");
    if (*at == '<' || *at == '>')
        return true;
    size_t digits = strspn(at, "0123456789");
    at += digits;
    at += strspn(at, " \t\n");
    return digits && (!*at || strchr(",~;:&)", *at));
}

/* `<n` or `>n`, strictly; `&` ties two of them together. */
static cal_status open_range(cal_cursor *cursor, cal_id_range *range)
{
    *range = (cal_id_range){0, INT_MAX};
    do {
        int bound;
        bool below = cal_cursor_take(cursor, "<");
        if (!below && !cal_cursor_take(cursor, ">"))
            return cal_cursor_fail(cursor, "\"<\" or \">\" is needed after \"&\"");
        if (cal_cursor_int(cursor, &bound))
            return cursor->err->status;
        if (below)
            range->last = bound - 1;
        else
            range->first = bound < INT_MAX ? bound + 1 : bound;
    } while (cal_cursor_take(cursor, "&"));
    if (range->last < range->first)
        return cal_cursor_fail(cursor, "no id can be in this range");
    return CAL_OK;
}

cal_status cal_cursor_id_range(cal_cursor *cursor, cal_id_range *range)
{
    cal_cursor_blanks(cursor);
    if (*cursor->at == '<' || *cursor->at == '>')
        return open_range(cursor, range);
    if (cal_cursor_int(cursor, &range->first))
        return cursor->err->status;
    range->last = range->first;
    if (!cal_cursor_take(cursor, "~"))
        return CAL_OK;
    if (cal_cursor_int(cursor, &range->last))
        return cursor->err->status;
    if (range->last < range->first)
        return cal_cursor_fail(cursor, "the range %d~%d is reversed", range->first, range->last);
    return CAL_OK;
}

cal_status cal_parse_id_ranges(const char *what, const char *text, cal_id_ranges *ranges,
                               cal_error *err)
{
    cal_cursor cursor = {what, text, text, err};
    do {
        cal_id_range range;
        if (cal_cursor_id_range(&cursor, &range))
            return err->status;
        ranges->range = cal_grow(ranges->range, ranges->count + 1, sizeof range);
        ranges->range[ranges->count++] = range;
    } while (cal_cursor_take(&cursor, ","));
    if (!cal_cursor_at_end(&cursor))
        return cal_cursor_fail(&cursor, "\"%.1s\" cannot stand here; %ss are written as 3,5~9,>20",
                               cursor.at, what);
    return CAL_OK;
}

bool cal_id_ranges_hold(const cal_id_ranges *ranges, int id)
{
    for (int i = 0; i < ranges->count; i++)
        if (id >= ranges->range[i].first && id <= ranges->range[i].last)
            return true;
    return false;
}

/* ---- names ---- */

/* What stands between `start` and `end`, as typed (which is the glob) and as the name that it is without backslashes. */
static void set_texts(cal_pattern *pattern, const char *start, const char *end)
{
    cal_buf exact = {0};
    bool wild = false;
    for (const char *c = start; c < end; c++) {
        bool literal = *c == '\\' && c + 1 < end;
        c += literal;
        cal_buf_add_bytes(&exact, c, 1);
        wild |= !literal && strchr(pattern->quoted ? "*?[{" : "*?", *c);
    }
    pattern->kind = wild ? CAL_GLOB : CAL_EXACT;
    pattern->exact = cal_buf_steal(&exact);
    pattern->text = cal_format("%.*s", (int)(end - start), start);
}

static cal_status set_regex(cal_cursor *cursor, cal_pattern *pattern, const char *start,
                            const char *end)
{
    char *whole = cal_format("^(%.*s)$", (int)(end - start), start);
    int code = regcomp(&pattern->regex, whole, REG_EXTENDED | REG_NOSUB);
    free(whole);
    if (code) {
        char why[128];
        regerror(code, &pattern->regex, why, sizeof why);
        return cal_cursor_fail(cursor, "the regular expression is wrong: %s", why);
    }
    pattern->kind = CAL_REGEX;
    return CAL_OK;
}

cal_status cal_cursor_pattern(cal_cursor *cursor, const char *stop, cal_pattern *pattern)
{
    *pattern = (cal_pattern){0};
    cal_cursor_blanks(cursor);
    const char *start = cursor->at, *end;
    char fence = *start;
    if (fence == '"' || fence == '/') {
        for (end = start + 1; *end && *end != fence; end++)
            if (*end == '\\' && end[1])
                end++;
        if (!*end)
            return cal_cursor_fail(cursor, "the closing %c is missing", fence);
        if (end == start + 1)
            return cal_cursor_fail(cursor, "there is nothing between the two %c", fence);
        pattern->quoted = true;
        if (fence == '/' && set_regex(cursor, pattern, start + 1, end))
            return cursor->err->status;
        if (fence == '"')
            set_texts(pattern, start + 1, end);
        else
            pattern->text = cal_format("%.*s", (int)(end - start - 1), start + 1);
        cursor->at = end + 1;
        return CAL_OK;
    }
    for (end = start; *end && !strchr(stop, *end); end++)
        if (*end == '\\' && end[1])
            end++;
    cursor->at = end;
    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    if (end == start)
        return cal_cursor_fail(cursor,
                               *cursor->at ? "a name or id is needed before \"%.1s\""
                                           : "a name or id is missing",
                               cursor->at);
    set_texts(pattern, start, end);
    return CAL_OK;
}

void cal_pattern_free(cal_pattern *pattern)
{
    if (pattern->kind == CAL_REGEX && pattern->text)
        regfree(&pattern->regex);
    free(pattern->text);
    free(pattern->exact);
    *pattern = (cal_pattern){0};
}

static bool fits(const cal_pattern *pattern, cal_pattern_kind kind, const char *name)
{
    if (kind == CAL_REGEX)
        return !regexec(&pattern->regex, name, 0, NULL, 0);
    return kind == CAL_GLOB ? cal_glob(pattern->text, name) : !strcmp(pattern->exact, name);
}

static bool match_as(const cal_pattern *pattern, cal_pattern_kind kind, const char *const *name,
                     int count, uint8_t *mark)
{
    bool any = false;
    for (int i = 0; i < count; i++) {
        if (!name[i])
            continue;
        const char *start = name[i] + strspn(name[i], " ");
        size_t length = strlen(start);
        while (length && start[length - 1] == ' ')
            length--;
        char *trimmed = cal_format("%.*s", (int)length, start);
        if (fits(pattern, kind, trimmed) ||
            (pattern->quoted && kind == CAL_EXACT && fits(pattern, kind, name[i])))
            mark[i] = 1, any = true;
        free(trimmed);
    }
    return any;
}

bool cal_pattern_match(const cal_pattern *pattern, const char *const *name, int count,
                       uint8_t *mark)
{
    if (pattern->kind == CAL_GLOB && pattern->quoted &&
        match_as(pattern, CAL_EXACT, name, count, mark))
        return true;
    return match_as(pattern, pattern->kind, name, count, mark);
}

/* The name that was perhaps meant; blank names are no candidates. */
static const char *nearest_name(const char *word, const char *const *name, int count)
{
    const char **candidate = CAL_NEW_ARRAY(const char *, count);
    int candidates = 0;
    for (int i = 0; i < count; i++)
        if (name[i] && *name[i])
            candidate[candidates++] = name[i];
    const char *near = cal_nearest(word, candidate, candidates);
    free(candidate);
    return near;
}

cal_status cal_select_unknown(cal_error *err, const char *what, const char *plural,
                              const char *word, const char *const *name, int count)
{
    enum { SHOWN = 10 };
    cal_buf list = {0};
    int shown = 0;
    for (int i = 0; i < count && shown < SHOWN; i++)
        if (name[i] && *name[i])
            cal_buf_addf(&list, "%s%d %s", shown++ ? ", " : "", i, name[i]);
    if (shown == SHOWN && count > SHOWN)
        cal_buf_addf(&list, ", ... (%d in all)", count);
    const char *near = nearest_name(word, name, count);
    cal_buf hint = {0};
    for (const char *c = near ? near : ""; *c; c++) /* as it must be typed */
        cal_buf_addf(&hint, *c == '\\' ? "\\%c" : "%c", *c);
    cal_status status = cal_fail(err, CAL_INPUT, "no %s matches \"%s\"%s%s%s; %s are %s", what,
                                 word, near ? " (did you mean \"" : "", cal_buf_text(&hint),
                                 near ? "\"?)" : "", plural, shown ? cal_buf_text(&list) : "none");
    cal_buf_free(&hint);
    cal_buf_free(&list);
    return status;
}

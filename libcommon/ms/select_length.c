/* Lengths, and uvrange: item[,item...]; item = <x, >x, a~b (bounds included), x (exactly), x:10% (within ten percent); in m, km,
 * lambda, klambda, Mlambda. Wavelengths are those of the row's window at its REF_FREQUENCY. */
#include "base/mem.h"
#include "base/text.h"
#include "ms/select_parts.h"
#include <math.h>
#include <string.h>

typedef struct length {
    double value, factor;
    bool has_unit, wavelengths;
} length;

static cal_status parse_unit(cal_cursor *cursor, bool wavelengths, length *found)
{
    static const struct {
        const char *name;
        double factor;
        bool wavelengths;
    } unit[] = {{"m", 1, false},        {"km", 1e3, false},     {"lambda", 1, true},
                {"klambda", 1e3, true}, {"Mlambda", 1e6, true}, {"Glambda", 1e9, true}};
    const char *start = cursor->at;
    char word[16];
    cal_cursor_unit(cursor, word, sizeof word);
    found->factor = 1;
    if (!*word)
        return CAL_OK;
    for (size_t i = 0; i < CAL_COUNT(unit); i++)
        if (!strcmp(word, unit[i].name) && (wavelengths || !unit[i].wavelengths)) {
            *found = (length){found->value, unit[i].factor, true, unit[i].wavelengths};
            return CAL_OK;
        }
    cursor->at = start;
    return cal_cursor_fail(cursor, "\"%s\" is no unit of length; there are m, km%s", word,
                           wavelengths ? ", lambda, klambda, Mlambda" : "");
}

static cal_status parse_length(cal_cursor *cursor, bool wavelengths, length *found)
{
    *found = (length){0};
    if (cal_cursor_double(cursor, &found->value))
        return cursor->err->status;
    return parse_unit(cursor, wavelengths, found);
}

/* `:10%` behind a length. */
static cal_status parse_percent(cal_cursor *cursor, cal_length_range *range)
{
    double percent;
    if (!cal_cursor_take(cursor, ":"))
        return CAL_OK;
    if (cal_cursor_double(cursor, &percent))
        return cursor->err->status;
    if (!cal_cursor_take(cursor, "%"))
        return cal_cursor_fail(cursor, "the width behind \":\" is a percentage, as in 500m:10%%");
    range->low *= 1 - percent / 100;
    range->high *= 1 + percent / 100;
    return CAL_OK;
}

cal_status cal_cursor_length(cal_cursor *cursor, bool wavelengths, cal_length_range *range)
{
    length from, to;
    bool below = cal_cursor_take(cursor, "<"), above = !below && cal_cursor_take(cursor, ">");
    if (parse_length(cursor, wavelengths, &from))
        return cursor->err->status;
    to = from;
    bool between = !below && !above && cal_cursor_take(cursor, "~");
    if (between && parse_length(cursor, wavelengths, &to))
        return cursor->err->status;
    if (!from.has_unit)
        from.factor = to.factor;
    if (from.has_unit && to.has_unit && from.wavelengths != to.wavelengths)
        return cal_cursor_fail(cursor, "metres and wavelengths cannot be mixed in one range");
    *range = (cal_length_range){from.value * from.factor, to.value * to.factor, below || above,
                                to.wavelengths};
    if (range->high < range->low)
        return cal_cursor_fail(cursor, "the range is reversed");
    if (below)
        range->low = -1;
    if (above)
        range->high = INFINITY;
    return below || above || between ? CAL_OK : parse_percent(cursor, range);
}

cal_status cal_parse_uvrange(const char *text, cal_selection *selection, cal_error *err)
{
    cal_cursor cursor = {"uvrange", text, text, err};
    do {
        cal_length_range range;
        if (cal_cursor_length(&cursor, true, &range))
            return err->status;
        selection->uv = cal_grow(selection->uv, selection->uvs + 1, sizeof range);
        selection->uv[selection->uvs++] = range;
    } while (cal_cursor_take(&cursor, ","));
    if (!cal_cursor_at_end(&cursor))
        return cal_cursor_fail(&cursor, "\"%.1s\" cannot stand here", cursor.at);
    return CAL_OK;
}

bool cal_selection_uv_bounds(const cal_selection *selection, double *low, double *high,
                             bool *wavelengths)
{
    if (selection->uvs != 1)
        return false;
    *low = fmax(selection->uv->low, 0);
    *high = selection->uv->high;
    *wavelengths = selection->uv->wavelengths;
    return true;
}

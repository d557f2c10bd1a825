/* Antennas and baselines: term[;term...]. A term adds baselines, `!term` takes its baselines away; a first term with ! starts from
 * all rows (CASA's rules).
 *
 *     A       baselines with an antenna of A          A&B     between A and B       A&&B   the same with autocorrelations
 *     A&      baselines within A                      A&&     within A with them    A&&&   autocorrelations only
 *     <300m, 0.2~0.6km    baselines of such a length  /X&Y/   baselines whose name (one-two) fits
 *
 * A is a list of ids, a~b, names, globs, "names", /regex/, ^/regex/ (all others), @station, name@station, (names)@(stations). A whole
 * number is a name first, then a station, and an id only if it is neither. */
#include "base/mem.h"
#include "base/text.h"
#include "ms/select_parts.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct antenna_names {
    int count;
    const char **name, **station;
} antenna_names;

typedef enum pairing { CROSS, CROSS_AND_AUTO, AUTO } pairing;

static antenna_names names_of_antennas(const cal_meta *meta)
{
    antenna_names names = {meta->antennas, CAL_NEW_ARRAY(const char *, meta->antennas),
                           CAL_NEW_ARRAY(const char *, meta->antennas)};
    for (int i = 0; i < meta->antennas; i++) {
        names.name[i] = meta->antenna[i].name;
        names.station[i] = meta->antenna[i].station;
    }
    return names;
}

static cal_status unknown_antenna(const cal_cursor *cursor, const antenna_names *names,
                                  const char *word)
{
    return cal_select_unknown(cursor->err, "antenna", "antennas", word, names->name, names->count);
}

/* ---- lists of antennas ---- */

static const char STOP[] = ",;&@()";

/* A number: name, else station, else id. */
static bool mark_number(int number, const antenna_names *names, uint8_t *mark)
{
    cal_pattern pattern = {.kind = CAL_EXACT, .exact = cal_format("%d", number)};
    bool found = cal_pattern_match(&pattern, names->name, names->count, mark) ||
                 cal_pattern_match(&pattern, names->station, names->count, mark);
    cal_pattern_free(&pattern);
    if (!found && number < names->count)
        mark[number] = found = true;
    return found;
}

static cal_status mark_range(cal_cursor *cursor, const antenna_names *names, uint8_t *mark)
{
    cal_id_range range;
    if (cal_cursor_id_range(cursor, &range))
        return cursor->err->status;
    for (int number = range.first; number <= range.last; number++) {
        char word[16];
        snprintf(word, sizeof word, "%d", number);
        if (!mark_number(number, names, mark))
            return unknown_antenna(cursor, names, word);
    }
    return CAL_OK;
}

static cal_status mark_stations(cal_cursor *cursor, const antenna_names *names, uint8_t *mark)
{
    cal_pattern pattern;
    cal_status status = cal_cursor_pattern(cursor, STOP, &pattern);
    if (!status && !cal_pattern_match(&pattern, names->station, names->count, mark))
        status = cal_select_unknown(cursor->err, "station", "stations", pattern.text,
                                    names->station, names->count);
    cal_pattern_free(&pattern);
    return status;
}

/* Names, else stations. */
static cal_status mark_names(cal_cursor *cursor, const antenna_names *names, uint8_t *mark)
{
    cal_pattern pattern;
    bool others = cal_cursor_take(cursor, "^");
    cal_cursor_blanks(cursor);
    if (others && *cursor->at != '/')
        return cal_cursor_fail(cursor,
                               "\"^\" must be followed by a regular expression, /like this/");
    cal_status status = cal_cursor_pattern(cursor, STOP, &pattern);
    if (!status && !cal_pattern_match(&pattern, names->name, names->count, mark) &&
        !cal_pattern_match(&pattern, names->station, names->count, mark))
        status = unknown_antenna(cursor, names, pattern.text);
    for (int i = 0; i < names->count && others; i++)
        mark[i] = !mark[i];
    cal_pattern_free(&pattern);
    return status;
}

/* Runs a marker on a fresh array and keeps what is in both; for name@station. */
static cal_status restrict_to_stations(cal_cursor *cursor, const antenna_names *names,
                                       uint8_t *mark)
{
    uint8_t *there = CAL_NEW_ARRAY(uint8_t, names->count);
    cal_status status;
    bool parenthesis = cal_cursor_take(cursor, "("), any = false;
    do
        status = mark_stations(cursor, names, there);
    while (!status && parenthesis && cal_cursor_take(cursor, ","));
    if (!status && parenthesis && !cal_cursor_take(cursor, ")"))
        status = cal_cursor_fail(cursor, "the closing parenthesis is missing");
    for (int i = 0; i < names->count; i++)
        any |= mark[i] &= there[i];
    free(there);
    if (!status && !any)
        status =
            cal_fail(cursor->err, CAL_INPUT,
                     "antenna selection \"%s\": no such antenna at that station", cursor->text);
    return status;
}

static cal_status mark_plain(cal_cursor *cursor, const antenna_names *names, uint8_t *mark)
{
    const char *at = cursor->at + strspn(cursor->at, " ");
    size_t digits = strspn(at, "0123456789");
    at += digits;
    at += strspn(at, " ");
    if (digits && (!*at || *at == '~' || strchr(STOP, *at)))
        return mark_range(cursor, names, mark);
    return mark_names(cursor, names, mark);
}

static cal_status mark_parenthesis(cal_cursor *cursor, const antenna_names *names, uint8_t *mark)
{
    do
        if (mark_plain(cursor, names, mark))
            return cursor->err->status;
    while (cal_cursor_take(cursor, ","));
    return cal_cursor_take(cursor, ")")
               ? CAL_OK
               : cal_cursor_fail(cursor, "the closing parenthesis is missing");
}

static cal_status mark_item(cal_cursor *cursor, const antenna_names *names, uint8_t *all)
{
    uint8_t *mark = CAL_NEW_ARRAY(uint8_t, names->count);
    cal_status status = CAL_OK;
    if (cal_cursor_take(cursor, "@"))
        status = mark_stations(cursor, names, mark);
    else
        status = cal_cursor_take(cursor, "(") ? mark_parenthesis(cursor, names, mark)
                                              : mark_plain(cursor, names, mark);
    if (!status && cal_cursor_take(cursor, "@"))
        status = restrict_to_stations(cursor, names, mark);
    for (int i = 0; i < names->count; i++)
        all[i] |= mark[i];
    free(mark);
    return status;
}

static cal_status mark_list(cal_cursor *cursor, const antenna_names *names, uint8_t *mark)
{
    do
        if (mark_item(cursor, names, mark))
            return cursor->err->status;
    while (cal_cursor_take(cursor, ","));
    return CAL_OK;
}

/* ---- terms: pairs of antennas ---- */

static void pair_up(const uint8_t *one, const uint8_t *two, pairing kind, int count, uint8_t *pairs)
{
    for (int a = 0; a < count; a++)
        for (int b = 0; b < count; b++) {
            bool wanted =
                kind == AUTO ? a == b && one[a] : (one[a] && two[b]) || (one[b] && two[a]);
            if (wanted && (a != b || kind != CROSS))
                pairs[a * count + b] = 1;
        }
}

/* Does another list follow the operator, or is it the end of the term? */
static bool at_term_end(cal_cursor *cursor)
{
    return cal_cursor_at_end(cursor) || *cursor->at == ';';
}

/* A, A&, A&B, A&&, A&&B, A&&&. */
static cal_status parse_lists(cal_cursor *cursor, const antenna_names *names, uint8_t *pairs)
{
    int count = names->count;
    uint8_t *one = CAL_NEW_ARRAY(uint8_t, count), *two = CAL_NEW_ARRAY(uint8_t, count);
    pairing kind = CROSS;
    cal_status status = mark_list(cursor, names, one);
    memset(two, 1, count);
    if (!status && cal_cursor_take(cursor, "&")) {
        if (cal_cursor_take(cursor, "&"))
            kind = cal_cursor_take(cursor, "&") ? AUTO : CROSS_AND_AUTO;
        memcpy(two, one, count);
        if (kind != AUTO && !at_term_end(cursor)) {
            memset(two, 0, count);
            status = mark_list(cursor, names, two);
        }
    }
    pair_up(one, two, kind, count, pairs);
    free(one);
    free(two);
    return status;
}

static double baseline_length(const cal_antenna *a, const cal_antenna *b)
{
    double sum = 0;
    for (int i = 0; i < 3; i++)
        sum += (a->position[i] - b->position[i]) * (a->position[i] - b->position[i]);
    return sqrt(sum);
}

static cal_status parse_baseline_length(cal_cursor *cursor, const cal_meta *meta, uint8_t *pairs)
{
    cal_length_range range;
    if (cal_cursor_length(cursor, false, &range))
        return cursor->err->status;
    int count = meta->antennas;
    for (int a = 0; a < count; a++)
        for (int b = 0; b < count; b++)
            pairs[a * count + b] =
                cal_length_holds(&range, baseline_length(&meta->antenna[a], &meta->antenna[b]));
    return CAL_OK;
}

/* `<`, `>`, or a number with a unit of length before the term ends. */
static bool at_length(const cal_cursor *cursor)
{
    const char *at = cursor->at + strspn(cursor->at, " ");
    if (*at == '<' || *at == '>')
        return true;
    size_t number = strspn(at, "0123456789.~ ");
    at += number;
    at += *at == 'k';
    return number && *at == 'm' && !isalnum((unsigned char)at[1]) && at[1] != '_' && at[1] != '-';
}

/* /X&Y/ fits the names of a baseline's two antennas in either order. */
static cal_status parse_baseline_regex(cal_cursor *cursor, const antenna_names *names,
                                       uint8_t *pairs)
{
    cal_pattern pattern;
    cal_status status = cal_cursor_pattern(cursor, STOP, &pattern);
    bool any = false;
    for (int a = 0; a < names->count && !status; a++)
        for (int b = 0; b < names->count; b++) {
            char *name = cal_format("%s&%s", names->name[a], names->name[b]);
            uint8_t fits = 0;
            if (cal_pattern_match(&pattern, (const char *const *)&name, 1, &fits))
                pairs[a * names->count + b] = pairs[b * names->count + a] = any = true;
            free(name);
        }
    if (!status && !any)
        status = cal_fail(cursor->err, CAL_INPUT, "no baseline matches /%s/", pattern.text);
    cal_pattern_free(&pattern);
    return status;
}

static bool at_baseline_regex(const cal_cursor *cursor)
{
    const char *at = cursor->at + strspn(cursor->at, " ");
    if (*at != '/')
        return false;
    const char *end = strchr(at + 1, '/');
    return end && memchr(at, '&', end - at);
}

static cal_status parse_term(cal_cursor *cursor, const cal_meta *meta, const antenna_names *names,
                             bool first, uint8_t *all)
{
    int count = names->count;
    bool negated = cal_cursor_take(cursor, "!");
    uint8_t *pairs = CAL_NEW_ARRAY(uint8_t, (size_t)count * count);
    cal_status status;
    if (at_length(cursor))
        status = parse_baseline_length(cursor, meta, pairs);
    else if (at_baseline_regex(cursor))
        status = parse_baseline_regex(cursor, names, pairs);
    else
        status = parse_lists(cursor, names, pairs);
    if (first && negated)
        memset(all, 1, (size_t)count * count);
    for (int i = 0; i < count * count; i++)
        all[i] = negated ? all[i] && !pairs[i] : all[i] || pairs[i];
    free(pairs);
    return status;
}

/* Nothing may be left; the names are freed. */
static cal_status finish(cal_cursor *cursor, antenna_names *names, cal_status status)
{
    if (!status && !cal_cursor_at_end(cursor))
        status = cal_cursor_fail(cursor, "\"%.1s\" cannot stand here", cursor->at);
    free(names->name);
    free(names->station);
    return status;
}

cal_status cal_parse_antenna(const char *text, cal_selection *selection, cal_error *err)
{
    const cal_meta *meta = selection->meta;
    cal_cursor cursor = {"antenna", text, text, err};
    antenna_names names = names_of_antennas(meta);
    selection->baseline_on = CAL_NEW_ARRAY(uint8_t, (size_t)meta->antennas * meta->antennas);
    cal_status status;
    bool first = true;
    do {
        status = parse_term(&cursor, meta, &names, first, selection->baseline_on);
        first = false;
    } while (!status && cal_cursor_take(&cursor, ";"));
    return finish(&cursor, &names, status);
}

cal_status cal_parse_first_antennas(const char *text, const cal_meta *meta, uint8_t *mark,
                                    cal_error *err)
{
    cal_cursor cursor = {"antenna", text, text, err};
    antenna_names names = names_of_antennas(meta);
    cal_status status;
    do {
        status = mark_list(&cursor, &names, mark);
        if (!status && cal_cursor_take(&cursor, "&"))
            cursor.at += strcspn(cursor.at, ";");
    } while (!status && cal_cursor_take(&cursor, ";"));
    return finish(&cursor, &names, status);
}

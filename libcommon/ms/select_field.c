/* Fields and intents.
 *
 * field:  item[,item...], perhaps in parentheses; item = id, a~b, <n, >n, >a&<b, name, glob, "name or glob", /regex/. A name that
 *         no field has is tried as the field's CODE. An id that does not exist is tried as a name; among other items it is only
 *         warned about (CASA's rule), alone it is an error.
 * intent: item[,item...]; item = term[&term...] (states that fit all terms); term = state id, a~b, <n, >n, or a pattern for one of
 *         the state's intents, the parts of OBS_MODE between commas. */
#include "base/mem.h"
#include "base/text.h"
#include "ms/select_parts.h"
#include <string.h>

/* ---- fields ---- */

typedef struct field_names {
    const char **name, **code;
} field_names;

/* Names for matching; flagged rows have none. */
static field_names names_of_fields(const cal_meta *meta)
{
    field_names names = {CAL_NEW_ARRAY(const char *, meta->fields),
                         CAL_NEW_ARRAY(const char *, meta->fields)};
    for (int i = 0; i < meta->fields; i++) {
        names.name[i] = meta->field[i].flag_row ? NULL : meta->field[i].name;
        names.code[i] = meta->field[i].flag_row ? NULL : meta->field[i].code;
    }
    return names;
}

static void free_field_names(field_names *names)
{
    free(names->name);
    free(names->code);
}

static void add_marked(cal_ids *ids, const uint8_t *mark, int count)
{
    for (int i = 0; i < count; i++)
        if (mark[i])
            cal_ids_add(ids, i);
}

/* Names, then codes; false if neither fits. */
static bool add_fields_like(const cal_pattern *pattern, const field_names *names, int fields,
                            cal_ids *ids)
{
    uint8_t *mark = CAL_NEW_ARRAY(uint8_t, fields);
    bool found = cal_pattern_match(pattern, names->name, fields, mark) ||
                 cal_pattern_match(pattern, names->code, fields, mark);
    add_marked(ids, mark, fields);
    free(mark);
    return found;
}

static cal_status field_by_name(cal_cursor *cursor, const char *stop, const field_names *names,
                                const cal_meta *meta, cal_ids *ids)
{
    cal_pattern pattern;
    cal_status status = cal_cursor_pattern(cursor, stop, &pattern);
    if (!status && !add_fields_like(&pattern, names, meta->fields, ids))
        status = cal_select_unknown(cursor->err, "field", "fields", pattern.text, names->name,
                                    meta->fields);
    cal_pattern_free(&pattern);
    return status;
}

/* An id beyond the last field: perhaps it is a name made of digits. */
static bool field_named_by_digits(int id, const field_names *names, int fields, cal_ids *ids)
{
    cal_pattern pattern = {.kind = CAL_EXACT, .exact = cal_format("%d", id)};
    bool found = add_fields_like(&pattern, names, fields, ids);
    cal_pattern_free(&pattern);
    return found;
}

/* `missing` gets an id that no field has. */
static cal_status field_by_id(cal_cursor *cursor, const field_names *names, const cal_meta *meta,
                              cal_ids *ids, int *missing)
{
    bool compared = strchr("<>", *cursor->at);
    cal_id_range range;
    if (cal_cursor_id_range(cursor, &range))
        return cursor->err->status;
    for (int id = range.first; id <= range.last && id < meta->fields; id++)
        if (!compared || !meta->field[id].flag_row)
            cal_ids_add(ids, id);
    bool single = range.first == range.last;
    if (!compared && range.last >= meta->fields &&
        !(single && field_named_by_digits(range.first, names, meta->fields, ids)))
        *missing = range.last;
    return CAL_OK;
}

static cal_status parse_fields(cal_cursor *cursor, const field_names *names, const cal_meta *meta,
                               cal_ids *ids)
{
    bool parenthesis = cal_cursor_take(cursor, "(");
    int missing = -1;
    do {
        cal_cursor_blanks(cursor);
        cal_status status = cal_cursor_at_id_range(cursor)
                                ? field_by_id(cursor, names, meta, ids, &missing)
                                : field_by_name(cursor, parenthesis ? ",)" : ",", names, meta, ids);
        if (status)
            return status;
    } while (cal_cursor_take(cursor, ","));
    if (parenthesis && !cal_cursor_take(cursor, ")"))
        return cal_cursor_fail(cursor, "the closing parenthesis is missing");
    if (!cal_cursor_at_end(cursor))
        return cal_cursor_fail(
            cursor, "\"%.1s\" cannot stand here; put names with such characters in quotes",
            cursor->at);
    if (!ids->count)
        return cal_select_unknown(cursor->err, "field", "fields", cursor->text, names->name,
                                  meta->fields);
    if (missing >= 0)
        cal_warn("field selection \"%s\": there is no field %d; ids go from 0 to %d", cursor->text,
                 missing, meta->fields - 1);
    return CAL_OK;
}

cal_status cal_parse_field(const char *text, cal_selection *selection, cal_error *err)
{
    cal_cursor cursor = {"field", text, text, err};
    field_names names = names_of_fields(selection->meta);
    cal_status status = parse_fields(&cursor, &names, selection->meta, &selection->fields);
    free_field_names(&names);
    return status;
}

/* ---- intents ---- */

/* Every distinct intent of the set, in order of appearance, for matching and for messages. */
static cal_words distinct_intents(const cal_meta *meta)
{
    cal_words all = {0};
    for (int i = 0; i < meta->states; i++) {
        cal_words intents = cal_words_split(meta->state[i].obs_mode, ',');
        for (int k = 0; k < intents.count; k++) {
            bool known = false;
            for (int j = 0; j < all.count && !known; j++)
                known = !strcmp(all.item[j], intents.item[k]);
            if (!known)
                cal_words_add(&all, intents.item[k]);
        }
        cal_words_free(&intents);
    }
    return all;
}

static bool state_fits(const cal_state *state, const cal_words *intent, const uint8_t *mark)
{
    bool fits = false;
    cal_words own = cal_words_split(state->obs_mode, ',');
    for (int k = 0; k < own.count; k++)
        for (int j = 0; j < intent->count; j++)
            fits |= mark[j] && !strcmp(own.item[k], intent->item[j]);
    cal_words_free(&own);
    return fits;
}

/* One term: a byte per state. */
static cal_status parse_term(cal_cursor *cursor, const cal_meta *meta, const cal_words *intent,
                             uint8_t *on)
{
    if (cal_cursor_at_id_range(cursor)) {
        cal_id_range range;
        if (cal_cursor_id_range(cursor, &range))
            return cursor->err->status;
        for (int i = 0; i < meta->states; i++)
            on[i] = i >= range.first && i <= range.last;
        if (range.first >= meta->states)
            return cal_fail(cursor->err, CAL_INPUT,
                            "intent selection \"%s\": there is no state %d; ids go from 0 to %d",
                            cursor->text, range.first, meta->states - 1);
        return CAL_OK;
    }
    cal_pattern pattern;
    cal_status status = cal_cursor_pattern(cursor, ",&", &pattern);
    uint8_t *mark = CAL_NEW_ARRAY(uint8_t, intent->count);
    if (!status &&
        !cal_pattern_match(&pattern, (const char *const *)intent->item, intent->count, mark))
        status = cal_select_unknown(cursor->err, "intent", "intents", pattern.text,
                                    (const char *const *)intent->item, intent->count);
    for (int i = 0; i < meta->states; i++)
        on[i] = state_fits(&meta->state[i], intent, mark);
    free(mark);
    cal_pattern_free(&pattern);
    return status;
}

static cal_status parse_item(cal_cursor *cursor, const cal_meta *meta, const cal_words *intent,
                             cal_ids *states)
{
    uint8_t *all = CAL_NEW_ARRAY(uint8_t, meta->states),
            *one = CAL_NEW_ARRAY(uint8_t, meta->states);
    memset(all, 1, meta->states);
    cal_status status;
    do {
        status = parse_term(cursor, meta, intent, one);
        for (int i = 0; i < meta->states; i++)
            all[i] &= one[i];
    } while (!status && cal_cursor_take(cursor, "&"));
    add_marked(states, all, meta->states);
    free(all);
    free(one);
    return status;
}

cal_status cal_parse_intent(const char *text, cal_selection *selection, cal_error *err)
{
    cal_cursor cursor = {"intent", text, text, err};
    const cal_meta *meta = selection->meta;
    if (!meta->states)
        return cal_fail(err, CAL_INPUT,
                        "%s has no intents (its STATE table is empty); select by field or scan",
                        meta->path);
    cal_words intent = distinct_intents(meta);
    cal_status status;
    do
        status = parse_item(&cursor, meta, &intent, &selection->states);
    while (!status && cal_cursor_take(&cursor, ","));
    cal_words_free(&intent);
    if (!status && !cal_cursor_at_end(&cursor))
        return cal_cursor_fail(&cursor, "\"%.1s\" cannot stand here", cursor.at);
    if (!status && !selection->states.count)
        return cal_fail(err, CAL_INPUT, "no state has all the intents of \"%s\"", text);
    return status;
}

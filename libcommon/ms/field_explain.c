/* Why each field was chosen or not, why it is written as it is, and what in the set says so. */
#include "base/grid.h"
#include "base/mem.h"
#include "ms/field_report.h"
#include <limits.h>
#include <string.h>

static const struct {
    const char *rule, *by_name; /* why a field is written by name */
} rules[CAL_FIELD_PATTERNS + 1] = {
    {"chosen: fields with rows (in the wanted windows) and a wanted intent; written by name if all "
     "fields of the name are chosen and CASA takes the name for nothing else, else by id",
     "all fields of this name are chosen"},
    {"pattern 1: all fields of the scans with a wanted intent; written by name if as many fields "
     "have the name with the intent as have it at all, else by id; a set of texts",
     "all fields of this name have the intent"},
    {"pattern 2: fields with a wanted intent; all by name if there are as many names as fields, "
     "else all by id",
     "there are as many names as fields"},
    {"pattern 3: fields with a wanted intent, by name; a set of texts",
     "this pattern has names only"},
    {"pattern 4: fields with a wanted intent, by name, repeated as often as they occur",
     "this pattern has names only"},
    {"pattern 5: pattern 2 without the last field if that has no source, or no data in the wanted "
     "windows for science",
     "there are as many names as fields"},
    {"pattern 6: one call for each intent and field, by name", "this pattern has names only"},
};

const char *cal_field_rule(int pattern)
{
    return rules[pattern].rule;
}

/* ---- evidence ---- */

/* Some wanted term fits; where only unwanted ones were given, everything does. */
static bool is_evidence(const cal_intent_terms *terms, const cal_words *intents,
                        const cal_words *tokens)
{
    for (int i = 0; i < terms->count; i++)
        if (!terms->term[i].excluded && cal_intent_term_fits(&terms->term[i], intents, tokens))
            return true;
    return !terms->inclusive;
}

static bool has_word(const cal_words *words, const char *word)
{
    for (int i = 0; i < words->count; i++)
        if (!strcmp(words->item[i], word))
            return true;
    return false;
}

static jv matched_intents(const cal_field_fact *field, const cal_intent_terms *terms)
{
    jv list = jv_array();
    for (int i = 0; i < field->intents.count; i++) {
        const cal_words one = {&field->intents.item[i], 1}, none = {0};
        if (is_evidence(terms, &one, &none))
            cal_json_push(&list, cal_json_text(field->intents.item[i]));
    }
    return list;
}

/* What a part of OBS_MODE means, as far as the field has it: before ALMA's cycle 1 not all is taken
 * at its word. */
static cal_words meaning_for(const cal_field_facts *facts, const cal_field_fact *field,
                             const char *token)
{
    cal_words meaning = {0};
    for (int i = 0; i < facts->tokens; i++)
        for (int k = 0; !strcmp(facts->token[i].token, token) && k < facts->token[i].intents.count;
             k++)
            if (has_word(&field->intents, facts->token[i].intents.item[k]))
                cal_words_add(&meaning, facts->token[i].intents.item[k]);
    return meaning;
}

static jv matched_tokens(const cal_field_facts *facts, const cal_field_fact *field,
                         const cal_intent_terms *terms)
{
    jv list = jv_array();
    for (int i = 0; i < field->tokens.count; i++) {
        const cal_words one = {&field->tokens.item[i], 1};
        cal_words meaning = meaning_for(facts, field, field->tokens.item[i]);
        if (is_evidence(terms, &meaning, &one))
            cal_json_push(&list, cal_json_text(field->tokens.item[i]));
        cal_words_free(&meaning);
    }
    return list;
}

/* The field's states with a wanted intent, and those of its scans that hold such a state. */
static void add_states(const cal_field_facts *facts, const cal_field_fact *field,
                       const cal_intent_terms *terms, jv *object)
{
    jv states = jv_array(), scans = jv_array();
    uint8_t *seen = CAL_NEW_ARRAY(uint8_t, field->scans.count);
    for (int s = 0; s < facts->states; s++) {
        const cal_state_fact *state = &facts->state[s];
        if (!cal_id_list_has(&field->states, state->id) ||
            !is_evidence(terms, &state->intents, &state->tokens))
            continue;
        cal_json_push(&states, jv_number(state->id));
        for (int i = 0; i < field->scans.count; i++)
            seen[i] |= cal_id_list_has(&state->scans, field->scans.id[i]);
    }
    for (int i = 0; i < field->scans.count; i++)
        if (seen[i])
            cal_json_push(&scans, jv_number(field->scans.id[i]));
    free(seen);
    cal_json_set(object, "states", states);
    cal_json_set(object, "scans", scans);
}

/* ---- reasons ---- */

static char *why_not_chosen(const cal_field_choice *choice, const cal_field_request *request,
                            const cal_field_fact *field)
{
    const cal_intent_term *excluding =
        cal_intent_terms_excluding(&request->terms, &field->intents, &field->tokens);
    if (!field->has_rows)
        return cal_copy_text("it has no data");
    if (request->pattern && !strcmp(field->origin, "code"))
        return cal_copy_text("its intents come from calibrator codes, which the pipeline ignores");
    if (excluding)
        return cal_format("excluded by !%s", excluding->text);
    if (!cal_field_fits(field, request))
        return cal_copy_text(field->intents.count ? "no intent of it is wanted" : "no intents");
    if (request->pattern == 5)
        return cal_copy_text("the last one, without source or data in the wanted windows");
    if (request->spw && !cal_id_lists_meet(&field->spws, &choice->spws))
        return cal_format("no data in spw %s", request->spw);
    return cal_copy_text("no scan of it has the intent"); /* pattern 1 looks at scans alone */
}

static char *why_so(const cal_field_choice *choice, const cal_field_request *request, int field)
{
    if (choice->why[field])
        return cal_copy_text(choice->why[field]);
    if (choice->chosen[field])
        return cal_copy_text(rules[request->pattern].by_name);
    char *why = why_not_chosen(choice, request, &choice->facts->field[field]);
    if (!choice->taken[field])
        return why;
    char *more = cal_format("%s; CASA takes it all the same", why);
    free(why);
    return more;
}

/* The text that stands for each chosen field; the texts belong to the choice. */
static const char **written_texts(const cal_field_choice *choice)
{
    const char **written = CAL_NEW_ARRAY(const char *, choice->facts->fields);
    for (int a = 0; a < choice->atoms; a++) {
        const cal_field_atom *atom = &choice->atom[a];
        if (!atom->by_name)
            written[atom->field] = atom->text;
        for (CAL_NAMESAKES(i, choice->facts, atom->field))
            if (atom->by_name && choice->chosen[i])
                written[i] = atom->text;
    }
    return written;
}

static jv explain_field(const cal_field_choice *choice, const cal_field_request *request, int index,
                        const char *written)
{
    const cal_field_fact *field = &choice->facts->field[index];
    char *why = why_so(choice, request, index);
    jv object = jv_object();
    cal_json_set(&object, "id", jv_number(field->id));
    cal_json_set(&object, "name", cal_json_text(field->name));
    cal_json_set(&object, "chosen", jv_bool(choice->chosen[index]));
    cal_json_set(&object, "written", cal_json_text(written));
    cal_json_set(&object, "why", cal_json_text(why));
    cal_json_set(&object, "taken", jv_bool(choice->taken[index]));
    cal_json_set(&object, "intents",
                 cal_json_texts((const char *const *)field->intents.item, field->intents.count));
    cal_json_set(&object, "intents_from", cal_json_text(field->origin));
    cal_json_set(&object, "matched", matched_intents(field, &request->terms));
    cal_json_set(&object, "tokens", matched_tokens(choice->facts, field, &request->terms));
    add_states(choice->facts, field, &request->terms, &object);
    cal_json_set(&object, "spws", cal_json_ints(field->spws.id, field->spws.count));
    free(why);
    return object;
}

jv cal_field_explain(const cal_field_choice *choice, const cal_field_request *request)
{
    const char **written = written_texts(choice);
    jv list = jv_array();
    for (int i = 0; i < choice->facts->fields; i++)
        cal_json_push(&list, explain_field(choice, request, i, written[i]));
    free(written);
    return list;
}

/* ---- as text ---- */

/* The elements of object[key] between commas; the caller frees it. */
static char *joined(jv object, const char *key)
{
    cal_buf text = {0};
    jv list = cal_json_at(object, key);
    jv_array_foreach(list, i, value)
    {
        if (jv_get_kind(value) == JV_KIND_STRING)
            cal_buf_addf(&text, "%s%s", i ? "," : "", jv_string_value(value));
        else
            cal_buf_addf(&text, "%s%.0f", i ? "," : "", jv_number_value(value));
        jv_free(value);
    }
    jv_free(list);
    return cal_buf_steal(&text);
}

static void field_row(jv field, cal_grid *grid)
{
    static const char *const lists[] = {"intents", "scans", "states", "tokens"};
    cal_grid_cell(grid, "%.0f", cal_json_number_at(field, "id", 0));
    cal_grid_cell(grid, "%s", cal_json_text_at(field, "name", ""));
    cal_grid_cell(grid, "%s", cal_json_text_at(field, "written", ""));
    for (size_t i = 0; i < CAL_COUNT(lists); i++) {
        char *text = joined(field, lists[i]);
        cal_grid_cell(grid, "%s", text ? text : "");
        free(text);
        if (!i)
            cal_grid_cell(grid, "%s", cal_json_text_at(field, "intents_from", ""));
    }
    cal_grid_cell(grid, "%s", cal_json_text_at(field, "why", ""));
}

static void explain_set(jv set, cal_buf *out)
{
    cal_grid grid = {.indent = 2, .page = cal_page_width(), .wraps = true};
    jv fields = cal_json_at(set, "fields");
    cal_buf_addf(
        out, "%s: %s\n", cal_json_text_at(set, "path", ""),
        cal_json_text_at(set, "casa",
                         cal_json_bool_at(set, "empty", false) ? "no field" : "see below"));
    cal_grid_row(&grid, "Id", "Name", "Written", "Intents", "From", "Scans", "States", "Tokens",
                 "Why", NULL);
    jv_array_foreach(fields, i, field)
    {
        field_row(field, &grid);
        jv_free(field);
    }
    cal_grid_print(&grid, out);
    jv_free(fields);
}

void cal_field_explain_text(jv document, cal_buf *out)
{
    char *intent = joined(document, "intent");
    char *rule = cal_format("%s, %s", intent, cal_json_text_at(document, "rule", ""));
    int page = cal_page_width();
    cal_buf_add_wrapped(out, rule, 0, 2, page ? page : INT_MAX);
    free(rule);
    free(intent);
    jv sets = cal_json_at(document, "measurement_sets");
    int count = jv_array_length(jv_copy(sets));
    jv_array_foreach(sets, i, set)
    {
        explain_set(set, out);
        jv_free(set);
    }
    jv_free(sets);
    if (count > 1)
        cal_buf_addf(out, "all of them: %s\n",
                     cal_json_text_at(document, "casa", "no one field parameter is right"));
}

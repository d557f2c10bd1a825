#include "ms/field_facts.h"
#include "base/mem.h"
#include "ms/info_read.h"
#include <string.h>

/* ---- fields, scans, states, tokens ---- */

static char *without_blanks(const char *text)
{
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length && text[length - 1] == ' ')
        length--;
    return cal_format("%.*s", (int)length, text);
}

static cal_status read_field(jv object, const char *where, void *element, cal_error *err)
{
    cal_field_fact *field = element;
    const char *name = cal_json_text_at(object, "name", NULL);
    field->name = cal_copy_text(name ? name : "");
    field->key = without_blanks(field->name);
    field->code = cal_copy_text(cal_json_text_at(object, "code", ""));
    field->origin = cal_copy_text(cal_json_text_at(object, "intents_from", "none"));
    field->flag_row = cal_json_bool_at(object, "flag_row", false);
    field->has_rows = cal_json_number_at(object, "rows", 1) > 0;
    field->has_source = cal_json_has(object, "source");
    if (!name)
        return cal_fail(err, CAL_INPUT, "%s.name is no text", where);
    if (cal_info_id(object, where, &field->id, err) ||
        cal_info_ids(object, "spws", where, &field->spws, err) ||
        cal_info_ids(object, "scans", where, &field->scans, err) ||
        cal_info_ids(object, "states", where, &field->states, err) ||
        cal_info_words(object, "intents", where, &field->intents, err) ||
        cal_info_words(object, "tokens", where, &field->tokens, err))
        return err->status;
    return CAL_OK;
}

static cal_status read_scan(jv object, const char *where, void *element, cal_error *err)
{
    cal_scan_fact *scan = element;
    if (cal_info_ids(object, "fields", where, &scan->fields, err) ||
        cal_info_ids(object, "spws", where, &scan->spws, err) ||
        cal_info_words(object, "intents", where, &scan->intents, err) ||
        cal_info_words(object, "tokens", where, &scan->tokens, err))
        return err->status;
    return CAL_OK;
}

static cal_status read_state(jv object, const char *where, void *element, cal_error *err)
{
    cal_state_fact *state = element;
    state->tokens = cal_words_split(cal_json_text_at(object, "obs_mode", ""), ',');
    if (cal_info_id(object, where, &state->id, err) ||
        cal_info_words(object, "intents", where, &state->intents, err) ||
        cal_info_ids(object, "scans", where, &state->scans, err))
        return err->status;
    return CAL_OK;
}

static cal_status read_token(jv object, const char *where, void *element, cal_error *err)
{
    cal_token_fact *token = element;
    token->token = cal_copy_text(cal_json_text_at(object, "token", ""));
    return cal_info_words(object, "intents", where, &token->intents, err);
}

/* ---- the whole ---- */

static int by_id(const void *a, const void *b)
{
    const cal_field_fact *first = a, *second = b;
    return (first->id > second->id) - (first->id < second->id);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static cal_status order_fields(cal_field_facts *facts, cal_error *err)
{
    qsort(facts->field, facts->fields, sizeof *facts->field, by_id);
    for (int i = 1; i < facts->fields; i++)
        if (facts->field[i].id == facts->field[i - 1].id)
            return cal_fail(err, CAL_INPUT, "two fields have the id %d", facts->field[i].id);
    return CAL_OK;
}

typedef struct named_index {
    const char *key;
    int index;
} named_index;

static int by_key(const void *a, const void *b)
{
    const named_index *first = a, *second = b;
    int order = strcmp(first->key, second->key);
    return order ? order : first->index - second->index;
}

static void link_namesakes(cal_field_facts *facts)
{
    named_index *entry = CAL_NEW_ARRAY(named_index, facts->fields);
    for (int i = 0; i < facts->fields; i++)
        entry[i] = (named_index){facts->field[i].key, i};
    qsort(entry, facts->fields, sizeof *entry, by_key);
    for (int i = 0; i < facts->fields; i++) {
        cal_field_fact *field = &facts->field[entry[i].index];
        bool follows = i && !strcmp(entry[i].key, entry[i - 1].key);
        field->first = follows ? facts->field[entry[i - 1].index].first : entry[i].index;
        field->next = -1;
        if (follows)
            facts->field[entry[i - 1].index].next = entry[i].index;
    }
    free(entry);
}

int cal_field_facts_index(const cal_field_facts *facts, int id)
{
    const cal_field_fact wanted = {.id = id};
    const cal_field_fact *found =
        bsearch(&wanted, facts->field, facts->fields, sizeof wanted, by_id);
    return found ? (int)(found - facts->field) : -1;
}

static void collect_intents(cal_field_facts *facts)
{
    cal_words *all = &facts->intents;
    for (int f = 0; f < facts->fields; f++) {
        const cal_words *own = &facts->field[f].intents;
        for (int i = 0; i < own->count && facts->field[f].has_rows; i++) {
            bool known = false;
            for (int k = 0; k < all->count && !known; k++)
                known = !strcmp(all->item[k], own->item[i]);
            if (!known)
                cal_words_add(all, own->item[i]);
        }
    }
    if (all->count)
        qsort(all->item, all->count, sizeof *all->item, by_text);
}

static cal_status check_document(jv info, cal_error *err)
{
    const char *schema = cal_json_text_at(info, "schema", "calutils/ms-info/1");
    if (strcmp(schema, "calutils/ms-info/1"))
        return cal_fail(err, CAL_INPUT, "a document of ms-info is wanted, and this is %s", schema);
    if (!cal_json_has(info, "fields"))
        return cal_fail(err, CAL_INPUT, "a document of ms-info is wanted, and this has no fields");
    return CAL_OK;
}

#define READ_LIST(key, reader, list, count)                                                        \
    cal_info_list(info, key, reader, sizeof *made->list, (void **)&made->list, &made->count, err)

cal_status cal_field_facts_read(jv info, const char *name, cal_field_facts **facts, cal_error *err)
{
    cal_field_facts *made = CAL_NEW(cal_field_facts);
    made->path = cal_copy_text(cal_json_text_at(info, "path", name));
    made->meta = CAL_NEW(cal_meta);
    made->meta->path = cal_copy_text(made->path);
    made->meta->name = cal_copy_text(made->path);
    cal_status status = check_document(info, err);
    if (status || (status = READ_LIST("fields", read_field, field, fields)) ||
        (status = READ_LIST("scans", read_scan, scan, scans)) ||
        (status = READ_LIST("states", read_state, state, states)) ||
        (status = READ_LIST("intents", read_token, token, tokens)) ||
        (status = cal_field_facts_read_spws(info, made, err)) ||
        (status = order_fields(made, err))) {
        cal_field_facts_free(made);
        return cal_prefix(err, "%s", name);
    }
    link_namesakes(made);
    collect_intents(made);
    *facts = made;
    return CAL_OK;
}

static void free_field(cal_field_fact *field)
{
    free(field->name);
    free(field->key);
    free(field->code);
    free(field->origin);
    free(field->spws.id);
    free(field->scans.id);
    free(field->states.id);
    cal_words_free(&field->intents);
    cal_words_free(&field->tokens);
}

static void free_scan(cal_scan_fact *scan)
{
    free(scan->fields.id);
    free(scan->spws.id);
    cal_words_free(&scan->intents);
    cal_words_free(&scan->tokens);
}

void cal_field_facts_free(cal_field_facts *facts)
{
    if (!facts)
        return;
    for (int i = 0; i < facts->fields; i++)
        free_field(&facts->field[i]);
    for (int i = 0; i < facts->scans; i++)
        free_scan(&facts->scan[i]);
    for (int i = 0; i < facts->states; i++) {
        cal_words_free(&facts->state[i].intents);
        cal_words_free(&facts->state[i].tokens);
        free(facts->state[i].scans.id);
    }
    for (int i = 0; i < facts->tokens; i++) {
        free(facts->token[i].token);
        cal_words_free(&facts->token[i].intents);
    }
    free(facts->field);
    free(facts->scan);
    free(facts->state);
    free(facts->token);
    cal_words_free(&facts->intents);
    cal_meta_free(facts->meta);
    free(facts->science);
    free(facts->path);
    free(facts);
}

bool cal_id_list_has(const cal_id_list *list, int id)
{
    for (int i = 0; i < list->count; i++)
        if (list->id[i] == id)
            return true;
    return false;
}

bool cal_id_lists_meet(const cal_id_list *a, const cal_id_list *b)
{
    for (int i = 0; i < a->count; i++)
        if (cal_id_list_has(b, a->id[i]))
            return true;
    return false;
}

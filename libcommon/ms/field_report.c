#include "ms/field_report.h"
#include "base/mem.h"
#include <string.h>

/* ---- JSON ---- */

static jv named_field(const cal_field_facts *facts, int field)
{
    return JV_OBJECT(jv_string("id"), jv_number(facts->field[field].id), jv_string("name"),
                     cal_json_text(facts->field[field].name));
}

static jv marked_ids(const cal_field_facts *facts, const uint8_t *mark)
{
    jv list = jv_array();
    for (int i = 0; i < facts->fields; i++)
        if (mark[i])
            cal_json_push(&list, jv_number(facts->field[i].id));
    return list;
}

static jv names_of(const cal_field_choice *choice)
{
    jv list = jv_array();
    for (int i = 0; i < choice->facts->fields; i++)
        if (choice->chosen[i])
            cal_json_push(&list, cal_json_text(choice->facts->field[i].name));
    return list;
}

static jv fields_by_id(const cal_field_choice *choice)
{
    jv list = jv_array();
    for (int i = 0; i < choice->facts->fields; i++)
        if (choice->why[i])
            cal_json_push(&list, jv_object_set(named_field(choice->facts, i), jv_string("why"),
                                               cal_json_text(choice->why[i])));
    return list;
}

static jv surplus_of(const cal_field_choice *choice)
{
    jv list = jv_array();
    for (int i = 0; i < choice->facts->fields; i++)
        if (choice->taken[i] && !choice->chosen[i])
            cal_json_push(&list, named_field(choice->facts, i));
    return list;
}

static jv calls_of(const cal_field_choice *choice)
{
    const cal_field_facts *facts = choice->facts;
    jv list = jv_array();
    for (int i = 0; i < choice->atoms; i++) {
        const cal_field_atom *atom = &choice->atom[i];
        uint8_t *taken = CAL_NEW_ARRAY(uint8_t, facts->fields);
        bool readable = cal_field_take(facts, atom, taken);
        jv call = named_field(facts, atom->field);
        cal_json_set(&call, "intent", cal_json_text(atom->intent));
        cal_json_set(&call, "casa", cal_json_text(atom->text));
        cal_json_set(&call, "selects", readable ? marked_ids(facts, taken) : jv_null());
        cal_json_push(&list, call);
        free(taken);
    }
    return list;
}

/* Wanted intents that no field here has. */
static jv absent_intents(const cal_field_facts *facts, const cal_intent_terms *terms)
{
    jv list = jv_array();
    for (int t = 0; t < terms->count; t++) {
        bool found = terms->term[t].excluded;
        for (int i = 0; i < facts->fields && !found; i++)
            found = facts->field[i].has_rows &&
                    cal_intent_term_fits(&terms->term[t], &facts->field[i].intents,
                                         &facts->field[i].tokens);
        if (!found)
            cal_json_push(&list, cal_json_text(terms->term[t].text));
    }
    return list;
}

static jv describe(const cal_field_choice *choice, const cal_field_request *request, bool explain)
{
    const cal_field_facts *facts = choice->facts;
    jv set = jv_object();
    cal_json_set(&set, "path", cal_json_text(facts->path));
    cal_json_set(&set, "casa", cal_json_text(choice->casa));
    cal_json_set(&set, "empty", jv_bool(choice->empty));
    cal_json_set(&set, "ids", marked_ids(facts, choice->chosen));
    cal_json_set(&set, "names", names_of(choice));
    cal_json_set(&set, "by_id", fields_by_id(choice));
    cal_json_set(&set, "selects",
                 choice->readable && !choice->empty ? marked_ids(facts, choice->taken) : jv_null());
    cal_json_set(&set, "surplus", surplus_of(choice));
    if (request->pattern == CAL_FIELD_PATTERNS)
        cal_json_set(&set, "calls", calls_of(choice));
    cal_json_set(&set, "absent", absent_intents(facts, &request->terms));
    cal_json_set(&set, "intents",
                 cal_json_texts((const char *const *)facts->intents.item, facts->intents.count));
    if (explain)
        cal_json_set(&set, "fields", cal_field_explain(choice, request));
    return set;
}

static jv terms_json(const cal_intent_terms *terms)
{
    jv list = jv_array();
    for (int i = 0; i < terms->count; i++)
        cal_json_push(
            &list, jv_string_fmt("%s%s", terms->term[i].excluded ? "!" : "", terms->term[i].text));
    return list;
}

jv cal_field_report(cal_field_choice *const *choice, int count, const cal_field_request *request,
                    bool explain)
{
    static const char *const form[] = {"auto", "names", "ids"};
    char *common = cal_field_common(choice, count);
    bool empty = true;
    jv document = jv_object(), sets = jv_array();
    for (int i = 0; i < count; i++) {
        empty &= choice[i]->empty;
        cal_json_push(&sets, describe(choice[i], request, explain));
    }
    cal_json_set(&document, "intent", terms_json(&request->terms));
    cal_json_set(&document, "spw", cal_json_text(request->spw));
    cal_json_set(&document, "as", cal_json_text(form[request->form]));
    cal_json_set(&document, "pattern", request->pattern ? jv_number(request->pattern) : jv_null());
    if (explain)
        cal_json_set(&document, "rule", cal_json_text(cal_field_rule(request->pattern)));
    cal_json_set(&document, "casa", cal_json_text(common));
    cal_json_set(&document, "empty", jv_bool(empty));
    cal_json_set(&document, "measurement_sets", sets);
    free(common);
    return document;
}

/* ---- text ---- */

static void text_of_calls(jv calls, const char *path, cal_buf *out)
{
    jv_array_foreach(calls, i, call)
    {
        if (path)
            cal_buf_addf(out, "%s\t", path);
        cal_buf_addf(out, "%s\t%s\n", cal_json_text_at(call, "intent", "*"),
                     cal_json_text_at(call, "casa", ""));
        jv_free(call);
    }
}

static void text_of_set(jv set, bool alone, cal_buf *out)
{
    const char *path = alone ? NULL : cal_json_text_at(set, "path", "");
    const char *casa = cal_json_text_at(set, "casa", NULL);
    jv calls = cal_json_at(set, "calls");
    if (jv_get_kind(calls) == JV_KIND_ARRAY)
        text_of_calls(calls, path, out);
    else if (path)
        cal_buf_addf(out, "%s\t%s\n", path, casa ? casa : "");
    else if (casa)
        cal_buf_addf(out, "%s\n", casa);
    jv_free(calls);
}

void cal_field_report_text(jv document, cal_buf *out)
{
    if (cal_json_has(document, "rule")) {
        cal_field_explain_text(document, out);
        return;
    }
    jv sets = cal_json_at(document, "measurement_sets");
    bool alone = jv_array_length(jv_copy(sets)) == 1;
    jv_array_foreach(sets, i, set)
    {
        text_of_set(set, alone, out);
        jv_free(set);
    }
    jv_free(sets);
}

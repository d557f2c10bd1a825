/* The six ways from intents to fields that the tasks of the NRAO pipeline have (fields_ms 3), each
 * with its flaws. Sets of texts, which have no order there, are sorted by their bytes, sets of ids
 * by number. Fields whose intents come from calibrator codes have none to the pipeline. */
#include "base/mem.h"
#include "ms/field_choice.h"
#include <string.h>

static bool pipeline_fits(const cal_field_fact *field, const cal_field_request *request)
{
    return strcmp(field->origin, "code") && cal_field_fits(field, request);
}

static void add_name(cal_field_choice *choice, int field)
{
    cal_field_choice_add(choice, field, true, cal_casa_name(choice->facts->field[field].name));
}

static void add_id(cal_field_choice *choice, int field, char *why)
{
    int id = choice->facts->field[field].id;
    cal_field_choice_add(choice, field, false, cal_format("%d", id));
    choice->why[field] = why;
}

static void choose(cal_field_choice *choice, const cal_field_request *request)
{
    for (int i = 0; i < choice->facts->fields; i++)
        choice->chosen[i] = pipeline_fits(&choice->facts->field[i], request);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const cal_field_atom *)a)->text, ((const cal_field_atom *)b)->text);
}

/* Atoms as a set of texts. */
static void make_set(cal_field_choice *choice)
{
    if (!choice->atoms)
        return;
    qsort(choice->atom, choice->atoms, sizeof *choice->atom, by_text);
    int kept = 1;
    for (int i = 1; i < choice->atoms; i++) {
        if (strcmp(choice->atom[i].text, choice->atom[kept - 1].text))
            choice->atom[kept++] = choice->atom[i];
        else
            free(choice->atom[i].text);
    }
    choice->atoms = kept;
}

/* ---- pattern 1: fields of the scans with the intent; a name if as many fields have it with as without the intent ---- */

static void choose_by_scans(cal_field_choice *choice, const cal_field_request *request)
{
    const cal_field_facts *facts = choice->facts;
    memset(choice->chosen, 0, facts->fields);
    for (int s = 0; s < facts->scans; s++) {
        const cal_scan_fact *scan = &facts->scan[s];
        if (!cal_intent_terms_fit(&request->terms, &scan->intents, &scan->tokens) ||
            (request->spw && !cal_id_lists_meet(&scan->spws, &choice->spws)))
            continue;
        for (int i = 0; i < scan->fields.count; i++) {
            int field = cal_field_facts_index(facts, scan->fields.id[i]);
            if (field >= 0)
                choice->chosen[field] = 1;
        }
    }
}

static void scans_then_counts(cal_field_choice *choice, const cal_field_request *request)
{
    const cal_field_facts *facts = choice->facts;
    choose_by_scans(choice, request);
    for (int i = 0; i < facts->fields; i++) {
        int any = 0, with = 0;
        for (CAL_NAMESAKES(k, facts, i))
            if (facts->field[k].has_rows && !strcmp(facts->field[k].name, facts->field[i].name)) {
                any++;
                with += pipeline_fits(&facts->field[k], request);
            }
        if (choice->chosen[i] && any == with)
            add_name(choice, i);
        else if (choice->chosen[i])
            add_id(choice, i,
                   cal_format("%d of the %d fields of this name have the intent", with, any));
    }
    make_set(choice);
}

/* ---- patterns 2 and 5: names if there are as many as fields, else ids ---- */

static int count_chosen(const cal_field_choice *choice, bool distinct_names)
{
    int count = 0;
    for (int i = 0; i < choice->facts->fields; i++) {
        bool again = false;
        for (CAL_NAMESAKES(k, choice->facts, i))
            again |= k < i && choice->chosen[k] && distinct_names &&
                     !strcmp(choice->facts->field[k].name, choice->facts->field[i].name);
        count += choice->chosen[i] && !again;
    }
    return count;
}

static void names_or_else_ids(cal_field_choice *choice)
{
    int fields = count_chosen(choice, false), names = count_chosen(choice, true);
    for (int i = 0; i < choice->facts->fields; i++) {
        if (choice->chosen[i] && names == fields)
            add_name(choice, i);
        else if (choice->chosen[i])
            add_id(choice, i,
                   cal_format("the %d fields have only %d name%s", fields, names,
                              names == 1 ? "" : "s"));
    }
    if (names == fields)
        make_set(choice);
}

/* The pipeline's windows are those for science, whatever is asked for. */
static bool has_science_window(const cal_field_choice *choice, const cal_field_request *request,
                               const cal_field_fact *field)
{
    for (int i = 0; i < field->spws.count; i++) {
        int spw = field->spws.id[i];
        if (spw < choice->facts->meta->spws && choice->facts->science[spw] &&
            (!request->spw || cal_id_list_has(&choice->spws, spw)))
            return true;
    }
    return false;
}

/* An observation that broke off leaves its last field without source or without data. */
static void drop_last(cal_field_choice *choice, const cal_field_request *request)
{
    for (int i = choice->facts->fields - 1; i >= 0; i--) {
        if (!choice->chosen[i])
            continue;
        const cal_field_fact *last = &choice->facts->field[i];
        choice->chosen[i] = last->has_source && has_science_window(choice, request, last);
        return;
    }
}

/* ---- patterns 3, 4 and 6: names ---- */

static void every_name(cal_field_choice *choice)
{
    for (int i = 0; i < choice->facts->fields; i++)
        if (choice->chosen[i])
            add_name(choice, i);
}

/* One call for each intent and field. */
static void every_intent(cal_field_choice *choice, const cal_field_request *request)
{
    const cal_intent_terms *terms = &request->terms;
    for (int t = 0; t < terms->count; t++) {
        const cal_intent_term *term = &terms->term[t];
        for (int i = 0; i < choice->facts->fields && !term->excluded; i++) {
            const cal_field_fact *field = &choice->facts->field[i];
            if (!choice->chosen[i] || !cal_intent_term_fits(term, &field->intents, &field->tokens))
                continue;
            add_name(choice, i);
            choice->atom[choice->atoms - 1].intent = term->text;
        }
    }
    if (!terms->inclusive)
        every_name(choice);
}

void cal_field_follow_pattern(cal_field_choice *choice, const cal_field_request *request)
{
    choose(choice, request);
    switch (request->pattern) {
    case 1:
        scans_then_counts(choice, request);
        break;
    case 5:
        drop_last(choice, request);
        names_or_else_ids(choice);
        break;
    case 2:
        names_or_else_ids(choice);
        break;
    case 3:
        every_name(choice);
        make_set(choice);
        break;
    case 4:
        every_name(choice);
        break;
    default:
        every_intent(choice, request);
    }
}

/* What several choices have in common, and what is wrong with an empty one. */
#include "base/buf.h"
#include "base/mem.h"
#include "ms/field_choice.h"
#include <string.h>

/* ---- one field parameter for all ---- */

static int by_kind_and_text(const void *a, const void *b)
{
    const cal_field_atom *first = *(cal_field_atom *const *)a,
                         *second = *(cal_field_atom *const *)b;
    return first->by_name != second->by_name ? first->by_name - second->by_name
                                             : strcmp(first->text, second->text);
}

static const cal_field_atom **sorted_atoms(const cal_field_choice *choice)
{
    const cal_field_atom **atom = CAL_NEW_ARRAY(const cal_field_atom *, choice->atoms);
    for (int i = 0; i < choice->atoms; i++)
        atom[i] = &choice->atom[i];
    qsort(atom, choice->atoms, sizeof *atom, by_kind_and_text);
    return atom;
}

/* The same elements, in whatever order. */
static bool same_atoms(const cal_field_choice *a, const cal_field_choice *b)
{
    bool same = a->atoms == b->atoms;
    const cal_field_atom **first = sorted_atoms(a), **second = sorted_atoms(b);
    for (int i = 0; same && i < a->atoms; i++)
        same = !by_kind_and_text(&first[i], &second[i]);
    free(first);
    free(second);
    return same;
}

/* Chosen ids, 4,5,8. */
static char *ids_of(const cal_field_choice *choice)
{
    cal_buf text = {0};
    for (int i = 0; i < choice->facts->fields; i++)
        if (choice->chosen[i])
            cal_buf_addf(&text, "%s%d", text.len ? "," : "", choice->facts->field[i].id);
    return cal_buf_steal(&text);
}

static bool same_ids(const cal_field_choice *a, const cal_field_choice *b)
{
    char *first = ids_of(a), *second = ids_of(b);
    bool equal = first && second && !strcmp(first, second);
    free(first);
    free(second);
    return equal;
}

char *cal_field_common(cal_field_choice *const *choice, int count)
{
    bool atoms = true, ids = true;
    for (int i = 0; i < count; i++) {
        if (!choice[i]->casa)
            return NULL;
        atoms &= same_atoms(choice[0], choice[i]);
        ids &= same_ids(choice[0], choice[i]);
    }
    if (atoms)
        return cal_copy_text(choice[0]->casa);
    return ids ? ids_of(choice[0]) : NULL;
}

/* ---- nothing chosen ---- */

static bool term_is_known(const cal_intent_term *term, cal_field_choice *const *choice, int count)
{
    bool known = !term->token;
    for (int c = 0; c < count && !known; c++)
        for (int i = 0; i < choice[c]->facts->fields && !known; i++) {
            const cal_field_fact *field = &choice[c]->facts->field[i];
            known = cal_intent_term_fits(term, &field->intents, &field->tokens);
        }
    return known;
}

static char *intents_text(const cal_field_facts *facts)
{
    cal_buf text = {0};
    if (!facts->intents.count)
        return cal_copy_text("it has no intents (no states, source types or calibrator codes); "
                             "choose fields by name");
    for (int i = 0; i < facts->intents.count; i++)
        cal_buf_addf(&text, "%s%s", i ? ", " : "its intents are ", facts->intents.item[i]);
    return cal_buf_steal(&text);
}

static cal_status fail_unknown(const cal_intent_term *term, const cal_field_facts *facts,
                               cal_error *err)
{
    const char *near = cal_intent_nearest(term->text);
    char *intents = intents_text(facts);
    cal_fail(err, CAL_DATA, "%s: no intent matches \"%s\"%s%s%s; %s", facts->path, term->text,
             near ? " (did you mean " : "", near ? near : "", near ? "?)" : "", intents);
    free(intents);
    return CAL_DATA;
}

/* Some field would be chosen if calibrator codes counted. */
static bool only_codes_fit(const cal_field_choice *choice, const cal_field_request *request)
{
    bool fits = false;
    for (int i = 0; i < choice->facts->fields; i++) {
        const cal_field_fact *field = &choice->facts->field[i];
        fits |=
            request->pattern && !strcmp(field->origin, "code") && cal_field_fits(field, request);
    }
    return fits;
}

static cal_status fail_empty(const cal_field_choice *choice, const cal_field_request *request,
                             cal_error *err)
{
    cal_buf wanted = {0};
    for (int i = 0; i < request->terms.count; i++)
        cal_buf_addf(&wanted, "%s%s%s", i ? "," : "", request->terms.term[i].excluded ? "!" : "",
                     request->terms.term[i].text);
    char *intents =
        only_codes_fit(choice, request)
            ? cal_format("it has intents by calibrator codes only, which the pipeline, and so "
                         "--pattern %d, ignores; leave out --pattern",
                         request->pattern)
            : intents_text(choice->facts);
    cal_fail(err, CAL_DATA, "%s: no field %sintent %s%s%s; %s", choice->facts->path,
             choice->atoms ? "with a name has " : "has ", cal_buf_text(&wanted),
             request->spw ? " and data in spw " : "", request->spw ? request->spw : "", intents);
    cal_buf_free(&wanted);
    free(intents);
    return CAL_DATA;
}

cal_status cal_field_choices_check(cal_field_choice *const *choice, int count,
                                   const cal_field_request *request, cal_error *err)
{
    for (int i = 0; i < request->terms.count && count; i++)
        if (!term_is_known(&request->terms.term[i], choice, count))
            return fail_unknown(&request->terms.term[i], choice[0]->facts, err);
    for (int i = 0; i < count; i++)
        if (choice[i]->empty)
            return fail_empty(choice[i], request, err);
    return CAL_OK;
}

void cal_field_choices_warn(cal_field_choice *const *choice, int count,
                            const cal_field_request *request)
{
    for (int c = 0; c < count; c++) {
        const cal_field_facts *facts = choice[c]->facts;
        if (!choice[c]->readable)
            cal_warn("%s: CASA cannot read, or finds no field by, what pattern %d makes",
                     facts->path, request->pattern);
        for (int i = 0; i < facts->fields; i++)
            if (choice[c]->taken[i] && !choice[c]->chosen[i])
                cal_warn("%s: pattern %d makes CASA take field %d %s as well, which was not chosen",
                         facts->path, request->pattern, facts->field[i].id, facts->field[i].name);
    }
    if (request->spw && request->pattern && request->pattern != 1 && request->pattern != 5)
        cal_warn("pattern %d does not look at spectral windows; --spw %s changes nothing",
                 request->pattern, request->spw);
}

#include "ms/field_choice.h"
#include "base/buf.h"
#include "base/mem.h"
#include <string.h>

void cal_field_choice_add(cal_field_choice *choice, int field, bool by_name, char *text)
{
    choice->atom = cal_grow(choice->atom, choice->atoms + 1, sizeof *choice->atom);
    choice->atom[choice->atoms++] = (cal_field_atom){field, by_name, text, NULL};
}

/* All atoms between commas; NULL for none. */
static char *join_atoms(const cal_field_choice *choice)
{
    if (!choice->atoms)
        return NULL;
    cal_buf text = {0};
    for (int i = 0; i < choice->atoms; i++)
        cal_buf_addf(&text, "%s%s", i ? "," : "", choice->atom[i].text);
    return cal_buf_steal(&text);
}

/* ---- what CASA takes ---- */

/* Codes, where no name fits. */
static bool take_code(const cal_field_facts *facts, const char *code, uint8_t *taken)
{
    bool found = false;
    for (int i = 0; i < facts->fields; i++)
        if (!facts->field[i].flag_row && cal_glob(code, facts->field[i].code))
            taken[i] = 1, found = true;
    return found;
}

/* A text that fits nothing but itself: names of flagged rows do not count. */
static bool take_literal(const cal_field_facts *facts, int field, uint8_t *taken)
{
    bool found = false;
    for (CAL_NAMESAKES(i, facts, field))
        if (!facts->field[i].flag_row)
            taken[i] = 1, found = true;
    return found || take_code(facts, facts->field[field].key, taken);
}

static bool take_pattern(const cal_field_facts *facts, const char *pattern, uint8_t *taken)
{
    bool found = false;
    for (int i = 0; i < facts->fields; i++)
        if (!facts->field[i].flag_row && cal_glob(pattern, facts->field[i].key))
            taken[i] = 1, found = true;
    return found || take_code(facts, pattern, taken);
}

/* Text in double quotes is a pattern to CASA, backslashes in it are dropped, and no quote or line
 * end can be inside (fields_ms 2.2). */
static bool take_quoted(const cal_field_facts *facts, const cal_field_atom *atom, uint8_t *taken)
{
    size_t length = strlen(atom->text) - 2;
    char *pattern = cal_copy_text(atom->text + 1), *to = pattern;
    pattern[length] = 0;
    bool readable = length && !strpbrk(pattern, "\"\n");
    bool literal = !strpbrk(pattern, "*?[]{}\\") && !strcmp(pattern, facts->field[atom->field].key);
    for (const char *from = pattern; *from; from++)
        if (*from != '\\')
            *to++ = *from;
    *to = 0;
    bool found = readable && (literal ? take_literal(facts, atom->field, taken)
                                      : take_pattern(facts, pattern, taken));
    free(pattern);
    return found;
}

bool cal_field_take(const cal_field_facts *facts, const cal_field_atom *atom, uint8_t *taken)
{
    if (!atom->by_name) {
        taken[atom->field] = 1;
        return true;
    }
    if (!*atom->text)
        return false; /* two commas in a row, or a text of nothing, which is every field */
    return *atom->text == '"' ? take_quoted(facts, atom, taken)
                              : take_literal(facts, atom->field, taken);
}

/* ---- our rule ---- */

bool cal_field_fits(const cal_field_fact *field, const cal_field_request *request)
{
    return field->has_rows &&
           cal_intent_terms_fit(&request->terms, &field->intents, &field->tokens);
}

static void choose_fields(cal_field_choice *choice, const cal_field_request *request)
{
    const cal_field_facts *facts = choice->facts;
    for (int i = 0; i < facts->fields; i++)
        choice->chosen[i] =
            cal_field_fits(&facts->field[i], request) &&
            (!request->spw || cal_id_lists_meet(&facts->field[i].spws, &choice->spws));
}

/* A field of the same name that is not chosen; -1 for none. */
static int rival_of(const cal_field_choice *choice, int field)
{
    for (CAL_NAMESAKES(i, choice->facts, field))
        if (!choice->chosen[i])
            return i;
    return -1;
}

static const char *fault_of_name(const char *name)
{
    if (!*name)
        return "it has no name";
    if (strspn(name, "0123456789") == strlen(name))
        return "CASA would read a name of digits as an id";
    if (strchr(name, '"'))
        return "CASA cannot read a name with a double quote in it";
    if (strpbrk(name, "*?[]{}"))
        return "CASA would read the name as a pattern";
    return "the name would need double quotes, in which CASA looks for patterns";
}

/* Why a chosen field cannot go by its plain name; NULL if it can. The caller frees it. */
static char *why_not_by_name(const cal_field_choice *choice, int field)
{
    const cal_field_fact *facts = choice->facts->field;
    int rival = rival_of(choice, field);
    if (rival >= 0)
        return cal_format("field %d has the same name and is not chosen", facts[rival].id);
    for (CAL_NAMESAKES(i, choice->facts, field))
        if (facts[i].flag_row)
            return cal_format("FLAG_ROW is set for field %d, which hides its name from CASA",
                              facts[i].id);
    if (!cal_casa_name_is_plain(facts[field].name))
        return cal_copy_text(fault_of_name(facts[field].name));
    return NULL;
}

/* A name that is not safe as it is: in quotes, if it then takes its own chosen fields and no others; a
 * field that it should not take or leave is named in the error. */
static cal_status write_name(cal_field_choice *choice, int first, cal_error *err)
{
    const cal_field_facts *facts = choice->facts;
    const cal_field_fact *field = &facts->field[first];
    cal_field_atom atom = {first, true,
                           cal_casa_name_is_plain(field->key) ? cal_copy_text(field->key)
                                                              : cal_casa_name(field->key),
                           NULL};
    uint8_t *taken = CAL_NEW_ARRAY(uint8_t, facts->fields);
    cal_field_take(facts, &atom, taken);
    int wrong = -1;
    for (int i = 0; i < facts->fields && wrong < 0; i++)
        if (taken[i] != (choice->chosen[i] && facts->field[i].first == field->first))
            wrong = i;
    bool good = wrong < 0;
    if (good)
        cal_field_choice_add(choice, first, true, atom.text);
    else
        cal_fail(err, CAL_DATA,
                 "%s: field %d cannot be written by name: %s would %s field %d%s%s; leave --as out "
                 "to have its id",
                 facts->path, field->id, *atom.text ? atom.text : "an empty name",
                 taken[wrong] ? "also take" : "not take", facts->field[wrong].id,
                 *facts->field[wrong].name ? " " : "", facts->field[wrong].name);
    free(taken);
    if (!good)
        free(atom.text);
    return good ? CAL_OK : CAL_DATA;
}

static bool is_first_of_name(const cal_field_choice *choice, int field)
{
    for (CAL_NAMESAKES(i, choice->facts, field))
        if (choice->chosen[i])
            return i == field;
    return false;
}

/* The chosen fields of one name: by it, or all by their ids. */
static cal_status decide(cal_field_choice *choice, int first, cal_field_form form, cal_error *err)
{
    const cal_field_facts *facts = choice->facts;
    char *why = form == CAL_FIELD_IDS ? cal_copy_text("ids were asked for")
                                      : why_not_by_name(choice, first);
    cal_status status = CAL_OK;
    if (!why)
        cal_field_choice_add(choice, first, true, cal_copy_text(facts->field[first].name));
    else if (form == CAL_FIELD_NAMES)
        status = write_name(choice, first, err);
    else
        for (CAL_NAMESAKES(i, facts, first))
            if (choice->chosen[i])
                choice->why[i] = cal_copy_text(why);
    free(why);
    return status;
}

/* In the order of the ids, a name where its first one stands. */
static cal_status write_fields(cal_field_choice *choice, cal_field_form form, cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < choice->facts->fields && !status; i++) {
        if (is_first_of_name(choice, i))
            status = decide(choice, i, form, err);
        if (choice->why[i])
            cal_field_choice_add(choice, i, false, cal_format("%d", choice->facts->field[i].id));
    }
    return status;
}

/* ---- the whole ---- */

static void finish(cal_field_choice *choice, const cal_field_request *request)
{
    choice->readable = true;
    for (int i = 0; i < choice->atoms; i++)
        choice->readable &= cal_field_take(choice->facts, &choice->atom[i], choice->taken);
    bool separate = request->pattern == CAL_FIELD_PATTERNS;
    char *joined = join_atoms(choice);
    choice->empty = !joined || !joined[strspn(joined, " ")];
    if (!separate && !choice->empty)
        choice->casa = joined;
    else
        free(joined);
}

cal_status cal_field_choose(const cal_field_facts *facts, const cal_field_request *request,
                            cal_field_choice **choice, cal_error *err)
{
    cal_field_choice *made = CAL_NEW(cal_field_choice);
    made->facts = facts;
    made->chosen = CAL_NEW_ARRAY(uint8_t, facts->fields);
    made->taken = CAL_NEW_ARRAY(uint8_t, facts->fields);
    made->why = CAL_NEW_ARRAY(char *, facts->fields);
    cal_status status = CAL_OK;
    if (request->spw)
        status = cal_field_facts_spws(facts, request->spw, &made->spws, err);
    if (!status && request->pattern) {
        cal_field_follow_pattern(made, request);
    } else if (!status) {
        choose_fields(made, request);
        status = write_fields(made, request->form, err);
    }
    if (status) {
        cal_field_choice_free(made);
        return status;
    }
    finish(made, request);
    *choice = made;
    return CAL_OK;
}

void cal_field_choice_free(cal_field_choice *choice)
{
    if (!choice)
        return;
    for (int i = 0; i < choice->facts->fields; i++)
        free(choice->why[i]);
    for (int i = 0; i < choice->atoms; i++)
        free(choice->atom[i].text);
    free(choice->why);
    free(choice->atom);
    free(choice->chosen);
    free(choice->taken);
    free(choice->spws.id);
    free(choice->casa);
    free(choice);
}

/* A table against what is asked of it: type, interpolation, fields, spws, antennas. */
#include "base/interpolation.h"
#include "base/mem.h"
#include "callib/batch.h"
#include "callib/check_parts.h"
#include "ms/select_names.h"
#include <string.h>

/* ---- the table itself ---- */

static void report_table(cal_checker *checker, const cal_table_facts *table, cal_severity severity,
                         const char *code, char *what, const char *why, const char *advice)
{
    cal_checker_report(checker, severity, code, table->gaintable, jv_object(), what, why, advice);
}

static void check_issues(cal_checker *checker, const cal_table_facts *table)
{
    jv issues = cal_json_list_at(table->document, "issues");
    jv_array_foreach(issues, i, issue)
    {
        report_table(checker, table, CAL_DOUBTFUL, "issue",
                     cal_format("%s: %s", table->gaintable, cal_json_text_at(issue, "text", "")),
                     "caltable-info found it", "look at the table with caltable-info");
        jv_free(issue);
    }
    jv_free(issues);
}

void cal_check_table(cal_checker *checker, const cal_table_facts *table)
{
    const char *name = table->gaintable;
    if (!table->exists)
        report_table(checker, table, CAL_SEVERE, "missing",
                     cal_format("there is no table %s", name), "applycal stops there",
                     "make it, go to its directory, or callib-import with --path-map");
    else if (!table->known)
        report_table(checker, table, CAL_REMARK, "unexamined",
                     cal_format("%s is there, but was not looked into", name),
                     "no document of caltable-info is about it",
                     "give one: caltable-info TABLE > INFO, callib-check --caltables INFO");
    else if (!cal_json_bool_at(table->document, "applicable", true))
        report_table(checker, table, CAL_SEVERE, "not_applicable",
                     cal_format("%s is a table of %s", name,
                                cal_json_text_at(table->document, "type", "an unknown type")),
                     "applycal does not know this type", "solve anew, as gains or as a bandpass");
    else if (cal_idset_empty(&table->spw))
        report_table(checker, table, CAL_SEVERE, "empty", cal_format("%s has no solutions", name),
                     "there is nothing to apply", "solve anew, or callib-remove it");
    else
        check_issues(checker, table);
}

/* Types that say which VisCal a table has (callibrary 1.2). */
static bool type_says_solutions(const char *caltype)
{
    static const char *const types[] = {"gaincal", "bandpass", "tsys",      "antpos",
                                        "uvcont",  "ps",       "otfraster", "otf"};
    for (size_t i = 0; i < CAL_COUNT(types); i++)
        if (!strcmp(caltype, types[i]))
            return true;
    return false;
}

void cal_check_type(cal_checker *checker, const cal_table_facts *table, const char *caltype)
{
    if (!table->known || !type_says_solutions(caltype))
        return;
    const char *viscal = cal_json_text_at(table->document, "type", "");
    const char *right = cal_caltype_of_viscal(viscal);
    if (strcmp(right, "unknown") && strcmp(right, caltype))
        report_table(checker, table, CAL_DOUBTFUL, "type",
                     cal_format("%s is registered as %s, but is a table of %s", table->gaintable,
                                caltype, viscal),
                     "who asks for tables by type gets the wrong ones",
                     "callib-remove it and callib-add it with the right --caltype");
}

/* ---- the terms of a calibration ---- */

/* Names by id of the fields that have solutions; "" for other ids. The names belong to the document's list. */
typedef struct field_names {
    jv list;
    const char **name;
    int size;
} field_names;

static field_names fields_of_table(const cal_table_facts *table)
{
    field_names fields = {.list = cal_json_at(table->document, "fields")};
    jv_array_foreach(fields.list, i, field)
    {
        int id = (int)cal_json_number_at(field, "id", -1);
        fields.size = id >= fields.size ? id + 1 : fields.size;
        jv_free(field);
    }
    fields.name = CAL_NEW_ARRAY(const char *, fields.size);
    for (int id = 0; id < fields.size; id++)
        fields.name[id] = "";
    jv_array_foreach(fields.list, i, field)
    {
        int id = (int)cal_json_number_at(field, "id", -1);
        if (id >= 0)
            fields.name[id] = cal_json_text_at(field, "name", "");
        jv_free(field);
    }
    return fields;
}

static void list_fields(const field_names *fields, cal_buf *out)
{
    for (int id = 0; id < fields->size; id++)
        if (*fields->name[id])
            cal_buf_addf(out, "%s%d %s", out->len ? ", " : "", id, fields->name[id]);
}

static bool selects_any(const field_names *fields, const char *text)
{
    cal_error unwanted = {0};
    uint8_t *mark = CAL_NEW_ARRAY(uint8_t, fields->size);
    const cal_select_names names = {(char *const *)fields->name, fields->size};
    bool any = false;
    if (!cal_select_fields(text, names, mark, &unwanted))
        for (int id = 0; id < fields->size; id++)
            any = any || (mark[id] && *fields->name[id]);
    free(mark);
    return any;
}

static void check_gainfield(cal_checker *checker, const cal_table_facts *table,
                            const char *gainfield)
{
    if (!*gainfield || !strcmp(gainfield, "nearest"))
        return;
    field_names fields = fields_of_table(table);
    cal_buf there = {0};
    list_fields(&fields, &there);
    if (!selects_any(&fields, gainfield))
        report_table(checker, table, CAL_SEVERE, "gainfield",
                     cal_format("%s has no solutions for gainfield \"%s\"; it has them for %s",
                                table->gaintable, gainfield,
                                there.len ? cal_buf_text(&there) : "no field"),
                     "applycal finds nothing to apply",
                     "register it with a field that the table has, or \"nearest\"");
    cal_buf_free(&there);
    free(fields.name);
    jv_free(fields.list);
}

void cal_check_terms(cal_checker *checker, const cal_table_facts *table,
                     const cal_calibration *terms)
{
    cal_interp interp;
    cal_error err = {0};
    if (cal_interp_parse(terms->interp, &interp, &err))
        report_table(checker, table, CAL_SEVERE, "interp",
                     cal_format("%s: interp %s", table->gaintable, err.text), "applycal refuses it",
                     "callib-remove it and callib-add it with an interpolation that exists");
    if (table->known && !cal_idset_empty(&table->spw))
        check_gainfield(checker, table, terms->gainfield);
}

/* ---- spws ---- */

enum { IDENTITY = -1, FAN_OUT = -999 };

/* Which spw of the table serves spw s; -1: the first that has solutions. By applycal's rules: one element serves all, the rest
 * of a short map is the identity (caltables 2.3). */
static int serving_spw(const cal_calibration *terms, bool positions, int s)
{
    int only = terms->spwmaps == 1 ? terms->spwmap[0] : IDENTITY;
    if (positions)
        return 0;
    if (terms->spwmaps == 1 && only != IDENTITY)
        return only == FAN_OUT ? -1 : only;
    return terms->spwmaps > 1 && s < terms->spwmaps ? terms->spwmap[s] : s;
}

static void check_spwmap(cal_checker *checker, const cal_use *use)
{
    const cal_calibration *terms = use->terms;
    cal_idset beyond = cal_idset_copy(&use->box.spw);
    for (CAL_IDS(s, &use->box.spw))
        if (s < terms->spwmaps)
            beyond.word[s / 64] &= ~((uint64_t)1 << (s % 64));
    jv where = cal_use_where(use);
    if (terms->spwmaps > use->set->spw.size)
        cal_checker_report(checker, CAL_SEVERE, "spwmap_long", terms->gaintable, jv_copy(where),
                           cal_format("spwmap of %s has %d elements, the data have %d spws",
                                      terms->gaintable, terms->spwmaps, use->set->spw.size),
                           "applycal refuses it: one element belongs to each spw of the data",
                           "callib-add it with a shorter spwmap");
    if (terms->spwmaps > 1 && !cal_idset_empty(&beyond)) {
        cal_where_ids(&where, "spw", &beyond);
        cal_checker_report(
            checker, CAL_SEVERE, "spwmap_short", terms->gaintable, jv_copy(where),
            cal_format("spwmap of %s ends before the last spw that it serves: it has %d elements",
                       terms->gaintable, terms->spwmaps),
            "applycal takes the spw of the same number for the rest, a cal library the last "
            "element",
            "callib-add it with one element for each spw, up to the last that is served");
    }
    cal_idset_free(&beyond);
    jv_free(where);
}

static bool is_positions(const cal_table_facts *table)
{
    return table->known &&
           !strcasecmp(cal_json_text_at(table->document, "type", ""), "KAntPos Jones");
}

/* The served spws whose own in the table is not in `there`. */
static cal_idset spws_without(const cal_table_facts *table, const cal_idset *there,
                              const cal_use *use, cal_buf *wanted)
{
    cal_idset without = cal_idset_make(use->box.spw.size);
    bool positions = is_positions(table);
    for (CAL_IDS(s, &use->box.spw)) {
        int from = serving_spw(use->terms, positions, s);
        if (from < 0 ? !cal_idset_empty(there) : cal_idset_has(there, from))
            continue;
        cal_idset_add(&without, s);
        cal_buf_addf(wanted, "%s%d", wanted->len ? "," : "", from);
    }
    return without;
}

static void report_spws(cal_checker *checker, const cal_table_facts *table, const cal_use *use,
                        const cal_idset *there, cal_severity severity, const char *code,
                        const char *what)
{
    cal_buf wanted = {0}, has = {0};
    cal_idset without = spws_without(table, there, use, &wanted);
    if (!cal_idset_empty(&without)) {
        jv where = cal_use_where(use);
        cal_where_ids(&where, "spw", &without);
        cal_idset_print(there, &has);
        cal_checker_report(
            checker, severity, code, table->gaintable, where,
            cal_format("%s has no %s for spw %s; it has them for %s", table->gaintable, what,
                       cal_buf_text(&wanted), has.len ? cal_buf_text(&has) : "none"),
            "these data would be flagged, or stay uncalibrated",
            "add a spwmap to spws that have solutions, or register it for fewer spws");
    }
    cal_idset_free(&without);
    cal_buf_free(&wanted);
    cal_buf_free(&has);
}

void cal_check_spws(cal_checker *checker, const cal_table_facts *table, const cal_use *use)
{
    if (!is_positions(table))
        check_spwmap(checker, use);
    if (cal_idset_empty(&table->spw))
        return;
    int before = checker->count[CAL_SEVERE];
    report_spws(checker, table, use, &table->spw, CAL_SEVERE, "spws", "solutions");
    if (checker->count[CAL_SEVERE] == before)
        report_spws(checker, table, use, &table->good_spw, CAL_DOUBTFUL, "spws_flagged",
                    "unflagged solutions");
}

/* ---- antennas ---- */

static void report_antennas(cal_checker *checker, const cal_use *use, const cal_idset *ids,
                            cal_severity severity, const char *code, const char *what,
                            const char *why, const char *advice)
{
    if (cal_idset_empty(ids))
        return;
    cal_buf names = {0};
    for (CAL_IDS(a, ids))
        cal_buf_addf(&names, "%s%s", names.len ? "," : "",
                     *use->set->antenna.name[a] ? use->set->antenna.name[a] : "(no name)");
    jv where = cal_use_where(use);
    cal_where_ids(&where, "antenna", ids);
    cal_checker_report(checker, severity, code, use->terms->gaintable, where,
                       cal_format("%s %s %s", use->terms->gaintable, what, cal_buf_text(&names)),
                       why, advice);
    cal_buf_free(&names);
}

void cal_check_antennas(cal_checker *checker, const cal_table_facts *table, const cal_use *use)
{
    if (cal_idset_empty(&table->spw))
        return;
    int size = use->box.antenna.size;
    cal_idset other = cal_idset_make(size), none = cal_idset_make(size), bad = cal_idset_make(size);
    for (CAL_IDS(a, &use->box.antenna)) {
        const char *there = a < table->antenna.size ? table->antenna_name[a] : NULL;
        if (there && *there && strcmp(there, use->set->antenna.name[a]))
            cal_idset_add(&other, a);
        else if (!cal_idset_has(&table->antenna, a))
            cal_idset_add(&none, a);
        else if (!cal_idset_has(&table->good_antenna, a))
            cal_idset_add(&bad, a);
    }
    report_antennas(checker, use, &other, CAL_SEVERE, "antenna_names",
                    "has other antennas under the ids of", "solutions are found by antenna id",
                    "is it a table of these data? solve anew with them");
    report_antennas(checker, use, &none, CAL_SEVERE, "antennas", "has no solutions for",
                    "their data would be flagged, or stay uncalibrated",
                    "solve for them, or register it for the other antennas");
    report_antennas(checker, use, &bad, CAL_DOUBTFUL, "antennas_flagged",
                    "has only flagged solutions for", "their data will be flagged",
                    "nothing, if these antennas are bad; otherwise look at the solve");
    cal_idset_free(&other);
    cal_idset_free(&none);
    cal_idset_free(&bad);
}

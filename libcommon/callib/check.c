/* The walk through a book: tables one after the other, and what they serve. */
#include "callib/check.h"
#include "base/mem.h"
#include "callib/check_parts.h"
#include <string.h>

/* ---- reporting ---- */

static const char *const severity_name[CAL_SEVERITIES] = {"error", "warning", "note"};

void cal_checker_report(cal_checker *checker, cal_severity severity, const char *code,
                        const char *gaintable, jv where, char *what, const char *why,
                        const char *advice)
{
    checker->count[severity]++;
    jv finding =
        JV_OBJECT(jv_string("severity"), jv_string(severity_name[severity]), jv_string("code"),
                  jv_string(code), jv_string("gaintable"), cal_json_text(gaintable),
                  jv_string("where"), where, jv_string("what"), cal_json_text(what),
                  jv_string("why"), cal_json_text(why), jv_string("advice"), cal_json_text(advice));
    cal_json_push(&checker->findings, finding);
    free(what);
}

jv cal_use_where(const cal_use *use)
{
    return JV_OBJECT(jv_string("vis"), cal_json_text(use->set->name));
}

void cal_where_ids(jv *where, const char *axis, const cal_idset *ids)
{
    cal_buf text = {0};
    cal_idset_print(ids, &text);
    cal_json_set(where, axis, cal_json_text(cal_buf_text(&text)));
    cal_buf_free(&text);
}

/* ---- uses ---- */

typedef struct use_list {
    cal_use *item;
    int count;
} use_list;

static cal_use *use_of(use_list *list, const cal_library *library, int calibration, int vis)
{
    for (int i = 0; i < list->count; i++)
        if (list->item[i].calibration == calibration && list->item[i].vis == vis)
            return &list->item[i];
    list->item = cal_grow(list->item, (size_t)list->count + 1, sizeof *list->item);
    cal_use *use = &list->item[list->count++];
    const cal_vis *set = library->vis[vis];
    *use = (cal_use){calibration,
                     vis,
                     &library->calibration[calibration],
                     set,
                     cal_box_empty(set),
                     CAL_NEW_ARRAY(uint8_t, set->triples)};
    return use;
}

static void add_region(cal_use *use, const cal_box *box)
{
    for (int t = -1; (t = cal_vis_next(use->set, box, t)) >= 0;) {
        const cal_triple *triple = &use->set->triple[t];
        use->triple[t] = 1;
        cal_idset_add(&use->box.spw, triple->spw);
        cal_idset_add(&use->box.field, triple->field);
        cal_idset_add(&use->box.intent, triple->intent);
    }
    cal_idset_unite(&use->box.antenna, &box->antenna);
    cal_idset_intersect(&use->box.antenna, &use->set->antenna.all);
}

static use_list uses_of(const cal_library *library, const cal_book *book)
{
    use_list list = {0};
    for (int r = 0; r < book->count; r++) {
        const cal_registration *entry = &book->item[r];
        for (int i = 0; i < entry->data.count; i++) {
            const cal_region *region = &entry->data.item[i];
            add_region(use_of(&list, library, entry->calibration, region->vis), &region->box);
        }
    }
    return list;
}

static void free_uses(use_list *list)
{
    for (int i = 0; i < list->count; i++) {
        cal_box_free(&list->item[i].box);
        free(list->item[i].triple);
    }
    free(list->item);
}

/* ---- tables ---- */

/* Is the table of calibration c that of an earlier one? */
static bool table_seen(const cal_library *library, const use_list *uses, int u)
{
    for (int i = 0; i < u; i++)
        if (!strcmp(library->calibration[uses->item[i].calibration].gaintable,
                    uses->item[u].terms->gaintable))
            return true;
    return false;
}

static bool terms_seen(const use_list *uses, int u)
{
    for (int i = 0; i < u; i++)
        if (uses->item[i].calibration == uses->item[u].calibration)
            return true;
    return false;
}

/* Each type that the table is registered under, once. */
static void check_types(cal_checker *checker, const cal_book *book, const cal_table_facts *table)
{
    const cal_calibration *calibration = checker->library->calibration;
    const char *last = NULL;
    for (int r = 0; r < book->count; r++) {
        const cal_registration *entry = &book->item[r];
        if (strcmp(calibration[entry->calibration].gaintable, table->gaintable) ||
            (last && !strcmp(last, entry->caltype)))
            continue;
        last = entry->caltype;
        cal_check_type(checker, table, entry->caltype);
    }
}

static void check_use(cal_checker *checker, const cal_book *book, const use_list *uses, int u,
                      const cal_table_facts *table)
{
    const cal_use *use = &uses->item[u];
    if (!table_seen(checker->library, uses, u)) {
        cal_check_table(checker, table);
        check_types(checker, book, table);
    }
    if (!terms_seen(uses, u))
        cal_check_terms(checker, table, use->terms);
    cal_check_spws(checker, table, use);
    if (table->known) {
        cal_check_antennas(checker, table, use);
        cal_check_times(checker, table, use);
    }
}

static void check_uses(cal_checker *checker, const cal_book *book, const use_list *uses, jv *result)
{
    int tables = 0, examined = 0;
    for (int u = 0; u < uses->count; u++) {
        cal_table_facts table =
            cal_table_facts_find(uses->item[u].terms->gaintable, checker->with->caltables);
        if (!table_seen(checker->library, uses, u)) {
            tables++;
            examined += table.known;
        }
        check_use(checker, book, uses, u, &table);
        cal_table_facts_free(&table);
    }
    cal_json_set(result, "tables", jv_number(tables));
    cal_json_set(result, "examined", jv_number(examined));
}

/* ---- documents ---- */

static cal_status need_id(void *unused, jv item, const cal_place *place, cal_error *err)
{
    enum { NONE = -1, LARGEST = 1 << 20 };
    int id;
    (void)unused;
    return cal_doc_int(item, "id", place, NONE, LARGEST, &id, err);
}

/* The lists that are read of a table; tables of the old format have none. */
static cal_status need_lists(jv document, const cal_place *place, cal_error *err)
{
    static const char *const lists[] = {"spws", "antennas", "fields"};
    bool optional = !strcmp(cal_json_text_at(document, "format", ""), "old");
    for (size_t i = 0; i < CAL_COUNT(lists); i++)
        if (cal_doc_each(document, lists[i], place, optional, need_id, NULL, err))
            return err->status;
    return CAL_OK;
}

static cal_status need_tables(jv documents, cal_error *err)
{
    cal_status status = CAL_OK;
    const cal_place top = {.name = "caltables"};
    jv_array_foreach(documents, i, document)
    {
        const cal_place place = {.up = &top, .index = i};
        if (!status)
            status = need_lists(document, &place, err);
        jv_free(document);
    }
    return status;
}

static cal_status need_schema(jv documents, const char *tool, cal_error *err)
{
    cal_status status = CAL_OK;
    char *wanted = cal_format("calutils/%s/1", tool);
    jv_array_foreach(documents, i, document)
    {
        if (!status && strcmp(cal_json_text_at(document, "schema", ""), wanted))
            status = cal_fail(err, CAL_INPUT, "document %d is of schema \"%s\", not of %s: %s",
                              i + 1, cal_json_text_at(document, "schema", ""), tool, wanted);
        jv_free(document);
    }
    free(wanted);
    return status;
}

/* ---- sets ---- */

/* Is the set still the one that the library was made of? */
static cal_status check_set(cal_checker *checker, jv info, const cal_place *place, cal_error *err)
{
    cal_vis *now;
    int known;
    if (cal_vis_from_ms_info(info, place, &now, err))
        return err->status;
    cal_status status = cal_library_find_vis(checker->library, now->name, &known, err);
    if (!status && !cal_vis_same(now, checker->library->vis[known]))
        cal_checker_report(
            checker, CAL_SEVERE, "set_changed", NULL,
            JV_OBJECT(jv_string("vis"), cal_json_text(now->name)),
            cal_format("%s has other antennas, spws, fields or intents than in the library",
                       now->name),
            "the ids of the library may mean something else in these data",
            "make the library anew with callib-new, and import the state into it");
    cal_vis_free(now);
    return status;
}

static cal_status check_sets(cal_checker *checker, cal_error *err)
{
    cal_status status = CAL_OK;
    const cal_place top = {.name = "ms-info"};
    jv_array_foreach(checker->with->infos, i, info)
    {
        const cal_place place = {.up = &top, .index = i};
        if (!status)
            status = check_set(checker, info, &place, err);
        jv_free(info);
    }
    return status;
}

cal_status cal_check_book(const cal_library *library, const cal_book *book, const cal_check *check,
                          jv *result, cal_error *err)
{
    cal_checker checker = {library, check, jv_array(), {0}};
    if (need_schema(check->caltables, "caltable-info", err) || need_tables(check->caltables, err) ||
        need_schema(check->infos, "ms-info", err) || check_sets(&checker, err)) {
        jv_free(checker.findings);
        return err->status;
    }
    *result = jv_object();
    use_list uses = uses_of(library, book);
    check_uses(&checker, book, &uses, result);
    free_uses(&uses);
    cal_check_twice(&checker, book);
    cal_json_set(result, "errors", jv_number(checker.count[CAL_SEVERE]));
    cal_json_set(result, "warnings", jv_number(checker.count[CAL_DOUBTFUL]));
    cal_json_set(result, "notes", jv_number(checker.count[CAL_REMARK]));
    cal_json_set(result, "findings", checker.findings);
    return CAL_OK;
}

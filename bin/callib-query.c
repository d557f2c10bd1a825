/* callib-query: which calibrations apply to which data? */
#include "base/mem.h"
#include "base/text.h"
#include "base/tool.h"
#include "callib/edit.h"
#include "callib/target.h"
#include "callib/terms.h"
#include "callib/view.h"
#include <string.h>

static cal_target target;
static cal_predicate predicate;
static const char *book_name = "active", *consolidate = "exact", *ignore = "";
static bool strict, uncalibrated, tables, whole_library;

static const cal_option options[] = {
    CAL_TARGET_OPTIONS(target),
    CAL_PREDICATE_OPTIONS(predicate),
    CAL_HEADING("What is listed"),
    {"book", 'b', CAL_CHOICE, "BOOK", &book_name, "what is to be applied, or what was applied",
     "active applied", 0},
    {"uncalibrated", 'u', CAL_FLAG, NULL, &uncalibrated, "the data that have no such calibration",
     0, 0},
    {"tables", 't', CAL_FLAG, NULL, &tables, "the names of the tables only", 0, 0},
    {"library", 'l', CAL_FLAG, NULL, &whole_library,
     "the part as a library, with both books; other callib tools take it", 0, 0},
    {"ignore", 0, CAL_TEXT, "TERMS", &ignore,
     "terms that count as their defaults: calwt,interp,spwmap,gainfield,caltype", 0, 0},
    CAL_HEADING("How lines are made"),
    {"strict", 0, CAL_FLAG, NULL, &strict,
     "no line covers a combination of field, spw and intent that has no data", 0, 0},
    {"consolidate", 0, CAL_CHOICE, "HOW", &consolidate,
     "few exact lines, or the lines of the NRAO pipeline", "exact pipeline", 0},
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"What applies to the target?", "callib-query lib.json --intent TARGET"},
    {"Which data have no bandpass table?",
     "callib-query lib.json --caltype bandpass --uncalibrated"},
    {"The names of the tables that a set needs",
     "callib-query lib.json --vis eb1.ms --tables --jq '.tables[].gaintable'"},
    {"The part of the library for two spws",
     "callib-query lib.json --spw 0,1 --library > part.json"},
    {NULL, NULL}};

/* ---- the part of the library that is asked for ---- */

static void keep_what_fits(const cal_library *library, cal_book *book)
{
    int kept = 0;
    for (int i = 0; i < book->count; i++) {
        if (cal_predicate_fits(&predicate, library, &book->item[i]))
            book->item[kept++] = book->item[i];
        else
            cal_registration_free(&book->item[i]);
    }
    book->count = kept;
}

static void cut_book(cal_library *library, cal_book *book, const cal_regions *where,
                     const cal_terms *terms)
{
    keep_what_fits(library, book);
    cal_book_trim(library, book, where);
    cal_terms_ignore(terms, library, book);
}

/* ---- listing ---- */

typedef struct answer {
    cal_library *library;
    cal_book *book;
    cal_view rows;
    jv faults; /* of the pipeline's listing */
    long cells;
} answer;

static answer found;

static void note_fault(const cal_listing *listing, const cal_map *map)
{
    char *fault = cal_listing_fault(listing, map);
    if (fault) {
        cal_warn("%s: the pipeline's listing is wrong here: it %s", map->vis->name, fault);
        cal_json_push(&found.faults, JV_OBJECT(jv_string("vis"), cal_json_text(map->vis->name),
                                               jv_string("fault"), cal_json_text(fault)));
    }
    free(fault);
}

static long count_cells(const cal_listing *listing, const cal_vis *vis)
{
    long cells = 0;
    for (int i = 0; i < listing->count; i++) {
        const cal_box *box = &listing->line[i].box;
        for (int t = -1; (t = cal_vis_next(vis, box, t)) >= 0;)
            cells += cal_idset_count(&box->antenna);
    }
    return cells;
}

static void list_set(int vis, const cal_regions *where)
{
    cal_map *map = cal_map_make(found.library, found.book, vis);
    cal_listing listing;
    if (uncalibrated) {
        listing = cal_listing_uncalibrated(map, where, vis, strict);
        found.cells += count_cells(&listing, map->vis);
    } else {
        bool pipeline = !strcmp(consolidate, "pipeline");
        listing = pipeline ? cal_listing_pipeline(map) : cal_listing_make(map, strict);
        if (pipeline)
            note_fault(&listing, map);
        found.cells += cal_map_cells(map);
    }
    cal_view_add_listing(&found.rows, book_name, vis, map, &listing);
    cal_map_free(map);
}

static void print_lines(jv document, cal_buf *out)
{
    (void)document;
    if (found.rows.count)
        cal_view_print(&found.rows, found.library, false, out);
    else
        cal_buf_add(out, uncalibrated ? "all of these data are calibrated\n"
                                      : "no calibrations for these data\n");
}

static cal_status answer_lines(const cal_regions *where, cal_error *err)
{
    found.faults = jv_array();
    for (int vis = 0; vis < found.library->viss; vis++)
        list_set(vis, where);
    cal_buf json = {0};
    if (!cal_wants_text()) {
        char *faults = cal_json_dump(found.faults);
        cal_buf_addf(&json, "\"book\":\"%s\",\"lines\":", book_name);
        cal_view_json(&found.rows, found.library, found.book, &json);
        cal_buf_addf(&json, ",\"cells\":%ld", found.cells);
        if (jv_array_length(jv_copy(found.faults)))
            cal_buf_addf(&json, ",\"faults\":%s", faults);
        free(faults);
    }
    cal_status status = cal_print_dumped(cal_buf_text(&json), print_lines, err);
    cal_buf_free(&json);
    jv_free(found.faults);
    cal_view_free(&found.rows);
    return status;
}

/* ---- tables ---- */

static void print_tables(jv document, cal_buf *out)
{
    jv list = cal_json_at(document, "tables");
    jv_array_foreach(list, i, table)
    {
        cal_buf_addf(out, "%s\n", cal_json_text_at(table, "gaintable", ""));
        jv_free(table);
    }
    jv_free(list);
}

static bool told_before(const cal_library *library, const cal_book *book, int number)
{
    const char *name = library->calibration[book->item[number].calibration].gaintable;
    for (int i = 0; i < number; i++)
        if (!strcmp(library->calibration[book->item[i].calibration].gaintable, name) &&
            !strcmp(book->item[i].caltype, book->item[number].caltype))
            return true;
    return false;
}

/* In the order of their first registration. */
static cal_status answer_tables(const cal_library *library, const cal_book *book, cal_error *err)
{
    jv list = jv_array();
    for (int i = 0; i < book->count; i++) {
        const cal_registration *at = &book->item[i];
        if (!told_before(library, book, i))
            cal_json_push(&list,
                          JV_OBJECT(jv_string("gaintable"),
                                    cal_json_text(library->calibration[at->calibration].gaintable),
                                    jv_string("caltype"), cal_json_text(at->caltype)));
    }
    return cal_print(JV_OBJECT(jv_string("book"), jv_string(book_name), jv_string("tables"), list),
                     print_tables, err);
}

/* ---- the tool ---- */

static cal_status answer_from(cal_library *library, const cal_regions *where,
                              const cal_terms *terms, cal_error *err)
{
    found.library = library;
    found.book = strcmp(book_name, "applied") ? &library->active : &library->applied;
    cut_book(library, found.book, where, terms);
    if (tables)
        return answer_tables(library, found.book, err);
    return answer_lines(where, err);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_library *library;
    cal_terms terms;
    cal_regions where;
    if (cal_terms_parse(ignore, &terms, err) ||
        cal_edit_read(count ? operand[0] : "-", &library, err))
        return err->status;
    cal_status status = cal_target_resolve(&target, library, &where, err);
    if (!status && !where.count)
        status = cal_target_empty(&target, library, err);
    if (!status && whole_library) {
        cut_book(library, &library->active, &where, &terms);
        cut_book(library, &library->applied, &where, &terms);
        cal_regions_free(&where);
        return cal_edit_print(library, err);
    }
    if (!status) {
        status = answer_from(library, &where, &terms, err);
        cal_regions_free(&where);
    }
    cal_library_free(library);
    return status;
}

static const cal_tool tool = {
    .name = "callib-query",
    .group = CAL_GROUP_CALLIB,
    .brief = "list which calibrations apply to which data",
    .operands = "[LIBRARY]",
    .min_operands = 0,
    .max_operands = 1,
    .about =
        "Lists what a calibration library says about a selection of data: few lines, each some "
        "data and the calibrations that apply to all of them, in order. The lines are disjoint "
        "and hold every calibrated combination of antenna, spw, field and intent once.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

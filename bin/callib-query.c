/* callib-query: which calibrations apply to which data? */
#include "base/mem.h"
#include "base/tool.h"
#include "callib/edit.h"
#include "callib/query.h"
#include "callib/target.h"
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
     "callib-query lib.json --vis eb1.ms --tables --raw --jq '.tables[].gaintable'"},
    {"The part of the library for two spws",
     "callib-query lib.json --spw 0,1 --library > part.json"},
    {NULL, NULL}};

/* ---- lines ---- */

/* What print_lines() shows. */
static const cal_library *shown;
static cal_answer answer;
static int applied; /* tables that the other book has for these data */

static void print_lines(jv unused, cal_buf *out)
{
    (void)unused;
    if (answer.view.count)
        cal_view_print(&answer.view, shown, false, out);
    else
        cal_buf_addf(out, "%s%s\n",
                     uncalibrated ? "all of these data are calibrated"
                                  : "no calibrations for these data",
                     applied ? "; those that were applied: --book applied" : "");
}

static void warn_of_faults(void)
{
    jv_array_foreach(answer.faults, i, fault)
    {
        cal_warn("%s: the pipeline's listing is wrong here: it %s",
                 cal_json_text_at(fault, "vis", ""), cal_json_text_at(fault, "fault", ""));
        jv_free(fault);
    }
}

static cal_status print_answer(const cal_library *library, const cal_book *book, cal_error *err)
{
    cal_buf json = {0};
    shown = library;
    warn_of_faults();
    if (!cal_wants_text()) {
        cal_buf_addf(&json, "\"book\":\"%s\",\"lines\":", book_name);
        cal_view_json(&answer.view, library, book, &json);
        cal_buf_addf(&json, ",\"cells\":%ld", answer.cells);
        char *faults = cal_json_dump(answer.faults);
        if (strcmp(faults, "[]"))
            cal_buf_addf(&json, ",\"faults\":%s", faults);
        free(faults);
    }
    cal_status status = cal_print_dumped(cal_buf_text(&json), print_lines, err);
    cal_buf_free(&json);
    jv_free(answer.faults);
    cal_view_free(&answer.view);
    return status;
}

/* ---- names of tables ---- */

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

/* ---- the tool ---- */

static cal_status ask(const cal_query *query, cal_library *library, cal_error *err)
{
    cal_book *book = strcmp(book_name, "applied") ? &library->active : &library->applied;
    cal_query_cut(query, library, book);
    if (tables)
        return cal_print(JV_OBJECT(jv_string("book"), jv_string(book_name), jv_string("tables"),
                                   cal_book_tables(library, book)),
                         print_tables, err);
    if (book == &library->active && !uncalibrated && cal_wants_text()) {
        cal_query_cut(query, library, &library->applied);
        applied = jv_array_length(cal_book_tables(library, &library->applied));
    }
    answer = cal_query_answer(query, library, book, book_name);
    return print_answer(library, book, err);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_library *library;
    cal_regions where;
    cal_query query = {.predicate = &predicate,
                       .where = &where,
                       .uncalibrated = uncalibrated,
                       .strict = strict,
                       .pipeline = !strcmp(consolidate, "pipeline")};
    if (cal_terms_parse(ignore, &query.ignored, err) ||
        cal_edit_read(count ? operand[0] : "-", &library, err))
        return err->status;
    cal_status status = cal_target_resolve(&target, library, &where, err);
    if (!status && !where.count)
        status = cal_target_empty(&target, library, err);
    if (!status && whole_library) {
        cal_query_cut(&query, library, &library->active);
        cal_query_cut(&query, library, &library->applied);
        cal_regions_free(&where);
        return cal_edit_print(library, err);
    }
    if (!status) {
        status = ask(&query, library, err);
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

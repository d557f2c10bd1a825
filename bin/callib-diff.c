/* callib-diff: do two libraries say the same about the same data? */
#include "base/mem.h"
#include "base/text.h"
#include "base/tool.h"
#include "callib/compare.h"
#include "callib/edit.h"
#include "callib/terms.h"
#include <string.h>

static const char *book_name = "both", *ignore = "";

static const cal_option options[] = {CAL_HEADING("What is compared"),
                                     {"book", 'b', CAL_CHOICE, "BOOK", &book_name,
                                      "what is to be applied, or what was applied",
                                      "active applied both", 0},
                                     {"ignore", 0, CAL_TEXT, "TERMS", &ignore,
                                      "terms that may differ: calwt,interp,spwmap,gainfield", 0, 0},
                                     CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"Did the import bring everything back?", "callib-diff lib.json again.json && echo same"},
    {"Which data got other calibrations than last time",
     "callib-diff monday.json today.json --raw --jq '.differences[] | [.field, .intent] | @tsv'"},
    {NULL, NULL}};

/* The first library's books, and the library with the second one's: sets and calibrations have one
 * numbering. */
typedef struct pair {
    cal_library *library;
    cal_book active, applied; /* of the first */
    jv only;                  /* sets that one of them lacks */
    cal_view rows;
    long cells;
} pair;

static pair compared;

static void note_missing(const cal_library *first, const cal_library *second, const char *where)
{
    for (int i = 0; i < first->viss; i++) {
        bool there = false;
        for (int j = 0; j < second->viss; j++)
            there |= !strcmp(first->vis[i]->name, second->vis[j]->name);
        if (!there)
            cal_json_push(&compared.only,
                          JV_OBJECT(jv_string("vis"), cal_json_text(first->vis[i]->name),
                                    jv_string("only_in"), jv_string(where)));
    }
}

static void compare(const char *title, cal_book *first, cal_book *second, const cal_terms *terms)
{
    if (strcmp(book_name, "both") && strcmp(book_name, title))
        return;
    cal_terms_ignore(terms, compared.library, first);
    cal_terms_ignore(terms, compared.library, second);
    for (int vis = 0; vis < compared.library->viss; vis++)
        compared.cells +=
            cal_book_compare(compared.library, first, second, vis, title, &compared.rows);
}

static cal_status compare_libraries(cal_library *first, const cal_library *second,
                                    const cal_terms *terms, cal_error *err)
{
    compared = (pair){first, first->active, first->applied, jv_array(), {0}, 0};
    first->active = first->applied = (cal_book){0};
    note_missing(first, second, "first");
    note_missing(second, first, "second");
    if (cal_library_merge(first, second, false, err))
        return err->status;
    compare("active", &compared.active, &first->active, terms);
    compare("applied", &compared.applied, &first->applied, terms);
    return CAL_OK;
}

/* ---- the result ---- */

static bool is_same(void)
{
    return !compared.rows.count && !jv_array_length(jv_copy(compared.only));
}

static void print_text(jv unused, cal_buf *out)
{
    (void)unused;
    jv_array_foreach(compared.only, i, set)
    {
        cal_buf_addf(out, "%s is only in the %s\n", cal_json_text_at(set, "vis", ""),
                     cal_json_text_at(set, "only_in", ""));
        jv_free(set);
    }
    cal_view_reduce(&compared.rows);
    if (compared.rows.count)
        cal_view_print(&compared.rows, compared.library, true, out);
    cal_buf_add(out, is_same() ? "same\n" : "different\n");
}

static void add_member(cal_buf *json, const char *key, jv value)
{
    char *text = cal_json_dump(value);
    cal_buf_addf(json, "\"%s\":%s,", key, text);
    free(text);
    jv_free(value);
}

static cal_status print_result(char **name, cal_error *err)
{
    cal_buf json = {0};
    add_member(&json, "same", jv_bool(is_same()));
    add_member(&json, "first", cal_json_text(cal_text_name(name[0])));
    add_member(&json, "second", cal_json_text(cal_text_name(name[1])));
    add_member(&json, "sets", jv_copy(compared.only));
    add_member(&json, "cells", jv_number(compared.cells));
    cal_buf_add(&json, "\"differences\":");
    cal_view_json(&compared.rows, compared.library, NULL, &json);
    cal_status status = cal_print_dumped(cal_buf_text(&json), print_text, err);
    cal_buf_free(&json);
    return status || is_same() ? status : CAL_NO;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_library *first, *second;
    cal_terms terms;
    (void)count;
    if (cal_terms_parse(ignore, &terms, err) || cal_edit_read(operand[0], &first, err))
        return err->status;
    cal_status status = cal_edit_read(operand[1], &second, err);
    if (!status) {
        status = compare_libraries(first, second, &terms, err);
        if (!status)
            status = print_result(operand, err);
        cal_view_free(&compared.rows);
        cal_book_free(&compared.active);
        cal_book_free(&compared.applied);
        jv_free(compared.only);
        cal_library_free(second);
    }
    cal_library_free(first);
    return status;
}

static const cal_tool tool = {
    .name = "callib-diff",
    .group = CAL_GROUP_CALLIB,
    .brief = "compare two calibration libraries",
    .operands = "LIBRARY1 LIBRARY2",
    .min_operands = 2,
    .max_operands = 2,
    .about = "Compares the calibrations of two libraries cell by cell, whatever registrations they "
             "are made of, and lists the data on which they differ with what each has there. The "
             "exit status is 0 when they are the same and 1 when they are not.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

/* Are two MeasurementSets the same, and where and by how much are they not? */
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/tool.h"
#include "ms/diff.h"
#include <math.h>
#include <string.h>

static cal_words columns, ignored;
static cal_diff_limit *limits;
static cal_diff_options wanted = {.columns = &columns, .ignore = &ignored};

static cal_status add_limit(const char *text, bool absolute, cal_error *err)
{
    const char *equals = strrchr(text, '=');
    const char *number = equals ? equals + 1 : text;
    cal_diff_limit limit = {.absolute = absolute};
    if (!cal_parse_number(number, &limit.value) || !(limit.value >= 0))
        return cal_fail(err, CAL_USAGE, "\"%s\" is no tolerance; give a number, or COLUMN=number",
                        text);
    if (equals)
        limit.column = cal_format("%.*s", (int)(equals - text), text);
    limits = cal_grow(limits, wanted.limits + 1, sizeof *limits);
    limits[wanted.limits++] = limit;
    return CAL_OK;
}

static cal_status add_relative(void *unused, const char *text, cal_error *err)
{
    (void)unused;
    return add_limit(text, false, err);
}

static cal_status add_absolute(void *unused, const char *text, cal_error *err)
{
    (void)unused;
    return add_limit(text, true, err);
}

static cal_status add_words(void *list, const char *text, cal_error *err)
{
    (void)err;
    cal_words words = cal_words_split(text, ',');
    for (int i = 0; i < words.count; i++)
        cal_words_add(list, words.item[i]);
    cal_words_free(&words);
    return CAL_OK;
}

static const cal_option options[] = {
    CAL_HEADING("What is compared"),
    {"columns", 'c', CAL_EACH, "LIST", &columns,
     "only these: COLUMN of MAIN, SUBTABLE or SUBTABLE/COLUMN; patterns with *", 0, add_words},
    {"ignore", 'i', CAL_EACH, "LIST", &ignored, "not these", 0, add_words},
    {"any-order", 'o', CAL_FLAG, NULL, &wanted.any_order,
     "match the rows of MAIN by time, baseline and ids instead of by number", 0, 0},
    {"flagged", 0, CAL_FLAG, NULL, &wanted.flagged, "compare samples that both have flagged, too",
     0, 0},
    {"history", 0, CAL_FLAG, NULL, &wanted.history, "compare HISTORY too", 0, 0},
    CAL_HEADING("How near is the same"),
    {"tolerance", 't', CAL_EACH, "[COLUMN=]X", NULL,
     "relative to the larger value; without a column for all but times", 0, add_relative},
    {"absolute", 'a', CAL_EACH, "[COLUMN=]X", NULL, "in the unit of the column", 0, add_absolute},
    CAL_OPTIONS_END,
};

/* ---- the result for people ---- */

static void first_text(jv column, cal_buf *out)
{
    jv first = cal_json_at(column, "first");
    if (jv_get_kind(first) == JV_KIND_OBJECT) {
        cal_buf_addf(out, "    first: row %.0f", cal_json_number_at(first, "row", 0));
        if (cal_json_number_at(first, "row", 0) != cal_json_number_at(first, "other_row", 0))
            cal_buf_addf(out, " (%.0f)", cal_json_number_at(first, "other_row", 0));
        if (cal_json_has(first, "time"))
            cal_buf_addf(out, ", %s&%s at %s", cal_json_text_at(first, "antenna1", ""),
                         cal_json_text_at(first, "antenna2", ""),
                         cal_json_text_at(first, "time", ""));
        if (cal_json_has(first, "chan"))
            cal_buf_addf(out, ", chan %.0f", cal_json_number_at(first, "chan", 0));
        if (cal_json_has(first, "corr"))
            cal_buf_addf(out, ", corr %.0f", cal_json_number_at(first, "corr", 0));
        if (cal_json_bool_at(first, "shapes_differ", false))
            cal_buf_add(out, ": of different shape, or undefined in one\n");
        else
            cal_buf_addf(out, ": %s and %s\n", cal_json_text_at(first, "value", ""),
                         cal_json_text_at(first, "other_value", ""));
    }
    jv_free(first);
}

static void column_text(jv column, cal_buf *out)
{
    if (cal_json_bool_at(column, "same", true))
        return;
    cal_buf_addf(out, "  %s", cal_json_text_at(column, "column", ""));
    if (cal_json_has(column, "problem"))
        cal_buf_addf(out, ": %s", cal_json_text_at(column, "problem", ""));
    if (cal_json_number_at(column, "differing_cells", 0) > 0)
        cal_buf_addf(
            out,
            ": %.0f of %.0f cells, %.0f of %.0f values differ, by at most %.3g (%.3g of the value)",
            cal_json_number_at(column, "differing_cells", 0),
            cal_json_number_at(column, "cells", 0),
            cal_json_number_at(column, "differing_values", 0),
            cal_json_number_at(column, "values", 0),
            cal_json_number_at(column, "max_abs", HUGE_VAL),
            cal_json_number_at(column, "max_rel", HUGE_VAL));
    cal_buf_add(out, "\n");
    first_text(column, out);
}

static void table_text(jv table, cal_buf *out)
{
    double rows = cal_json_number_at(table, "rows", 0),
           other = cal_json_number_at(table, "other_rows", 0);
    if (cal_json_bool_at(table, "same", true))
        return;
    cal_buf_addf(out, "%s", cal_json_text_at(table, "table", ""));
    if (cal_json_has(table, "problem"))
        cal_buf_addf(out, ": %s", cal_json_text_at(table, "problem", ""));
    else if (rows != other)
        cal_buf_addf(out, ": %.0f and %.0f rows", rows, other);
    if (cal_json_number_at(table, "rows_only_in_first", 0) +
            cal_json_number_at(table, "rows_only_in_second", 0) >
        0)
        cal_buf_addf(out, "; %.0f only in the first, %.0f only in the second",
                     cal_json_number_at(table, "rows_only_in_first", 0),
                     cal_json_number_at(table, "rows_only_in_second", 0));
    cal_buf_add(out, "\n");
    jv list = cal_json_list_at(table, "columns");
    jv_array_foreach(list, i, column)
    {
        column_text(column, out);
        jv_free(column);
    }
    jv_free(list);
}

static void report_text(jv report, cal_buf *out)
{
    jv tables = cal_json_at(report, "tables");
    jv_array_foreach(tables, i, table)
    {
        table_text(table, out);
        jv_free(table);
    }
    jv_free(tables);
    cal_buf_add(out, cal_json_bool_at(report, "same", false) ? "same\n" : "different\n");
}

static cal_status run(int count, char **operand, cal_error *err)
{
    (void)count;
    jv report;
    wanted.limit = limits;
    cal_status status = cal_diff(operand[0], operand[1], &wanted, &report, err);
    if (!status) {
        bool same = cal_json_bool_at(report, "same", false);
        status = cal_print(report, report_text, err);
        if (!status && !same)
            status = CAL_NO;
    }
    for (int i = 0; i < wanted.limits; i++)
        free(limits[i].column);
    free(limits);
    cal_words_free(&columns);
    cal_words_free(&ignored);
    return status;
}

static const cal_tool tool = {
    .name = "ms-diff",
    .group = CAL_GROUP_MS,
    .brief = "compare two MeasurementSets",
    .operands = "MS1 MS2",
    .min_operands = 2,
    .max_operands = 2,
    .about =
        "Compares MAIN and all subtables of two MeasurementSets cell by cell and says which "
        "columns differ, in how many cells, by how much, and where first. The exit status is 0 "
        "when they are the same and 1 when they are not.",
    .options = options,
    .examples = (const cal_example[]){{"Is the copy whole?", "ms-diff eb1.ms copy.ms"},
                                      {"Are our data CASA's, to single precision?",
                                       "ms-diff --any-order --tolerance 5e-6 --absolute TIME=1e-4 "
                                       "--ignore FLAG_CMD ours.ms casas.ms"},
                                      {"The columns that a calibration changed",
                                       "ms-diff before.ms after.ms --jq '[.tables[].columns[] | "
                                       "select(.same | not).column]'"},
                                      {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

#include "ms/diff.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/progress.h"
#include "ms/diff_parts.h"
#include "ms/meta.h"
#include <string.h>

/* ---- which columns ---- */

static bool listed(const cal_words *words, const char *table, const char *column)
{
    char *full = *table ? cal_format("%s/%s", table, column) : cal_copy_text(column);
    bool found = false;
    for (int i = 0; words && i < words->count && !found; i++)
        found = cal_glob(words->item[i], full) || (*table && cal_glob(words->item[i], table));
    free(full);
    return found;
}

static bool is_wanted(const cal_diff_options *options, const char *table, const char *column)
{
    if (options->columns && options->columns->count && !listed(options->columns, table, column))
        return false;
    return !listed(options->ignore, table, column);
}

static bool is_time(const char *column)
{
    return !strcmp(column, "TIME") || !strcmp(column, "TIME_CENTROID");
}

static void set_tolerance(cal_column_diff *diff, const cal_diff_options *options, const char *table)
{
    char *full = *table ? cal_format("%s/%s", table, diff->name) : cal_copy_text(diff->name);
    diff->relative = diff->absolute = -1;
    for (int i = 0; i < options->limits; i++) {
        const cal_diff_limit *limit = &options->limit[i];
        if (limit->column ? strcmp(limit->column, full) : !limit->absolute && is_time(diff->name))
            continue;
        if (limit->absolute)
            diff->absolute = limit->value;
        else
            diff->relative = limit->value;
    }
    free(full);
}

static bool is_under_flags(const char *column)
{
    static const char *const columns[] = {"DATA",       "CORRECTED_DATA",  "MODEL_DATA",
                                          "FLOAT_DATA", "WEIGHT_SPECTRUM", "SIGMA_SPECTRUM"};
    for (size_t i = 0; i < CAL_COUNT(columns); i++)
        if (!strcmp(column, columns[i]))
            return true;
    return false;
}

/* The type that both can be read as; CAL_TYPE_OTHER: none. */
static cal_type common_type(cal_type a, cal_type b)
{
    if (a == b)
        return a;
    bool numbers = a != CAL_TYPE_TEXT && b != CAL_TYPE_TEXT && a != CAL_TYPE_BOOL &&
                   b != CAL_TYPE_BOOL && a < CAL_TYPE_COMPLEX && b < CAL_TYPE_COMPLEX;
    return numbers ? CAL_TYPE_DOUBLE : CAL_TYPE_OTHER;
}

/* Frames and units: the same numbers in another frame are not the same. */
static bool same_meaning(cal_table *a, cal_table *b, const char *column)
{
    jv keywords_a = cal_table_keywords(a, column), keywords_b = cal_table_keywords(b, column);
    static const char *const words[] = {"MEASINFO", "QuantumUnits"};
    bool same = true;
    for (size_t i = 0; i < CAL_COUNT(words); i++)
        same &= jv_equal(cal_json_at(keywords_a, words[i]), cal_json_at(keywords_b, words[i]));
    jv_free(keywords_a);
    jv_free(keywords_b);
    return same;
}

static bool has_cells(cal_table *table, const char *column)
{
    int ndim;
    int64_t shape[CAL_MAX_DIM];
    for (int64_t row = 0; row < cal_table_rows(table); row++)
        if (cal_table_cell_shape(table, column, row, &ndim, shape) && (!ndim || shape[0] > 0))
            return true;
    return false;
}

/* ---- one table ---- */

typedef struct table_diff {
    const char *name; /* "" for MAIN */
    cal_table *a, *b;
    cal_column_diff *column;
    int columns;
    int64_t only_a, only_b; /* rows */
    bool row_counts_differ;
} table_diff;

static void add_column(table_diff *diff, const cal_column *column, const cal_diff_options *options)
{
    cal_column other;
    cal_column_diff *made = &diff->column[diff->columns];
    *made = (cal_column_diff){.type = column->type};
    memcpy(made->name, column->name, sizeof made->name);
    set_tolerance(made, options, diff->name);
    made->under_flags = !options->flagged && !*diff->name && is_under_flags(column->name);
    if (!cal_table_find_column(diff->b, column->name, &other)) {
        if (!has_cells(diff->a, column->name))
            return;
        made->problem = "only in the first";
    } else {
        made->type = common_type(column->type, other.type);
        if (column->type == CAL_TYPE_OTHER && other.type == CAL_TYPE_OTHER)
            return;
        if (made->type == CAL_TYPE_OTHER || column->is_array != other.is_array)
            made->problem = "of different type";
        else if (!same_meaning(diff->a, diff->b, column->name))
            made->problem = "of different frame or unit";
    }
    diff->columns++;
}

static void add_columns(table_diff *diff, const cal_diff_options *options)
{
    int in_a = cal_table_column_count(diff->a), in_b = cal_table_column_count(diff->b);
    cal_column column;
    diff->column = CAL_NEW_ARRAY(cal_column_diff, in_a + in_b);
    for (int i = 0; i < in_a; i++) {
        cal_table_column_at(diff->a, i, &column);
        if (is_wanted(options, diff->name, column.name))
            add_column(diff, &column, options);
    }
    for (int i = 0; i < in_b; i++) {
        cal_table_column_at(diff->b, i, &column);
        if (!is_wanted(options, diff->name, column.name) ||
            cal_table_has_column(diff->a, column.name) || !has_cells(diff->b, column.name))
            continue;
        cal_column_diff *made = &diff->column[diff->columns++];
        *made = (cal_column_diff){.problem = "only in the second", .type = column.type};
        memcpy(made->name, column.name, sizeof made->name);
    }
}

static bool is_compared(const cal_column_diff *column)
{
    return !column->problem || !strcmp(column->problem, "of different frame or unit");
}

static cal_status compare_rows(table_diff *diff, cal_pairs *pairs, cal_error *err)
{
    const int64_t *row_a, *row_b;
    int64_t count;
    cal_status status;
    while (!(status = cal_pairs_next(pairs, &row_a, &row_b, &count, err)) && count) {
        for (int i = 0; i < diff->columns && !status; i++)
            if (is_compared(&diff->column[i]))
                status = cal_column_diff_rows(&diff->column[i], diff->a, diff->b, row_a, row_b,
                                              count, err);
        if (status)
            break;
        if (!*diff->name)
            cal_progress_add((double)count);
    }
    return status;
}

static cal_status compare_table(table_diff *diff, const cal_diff_options *options, cal_error *err)
{
    bool any_order = options->any_order && !*diff->name;
    cal_pairs *pairs = NULL;
    add_columns(diff, options);
    bool nothing_asked = !diff->columns && options->columns && options->columns->count;
    diff->row_counts_differ = !nothing_asked && cal_table_rows(diff->a) != cal_table_rows(diff->b);
    if (!diff->columns || (diff->row_counts_differ && !any_order))
        return CAL_OK;
    cal_status status = cal_pairs_open(diff->a, diff->b, any_order, &pairs, err);
    if (!status)
        status = compare_rows(diff, pairs, err);
    cal_pairs_unmatched(pairs, &diff->only_a, &diff->only_b);
    cal_pairs_close(pairs);
    return status;
}

/* ---- the report ---- */

typedef struct both {
    cal_table *a, *b;
    cal_meta *meta_a; /* names of antennas */
} both;

static const char *antenna_name(const cal_meta *meta, int id)
{
    return id >= 0 && id < meta->antennas ? meta->antenna[id].name : "?";
}

/* Which baseline and when, for a row of MAIN. */
static void add_place(jv *first, const both *sets, int64_t row)
{
    int antenna[2];
    double time;
    char text[64];
    cal_span span = cal_span_range(row, 1);
    if (cal_table_get(sets->a, "ANTENNA1", CAL_TYPE_INT, span, &antenna[0], NULL) ||
        cal_table_get(sets->a, "ANTENNA2", CAL_TYPE_INT, span, &antenna[1], NULL) ||
        cal_table_get(sets->a, "TIME", CAL_TYPE_DOUBLE, span, &time, NULL))
        return;
    cal_json_set(first, "antenna1", cal_json_text(antenna_name(sets->meta_a, antenna[0])));
    cal_json_set(first, "antenna2", cal_json_text(antenna_name(sets->meta_a, antenna[1])));
    cal_json_set(first, "time", cal_json_text(cal_time_iso(time, 3, text)));
}

static jv first_json(const table_diff *diff, const cal_column_diff *column, const both *sets)
{
    jv first = jv_object();
    cal_json_set(&first, "row", jv_number((double)column->first_a));
    cal_json_set(&first, "other_row", jv_number((double)column->first_b));
    if (!*diff->name)
        add_place(&first, sets, column->first_a);
    if (column->ndim < 0) {
        cal_json_set(&first, "shapes_differ", jv_true());
        return first;
    }
    if (!*diff->name && column->ndim == 2)
        cal_json_set(&first, "chan", jv_number((double)column->index[1]));
    if (!*diff->name && column->ndim > 0 && strcmp(column->name, "UVW"))
        cal_json_set(&first, "corr", jv_number((double)column->index[0]));
    jv index = jv_array();
    for (int k = column->ndim - 1; k >= 0; k--)
        cal_json_push(&index, jv_number((double)column->index[k]));
    cal_json_set(&first, "index", index);
    cal_json_set(&first, "value", cal_json_text(column->value_a));
    cal_json_set(&first, "other_value", cal_json_text(column->value_b));
    return first;
}

static jv column_json(const table_diff *diff, const cal_column_diff *column, const both *sets)
{
    jv json = jv_object();
    bool same = !column->problem && !column->differing_cells;
    cal_json_set(&json, "column", cal_json_text(column->name));
    cal_json_set(&json, "same", jv_bool(same));
    if (column->problem)
        cal_json_set(&json, "problem", cal_json_text(column->problem));
    cal_json_set(&json, "cells", jv_number((double)column->cells));
    cal_json_set(&json, "differing_cells", jv_number((double)column->differing_cells));
    cal_json_set(&json, "values", jv_number((double)column->values));
    cal_json_set(&json, "differing_values", jv_number((double)column->differing_values));
    cal_json_set(&json, "max_abs", cal_json_double(column->max_abs));
    cal_json_set(&json, "max_rel", cal_json_double(column->max_rel));
    if (column->has_first)
        cal_json_set(&json, "first", first_json(diff, column, sets));
    return json;
}

static bool is_same(const table_diff *diff)
{
    bool same = !diff->row_counts_differ && !diff->only_a && !diff->only_b;
    for (int i = 0; i < diff->columns; i++)
        same &= !diff->column[i].problem && !diff->column[i].differing_cells;
    return same;
}

static jv table_json(const table_diff *diff, const both *sets)
{
    jv json = jv_object(), columns = jv_array();
    for (int i = 0; i < diff->columns; i++)
        cal_json_push(&columns, column_json(diff, &diff->column[i], sets));
    cal_json_set(&json, "table", cal_json_text(*diff->name ? diff->name : "MAIN"));
    cal_json_set(&json, "same", jv_bool(is_same(diff)));
    cal_json_set(&json, "rows", jv_number((double)cal_table_rows(diff->a)));
    cal_json_set(&json, "other_rows", jv_number((double)cal_table_rows(diff->b)));
    cal_json_set(&json, "rows_only_in_first", jv_number((double)diff->only_a));
    cal_json_set(&json, "rows_only_in_second", jv_number((double)diff->only_b));
    cal_json_set(&json, "columns", columns);
    return json;
}

static cal_status diff_table(const char *name, cal_table *a, cal_table *b, const both *sets,
                             const cal_diff_options *options, jv *tables, bool *same,
                             cal_error *err)
{
    table_diff diff = {.name = name, .a = a, .b = b};
    cal_status status = compare_table(&diff, options, err);
    if (!status && (diff.columns || !*name)) {
        *same &= is_same(&diff);
        cal_json_push(tables, table_json(&diff, sets));
    }
    for (int i = 0; i < diff.columns; i++)
        cal_column_diff_free(&diff.column[i]);
    free(diff.column);
    return status;
}

/* ---- subtables ---- */

static void add_subtables(const cal_table *table, cal_words *names)
{
    jv keywords = cal_table_keywords(table, NULL);
    jv_object_keys_foreach(keywords, key)
    {
        const char *name = jv_string_value(key);
        bool known = false;
        for (int i = 0; i < names->count; i++)
            known |= !strcmp(names->item[i], name);
        if (!known && strcmp(name, "SORTED_TABLE") && cal_table_has_sub(table, name))
            cal_words_add(names, name);
        jv_free(key);
    }
    jv_free(keywords);
}

/* A subtable that one of them lacks; one without rows is as good as none. */
static void report_missing(const char *name, cal_table *a, cal_table *b, jv *tables, bool *same)
{
    if (cal_table_rows(a ? a : b) == 0)
        return;
    jv json = jv_object();
    cal_json_set(&json, "table", cal_json_text(name));
    cal_json_set(&json, "same", jv_false());
    cal_json_set(&json, "problem", cal_json_text(a ? "only in the first" : "only in the second"));
    cal_json_push(tables, json);
    *same = false;
}

static cal_status diff_subtable(const char *name, const both *sets, const cal_diff_options *options,
                                jv *tables, bool *same, cal_error *err)
{
    cal_table *a = NULL, *b = NULL;
    cal_status status = CAL_OK;
    if (listed(options->ignore, name, "") || (!strcmp(name, "HISTORY") && !options->history))
        return CAL_OK;
    if (cal_table_has_sub(sets->a, name))
        status = cal_table_open_sub(sets->a, name, &a, err);
    if (!status && cal_table_has_sub(sets->b, name))
        status = cal_table_open_sub(sets->b, name, &b, err);
    if (!status && a && b)
        status = diff_table(name, a, b, sets, options, tables, same, err);
    else if (!status && !(options->columns && options->columns->count))
        report_missing(name, a, b, tables, same);
    cal_table_close(a, NULL);
    cal_table_close(b, NULL);
    return status;
}

static cal_status diff_all(const both *sets, const cal_diff_options *options, jv *tables,
                           bool *same, cal_error *err)
{
    cal_progress_start("comparing", "rows", (double)cal_table_rows(sets->a));
    cal_status status = diff_table("", sets->a, sets->b, sets, options, tables, same, err);
    cal_progress_end();
    cal_words names = {0};
    add_subtables(sets->a, &names);
    add_subtables(sets->b, &names);
    for (int i = 0; i < names.count && !status; i++)
        status = diff_subtable(names.item[i], sets, options, tables, same, err);
    cal_words_free(&names);
    return status;
}

cal_status cal_diff(const char *a, const char *b, const cal_diff_options *options, jv *report,
                    cal_error *err)
{
    both sets = {0};
    cal_meta *meta_b = NULL;
    jv tables = jv_array();
    bool same = true;
    cal_status status = cal_meta_load(a, &sets.a, &sets.meta_a, err);
    if (!status)
        status = cal_meta_load(b, &sets.b, &meta_b, err);
    if (!status)
        status = diff_all(&sets, options, &tables, &same, err);
    cal_table_close(sets.a, NULL);
    cal_table_close(sets.b, NULL);
    cal_meta_free(sets.meta_a);
    cal_meta_free(meta_b);
    if (status) {
        jv_free(tables);
        return status;
    }
    *report = jv_object();
    cal_json_set(report, "same", jv_bool(same));
    cal_json_set(report, "first", cal_json_text(a));
    cal_json_set(report, "second", cal_json_text(b));
    cal_json_set(report, "tables", tables);
    return CAL_OK;
}

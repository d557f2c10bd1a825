/* Copies: rows by list, ragged and undefined cells, nested, dangling and hidden subtables. */
#include "base/json.h"
#include "table.h"

enum { ROWS = 300 };

static const cal_column_def columns[] = {
    {.name = "ID", .type = CAL_TYPE_INT},
    {.name = "NAME", .type = CAL_TYPE_TEXT},
    {.name = "UVW", .type = CAL_TYPE_DOUBLE, .ndim = 1, .shape = {3}, .manager = "TiledUVW"},
    {.name = "FLAG", .type = CAL_TYPE_BOOL, .ndim = 2, .manager = "TiledFLAG"},
    {.name = "FREQ", .type = CAL_TYPE_DOUBLE, .ndim = 1, .unit = "Hz", .measure = "frequency ID"},
    {.name = "WORDS", .type = CAL_TYPE_TEXT, .ndim = 1},
};
static const cal_manager_def managers[] = {
    {.name = "TiledUVW", .type = "TiledColumnStMan", .tile = {3, 100000}},
    {.name = "TiledFLAG", .type = "TiledShapeStMan", .tile = {4, 64, 100000}},
};
static const cal_table_def definition = {
    .column = columns, .columns = 6, .managers = 2, .manager = managers};

/* Flags have 8 values, 3 values, or none, by row. */
static int64_t flag_channels(int row)
{
    return row % 3 == 0 ? 4 : row % 3 == 1 ? 1 : 0;
}

static uint8_t flag_value(int row, int i)
{
    return (row + i) % 5 == 0;
}

static void put_row(cal_table *table, int row, cal_error *err)
{
    double uvw[] = {row, row + 0.25, -row}, freq[] = {1e9 + row, 2e9};
    char text[16];
    const char *name = text, *words[] = {text, "same"};
    uint8_t flag[12];
    int64_t shape[] = {3, flag_channels(row)}, two[] = {2};
    cal_span one = cal_span_range(row, 1);
    snprintf(text, sizeof text, "row %d", row);
    for (int i = 0; i < 12; i++)
        flag[i] = flag_value(row, i);
    bool right = !cal_table_put(table, "ID", CAL_TYPE_INT, one, &row, err) &&
                 !cal_table_put(table, "NAME", CAL_TYPE_TEXT, one, &name, err) &&
                 !cal_table_put(table, "UVW", CAL_TYPE_DOUBLE, one, uvw, err) &&
                 !cal_table_put_cell(table, "FREQ", CAL_TYPE_DOUBLE, row, 1, two, freq, err) &&
                 !cal_table_put_cell(table, "WORDS", CAL_TYPE_TEXT, row, 1, two, words, err);
    if (right && shape[1] > 0)
        right = !cal_table_put_cell(table, "FLAG", CAL_TYPE_BOOL, row, 2, shape, flag, err);
    if (!right)
        CHECK_TEXT(err->text, "");
}

static void make_sub(cal_table *table, const char *path, const char *keyword)
{
    static const cal_column_def one = {.name = "N", .type = CAL_TYPE_INT};
    static const cal_table_def small = {.column = &one, .columns = 1};
    cal_error err = {0};
    cal_table *sub;
    CHECK_OK(cal_table_create(path, &small, 3, &sub, &err), err);
    CHECK_OK(cal_table_set_info(sub, "Sub", keyword ? keyword : "", &err), err);
    if (keyword)
        CHECK_OK(cal_table_set_sub(table, keyword, sub, &err), err);
    CHECK_OK(cal_table_close(sub, &err), err);
}

static cal_table *make_source(void)
{
    cal_error err = {0};
    cal_table *table, *sub;
    CHECK_OK(cal_table_create("a.tab", &definition, ROWS, &table, &err), err);
    for (int row = 0; row < ROWS; row++)
        put_row(table, row, &err);
    CHECK_OK(cal_table_set_info(table, "Kind", "Part", &err), err);
    CHECK_OK(cal_table_set_keyword(table, NULL, "NUMBER", jv_number(1.5), &err), err);
    CHECK_OK(cal_table_set_keyword(table, "FLAG", "CATEGORY", jv_array(), &err), err);
    make_sub(table, "a.tab/FIELD", "FIELD");
    make_sub(table, "a.tab/GONE", "GONE");
    make_sub(table, "a.tab/LOST", "LOST");
    CHECK_OK(cal_table_open("a.tab/FIELD", true, &sub, &err), err);
    make_sub(sub, "a.tab/FIELD/EPHEM0_Mars.tab", NULL);
    make_sub(sub, "a.tab/FIELD/INNER", "INNER");
    CHECK_OK(cal_table_close(sub, &err), err);
    CHECK_OK(cal_table_close(table, &err), err);
    cal_remove_tree("a.tab/GONE", NULL);
    cal_remove_tree("a.tab/LOST", NULL);
    CHECK_OK(cal_table_open("a.tab", false, &table, &err), err);
    return table;
}

/* Row `row` of the copy is row `source` of what was copied. */
static bool same_row(cal_table *copy, int64_t row, int source)
{
    int id, ndim;
    double uvw[3];
    int64_t shape[CAL_MAX_DIM] = {0}, count;
    uint8_t flag[12];
    char *name, wanted[16];
    void *cell;
    cal_span one = cal_span_range(row, 1);
    snprintf(wanted, sizeof wanted, "row %d", source);
    if (cal_table_get(copy, "ID", CAL_TYPE_INT, one, &id, NULL) || id != source ||
        cal_table_get(copy, "UVW", CAL_TYPE_DOUBLE, one, uvw, NULL) || uvw[1] != source + 0.25 ||
        cal_table_get(copy, "NAME", CAL_TYPE_TEXT, one, &name, NULL) || strcmp(name, wanted))
        return false;
    free(name);
    if (cal_table_get_cell(copy, "WORDS", CAL_TYPE_TEXT, row, &cell, &count, NULL) || count != 2 ||
        strcmp(((char **)cell)[0], wanted))
        return false;
    free(((char **)cell)[0]);
    free(((char **)cell)[1]);
    free(cell);
    bool defined = cal_table_cell_shape(copy, "FLAG", row, &ndim, shape);
    if (defined != (flag_channels(source) > 0) || (defined && shape[1] != flag_channels(source)))
        return false;
    if (defined && cal_table_get(copy, "FLAG", CAL_TYPE_BOOL, one, flag, NULL))
        return false;
    for (int i = 0; defined && i < 3 * shape[1]; i++)
        if (flag[i] != flag_value(source, i))
            return false;
    return true;
}

static void check_copy(const cal_table *source, const char *path, cal_span rows)
{
    cal_error err = {0};
    cal_table *copy, *sub;
    int dangling = 0;
    CHECK_OK(cal_table_copy(source, path, rows, &dangling, &err), err);
    CHECK(dangling == 2);
    CHECK_OK(cal_table_open(path, false, &copy, &err), err);
    CHECK(cal_table_rows(copy) == rows.count);
    bool same = true;
    for (int64_t i = 0; i < rows.count; i++)
        same = same && same_row(copy, i, (int)(rows.list ? rows.list[i] : rows.first + i));
    CHECK(same);
    CHECK_TEXT(cal_table_info_subtype(copy), "Part");
    jv keywords = cal_table_keywords(copy, NULL), freq = cal_table_keywords(copy, "FREQ");
    CHECK(cal_json_number_at(keywords, "NUMBER", 0) == 1.5 && !cal_json_has(keywords, "GONE"));
    jv info = cal_json_at(freq, "MEASINFO");
    CHECK_TEXT(cal_json_text_at(info, "VarRefCol", ""), "ID");
    jv_free(info);
    jv_free(freq);
    jv_free(keywords);
    CHECK_OK(cal_table_open_sub(copy, "FIELD", &sub, &err), err);
    CHECK(cal_table_rows(sub) == 3 && cal_table_has_sub(sub, "INNER"));
    CHECK(strstr(cal_table_path(sub), path) != NULL);
    cal_table_close(sub, NULL);
    char ephemeris[64];
    snprintf(ephemeris, sizeof ephemeris, "%s/FIELD/EPHEM0_Mars.tab", path);
    CHECK_OK(cal_table_open(ephemeris, false, &sub, &err), err);
    cal_table_close(sub, NULL);
    cal_table_close(copy, NULL);
    CHECK(cal_tree_size(path) < 200e3); /* the tiles of the source would make it 10 MB */
}

/* A subtable by its name: as files where it stands by itself, else with all that belongs to it. */
static void check_sub_copy(const cal_table *source)
{
    cal_error err = {0};
    cal_table *field, *copy, *inner;
    CHECK_OK(cal_table_copy_sub(source, "FIELD", "field.tab", true, &copy, &err), err);
    CHECK(cal_table_rows(copy) == 3);
    CHECK_OK(cal_table_open_sub(copy, "INNER", &inner, &err), err);
    CHECK(strstr(cal_table_path(inner), "field.tab/INNER") != NULL);
    CHECK_OK(cal_table_close(inner, &err), err);
    CHECK_OK(cal_table_close(copy, &err), err);
    CHECK_OK(cal_table_open("field.tab/EPHEM0_Mars.tab", false, &copy, &err), err);
    CHECK_OK(cal_table_close(copy, &err), err);
    CHECK_OK(cal_table_open_sub(source, "FIELD", &field, &err), err);
    CHECK_OK(cal_table_copy_sub(field, "INNER", "inner.tab", true, &copy, &err), err);
    int value = 5, got[3];
    CHECK_OK(cal_table_put(copy, "N", CAL_TYPE_INT, cal_span_range(1, 1), &value, &err), err);
    CHECK_OK(cal_table_close(copy, &err), err);
    CHECK_OK(cal_table_open("inner.tab", false, &copy, &err), err);
    CHECK_OK(cal_table_get(copy, "N", CAL_TYPE_INT, cal_span_range(0, 3), got, &err), err);
    CHECK(got[0] == 0 && got[1] == 5);
    CHECK_OK(cal_table_close(copy, &err), err);
    CHECK_FAILS(cal_table_copy_sub(field, "INNER", "inner.tab", true, &copy, &err), CAL_OUTPUT,
                "exists already", err);
    CHECK_FAILS(cal_table_copy_sub(source, "NONE", "none2.tab", true, &copy, &err), CAL_INPUT,
                "no subtable NONE", err);
    CHECK_OK(cal_table_close(field, &err), err);
}

int main(void)
{
    cal_error err = {0};
    if (!unit_folder_enter())
        return 1;
    cal_table *source = make_source();
    check_copy(source, "whole.tab", cal_span_range(0, ROWS));
    check_copy(source, "part.tab", cal_span_range(7, 20));
    check_copy(source, "list.tab", cal_span_list((int64_t[]){299, 3, 4, 5, 17, 0}, 6));
    check_copy(source, "none.tab", cal_span_range(0, 0));
    CHECK_FAILS(cal_table_copy(source, "whole.tab", cal_span_range(0, 1), NULL, &err), CAL_OUTPUT,
                "exists already", err);
    CHECK_FAILS(cal_table_copy(source, "more.tab", cal_span_range(0, ROWS + 1), NULL, &err),
                CAL_INPUT, "no row 300", err);
    check_sub_copy(source);
    cal_table_close(source, NULL);
    return unit_done();
}

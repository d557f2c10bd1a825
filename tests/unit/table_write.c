/* Tables made through the shim: every type, scalars and arrays, ragged cells, keywords, new columns. */
#include "base/json.h"
#include "table.h"
#include <dlfcn.h>
#include <fcntl.h>

static const cal_column_def columns[] = {
    {.name = "TIME",
     .type = CAL_TYPE_DOUBLE,
     .unit = "s",
     .measure = "epoch UTC",
     .manager = "Slow"},
    {.name = "ID", .type = CAL_TYPE_INT, .comment = "a number"},
    {.name = "NAME", .type = CAL_TYPE_TEXT},
    {.name = "GOOD", .type = CAL_TYPE_BOOL},
    {.name = "UVW",
     .type = CAL_TYPE_DOUBLE,
     .ndim = 1,
     .shape = {3},
     .unit = "m",
     .measure = "uvw J2000",
     .manager = "TiledUVW"},
    {.name = "DATA", .type = CAL_TYPE_COMPLEX, .ndim = 2, .manager = "TiledDATA"},
    {.name = "FREQ", .type = CAL_TYPE_DOUBLE, .ndim = 1, .unit = "Hz", .measure = "frequency ID"},
    {.name = "DIR",
     .type = CAL_TYPE_DOUBLE,
     .ndim = 2,
     .unit = "rad",
     .measure = "direction J2000"},
    {.name = "WORDS", .type = CAL_TYPE_TEXT, .ndim = -1},
    {.name = "WEIGHT", .type = CAL_TYPE_FLOAT, .ndim = 1},
};

static const cal_manager_def managers[] = {
    {.name = "Slow", .type = "IncrementalStMan"},
    {.name = "TiledUVW", .type = "TiledColumnStMan"},
    {.name = "TiledDATA", .type = "TiledShapeStMan"},
};

static const cal_table_def definition = {
    .comment = "for tests", .column = columns, .columns = 10, .manager = managers, .managers = 3};

static void check_create(void)
{
    cal_error err = {0};
    cal_table *table;
    CHECK_OK(cal_table_create("a.tab", &definition, 4, &table, &err), err);
    cal_span all = cal_span_range(0, 4);
    CHECK_OK(cal_table_put(table, "TIME", CAL_TYPE_DOUBLE, all, (double[]){1, 1, 2, 2}, &err), err);
    CHECK_OK(cal_table_put(table, "ID", CAL_TYPE_INT, all, (int[]){5, 6, 7, 8}, &err), err);
    CHECK_OK(cal_table_put(table, "NAME", CAL_TYPE_TEXT, all, (const char *[]){"a", "b", "", "d e"},
                           &err),
             err);
    CHECK_OK(cal_table_put(table, "GOOD", CAL_TYPE_BOOL, all, (uint8_t[]){0, 1, 1, 0}, &err), err);
    double uvw[12];
    for (int i = 0; i < 12; i++)
        uvw[i] = i;
    CHECK_OK(cal_table_put(table, "UVW", CAL_TYPE_DOUBLE, all, uvw, &err), err);
    CHECK_FAILS(cal_table_put(table, "DATA", CAL_TYPE_COMPLEX, all, uvw, &err), CAL_BUG,
                "row 0 has no shape yet", err);
    CHECK_FAILS(cal_table_put(table, "NAME", CAL_TYPE_INT, all, uvw, &err), CAL_BUG, "takes text",
                err);
    CHECK_OK(cal_table_set_info(table, "Measurement Set", "TEST", &err), err);
    CHECK_OK(cal_table_close(table, &err), err);
    CHECK_FAILS(cal_table_create("a.tab", &definition, 4, &table, &err), CAL_OUTPUT, "exists", err);
    CHECK_FAILS(cal_table_create("no/where.tab", &definition, 4, &table, &err), CAL_OUTPUT,
                "no/where.tab", err);
}

/* Rows 0 and 2 have cells of 2 x 3, row 1 of 2 x 1, row 3 none. */
static void check_ragged(void)
{
    cal_error err = {0};
    cal_table *table;
    float complex data[12], one[2] = {20, 21}, got[12];
    for (int i = 0; i < 12; i++)
        data[i] = i + i * I;
    int64_t wide[] = {2, 3}, narrow[] = {2, 1}, rows[] = {0, 2}, backwards[] = {2, 0};
    CHECK_OK(cal_table_open("a.tab", true, &table, &err), err);
    cal_span both = cal_span_list(rows, 2);
    CHECK_OK(cal_table_set_shape(table, "DATA", cal_span_range(0, 1), 2, wide, NULL, &err), err);
    CHECK_OK(cal_table_set_shape(table, "DATA", cal_span_range(1, 1), 2, narrow, NULL, &err), err);
    CHECK_OK(cal_table_set_shape(table, "DATA", cal_span_range(2, 1), 2, wide, NULL, &err), err);
    CHECK_OK(cal_table_put(table, "DATA", CAL_TYPE_COMPLEX, both, data, &err), err);
    CHECK_OK(cal_table_put(table, "DATA", CAL_TYPE_COMPLEX, cal_span_range(1, 1), one, &err), err);
    CHECK_OK(cal_table_close(table, &err), err);

    CHECK_OK(cal_table_open("a.tab", false, &table, &err), err);
    CHECK_OK(cal_table_get(table, "DATA", CAL_TYPE_COMPLEX, both, got, &err), err);
    CHECK(!memcmp(got, data, sizeof data));
    CHECK_OK(cal_table_get(table, "DATA", CAL_TYPE_COMPLEX, cal_span_list(backwards, 2), got, &err),
             err);
    CHECK(!memcmp(got, data + 6, sizeof data / 2) && !memcmp(got + 6, data, sizeof data / 2));
    CHECK_FAILS(cal_table_get(table, "DATA", CAL_TYPE_COMPLEX, cal_span_range(0, 3), got, &err),
                CAL_INPUT, "row 1 has the shape [2, 1], row 0 the shape [2, 3]", err);
    CHECK_FAILS(cal_table_get(table, "DATA", CAL_TYPE_COMPLEX, cal_span_range(3, 1), got, &err),
                CAL_INPUT, "row 3 has no value", err);
    CHECK_FAILS(cal_table_get(table, "DATA", CAL_TYPE_FLOAT, both, got, &err), CAL_INPUT,
                "holds complex numbers", err);
    CHECK_FAILS(cal_table_get(table, "DATA", CAL_TYPE_COMPLEX, cal_span_range(3, 2), got, &err),
                CAL_INPUT, "no row 4", err);
    CHECK_FAILS(cal_table_get(table, "DATUM", CAL_TYPE_FLOAT, both, got, &err), CAL_INPUT,
                "no column DATUM", err);
    int ndim;
    int64_t shape[CAL_MAX_DIM], tile[CAL_MAX_DIM + 1];
    CHECK(cal_table_cell_shape(table, "DATA", 1, &ndim, shape) && ndim == 2 && shape[1] == 1);
    CHECK(!cal_table_cell_shape(table, "DATA", 3, &ndim, shape));
    CHECK(cal_table_tile_shape(table, "DATA", 0, &ndim, tile) && ndim == 3 && tile[1] == 3);
    CHECK(!cal_table_tile_shape(table, "FREQ", 0, &ndim, tile));
    cal_table_close(table, NULL);
}

static void check_cells(void)
{
    cal_error err = {0};
    cal_table *table;
    CHECK_OK(cal_table_open("a.tab", true, &table, &err), err);
    const char *words[] = {"XX", "YY"};
    CHECK_OK(cal_table_put_cell(table, "WORDS", CAL_TYPE_TEXT, 2, 1, (int64_t[]){2}, words, &err),
             err);
    double freq[] = {1e9, 2e9, 3e9};
    CHECK_OK(cal_table_put_cell(table, "FREQ", CAL_TYPE_DOUBLE, 1, 1, (int64_t[]){3}, freq, &err),
             err);
    CHECK_OK(cal_table_put_cell(table, "WEIGHT", CAL_TYPE_DOUBLE, 1, 1, (int64_t[]){3}, freq, &err),
             err);
    void *cell;
    int64_t count;
    CHECK_OK(cal_table_get_cell(table, "WORDS", CAL_TYPE_TEXT, 2, &cell, &count, &err), err);
    CHECK(count == 2);
    CHECK_TEXT(((char **)cell)[1], "YY");
    free(((char **)cell)[0]);
    free(((char **)cell)[1]);
    free(cell);
    CHECK_OK(cal_table_get_cell(table, "WEIGHT", CAL_TYPE_DOUBLE, 1, &cell, &count, &err), err);
    CHECK(count == 3 && ((double *)cell)[2] == (float)3e9);
    free(cell);
    CHECK_FAILS(cal_table_get_cell(table, "FREQ", CAL_TYPE_DOUBLE, 0, &cell, &count, &err),
                CAL_INPUT, "column FREQ, row 0 has no value", err);
    double as_double[4];
    CHECK_OK(cal_table_get(table, "ID", CAL_TYPE_DOUBLE, cal_span_range(0, 4), as_double, &err),
             err);
    CHECK(as_double[3] == 8);
    char *names[4];
    CHECK_OK(cal_table_get(table, "NAME", CAL_TYPE_TEXT, cal_span_range(0, 4), names, &err), err);
    CHECK_TEXT(names[3], "d e");
    for (int i = 0; i < 4; i++)
        free(names[i]);
    CHECK_OK(cal_table_close(table, &err), err);
}

static void check_keyword_text(const cal_table *table, const char *column, const char *wanted)
{
    jv keywords = cal_table_keywords(table, column);
    char *text = cal_json_dump(keywords);
    CHECK_TEXT(text, wanted);
    free(text);
    jv_free(keywords);
}

static void check_keywords(void)
{
    cal_error err = {0};
    cal_table *table, *sub;
    static const cal_column_def one = {.name = "N", .type = CAL_TYPE_INT};
    static const cal_table_def small = {.column = &one, .columns = 1};
    CHECK_OK(cal_table_open("a.tab", true, &table, &err), err);
    CHECK_OK(cal_table_create("a.tab/SUB", &small, 1, &sub, &err), err);
    CHECK_OK(cal_table_set_sub(table, "SUB", sub, &err), err);
    CHECK_OK(cal_table_close(sub, &err), err);
    CHECK_OK(cal_table_set_keyword(table, NULL, "MS_VERSION", jv_number(2), &err), err);
    CHECK_OK(cal_table_set_keyword(table, "DATA", "CATEGORY", jv_array(), &err), err);
    CHECK_OK(cal_table_set_keyword(table, NULL, "LIST", jv_parse("[1.5,2]"), &err), err);
    CHECK_OK(cal_table_set_keyword(table, NULL, "RECORD", jv_parse("{\"a\":{\"b\":[true]}}"), &err),
             err);
    CHECK_FAILS(cal_table_set_keyword(table, NULL, "BAD", jv_null(), &err), CAL_BUG, "BAD", err);
    CHECK(cal_table_has_sub(table, "SUB") && !cal_table_has_sub(table, "LIST"));
    CHECK_FAILS(cal_table_open_sub(table, "NONE", &sub, &err), CAL_INPUT, "no subtable NONE", err);
    CHECK_OK(cal_table_close(table, &err), err);

    CHECK_OK(cal_table_open("a.tab", false, &table, &err), err);
    check_keyword_text(
        table, "TIME",
        "{\"QuantumUnits\":[\"s\"],\"MEASINFO\":{\"type\":\"epoch\",\"Ref\":\"UTC\"}}");
    check_keyword_text(table, "DATA", "{\"CATEGORY\":[]}");
    check_keyword_text(table, "UVW",
                       "{\"QuantumUnits\":[\"m\",\"m\",\"m\"],"
                       "\"MEASINFO\":{\"type\":\"uvw\",\"Ref\":\"J2000\"}}");
    jv keywords = cal_table_keywords(table, NULL);
    CHECK(cal_json_number_at(keywords, "MS_VERSION", 0) == 2);
    CHECK(!cal_json_has(keywords, "GONE"));
    jv record = cal_json_at(keywords, "RECORD");
    char *text = cal_json_dump(record);
    CHECK_TEXT(text, "{\"a\":{\"b\":[true]}}");
    free(text);
    jv_free(record);
    CHECK(strstr(cal_json_text_at(keywords, "SUB", ""), "Table: ") != NULL);
    jv_free(keywords);
    jv frequency = cal_table_keywords(table, "FREQ");
    jv info = cal_json_at(frequency, "MEASINFO");
    CHECK_TEXT(cal_json_text_at(info, "VarRefCol", ""), "ID");
    jv_free(info);
    jv_free(frequency);
    CHECK_OK(cal_table_open_sub(table, "SUB", &sub, &err), err);
    CHECK(cal_table_rows(sub) == 1);
    cal_table_close(sub, NULL);
    cal_table_close(table, NULL);
}

static void check_new_columns(void)
{
    cal_error err = {0};
    cal_table *table;
    cal_column column;
    int ndim;
    int64_t shape[CAL_MAX_DIM], tile[CAL_MAX_DIM + 1], like[CAL_MAX_DIM + 1];
    CHECK_OK(cal_table_open("a.tab", true, &table, &err), err);
    CHECK_OK(cal_table_add_column_like(table, "CORRECTED_DATA", "DATA", "corrected", &err), err);
    CHECK_FAILS(cal_table_add_column_like(table, "DATA", "DATA", "", &err), CAL_OUTPUT,
                "has a column DATA already", err);
    CHECK(cal_table_find_column(table, "CORRECTED_DATA", &column));
    CHECK_TEXT(column.manager_type, "TiledShapeStMan");
    CHECK(column.type == CAL_TYPE_COMPLEX && column.ndim == 2);
    CHECK(!cal_table_cell_shape(table, "CORRECTED_DATA", 0, &ndim, shape));
    cal_table_tile_shape(table, "DATA", 0, &ndim, like);
    int64_t wide[] = {2, 3};
    cal_span first = cal_span_range(0, 1);
    CHECK_OK(cal_table_set_shape(table, "CORRECTED_DATA", first, 2, wide, like, &err), err);
    CHECK(cal_table_tile_shape(table, "CORRECTED_DATA", 0, &ndim, tile));
    CHECK(!memcmp(tile, like, sizeof(int64_t) * 3));
    CHECK_OK(cal_table_add_column_like(table, "OTHER_ID", "ID", "", &err), err);
    cal_column_def extra = {.name = "EXTRA", .type = CAL_TYPE_FLOAT, .ndim = 2};
    cal_manager_def tiled = {.name = "TiledExtra", .type = "TiledShapeStMan"};
    CHECK_OK(cal_table_add_column(table, &extra, &tiled, &err), err);
    CHECK_OK(cal_table_add_rows(table, 2, &err), err);
    CHECK(cal_table_rows(table) == 6);
    CHECK_OK(cal_table_close(table, &err), err);
}

/* Shapes given to runs of rows, behind the rows that have one and between them. */
static void check_shapes_of_runs(void)
{
    enum { ROWS = 12 };
    cal_error err = {0};
    cal_table *table;
    const int64_t pair[] = {2, 1}, triple[] = {3, 1};
    const int64_t pairs[] = {0, 1, 2, 5, 6, 11}, triples[] = {3, 4, 9};
    const int64_t both[] = {7, 8, 10}, wanted[ROWS] = {2, 2, 2, 3, 3, 2, 2, 2, 2, 3, 2, 2};
    CHECK_OK(cal_table_create("runs.tab", &definition, ROWS, &table, &err), err);
    const struct {
        cal_span rows;
        const int64_t *shape;
    } run[] = {{cal_span_list(pairs, 6), pair},
               {cal_span_list(triples, 3), triple},
               {cal_span_list(both, 3), pair},
               {cal_span_range(5, 2), pair}};
    for (size_t i = 0; i < sizeof run / sizeof *run; i++)
        CHECK_OK(cal_table_set_shape(table, "DATA", run[i].rows, 2, run[i].shape, NULL, &err), err);
    float complex out[ROWS][3], in[3] = {0};
    for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < 3; i++)
            out[row][i] = row + 100 * i;
        CHECK_OK(
            cal_table_put(table, "DATA", CAL_TYPE_COMPLEX, cal_span_range(row, 1), out[row], &err),
            err);
    }
    CHECK_OK(cal_table_close(table, &err), err);
    CHECK_OK(cal_table_open("runs.tab", false, &table, &err), err);
    for (int row = 0; row < ROWS; row++) {
        int ndim;
        int64_t shape[CAL_MAX_DIM];
        CHECK(cal_table_cell_shape(table, "DATA", row, &ndim, shape) && shape[0] == wanted[row]);
        CHECK_OK(cal_table_get(table, "DATA", CAL_TYPE_COMPLEX, cal_span_range(row, 1), in, &err),
                 err);
        CHECK(!memcmp(in, out[row], wanted[row] * sizeof *in));
    }
    cal_table_close(table, NULL);
}

/* Whether a file there would be written to the disk: one that is open as a place only cannot be. */
static bool waits_for(const char *path)
{
    int descriptor = open(path, O_PATH);
    int status = fsync(descriptor);
    close(descriptor);
    return status < 0;
}

/* casacore waits for the disk when it closes a table of the user, not for one that has no name yet. */
static void check_disk(void)
{
    cal_error err = {0};
    CHECK(!cal_folder_make("whole", &err) && !cal_folder_make("new" CAL_PARTIAL "/sub", &err));
    CHECK(!cal_output_file("whole/a", false, "x", 1, &err) && waits_for("whole/a"));
    CHECK(!cal_output_file("new" CAL_PARTIAL "/a", false, "x", 1, &err));
    CHECK(!waits_for("new" CAL_PARTIAL "/a") && !waits_for("new" CAL_PARTIAL "/sub"));
    void *ours = dlsym(RTLD_DEFAULT, "fsync");
    CHECK(ours == (void *)fsync &&
          ours != dlsym(RTLD_NEXT, "fsync")); /* what casacore is bound to */
}

int main(void)
{
    if (!unit_folder_enter())
        return 1;
    check_create();
    check_ragged();
    check_cells();
    check_keywords();
    check_new_columns();
    check_shapes_of_runs();
    check_disk();
    return unit_done();
}

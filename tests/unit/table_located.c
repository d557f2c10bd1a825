/* Cells that are found now and read later: any part of a range, or of a list with gaps, is what one call for all gives. */
#include "table.h"

enum { ROWS = 500, CELL = 32 };

static const cal_column_def columns[] = {
    {.name = "DATA", .type = CAL_TYPE_COMPLEX, .ndim = 2, .manager = "TiledDATA"},
    {.name = "FLAG", .type = CAL_TYPE_BOOL, .ndim = 2, .manager = "TiledFLAG"},
    {.name = "FREE", .type = CAL_TYPE_FLOAT, .ndim = 2},
    {.name = "ID", .type = CAL_TYPE_INT},
};
static const cal_manager_def managers[] = {
    {.name = "TiledDATA", .type = "TiledShapeStMan"},
    {.name = "TiledFLAG", .type = "TiledShapeStMan"},
};
static const cal_table_def definition = {
    .column = columns, .columns = 4, .manager = managers, .managers = 2};

static float complex data[ROWS][CELL];
static uint8_t flag[ROWS][CELL];

static void make(void)
{
    cal_error err = {0};
    cal_table *table;
    int64_t shape[] = {2, CELL / 2}, tile[] = {2, CELL / 2, 16};
    cal_span all = cal_span_range(0, ROWS);
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < CELL; k++) {
            data[i][k] = i + k * I;
            flag[i][k] = (i * 7 + k * k) % 5 == 0;
        }
    CHECK_OK(cal_table_create("l.tab", &definition, ROWS, &table, &err), err);
    CHECK_OK(cal_table_set_shape(table, "DATA", all, 2, shape, tile, &err), err);
    CHECK_OK(cal_table_set_shape(table, "FLAG", all, 2, shape, tile, &err), err);
    CHECK_OK(cal_table_put(table, "DATA", CAL_TYPE_COMPLEX, all, data, &err), err);
    CHECK_OK(cal_table_put(table, "FLAG", CAL_TYPE_BOOL, all, flag, &err), err);
    CHECK_OK(cal_table_close(table, &err), err);
}

static void check_part(const cal_located *located, const char *all, size_t size, cal_span rows,
                       int64_t first, int64_t count)
{
    cal_error err = {0};
    char *got = malloc((size_t)count * size);
    bool same = true;
    CHECK_OK(cal_located_read(located, first, count, got, &err), err);
    for (int64_t i = 0; i < count; i++) {
        int64_t row = rows.list ? rows.list[first + i] : rows.first + first + i;
        same = same && !memcmp(got + (size_t)i * size, all + (size_t)row * size, size);
    }
    CHECK(same);
    free(got);
}

static void check_span(cal_table *table, cal_span rows)
{
    cal_error err = {0};
    cal_located *cells, *bits;
    CHECK_OK(cal_table_locate(table, "DATA", CAL_TYPE_COMPLEX, rows, &cells, &err), err);
    CHECK_OK(cal_table_locate(table, "FLAG", CAL_TYPE_BOOL, rows, &bits, &err), err);
    const int64_t part[][2] = {{0, rows.count}, {0, 1}, {3, 40}, {rows.count - 5, 5}};
    for (size_t k = 0; k < sizeof part / sizeof *part; k++) {
        check_part(cells, (char *)data, sizeof *data, rows, part[k][0], part[k][1]);
        check_part(bits, (char *)flag, sizeof *flag, rows, part[k][0], part[k][1]);
    }
    cal_located_free(cells);
    cal_located_free(bits);
}

/* What cannot be had so is no error here. */
static void check_others(cal_table *table)
{
    cal_error err = {0};
    cal_located *located;
    cal_span all = cal_span_range(0, ROWS);
    CHECK_OK(cal_table_locate(table, "FREE", CAL_TYPE_FLOAT, all, &located, &err), err);
    CHECK(!located);
    CHECK_OK(cal_table_locate(table, "ID", CAL_TYPE_INT, all, &located, &err), err);
    CHECK(!located);
    CHECK_OK(cal_table_locate(table, "DATA", CAL_TYPE_FLOAT, all, &located, &err), err);
    CHECK(!located);
    CHECK_FAILS(cal_table_locate(table, "NONE", CAL_TYPE_INT, all, &located, &err), CAL_INPUT,
                "no column NONE", err);
}

static void check_truncated(cal_table *table)
{
    cal_error err = {0};
    cal_located *located;
    cal_span all = cal_span_range(0, ROWS);
    CHECK_OK(cal_table_locate(table, "DATA", CAL_TYPE_COMPLEX, all, &located, &err), err);
    CHECK(!truncate("l.tab/table.f0_TSM1", 300 * (off_t)sizeof *data));
    check_part(located, (char *)data, sizeof *data, all, 0, 300);
    CHECK_FAILS(cal_located_read(located, 290, 20, data, &err), CAL_INPUT, "column DATA, rows 290",
                err);
    CHECK(strstr(err.text, "shorter than the table says"));
    cal_located_free(located);
}

int main(void)
{
    cal_error err = {0};
    cal_table *table;
    int64_t list[ROWS], count = 0;
    if (!unit_folder_enter())
        return 3;
    make();
    for (int64_t row = 2; row < ROWS; row += row % 3 ? 1 : 2)
        list[count++] = row;
    CHECK_OK(cal_table_open("l.tab", false, &table, &err), err);
    check_span(table, cal_span_range(0, ROWS));
    check_span(table, cal_span_range(33, 101));
    check_span(table, cal_span_list(list, count));
    check_others(table);
    check_truncated(table);
    cal_table_close(table, NULL);
    return unit_done();
}

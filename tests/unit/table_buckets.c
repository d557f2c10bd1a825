/* Cells in the buckets of StandardStMan and IncrementalStMan: many small buckets, runs of rows and lists of them, flags that begin
 * within a byte. */
#include "table.h"

enum { ROWS = 1000, FLAGS = 3 };

#define COLUMN(n, t, m)                                                                            \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_##t, .manager = m                                              \
    }
#define ARRAY(n, t, m, length)                                                                     \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_##t, .ndim = 1, .shape = {length}, .manager = m                \
    }

static const cal_column_def columns[] = {
    COLUMN("TIME", DOUBLE, "Standard"),      COLUMN("ID", INT, "Standard"),
    COLUMN("GOOD", BOOL, "Standard"),        ARRAY("FLAG", BOOL, "Standard", FLAGS),
    ARRAY("GAIN", COMPLEX, "Standard", 2),   COLUMN("SLOW_TIME", DOUBLE, "Slow"),
    COLUMN("SLOW_ID", INT, "Slow"),          COLUMN("SLOW_GOOD", BOOL, "Slow"),
    ARRAY("SLOW_FLAG", BOOL, "Slow", FLAGS),
};
static const cal_manager_def managers[] = {
    {.name = "Standard", .type = "StandardStMan", .bucket = 1000},
    {.name = "Slow", .type = "IncrementalStMan", .bucket = 1000},
};
static const cal_table_def definition = {
    .column = columns, .columns = 9, .manager = managers, .managers = 2};

static double moment[ROWS];
static int id[ROWS];
static uint8_t good[ROWS], flag[ROWS][FLAGS];
static float complex gain[ROWS][2];

static void make_values(void)
{
    for (int i = 0; i < ROWS; i++) {
        moment[i] = i / 7 + 0.5;
        id[i] = i / 3 * 11;
        good[i] = i % 5 == 2;
        gain[i][0] = i + 0.25F * I;
        gain[i][1] = -i - 3 * I;
        for (int k = 0; k < FLAGS; k++)
            flag[i][k] = (i + k) % 4 == 1;
    }
}

static const struct {
    const char *name, *slow;
    cal_type type;
    void *values;
    int size;
} stored[] = {{"TIME", "SLOW_TIME", CAL_TYPE_DOUBLE, moment, sizeof *moment},
              {"ID", "SLOW_ID", CAL_TYPE_INT, id, sizeof *id},
              {"GOOD", "SLOW_GOOD", CAL_TYPE_BOOL, good, 1},
              {"FLAG", "SLOW_FLAG", CAL_TYPE_BOOL, flag, sizeof *flag},
              {"GAIN", NULL, CAL_TYPE_COMPLEX, gain, sizeof *gain}};
enum { STORED = sizeof stored / sizeof *stored };

static void put_all(cal_table *table, cal_span rows)
{
    cal_error err = {0};
    char *picked = malloc(ROWS * sizeof *gain);
    for (int c = 0; c < STORED; c++) {
        int size = stored[c].size;
        for (int64_t i = 0; i < rows.count; i++)
            memcpy(picked + i * size,
                   (char *)stored[c].values + (rows.list ? rows.list[i] : rows.first + i) * size,
                   (size_t)size);
        CHECK_OK(cal_table_put(table, stored[c].name, stored[c].type, rows, picked, &err), err);
        if (stored[c].slow)
            CHECK_OK(cal_table_put(table, stored[c].slow, stored[c].type, rows, picked, &err), err);
    }
    free(picked);
}

static bool agrees(cal_table *table, const char *name, int c, cal_span rows)
{
    cal_error err = {0};
    int size = stored[c].size;
    bool same = true;
    char *got = malloc(ROWS * sizeof *gain);
    CHECK_OK(cal_table_get(table, name, stored[c].type, rows, got, &err), err);
    for (int64_t i = 0; i < rows.count; i++)
        same = same && !memcmp(got + i * size,
                               (char *)stored[c].values +
                                   (rows.list ? rows.list[i] : rows.first + i) * size,
                               (size_t)size);
    free(got);
    return same;
}

static void check_all(cal_table *table, cal_span rows)
{
    for (int c = 0; c < STORED; c++) {
        CHECK(agrees(table, stored[c].name, c, rows));
        CHECK(!stored[c].slow || agrees(table, stored[c].slow, c, rows));
    }
}

static void check_spans(cal_table *table)
{
    int64_t list[ROWS], count = 0;
    check_all(table, cal_span_range(0, ROWS));
    check_all(table, cal_span_range(17, 600));
    check_all(table, cal_span_range(ROWS - 1, 1));
    for (int i = 0; i < ROWS; i += i % 10 == 6 ? 4 : 1)
        list[count++] = i;
    check_all(table, cal_span_list(list, count));
    for (int i = 0; i < ROWS; i++)
        list[i] = ROWS - 1 - i;
    check_all(table, cal_span_list(list, ROWS));
}

int main(void)
{
    cal_error err = {0};
    cal_table *table;
    if (!unit_folder_enter())
        return 3;
    make_values();
    CHECK_OK(cal_table_create("b.tab", &definition, ROWS, &table, &err), err);
    put_all(table, cal_span_range(0, ROWS));
    check_spans(table);
    CHECK_OK(cal_table_close(table, &err), err);

    CHECK_OK(cal_table_open("b.tab", true, &table, &err), err);
    int64_t changed[] = {3, 4, 5, 400, 401, 999};
    for (int k = 0; k < 6; k++) {
        int64_t row = changed[k];
        good[row] = !good[row];
        flag[row][1] = !flag[row][1];
        moment[row] = -1;
        id[row] = 77;
        gain[row][1] = 5;
    }
    put_all(table, cal_span_list(changed, 6));
    check_spans(table);
    CHECK_OK(cal_table_close(table, &err), err);

    CHECK_OK(cal_table_open("b.tab", false, &table, &err), err);
    check_spans(table);
    cal_table_close(table, NULL);
    return unit_done();
}

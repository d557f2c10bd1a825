/* What is read from the files of a table is what casacore reads: every fact, every keyword and every cell, of tables made here, or of those
 * given as arguments and the tables in them. */
#include "stored.h"
#include "stored/stored.h"
#include "table/late.h"

/* A table in both ways; `casacore` is what the library calls a cal_table. */
struct both {
    const char *path;
    cal_stored *stored;
    cal_table *casacore;
    int wrong, compared, left; /* left to casacore */
};

#define CASACORE(name) CAL_LATE(tables, name)

static void complain(struct both *both, const char *column, int64_t row, const char *what)
{
    if (both->wrong++ < 20)
        printf("# %s: %s, row %lld: %s\n", both->path, column, (long long)row, what);
}

/* ---- columns ---- */

static bool same_column(const cal_column *a, const cal_column *b)
{
    return !strcmp(a->name, b->name) && a->type == b->type && a->is_array == b->is_array &&
           a->ndim == b->ndim && a->fixed == b->fixed &&
           !memcmp(a->shape, b->shape, sizeof a->shape) && !strcmp(a->manager, b->manager) &&
           !strcmp(a->manager_type, b->manager_type);
}

static void compare_keywords(struct both *both, const char *column)
{
    jv ours = cal_stored_keywords(both->stored, column);
    jv theirs = CASACORE(cal_table_keywords)(both->casacore, column);
    if (!jv_equal(ours, theirs))
        complain(both, column ? column : "the table", -1, "keywords differ");
}

/* ---- cells ---- */

static void free_texts(cal_type type, void *cells, int64_t count)
{
    for (int64_t i = 0; i < count && type == CAL_TYPE_TEXT; i++)
        free(((char **)cells)[i]);
    free(cells);
}

static bool same_cells(cal_type type, const void *a, const void *b, int64_t count)
{
    bool same = true;
    if (type != CAL_TYPE_TEXT)
        return !memcmp(a, b, (size_t)count * cal_type_bytes(type));
    for (int64_t i = 0; i < count && same; i++) {
        const char *ours = ((char *const *)a)[i], *theirs = ((char *const *)b)[i];
        same = ours && theirs ? !strcmp(ours, theirs) : ours == theirs;
    }
    return same;
}

/* These rows at once. Where casacore fails, nothing may be read either. */
static void compare_rows(struct both *both, const char *column, cal_type type, cal_span rows,
                         int64_t cell)
{
    int64_t count = rows.count * cell;
    void *ours = cal_alloc((size_t)count, cal_type_bytes(type));
    void *theirs = cal_alloc((size_t)count, cal_type_bytes(type));
    bool read = cal_stored_get(both->stored, column, type, rows, ours);
    bool sound = !CASACORE(cal_table_get)(both->casacore, column, type, rows, theirs, NULL);
    both->compared += read;
    both->left += sound && !read;
    if (read && !sound)
        complain(both, column, rows.first, "read where casacore finds no value");
    else if (read && !same_cells(type, ours, theirs, count))
        complain(both, column, rows.first, "values differ");
    free_texts(type, ours, read ? count : 0);
    free_texts(type, theirs, sound ? count : 0);
}

static void compare_types(struct both *both, const cal_column *column, cal_span rows, int64_t cell)
{
    for (cal_type type = CAL_TYPE_BOOL; type < CAL_TYPE_OTHER; type++)
        compare_rows(both, column->name, type, rows, cell);
}

/* Shape and value of one cell. */
static int64_t compare_cell(struct both *both, const cal_column *column, int64_t row)
{
    bool defined;
    int ndim, their_ndim;
    int64_t shape[CAL_MAX_DIM], their_shape[CAL_MAX_DIM], count = 1;
    int64_t tile[CAL_MAX_DIM + 1], their_tile[CAL_MAX_DIM + 1];
    const char *name = column->name;
    bool there =
        CASACORE(cal_table_cell_shape)(both->casacore, name, row, &their_ndim, their_shape);
    if (!cal_stored_cell_shape(both->stored, name, row, &defined, &ndim, shape))
        both->left++;
    else if (defined != there || ndim != their_ndim ||
             memcmp(shape, their_shape, (size_t)ndim * sizeof *shape))
        complain(both, name, row, "shapes differ");
    for (int i = 0; i < their_ndim; i++)
        count *= their_shape[i];
    if (there && count > 0)
        compare_rows(both, name, column->type, cal_span_range(row, 1), count);
    bool tiled = cal_stored_tile_shape(both->stored, name, row, &ndim, tile);
    if (tiled !=
            CASACORE(cal_table_tile_shape)(both->casacore, name, row, &their_ndim, their_tile) ||
        ndim != their_ndim || memcmp(tile, their_tile, (size_t)ndim * sizeof *tile))
        complain(both, name, row, "tiles differ");
    return there ? count : 0;
}

/* All rows at once, and some of them backwards; `cell` is as large as the largest. */
static void compare_whole(struct both *both, const cal_column *column, int64_t cell)
{
    enum { STEP = 3 };
    int64_t rows = cal_stored_rows(both->stored), count = (rows + STEP - 1) / STEP;
    int64_t *list = CAL_NEW_ARRAY(int64_t, count);
    for (int64_t i = 0; i < count; i++)
        list[i] = rows - 1 - STEP * i;
    compare_types(both, column, cal_span_range(0, rows), cell);
    compare_types(both, column, cal_span_list(list, count), cell);
    free(list);
}

static void compare_column(struct both *both, int index)
{
    enum { MOST = 300 }; /* rows one by one */
    cal_column theirs;
    const cal_column *column = cal_stored_column_at(both->stored, index);
    int64_t rows = cal_stored_rows(both->stored), largest = 0;
    CASACORE(cal_table_column_at)(both->casacore, index, &theirs);
    if (!same_column(column, &theirs))
        complain(both, column->name, -1, "descriptions differ");
    compare_keywords(both, column->name);
    if (column->type == CAL_TYPE_OTHER)
        return;
    for (int64_t row = 0; row < rows && row < MOST; row++) {
        int64_t cell = compare_cell(both, column, row);
        largest = cell > largest ? cell : largest;
    }
    if (largest > 0 && largest * rows < 1 << 24)
        compare_whole(both, column, largest);
}

/* ---- tables ---- */

static void compare_table(const char *path, int *compared);

static void compare_subtables(struct both *both, int *compared)
{
    jv keywords = CASACORE(cal_table_keywords)(both->casacore, NULL);
    jv_object_foreach(keywords, key, value)
    {
        const char *name = jv_string_value(key);
        char *path = cal_stored_subtable(both->stored, name);
        char *words = cal_format("Table: %s", path ? path : "");
        bool table =
            jv_get_kind(value) == JV_KIND_STRING && !strncmp(jv_string_value(value), "Table: ", 7);
        if (table != (path != NULL) || (table && strcmp(words, jv_string_value(value))))
            complain(both, name, -1, "paths of the subtable differ");
        if (path && !access(path, F_OK))
            compare_table(path, compared);
        free(words);
        free(path);
        jv_free(key);
        jv_free(value);
    }
    jv_free(keywords);
}

static void compare_table(const char *path, int *compared)
{
    cal_error err = {0};
    struct both both = {.path = path, .stored = cal_stored_open(path)};
    if (!CHECK(both.stored))
        printf("# %s\n", path);
    CHECK_OK(cal_late_load(&cal_late_tables, &err), err);
    CHECK_OK(CASACORE(cal_table_open)(path, false, &both.casacore, &err), err);
    if (!both.stored || !both.casacore)
        return;
    CHECK(cal_stored_rows(both.stored) == CASACORE(cal_table_rows)(both.casacore));
    CHECK_TEXT(cal_stored_info_type(both.stored), CASACORE(cal_table_info_type)(both.casacore));
    CHECK_TEXT(cal_stored_info_subtype(both.stored),
               CASACORE(cal_table_info_subtype)(both.casacore));
    int columns = CASACORE(cal_table_column_count)(both.casacore);
    CHECK(cal_stored_column_count(both.stored) == columns);
    compare_keywords(&both, NULL);
    for (int i = 0; i < columns; i++)
        compare_column(&both, i);
    compare_subtables(&both, compared);
    CHECK(both.wrong == 0);
    if (both.left)
        printf("# %s: %d left to casacore\n", path, both.left);
    *compared += both.compared;
    CASACORE(cal_table_close)(both.casacore, NULL);
    cal_stored_close(both.stored);
}

/* What casacore must say has no answer here. */
static void check_refused(void)
{
    cal_table *table;
    CHECK(!cal_stored_open("nothing.tab"));
    CHECK(!system("mkdir empty.tab && mkdir short.tab && head -c 500 a.tab/table.dat > "
                  "short.tab/table.dat"));
    CHECK(!cal_stored_open("empty.tab") && !cal_stored_open("short.tab"));
    CHECK(!cal_table_open("a.tab", false, &table, NULL));
    CHECK(!cal_table_view(table, "view.tab", cal_span_range(3, 20), NULL));
    cal_table_close(table, NULL);
    CHECK(!cal_stored_open("view.tab"));
}

/* A table that is open for reading sees what is written to it, whichever of the two was opened first. */
static void check_written(void)
{
    const char *column = "STANDARD_INT_ONE";
    cal_table *before, *writer, *after;
    int32_t value = 0, written = 4711;
    cal_span row = cal_span_range(7, 1);
    CHECK(!cal_table_open("a.tab", false, &before, NULL));
    CHECK(!cal_table_get(before, column, CAL_TYPE_INT, row, &value, NULL) && value != written);
    CHECK(!cal_table_open("./a.tab", true, &writer, NULL));
    CHECK(!cal_table_open("a.tab", false, &after, NULL));
    CHECK(!cal_table_put(writer, column, CAL_TYPE_INT, row, &written, NULL));
    CHECK(!cal_table_get(before, column, CAL_TYPE_INT, row, &value, NULL) && value == written);
    value = 0;
    CHECK(!cal_table_get(after, column, CAL_TYPE_INT, row, &value, NULL) && value == written);
    cal_table_close(after, NULL);
    cal_table_close(writer, NULL);
    cal_table_close(before, NULL);
}

/* Who waits for the loader finds the library loaded. */
static void check_settled(void)
{
    cal_table_load_ahead(2);
    cal_late_settle();
    CHECK(cal_late_tables.handle != NULL);
}

int main(int count, char **argument)
{
    int compared = 0;
    for (int i = 1; i < count; i++)
        compare_table(argument[i], &compared);
    if (count == 1) {
        check_settled();
        CHECK(unit_tools_begin());
        CHECK(stored_make("a.tab", STORED_ROWS) && stored_make("none.tab", 0));
        CHECK(unit_run("ms-sim --antennas 5 a.ms"));
        compare_table("a.tab", &compared);
        compare_table("none.tab", &compared);
        compare_table("a.ms", &compared);
        CHECK(compared > 3000);
        check_refused();
        check_written();
    }
    printf("# %d reads compared\n", compared);
    return unit_done();
}

/* stored [SECONDS [SEED]]: the files of a table with some bytes changed, cut or doubled, are opened and read as far as they can be, 3000 times
 * (or as many as the seconds allow, or once with that seed). Nothing may crash or go astray, which a build with sanitizers sees. */
#include "stored/stored.h"
#include "../unit/stored.h"
#include <limits.h>
#include <time.h>

static unsigned long long state;

static long random_below(long end)
{
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return end > 0 ? (long)((state >> 33) % (unsigned long long)end) : 0;
}

/* ---- damage ---- */

static void damage(const char *path)
{
    FILE *file = fopen(path, "r+");
    fseek(file, 0, SEEK_END);
    long size = ftell(file), changes = 1 + random_below(4);
    /* heads and indices are at the ends */
    long near = random_below(3) ? size : random_below(2) ? 600 : -600;
    for (long i = 0; i < changes; i++) {
        long at = near < 0 && size > 600 ? size - 600 + random_below(600)
                                         : random_below(near > 0 && near < size ? near : size);
        fseek(file, at, SEEK_SET);
        fputc(random_below(4) ? (int)random_below(256) : random_below(2) ? 0xff : 0, file);
    }
    fclose(file);
    if (!random_below(10) && truncate(path, random_below(size)))
        perror(path);
}

static void damage_table(void)
{
    static const char *const files[] = {"table.dat", "table.f0", "table.f1", "table.f0i",
                                        "table.f1i", "table.f2", "table.f3", "table.lock"};
    if (system("rm -rf b.tab && cp -r a.tab b.tab"))
        perror("b.tab");
    char *path = cal_format("b.tab/%s", files[random_below(CAL_COUNT(files))]);
    damage(path);
    free(path);
}

/* ---- reading ---- */

static void read_rows(cal_stored *table, const cal_column *column, cal_span rows, int64_t cell)
{
    int64_t count = rows.count * cell;
    void *cells = cal_alloc((size_t)count, cal_type_bytes(column->type));
    bool read = cal_stored_get(table, column->name, column->type, rows, cells);
    for (int64_t i = 0; i < count && read && column->type == CAL_TYPE_TEXT; i++)
        free(((char **)cells)[i]);
    free(cells);
}

static void read_column(cal_stored *table, int index)
{
    enum { MOST = 1 << 20 };
    const cal_column *column = cal_stored_column_at(table, index);
    int64_t rows = cal_stored_rows(table), row = random_below(STORED_ROWS), cell = 1;
    int64_t shape[CAL_MAX_DIM];
    int ndim;
    bool defined;
    jv_free(cal_stored_keywords(table, column->name));
    if (!cal_stored_cell_shape(table, column->name, row, &defined, &ndim, shape) || !defined)
        return;
    for (int i = 0; i < ndim; i++)
        if (__builtin_mul_overflow(cell, shape[i], &cell))
            return;
    if (column->type == CAL_TYPE_OTHER || cell > MOST)
        return;
    read_rows(table, column, cal_span_range(row, 1), cell);
    if (!column->is_array && rows < MOST)
        read_rows(table, column, cal_span_range(0, rows), 1);
}

static bool read_table(void)
{
    cal_stored *table = cal_stored_open("b.tab");
    if (!table)
        return false;
    jv_free(cal_stored_keywords(table, NULL));
    for (int i = 0; i < cal_stored_column_count(table); i++)
        read_column(table, i);
    cal_stored_close(table);
    return true;
}

int main(int argc, char **argv)
{
    enum { ENOUGH = 300, LONGEST = 60 };
    time_t start = time(NULL);
    double limit = argc > 1 ? atof(argv[1]) : LONGEST;
    long wanted = argc > 1 ? LONG_MAX : ENOUGH, tables = 0, opened = 0;
    unsigned long long seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    CHECK(unit_tools_begin() && stored_make("a.tab", STORED_ROWS));
    do {
        state = seed * 2654435761ULL;
        damage_table();
        opened += read_table();
        tables++, seed++;
    } while (argc < 3 && tables < wanted && difftime(time(NULL), start) < limit);
    printf("# %ld damaged tables, of which %ld could be opened\n", tables, opened);
    CHECK(tables > 0);
    return unit_done();
}

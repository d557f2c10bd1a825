/* Bytes that a thread copies from files to files: short runs with gaps, runs longer than a piece, several files at both ends,
 * files that end early, full disks. */
#include "base/copier.h"
#include "table.h"

enum { SIZE = 3 << 20 };

static uint8_t bytes[SIZE];

static void write_file(const char *path, int64_t size)
{
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(bytes, 1, (size_t)size, file) == (size_t)size && !fclose(file));
}

static uint8_t *read_file(const char *path, size_t size)
{
    uint8_t *read = calloc(1, size);
    FILE *file = fopen(path, "rb");
    CHECK(file && fread(read, 1, size, file) == size && !fclose(file));
    return read;
}

/* Runs of growing length with growing gaps, out of two files in turns; what they hold goes to `wanted`. */
static int64_t make_runs(cal_file_run *run, int count, uint8_t *wanted, int64_t *total)
{
    int64_t at = 0, used = 0;
    *total = 0;
    for (used = 0; used < count; used++) {
        int64_t length = used % 50 == 49 ? 300000 : 1 + used * 7, gap = used % 9 ? used % 5 : 20000;
        if (at + length > SIZE)
            break;
        run[used] = (cal_file_run){used / 20 % 2 ? "one" : "two", at, length};
        memcpy(wanted + *total, bytes + at, (size_t)length);
        *total += length;
        at += length + gap;
    }
    return used;
}

static void check_runs(void)
{
    enum { RUNS = 400 };
    cal_error err = {0};
    cal_file_run from[RUNS];
    int64_t total;
    uint8_t *wanted = calloc(1, SIZE);
    int64_t count = make_runs(from, RUNS, wanted, &total);
    CHECK(count > 100);
    int64_t half = total / 2 + 1;
    cal_file_run to[] = {{"first", 5, 11}, {"second", 0, half - 11}, {"first", 16, total - half}};
    write_file("first", 5);
    write_file("second", 0);
    cal_copier *copier = cal_copier_new();
    CHECK_OK(cal_copier_add(copier, from, count, to, 3, &err), err);
    CHECK_OK(cal_copier_add(copier, from, 1, to, 1, &err), err);
    CHECK_OK(cal_copier_end(copier, &err), err);
    uint8_t *first = read_file("first", (size_t)(16 + total - half));
    uint8_t *second = read_file("second", (size_t)(half - 11));
    CHECK(!memcmp(first, bytes, 5) && first[5] == wanted[0]);
    CHECK(!memcmp(first + 6, wanted + 1, 10));
    CHECK(!memcmp(second, wanted + 11, (size_t)(half - 11)));
    CHECK(!memcmp(first + 16, wanted + half, (size_t)(total - half)));
    free(first);
    free(second);
    free(wanted);
}

static void check_many(void)
{
    cal_error err = {0};
    cal_copier *copier = cal_copier_new();
    write_file("many", 0);
    for (int64_t at = 0; at < SIZE; at += 4096) {
        cal_file_run from = {"one", at, 4096}, to = {"many", at, 4096};
        if (cal_copier_add(copier, &from, 1, &to, 1, &err))
            break;
    }
    CHECK_OK(cal_copier_end(copier, &err), err);
    uint8_t *many = read_file("many", SIZE);
    CHECK(!memcmp(many, bytes, SIZE));
    free(many);
}

static cal_status copy_of(const char *from, int64_t offset, const char *to, cal_error *err)
{
    cal_file_run source = {from, offset, 1000}, target = {to, 0, 1000};
    cal_copier *copier = cal_copier_new();
    cal_status added = cal_copier_add(copier, &source, 1, &target, 1, err);
    cal_status ended = cal_copier_end(copier, added ? NULL : err);
    return added ? added : ended;
}

static void check_failures(void)
{
    cal_error err = {0};
    CHECK_FAILS(copy_of("one", SIZE - 999, "first", &err), CAL_INPUT, "end where data should be",
                err);
    CHECK_FAILS(copy_of("none", 0, "first", &err), CAL_INPUT, "none: No such file", err);
    CHECK_FAILS(copy_of("one", 0, "nowhere", &err), CAL_OUTPUT, "nowhere: No such file", err);
    CHECK_FAILS(copy_of("one", 0, "/dev/full", &err), CAL_OUTPUT, "No space left", err);
    CHECK_OK(cal_copier_end(cal_copier_new(), &err), err);
    CHECK_OK(cal_copier_end(NULL, &err), err);
}

int main(void)
{
    if (!unit_folder_enter())
        return 1;
    for (int64_t i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * 2654435761u >> 13);
    write_file("one", SIZE);
    write_file("two", SIZE);
    check_runs();
    check_many();
    check_failures();
    return unit_done();
}

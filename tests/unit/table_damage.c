/* Tables that are damaged, protected, half gone or on a full disk: a status and one clear line. */
#include "table.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { ROWS = 2000, ELEMENTS = 64 };

static const cal_column_def columns[] = {
    {.name = "ID", .type = CAL_TYPE_INT},
    {.name = "DATA", .type = CAL_TYPE_COMPLEX, .ndim = 2, .manager = "TiledDATA"},
    {.name = "ODD", .type = CAL_TYPE_FLOAT, .ndim = 1, .manager = "TiledODD"},
};
/* Tiles of ODD do not hold whole cells, so casacore itself reads them. */
static const cal_manager_def managers[] = {
    {.name = "TiledDATA", .type = "TiledShapeStMan"},
    {.name = "TiledODD", .type = "TiledShapeStMan", .tile = {1, 4096}},
};
static const cal_table_def definition = {
    .column = columns, .columns = 3, .manager = managers, .managers = 2};

/* Everything that can fail when the disk is full; the first failure counts. */
static cal_status fill_table(const char *path, cal_error *err)
{
    cal_table *table;
    static float complex data[ROWS * ELEMENTS];
    static float odd[ROWS * 2];
    static int id[ROWS];
    int64_t shape[] = {2, ELEMENTS / 2}, tile[] = {1, 4096};
    cal_span all = cal_span_range(0, ROWS);
    cal_status status = cal_table_create(path, &definition, ROWS, &table, err);
    if (status)
        return status;
    status = cal_table_put(table, "ID", CAL_TYPE_INT, all, id, err);
    if (!status)
        status = cal_table_set_shape(table, "DATA", all, 2, shape, NULL, err);
    if (!status)
        status = cal_table_put(table, "DATA", CAL_TYPE_COMPLEX, all, data, err);
    if (!status)
        status = cal_table_set_shape(table, "ODD", all, 1, shape, tile, err);
    if (!status)
        status = cal_table_put(table, "ODD", CAL_TYPE_FLOAT, all, odd, err);
    cal_error later = {0};
    cal_status closed = cal_table_close(table, &later);
    return status ? status : closed ? cal_fail(err, closed, "%s", later.text) : CAL_OK;
}

static bool shorten(const char *folder, const char *pattern, double part)
{
    char command[256];
    snprintf(command, sizeof command,
             "for f in %s/%s; do s=$(stat -c %%s $f); truncate -s $((s * %d / 1000)) $f; done",
             folder, pattern, (int)(part * 1000));
    return system(command) == 0;
}

/* Make a table, damage the files, read the column: wanted words are in the message. */
static void check_shortened(const char *pattern, double part, const char *column, const char *words)
{
    cal_error err = {0};
    cal_table *table;
    static double values[ROWS * ELEMENTS * 2];
    cal_remove_tree("short.tab", NULL);
    CHECK_OK(fill_table("short.tab", &err), err);
    CHECK(shorten("short.tab", pattern, part));
    cal_status status = cal_table_open("short.tab", false, &table, &err);
    if (!status) {
        cal_column desc;
        cal_table_find_column(table, column, &desc);
        status = cal_table_get(table, column, desc.type, cal_span_range(0, ROWS), values, &err);
        cal_table_close(table, NULL);
    }
    CHECK_FAILS(status, CAL_INPUT, words, err);
    CHECK(strstr(err.text, "short.tab") != NULL && !strchr(err.text, '\n'));
}

static void check_damaged_files(void)
{
    check_shortened("table.f0_TSM1", 0.5, "DATA", "column DATA, rows 0 to 1999");
    check_shortened("table.f1_TSM1", 0.5, "ODD", "column ODD, rows 0 to 1999");
    check_shortened("table.f2", 0.5, "ID", "damaged");
    check_shortened("table.f0", 0.5, "DATA", "damaged");
    check_shortened("table.dat", 0.5, "ID", "damaged");
    check_shortened("table.dat", 0, "ID", "its table.dat is empty");
    check_shortened("table.dat", 0.01, "ID", "damaged");
}

/* The text of everything that stat tells about the files of a directory. */
static void fingerprint(const char *folder, char *text, size_t room)
{
    char command[256];
    snprintf(command, sizeof command, "find %s | sort | xargs stat -c '%%n %%s %%Y %%Z %%y'",
             folder);
    FILE *pipe = popen(command, "r");
    text[fread(text, 1, room - 1, pipe)] = '\0';
    pclose(pipe);
}

static void read_everything(const char *path)
{
    cal_error err = {0};
    cal_table *table;
    static double values[ROWS * ELEMENTS * 2];
    cal_span all = cal_span_range(0, ROWS);
    CHECK_OK(cal_table_open(path, false, &table, &err), err);
    CHECK_OK(cal_table_get(table, "DATA", CAL_TYPE_COMPLEX, all, values, &err), err);
    CHECK_OK(cal_table_get(table, "ODD", CAL_TYPE_FLOAT, all, values, &err), err);
    CHECK_OK(cal_table_get(table, "ID", CAL_TYPE_INT, all, values, &err), err);
    CHECK(cal_table_put(table, "ID", CAL_TYPE_INT, all, values, &err) == CAL_BUG);
    CHECK_OK(cal_table_close(table, &err), err);
}

/* Reading changes nothing, with a lock file and without, as root and as anybody. */
static void check_untouched(void)
{
    cal_error err = {0};
    static char before[4096], after[4096];
    CHECK_OK(fill_table("read.tab", &err), err);
    fingerprint("read.tab", before, sizeof before);
    struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
    read_everything("read.tab");
    fingerprint("read.tab", after, sizeof after);
    CHECK_TEXT(after, before);
    CHECK(unlink("read.tab/table.lock") == 0 && chmod("read.tab", 0555) == 0);
    chmod(".", 0755);
    fingerprint("read.tab", before, sizeof before);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        unit_failed = geteuid() == 0 ? setuid(65534) : 0;
        read_everything("read.tab");
        fflush(stdout);
        _exit(unit_failed > 0);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK(status == 0);
    fingerprint("read.tab", after, sizeof after);
    CHECK_TEXT(after, before);
}

static void check_not_tables(void)
{
    cal_error err = {0};
    cal_table *table;
    CHECK_FAILS(cal_table_open("nothing", false, &table, &err), CAL_INPUT, "No such file", err);
    mkdir("folder", 0755);
    CHECK_FAILS(cal_table_open("folder/", false, &table, &err), CAL_INPUT, "no table.dat", err);
    close(open("file", O_CREAT | O_WRONLY, 0644));
    CHECK_FAILS(cal_table_open("file", false, &table, &err), CAL_INPUT, "is not a table", err);
    CHECK(system("head -c 5000 /dev/urandom > folder/table.dat") == 0);
    CHECK_FAILS(cal_table_open("folder", false, &table, &err), CAL_INPUT, "damaged", err);
}

/* A second writer is told so and does not wait. */
static void check_locked(void)
{
    cal_error err = {0};
    cal_table *table;
    CHECK_OK(fill_table("locked.tab", &err), err);
    CHECK_OK(cal_table_open("locked.tab", true, &table, &err), err);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        char program[] = "/proc/self/exe", table_name[] = "locked.tab";
        setenv("ASAN_OPTIONS", "detect_leaks=0",
               1); /* casacore leaks when it cannot open a table */
        execl(program, program, table_name, (char *)NULL);
        _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == CAL_OUTPUT);
    CHECK_OK(cal_table_close(table, &err), err);
}

/* Only root can mount a small disk; elsewhere there is nothing to check. */
static void check_full_disk(void)
{
    mkdir("disk", 0755);
    for (int kilobytes = 16; kilobytes <= 1024; kilobytes *= 2) {
        char size[32];
        cal_error err = {0};
        snprintf(size, sizeof size, "size=%dk", kilobytes);
        if (mount("none", "disk", "tmpfs", 0, size)) {
            printf("# not allowed to mount a small disk\n");
            return;
        }
        CHECK_FAILS(fill_table("disk/full.tab", &err), CAL_OUTPUT, "no space left on device", err);
        umount2("disk", MNT_DETACH); /* files of the table may still be mapped */
    }
}

int main(int argc, char **argv)
{
    cal_error err = {0};
    cal_table *table;
    if (argc > 1)
        return cal_table_open(argv[1], true, &table, &err);
    if (!unit_folder_enter())
        return 1;
    check_not_tables();
    check_damaged_files();
    check_untouched();
    check_locked();
    check_full_disk();
    return unit_done();
}

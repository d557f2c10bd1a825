/* Outputs, signals and child processes. */
#include "base/output.h"
#include "base/buf.h"
#include "base/child.h"
#include "base/stop.h"
#include "unit.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/cal-output-XXXXXX";

static void read_file(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t got = file ? fread(text, 1, size - 1, file) : 0;
    text[got] = 0;
    if (file)
        fclose(file);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (file) {
        fputs(text, file);
        fclose(file);
    }
}

static void test_files(void)
{
    cal_error err = {0};
    char text[64];
    CHECK(!cal_output_file("a.txt", false, "one", 3, &err));
    CHECK(cal_output_file("a.txt", false, "two", 3, &err) == CAL_OUTPUT);
    CHECK(strstr(err.text, "a.txt: exists") && strstr(err.text, "--force"));
    read_file("a.txt", text, sizeof text);
    CHECK_TEXT(text, "one");
    CHECK(!cal_output_file("a.txt", true, "two", 3, &err));
    read_file("a.txt", text, sizeof text);
    CHECK_TEXT(text, "two");
    CHECK(!cal_path_exists("a.txt.partial"));
    CHECK(cal_output_file("no/such/folder.txt", false, "x", 1, &err) == CAL_OUTPUT);
    CHECK(cal_output_file("", false, "x", 1, &err) == CAL_USAGE);
}

static void test_folders(void)
{
    cal_error err = {0};
    cal_output *out;
    CHECK(!cal_output_begin("d.ms/", false, &out, &err));
    CHECK_TEXT(cal_output_path(out), "d.ms.partial");
    mkdir(cal_output_path(out), 0755);
    CHECK(!cal_path_exists("d.ms"));
    CHECK(!cal_output_commit(out, &err) && cal_path_exists("d.ms"));
    CHECK(!cal_output_begin("d.ms", true, &out, &err)); /* empty: nothing to lose */
    cal_output_abandon(out);
    CHECK(!cal_output_file("d.ms/inner", false, "1", 1, &err));
    CHECK(cal_output_begin("d.ms", true, &out, &err) == CAL_OUTPUT &&
          cal_path_exists("d.ms/inner"));
    CHECK(strstr(err.text, "d.ms: is a directory and not a table, which --force does not replace"));
    CHECK(!cal_output_file("d.ms/table.dat", false, "1", 1, &err));
    CHECK(cal_output_begin("d.ms/inner/x.ms", false, &out, &err) == CAL_OUTPUT);
    CHECK(strstr(err.text, "d.ms/inner is a file"));
    CHECK(!cal_output_begin("d.ms", true, &out, &err));
    mkdir(cal_output_path(out), 0755);
    cal_output_abandon(out);
    CHECK(cal_path_exists("d.ms/inner") && !cal_path_exists("d.ms.partial"));
    CHECK(!cal_output_begin("d.ms", true, &out, &err));
    mkdir(cal_output_path(out), 0755);
    CHECK(!cal_output_commit(out, &err) && !cal_path_exists("d.ms/inner") &&
          cal_path_exists("d.ms"));
}

static const char *refusal(const char *path, cal_output_kind kind)
{
    static cal_error err;
    err.text[0] = 0;
    CHECK(cal_output_check(path, kind, true, &err) == (err.text[0] ? CAL_OUTPUT : CAL_OK));
    return err.text;
}

/* The text holds those words; none are wanted where they are "". */
static bool tells(const char *text, const char *words)
{
    return *words ? strstr(text, words) != NULL : !*text;
}

static void make_table(const char *path, const char *info)
{
    char file[64];
    CHECK(!mkdir(path, 0777));
    snprintf(file, sizeof file, "%s/table.dat", path);
    write_text(file, "table");
    snprintf(file, sizeof file, "%s/table.info", path);
    write_text(file, info);
}

/* With --force an output takes the place of its like, and of what is empty. */
static void test_kinds(void)
{
    static const struct {
        const char *path;
        cal_output_kind kind;
        const char *is;
    } old[] = {{"k.ms", CAL_OUTPUT_MS, "is a MeasurementSet, which"},
               {"k.G", CAL_OUTPUT_CALTABLE, "is a calibration table, which"},
               {"k.fits", CAL_OUTPUT_FITS, "is a FITS file, which"},
               {"k.png", CAL_OUTPUT_PNG, "is a PNG picture, which"},
               {"k.txt", CAL_OUTPUT_FILE, "is a file, which"},
               {"k.im", CAL_OUTPUT_ANY, "is a table of another type, which"},
               {"k.fifo", CAL_OUTPUT_ANY, "is neither a file nor a directory, which"}};
    make_table("k.ms", "Type = Measurement Set\nSubType = \n\n");
    make_table("k.G", "Type = Calibration\nSubType = G Jones\n\n");
    make_table("k.im", "Type = Image\nSubType = \n\n");
    write_text("k.fits", "SIMPLE  =                    T");
    write_text("k.png", "\x89PNG\r\n\x1a\n....");
    write_text("k.txt", "words");
    write_text("k.empty", "");
    CHECK(!mkfifo("k.fifo", 0666) && !mkdir("k.folder", 0777));
    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        for (int kind = CAL_OUTPUT_FILE; kind <= CAL_OUTPUT_CALTABLE; kind++)
            CHECK(tells(refusal(old[i].path, kind), (int)old[i].kind == kind ? "" : old[i].is));
    for (int kind = CAL_OUTPUT_FILE; kind <= CAL_OUTPUT_CALTABLE; kind++) {
        bool wants_folder = kind >= CAL_OUTPUT_MS;
        CHECK(tells(refusal("k.empty", kind), wants_folder ? "is an empty file, which" : ""));
        CHECK(tells(refusal("k.folder", kind), wants_folder ? "" : "is an empty directory, which"));
    }
    CHECK_TEXT(refusal("k.im", CAL_OUTPUT_ANY), "");
    CHECK(cal_output_check("k.ms", CAL_OUTPUT_MS, false, NULL) == CAL_OUTPUT);
    cal_error err = {0};
    CHECK(cal_output_file("k.fits", true, "words", 5, &err) == CAL_OUTPUT);
    CHECK(!cal_output_file("k.txt", true, "other", 5, &err));
}

/* An output that came into being while ours was written is not run over. */
static void test_race(void)
{
    cal_error err = {0};
    cal_output *out;
    char text[16];
    CHECK(!cal_output_begin("race.txt", false, &out, &err));
    FILE *file = fopen(cal_output_path(out), "w");
    fputs("ours", file);
    fclose(file);
    file = fopen("race.txt", "w");
    fputs("theirs", file);
    fclose(file);
    CHECK(cal_output_commit(out, &err) == CAL_OUTPUT);
    read_file("race.txt", text, sizeof text);
    CHECK_TEXT(text, "theirs");
}

/* In a child: begin an output, tell that it is begun, wait for a signal. */
static void hold_output(int ready, bool defer)
{
    cal_output *out;
    if (defer)
        cal_stop_defer();
    cal_output_begin("held.ms", false, &out, NULL);
    mkdir(cal_output_path(out), 0755);
    cal_output_file("held.ms.partial/table.dat", false, "1", 1, NULL);
    if (write(ready, "x", 1) != 1)
        _exit(9);
    for (int i = 0; i < 500 && !cal_stop_requested(); i++)
        usleep(10000);
    cal_output_abandon(out);
    _exit(cal_stop_requested() ? 7 : 8);
}

static int end_of_held(int number, bool defer)
{
    int ends[2], status = 0;
    char byte;
    if (pipe(ends))
        return -1;
    fflush(stdout);
    pid_t pid = fork();
    if (!pid)
        hold_output(ends[1], defer);
    CHECK(read(ends[0], &byte, 1) == 1 && cal_path_exists("held.ms.partial/table.dat"));
    kill(pid, number);
    waitpid(pid, &status, 0);
    close(ends[0]);
    close(ends[1]);
    CHECK(!cal_path_exists("held.ms.partial") && !cal_path_exists("held.ms"));
    return status;
}

/* When a folder got or lost its last file; never if it is not there. */
static struct timespec changed_at(const char *path)
{
    struct stat state = {0};
    stat(path, &state);
    return state.st_mtim;
}

/* Comes to its end while what it wrote is being removed: that must not get the name of the old one. */
static void commit_when_stopped(void)
{
    cal_error err = {0};
    cal_output *out;
    char path[64];
    if (cal_output_begin("table", true, &out, &err) || mkdir(cal_output_path(out), 0777))
        _exit(1);
    for (int i = 0; i < 5000; i++) {
        snprintf(path, sizeof path, "%s/%d", cal_output_path(out), i);
        write_text(path, "");
    }
    snprintf(path, sizeof path, "%s/table.dat", cal_output_path(out));
    write_text(path, "new");
    struct timespec filled = changed_at(cal_output_path(out)), now = filled;
    kill(getpid(), SIGTERM);
    while (now.tv_sec == filled.tv_sec && now.tv_nsec == filled.tv_nsec)
        now = changed_at(cal_output_path(out)); /* until the first file is removed */
    cal_output_commit(out, &err);
    pause();
}

static void test_stop_at_the_end(void)
{
    char text[64];
    int status = 0;
    CHECK(!mkdir("table", 0777));
    write_text("table/table.dat", "old");
    pid_t pid = fork();
    if (!pid)
        commit_when_stopped();
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    read_file("table/table.dat", text, sizeof text);
    CHECK_TEXT(text, "old");
    CHECK(!cal_path_exists("table.partial"));
    CHECK(!cal_remove_tree("table", NULL));
}

static void test_signals(void)
{
    test_stop_at_the_end();
    int status = end_of_held(SIGTERM, false);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    status = end_of_held(SIGINT, false);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    status = end_of_held(SIGINT, true);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void add_line(void *user, const char *text)
{
    cal_buf_addf(user, "[%s]", text);
}

static void test_children(void)
{
    cal_error err = {0};
    cal_buf out = {0};
    int status = -1;
    const char *say[] = {"sh", "-c", "echo one; printf 'two\\rthree' >&2; exit 3", NULL};
    CHECK(!cal_child_run(&(cal_child){say, add_line, &out}, &status, &err) && status == 3);
    CHECK_TEXT(cal_buf_text(&out), "[one][two][three]");
    cal_buf_free(&out);
    const char *die[] = {"sh", "-c", "kill -9 $$", NULL};
    CHECK(!cal_child_run(&(cal_child){die, NULL, NULL}, &status, &err) && status == 128 + SIGKILL);
    const char *none[] = {"no-such-program", NULL};
    CHECK(cal_child_run(&(cal_child){none, NULL, NULL}, &status, &err) == CAL_CHILD);
    CHECK_TEXT(err.text, "no-such-program: not found in PATH");
    char *path = cal_child_find("sh");
    CHECK(path && path[0] == '/');
    free(path);
    CHECK(!cal_child_find("no-such-program"));
}

static ino_t number_of(const char *path)
{
    struct stat status;
    return stat(path, &status) ? 0 : status.st_ino;
}

/* Who waits for a file to be renewed begins his own output as soon as it is. */
static void *write_next(void *waiting)
{
    ino_t old = number_of("shared");
    atomic_store((atomic_bool *)waiting, true);
    while (number_of("shared") == old)
        continue;
    write_text("shared" CAL_PARTIAL, "next");
    return NULL;
}

/* What the next writer has begun is his. */
static void test_next_writer(void)
{
    enum { ROUNDS = 300 };
    int lost = 0;
    write_text("shared", "first");
    for (int round = 0; round < ROUNDS; round++) {
        cal_error err = {0};
        cal_output *out;
        pthread_t next;
        atomic_bool waiting = false;
        bool begun = !cal_output_begin("shared", true, &out, &err);
        write_text("shared" CAL_PARTIAL, "mine");
        pthread_create(&next, NULL, write_next, &waiting);
        while (!atomic_load(&waiting))
            continue;
        if (!begun || cal_output_commit(out, &err))
            return (void)CHECK(!"the output is written");
        pthread_join(next, NULL);
        lost += !cal_path_exists("shared" CAL_PARTIAL);
    }
    CHECK(lost == 0);
    unlink("shared" CAL_PARTIAL);
}

int main(void)
{
    if (!mkdtemp(folder) || chdir(folder))
        return 1;
    test_signals(); /* first: it forks, which should be done while there is one thread */
    test_files();
    test_folders();
    test_kinds();
    test_race();
    test_next_writer();
    test_children();
    CHECK(!cal_remove_tree(folder, NULL) && !cal_path_exists(folder));
    return unit_done();
}

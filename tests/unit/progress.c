/* The progress line on a terminal. */
#include "base/progress.h"
#include "base/stop.h"
#include "unit.h"
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Half of some work, then nothing more, until the end or a signal comes. */
static void work(bool ends)
{
    cal_progress_start("working", "rows", 100);
    usleep(350000); /* shorter work has no line */
    cal_progress_add(50);
    if (!ends)
        pause();
    cal_progress_end();
    _exit(0);
}

/* Runs work() on a terminal of its own. What it prints is put into `text`; a signal is sent when the line is there. */
static int watch(int signal_number, char *text, size_t size)
{
    int terminal, status;
    size_t length = 0;
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    if (pid == 0) {
        signal(SIGHUP, SIG_DFL); /* ignored under nohup, and then it would stay so */
        work(!signal_number);
    }
    for (ssize_t got;
         length < size - 1 && (got = read(terminal, text + length, size - 1 - length)) > 0;) {
        length += got;
        text[length] = 0;
        if (signal_number && strstr(text, "50%")) {
            kill(pid, signal_number);
            signal_number = 0;
        }
    }
    waitpid(pid, &status, 0);
    close(terminal);
    return status;
}

static bool is_wiped(const char *text)
{
    static const char wipe[] = "\r\033[K";
    size_t length = strlen(text), end = strlen(wipe);
    return length >= end && !strcmp(text + length - end, wipe);
}

static void test_end(void)
{
    char text[4096] = "";
    int status = watch(0, text, sizeof text);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(strstr(text, "working   50%  50 rows"));
    CHECK(is_wiped(text));
}

static void test_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[4096] = "";
        int status = watch(numbers[i], text, sizeof text);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == numbers[i]);
        CHECK(strstr(text, "working   50%"));
        CHECK(is_wiped(text));
    }
}

int main(void)
{
    test_end();
    test_signals();
    return unit_done();
}

#include "base/child.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/stop.h"
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

char *cal_child_find(const char *program)
{
    if (strchr(program, '/'))
        return access(program, X_OK) ? NULL : cal_copy_text(program);
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t length = strcspn(path, ":");
        char *whole = cal_format("%.*s/%s", (int)length, path, program);
        if (length && !access(whole, X_OK))
            return whole;
        free(whole);
        path += length + (path[length] == ':');
    }
    return NULL;
}

char *cal_own_folder(void)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    char *slash = strrchr(path, '/');
    return slash ? cal_format("%.*s", (int)(slash - path), path) : cal_copy_text(".");
}

/* Signals as in a fresh process, nothing on stdin, both outputs into the pipe. */
static int spawn(const cal_child *child, int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int code = posix_spawnp(pid, child->argv[0], &actions, &attributes, (char *const *)child->argv,
                            environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static void take_bytes(const cal_child *child, cal_buf *line, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != '\n' && bytes[i] != '\r') {
            cal_buf_add_bytes(line, bytes + i, 1);
            continue;
        }
        if (line->len && child->line)
            child->line(child->user, cal_buf_text(line));
        cal_buf_clear(line);
    }
}

static void read_lines(const cal_child *child, int input)
{
    cal_buf line = {0};
    char bytes[4096];
    for (ssize_t got; (got = read(input, bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR);)
        if (got > 0)
            take_bytes(child, &line, bytes, (size_t)got);
    take_bytes(child, &line, "\n", 1);
    cal_buf_free(&line);
}

cal_status cal_child_run(const cal_child *child, int *exit_status, cal_error *err)
{
    int ends[2], status = 0;
    pid_t pid = -1;
    if (pipe2(ends, O_CLOEXEC))
        return cal_fail_errno(err, CAL_CHILD, "%s: no pipe", child->argv[0]);
    cal_stop_begin_child();
    int code = spawn(child, ends[1], &pid);
    cal_stop_end_child(code ? -1 : pid);
    close(ends[1]);
    if (code) {
        close(ends[0]);
        errno = code;
        if (code == ENOENT)
            return cal_fail(err, CAL_CHILD, "%s: not found in PATH", child->argv[0]);
        return cal_fail_errno(err, CAL_CHILD, "%s: cannot be started", child->argv[0]);
    }
    read_lines(child, ends[0]);
    close(ends[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    cal_stop_unwatch_child(pid);
    *exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return CAL_OK;
}

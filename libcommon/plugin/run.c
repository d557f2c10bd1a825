/* A plugin's run function in a process of its own, so that a crash, an exit() or a hang costs the
 * host nothing but one clear line.
 *
 * The child speaks to the host in frames through one pipe (log, progress, result); what it or the
 * programs that it starts print comes through another and is taken for log.
 */
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/progress.h"
#include "base/stop.h"
#include "plugin/loader.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_S = 5, POLL_MS = 100, MAX_FRAME = 1 << 30 };
enum { FRAME_LOG = 1, FRAME_PROGRESS, FRAME_RESULT };

typedef struct frame {
    int32_t kind, number; /* number: log level, or status */
    int64_t length;       /* of the text that follows */
    double fraction;
} frame;

/* ---- in the child ---- */

static volatile sig_atomic_t child_cancelled;
static int child_pipe;
static pthread_mutex_t child_lock = PTHREAD_MUTEX_INITIALIZER;

static void write_all(const void *bytes, size_t count)
{
    for (const char *at = bytes; count > 0;) {
        ssize_t written = write(child_pipe, at, count);
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0) {
            at += written;
            count -= (size_t)written;
        }
    }
}

static void send_frame(int kind, int number, double fraction, const char *text)
{
    frame head = {kind, number, text ? (int64_t)strlen(text) : 0, fraction};
    pthread_mutex_lock(&child_lock);
    write_all(&head, sizeof head);
    write_all(text, (size_t)head.length);
    pthread_mutex_unlock(&child_lock);
}

static void child_log(const calutils_host *host, int level, const char *text)
{
    (void)host;
    send_frame(FRAME_LOG, level, 0, text);
}

static void child_progress(const calutils_host *host, double fraction, const char *text)
{
    (void)host;
    send_frame(FRAME_PROGRESS, 0, fraction, text);
}

static int child_is_cancelled(const calutils_host *host)
{
    (void)host;
    return child_cancelled;
}

static void on_child_signal(int number)
{
    (void)number;
    child_cancelled = 1;
}

/* A process group of its own, so that all it starts can be ended together; ends with the host;
 * signals as in a fresh process but for those that ask it to stop. */
static void settle_child(pid_t host, int events, int prints)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != host)
        _exit(CAL_CHILD);
    cal_stop_reset();
    static const int fresh[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,
                                SIGABRT, SIGPIPE, SIGCHLD, SIGQUIT};
    for (size_t i = 0; i < CAL_COUNT(fresh); i++)
        signal(fresh[i], SIG_DFL);
    struct sigaction stop = {.sa_handler = on_child_signal};
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < CAL_COUNT(stops); i++)
        sigaction(stops[i], &stop, NULL);
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(prints, STDOUT_FILENO);
    dup2(prints, STDERR_FILENO);
    setvbuf(stdout, NULL, _IOLBF, 0);
    child_pipe = events;
}

static void __attribute__((noreturn))
be_child(const cal_plugin *plugin, const char *input, pid_t host, int events, int prints)
{
    settle_child(host, events, prints);
    const calutils_host table = {.abi = CALUTILS_PLUGIN_ABI,
                                 .struct_size = sizeof table,
                                 .log = child_log,
                                 .progress = child_progress,
                                 .cancelled = child_is_cancelled};
    char *output = NULL;
    int status = plugin->table->run(&table, input, &output);
    fflush(NULL);
    send_frame(FRAME_RESULT, status, 0, output);
    _exit(0);
}

/* ---- in the host ---- */

typedef struct session {
    const cal_plugin *plugin;
    pid_t pid;
    int events, prints; /* our ends of the pipes; -1 when at their end */
    cal_buf raw, line;  /* what came in and is not yet a whole frame, a whole line */
    char *last_line;    /* last words of a plugin that dies */
    bool progress;      /* the progress line is up */
    double fraction;
    bool garbled;  /* what came is no frame */
    bool finished; /* the result came */
    int status;
    char *result;
    double deadline; /* when it is killed; 0 while nobody asked it to stop */
} session;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void show_progress(session *s, double fraction, const char *text)
{
    if (!s->progress)
        cal_progress_start(s->plugin->table->name, "", 1);
    s->progress = true;
    if (*text)
        cal_progress_message(text);
    if (isfinite(fraction) && fraction > s->fraction) {
        cal_progress_add(fmin(fraction, 1) - s->fraction);
        s->fraction = fmin(fraction, 1);
    }
}

static void take_frame(session *s, const frame *head, const char *bytes)
{
    char *text = cal_format("%.*s", (int)head->length, bytes);
    if (head->kind == FRAME_LOG && head->number == CALUTILS_LOG_WARNING) {
        cal_warn("%s: %s", s->plugin->table->name, text);
    } else if (head->kind == FRAME_LOG) {
        cal_note("%s: %s", s->plugin->table->name, text);
    } else if (head->kind == FRAME_PROGRESS) {
        show_progress(s, head->fraction, text);
    } else {
        free(s->result);
        s->result = text;
        s->status = head->number;
        s->finished = true;
        return;
    }
    free(text);
}

/* Takes whole frames off the front of what came in. */
static void take_frames(session *s)
{
    size_t at = 0;
    while (!s->garbled && s->raw.len - at >= sizeof(frame)) {
        frame head;
        memcpy(&head, s->raw.data + at, sizeof head);
        s->garbled = head.kind < FRAME_LOG || head.kind > FRAME_RESULT || head.length < 0 ||
                     head.length > MAX_FRAME;
        if (s->garbled || s->raw.len - at < sizeof head + (size_t)head.length)
            break;
        take_frame(s, &head, s->raw.data + at + sizeof head);
        at += sizeof head + (size_t)head.length;
    }
    if (at > 0) {
        memmove(s->raw.data, s->raw.data + at, s->raw.len - at);
        s->raw.len -= at;
    }
}

static void take_prints(session *s, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != '\n' && bytes[i] != '\r') {
            cal_buf_add_bytes(&s->line, &bytes[i], 1);
            continue;
        }
        if (s->line.len) {
            cal_note("%s: %s", s->plugin->table->name, s->line.data);
            free(s->last_line);
            s->last_line = cal_buf_steal(&s->line);
        }
    }
}

/* Reads what is there; false at the end. */
static bool take_input(session *s, int fd)
{
    char bytes[65536];
    ssize_t count = read(fd, bytes, sizeof bytes);
    if (count < 0)
        return errno == EINTR || errno == EAGAIN;
    if (fd == s->events) {
        cal_buf_add_bytes(&s->raw, bytes, (size_t)count);
        take_frames(s);
    } else {
        take_prints(s, bytes, (size_t)count);
    }
    return count > 0;
}

/* A signal ends plugin and host from base/stop.h; what is done here is for hosts that defer it. */
static void pass_stop(session *s)
{
    if (cal_stop_requested() && s->deadline == 0) {
        kill(s->pid, SIGTERM);
        s->deadline = now() + GRACE_S;
    }
    if (s->garbled || (s->deadline > 0 && now() > s->deadline))
        kill(-s->pid, SIGKILL);
}

/* The last prints; programs that got away may hold the pipe open for ever, so only what is there
 * now. */
static void drain_prints(session *s)
{
    struct pollfd wait = {s->prints, POLLIN, 0};
    while (s->prints >= 0 && poll(&wait, 1, 0) > 0)
        if (!take_input(s, s->prints))
            s->prints = (close(s->prints), -1);
    if (s->prints >= 0)
        close(s->prints);
}

/* Until the plugin's process has ended: the events' pipe is closed then, by the kernel if by nobody
 * else. */
static int follow(session *s)
{
    while (s->events >= 0) {
        struct pollfd wait[2] = {{s->events, POLLIN, 0}, {s->prints, POLLIN, 0}};
        pass_stop(s);
        if (poll(wait, 2, POLL_MS) <= 0)
            continue;
        if (wait[1].revents && !take_input(s, s->prints))
            s->prints = (close(s->prints), -1);
        if (wait[0].revents && !take_input(s, s->events))
            s->events = (close(s->events), -1);
    }
    int state = 0;
    while (waitpid(s->pid, &state, 0) < 0 && errno == EINTR)
        continue;
    cal_stop_unwatch_child(s->pid);
    kill(-s->pid, SIGKILL); /* what it left running */
    drain_prints(s);
    take_prints(s, "\n", 1);
    if (s->progress)
        cal_progress_end();
    return state;
}

static const char *signal_name(int number)
{
    const char *name = sigabbrev_np(number);
    return name ? name : "?";
}

/* The result, or what happened instead. */
static cal_status judge(const session *s, int state, jv *output, cal_error *err)
{
    const char *name = s->plugin->table->name;
    const char *glue = s->last_line ? "; its last line: " : "",
               *last = s->last_line ? s->last_line : "";
    if (s->garbled)
        return cal_fail(err, CAL_CHILD,
                        "plugin %s (%s) wrote into the pipe to calutils; it was killed", name,
                        s->plugin->path);
    if (!s->finished && s->deadline > 0)
        return cal_fail(err, CAL_CHILD, "plugin %s was stopped", name);
    if (!s->finished && WIFSIGNALED(state))
        return cal_fail(err, CAL_CHILD, "plugin %s (%s) died of SIG%s (%s)%s%s", name,
                        s->plugin->path, signal_name(WTERMSIG(state)), strsignal(WTERMSIG(state)),
                        glue, last);
    if (!s->finished)
        return cal_fail(err, CAL_CHILD,
                        "plugin %s (%s) ended with exit status %d and without a result%s%s", name,
                        s->plugin->path, WEXITSTATUS(state), glue, last);
    if (s->status != CALUTILS_OK) {
        bool known = s->status >= CALUTILS_USAGE && s->status <= CALUTILS_CHILD;
        return cal_fail(err, known ? (cal_status)s->status : CAL_CHILD, "%s: %s", name,
                        *s->result ? s->result : "failed without saying why");
    }
    if (cal_json_parse(s->result, name, output, err))
        return cal_fail(err, CAL_CHILD, "plugin %s (%s) answered what is not JSON: \"%.60s\"", name,
                        s->plugin->path, s->result);
    if (jv_get_kind(*output) != JV_KIND_OBJECT) {
        jv_free(*output);
        return cal_fail(err, CAL_CHILD, "plugin %s (%s) answered no JSON object: \"%.60s\"", name,
                        s->plugin->path, s->result);
    }
    return CAL_OK;
}

static cal_status start(session *s, const char *input, cal_error *err)
{
    int events[2], prints[2];
    if (pipe2(events, O_CLOEXEC) || pipe2(prints, O_CLOEXEC))
        return cal_fail_errno(err, CAL_CHILD, "starting plugin %s", s->plugin->table->name);
    fflush(NULL);
    pid_t host = getpid();
    cal_stop_begin_child();
    s->pid = fork();
    if (s->pid == 0) {
        close(events[0]);
        close(prints[0]);
        be_child(s->plugin, input, host, events[1], prints[1]);
    }
    setpgid(s->pid, s->pid);
    cal_stop_end_child(s->pid);
    close(events[1]);
    close(prints[1]);
    s->events = events[0];
    s->prints = prints[0];
    if (s->pid < 0)
        return cal_fail_errno(err, CAL_CHILD, "starting plugin %s", s->plugin->table->name);
    return CAL_OK;
}

cal_status cal_plugin_run(const cal_plugin *plugin, jv input, jv *output, cal_error *err)
{
    session s = {.plugin = plugin};
    char *text = cal_json_dump(input);
    jv_free(input);
    cal_status status = start(&s, text, err);
    if (!status)
        status = judge(&s, follow(&s), output, err);
    free(text);
    free(s.result);
    free(s.last_line);
    cal_buf_free(&s.raw);
    cal_buf_free(&s.line);
    return status;
}

#include "base/stop.h"

#include "base/mem.h"
#include "base/output.h"
#include "base/progress.h"
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sigset_t waited, before;
static char *paths[64];
static pid_t children[64];
static int path_count, child_count;
static volatile sig_atomic_t deferred, requested;
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER;
static bool starting; /* the thread may hold locks that a fork would take along */
static const char *last_words;

/* A child that does not end within some seconds of the signal is killed. If it leads a process
 * group, as plugins do, what is left of the group goes with it. */
static void end_child(pid_t pid, int signal)
{
    kill(pid, signal);
    pid_t ended = 0;
    for (int tenth = 0; tenth < 50 && !(ended = waitpid(pid, NULL, WNOHANG)); tenth++)
        usleep(100000);
    kill(-pid, SIGKILL);
    if (!ended) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

static void end_by(int signal_number)
{
    pthread_mutex_lock(&mutex); /* for good: nothing is begun or committed any more */
    cal_progress_end();
    if (last_words)
        cal_warn("%s", last_words);
    for (int i = 0; i < child_count; i++)
        end_child(children[i], signal_number);
    for (int i = 0; i < path_count; i++)
        for (int attempt = 0; attempt < 5 && cal_remove_tree(paths[i], NULL); attempt++)
            usleep(10000); /* the main thread may just have made another file in it */
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal_number);
    signal(signal_number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(signal_number);
    _exit(128 + signal_number);
}

static void *wait_for_signals(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mutex);
    starting = false;
    pthread_cond_broadcast(&settled);
    pthread_mutex_unlock(&mutex);
    for (;;) {
        int number;
        if (sigwait(&waited, &number))
            continue;
        if (!deferred || requested)
            end_by(number);
        requested = number;
    }
    return NULL;
}

static void start(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(&waited);
    for (size_t i = 0; i < CAL_COUNT(numbers); i++) {
        struct sigaction action;
        sigaction(numbers[i], NULL, &action);
        if (action.sa_handler != SIG_IGN)
            sigaddset(&waited, numbers[i]);
    }
    pthread_sigmask(SIG_BLOCK, &waited, &before);
    pthread_t thread;
    starting = true;
    if (!pthread_create(&thread, NULL, wait_for_signals, NULL)) {
        pthread_detach(thread);
        return;
    }
    starting = false;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void cal_stop_watch(void)
{
    pthread_once(&once, start);
}

void cal_stop_say(const char *text)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&mutex);
    last_words = text;
    pthread_mutex_unlock(&mutex);
}

void cal_stop_watch_path(const char *path)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&mutex);
    if (path_count < (int)CAL_COUNT(paths))
        paths[path_count++] = cal_copy_text(path);
    pthread_mutex_unlock(&mutex);
}

static void forget_path(const char *path)
{
    for (int i = 0; i < path_count; i++) {
        if (!strcmp(paths[i], path)) {
            free(paths[i]);
            paths[i] = paths[--path_count];
            break;
        }
    }
}

void cal_stop_unwatch_path(const char *path)
{
    pthread_mutex_lock(&mutex);
    forget_path(path);
    pthread_mutex_unlock(&mutex);
}

void cal_stop_hold(void)
{
    pthread_mutex_lock(&mutex);
}

void cal_stop_let_go(const char *unwatched)
{
    if (unwatched)
        forget_path(unwatched);
    pthread_mutex_unlock(&mutex);
}

void cal_stop_begin_child(void)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&mutex);
    while (starting)
        pthread_cond_wait(&settled, &mutex);
}

void cal_stop_end_child(pid_t pid)
{
    if (pid > 0 && child_count < (int)CAL_COUNT(children))
        children[child_count++] = pid;
    pthread_mutex_unlock(&mutex);
}

void cal_stop_unwatch_child(pid_t pid)
{
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < child_count; i++)
        if (children[i] == pid) {
            children[i] = children[--child_count];
            break;
        }
    pthread_mutex_unlock(&mutex);
}

void cal_stop_reset(void)
{
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void cal_stop_defer(void)
{
    deferred = 1;
    pthread_once(&once, start);
}

bool cal_stop_requested(void)
{
    return requested != 0;
}

void cal_stop_now(void)
{
    if (requested)
        end_by(requested);
}

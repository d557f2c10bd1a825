#include "base/copier.h"
#include "base/mem.h"
#include "base/thread.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum {
    PIECE = 256 << 10,       /* bytes on their way: they stay in the processor's cache */
    BRIDGE = 16 << 10,       /* bytes that are quicker read and dropped than jumped over */
    MOST_WAITING = 256 << 20 /* bytes */
};

/* One end of a copy: a list of runs, and how far along it is. */
typedef struct stream {
    cal_file_run *run;
    int64_t count, at, done; /* runs; the one at hand; bytes of it that are through */
    const char *path;        /* of the open file */
    int fd;
} stream;

typedef struct job {
    stream from, to;
    int64_t bytes;
    struct job *next;
} job;

struct cal_copier {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool started, ending;
    job *first, **last; /* waiting */
    int64_t waiting;    /* bytes, those on their way included */
    char **path;        /* every path that a job names */
    int paths;
    char *piece, *bridge; /* PIECE bytes each */
    cal_status status;    /* of the first copy that failed */
    cal_error err;
};

/* ---- one copy ---- */

static cal_status open_stream(stream *of, int flags, cal_error *err)
{
    const char *path = of->run[of->at].path;
    if (of->path == path)
        return CAL_OK;
    if (of->path)
        close(of->fd);
    of->fd = open(path, flags | O_CLOEXEC);
    of->path = of->fd < 0 ? NULL : path;
    return of->path ? CAL_OK
                    : cal_fail_errno(err, flags == O_RDONLY ? CAL_INPUT : CAL_OUTPUT, "%s", path);
}

static void pass(stream *of, int64_t bytes)
{
    of->done += bytes;
    if (of->done == of->run[of->at].bytes) {
        of->at++;
        of->done = 0;
    }
}

static cal_status read_all(const stream *of, int64_t offset, int64_t bytes, char *to,
                           cal_error *err)
{
    while (bytes > 0) {
        ssize_t got = pread(of->fd, to, (size_t)bytes, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cal_fail_errno(err, CAL_INPUT, "%s: cannot be read", of->path);
        if (got == 0)
            return cal_fail(err, CAL_INPUT,
                            "%s: is damaged: its %lld bytes end where data should be", of->path,
                            (long long)lseek(of->fd, 0, SEEK_END));
        offset += got;
        to += got;
        bytes -= got;
    }
    return CAL_OK;
}

/* How many runs from the one at hand on are better read together, gaps and all, for their `room` bytes
 * at most. */
static int64_t together(const stream *from, int64_t room)
{
    int64_t end = from->at + 1, wanted = from->run[from->at].bytes;
    for (; end < from->count; end++) {
        const cal_file_run *before = &from->run[end - 1], *next = &from->run[end];
        int64_t gap = next->offset - before->offset - before->bytes;
        int64_t span = next->offset + next->bytes - from->run[from->at].offset;
        wanted += next->bytes;
        if (next->path != before->path || gap < 0 || gap > BRIDGE || span > PIECE || wanted > room)
            break;
    }
    return end - from->at;
}

static cal_status read_together(cal_copier *copier, stream *from, int64_t runs, char *to,
                                int64_t *bytes, cal_error *err)
{
    const cal_file_run *run = from->run + from->at, *last = run + runs - 1;
    int64_t start = run->offset;
    cal_status status =
        read_all(from, start, last->offset + last->bytes - start, copier->bridge, err);
    for (*bytes = 0; run <= last && !status; run++) {
        memcpy(to + *bytes, copier->bridge + (run->offset - start), (size_t)run->bytes);
        *bytes += run->bytes;
    }
    from->at += runs;
    return status;
}

/* The next bytes, as many as make a piece. */
static cal_status fill(cal_copier *copier, stream *from, int64_t *size, cal_error *err)
{
    cal_status status = CAL_OK;
    for (*size = 0; *size < PIECE && from->at < from->count && !status;) {
        const cal_file_run *run = &from->run[from->at];
        int64_t bytes = PIECE - *size, runs = from->done ? 1 : together(from, bytes);
        if ((status = open_stream(from, O_RDONLY, err)))
            break;
        if (runs > 1) {
            status = read_together(copier, from, runs, copier->piece + *size, &bytes, err);
        } else {
            if (bytes > run->bytes - from->done)
                bytes = run->bytes - from->done;
            status = read_all(from, run->offset + from->done, bytes, copier->piece + *size, err);
            pass(from, bytes);
        }
        *size += bytes;
    }
    return status;
}

static cal_status drain(const cal_copier *copier, stream *to, int64_t size, cal_error *err)
{
    for (int64_t done = 0; done < size;) {
        const cal_file_run *run = &to->run[to->at];
        int64_t bytes = run->bytes - to->done;
        cal_status status = open_stream(to, O_WRONLY, err);
        if (status)
            return status;
        ssize_t put =
            pwrite(to->fd, copier->piece + done,
                   (size_t)(bytes < size - done ? bytes : size - done), run->offset + to->done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be written", to->path);
        pass(to, put);
        done += put;
    }
    return CAL_OK;
}

static cal_status copy(cal_copier *copier, job *work, cal_error *err)
{
    cal_status status = CAL_OK;
    while (work->from.at < work->from.count && !status) {
        int64_t size;
        status = fill(copier, &work->from, &size, err);
        if (!status)
            status = drain(copier, &work->to, size, err);
    }
    if (work->from.path)
        close(work->from.fd);
    if (work->to.path)
        close(work->to.fd);
    return status;
}

/* ---- the thread ---- */

static void free_job(job *work)
{
    free(work->from.run);
    free(work->to.run);
    free(work);
}

/* The next job, waited for; NULL at the end. */
static job *next_job(cal_copier *copier)
{
    pthread_mutex_lock(&copier->lock);
    while (!copier->first && !copier->ending)
        pthread_cond_wait(&copier->changed, &copier->lock);
    job *work = copier->first;
    if (work && !(copier->first = work->next))
        copier->last = &copier->first;
    pthread_mutex_unlock(&copier->lock);
    return work;
}

static void finish_job(cal_copier *copier, job *work, cal_status status, const cal_error *err)
{
    pthread_mutex_lock(&copier->lock);
    copier->waiting -= work->bytes;
    if (status) {
        copier->status = status;
        copier->err = *err;
    }
    pthread_cond_broadcast(&copier->changed);
    pthread_mutex_unlock(&copier->lock);
    free_job(work);
}

/* After a failure what is still waiting is dropped. */
static void *run(void *user)
{
    cal_copier *copier = user;
    cal_status failed = CAL_OK;
    for (job *work; (work = next_job(copier));) {
        cal_error err = {0};
        cal_status status = failed ? CAL_OK : copy(copier, work, &err);
        finish_job(copier, work, status, &err);
        failed = failed ? failed : status;
    }
    return NULL;
}

/* ---- for the caller ---- */

cal_copier *cal_copier_new(void)
{
    cal_copier *copier = CAL_NEW(cal_copier);
    pthread_mutex_init(&copier->lock, NULL);
    pthread_cond_init(&copier->changed, NULL);
    copier->last = &copier->first;
    copier->piece = cal_alloc_aligned(PIECE, 1);
    copier->bridge = cal_alloc_aligned(PIECE, 1);
    return copier;
}

static const char *keep_path(cal_copier *copier, const char *path)
{
    for (int i = 0; i < copier->paths; i++)
        if (!strcmp(copier->path[i], path))
            return copier->path[i];
    copier->path = cal_grow(copier->path, copier->paths + 1, sizeof *copier->path);
    return copier->path[copier->paths++] = cal_copy_text(path);
}

static stream make_stream(cal_copier *copier, const cal_file_run *run, int64_t count)
{
    stream made = {.run = CAL_NEW_ARRAY(cal_file_run, count), .count = count};
    for (int64_t i = 0; i < count; i++) {
        made.run[i] = run[i];
        made.run[i].path = i > 0 && run[i].path == run[i - 1].path ? made.run[i - 1].path
                                                                   : keep_path(copier, run[i].path);
    }
    return made;
}

static cal_status failure(const cal_copier *copier, cal_error *err)
{
    return copier->status ? cal_fail(err, copier->status, "%s", copier->err.text) : CAL_OK;
}

cal_status cal_copier_add(cal_copier *copier, const cal_file_run *from, int64_t from_count,
                          const cal_file_run *to, int64_t to_count, cal_error *err)
{
    if (!copier->started && !(copier->started = cal_thread_start(&copier->thread, run, copier)))
        return cal_fail_errno(err, CAL_BUG, "cannot start a thread");
    job *work = CAL_NEW(job);
    work->from = make_stream(copier, from, from_count);
    work->to = make_stream(copier, to, to_count);
    for (int64_t i = 0; i < from_count; i++)
        work->bytes += from[i].bytes;
    pthread_mutex_lock(&copier->lock);
    while (copier->waiting > MOST_WAITING)
        pthread_cond_wait(&copier->changed, &copier->lock);
    copier->waiting += work->bytes;
    *copier->last = work;
    copier->last = &work->next;
    cal_status status = failure(copier, err);
    pthread_cond_broadcast(&copier->changed);
    pthread_mutex_unlock(&copier->lock);
    return status;
}

cal_status cal_copier_end(cal_copier *copier, cal_error *err)
{
    if (!copier)
        return CAL_OK;
    pthread_mutex_lock(&copier->lock);
    copier->ending = true;
    pthread_cond_broadcast(&copier->changed);
    pthread_mutex_unlock(&copier->lock);
    if (copier->started)
        pthread_join(copier->thread, NULL);
    cal_status status = failure(copier, err);
    for (int i = 0; i < copier->paths; i++)
        free(copier->path[i]);
    free(copier->path);
    free(copier->piece);
    free(copier->bridge);
    pthread_mutex_destroy(&copier->lock);
    pthread_cond_destroy(&copier->changed);
    free(copier);
    return status;
}

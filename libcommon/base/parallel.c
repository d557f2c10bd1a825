#include "base/parallel.h"

#include "base/thread.h"
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAX_HELPERS = 255 };

struct loop {
    atomic_int next;
    int count;
    void (*work)(void *user, int item, int worker);
    void *user;
};

/* Threads that wait for the next loop; a loop of a few hundred microseconds would otherwise cost
 * more for its threads than for its work. They live as long as the process. */
static struct {
    pthread_mutex_t owner; /* held by the loop that uses the helpers */
    pthread_mutex_t lock;
    pthread_cond_t begin, end;
    struct loop *loop;
    int helpers, invited, busy; /* threads there are, wanted for this loop, still at it */
    unsigned generation;        /* counts the loops */
} pool = {.owner = PTHREAD_MUTEX_INITIALIZER,
          .lock = PTHREAD_MUTEX_INITIALIZER,
          .begin = PTHREAD_COND_INITIALIZER,
          .end = PTHREAD_COND_INITIALIZER};

static void take_items(struct loop *loop, int worker)
{
    for (int item; (item = atomic_fetch_add(&loop->next, 1)) < loop->count;)
        loop->work(loop->user, item, worker);
}

static void *help(void *given)
{
    int worker = (int)(intptr_t)given;
    unsigned seen = 0;
    pthread_mutex_lock(&pool.lock);
    for (;;) {
        while (pool.generation == seen || worker > pool.invited)
            pthread_cond_wait(&pool.begin, &pool.lock);
        seen = pool.generation;
        pthread_mutex_unlock(&pool.lock);
        take_items(pool.loop, worker);
        pthread_mutex_lock(&pool.lock);
        if (--pool.busy == 0)
            pthread_cond_signal(&pool.end);
    }
    return NULL;
}

static bool start_helper(int worker)
{
    pthread_t thread;
    bool started = cal_thread_start(&thread, help, (void *)(intptr_t)worker);
    if (started)
        pthread_detach(thread);
    return started;
}

/* They wait for the next loop. */
static void start_helpers(int helpers)
{
    pool.invited = 0;
    while (pool.helpers < helpers && start_helper(pool.helpers + 1))
        pool.helpers++;
}

static void share(struct loop *loop, int helpers)
{
    pthread_mutex_lock(&pool.lock);
    start_helpers(helpers);
    pool.loop = loop;
    pool.invited = pool.busy = helpers < pool.helpers ? helpers : pool.helpers;
    pool.generation++;
    pthread_cond_broadcast(&pool.begin);
    pthread_mutex_unlock(&pool.lock);
    take_items(loop, 0);
    pthread_mutex_lock(&pool.lock);
    while (pool.busy > 0)
        pthread_cond_wait(&pool.end, &pool.lock);
    pthread_mutex_unlock(&pool.lock);
}

static int helpers_for(int jobs, int count)
{
    int helpers = (jobs < count ? jobs : count) - 1;
    return helpers < MAX_HELPERS ? helpers : MAX_HELPERS;
}

void cal_parallel_prepare(int jobs)
{
    if (pthread_mutex_trylock(&pool.owner))
        return;
    pthread_mutex_lock(&pool.lock);
    start_helpers(helpers_for(jobs, jobs));
    pthread_mutex_unlock(&pool.lock);
    pthread_mutex_unlock(&pool.owner);
}

void cal_parallel(int jobs, int count, void (*work)(void *user, int item, int worker), void *user)
{
    struct loop loop = {0, count, work, user};
    int helpers = helpers_for(jobs, count);
    if (helpers < 1 ||
        pthread_mutex_trylock(&pool.owner)) { /* a loop within a loop has no helpers */
        take_items(&loop, 0);
        return;
    }
    share(&loop, helpers);
    pthread_mutex_unlock(&pool.owner);
}

static int count_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1;
    return CPU_COUNT(&set);
}

int cal_jobs(long wanted)
{
    return wanted < 1 ? count_cores() : wanted <= MAX_HELPERS ? (int)wanted : MAX_HELPERS + 1;
}

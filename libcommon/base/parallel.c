#include "base/parallel.h"

#include "base/mem.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct loop {
    atomic_int next;
    int count;
    void (*work)(void *user, int item, int worker);
    void *user;
};

struct worker {
    struct loop *loop;
    int number;
    pthread_t thread;
};

static void *take_items(void *given)
{
    struct worker *worker = given;
    struct loop *loop = worker->loop;
    for (int item; (item = atomic_fetch_add(&loop->next, 1)) < loop->count;)
        loop->work(loop->user, item, worker->number);
    return NULL;
}

void cal_parallel(int jobs, int count, void (*work)(void *user, int item, int worker), void *user)
{
    struct loop loop = {0, count, work, user};
    if (jobs > count)
        jobs = count;
    if (jobs < 1)
        jobs = 1;
    struct worker *worker = CAL_NEW_ARRAY(struct worker, jobs);
    int started = 1; /* the caller is worker 0 */
    for (int i = 0; i < jobs; i++)
        worker[i] = (struct worker){.loop = &loop, .number = i};
    while (started < jobs &&
           !pthread_create(&worker[started].thread, NULL, take_items, &worker[started]))
        started++;
    take_items(&worker[0]);
    for (int i = 1; i < started; i++)
        pthread_join(worker[i].thread, NULL);
    free(worker);
}

int cal_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1;
    return CPU_COUNT(&set);
}

/* Children that several threads begin before the thread for signals is up. */
#include "base/stop.h"
#include "unit.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 10 };

static void *begin(void *unused)
{
    cal_stop_begin_child();
    cal_stop_end_child(0);
    return unused;
}

/* The thread for signals is started once in a process. */
static void begin_several(void)
{
    pthread_t thread[THREADS];
    alarm(10); /* what hangs must end */
    cal_stop_hold();
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, begin, NULL);
    usleep(50000);
    cal_stop_let_go(NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
}

int main(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        int status = 0;
        pid_t pid = fork();
        if (pid == 0) {
            begin_several();
            _exit(0);
        }
        CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
    }
    return unit_done();
}

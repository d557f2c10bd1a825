/* Threads that help. */
#ifndef CAL_BASE_THREAD_H
#define CAL_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts a thread that takes no signals: they are for the others (base/stop.h), but for faults of its own. */
bool cal_thread_start(pthread_t *thread, void *(*work)(void *user), void *user);

#endif

/* Starts the helpers of loops with so many jobs now, for a program that is about to be busy with what lets no thread start (dlopen()). */
void cal_parallel_prepare(int jobs);

/* A loop over independent items on several threads. Items are handed out one by one; the result
 * must not depend on which thread takes which, so an item writes only where no other writes.
 * `worker` (0..jobs-1) is for scratch memory. jobs <= 1 runs in place. */
#ifndef CAL_BASE_PARALLEL_H
#define CAL_BASE_PARALLEL_H

void cal_parallel(int jobs, int count, void (*work)(void *user, int item, int worker), void *user);
int cal_jobs(
    long
        wanted); /* so many threads, or as many as cores that this process may use where 0 are wanted */

#endif

/* A loop over independent items on several threads. Items are handed out one by one; the result
 * must not depend on which thread takes which, so an item writes only where no other writes.
 * `worker` (0..jobs-1) is for scratch memory. jobs <= 1 runs in place. */
#ifndef CAL_BASE_PARALLEL_H
#define CAL_BASE_PARALLEL_H

void cal_parallel(int jobs, int count, void (*work)(void *user, int item, int worker), void *user);
int cal_cores(void); /* cores that this process may use */

#endif

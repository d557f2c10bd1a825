/* Where a state is kept while it is worked on, so that a run that was killed is gone on with by the next one. */
#ifndef CAL_SELFCAL_JOURNAL_H
#define CAL_SELFCAL_JOURNAL_H

#include "base/json.h"

/* FOLDER/.selfcal-<hash of the state>.json: the same input has the same journal. The caller frees it. */
char *cal_journal_path(const char *folder, jv state);
/* The state that is kept there; null where there is none, or where files that it tells of are gone (then it begins anew). */
jv cal_journal_read(const char *path);
/* A state with one target becomes what is kept there, if that has got further: another run may have worked on it before this one had the
 * lock, as a child does whose parent alone was killed. */
void cal_journal_catch_up(const char *path, jv *state);
/* Replaces it in one go. */
cal_status cal_journal_write(const char *path, jv state, cal_error *err);

/* Only one process works on a clean target: waits for others, also for what a killed one has left running. The lock is inherited by child
 * processes; *lock is closed by the caller. `copy` is the path of its first working copy. */
cal_status cal_journal_lock(const char *copy, int *lock, cal_error *err);

#endif

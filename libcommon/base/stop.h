/* SIGINT, SIGTERM and SIGHUP: one thread waits for them, so that cleaning up is ordinary code and
 * no library is interrupted.
 *
 * On a signal the progress line is wiped, the children that are watched get it too and are waited
 * for, the paths that are watched are removed, and the process ends by that signal. After cal_stop_defer() the first signal
 * only sets a flag (see base/output.h). The thread starts with the first watch, before which
 * signals have their default effect. Signals that were ignored at the start (nohup) stay ignored.
 */
#ifndef CAL_BASE_STOP_H
#define CAL_BASE_STOP_H

#include <sys/types.h>

/* Start the thread when there is nothing yet to watch. */
void cal_stop_watch(void);

/* A warning for the one who ends the process by a signal: what can be done next. `text` must live as long as the process. */
void cal_stop_say(const char *text);

void cal_stop_watch_path(const char *path);
void cal_stop_unwatch_path(const char *path);

/* While a watched path is given its name, a signal waits. After one this does not come back: what is being removed must not be named. */
void cal_stop_hold(void);
/* `unwatched`: a path that is watched no longer from here on; NULL: none. */
void cal_stop_let_go(const char *unwatched);

/* Between start and watch of a child a signal must not slip through: begin, start the child, end
 * with its pid (or -1). */
void cal_stop_begin_child(void);
void cal_stop_end_child(pid_t pid);
void cal_stop_unwatch_child(pid_t pid);

/* In a child after fork: signals as they were before any watch. */
void cal_stop_reset(void);

#endif

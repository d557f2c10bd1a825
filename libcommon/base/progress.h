/* A progress line on stderr: only on a terminal, never under --quiet; what is done, rate, time
 * left; redrawn a few times a second, wiped at the end, be it by a signal. Safe to call from any thread. */
#ifndef CAL_BASE_PROGRESS_H
#define CAL_BASE_PROGRESS_H

/* `unit` is "bytes" (printed as MB and MB/s) or a noun ("intervals"); "" shows the
 * share alone. */
void cal_progress_start(const char *label, const char *unit, double total);
void cal_progress_add(double amount);
void cal_progress_message(const char *text); /* replaces the label */
void cal_progress_end(void);

#endif

#include "base/progress.h"

#include "base/mode.h"
#include "base/stop.h"
#include "base/text.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
    bool shown;
    char label[80], unit[32];
    double total, done, start, drawn; /* times in seconds */
} state;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void amount_text(double amount, char *text, size_t size)
{
    if (!strcmp(state.unit, "bytes"))
        cal_size_text(amount, text);
    else
        snprintf(text, size, "%.0f %s", amount, state.unit);
}

static void draw(double time)
{
    char done[64], rate[64];
    double elapsed = time - state.start, share = state.total > 0 ? state.done / state.total : 0;
    fprintf(stderr, "\r\033[K%s  %3.0f%%", state.label, 100 * share);
    if (*state.unit) {
        amount_text(state.done, done, sizeof done);
        amount_text(elapsed > 0 ? state.done / elapsed : 0, rate, sizeof rate);
        fprintf(stderr, "  %s  %s/s", done, rate);
    }
    if (share > 0 && elapsed > 1)
        fprintf(stderr, "  %.0f s left", elapsed * (1 - share) / share);
    fflush(stderr);
    state.drawn = time;
}

void cal_progress_start(const char *label, const char *unit, double total)
{
    pthread_mutex_lock(&mutex);
    state.shown = isatty(2) && !cal_mode_now.quiet && strcmp(cal_mode_now.errors, "json");
    snprintf(state.label, sizeof state.label, "%s", label);
    snprintf(state.unit, sizeof state.unit, "%s", unit);
    state.total = total;
    state.done = state.drawn = 0;
    state.start = now();
    bool shown = state.shown;
    pthread_mutex_unlock(&mutex);
    if (shown)
        cal_stop_watch(); /* whoever stops us should not find half a line before the prompt */
}

void cal_progress_add(double amount)
{
    pthread_mutex_lock(&mutex);
    state.done += amount;
    double time = now();
    /* short work is over before a line would be worth reading */
    if (state.shown && time - state.start > 0.3 && time - state.drawn > 0.2)
        draw(time);
    pthread_mutex_unlock(&mutex);
}

void cal_progress_message(const char *text)
{
    pthread_mutex_lock(&mutex);
    snprintf(state.label, sizeof state.label, "%s", text);
    pthread_mutex_unlock(&mutex);
}

void cal_progress_end(void)
{
    pthread_mutex_lock(&mutex);
    if (state.shown && state.drawn > 0) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    state.shown = false;
    pthread_mutex_unlock(&mutex);
}

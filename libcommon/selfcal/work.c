#include "selfcal/work.h"

#include "base/ask.h"
#include "base/buf.h"
#include "base/child.h"
#include "base/mem.h"
#include <math.h>
#include <string.h>
#include <time.h>

double cal_work_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void record_line(cal_work *work, const char *line)
{
    cal_json_push(&work->commands, jv_string(line));
    cal_note("%s", line);
}

static void record(cal_work *work, const cal_words *argv)
{
    cal_buf line = {0};
    for (int i = 0; i < argv->count; i++) {
        if (i)
            cal_buf_add(&line, " ");
        cal_buf_add_quoted(&line, argv->item[i]);
    }
    record_line(work, cal_buf_text(&line));
    cal_buf_free(&line);
}

cal_status cal_work_run(cal_work *work, cal_work_kind kind, const cal_words *argv, jv *result,
                        cal_error *err)
{
    jv document;
    double begin = cal_work_clock();
    record(work, argv);
    cal_status status = cal_ask_tool(argv, &document, err);
    work->seconds[kind] += cal_work_clock() - begin;
    if (result && !status)
        *result = document;
    else
        jv_free(document);
    return status;
}

static void keep_last(void *user, const char *text)
{
    cal_buf *last = user;
    cal_note("%s", text);
    cal_buf_clear(last);
    cal_buf_add(last, text);
}

cal_status cal_work_shell(cal_work *work, cal_work_kind kind, const char *line, cal_error *err)
{
    const char *const argv[] = {"sh", "-c", line, NULL};
    cal_buf last = {0};
    int ended = 0;
    double begin = cal_work_clock();
    record_line(work, line);
    cal_status status = cal_child_run(&(cal_child){argv, keep_last, &last}, &ended, err);
    work->seconds[kind] += cal_work_clock() - begin;
    if (!status && ended)
        status = cal_fail(err, CAL_CHILD, "%.200s ... ended with status %d: %.500s", line, ended,
                          last.len ? cal_buf_text(&last) : "it said nothing");
    cal_buf_free(&last);
    return status;
}

int cal_work_blocks(const cal_work *work)
{
    return cal_json_length_at(work->target, "vis");
}

jv cal_work_block(const cal_work *work, int block)
{
    return jv_array_get(cal_json_at(work->target, "vis"), block);
}

void cal_work_put_block(cal_work *work, int block, jv value)
{
    cal_json_set(&work->target, "vis",
                 jv_array_set(cal_json_at(work->target, "vis"), block, value));
}

int cal_work_fields(const cal_work *work)
{
    return cal_json_length_at(work->target, "sub-fields");
}

double cal_work_field_time(const cal_work *work)
{
    return cal_json_number_at(work->target, "Total_TOS", NAN) / cal_work_fields(work);
}

double cal_work_noise(const cal_work *work)
{
    return cal_json_number_at(work->target, "theoretical_sensitivity", NAN);
}

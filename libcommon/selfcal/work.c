#include "selfcal/work.h"

#include "base/ask.h"
#include "base/buf.h"
#include "base/child.h"
#include "base/mem.h"
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void record(cal_work *work, const cal_words *argv)
{
    cal_buf line = {0};
    for (int i = 0; i < argv->count; i++) {
        if (i)
            cal_buf_add(&line, " ");
        cal_buf_add_quoted(&line, argv->item[i]);
    }
    cal_json_push(&work->commands, jv_string(cal_buf_text(&line)));
    cal_note("%s", cal_buf_text(&line));
    cal_buf_free(&line);
}

cal_status cal_work_run(cal_work *work, cal_work_kind kind, const cal_words *argv, jv *result,
                        cal_error *err)
{
    jv document;
    double begin = now();
    record(work, argv);
    cal_status status = cal_ask_tool(argv, &document, err);
    work->seconds[kind] += now() - begin;
    if (result && !status)
        *result = document;
    else
        jv_free(document);
    return status;
}

static int length_at(jv object, const char *key)
{
    jv list = cal_json_at(object, key);
    int count = jv_get_kind(list) == JV_KIND_ARRAY ? jv_array_length(jv_copy(list)) : 0;
    jv_free(list);
    return count;
}

int cal_work_blocks(const cal_work *work)
{
    return length_at(work->target, "vis");
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
    return length_at(work->target, "sub-fields");
}

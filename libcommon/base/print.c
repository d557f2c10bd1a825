/* The result on stdout: JSON, filtered JSON, or text for people. */
#include "base/json.h"
#include "base/mem.h"
#include "base/mode.h"
#include "base/tool.h"
#include <jq.h>
#include <stdio.h>
#include <unistd.h>

bool cal_wants_text(void)
{
    if (cal_mode_now.json || cal_mode_now.filter)
        return false;
    return cal_mode_now.text || isatty(1);
}

static int dump_flags(void)
{
    return isatty(1) ? JV_PRINT_PRETTY | JV_PRINT_INDENT_FLAGS(2) : 0;
}

static void dump_line(jv value, int flags)
{
    if (cal_mode_now.raw && jv_get_kind(value) == JV_KIND_STRING) {
        fwrite(jv_string_value(value), 1, (size_t)jv_string_length_bytes(jv_copy(value)), stdout);
        jv_free(value);
    } else {
        jv_dumpf(value, stdout, flags);
    }
    putchar('\n');
}

static void keep_message(void *user, jv message)
{
    jv *first = user;
    if (jv_get_kind(*first) == JV_KIND_NULL)
        *first = message;
    else
        jv_free(message);
}

/* The compiler of jq takes 20 ms to start, so it is started here and nowhere else. */
static jq_state *filter_compiled(cal_error *err)
{
    static jq_state *jq;
    if (jq)
        return jq;
    jv message = jv_null();
    jq = jq_init();
    jq_set_error_cb(jq, keep_message, &message);
    if (!jq_compile(jq, cal_mode_now.filter)) {
        const char *text = jv_get_kind(message) == JV_KIND_STRING ? jv_string_value(message)
                                                                  : "cannot be compiled";
        int length = 0;
        while (text[length] && text[length] != '\n')
            length++;
        cal_fail(err, CAL_USAGE, "--jq %s: %.*s", cal_mode_now.filter, length, text);
        jq_teardown(&jq);
    }
    jv_free(message);
    return jq;
}

cal_status cal_print_check_filter(cal_error *err)
{
    if (cal_mode_now.raw && !cal_mode_now.filter)
        return cal_fail(err, CAL_USAGE, "--raw is about the texts that a filter gives; give --jq");
    return !cal_mode_now.filter || filter_compiled(err) ? CAL_OK : err->status;
}

static cal_status print_filtered(jv document, int flags, cal_error *err)
{
    jq_state *jq = filter_compiled(err);
    if (!jq) {
        jv_free(document);
        return err->status;
    }
    jq_start(jq, document, 0);
    jv result;
    while (jv_is_valid(result = jq_next(jq)))
        dump_line(result, flags);
    if (!jv_invalid_has_msg(jv_copy(result))) {
        jv_free(result);
        return CAL_OK;
    }
    jv message = jv_invalid_get_msg(result);
    bool is_text = jv_get_kind(message) == JV_KIND_STRING;
    cal_fail(err, CAL_USAGE, "--jq %s: %s", cal_mode_now.filter,
             is_text ? jv_string_value(message) : "failed");
    jv_free(message);
    return err->status;
}

/* What `text` writes must be writable: a full disk is noticed at the end, see cal_main(). */
static cal_status print_text(jv document, void (*text)(jv document, cal_buf *out))
{
    cal_buf out = {0};
    text(document, &out);
    fwrite(cal_buf_text(&out), 1, out.len, stdout);
    cal_buf_free(&out);
    jv_free(document);
    return CAL_OK;
}

cal_status cal_print(jv document, void (*text)(jv document, cal_buf *out), cal_error *err)
{
    return cal_print_as(cal_mode_now.schema, document, text, err);
}

cal_status cal_print_as(const char *schema, jv document, void (*text)(jv document, cal_buf *out),
                        cal_error *err)
{
    if (text && cal_wants_text())
        return print_text(cal_json_printable(document), text);
    document = jv_object_merge(
        JV_OBJECT(jv_string("schema"), jv_string_fmt("calutils/%s/1", schema)), document);
    if (cal_mode_now.filter)
        return print_filtered(document, dump_flags(), err);
    dump_line(document, dump_flags());
    return CAL_OK;
}

cal_status cal_print_dumped(const char *members, void (*text)(jv document, cal_buf *out),
                            cal_error *err)
{
    if (text && cal_wants_text())
        return print_text(jv_null(), text);
    if (!cal_mode_now.filter && !(dump_flags() & JV_PRINT_PRETTY)) {
        printf("{\"schema\":\"calutils/%s/1\",%s}\n", cal_mode_now.schema, members);
        return CAL_OK;
    }
    char *whole = cal_format("{%s}", members);
    jv document = jv_parse(whole);
    free(whole);
    return cal_print(document, text, err);
}

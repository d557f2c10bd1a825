#include "base/error.h"

#include "base/buf.h"
#include "base/mode.h"
#include <errno.h>
#include <jv.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

cal_mode cal_mode_now = {.tool = "calutils", .errors = "text"};

cal_status cal_fail(cal_error *err, cal_status status, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        err->status = status;
    }
    return status;
}

cal_status cal_fail_errno(cal_error *err, cal_status status, const char *format, ...)
{
    int code = errno;
    if (err) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(code));
        err->status = status;
    }
    return status;
}

cal_status cal_prefix(cal_error *err, const char *format, ...)
{
    if (!err)
        return CAL_BUG;
    char prefix[CAL_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    size_t length = strlen(prefix), rest = strlen(err->text);
    if (length + 2 >= sizeof err->text)
        return err->status;
    if (rest > sizeof err->text - length - 3)
        rest = sizeof err->text - length - 3;
    memmove(err->text + length + 2, err->text, rest);
    err->text[length + 2 + rest] = 0;
    memcpy(err->text, prefix, length);
    memcpy(err->text + length, ": ", 2);
    return err->status;
}

void cal_print_line(const char *before, const char *text)
{
    cal_buf line = {0};
    cal_buf_add_printable(&line, text);
    fprintf(stderr, "%s: %s%s\n", cal_mode_now.tool, before, cal_buf_text(&line));
    cal_buf_free(&line);
}

static void say(const char *kind, const char *format, va_list args)
{
    char text[CAL_ERROR_TEXT];
    vsnprintf(text, sizeof text, format, args);
    if (!strcmp(cal_mode_now.errors, "json")) {
        jv line = jv_object();
        line = jv_object_set(line, jv_string("tool"), jv_string(cal_mode_now.tool));
        line = jv_object_set(line, jv_string(kind), jv_string(text));
        jv_dumpf(line, stderr, 0);
        fputc('\n', stderr);
    } else {
        cal_print_line(strcmp(kind, "warning") ? "" : "warning: ", text);
    }
}

void cal_warn(const char *format, ...)
{
    if (cal_mode_now.quiet)
        return;
    va_list args;
    va_start(args, format);
    say("warning", format, args);
    va_end(args);
}

void cal_note(const char *format, ...)
{
    if (!cal_mode_now.verbose || cal_mode_now.quiet)
        return;
    va_list args;
    va_start(args, format);
    say("note", format, args);
    va_end(args);
}

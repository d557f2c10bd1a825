#include "base/tool.h"

#include "base/manual.h"
#include "base/mem.h"
#include "base/mode.h"
#include "base/text.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *const cal_version = CAL_VERSION;

/* The tool's JSON Schema, put into its executable by the build. */
extern const char cal_schema[] __attribute__((weak));

static bool help, version, schema;

const cal_option cal_common_options[] = {
    CAL_HEADING("Output and messages"),
    {"json", 0, CAL_FLAG, NULL, &cal_mode_now.json, "print JSON even on a terminal", 0, 0},
    {"text", 0, CAL_FLAG, NULL, &cal_mode_now.text, "print text even into a pipe", 0, 0},
    {"jq", 0, CAL_TEXT, "FILTER", &cal_mode_now.filter, "pass the JSON through this jq filter", 0,
     0},
    {"raw", 0, CAL_FLAG, NULL, &cal_mode_now.raw,
     "print texts that the filter gives as they are, without quotes", 0, 0},
    {"schema", 0, CAL_FLAG, NULL, &schema, "print the JSON Schema of the result and exit", 0, 0},
    {"errors", 0, CAL_CHOICE, "KIND", &cal_mode_now.errors, "form of messages on stderr",
     "text json", 0},
    {"quiet", 'q', CAL_FLAG, NULL, &cal_mode_now.quiet, "no warnings, no progress", 0, 0},
    {"verbose", 'v', CAL_FLAG, NULL, &cal_mode_now.verbose, "say what is being done", 0, 0},
    {"help", 'h', CAL_FLAG, NULL, &help, "print this and exit", 0, 0},
    {"version", 'V', CAL_FLAG, NULL, &version, "print the version and exit", 0, 0},
    CAL_OPTIONS_END,
};

const char *cal_tool_name(void)
{
    return cal_mode_now.tool;
}

const char *cal_command_line(void)
{
    return cal_mode_now.command_line ? cal_mode_now.command_line : cal_mode_now.tool;
}

static char *quote_command(const char *name, int argc, char **argv)
{
    cal_buf line = {0};
    cal_buf_add(&line, name);
    for (int i = 1; i < argc; i++) {
        cal_buf_add(&line, " ");
        cal_buf_add_quoted(&line, argv[i]);
    }
    return cal_buf_steal(&line);
}

static void print_error(const cal_error *err)
{
    if (strcmp(cal_mode_now.errors, "json")) {
        cal_print_line("", err->text);
        return;
    }
    jv error = JV_OBJECT(jv_string("tool"), jv_string(cal_mode_now.tool), jv_string("exit"),
                         jv_number(err->status), jv_string("message"), jv_string(err->text));
    jv_dumpf(JV_OBJECT(jv_string("error"), error), stderr, 0);
    fputc('\n', stderr);
}

/* A result that could not be written is a failure, however well everything else went. A reader that
 * went away is not. */
static cal_status check_stdout(cal_error *err)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return CAL_OK;
    if (errno == EPIPE)
        return CAL_OK;
    return cal_fail_errno(err, CAL_OUTPUT, "standard output");
}

static cal_status print_page(const cal_tool *tool, const char *path, cal_error *err)
{
    char *notes;
    size_t length;
    if (cal_text_read(path, &notes, &length, err))
        return err->status;
    cal_buf page = {0};
    cal_manual_page(tool, notes, &page);
    fputs(cal_buf_text(&page), stdout);
    cal_buf_free(&page);
    free(notes);
    return CAL_OK;
}

static void print_made(const cal_tool *tool, void (*make)(const cal_tool *tool, cal_buf *out))
{
    cal_buf out = {0};
    make(tool, &out);
    fputs(cal_buf_text(&out), stdout);
    cal_buf_free(&out);
}

/* What a tool says of itself; asked for before anything is parsed so that defaults are shown as
 * they are. */
static bool serve(const cal_tool *tool, int argc, char **argv, cal_status *status, cal_error *err)
{
    *status = CAL_OK;
    if (argc == 2 && !strcmp(argv[1], "--describe")) {
        print_made(tool, cal_manual_describe);
        return true;
    }
    if (argc == 2 && !strcmp(argv[1], "--complete")) {
        print_made(tool, cal_manual_completion);
        return true;
    }
    if (argc == 2 && !strncmp(argv[1], "--manual=", 9)) {
        *status = print_page(tool, argv[1] + 9, err);
        return true;
    }
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            print_made(tool, cal_manual_help);
            return true;
        }
    }
    return false;
}

static cal_status check_operands(const cal_tool *tool, int count, cal_error *err)
{
    if (count < tool->min_operands)
        return cal_fail(err, CAL_USAGE, "%s wanted: %s [options] %s (--help tells more)",
                        count ? "more is" : "an operand is", tool->name, tool->operands);
    if (tool->max_operands >= 0 && count > tool->max_operands)
        return cal_fail(err, CAL_USAGE, "too many operands: %s [options] %s (--help tells more)",
                        tool->name, tool->operands);
    return CAL_OK;
}

static cal_status run(const cal_tool *tool, int argc, char **argv, cal_error *err)
{
    const cal_option *tables[] = {tool->options, cal_common_options, NULL};
    cal_status status;
    if (serve(tool, argc, argv, &status, err))
        return status;
    char **operand = CAL_NEW_ARRAY(char *, argc + 1);
    int count = 0;
    status = cal_options_parse(tables, argc, argv, &count, operand, err);
    if (!status && version)
        printf("%s (calutils) %s\n", tool->name, cal_version);
    else if (!status && schema)
        fputs(cal_schema ? cal_schema : "{}\n", stdout);
    else if (!status && !(status = check_operands(tool, count, err)) &&
             !(status = cal_print_check_filter(err)))
        status = tool->run(count, operand, err);
    free(operand);
    return status;
}

static void (*at_end)(void);

void cal_tool_at_end(void (*wait)(void))
{
    at_end = wait;
}

int cal_main(const cal_tool *tool, int argc, char **argv)
{
    cal_error err = {0}, written = {0};
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error of writing */
    cal_mode_now.tool = tool->name;
    cal_mode_now.schema = tool->schema ? tool->schema : tool->name;
    cal_mode_now.command_line = quote_command(tool->name, argc, argv);
    cal_status status = run(tool, argc, argv, &err);
    if (check_stdout(&written) && (!status || status == CAL_NO)) {
        err = written;
        status = written.status;
    }
    if (status && err.text[0])
        print_error(&err);
    free(cal_mode_now.command_line);
    cal_mode_now.command_line = NULL;
    if (at_end)
        at_end();
    return (int)status;
}

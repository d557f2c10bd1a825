#include "base/manual.h"

#include "base/text.h"
#include <stdio.h>
#include <string.h>

enum { WIDTH = 80, INDENT = 26 };

static const char *const exit_statuses[][2] = {
    {"0", "done"},
    {"1", "the answer is no (only tools that ask: check, diff)"},
    {"2", "wrong usage, or JSON that cannot be read"},
    {"3", "an input is missing or is not what it should be"},
    {"4", "the data cannot give a result: nothing selected, all flagged, no solution"},
    {"5", "an output could not be written: it exists, the disk is full"},
    {"6", "a plugin or another program failed"},
    {"70", "a bug in this program"},
};

/* The first line starts where the caller stands, at `column`. */
static void wrap(cal_buf *out, const char *text, int column, int indent)
{
    cal_buf_add_wrapped(out, text, column, indent, WIDTH);
}

/* The phrase of the table with choices and default behind it. */
static void explain(const cal_option *option, cal_buf *out)
{
    cal_buf_add(out, option->help);
    if (option->choices && *option->choices)
        cal_buf_addf(out, " (%s)", option->choices);
    const char *value = cal_option_default(option);
    if (*value)
        cal_buf_addf(out, " [%s]", value);
}

static void help_option(const cal_option *option, cal_buf *out)
{
    cal_buf head = {0}, text = {0};
    if (option->letter)
        cal_buf_addf(&head, "  -%c, --%s", option->letter, option->name);
    else
        cal_buf_addf(&head, "      --%s", option->name);
    if (option->arg)
        cal_buf_addf(&head, " %s", option->arg);
    cal_buf_add(out, cal_buf_text(&head));
    int column = (int)head.len;
    if (column + 2 > INDENT) {
        cal_buf_add(out, "\n");
        column = 0;
    }
    cal_buf_add_repeated(out, ' ', INDENT - column);
    explain(option, &text);
    wrap(out, cal_buf_text(&text), INDENT, INDENT);
    cal_buf_free(&head);
    cal_buf_free(&text);
}

/* Calls for every option of the tool, headings included, its own table first. */
static void each_option(const cal_tool *tool, void (*call)(const cal_option *option, cal_buf *out),
                        cal_buf *out)
{
    const cal_option *tables[] = {tool->options, cal_common_options};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const cal_option *o = tables[i]; o && o->kind != CAL_END; o++)
            call(o, out);
}

static void help_entry(const cal_option *option, cal_buf *out)
{
    if (option->kind == CAL_SECTION)
        cal_buf_addf(out, "\n%s\n", option->name);
    else
        help_option(option, out);
}

void cal_manual_help(const cal_tool *tool, cal_buf *out)
{
    cal_buf_addf(out, "Usage: %s [options] %s\n\n%s: ", tool->name, tool->operands, tool->name);
    wrap(out, tool->brief, (int)strlen(tool->name) + 2, 0);
    cal_buf_add(out, "\n");
    wrap(out, tool->about, 0, 0);
    if (tool->options->kind != CAL_SECTION && tool->options->kind != CAL_END)
        cal_buf_add(out, "\nOptions\n");
    each_option(tool, help_entry, out);
    cal_buf_add(out, "\nExamples\n");
    for (const cal_example *e = tool->examples; e->what; e++)
        cal_buf_addf(out, "  # %s\n  %s\n", e->what, e->command);
    cal_buf_addf(out, "\nFull manual: man %s\n", tool->name);
}

/* ---- the manual page ---- */

/* Text as roff: no macro by accident, dashes that can be copied. */
static void roff(cal_buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        bool line_start = c == text || c[-1] == '\n';
        if (line_start && (*c == '.' || *c == '\''))
            cal_buf_add(out, "\\&");
        if (*c == '-')
            cal_buf_add(out, "\\-");
        else if (*c == '\\')
            cal_buf_add(out, "\\e");
        else
            cal_buf_add_bytes(out, c, 1);
    }
}

static void page_entry(const cal_option *option, cal_buf *out)
{
    cal_buf text = {0};
    if (option->kind == CAL_SECTION) {
        cal_buf_add(out, ".SS ");
        roff(out, option->name);
    } else {
        cal_buf_add(out, ".TP\n");
        if (option->letter)
            cal_buf_addf(&text, "-%c, ", option->letter);
        cal_buf_addf(&text, "--%s", option->name);
        cal_buf_add(out, ".B ");
        roff(out, cal_buf_text(&text));
        if (option->arg) {
            cal_buf_add(out, " \\fI");
            roff(out, option->arg);
            cal_buf_add(out, "\\fR");
        }
        cal_buf_add(out, "\n");
        cal_buf_clear(&text);
        explain(option, &text);
        roff(out, cal_buf_text(&text));
    }
    cal_buf_add(out, "\n");
    cal_buf_free(&text);
}

static void page_examples(const cal_tool *tool, cal_buf *out)
{
    cal_buf_add(out, ".SH EXAMPLES\n");
    for (const cal_example *e = tool->examples; e->what; e++) {
        cal_buf_add(out, ".PP\n");
        roff(out, e->what);
        cal_buf_add(out, ":\n.PP\n.RS 4\n.nf\n");
        roff(out, e->command);
        cal_buf_add(out, "\n.fi\n.RE\n");
    }
}

void cal_manual_page(const cal_tool *tool, const char *notes, cal_buf *out)
{
    char name[64];
    snprintf(name, sizeof name, "%s", tool->name);
    for (char *c = name; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
    cal_buf_addf(out, ".TH %s 1 \"\" \"calutils %s\" \"%s\"\n.SH NAME\n", name, cal_version,
                 tool->group);
    roff(out, tool->name);
    cal_buf_add(out, " \\- ");
    roff(out, tool->brief);
    cal_buf_add(out, "\n.SH SYNOPSIS\n.B ");
    roff(out, tool->name);
    cal_buf_add(out, "\n[options] ");
    roff(out, tool->operands);
    cal_buf_add(out, "\n.SH DESCRIPTION\n");
    roff(out, tool->about);
    cal_buf_add(out, "\n.SH OPTIONS\n");
    each_option(tool, page_entry, out);
    cal_buf_add(out, notes);
    page_examples(tool, out);
    cal_buf_add(out, ".SH \"EXIT STATUS\"\n");
    for (size_t i = 0; i < sizeof exit_statuses / sizeof *exit_statuses; i++)
        cal_buf_addf(out, ".TP\n.B %s\n%s\n", exit_statuses[i][0], exit_statuses[i][1]);
}

/* ---- completion and list ---- */

static void completion_entry(const cal_option *option, cal_buf *out)
{
    if (option->kind == CAL_SECTION)
        return;
    cal_buf_addf(out, "--%s%s", option->name, option->kind == CAL_FLAG ? "=" : "");
    if (option->choices && *option->choices)
        cal_buf_addf(out, " %s", option->choices);
    cal_buf_add(out, "\n");
}

void cal_manual_completion(const cal_tool *tool, cal_buf *out)
{
    each_option(tool, completion_entry, out);
}

void cal_manual_describe(const cal_tool *tool, cal_buf *out)
{
    cal_buf_addf(out, "{\"%s\", \"%s\", \"%s\"},\n", tool->name, tool->group, tool->brief);
}

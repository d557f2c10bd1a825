/* callib-import: text that the pipeline or CASA wrote, into a calibration library. */
#include "base/mem.h"
#include "base/text.h"
#include "base/tool.h"
#include "callib/book.h"
#include "callib/edit.h"
#include "callib/import.h"
#include "callib/text_kind.h"
#include <string.h>

static cal_edit edit;
static cal_import_rules rules;
static const char *format = "auto", *vis, *caltables;
static bool append;

/* --path-map OLD=NEW */
static cal_status add_path_map(void *value, const char *text, cal_error *err)
{
    cal_import_rules *into = value;
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return cal_fail(err, CAL_USAGE, "\"%s\": expected OLD=NEW, the beginnings of paths", text);
    char *old = cal_format("%.*s", (int)(equals - text), text);
    cal_words_add(&into->old_path, old);
    cal_words_add(&into->new_path, equals + 1);
    free(old);
    return CAL_OK;
}

static const cal_option options[] = {
    CAL_HEADING("The text"),
    {"format", 0, CAL_CHOICE, "FORMAT", &format,
     "the pipeline's applycal text or CASA's cal-library text; auto: whichever it is",
     "auto applycal casa", 0},
    {"append", 0, CAL_FLAG, NULL, &append, "keep what is active, and apply this after it", 0, 0},
    {"vis", 0, CAL_TEXT, "SET", &vis, "CASA's text: the data set that it is for [the only one]", 0,
     0},
    CAL_HEADING("The tables"),
    {"path-map", 0, CAL_EACH, "OLD=NEW", &rules,
     "tables and data sets whose path begins with OLD are now at NEW", 0, add_path_map},
    {"tables-in", 0, CAL_TEXT, "DIR", &rules.tables_in, "all tables are in this folder", 0, 0},
    {"caltables", 0, CAL_TEXT, "FILE", &caltables,
     "documents of caltable-info, for the types of tables; else they are guessed by name", 0, 0},
    CAL_EDIT_OPTIONS(edit),
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"What a pipeline run left behind", "callib-import -i lib.json eb1.ms.calapply.txt"},
    {"The same for a restore, with the tables in this folder",
     "callib-import -i lib.json --tables-in . eb1.ms.calapply.txt eb2.ms.calapply.txt"},
    {"From CASA's text, behind what is registered already",
     "callib-import -i lib.json --append --vis eb1.ms lib.txt"},
    {NULL, NULL},
};

/* A file that was read, in one of two forms. */
typedef struct source {
    const char *name;
    bool casa;
    cal_applycal_lines lines;
    cal_casa_lines casa_lines;
} source;

static cal_status read_source(const char *path, source *into, cal_error *err)
{
    char *text;
    size_t length;
    into->name = cal_text_name(path);
    if (cal_text_read(path, &text, &length, err))
        return err->status;
    into->casa = !strcmp(format, "casa") ||
                 (!strcmp(format, "auto") && cal_text_kind(text) == CAL_TEXT_CASA);
    cal_status status = CAL_OK;
    if (strlen(text) != length)
        status = cal_fail(err, CAL_INPUT, "%s: no text: it has a byte 0 in it", into->name);
    else if (!strcmp(format, "auto") && cal_text_kind(text) == CAL_TEXT_JSON)
        status = cal_fail(err, CAL_USAGE, "%s is JSON; libraries go together with callib-merge",
                          into->name);
    else if (into->casa)
        status = cal_casa_read(text, into->name, &into->casa_lines, err);
    else
        status = cal_applycal_read(text, into->name, &into->lines, err);
    free(text);
    return status;
}

static cal_status choose_set(const cal_library *library, int *set, cal_error *err)
{
    *set = 0;
    if (vis)
        return cal_library_find_vis(library, vis, set, err);
    if (library->viss == 1)
        return CAL_OK;
    return cal_fail(err, CAL_USAGE,
                    "the library has %d data sets, and CASA's text does not say which it is for; "
                    "give it with --vis",
                    library->viss);
}

static cal_status import_source(const source *from, const char *origin, cal_library *library,
                                cal_error *err)
{
    cal_import_count count = {0};
    int set;
    cal_status status = from->casa ? choose_set(library, &set, err) : CAL_OK;
    if (!status)
        status = from->casa ? cal_import_casa(&from->casa_lines, from->name, &rules, origin, set,
                                              library, &library->active, &count, err)
                            : cal_import_applycal(&from->lines, &rules, origin, library,
                                                  &library->active, &count, err);
    if (!status && !count.lines)
        cal_warn("%s has no line that begins with applycal(", from->name);
    if (!status && count.empty)
        cal_warn("%s: %d of its %d lines select no data; the first is line %d", from->name,
                 count.empty, count.lines, count.first_empty);
    return status;
}

static cal_status import_all(const source *from, int count, cal_library *library, cal_error *err)
{
    char *origin = cal_edit_origin(NULL);
    cal_status status = CAL_OK;
    if (!append)
        cal_book_free(&library->active);
    for (int i = 0; i < count && !status; i++)
        status = import_source(&from[i], origin, library, err);
    free(origin);
    return status;
}

static cal_status read_all(int count, char **path, source *into, cal_error *err)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(path[i], "-") && !edit.in_place)
            return cal_fail(err, CAL_USAGE,
                            "library and text cannot both come from standard input; use "
                            "--in-place");
    for (int i = 0; i < count; i++)
        if (read_source(path[i], &into[i], err))
            return err->status;
    return caltables ? cal_caltypes_read(caltables, &rules.types, err) : CAL_OK;
}

static void release(source *from, int count)
{
    for (int i = 0; i < count; i++) {
        cal_applycal_lines_free(&from[i].lines);
        cal_casa_lines_free(&from[i].casa_lines);
    }
    free(from);
    cal_caltypes_free(&rules.types);
    cal_words_free(&rules.old_path);
    cal_words_free(&rules.new_path);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_library *library = NULL;
    source *from = CAL_NEW_ARRAY(source, count);
    cal_status status = read_all(count, operand, from, err);
    if (!status)
        status = cal_edit_begin(&edit, &library, err);
    if (!status)
        status = import_all(from, count, library, err);
    release(from, count);
    if (!status)
        return cal_edit_end(&edit, library, err);
    cal_library_free(library);
    return status;
}

static const cal_tool tool = {
    .name = "callib-import",
    .group = CAL_GROUP_CALLIB,
    .brief = "read calibrations that the pipeline or CASA wrote into a library",
    .operands = "TEXT...",
    .min_operands = 1,
    .max_operands = -1,
    .schema = "callib",
    .about = "Replaces what is active in a library by what the texts say; with --append it comes "
             "after it. All texts are read and understood before the library changes. Lines that "
             "say the same of different data become few registrations.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

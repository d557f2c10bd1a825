/* The door: which tools there are, whether all that they need is installed, which versions are
 * linked. */
#include "base/doctor.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/tool.h"
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static bool names;

static const struct tool_line {
    const char *name, *group, *brief;
} tools[] = {
#include "tools.inc"
    {NULL, NULL, NULL},
};

/* ---- list ---- */

static jv list_tools(void)
{
    jv list = jv_array();
    for (const struct tool_line *t = tools; t->name; t++)
        cal_json_push(&list,
                      JV_OBJECT(jv_string("name"), jv_string(t->name), jv_string("group"),
                                jv_string(t->group), jv_string("brief"), jv_string(t->brief)));
    return JV_OBJECT(jv_string("version"), jv_string(cal_version), jv_string("tools"), list);
}

static const char *const groups[] = {CAL_GROUP_MS,     CAL_GROUP_SOLVE,   CAL_GROUP_TABLES,
                                     CAL_GROUP_CALLIB, CAL_GROUP_SELFCAL, CAL_GROUP_IMAGES,
                                     CAL_GROUP_TASKS};

static void list_text(jv document, cal_buf *out)
{
    (void)document;
    cal_buf_addf(out, "calutils %s: small tools for calibrating radio-interferometer data\n",
                 cal_version);
    for (size_t i = 0; i < CAL_COUNT(groups); i++) {
        cal_buf_addf(out, "\n%s\n", groups[i]);
        for (const struct tool_line *t = tools; t->name; t++)
            if (!strcmp(t->group, groups[i]))
                cal_buf_addf(out, "  %-18s %s\n", t->name, t->brief);
    }
    cal_buf_add(
        out, "\nEach has --help and a manual page. `calutils doctor` checks the installation.\n");
}

static cal_status run_list(cal_error *err)
{
    if (!names)
        return cal_print(list_tools(), list_text, err);
    for (const struct tool_line *t = tools; t->name; t++)
        puts(t->name);
    return CAL_OK;
}

/* ---- doctor ---- */

static void doctor_text(jv document, cal_buf *out)
{
    jv checks = cal_json_at(document, "checks");
    jv_array_foreach(checks, i, check)
    {
        bool passed = cal_json_bool_at(check, "ok", false);
        const char *advice = cal_json_text_at(check, "advice", NULL);
        cal_buf_addf(out, "%-5s %-24s %s\n",
                     !passed  ? "WRONG"
                     : advice ? "note"
                              : "ok",
                     cal_json_text_at(check, "name", ""), cal_json_text_at(check, "detail", ""));
        if (advice)
            cal_buf_addf(out, "      to do: %s\n", advice);
        jv_free(check);
    }
    jv_free(checks);
}

static cal_status run_doctor(cal_error *err)
{
    const char *names_of[CAL_COUNT(tools)] = {0};
    for (size_t i = 0; i < CAL_COUNT(tools); i++)
        names_of[i] = tools[i].name;
    jv checks = cal_doctor_examine(names_of);
    bool passed = cal_doctor_passed(jv_copy(checks));
    cal_status status = cal_print(
        JV_OBJECT(jv_string("ok"), jv_bool(passed), jv_string("checks"), checks), doctor_text, err);
    return status ? status : passed ? CAL_OK : CAL_NO;
}

/* ---- version ---- */

/* What the tools link, and the versions that they were built against (asked of pkg-config by the
 * build). */
static const struct library {
    const char *name, *file, *built;
} libraries[] = {
#include "libraries.inc"
};

static jv describe_library(const struct library *library)
{
    void *handle = dlopen(library->file, RTLD_LAZY | RTLD_LOCAL);
    struct link_map *map = NULL;
    char path[4096] = "";
    if (handle && !dlinfo(handle, RTLD_DI_LINKMAP, &map) && map && !realpath(map->l_name, path))
        *path = 0;
    return JV_OBJECT(jv_string("name"), jv_string(library->name), jv_string("built"),
                     *library->built ? jv_string(library->built) : jv_null(), jv_string("file"),
                     *path ? jv_string(path) : jv_null());
}

static jv describe_version(void)
{
    jv list = jv_array();
    for (size_t i = 0; i < CAL_COUNT(libraries); i++)
        cal_json_push(&list, describe_library(&libraries[i]));
    return JV_OBJECT(jv_string("version"), jv_string(cal_version), jv_string("compiler"),
                     jv_string(__VERSION__), jv_string("libraries"), list);
}

static void version_text(jv document, cal_buf *out)
{
    cal_buf_addf(out, "calutils   %s\n", cal_version);
    jv list = cal_json_at(document, "libraries");
    jv_array_foreach(list, i, library)
    {
        cal_buf_addf(out, "%-10s %-10s %s\n", cal_json_text_at(library, "name", ""),
                     cal_json_text_at(library, "built", "-"),
                     cal_json_text_at(library, "file", "not found"));
        jv_free(library);
    }
    jv_free(list);
}

/* ---- the tool ---- */

static const cal_option options[] = {
    CAL_HEADING("Listing"),
    {"names", 0, CAL_FLAG, NULL, &names, "list only the names, one a line", 0, 0},
    CAL_OPTIONS_END,
};

static const cal_example examples[] = {
    {"What is there", "calutils"},
    {"Is everything installed that the tools need?", "calutils doctor"},
    {"Versions for a bug report", "calutils version --json"},
    {NULL, NULL},
};

static cal_status run(int count, char **operand, cal_error *err)
{
    const char *what = count ? operand[0] : "list";
    if (!strcmp(what, "list"))
        return run_list(err);
    if (!strcmp(what, "doctor"))
        return run_doctor(err);
    if (!strcmp(what, "version"))
        return cal_print(describe_version(), version_text, err);
    return cal_fail(err, CAL_USAGE, "%s: must be list, doctor or version", what);
}

static const cal_tool tool = {
    .name = "calutils",
    .group = CAL_GROUP_DOOR,
    .brief = "list the tools, check the installation, tell the versions",
    .operands = "[list | doctor | version]",
    .max_operands = 1,
    .about = "Without an operand it lists the tools by group with a line each. `doctor` checks "
             "what is installed (the tools, "
             "casacore's measures data, WSClean, plugins and their ABI, completion) and says what "
             "to do about what is missing; "
             "its exit status is 1 when something is. `version` tells the versions of everything "
             "linked.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

#include "base/doctor.h"

#include "base/buf.h"
#include "base/child.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void add_check(jv *checks, const char *name, bool passed, const char *detail,
                      const char *advice)
{
    cal_json_push(checks, JV_OBJECT(jv_string("name"), jv_string(name), jv_string("ok"),
                                    jv_bool(passed), jv_string("detail"), jv_string(detail),
                                    jv_string("advice"), passed ? jv_null() : jv_string(advice)));
}

static void add_note(jv *checks, const char *name, const char *detail, const char *advice)
{
    cal_json_push(checks, JV_OBJECT(jv_string("name"), jv_string(name), jv_string("ok"), jv_true(),
                                    jv_string("detail"), jv_string(detail), jv_string("advice"),
                                    jv_string(advice)));
}

static void append_line(void *user, const char *text)
{
    cal_buf_addf(user, "%s\n", text);
}

/* What a program prints; NULL when it cannot be run or fails. The caller frees it. */
static char *output_of(const char *program, const char *argument)
{
    const char *argv[] = {program, argument, NULL};
    cal_buf out = {0};
    cal_child child = {argv, append_line, &out};
    int exit_status = 0;
    if (cal_child_run(&child, &exit_status, NULL) || exit_status) {
        cal_buf_free(&out);
        return NULL;
    }
    return cal_buf_steal(&out);
}

static void check_tools(jv *checks, const char *folder, const char *const *tools)
{
    cal_buf missing = {0};
    for (; *tools; tools++) {
        char *path = cal_format("%s/%s", folder, *tools);
        if (access(path, X_OK))
            cal_buf_addf(&missing, " %s", *tools);
        free(path);
    }
    char *detail = missing.len ? cal_format("missing in %s:%s", folder, cal_buf_text(&missing))
                               : cal_format("all in %s", folder);
    add_check(checks, "tools", !missing.len, detail, "make install again");
    free(detail);
    cal_buf_free(&missing);
}

/* The libraries that tools load when they first touch a table or a measure (table/late.c). */
static void check_casacore(jv *checks, const char *folder)
{
    static const char *const files[] = {"calutils_table.so", "calutils_measures.so"};
    const char *reason = NULL;
    for (size_t i = 0; i < CAL_COUNT(files) && !reason; i++) {
        char *path = cal_format("%s/../lib/calutils/%s", folder, files[i]);
        if (!dlopen(path, RTLD_LAZY | RTLD_LOCAL))
            reason = dlerror();
        free(path);
    }
    add_check(checks, "casacore", !reason, reason ? reason : "can be loaded",
              "make install again; apt-get install casacore-dev");
}

static void check_measures(jv *checks)
{
    static const char *const places[] = {"/usr/share/casacore/data", "/var/lib/casacore/data",
                                         "/usr/local/share/casacore/data"};
    const char *found = NULL;
    for (size_t i = 0; i < CAL_COUNT(places) && !found; i++) {
        char *path = cal_format("%s/geodetic", places[i]);
        if (cal_path_exists(path))
            found = places[i];
        free(path);
    }
    add_check(checks, "casacore measures data", found, found ? found : "no geodetic tables found",
              "apt-get install casacore-data (ms-sim needs them for UVW)");
}

static void check_wsclean(jv *checks)
{
    char *text = output_of("wsclean", "--version");
    char *line = text ? strstr(text, "WSClean version") : NULL;
    if (line)
        line[strcspn(line, "\n")] = 0;
    add_check(checks, "WSClean", line, line ? line : "not found in PATH",
              "apt-get install wsclean (image-make needs it)");
    free(text);
}

static void check_plugins(jv *checks, const char *folder)
{
    char *program = cal_format("%s/task-list", folder), *text = output_of(program, "--json");
    jv list = jv_null();
    bool readable = text && !cal_json_parse(text, program, &list, NULL);
    int good = cal_json_length_at(list, "plugins"), bad = cal_json_length_at(list, "refused");
    char *detail = cal_format("%d usable, %d refused", good, bad);
    add_check(checks, "plugins", readable && good && !bad, detail,
              "task-list tells which plugin was refused and why");
    free(detail);
    free(text);
    free(program);
    jv_free(list);
}

/* Beside the tools lie the plugins in a build, and under lib when they are installed. */
static bool is_build(const char *folder)
{
    char *plugins = cal_format("%s/../plugins", folder);
    bool found = cal_path_exists(plugins);
    free(plugins);
    return found;
}

/* Only a shell knows what it has read; of a build there is nothing to find. */
static void check_completion(jv *checks, const char *folder)
{
    if (is_build(folder)) {
        add_note(checks, "shell completion", "these tools are not installed, but run as built",
                 "source share/completion/calutils.bash, in each shell that wants completion");
        return;
    }
    char *installed = cal_format("%s/../share/bash-completion/completions/calutils", folder);
    bool found = cal_path_exists(installed);
    bool loader = cal_path_exists("/usr/share/bash-completion/bash_completion");
    add_check(checks, "shell completion", found && loader,
              found && loader ? "bash completion is in place" : "not in place",
              found ? "apt-get install bash-completion" : "make install again");
    free(installed);
}

jv cal_doctor_examine(const char *const *tools)
{
    jv checks = jv_array();
    char *folder = cal_own_folder();
    check_tools(&checks, folder, tools);
    check_casacore(&checks, folder);
    check_measures(&checks);
    check_wsclean(&checks);
    check_plugins(&checks, folder);
    check_completion(&checks, folder);
    free(folder);
    return checks;
}

bool cal_doctor_passed(jv checks)
{
    bool passed = true;
    jv_array_foreach(checks, i, check)
    {
        passed = passed && cal_json_bool_at(check, "ok", false);
        jv_free(check);
    }
    return passed;
}

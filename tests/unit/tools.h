/* The tools of this build, for tests that want small simulated sets, and states written by hand. */
#ifndef TESTS_UNIT_TOOLS_H
#define TESTS_UNIT_TOOLS_H

#include "base/ask.h"
#include "base/child.h"
#include "base/json.h"
#include "base/mem.h"
#include "folder.h"
#include "unit.h"

/* A directory of the program's own, and the tools beside it before all others in PATH. Under a sanitizer their leaks are not looked for: it
 * cannot stop their threads everywhere. */
static inline bool unit_tools_begin(void)
{
    setenv("ASAN_OPTIONS", "detect_leaks=0", 0);
    char *own = cal_own_folder();
    char *path = cal_format("%s/../../bin:%s", own, getenv("PATH"));
    setenv("PATH", path, 1);
    free(own);
    free(path);
    return unit_folder_enter();
}

/* "ms-sim --antennas 4 a.ms": words between blanks. */
static inline bool unit_run(const char *line)
{
    cal_words argv = cal_words_split(line, ' ');
    cal_error err = {0};
    jv document;
    cal_status status = cal_ask_tool(&argv, &document, &err);
    jv_free(document);
    cal_words_free(&argv);
    if (status)
        printf("# %s\n", err.text);
    return !status;
}

/* JSON with ' for ". */
static inline jv unit_json(const char *text)
{
    char *copy = cal_copy_text(text);
    jv value = jv_null();
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    CHECK(!cal_json_parse(copy, "test", &value, NULL));
    free(copy);
    return value;
}

#endif

/* A plugin that answers with its input. */
#include "plugin/calutils_plugin.h"
#include <string.h>

static const calutils_option options[] = {
    {"text", CALUTILS_TEXT, "a text", NULL, NULL, 1},
    {"words", CALUTILS_TEXTS, "a list of texts", NULL, NULL, 0},
    {"count", CALUTILS_INTEGER, "a whole number", "3", NULL, 0},
    {"factor", CALUTILS_NUMBER, "a number", "0.5", NULL, 0},
    {"sizes", CALUTILS_NUMBERS, "a list of numbers", NULL, NULL, 0},
    {"loud", CALUTILS_BOOLEAN, "yes or no", "false", NULL, 0},
    {"mode", CALUTILS_TEXT, "one of three", "\"a\"", "a b c", 0},
    {"more", CALUTILS_OBJECT, "anything", NULL, NULL, 0},
    CALUTILS_OPTIONS_END};

static int run(const calutils_host *host, const char *input, char **output)
{
    host->log(host, CALUTILS_LOG_DETAIL, "a detail");
    host->log(host, CALUTILS_LOG_WARNING, "a warning");
    host->progress(host, 0.5, "half of it");
    host->progress(host, 1, NULL);
    *output = strdup(input);
    return CALUTILS_OK;
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD, "echo", "echo", "answers with its input", options, run};

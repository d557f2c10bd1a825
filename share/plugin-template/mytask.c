/* A plugin to start from. Build it with nothing but the header:
 *
 *     cc -shared -fPIC -o mytask.so mytask.c
 *
 * and let calutils find it: CALUTILS_PLUGINS=$PWD: task-list
 *
 * Its task is to count the words of a text. Change the name, the task, the options, and run().
 */
#include <calutils_plugin.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const calutils_option options[] = {
    {"text", CALUTILS_TEXT, "the text whose words are counted", NULL, NULL, 1},
    {"separator", CALUTILS_TEXT, "what stands between words", "\"blank\"", "blank comma", 0},
    CALUTILS_OPTIONS_END};

/* Input and output are JSON texts; any JSON library will do. This one needs so little that it looks
 * for a key by hand: the host has checked the input and filled in the defaults. */
static const char *value_of(const char *input, const char *key)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":\"", key);
    const char *at = strstr(input, quoted);
    return at ? at + strlen(quoted) : "";
}

static int count_words(const char *text, char separator)
{
    int words = 0, inside = 0;
    for (; *text && *text != '"'; text++) {
        int between = separator == ' ' ? isspace((unsigned char)*text) : *text == separator;
        words += !between && !inside;
        inside = !between;
    }
    return words;
}

static int run(const calutils_host *host, const char *input, char **output)
{
    char answer[64];
    host->progress(host, 0, "counting");
    char separator = strncmp(value_of(input, "separator"), "comma", 5) ? ' ' : ',';
    int words = count_words(value_of(input, "text"), separator);
    if (words == 0) {
        *output = strdup("the text has no words; give it some in \"text\"");
        return CALUTILS_DATA;
    }
    if (host->cancelled(host))
        return CALUTILS_CHILD;
    host->progress(host, 1, NULL);
    snprintf(answer, sizeof answer, "{\"words\": %d}", words);
    *output = strdup(answer);
    return CALUTILS_OK;
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD,         "mytask", "count",
                   "counts the words of a text", options,  run};

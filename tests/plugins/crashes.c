/* A plugin that dies of a bad pointer. */
#include "plugin/calutils_plugin.h"
#include <stdio.h>

static const calutils_option options[] = {CALUTILS_OPTIONS_END};

static int run(const calutils_host *host, const char *input, char **output)
{
    (void)host;
    (void)input;
    puts("about to follow a null pointer");
    volatile char *nowhere = NULL;
    *nowhere = 1;
    *output = NULL;
    return CALUTILS_OK;
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD, "crashes", "wrong", "dies of a bad pointer", options, run};

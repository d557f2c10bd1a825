/* A plugin that calls exit(0). */
#include "plugin/calutils_plugin.h"
#include <stdlib.h>

static const calutils_option options[] = {CALUTILS_OPTIONS_END};

static int run(const calutils_host *host, const char *input, char **output)
{
    (void)host;
    (void)input;
    (void)output;
    exit(0);
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD, "exits", "wrong", "calls exit(0)", options, run};

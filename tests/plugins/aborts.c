/* A plugin that calls abort. */
#include "plugin/calutils_plugin.h"
#include <stdlib.h>

static const calutils_option options[] = {CALUTILS_OPTIONS_END};

static int run(const calutils_host *host, const char *input, char **output)
{
    (void)host;
    (void)input;
    (void)output;
    abort();
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD, "aborts", "wrong", "calls abort", options, run};

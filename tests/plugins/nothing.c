/* A plugin that answers nothing at all. */
#include "plugin/calutils_plugin.h"

static const calutils_option options[] = {CALUTILS_OPTIONS_END};

static int run(const calutils_host *host, const char *input, char **output)
{
    (void)host;
    (void)input;
    (void)output;
    return CALUTILS_OK;
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD,     "nothing", "wrong",
                   "answers nothing at all", options,   run};

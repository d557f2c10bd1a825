/* A plugin that answers what is not JSON. */
#include "plugin/calutils_plugin.h"
#include <string.h>

static const calutils_option options[] = {CALUTILS_OPTIONS_END};

static int run(const calutils_host *host, const char *input, char **output)
{
    (void)host;
    (void)input;
    *output = strdup("{\"image\": ");
    return CALUTILS_OK;
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD,       "rubbish", "wrong",
                   "answers what is not JSON", options,   run};

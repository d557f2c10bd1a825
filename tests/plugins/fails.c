/* A plugin that fails with a word on why. */
#include "plugin/calutils_plugin.h"
#include <string.h>

static const calutils_option options[] = {CALUTILS_OPTIONS_END};

static int run(const calutils_host *host, const char *input, char **output)
{
    (void)host;
    (void)input;
    *output = strdup("all data of field 3 are flagged");
    return CALUTILS_DATA;
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD,       "fails", "wrong",
                   "fails with a word on why", options, run};

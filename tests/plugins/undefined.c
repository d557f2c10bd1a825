/* A plugin with a function that nobody has. */
#include "plugin/calutils_plugin.h"

extern int nobody_has_this(const calutils_host *host, const char *input, char **output);
static const calutils_option options[] = {CALUTILS_OPTIONS_END};

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD, "undefined", "wrong",
                   "cannot be linked",   options,     nobody_has_this};

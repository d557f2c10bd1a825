/* A plugin that forgot most of its table. */
#include "plugin/calutils_plugin.h"

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD, NULL, "wrong", "has no name", NULL, NULL};

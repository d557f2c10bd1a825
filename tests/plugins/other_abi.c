/* A plugin for another ABI; nothing behind the number may be looked at. */
#include "plugin/calutils_plugin.h"

CALUTILS_PLUGIN = {7,
                   sizeof(calutils_plugin),
                   sizeof(calutils_option),
                   (const char *)8,
                   (const char *)8,
                   (const char *)8,
                   NULL,
                   NULL};

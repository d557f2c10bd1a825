/* A plugin with the right number and a struct that ends too early. */
#include "plugin/calutils_plugin.h"

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_ABI,
                   24,
                   sizeof(calutils_option),
                   (const char *)8,
                   (const char *)8,
                   (const char *)8,
                   NULL,
                   NULL};

/* A shared library that is no plugin. */
#include "plugin/calutils_plugin.h"

const int not_a_plugin = 1;

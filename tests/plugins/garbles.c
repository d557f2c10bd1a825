/* A plugin that writes into the host's file descriptors. */
#include "plugin/calutils_plugin.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const calutils_option options[] = {CALUTILS_OPTIONS_END};

static int run(const calutils_host *host, const char *input, char **output)
{
    (void)host;
    (void)input;
    char noise[4096];
    memset(noise, 'x', sizeof noise);
    for (int fd = 3; fd < 64;
         fd++) /* the host's own are closed on exec, those of a test harness not */
        if (fcntl(fd, F_GETFD) == FD_CLOEXEC && write(fd, noise, sizeof noise) > 0)
            pause();
    *output = NULL;
    return CALUTILS_OK;
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD,
                   "garbles",
                   "wrong",
                   "writes into the host's file descriptors",
                   options,
                   run};

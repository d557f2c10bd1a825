/* A plugin that sleeps until it is cancelled, or for ever when told to. */
#include "plugin/calutils_plugin.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const calutils_option options[] = {
    {"pid_file", CALUTILS_TEXT, "where to write the number of the sleep that it starts", NULL, NULL,
     1},
    {"deaf", CALUTILS_BOOLEAN, "do not look whether it is cancelled", "false", NULL, 0},
    CALUTILS_OPTIONS_END};

/* A program of its own that would go on for ten minutes. */
static void start_sleep(const char *pid_file)
{
    pid_t pid = fork();
    if (pid == 0) {
        execlp("sleep", "sleep", "600", (char *)NULL);
        _exit(1);
    }
    FILE *file = fopen(pid_file, "w");
    if (file) {
        fprintf(file, "%d\n", (int)pid);
        fclose(file);
    }
}

static int run(const calutils_host *host, const char *input, char **output)
{
    char pid_file[512] = "";
    const char *at = strstr(input, "\"pid_file\":\"");
    if (at)
        sscanf(at, "\"pid_file\":\"%511[^\"]", pid_file);
    start_sleep(pid_file);
    while (strstr(input, "\"deaf\":true") || !host->cancelled(host))
        usleep(20000);
    *output = strdup("cancelled");
    return CALUTILS_CHILD;
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD,
                   "hangs",
                   "wrong",
                   "sleeps until it is cancelled, or for ever when told to",
                   options,
                   run};

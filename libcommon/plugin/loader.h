/* Plugins as the tools see them: found, checked, chosen by name or by task, run in a process of
 * their own.
 *
 *     cal_plugins *plugins = cal_plugins_open();
 *     if (cal_plugin_choose(plugins, "image", NULL, &plugin, err) || cal_plugin_check(plugin,
 * &input, err))
 *         ...
 *     status = cal_plugin_run(plugin, input, &output, err);
 *     cal_plugins_close(plugins);
 *
 * The search path is CALUTILS_PLUGINS, a list with colons; an empty element, and a variable that is
 * not set, mean the built-in place beside the tool that runs: ../plugins in a build tree,
 * ../lib/calutils/plugins when installed. Every *.so there is looked at, in the order of the path,
 * then of the names. What cannot be used stays in the list with the reason.
 */
#ifndef CAL_PLUGIN_LOADER_H
#define CAL_PLUGIN_LOADER_H

#include "base/error.h"
#include "base/text.h"
#include "plugin/calutils_plugin.h"
#include <jv.h>

typedef struct cal_plugin {
    char *path;
    char *refused; /* why it cannot be used, one line; NULL when it can */
    const calutils_plugin
        *table;   /* NULL when refused, unless it is only hidden by another of the same name */
    void *handle; /* of dlopen() */
} cal_plugin;

typedef struct cal_plugins {
    cal_plugin *item;
    int count;
    cal_words path; /* directories, as searched */
} cal_plugins;

cal_plugins *cal_plugins_open(void);
void cal_plugins_close(cal_plugins *plugins); /* NULL is fine; the cal_plugin objects go too */

/* The plugin called `name`, or the one that fills the task `name`. `binding` ("image=wsclean";
 * count 0: none) says which plugin fills a task; a task that several plugins can fill needs one.
 * CAL_CHILD when there is none that can be used: the text names the refused ones with their
 * reasons, or the places searched. */
cal_status cal_plugin_choose(const cal_plugins *plugins, const char *name, const cal_words *binding,
                             const cal_plugin **plugin, cal_error *err);

/* Walks the option table; NULL at the end: for (o = cal_plugin_option(p, NULL); o; o =
 * cal_plugin_option(p, o)). */
const calutils_option *cal_plugin_option(const cal_plugin *plugin, const calutils_option *last);
const char *cal_plugin_type_name(calutils_type type); /* "text", "numbers", ... */

/* Check an input object against the option table and fill in the defaults, in place. Errors are
 * CAL_USAGE. */
cal_status cal_plugin_check(const cal_plugin *plugin, jv *input, cal_error *err);

/* Run it: consumes `input` (checked before); on success the caller owns *output, a JSON object. Log
 * and progress go where the host's do. An error that the plugin reports keeps its status; a plugin
 * that crashes, exits, or answers what is not JSON is CAL_CHILD. SIGINT, SIGTERM and SIGHUP are
 * passed on (see base/stop.h): the plugin has a few seconds to end before it is killed with all
 * that it started. */
cal_status cal_plugin_run(const cal_plugin *plugin, jv input, jv *output, cal_error *err);

#endif

/* The whole kit for a calutils plugin: this header, plain C, nothing to link against.
 *
 * A plugin is a shared object that gives calutils a task: an imager, an archive, a fetcher. It
 * exports one constant:
 *
 *     #include <calutils_plugin.h>
 *     #include <string.h>
 *
 *     static const calutils_option options[] = {
 *         {"ms", CALUTILS_TEXTS, "MeasurementSets to image", NULL, NULL, 1},
 *         {"niter", CALUTILS_INTEGER, "clean components at most", "0", NULL, 0},
 *         CALUTILS_OPTIONS_END};
 *
 *     static int run(const calutils_host *host, const char *input, char **output)
 *     {
 *         host->log(host, CALUTILS_LOG_DETAIL, "starting");
 *         *output = strdup("{\"image\": \"a.fits\"}");
 *         return CALUTILS_OK;
 *     }
 *
 *     CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD, "mine", "image", "my own imager", options, run};
 *
 * and is built by
 *
 *     cc -shared -fPIC -o mine.so mine.c
 *
 * It is found when its directory is named in CALUTILS_PLUGINS: a list with colons, in which an
 * empty element stands for the plugins that come with calutils. `task-list` shows it, `task-run
 * mine < in.json` runs it.
 *
 * The host starts `run` in a process of its own, so a plugin may keep state in globals, use
 * threads, and crash without harm to anyone but itself. Its standard input is empty; what it prints
 * is taken for its log.
 */
#ifndef CALUTILS_PLUGIN_H
#define CALUTILS_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes when a plugin built before cannot be used any more. What is only added goes to the end of
 * the structs, whose sizes tell both sides what the other one knows. */
#define CALUTILS_PLUGIN_ABI 1

typedef enum calutils_type {
    CALUTILS_TEXT,    /* "a string" */
    CALUTILS_NUMBER,  /* 0.5 */
    CALUTILS_INTEGER, /* 5 */
    CALUTILS_BOOLEAN, /* true */
    CALUTILS_TEXTS,   /* ["list", "of strings"]; a single string will do */
    CALUTILS_NUMBERS, /* [0.5, 1]; a single number will do */
    CALUTILS_OBJECT   /* anything: the plugin checks it */
} calutils_type;

/* One key of the input object. The host refuses keys that are not in the table, values of another
 * type, texts that are not among the choices, and inputs that lack a required key, before the
 * plugin is started. Defaults are filled in by the host. */
typedef struct calutils_option {
    const char *name; /* snake_case, with the unit where it is not obvious: "cell_arcsec" */
    calutils_type type;
    const char *help; /* a phrase, lower case, no full stop */
    const char
        *fallback; /* the default as JSON text ("true", "0.5", "\"natural\""), or NULL for none */
    const char *choices; /* for texts: the words allowed, separated by blanks, or NULL */
    int required;
} calutils_option;

#define CALUTILS_OPTIONS_END                                                                       \
    {                                                                                              \
        NULL, CALUTILS_TEXT, NULL, NULL, NULL, 0                                                   \
    }

enum { CALUTILS_LOG_DETAIL = 0, CALUTILS_LOG_WARNING = 1 };

/* What the host does for a plugin. Every function may be called from any thread. */
typedef struct calutils_host calutils_host;
struct calutils_host {
    uint32_t abi, struct_size;
    void *handle; /* the host's own */
    /* A line for people. Details are shown under --verbose; warnings always. */
    void (*log)(const calutils_host *host, int level, const char *text);
    /* How far the work is, 0 to 1, and what is being done (NULL: as before). */
    void (*progress)(const calutils_host *host, double fraction, const char *text);
    /* Not 0 when the user wants to stop: tidy up and return soon. Who does not is killed after a
     * few seconds. */
    int (*cancelled)(const calutils_host *host);
};

/* What run returns: the exit statuses of calutils. */
enum {
    CALUTILS_OK = 0,
    CALUTILS_USAGE = 2,  /* an option that makes no sense */
    CALUTILS_INPUT = 3,  /* an input is missing or is not what it should be */
    CALUTILS_DATA = 4,   /* the data cannot give a result */
    CALUTILS_OUTPUT = 5, /* an output could not be written */
    CALUTILS_CHILD = 6   /* a program that the plugin runs failed */
};

typedef struct calutils_plugin {
    uint32_t abi, struct_size, option_size; /* CALUTILS_PLUGIN_HEAD */
    const char *name;                       /* "wsclean" */
    const char *task;                       /* the slot that it fills: "image" */
    const char *about;                      /* one line, lower case, no full stop */
    const calutils_option *options;         /* ends with CALUTILS_OPTIONS_END */
    /* `input` is a JSON object as the table describes it. With CALUTILS_OK *output is a JSON
     * object, else one line that says what went wrong, where, and what to do; allocated with
     * malloc() in both cases. */
    int (*run)(const calutils_host *host, const char *input, char **output);
} calutils_plugin;

#define CALUTILS_PLUGIN_HEAD CALUTILS_PLUGIN_ABI, sizeof(calutils_plugin), sizeof(calutils_option)

#ifdef __cplusplus
#define CALUTILS_PLUGIN_LINKAGE extern "C"
#else
#define CALUTILS_PLUGIN_LINKAGE extern
#endif

CALUTILS_PLUGIN_LINKAGE __attribute__((visibility("default")))
const calutils_plugin calutils_plugin_v1;
#define CALUTILS_PLUGIN const calutils_plugin calutils_plugin_v1

#ifdef __cplusplus
}
#endif

#endif

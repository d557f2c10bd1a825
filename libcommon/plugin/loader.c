#include "plugin/loader.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/output.h"
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the search path ---- */

static char *built_in_place(void)
{
    char exe[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (length < 0)
        return cal_copy_text("plugins");
    exe[length] = 0;
    const char *prefix = dirname(dirname(exe));
    char *place = cal_format("%s/plugins", prefix);
    if (cal_path_exists(place))
        return place;
    free(place);
    return cal_format("%s/lib/calutils/plugins", prefix);
}

static cal_words search_path(void)
{
    const char *variable = getenv("CALUTILS_PLUGINS");
    cal_words path = {0};
    cal_words element = cal_words_split(variable ? variable : "", ':');
    for (int i = 0; i < element.count; i++)
        if (*element.item[i])
            cal_words_add(&path, element.item[i]);
    bool empty_element = !element.count;
    for (int i = 0; i < element.count; i++)
        empty_element = empty_element || !*element.item[i];
    cal_words_free(&element);
    if (empty_element) {
        char *place = built_in_place();
        cal_words_add(&path, place);
        free(place);
    }
    return path;
}

/* ---- one file ---- */

/* dlopen() of a file that ends before its segments do is SIGBUS, so look first. Returns the reason
 * or NULL. */
static char *find_truncation(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cal_format("cannot be read: %s", strerror(errno));
    struct stat info = {0};
    ElfW(Ehdr) head = {0};
    ElfW(Phdr) segment;
    char *reason = NULL;
    bool is_elf = !fstat(fd, &info) && S_ISREG(info.st_mode) &&
                  pread(fd, &head, sizeof head, 0) == (ssize_t)sizeof head &&
                  !memcmp(head.e_ident, ELFMAG, SELFMAG);
    if (!is_elf)
        reason = cal_copy_text("not a shared library");
    for (int i = 0; !reason && i < head.e_phnum; i++) {
        off_t at = (off_t)(head.e_phoff + (size_t)i * head.e_phentsize);
        bool whole = pread(fd, &segment, sizeof segment, at) == (ssize_t)sizeof segment;
        if (!whole || (segment.p_type == PT_LOAD &&
                       segment.p_offset + segment.p_filesz > (ElfW(Off))info.st_size))
            reason =
                cal_format("truncated: only %lld bytes of it are there", (long long)info.st_size);
    }
    close(fd);
    return reason;
}

static char *find_fault(const calutils_plugin *table)
{
    if (table->abi != CALUTILS_PLUGIN_ABI)
        return cal_format("made for plugin ABI %u, but this calutils has ABI %d: build it again "
                          "with calutils_plugin.h of calutils %s",
                          table->abi, CALUTILS_PLUGIN_ABI, CAL_VERSION);
    if (table->struct_size < sizeof(calutils_plugin) ||
        table->option_size < sizeof(calutils_option))
        return cal_format("its structs have %u and %u bytes, those of ABI %d have %zu and %zu: "
                          "build it again with "
                          "calutils_plugin.h of calutils %s",
                          table->struct_size, table->option_size, CALUTILS_PLUGIN_ABI,
                          sizeof(calutils_plugin), sizeof(calutils_option), CAL_VERSION);
    if (!table->name || !*table->name || !table->task || !*table->task || !table->about ||
        !table->options || !table->run)
        return cal_copy_text(
            "its table lacks a name, a task, a line about it, options or a run function");
    return NULL;
}

/* dlerror()'s words without the path that stands before them. */
static char *loader_words(const char *path)
{
    const char *words = dlerror();
    size_t length = strlen(path);
    if (words && !strncmp(words, path, length) && !strncmp(words + length, ": ", 2))
        words += length + 2;
    return cal_format("cannot be loaded: %s", words ? words : "unknown reason");
}

static cal_plugin load(const char *path)
{
    cal_plugin plugin = {.path = cal_copy_text(path), .refused = find_truncation(path)};
    if (plugin.refused)
        return plugin;
    plugin.handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!plugin.handle) {
        plugin.refused = loader_words(path);
        return plugin;
    }
    const calutils_plugin *table = dlsym(plugin.handle, "calutils_plugin_v1");
    plugin.refused = table ? find_fault(table)
                           : cal_copy_text("exports no calutils_plugin_v1: not a calutils plugin");
    plugin.table = plugin.refused ? NULL : table;
    return plugin;
}

/* ---- all of them ---- */

static int is_shared_object(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 3 && !strcmp(entry->d_name + length - 3, ".so");
}

static const cal_plugin *find_name(const cal_plugins *plugins, const char *name)
{
    for (int i = 0; i < plugins->count; i++)
        if (!plugins->item[i].refused && !strcmp(plugins->item[i].table->name, name))
            return &plugins->item[i];
    return NULL;
}

static void add_file(cal_plugins *plugins, const char *path)
{
    cal_plugin plugin = load(path);
    const cal_plugin *first = plugin.table ? find_name(plugins, plugin.table->name) : NULL;
    if (first)
        plugin.refused =
            cal_format("%s comes first under the name \"%s\"", first->path, plugin.table->name);
    plugins->item = cal_grow(plugins->item, (size_t)plugins->count + 1, sizeof *plugins->item);
    plugins->item[plugins->count++] = plugin;
}

cal_plugins *cal_plugins_open(void)
{
    cal_plugins *plugins = CAL_NEW(cal_plugins);
    plugins->path = search_path();
    for (int d = 0; d < plugins->path.count; d++) {
        struct dirent **entry = NULL;
        int count = scandir(plugins->path.item[d], &entry, is_shared_object, alphasort);
        for (int i = 0; i < count; i++) {
            char *path = cal_format("%s/%s", plugins->path.item[d], entry[i]->d_name);
            add_file(plugins, path);
            free(path);
            free(entry[i]);
        }
        free(entry);
    }
    return plugins;
}

void cal_plugins_close(cal_plugins *plugins)
{
    if (!plugins)
        return;
    for (int i = 0; i < plugins->count; i++) {
        if (plugins->item[i].handle)
            dlclose(plugins->item[i].handle);
        free(plugins->item[i].path);
        free(plugins->item[i].refused);
    }
    free(plugins->item);
    cal_words_free(&plugins->path);
    free(plugins);
}

/* ---- choosing ---- */

/* "nothing called X: tried /a/b.so (why), ...; searched /a, /b" */
static cal_status fail_missing(const cal_plugins *plugins, const char *name, cal_error *err)
{
    cal_buf text = {0};
    for (int i = 0; i < plugins->count; i++) {
        const cal_plugin *plugin = &plugins->item[i];
        cal_buf_addf(&text, "%s%s (%s)", i ? ", " : "; found ", plugin->path,
                     plugin->refused ? plugin->refused : plugin->table->name);
    }
    cal_buf_add(&text, plugins->count ? ", in " : "; searched ");
    for (int i = 0; i < plugins->path.count; i++)
        cal_buf_addf(&text, "%s%s%s", i ? ", " : "", plugins->path.item[i],
                     cal_path_exists(plugins->path.item[i]) ? "" : " (missing)");
    cal_fail(err, CAL_CHILD, "no plugin has the name or task \"%s\"%s; see task-list", name,
             cal_buf_text(&text));
    cal_buf_free(&text);
    return CAL_CHILD;
}

static const char *bound_name(const cal_words *binding, const char *task)
{
    size_t length = strlen(task);
    for (int i = binding ? binding->count : 0; i-- > 0;)
        if (!strncmp(binding->item[i], task, length) && binding->item[i][length] == '=')
            return binding->item[i] + length + 1;
    return NULL;
}

/* The plugin bound to the task; it must be one for this task. */
static cal_status choose_bound(const cal_plugins *plugins, const char *task, const char *name,
                               const cal_plugin **plugin, cal_error *err)
{
    *plugin = find_name(plugins, name);
    if (!*plugin)
        return fail_missing(plugins, name, err);
    if (strcmp((*plugin)->table->task, task))
        return cal_fail(err, CAL_USAGE, "plugin \"%s\" is for the task \"%s\", not for \"%s\"",
                        name, (*plugin)->table->task, task);
    return CAL_OK;
}

static cal_status choose_only(const cal_plugins *plugins, const char *task,
                              const cal_plugin **plugin, cal_error *err)
{
    cal_buf names = {0};
    int found = 0;
    for (int i = 0; i < plugins->count; i++)
        if (!plugins->item[i].refused && !strcmp(plugins->item[i].table->task, task)) {
            *plugin = &plugins->item[i];
            cal_buf_addf(&names, "%s%s", found++ ? ", " : "", (*plugin)->table->name);
        }
    cal_status status = CAL_OK;
    if (!found)
        status = fail_missing(plugins, task, err);
    else if (found > 1)
        status = cal_fail(err, CAL_USAGE,
                          "%d plugins are for the task \"%s\" (%s): choose with --task %s=NAME",
                          found, task, cal_buf_text(&names), task);
    cal_buf_free(&names);
    return status;
}

cal_status cal_plugin_choose(const cal_plugins *plugins, const char *name, const cal_words *binding,
                             const cal_plugin **plugin, cal_error *err)
{
    const char *bound = bound_name(binding, name);
    if (bound)
        return choose_bound(plugins, name, bound, plugin, err);
    *plugin = find_name(plugins, name);
    return *plugin ? CAL_OK : choose_only(plugins, name, plugin, err);
}

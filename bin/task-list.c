/* What plugins are installed, what they can do, and which ones cannot be used and why. */
#include "base/json.h"
#include "base/tool.h"
#include "plugin/loader.h"
#include <stdlib.h>

static bool with_options;

static const cal_option options[] = {
    CAL_HEADING("Listing"),
    {"options", 'o', CAL_FLAG, NULL, &with_options, "list every plugin's options in the text too",
     0, 0},
    CAL_OPTIONS_END,
};

static jv option_json(const calutils_option *option)
{
    jv json = JV_OBJECT(jv_string("name"), jv_string(option->name), jv_string("type"),
                        jv_string(cal_plugin_type_name(option->type)), jv_string("help"),
                        cal_json_text(option->help), jv_string("required"),
                        jv_bool(option->required != 0));
    jv fallback = jv_null(), choices = jv_null();
    if (option->fallback && cal_json_parse(option->fallback, option->name, &fallback, NULL))
        fallback = jv_null();
    if (option->choices) {
        cal_words words = cal_words_split(option->choices, ' ');
        choices = cal_json_texts((const char *const *)words.item, words.count);
        cal_words_free(&words);
    }
    cal_json_set(&json, "default", fallback);
    cal_json_set(&json, "choices", choices);
    return json;
}

static jv plugin_json(const cal_plugin *plugin)
{
    jv list = jv_array();
    const calutils_option *option = NULL;
    while ((option = cal_plugin_option(plugin, option)))
        cal_json_push(&list, option_json(option));
    return JV_OBJECT(jv_string("name"), jv_string(plugin->table->name), jv_string("task"),
                     jv_string(plugin->table->task), jv_string("about"),
                     jv_string(plugin->table->about), jv_string("path"), jv_string(plugin->path),
                     jv_string("abi"), jv_number(plugin->table->abi), jv_string("options"), list);
}

static jv list_json(const cal_plugins *plugins)
{
    jv usable = jv_array(), refused = jv_array();
    for (int i = 0; i < plugins->count; i++) {
        const cal_plugin *plugin = &plugins->item[i];
        if (plugin->refused)
            cal_json_push(&refused, JV_OBJECT(jv_string("path"), jv_string(plugin->path),
                                              jv_string("reason"), jv_string(plugin->refused)));
        else
            cal_json_push(&usable, plugin_json(plugin));
    }
    return JV_OBJECT(jv_string("abi"), jv_number(CALUTILS_PLUGIN_ABI), jv_string("path"),
                     cal_json_texts((const char *const *)plugins->path.item, plugins->path.count),
                     jv_string("plugins"), usable, jv_string("refused"), refused);
}

static void option_text(jv option, cal_buf *out)
{
    cal_buf_addf(out, "    %-20s %-8s %s", cal_json_text_at(option, "name", ""),
                 cal_json_text_at(option, "type", ""), cal_json_text_at(option, "help", ""));
    jv choices = cal_json_list_at(option, "choices"), fallback = cal_json_at(option, "default");
    int count = jv_array_length(jv_copy(choices));
    for (int i = 0; i < count; i++) {
        jv word = jv_array_get(jv_copy(choices), i);
        cal_buf_addf(out, "%s%s", i ? ", " : ": ", jv_string_value(word));
        jv_free(word);
    }
    if (jv_get_kind(fallback) != JV_KIND_NULL) {
        char *text = cal_json_dump(fallback);
        cal_buf_addf(out, " [%s]", text);
        free(text);
    }
    cal_buf_add(out, cal_json_bool_at(option, "required", false) ? " (required)\n" : "\n");
    jv_free(choices);
    jv_free(fallback);
}

static void plugin_text(jv plugin, cal_buf *out)
{
    cal_buf_addf(out, "%-12s %-12s %s\n", cal_json_text_at(plugin, "task", ""),
                 cal_json_text_at(plugin, "name", ""), cal_json_text_at(plugin, "about", ""));
    jv list = with_options ? cal_json_at(plugin, "options") : jv_array();
    jv_array_foreach(list, i, option)
    {
        option_text(option, out);
        jv_free(option);
    }
    jv_free(list);
}

static void list_text(jv document, cal_buf *out)
{
    jv plugins = cal_json_at(document, "plugins"), refused = cal_json_at(document, "refused");
    cal_buf_addf(out, "%-12s %-12s %s\n", "TASK", "PLUGIN", "ABOUT");
    jv_array_foreach(plugins, i, plugin)
    {
        plugin_text(plugin, out);
        jv_free(plugin);
    }
    jv_array_foreach(refused, j, plugin)
    {
        cal_buf_addf(out, "%s%s: %s\n", j ? "" : "\nNot usable:\n",
                     cal_json_text_at(plugin, "path", ""), cal_json_text_at(plugin, "reason", ""));
        jv_free(plugin);
    }
    jv_free(plugins);
    jv_free(refused);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    (void)count;
    (void)operand;
    cal_plugins *plugins = cal_plugins_open();
    jv document = list_json(plugins);
    cal_plugins_close(plugins);
    return cal_print(document, list_text, err);
}

static const cal_tool tool = {
    .name = "task-list",
    .group = CAL_GROUP_TASKS,
    .brief = "list the plugins that are installed and the tasks that they do",
    .operands = "",
    .about = "Looks through the plugin path and prints for every plugin its task, its name and "
             "what it is; the JSON has its "
             "options too. Files that cannot be used are listed with the reason.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"What can be done here?", "task-list"},
            {"The imager's options",
             "task-list --raw --jq '.plugins[] | select(.name == \"wsclean\").options[].name'"},
            {"With plugins of one's own before those that came along",
             "CALUTILS_PLUGINS=$HOME/plugins: task-list"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

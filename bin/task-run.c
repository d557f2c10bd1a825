/* Runs a plugin from the shell: its options as JSON on stdin, its result as JSON on stdout. */
#include "base/json.h"
#include "base/text.h"
#include "base/tool.h"
#include "plugin/loader.h"
#include <string.h>

static cal_words bindings;
static const char *input_path = "-";
static bool dry_run;

static cal_status add_binding(void *list, const char *text, cal_error *err)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return cal_fail(err, CAL_USAGE, "--task wants TASK=PLUGIN, not \"%s\"", text);
    cal_words_add(list, text);
    return CAL_OK;
}

static const cal_option options[] = {
    CAL_HEADING("Running"),
    {"task", 't', CAL_EACH, "TASK=PLUGIN", &bindings,
     "which plugin does this task; may be given several times", 0, add_binding},
    {"input", 'i', CAL_TEXT, "FILE", &input_path, "the plugin's options as JSON; - is stdin", 0, 0},
    {"dry-run", 0, CAL_FLAG, NULL, &dry_run,
     "check the options and print them with the defaults; run nothing", 0, 0},
    CAL_OPTIONS_END,
};

static cal_status read_input(const cal_plugin *plugin, jv *input, cal_error *err)
{
    cal_status status = cal_json_read(input_path, input, err);
    if (!status && (status = cal_plugin_check(plugin, input, err)))
        jv_free(*input);
    return status;
}

static cal_status run_plugin(const cal_plugin *plugin, cal_error *err)
{
    jv input, result = jv_null();
    cal_status status = read_input(plugin, &input, err);
    if (status)
        return status;
    if (!dry_run && (status = cal_plugin_run(plugin, jv_copy(input), &result, err))) {
        jv_free(input);
        return status;
    }
    return cal_print(JV_OBJECT(jv_string("plugin"), jv_string(plugin->table->name),
                               jv_string("task"), jv_string(plugin->table->task),
                               jv_string("input"), input, jv_string("result"), result),
                     NULL, err);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    (void)count;
    cal_plugins *plugins = cal_plugins_open();
    const cal_plugin *plugin = NULL;
    cal_status status = cal_plugin_choose(plugins, operand[0], &bindings, &plugin, err);
    if (!status)
        status = run_plugin(plugin, err);
    cal_plugins_close(plugins);
    cal_words_free(&bindings);
    return status;
}

static const cal_tool tool = {
    .name = "task-run",
    .group = CAL_GROUP_TASKS,
    .brief = "run a plugin, with JSON in and JSON out",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .about = "NAME is a plugin (wsclean) or a task (image), which the only plugin for it does, or "
             "the one that --task binds to it. "
             "The plugin's options are read as a JSON object from stdin and checked against its "
             "option table before it starts. It "
             "runs in a process of its own: when it crashes or is interrupted, all that it started "
             "ends with it.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"Image an MS", "echo '{\"ms\": \"eb1.ms\", \"name\": \"eb1\", \"size\": 512, "
                            "\"cell_arcsec\": 0.5}' | task-run image"},
            {"Is the input right, and what are the defaults?",
             "task-run --dry-run wsclean < in.json"},
            {"Another imager in the same place", "task-run --task image=myimager image < in.json"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

#include "base/ask.h"

#include "base/buf.h"
#include "base/child.h"
#include "base/mem.h"
#include <string.h>
#include <unistd.h>

typedef struct answer {
    cal_buf json, message;
} answer;

/* The last line of what is no JSON tells best what went wrong: warnings come before errors. */
static void take_line(void *user, const char *text)
{
    answer *said = user;
    if (*text == '{') {
        cal_buf_add(&said->json, text);
        return;
    }
    cal_buf_clear(&said->message);
    cal_buf_add(&said->message, text);
}

static char *find_program(const char *name)
{
    char *folder = cal_own_folder(), *own = cal_format("%s/%s", folder, name);
    free(folder);
    if (!strchr(name, '/') && !access(own, X_OK))
        return own;
    free(own);
    return cal_copy_text(name);
}

static cal_status judge(const cal_words *argv, int exit_status, const answer *said, cal_error *err)
{
    if (!exit_status)
        return CAL_OK;
    if (exit_status >= CAL_USAGE && exit_status <= CAL_CHILD && said->message.len)
        return cal_fail(err, (cal_status)exit_status, "%s", cal_buf_text(&said->message));
    return cal_fail(err, CAL_CHILD, "%s ended with status %d: %s", argv->item[0], exit_status,
                    said->message.len ? cal_buf_text(&said->message) : "it said nothing");
}

cal_status cal_ask_tool(const cal_words *argv, jv *document, cal_error *err)
{
    answer said = {0};
    int exit_status = 0;
    char *program = find_program(argv->item[0]);
    const char **line = CAL_NEW_ARRAY(const char *, argv->count + 3);
    *document = jv_null();
    line[0] = program;
    line[1] = "--json";
    line[2] = "--quiet";
    for (int i = 1; i < argv->count; i++)
        line[i + 2] = argv->item[i];
    cal_status status =
        cal_child_run(&(cal_child){(const char *const *)line, take_line, &said}, &exit_status, err);
    if (!status && said.json.len)
        status = cal_json_parse(cal_buf_text(&said.json), argv->item[0], document, err);
    if (!status)
        status = judge(argv, exit_status, &said, err);
    cal_buf_free(&said.json);
    cal_buf_free(&said.message);
    free(line);
    free(program);
    return status;
}

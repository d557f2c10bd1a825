#include "selfcal/inputs.h"

#include "base/child.h"
#include "base/mem.h"
#include "base/output.h"
#include <string.h>
#include <sys/stat.h>

typedef struct inputs {
    cal_dataset *set;
    int sets;
    bool flags;
} inputs;

static cal_status add_document(inputs *in, jv info, const char *name, cal_error *err)
{
    cal_dataset set;
    cal_status status = cal_dataset_read(info, name, &set, err);
    jv_free(info);
    if (status)
        return status;
    in->set = cal_grow(in->set, in->sets + 1, sizeof *in->set);
    in->set[in->sets++] = set;
    return CAL_OK;
}

/* One document after the other, or in lists. */
static cal_status add_documents(inputs *in, const char *path, cal_error *err)
{
    jv values;
    cal_status status = cal_json_read_all(path, &values, err);
    if (status)
        return status;
    jv_array_foreach(values, i, value)
    {
        bool list = jv_get_kind(value) == JV_KIND_ARRAY;
        jv documents = list ? jv_copy(value) : JV_ARRAY(jv_copy(value));
        jv_array_foreach(documents, k, document)
        {
            if (status)
                jv_free(document);
            else
                status = add_document(in, document, cal_text_name(path), err);
        }
        jv_free(documents);
        jv_free(value);
    }
    jv_free(values);
    return status;
}

/* ---- ms-info as a child ---- */

typedef struct answer {
    cal_buf json, message;
} answer;

static void take_line(void *user, const char *text)
{
    answer *said = user;
    if (*text == '{')
        cal_buf_add(&said->json, text);
    else if (!said->message.len)
        cal_buf_add(&said->message, strncmp(text, "ms-info: ", 9) ? text : text + 9);
}

static cal_status add_set(inputs *in, const char *path, cal_error *err)
{
    char *folder = cal_own_folder(), *program = cal_format("%s/ms-info", folder);
    const char *plain[] = {program, "--json", "--quiet", "--", path, NULL};
    const char *counted[] = {program,     "--json", "--quiet", "--flags",
                             "--weights", "--",     path,      NULL};
    answer said = {0};
    int exit_status = 0;
    jv info;
    cal_status status = cal_child_run(&(cal_child){in->flags ? counted : plain, take_line, &said},
                                      &exit_status, err);
    if (!status && exit_status == CAL_INPUT)
        status = cal_fail(err, CAL_INPUT, "%s", cal_buf_text(&said.message));
    else if (!status && exit_status)
        status = cal_fail(err, CAL_CHILD, "ms-info %s ended with status %d: %s", path, exit_status,
                          cal_buf_text(&said.message));
    if (!status && !(status = cal_json_parse(cal_buf_text(&said.json), program, &info, err)))
        status = add_document(in, info, path, err);
    cal_buf_free(&said.json);
    cal_buf_free(&said.message);
    free(program);
    free(folder);
    return status;
}

static cal_status add_operand(inputs *in, const char *path, cal_error *err)
{
    struct stat info;
    if (strcmp(path, "-") && stat(path, &info))
        return cal_fail_errno(err, CAL_INPUT, "%s", path);
    if (!strcmp(path, "-") || !S_ISDIR(info.st_mode))
        return add_documents(in, path, err);
    return add_set(in, path, err);
}

static cal_status check_twice(const inputs *in, cal_error *err)
{
    for (int i = 0; i < in->sets; i++)
        for (int k = 0; k < i; k++)
            if (!strcmp(in->set[i].path, in->set[k].path))
                return cal_fail(err, CAL_USAGE, "%s is given twice", in->set[i].path);
    return CAL_OK;
}

cal_status cal_inputs_read(int count, char *const *operand, bool flags, cal_dataset **set,
                           int *sets, cal_error *err)
{
    inputs in = {.flags = flags};
    cal_status status = count ? CAL_OK : add_documents(&in, "-", err);
    for (int i = 0; i < count && !status; i++)
        status = add_operand(&in, operand[i], err);
    if (!status && !in.sets)
        status = cal_fail(err, CAL_INPUT, "no MeasurementSet is described in the input");
    if (!status)
        status = check_twice(&in, err);
    *set = in.set;
    *sets = in.sets;
    return status;
}

void cal_inputs_free(cal_dataset *set, int sets)
{
    for (int i = 0; i < sets; i++)
        cal_dataset_free(&set[i]);
    free(set);
}

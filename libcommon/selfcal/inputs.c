#include "selfcal/inputs.h"

#include "base/ask.h"
#include "base/document.h"
#include "base/mem.h"
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
    if (cal_dataset_read(info, name, &set, err))
        return err->status;
    in->set = cal_grow(in->set, in->sets + 1, sizeof *in->set);
    in->set[in->sets++] = set;
    return CAL_OK;
}

static cal_status add_streamed(void *user, jv info, const cal_place *place, cal_error *err)
{
    return add_document(user, info, cal_place_document(place), err);
}

static cal_status add_set(inputs *in, const char *path, cal_error *err)
{
    jv info;
    cal_words argv =
        cal_words_split(in->flags ? "ms-info,--flags,--weights,--" : "ms-info,--", ',');
    cal_words_add(&argv, path);
    cal_status status = cal_ask_tool(&argv, &info, err);
    if (!status)
        status = add_document(in, info, path, err);
    jv_free(info);
    cal_words_free(&argv);
    return status;
}

static cal_status add_operand(inputs *in, const char *path, cal_error *err)
{
    struct stat info;
    if (strcmp(path, "-") && stat(path, &info))
        return cal_fail_errno(err, CAL_INPUT, "%s", path);
    if (!strcmp(path, "-") || !S_ISDIR(info.st_mode))
        return cal_doc_stream(path, add_streamed, in, err);
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
    cal_status status = count ? CAL_OK : cal_doc_stream("-", add_streamed, &in, err);
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

/* callib-merge: libraries put together, or one taken from another. */
#include "base/tool.h"
#include "callib/book.h"
#include "callib/edit.h"

static cal_edit edit;
static bool minus;

static const cal_option options[] = {
    CAL_HEADING("Arithmetic"),
    {"minus", 0, CAL_FLAG, NULL, &minus, "take the later libraries from the first", 0, 0},
    CAL_EDIT_OPTIONS(edit),
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"Two observations in one library", "callib-merge eb1.json eb2.json > both.json"},
    {"What is left of a library when another one was applied",
     "callib-merge --minus lib.json done.json"},
    {"Into a file", "callib-merge -i lib.json new.json"},
    {NULL, NULL},
};

static cal_status merge(cal_library *library, const char *path, cal_error *err)
{
    cal_library *other;
    if (cal_edit_read(path, &other, err))
        return err->status;
    cal_status status = cal_library_merge(library, other, minus, err);
    cal_library_free(other);
    return status ? cal_prefix(err, "%s", path) : CAL_OK;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_library *library;
    int first = edit.in_place ? 0 : 1;
    if (edit.in_place ? cal_edit_begin(&edit, &library, err)
                      : cal_edit_read(operand[0], &library, err))
        return err->status;
    cal_status status = CAL_OK;
    for (int i = first; i < count && !status; i++)
        status = merge(library, operand[i], err);
    if (!status)
        return cal_edit_end(&edit, library, err);
    cal_library_free(library);
    return status;
}

static const cal_tool tool = {
    .name = "callib-merge",
    .group = CAL_GROUP_CALLIB,
    .brief = "put calibration libraries together, or take one from another",
    .operands = "LIBRARY...",
    .min_operands = 1,
    .max_operands = -1,
    .schema = "callib",
    .about = "Appends the calibrations of the later libraries to those of the first, cell by cell, "
             "in this "
             "order. With --minus every calibration that a later library has for some data is "
             "taken from these "
             "data in the first. The active books go together, and the applied ones.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

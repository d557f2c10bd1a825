/* callib-mark: calibrations were applied to data. */
#include "base/tool.h"
#include "callib/book.h"
#include "callib/edit.h"
#include "callib/target.h"

static cal_edit edit;
static cal_target target;
static cal_predicate predicate;
static bool undo;

static const cal_option options[] = {
    CAL_PREDICATE_OPTIONS(predicate),
    {"undo", 0, CAL_FLAG, NULL, &undo, "they are to be applied again", 0, 0},
    CAL_TARGET_OPTIONS(target),
    CAL_EDIT_OPTIONS(edit),
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"After an applycal of everything",
     "applycal --callib lib.json eb1.ms && callib-mark -i lib.json --vis eb1.ms"},
    {"After an applycal of one field", "callib-mark -i lib.json --field 3C286"},
    {"It was a mistake", "callib-mark -i lib.json --field 3C286 --undo"},
    {NULL, NULL},
};

/* Only what is in one book can go to the other. */
static cal_status move(cal_library *library, cal_error *err)
{
    cal_regions where;
    cal_book taken = {0};
    if (cal_target_resolve(&target, library, &where, err))
        return err->status;
    cal_book *from = undo ? &library->applied : &library->active;
    cal_book *to = undo ? &library->active : &library->applied;
    if (!cal_book_remove(library, from, &predicate, &where, &taken))
        cal_warn("nothing in the library fits; it stays as it is");
    cal_book_append(library, to, &taken);
    cal_regions_free(&where);
    return CAL_OK;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_library *library;
    (void)count;
    (void)operand;
    if (cal_edit_begin(&edit, &library, err))
        return err->status;
    if (!move(library, err))
        return cal_edit_end(&edit, library, err);
    cal_library_free(library);
    return err->status;
}

static const cal_tool tool = {
    .name = "callib-mark",
    .group = CAL_GROUP_CALLIB,
    .brief = "note in a library that calibrations were applied",
    .operands = "",
    .min_operands = 0,
    .max_operands = 0,
    .schema = "callib",
    .about = "Moves calibrations of the selected data from the book of what is to be applied to "
             "the book "
             "of what was. Only what was registered is moved, each with its origin; without "
             "options all of it.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

/* callib-remove: take calibrations out of a library. */
#include "base/tool.h"
#include "callib/book.h"
#include "callib/edit.h"
#include "callib/target.h"
#include <string.h>

static cal_edit edit;
static cal_target target;
static cal_predicate predicate;
static const char *book = "active";
static bool all;

static const cal_option options[] = {
    CAL_PREDICATE_OPTIONS(predicate),
    {"all", 0, CAL_FLAG, NULL, &all, "all calibrations of the selected data", 0, 0},
    {"book", 0, CAL_CHOICE, "BOOK", &book, "from what is to be applied, or was",
     "active applied both", 0},
    CAL_TARGET_OPTIONS(target),
    CAL_EDIT_OPTIONS(edit),
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"All bandpass tables of one stage", "callib-remove -i lib.json --gaintable '*hifa_bandpass*'"},
    {"Tsys, but only for the target", "callib-remove -i lib.json --caltype tsys --intent TARGET"},
    {"Whatever one antenna has", "callib-remove -i lib.json --all --antenna DV03"},
    {"Start anew", "callib-remove -i lib.json --all --book both"},
    {NULL, NULL},
};

static cal_status remove_all(cal_library *library, cal_error *err)
{
    cal_regions where;
    if (cal_target_resolve(&target, library, &where, err))
        return err->status;
    int touched = 0;
    if (strcmp(book, "applied"))
        touched += cal_book_remove(library, &library->active, &predicate, &where, NULL);
    if (strcmp(book, "active"))
        touched += cal_book_remove(library, &library->applied, &predicate, &where, NULL);
    cal_regions_free(&where);
    if (!touched)
        cal_warn("nothing in the library fits; it stays as it is");
    return CAL_OK;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_library *library;
    (void)count;
    (void)operand;
    if (!all && cal_predicate_empty(&predicate))
        return cal_fail(err, CAL_USAGE,
                        "which calibrations? give --gaintable, --caltype, ..., or --all");
    if (cal_edit_begin(&edit, &library, err))
        return err->status;
    if (!remove_all(library, err))
        return cal_edit_end(&edit, library, err);
    cal_library_free(library);
    return err->status;
}

static const cal_tool tool = {
    .name = "callib-remove",
    .group = CAL_GROUP_CALLIB,
    .brief = "take calibrations out of a library",
    .operands = "",
    .min_operands = 0,
    .max_operands = 0,
    .schema = "callib",
    .about = "Removes the calibrations that fit all that is said of them, from the data that the "
             "selection names, exactly; for all other data they stay registered.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

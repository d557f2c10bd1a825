/* callib-add: register calibration tables for data. */
#include "base/mem.h"
#include "base/text.h"
#include "base/tool.h"
#include "callib/batch.h"
#include "callib/edit.h"
#include <string.h>

static cal_edit edit;
static cal_addition addition = {.interp = "linear,linear", .calwt = true};
static const char *spwmap = "", *calwt = "true", *batch;
static const char *caltables;
static bool allow_empty;

static const cal_option options[] = {
    CAL_HEADING("How the tables are applied"),
    {"gainfield", 0, CAL_TEXT, "SEL", &addition.gainfield,
     "use their solutions of these fields only, or of the nearest one", 0, 0},
    {"interp", 0, CAL_TEXT, "T[,F]", &addition.interp, "interpolation in time and frequency", 0, 0},
    {"spwmap", 0, CAL_TEXT, "LIST", &spwmap, "for each spw of the data the spw of the table: 0,0,1",
     0, 0},
    {"calwt", 0, CAL_CHOICE, "BOOL", &calwt, "calibrate the weights too", "true false", 0},
    {"caltype", 0, CAL_TEXT, "TYPE", &addition.caltype,
     "what the tables are: gaincal, bandpass, tsys, wvr, ...; else by --caltables, else unknown", 0,
     0},
    {"caltables", 0, CAL_TEXT, "FILE", &caltables,
     "documents of caltable-info, for the types of tables", 0, 0},
    CAL_TARGET_OPTIONS(addition.target),
    CAL_EDIT_OPTIONS(edit),
    CAL_HEADING("Many at once"),
    {"batch", 0, CAL_TEXT, "FILE", &batch,
     "additions as NDJSON, one object a line, with the options' names as keys", 0, 0},
    {"task", 0, CAL_TEXT, "NAME", &addition.task, "who adds them, for the origin that is kept", 0,
     0},
    {"allow-empty", 0, CAL_FLAG, NULL, &allow_empty,
     "a selection without data adds nothing and is no error", 0, 0},
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"Phases for the calibrator and the target, without weights",
     "callib-add -i lib.json p.G --intent PHASE,TARGET --calwt=false"},
    {"In a pipe, from an empty library to CASA's text",
     "ms-info eb1.ms | callib-new | callib-add b.B | callib-export --format casa"},
    {"Sixty tables in one go", "callib-add -i lib.json --batch adds.ndjson"},
    {"What a line of such a file looks like",
     "echo '{\"gaintable\":\"p.G\",\"intent\":\"TARGET\",\"spwmap\":[0,0]}' | callib-add -i "
     "lib.json --batch -"},
    {NULL, NULL},
};

static cal_status add(cal_library *library, int count, char **operand, cal_error *err)
{
    cal_additions rules = {.allow_empty = allow_empty, .task = addition.task};
    cal_status status = caltables ? cal_caltypes_read(caltables, &rules.types, err) : CAL_OK;
    if (!status && !(status = cal_parse_spwmap(spwmap, &addition.spwmap, &addition.spwmaps, err))) {
        addition.calwt = !strcmp(calwt, "true");
        for (int i = 0; i < count && !status; i++) {
            addition.gaintable = operand[i];
            status = cal_addition_make(&addition, &rules, library, err);
        }
    }
    if (!status && batch)
        status = cal_additions_read(batch, &rules, library, err);
    cal_caltypes_free(&rules.types);
    free(addition.spwmap);
    return status;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_library *library;
    if (!count && !batch)
        return cal_fail(err, CAL_USAGE, "no calibration table; name some, or give a --batch file");
    if (batch && !strcmp(batch, "-") && !edit.in_place)
        return cal_fail(err, CAL_USAGE,
                        "library and batch cannot both come from standard input; use --in-place");
    if (cal_edit_begin(&edit, &library, err))
        return err->status;
    cal_status status = add(library, count, operand, err);
    if (!status)
        return cal_edit_end(&edit, library, err);
    cal_library_free(library);
    return status;
}

static const cal_tool tool = {
    .name = "callib-add",
    .group = CAL_GROUP_CALLIB,
    .brief = "register calibration tables for data",
    .operands = "[TABLE...]",
    .min_operands = 0,
    .max_operands = -1,
    .schema = "callib",
    .about = "Adds calibration tables to a calibration library, for the data that the selection "
             "names: all of "
             "them if there is none. Where other tables are registered already, the new ones are "
             "applied after "
             "them. Nothing is looked up in the tables, and they need not exist yet; callib-check "
             "does that.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

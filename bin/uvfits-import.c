/* Makes a MeasurementSet of a UVFITS file. */
#include "base/output.h"
#include "base/text.h"
#include "base/tool.h"
#include "ms/history.h"
#include "ms/uvfits.h"
#include <string.h>

static const char *names = "station", *interval, *scan_gap = "300s";
static bool force, dry_run, no_history;

static const cal_option options[] = {
    CAL_HEADING("Import"),
    {"antnamescheme", 0, CAL_CHOICE, "SCHEME", &names,
     "antennas are named by their stations (AA, W04), or by their numbers as CASA does (old)",
     "station old", 0},
    {"interval", 0, CAL_TEXT, "TIME", &interval,
     "length of an integration [parameter INTTIM, or else the shortest time step of a baseline]", 0,
     0},
    {"scan-gap", 0, CAL_TEXT, "TIME", &scan_gap, "a longer gap begins a new scan", 0, 0},
    CAL_HEADING("Output"),
    {"force", 0, CAL_FLAG, NULL, &force, "replace an existing MS", 0, 0},
    {"no-history", 0, CAL_FLAG, NULL, &no_history,
     "do not record the command in HISTORY (cards of the file are copied all the same)", 0, 0},
    {"dry-run", 'n', CAL_FLAG, NULL, &dry_run, "print what the file holds; write nothing", 0, 0},
    CAL_OPTIONS_END,
};

static cal_status positive_time(const char *option, const char *text, double *value, cal_error *err)
{
    if (cal_parse_quantity(text, "s", "s", value, err))
        return cal_prefix(err, "--%s", option);
    if (!(*value > 0))
        return cal_fail(err, CAL_USAGE, "--%s %s: expected more than 0", option, text);
    return CAL_OK;
}

static cal_status parse_options(cal_uvfits_options *wanted, cal_error *err)
{
    wanted->numbers = !strcmp(names, "old");
    if (positive_time("scan-gap", scan_gap, &wanted->scan_gap, err) ||
        (interval && positive_time("interval", interval, &wanted->interval, err)))
        return err->status;
    return CAL_OK;
}

static cal_status import_to(cal_uvfits *uvfits, const cal_uvfits_options *wanted, const char *path,
                            cal_uvfits_counts *counts, cal_error *err)
{
    cal_output *out;
    cal_status status = cal_output_begin_as(path, CAL_OUTPUT_MS, force, &out, err);
    if (status)
        return status;
    status = cal_uvfits_import(uvfits, wanted, cal_output_path(out), counts, err);
    if (!status && !no_history)
        status = cal_history_add(cal_output_path(out), "imported from UVFITS", err);
    if (!status)
        return cal_output_commit(out, err);
    cal_output_abandon(out);
    return status;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    (void)count;
    cal_uvfits_options wanted = {0};
    cal_uvfits_counts counts;
    cal_uvfits *uvfits = NULL;
    cal_status status = parse_options(&wanted, err);
    if (!status)
        status = cal_output_not_input(operand[1], operand[0], err);
    if (!status)
        status = cal_uvfits_open(operand[0], &uvfits, err);
    if (!status && dry_run)
        cal_output_foretell(operand[1], CAL_OUTPUT_MS, force);
    if (!status && !dry_run)
        status = import_to(uvfits, &wanted, operand[1], &counts, err);
    if (!status)
        status = cal_print(cal_uvfits_report(uvfits, &wanted, dry_run ? NULL : &counts, operand[1]),
                           cal_uvfits_report_text, err);
    cal_uvfits_close(uvfits);
    return status;
}

static const cal_tool tool = {
    .name = "uvfits-import",
    .group = CAL_GROUP_MS,
    .brief = "make a MeasurementSet of a UVFITS file",
    .operands = "UVFITS MS",
    .min_operands = 2,
    .max_operands = 2,
    .about = "Writes the visibilities of a UVFITS file (random groups, as AIPS, CASA, Difmap and "
             "eht-imaging write them) as the new MeasurementSet MS: every IF becomes a spectral "
             "window, every source a field, the weights stay as they are. What has no weight, or "
             "an infinite one, is flagged and counted.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"Import, and look at what came", "uvfits-import m87.uvfits m87.ms; ms-info m87.ms"},
            {"What is in the file?", "uvfits-import --dry-run m87.uvfits m87.ms"},
            {"How much was flagged for its weights?",
             "uvfits-import --jq .flagged_because m87.uvfits m87.ms"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

/* What a self-calibration has come to: a table, numbers for checks, and a page to be looked at. */
#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include "base/tool.h"
#include "selfcal/report.h"
#include <stdlib.h>
#include <string.h>

static const char *page;
static bool force;

static const cal_option options[] = {
    {"output", 'o', CAL_TEXT, "HTML", &page, "write the page to this file too", 0, 0},
    {"force", 'f', CAL_FLAG, NULL, &force, "replace the file if it exists", 0, 0},
    CAL_OPTIONS_END,
};

static cal_status write_page(jv state, jv summary, const char *folder, cal_error *err)
{
    cal_buf html = {0};
    cal_report_page(state, summary, folder, &html);
    cal_status status = cal_output_file(page, force, html.data, html.len, err);
    cal_buf_free(&html);
    return status;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    const char *path = count ? operand[0] : "-";
    jv state, summary;
    if (page && cal_output_not_input(page, path, err))
        return err->status;
    if (page && cal_output_check(page, CAL_OUTPUT_FILE, force, err))
        return err->status;
    if (cal_json_read(path, &state, err))
        return err->status;
    char *folder = cal_path_folder(path);
    cal_status status = cal_report_summary(state, folder, &summary, err);
    if (!status && page && (status = write_page(state, summary, folder, err)))
        jv_free(summary);
    if (!status) {
        cal_json_set(&summary, "page", cal_json_text(page));
        status = cal_print(summary, cal_report_text, err);
    }
    free(folder);
    jv_free(state);
    return status;
}

static const cal_tool tool = {
    .name = "selfcal-report",
    .group = CAL_GROUP_SELFCAL,
    .brief = "report on a self-calibration: table, numbers, HTML page",
    .operands = "[STATE]",
    .min_operands = 0,
    .max_operands = 1,
    .about =
        "Says what a self-calibration has come to, finished or not: for each target the "
        "intervals with the S/N before and after, what was decided and why, and the tables to "
        "apply; for a pipeline the same in JSON with a score and with what the solutions of "
        "each antenna are like; and, with --output, as one HTML page that needs no other file: "
        "pictures side by side on one stretch, gains against time, commands. STATE is what "
        "selfcal-step prints, or a plan. Without STATE it is read from stdin.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"How far is it?", "selfcal-report --text state.json"},
            {"The page", "selfcal-report -o report.html state.json"},
            {"Was every target well treated? (a pipeline's check)",
             "selfcal-report state.json --jq '.qa_score >= 0.9'"},
            {"Antennas that lost more than a third of their solutions",
             "selfcal-report state.json --jq '.targets[].tables[].gains.antennas[] | "
             "select(.flagged_fraction > 0.33) | .name'"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

/* What a MeasurementSet holds. */
#include "base/tool.h"
#include "ms/describe.h"

static bool flags, weights, times;
static cal_select_text text;

static const cal_option options[] = {
    CAL_HEADING("What to say"),
    {"flags", 0, CAL_FLAG, NULL, &flags,
     "count flagged data by scan, field, spectral window, antenna and correlation (reads all of "
     "FLAG)",
     0, 0},
    {"weights", 0, CAL_FLAG, NULL, &weights,
     "with --flags: sum the weights of unflagged data by field and spectral window (JSON only)", 0,
     0},
    {"times", 0, CAL_FLAG, NULL, &times,
     "list rows by scan, field, state and data description, with the time of every integration "
     "(JSON only)",
     0, 0},
    CAL_SELECT_OPTIONS(text),
    CAL_OPTIONS_END,
};

/* Everything about the chosen rows, into `what`. */
static cal_status gather(cal_description *what, cal_summary **summary, cal_intents **intents,
                         cal_flag_counts **counts, cal_error *err)
{
    if (cal_summary_read(what->ms, what->meta, what->selection, summary, err))
        return err->status;
    if (what->selection && !(*summary)->rows)
        return cal_fail(err, CAL_DATA, "%s: no row has all that was selected", what->meta->path);
    *intents = cal_intents_read(what->meta, *summary);
    if (flags &&
        cal_flag_counts_read(what->ms, what->meta, what->selection, *summary, weights, counts, err))
        return err->status;
    what->summary = *summary;
    what->intents = *intents;
    what->flags = *counts;
    what->times = times;
    return CAL_OK;
}

static cal_status describe(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                           jv *document, cal_error *err)
{
    cal_summary *summary = NULL;
    cal_intents *intents = NULL;
    cal_flag_counts *counts = NULL;
    cal_description what = {.ms = ms, .meta = meta, .text = &text};
    what.selection = cal_selection_has(selection, NULL) ? selection : NULL;
    cal_status status = gather(&what, &summary, &intents, &counts, err);
    if (!status)
        status = cal_describe(&what, document, err);
    cal_flag_counts_free(counts);
    cal_intents_free(intents);
    cal_summary_free(summary);
    return status;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    (void)count;
    cal_selected set;
    jv document;
    if (weights && !flags)
        return cal_fail(err, CAL_USAGE, "--weights counts unflagged data; it goes with --flags");
    cal_status status = cal_selected_open(operand[0], &text, &set, err);
    if (!status)
        status = describe(set.ms, set.meta, set.selection, &document, err);
    cal_selected_close(&set);
    return status ? status : cal_print(document, cal_describe_text, err);
}

static const cal_tool tool = {
    .name = "ms-info",
    .group = CAL_GROUP_MS,
    .brief = "say what a MeasurementSet holds",
    .operands = "MS",
    .min_operands = 1,
    .max_operands = 1,
    .about = "Prints observations, scans, fields with their intents, spectral windows, "
             "correlations, antennas, sources, columns "
             "and size of a MeasurementSet. With selection options only the rows that they choose "
             "are looked at. The JSON has "
             "all of it, with every channel's frequency; the text has what fits on a page.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"What is in it?", "ms-info eb1.ms"},
            {"Names of the targets", "ms-info eb1.ms --raw --jq '.fields[] | select(.intents | "
                                     "index(\"TARGET\")) | .name'"},
            {"Windows for science", "ms-info eb1.ms --jq '[.spws[] | select(.science).id]'"},
            {"How much of each antenna is flagged on the target",
             "ms-info --flags --intent '*TARGET*' --text eb1.ms"},
            {"Mean time of each integration of scan 3",
             "ms-info --times --scan 3 eb1.ms --jq '[.groups[].times_mjd_s[]] | unique'"},
            {"How many rows would a selection take?",
             "ms-info --uvrange '>1km' --scan '3~8' eb1.ms --jq .selected_rows"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

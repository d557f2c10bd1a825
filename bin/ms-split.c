/* Part of a MeasurementSet as a new one: selected, calibrated, averaged, re-indexed. */
#include "base/json.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/parallel.h"
#include "base/text.h"
#include "base/tool.h"
#include "cal/chain.h"
#include "ms/history.h"
#include "ms/split.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static cal_split_options wanted = {.datacolumn = "auto", .keepflags = true, .reindex = true};
static const char *timebin = "0s", *width = "1", *combine = "", *pointing = "copy", *compat = "";
static cal_chain_list tables;
static long jobs;
static bool force, dry_run, no_history;

static const cal_option options[] = {
    CAL_SELECT_OPTIONS(wanted.select),
    CAL_HEADING("Data"),
    {"datacolumn", 'd', CAL_CHOICE, "COLUMN", &wanted.datacolumn,
     "what becomes DATA; auto: CORRECTED_DATA where there is one, else DATA; all: each under its "
     "own name",
     "auto data corrected model float_data all", 0},
    {"keepflags", 0, CAL_FLAG, NULL, &wanted.keepflags,
     "keep rows that are flagged altogether; --keepflags=false drops them", 0, 0},
    {"usewtspectrum", 0, CAL_FLAG, NULL, &wanted.usewtspectrum,
     "write WEIGHT_SPECTRUM and SIGMA_SPECTRUM even if the input has none", 0, 0},
    CAL_CHAIN_OPTIONS(tables),
    CAL_HEADING("Averaging"),
    {"timebin", 0, CAL_TEXT, "TIME", &timebin, "average in time: 10s, 1min", 0, 0},
    {"width", 'w', CAL_TEXT, "N[,N]", &width,
     "average so many channels to one; a list is in the order of the spws", 0, 0},
    {"combine", 0, CAL_TEXT, "LIST", &combine, "let time bins cross borders: scan, state", 0, 0},
    {"maxuvwdistance", 0, CAL_NUMBER, "M", &wanted.maxuvwdistance,
     "close a time bin when the baseline has moved so many metres; 0: no limit", 0, 0},
    CAL_HEADING("Output"),
    {"reindex", 0, CAL_FLAG, NULL, &wanted.reindex,
     "drop what is not selected from the subtables and renumber; --reindex=false keeps all ids", 0,
     0},
    {"pointing", 0, CAL_CHOICE, "HOW", &pointing, "what to do with POINTING", "copy link empty", 0},
    {"compat", 0, CAL_CHOICE, "WHOM", &compat,
     "follow CASA to the letter in TIME, INTERVAL, FLAG_ROW and WEIGHT_SPECTRUM; see NOTES", "casa",
     0},
    {"force", 0, CAL_FLAG, NULL, &force, "replace an output that exists", 0, 0},
    {"no-history", 0, CAL_FLAG, NULL, &no_history, "add no row to HISTORY", 0, 0},
    {"dry-run", 'n', CAL_FLAG, NULL, &dry_run, "say what would be read and written, and stop", 0,
     0},
    {"jobs", 'j', CAL_COUNT, "N", &jobs, "threads; 0: as many as there are cores", 0, 0},
    CAL_OPTIONS_END,
};

/* ---- options that are more than a value ---- */

static cal_status parse_timebin(cal_error *err)
{
    if (cal_parse_quantity(timebin, "s", "s", &wanted.timebin, err))
        return cal_prefix(err, "--timebin");
    if (wanted.timebin < 0)
        return cal_fail(err, CAL_USAGE, "--timebin %s: a bin cannot be shorter than nothing",
                        timebin);
    return CAL_OK;
}

static cal_status parse_width(cal_error *err)
{
    cal_words words = cal_words_split(width, ',');
    int *list = CAL_NEW_ARRAY(int, words.count);
    cal_status status = words.count ? CAL_OK : cal_fail(err, CAL_USAGE, "--width is empty");
    for (int i = 0; i < words.count && !status; i++) {
        long long number;
        if (!cal_parse_int(words.item[i], &number) || number < 1 || number > INT_MAX)
            status = cal_fail(err, CAL_USAGE, "--width %s: \"%s\" is no number of channels", width,
                              words.item[i]);
        else
            list[i] = (int)number;
    }
    wanted.width = list;
    wanted.widths = words.count;
    cal_words_free(&words);
    return status;
}

static cal_status parse_combine(cal_error *err)
{
    cal_words words = cal_words_split(combine, ',');
    cal_status status = CAL_OK;
    for (int i = 0; i < words.count && !status; i++) {
        if (!strcmp(words.item[i], "scan"))
            wanted.combine_scan = true;
        else if (!strcmp(words.item[i], "state"))
            wanted.combine_state = true;
        else if (!strcmp(words.item[i], "field"))
            status = cal_fail(err, CAL_USAGE,
                              "--combine field: fields have phase centres of their own, whose data "
                              "cannot be averaged; use scan, state");
        else
            status =
                cal_fail(err, CAL_USAGE, "--combine: no \"%s\"; use scan, state", words.item[i]);
    }
    cal_words_free(&words);
    return status;
}

static cal_status parse_options(cal_error *err)
{
    wanted.pointing = pointing;
    wanted.casa = !strcmp(compat, "casa");
    wanted.jobs = cal_jobs(jobs);
    cal_status status = parse_timebin(err);
    if (!status)
        status = parse_width(err);
    if (!status)
        status = parse_combine(err);
    if (!status && wanted.maxuvwdistance < 0)
        status = cal_fail(err, CAL_USAGE, "--maxuvwdistance %g is negative", wanted.maxuvwdistance);
    if (!status && wanted.maxuvwdistance > 0 && !(wanted.timebin > 0))
        status = cal_fail(err, CAL_USAGE, "--maxuvwdistance limits time bins: give --timebin too");
    if (!status && *combine && !(wanted.timebin > 0))
        status = cal_fail(err, CAL_USAGE, "--combine is about time bins: give --timebin too");
    return status;
}

/* ---- the result for people ---- */

static void renumbered_text(jv document, const char *key, const char *what, cal_buf *out)
{
    jv list = cal_json_at(document, key);
    int changed = 0;
    jv_array_foreach(list, i, entry)
    {
        int id = (int)cal_json_number_at(entry, "id", 0),
            old = (int)cal_json_number_at(entry, "old_id", 0);
        if (id != old)
            cal_buf_addf(out, "%s%d -> %d", changed++ ? ", " : what, old, id);
        jv_free(entry);
    }
    if (changed)
        cal_buf_add(out, "\n");
    jv_free(list);
}

static void result_text(jv document, cal_buf *out)
{
    char size[32];
    bool done = cal_json_has(document, "rows");
    cal_buf_addf(out, "%s: ", cal_json_text_at(document, "output", ""));
    cal_size_text(cal_json_number_at(document, done ? "bytes" : "bytes_at_most", 0), size);
    if (done)
        cal_buf_addf(out, "%.0f rows (%.0f of them flagged) from %.0f, %s\n",
                     cal_json_number_at(document, "rows", 0),
                     cal_json_number_at(document, "rows_flagged", 0),
                     cal_json_number_at(document, "rows_read", 0), size);
    else
        cal_buf_addf(out, "would be made of %.0f rows, at most %s of data\n",
                     cal_json_number_at(document, "rows_read", 0), size);
    jv spws = cal_json_at(document, "spws"), notes = cal_json_at(document, "notes");
    jv_array_foreach(spws, i, spw)
    {
        cal_buf_addf(out, "  spw %.0f: %.0f channels, from %.0f of spw %.0f %s\n",
                     cal_json_number_at(spw, "id", 0), cal_json_number_at(spw, "channels", 0),
                     cal_json_number_at(spw, "old_channels", 0),
                     cal_json_number_at(spw, "old_id", 0), cal_json_text_at(spw, "name", ""));
        jv_free(spw);
    }
    renumbered_text(document, "fields", "  fields renumbered: ", out);
    renumbered_text(document, "antennas", "  antennas renumbered: ", out);
    jv_array_foreach(notes, j, note)
    {
        cal_buf_addf(out, "  note: %s\n", jv_string_value(note));
        jv_free(note);
    }
    jv_free(spws);
    jv_free(notes);
}

/* ---- the work ---- */

static cal_status check_output(const char *input, const char *output, cal_error *err)
{
    if (cal_output_not_input(output, input, err))
        return err->status;
    char *name = cal_copy_text(output);
    for (size_t end = strlen(name); end > 1 && name[end - 1] == '/'; end--)
        name[end - 1] = 0;
    char *versions = cal_format("%s.flagversions", name);
    cal_status status = CAL_OK;
    if (dry_run)
        cal_output_foretell(name, CAL_OUTPUT_MS, force);
    else
        status = cal_output_check(name, CAL_OUTPUT_MS, force, err);
    if (!status && !dry_run && cal_path_exists(versions))
        status = cal_fail(
            err, CAL_OUTPUT,
            "%s: exists, flag versions of another MS; remove it or choose another name", versions);
    free(versions);
    free(name);
    return status;
}

/* ---- calibration on the way ---- */

static cal_status apply_chain(void *chain, const cal_block *block, int64_t first, int64_t end,
                              float complex *data, uint8_t *flag, float *weight,
                              float *weight_spectrum, uint8_t *missing, int worker, cal_error *err)
{
    cal_chain_data arrays = {.data = data,
                             .flag = flag,
                             .weight = weight,
                             .weight_spectrum = weight_spectrum,
                             .missing = missing};
    return cal_chain_apply(chain, block, first, end, &arrays, worker, err);
}

static cal_status open_chain(cal_split *split, cal_chain **chain, cal_split_stage *stage,
                             cal_error *err)
{
    if (cal_chain_list_empty(&tables))
        return CAL_OK;
    cal_status status = cal_chain_list_resolve(&tables, cal_split_meta(split), err);
    if (!status)
        status = cal_chain_open(&tables, cal_split_meta(split), chain, err);
    if (status)
        return status;
    cal_chain_prepare(*chain, wanted.jobs);
    *stage = (cal_split_stage){.apply = apply_chain,
                               .user = *chain,
                               .changes_weights = cal_chain_calibrates_weights(*chain)};
    return cal_split_calibrate(split, stage, err);
}

/* ---- the output ---- */

static cal_status write_output(cal_split *split, const char *path, cal_error *err)
{
    cal_output *out;
    cal_status status = cal_output_begin_as(path, CAL_OUTPUT_MS, force, &out, err);
    if (status)
        return status;
    status = cal_split_run(split, cal_output_path(out), err);
    if (!status && !no_history)
        status = cal_history_add(cal_output_path(out), "split from another MeasurementSet", err);
    if (!status)
        return cal_output_commit(out, err);
    cal_output_abandon(out);
    return status;
}

static cal_status split_to(cal_split *split, const cal_chain *chain, const char *path,
                           cal_error *err)
{
    cal_status status = dry_run ? cal_split_estimate(split, err) : write_output(split, path, err);
    if (status)
        return status;
    jv report = cal_split_report(split);
    cal_json_set(&report, "output", cal_json_text(path));
    if (chain && !dry_run)
        cal_json_set(&report, "calibration", cal_chain_report(chain));
    double left_alone = cal_json_number_at(report, "rows_uncalibrated", 0);
    if (left_alone > 0)
        cal_warn("%.0f rows are not calibrated: some table has no solutions for their spw",
                 left_alone);
    return cal_print(report, result_text, err);
}

static cal_status split_set(const char *input, const char *output, cal_error *err)
{
    cal_split *split = NULL;
    cal_chain *chain = NULL;
    cal_split_stage stage;
    if (!cal_chain_list_empty(&tables) && !strcmp(wanted.datacolumn, "auto"))
        wanted.datacolumn = "data";
    cal_status status = cal_split_open(input, &wanted, &split, err);
    if (!status)
        status = open_chain(split, &chain, &stage, err);
    if (!status)
        status = split_to(split, chain, output, err);
    cal_chain_free(chain);
    cal_split_close(split);
    return status;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    (void)count;
    cal_status status = parse_options(err);
    if (!status)
        status = check_output(operand[0], operand[1], err);
    cal_table_load_ahead(wanted.jobs);
    if (!status)
        status = split_set(operand[0], operand[1], err);
    cal_chain_list_free(&tables);
    free((int *)wanted.width);
    return status;
}

static const cal_tool tool = {
    .name = "ms-split",
    .group = CAL_GROUP_MS,
    .brief = "make a new MeasurementSet of a part of another one",
    .operands = "MS OUT",
    .min_operands = 2,
    .max_operands = 2,
    .about = "Writes the selected rows, channels and correlations of MS to the new MeasurementSet "
             "OUT, averaged in time and frequency if asked for, with subtables that hold what is "
             "left. Prints how many rows and bytes were written and which ids became which.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"One target, averaged to 10 s and a quarter of the channels",
             "ms-split --field 3C273 --spw 0~3 --timebin 10s --width 4 eb1.ms eb1_3c273.ms"},
            {"The calibrated data of the phase calibrator, without rows that are flagged",
             "ms-split --intent '*PHASE*' --datacolumn corrected --keepflags=false eb1.ms cal.ms"},
            {"The science target with the calibration of two tables",
             "ms-split --intent '*TARGET*' --gaintable b.B --interp nearest,linear --gaintable p.G "
             "eb1.ms targets.ms"},
            {"How large would it be?",
             "ms-split --dry-run --spw 2 eb1.ms part.ms --jq .bytes_at_most"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

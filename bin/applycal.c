/* Apply calibration tables to a MeasurementSet. */
#include "base/json.h"
#include "base/parallel.h"
#include "base/text.h"
#include "base/tool.h"
#include "cal/calibrate.h"
#include <string.h>

static cal_chain_list tables;
static cal_calibrate_options how = {.applymode = "calflag", .flag_backup = true, .history = true};
static bool no_history;
static long jobs;

static const cal_option options[] = {
    CAL_CHAIN_OPTIONS(tables),
    CAL_HEADING("What is done"),
    {"applymode", 'm', CAL_CHOICE, "MODE", &how.applymode,
     "calibrate and flag (calflag), either alone, flag data without solutions too (...strict), or "
     "change nothing (trial)",
     "calflag calflagstrict calonly flagonly flagonlystrict trial", 0},
    {"flagbackup", 0, CAL_FLAG, NULL, &how.flag_backup,
     "save the flags before they change, as flag version applycal_N", 0, 0},
    {"dry-run", 'n', CAL_FLAG, NULL, &how.dry_run,
     "write nothing; count what would be flagged, what has no solutions, and the bytes", 0, 0},
    {"no-history", 0, CAL_FLAG, NULL, &no_history, "leave no line in the HISTORY of the MS", 0, 0},
    {"jobs", 'j', CAL_COUNT, "N", &jobs, "threads; 0: as many as there are cores", 0, 0},
    CAL_SELECT_OPTIONS(how.select),
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"One table, its solutions interpolated between the calibrator's scans",
     "applycal --gaintable p.G eb1.ms"},
    {"Bandpass and gains: of the nearest calibrator, and spws 2 and 3 from 0 and 1",
     "applycal --gaintable b.B --interp nearest,linearflag --gaintable p.G --gainfield nearest "
     "--spwmap 0,1,0,1 eb1.ms"},
    {"What would be flagged, table by table", "applycal -n --gaintable p.G eb1.ms --jq .tables"},
    {"As a calibration library says, only the target",
     "applycal --callib lib.json --intent '*TARGET*' eb1.ms"},
    {NULL, NULL}};

static double share(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

static void print_missing(jv table, cal_buf *out)
{
    jv spws = cal_json_at(table, "missing_spws"), antennas = cal_json_at(table, "missing_antennas");
    if (jv_array_length(jv_copy(spws))) {
        cal_buf_add(out, "    no solutions for spw");
        jv_array_foreach(spws, i, spw) cal_buf_addf(out, " %g", jv_number_value(spw));
        cal_buf_add(out, "\n");
    }
    jv_array_foreach(antennas, i, missing)
    {
        cal_buf_addf(out, "    no solutions for antenna %s in spw %g\n",
                     cal_json_text_at(missing, "name", "?"), cal_json_number_at(missing, "spw", 0));
        jv_free(missing);
    }
    jv_free(spws);
    jv_free(antennas);
}

static void print_table(jv table, cal_buf *out)
{
    double data = cal_json_number_at(table, "data", 0);
    cal_buf_addf(out, "  %s (%s)%s\n    %.0f data, flagged %.2f %% -> %.2f %%\n",
                 cal_json_text_at(table, "gaintable", ""), cal_json_text_at(table, "type", ""),
                 cal_json_bool_at(table, "calwt", false) ? ", calibrates weights" : "", data,
                 share(cal_json_number_at(table, "flagged_before", 0), data),
                 share(cal_json_number_at(table, "flagged_after", 0), data));
    print_missing(table, out);
}

/* Consumes the names. */
static void print_names(jv names, cal_buf *out)
{
    jv_array_foreach(names, i, name)
    {
        cal_buf_addf(out, " %s", jv_string_value(name));
        jv_free(name);
    }
    jv_free(names);
}

static void print_would(jv would, cal_buf *out)
{
    char read[32], written[32];
    cal_buf_add(out, "would be written:");
    print_names(cal_json_at(would, "columns"), out);
    cal_buf_addf(out, "; %s to read, %s to write\n",
                 cal_size_text(cal_json_number_at(would, "bytes_read", 0), read),
                 cal_size_text(cal_json_number_at(would, "bytes_written", 0), written));
}

static void print_columns(jv document, cal_buf *out)
{
    jv columns = cal_json_at(document, "columns_written");
    cal_buf_add(out, jv_array_length(jv_copy(columns)) ? "written:" : "nothing was written");
    print_names(columns, out);
    cal_buf_add(out, "\n");
    jv would = cal_json_at(document, "would_write");
    if (jv_get_kind(would) == JV_KIND_OBJECT)
        print_would(would, out);
    jv_free(would);
    const char *version = cal_json_text_at(document, "flag_version", "");
    if (*version)
        cal_buf_addf(out, "flags before: version %s\n", version);
}

static void print_text(jv document, cal_buf *out)
{
    double data = cal_json_number_at(document, "data", 0);
    cal_buf_addf(out, "%s: %.0f rows, %.0f data, flagged %.2f %% -> %.2f %%\n",
                 cal_json_text_at(document, "ms", ""), cal_json_number_at(document, "rows", 0),
                 data, share(cal_json_number_at(document, "flagged_before", 0), data),
                 share(cal_json_number_at(document, "flagged_after", 0), data));
    jv list = cal_json_at(document, "tables");
    jv_array_foreach(list, i, table)
    {
        print_table(table, out);
        jv_free(table);
    }
    jv_free(list);
    print_columns(document, out);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    (void)count;
    if (cal_chain_list_empty(&tables))
        return cal_fail(err, CAL_USAGE,
                        "nothing to apply: give tables with --gaintable or --callib");
    how.history = !no_history;
    how.jobs = cal_jobs(jobs);
    cal_table_load_ahead(how.jobs);
    jv report;
    cal_status status = cal_calibrate(operand[0], &tables, &how, &report, err);
    cal_chain_list_free(&tables);
    return status ? status : cal_print(report, print_text, err);
}

static const cal_tool tool = {
    .name = "applycal",
    .group = CAL_GROUP_SOLVE,
    .brief = "apply calibration tables to a MeasurementSet",
    .operands = "MS",
    .min_operands = 1,
    .max_operands = 1,
    .about =
        "Corrects DATA with calibration tables and writes CORRECTED_DATA, which is made when it is "
        "missing; data without a good solution are flagged, and weights follow the gains. "
        "Solutions are chosen, interpolated and combined as CASA's applycal does it, whatever the "
        "order of the tables. WEIGHT always starts from SIGMA, so that a second run changes "
        "nothing. Data whose spw has no solutions in some table are left alone.",
    .options = options,
    .examples = examples,
    .run = run};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

/* Sets the model visibilities of a MeasurementSet from fluxes and shapes. */
#include "base/json.h"
#include "base/parallel.h"
#include "base/tool.h"
#include "ms/model_data.h"
#include "ms/sky_options.h"

static cal_component_list sky;
static cal_model_data_options how;
static bool no_history;
static long jobs;

static const cal_option options[] = {
    CAL_SKY_OPTIONS(sky),
    CAL_HEADING("What is done"),
    {"add", 0, CAL_FLAG, NULL, &how.add,
     "add to the model that is there; without this it is replaced", 0, 0},
    {"dry-run", 'n', CAL_FLAG, NULL, &how.dry_run, "write nothing; print what would be set", 0, 0},
    {"no-history", 0, CAL_FLAG, NULL, &no_history, "leave no line in the HISTORY of the MS", 0, 0},
    {"jobs", 'j', CAL_COUNT, "N", &jobs, "threads; 0: as many as there are cores", 0, 0},
    CAL_SELECT_OPTIONS(how.select),
    CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"A flux calibrator, with its spectral index and curvature",
     "setjy --field 3C48 --fluxdensity 15.4 --spix=-0.9,-0.11 --reffreq 1.5GHz eb1.ms"},
    {"Polarised: I, Q, U, V", "setjy --field 0 --fluxdensity 6,0.3,-0.2,0 eb1.ms"},
    {"A disc to start self-calibration from, then the phases (of data without cross hands)",
     "setjy --fluxdensity 0.7 --disc 60uas m87.ms; gaincal --calmode p --corrdepflags "
     "m87.ms p.G"},
    {"A core, and a jet 3 arcsec to the north-west of it",
     "setjy --fluxdensity 1 --fluxdensity 0.2 --offset=-2.1,2.1 --gaussian 1.5,0.4,-45 eb1.ms"},
    {"What would be set, window by window", "setjy -n --fluxdensity 2 --jq .spws eb1.ms"},
    {NULL, NULL}};

static void print_spw(jv spw, cal_buf *out)
{
    jv flux = cal_json_at(spw, "flux_jy");
    cal_buf_addf(out, "  spw %g  %s  %.0f rows  %.0f channels  %.6g GHz ",
                 cal_json_number_at(spw, "spw", 0), cal_json_text_at(spw, "name", ""),
                 cal_json_number_at(spw, "rows", 0), cal_json_number_at(spw, "channels", 0),
                 cal_json_number_at(spw, "freq_hz", 0) / 1e9);
    jv_array_foreach(flux, i, value) cal_buf_addf(out, " %.5g", jv_number_value(value));
    cal_buf_add(out, " Jy\n");
    jv_free(flux);
}

static void print_text(jv document, cal_buf *out)
{
    bool dry = cal_json_bool_at(document, "dry_run", false);
    const char *made = cal_json_bool_at(document, "column_created", false) ? ", a new column" : "";
    cal_buf_addf(out, "%s: %.0f rows of MODEL_DATA%s %s%s; I Q U V in mid-window:\n",
                 cal_json_text_at(document, "ms", ""), cal_json_number_at(document, "rows", 0),
                 made, dry ? "would be " : "",
                 cal_json_bool_at(document, "added", false) ? "added to" : "set");
    jv spws = cal_json_at(document, "spws");
    jv_array_foreach(spws, i, spw)
    {
        print_spw(spw, out);
        jv_free(spw);
    }
    jv_free(spws);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    (void)count;
    if (cal_component_list_check(&sky, err))
        return err->status;
    how.component = sky.item;
    how.components = sky.count;
    how.history = !no_history;
    how.jobs = cal_jobs(jobs);
    cal_table_load_ahead(how.jobs);
    jv report;
    cal_status status = cal_model_data_write(operand[0], &how, &report, err);
    cal_component_list_free(&sky);
    return status ? status : cal_print(report, print_text, err);
}

static const cal_tool tool = {
    .name = "setjy",
    .group = CAL_GROUP_SOLVE,
    .brief = "set the model of a source: flux, spectrum, shape",
    .operands = "MS",
    .min_operands = 1,
    .max_operands = 1,
    .about = "Writes MODEL_DATA of the selected data: the visibilities of points, discs and "
             "Gaussians at or beside the phase centre, channel by channel. The column is made when "
             "it is missing. What belongs to one component stands beside its --fluxdensity.",
    .options = options,
    .examples = examples,
    .run = run};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

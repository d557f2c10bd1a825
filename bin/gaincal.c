/* Solve for antenna gains and delays: G, T and K. */
#include "base/json.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/parallel.h"
#include "base/text.h"
#include "base/tool.h"
#include "cal/refant.h"
#include "cal/solve_run.h"
#include "cal/solve_table.h"
#include <math.h>
#include <string.h>

static cal_select_text selected;
static cal_chain_list chain_list;
static const char *gaintype = "G", *calmode = "ap", *solint_text = "inf", *combine_text = "",
                  *refant_text = "", *refantmode = "flex", *normtype = "mean", *smodel,
                  *solver = "casa";
static double minsnr = 3;
static long minblperant = 4, jobs;
static bool solnorm, corrdepflags, append, force, dry_run;

static const cal_option options[] = {
    CAL_HEADING("Solving"),
    {"gaintype", 0, CAL_CHOICE, "TYPE", &gaintype,
     "a gain for each hand (G), one for both (T), or a delay for each hand (K)", "G T K", 0},
    {"calmode", 'm', CAL_CHOICE, "MODE", &calmode, "phase (p), amplitude (a) or both (ap)",
     "ap p a", 0},
    {"solint", 'i', CAL_TEXT, "TIME", &solint_text,
     "solution interval: int (every integration), inf, or a time: 30s, 1min, 30", "int inf", 0},
    {"combine", 0, CAL_TEXT, "LIST", &combine_text, "what to solve together: scan, spw, field, obs",
     0, 0},
    {"refant", 'r', CAL_TEXT, "LIST", &refant_text,
     "reference antennas, the best first; others take their place", 0, 0},
    {"refantmode", 0, CAL_CHOICE, "MODE", &refantmode,
     "go on with another reference antenna (flex), or flag solutions without the first (strict)",
     "flex strict", 0},
    {"minsnr", 0, CAL_NUMBER, "SNR", &minsnr, "flag solutions whose S/N is not above this", 0, 0},
    {"minblperant", 0, CAL_COUNT, "N", &minblperant, "baselines that an antenna must have", 0, 0},
    {"solnorm", 0, CAL_FLAG, NULL, &solnorm, "normalise the amplitudes, spw by spw", 0, 0},
    {"normtype", 0, CAL_CHOICE, "HOW", &normtype, "normalise by the mean or median power",
     "mean median", 0},
    {"corrdepflags", 0, CAL_FLAG, NULL, &corrdepflags,
     "use a correlation where another one of its channel is flagged", 0, 0},
    {"smodel", 0, CAL_TEXT, "I[,Q,U,V]", &smodel,
     "a point source instead of MODEL_DATA (without MODEL_DATA: 1 Jy)", 0, 0},
    {"solver", 0, CAL_CHOICE, "NAME", &solver,
     "CASA's iteration, or on to the least-squares optimum", "casa optimum", 0},
    CAL_SELECT_OPTIONS(selected),
    CAL_CHAIN_OPTIONS(chain_list),
    CAL_HEADING("Output"),
    {"append", 0, CAL_FLAG, NULL, &append, "add to the solutions that TABLE holds", 0, 0},
    {"force", 0, CAL_FLAG, NULL, &force, "replace an existing TABLE", 0, 0},
    {"dry-run", 'n', CAL_FLAG, NULL, &dry_run,
     "say what would be solved, read and written, and write nothing", 0, 0},
    {"jobs", 'j', CAL_COUNT, "N", &jobs, "threads; 0: one for each core", 0, 0},
    CAL_OPTIONS_END};

/* All that a run works with. */
typedef struct gaincal {
    cal_table *ms;
    cal_meta *meta;
    cal_selection *selection;
    cal_refant refant;
    cal_combine combine;
    cal_plan *plan;
    cal_solve_rule rule;
    cal_gain_list *gains;
    int64_t not_finite;
    cal_output *out;
    cal_caltable_file *file;
    jv result;
} gaincal;

/* ---- before ---- */

static cal_calmode chosen_mode(void)
{
    return !strcmp(calmode, "p") ? CAL_MODE_P : !strcmp(calmode, "a") ? CAL_MODE_A : CAL_MODE_AP;
}

static cal_status choose_model(const gaincal *run, cal_model *model, cal_error *err)
{
    *model = (cal_model){.column = cal_table_has_column(run->ms, "MODEL_DATA"), .stokes = {1}};
    return smodel ? cal_model_parse(smodel, model, err) : CAL_OK;
}

/* Delays are those against one antenna, of the data as they are: neither amplitudes nor S/N play a part. */
static cal_status check_delay(gaincal *run, cal_error *err)
{
    if (!run->refant.count)
        return cal_fail(err, CAL_USAGE,
                        "--gaintype K: delays need a reference antenna; name it with --refant");
    run->rule.gather.reference = run->refant.wanted[0];
    run->rule.gather.mode = CAL_MODE_AP;
    return CAL_OK;
}

static cal_status make_rule(gaincal *run, cal_error *err)
{
    cal_solve_rule *rule = &run->rule;
    if (minblperant < 1)
        return cal_fail(err, CAL_USAGE, "--minblperant 0: an antenna needs a baseline");
    if (isnan(minsnr))
        return cal_fail(err, CAL_USAGE, "--minsnr nan: a number is wanted");
    *rule = (cal_solve_rule){.gather = {.mode = chosen_mode(),
                                        .scalar = !strcmp(gaintype, "T"),
                                        .corr_flags = corrdepflags,
                                        .delay = !strcmp(gaintype, "K"),
                                        .jobs = cal_jobs(jobs)},
                             .refant = run->refant.count ? run->refant.wanted[0] : -1,
                             .min_baselines = (int)minblperant,
                             .min_snr = minsnr,
                             .optimum = !strcmp(solver, "optimum"),
                             .combine_spw = run->combine.spw};
    if (rule->gather.delay && check_delay(run, err))
        return err->status;
    if (choose_model(run, &rule->gather.model, err) ||
        cal_solve_chains_open(&chain_list, run->meta, &rule->gather, err))
        return err->status;
    return CAL_OK;
}

static cal_status prepare(gaincal *run, const char *path, cal_error *err)
{
    cal_solint solint;
    if (cal_solint_parse(solint_text, &solint, err) ||
        cal_combine_parse(combine_text, &run->combine, err) ||
        cal_meta_load(path, &run->ms, &run->meta, err) ||
        cal_select_resolve(&selected, run->ms, run->meta, &run->selection, err) ||
        cal_refant_parse(refant_text, !strcmp(refantmode, "strict"), run->meta, &run->refant,
                         err) ||
        make_rule(run, err) ||
        cal_plan_make(run->ms, run->meta, run->selection, solint, run->combine, &run->plan, err))
        return err->status;
    return CAL_OK;
}

static void release(gaincal *run)
{
    jv_free(run->result);
    cal_gain_list_free(run->gains);
    cal_plan_free(run->plan);
    cal_chain_free(run->rule.gather.before);
    cal_chain_free(run->rule.gather.within);
    cal_chain_list_free(&chain_list);
    cal_refant_free(&run->refant);
    cal_selection_free(run->selection);
    cal_table_close(run->ms, NULL);
    cal_meta_free(run->meta);
}

/* ---- what there is to say ---- */

static jv describe(const gaincal *run, const char *ms, const char *path)
{
    return JV_OBJECT(jv_string("ms"), cal_json_text(ms), jv_string("caltable"), cal_json_text(path),
                     jv_string("gaintype"), cal_json_text(gaintype), jv_string("calmode"),
                     cal_json_text(calmode), jv_string("solint"), cal_json_text(solint_text),
                     jv_string("solver"), cal_json_text(solver), jv_string("model"),
                     cal_json_text(run->rule.gather.model.column ? "MODEL_DATA" : "point"));
}

static jv describe_plan(const gaincal *run, const char *ms, const char *path)
{
    const cal_plan *plan = run->plan;
    double read = 0;
    for (int i = 0; i < plan->instants; i++) {
        const cal_data_desc *dd = &run->meta->dd[plan->instant[i].dd];
        double samples = (double)run->meta->spw[dd->spw].nchan * run->meta->pol[dd->pol].ncorr;
        read += (double)plan->instant[i].rows * samples *
                (run->rule.gather.model.column ? 17 : 9); /* DATA, MODEL_DATA, FLAG */
    }
    jv object = describe(run, ms, path);
    double rows = (double)plan->solutions * run->meta->antennas;
    cal_json_set(&object, "dry_run", jv_true());
    cal_json_set(&object, "intervals", jv_number(plan->solutions));
    cal_json_set(&object, "rows_read", jv_number((double)plan->rows));
    cal_json_set(&object, "bytes_read", jv_number(read));
    cal_json_set(&object, "rows_written", jv_number(rows));
    cal_json_set(&object, "bytes_written",
                 jv_number(rows * (48 + 17 * (run->rule.gather.scalar ? 1 : 2))));
    return object;
}

static jv describe_result(const gaincal *run, const char *ms, const char *path)
{
    jv object =
        jv_object_merge(describe(run, ms, path), cal_gains_statistics(run->gains, run->meta));
    cal_json_set(&object, "not_finite_samples", jv_number((double)run->not_finite));
    return object;
}

/* ---- the table ---- */

static cal_status fail_without_solution(const gaincal *run, cal_error *err)
{
    cal_gain_failures failed = cal_gains_failures(run->gains);
    const char *hint = failed.no_data && !corrdepflags
                           ? " (a channel is left out where any of its correlations is flagged, "
                             "unless --corrdepflags says otherwise)"
                           : "";
    return cal_fail(
        err, CAL_DATA,
        "%s: no solution in %d intervals (%d without unflagged data, %d with fewer than "
        "%ld baselines to every antenna, %d that did not converge); no table is written%s",
        run->meta->name, run->gains->count, failed.no_data, failed.few_baselines, minblperant,
        failed.not_converged, hint);
}

/* All of the table but its rows, while they are being solved for. */
static cal_status begin_table(void *user, cal_error *err)
{
    gaincal *run = user;
    const cal_gather_rule *rule = &run->rule.gather;
    cal_caltable *form = cal_gains_form(run->meta, rule->scalar, rule->delay);
    cal_status status =
        cal_caltable_begin(form, run->ms, cal_output_path(run->out), &run->file, err);
    cal_caltable_free(form);
    return status;
}

static cal_status end_table(gaincal *run, const char *path, cal_error *err)
{
    cal_caltable *table =
        cal_gains_table(run->gains, run->meta, run->selection, run->plan, run->rule.combine_spw);
    cal_caltable_file *file = run->file;
    cal_status status = CAL_OK;
    run->file = NULL;
    if (file)
        status = cal_caltable_end(file, table, err);
    else if (!(status = cal_caltable_append(table, path, err)))
        status = cal_caltable_write(table, run->ms, cal_output_path(run->out), err);
    cal_caltable_free(table);
    return status;
}

static void finish_gains(gaincal *run)
{
    cal_refant_apply(&run->refant, run->meta, run->gains);
    cal_gains_restrict(run->gains, run->rule.gather.mode);
    if (solnorm)
        cal_gains_normalise(run->gains, !strcmp(normtype, "median"));
}

/* The table is written by one thread while another one counts what there is to say about it. */
typedef struct ending {
    gaincal *run;
    const char *ms, *path;
    cal_error *err;
    cal_status status;
} ending;

static void end_item(void *user, int item, int worker)
{
    ending *end = user;
    (void)worker;
    if (item == 0)
        end->status = end_table(end->run, end->path, end->err);
    else
        end->run->result = describe_result(end->run, end->ms, end->path);
}

static cal_status solve(gaincal *run, const char *ms, const char *path, cal_error *err)
{
    if (!append || !cal_path_exists(path)) {
        run->rule.meanwhile = begin_table;
        run->rule.user = run;
    }
    if (cal_solve_run(run->ms, run->meta, run->selection, run->plan, &run->rule, &run->gains,
                      &run->not_finite, err))
        return err->status;
    if (run->not_finite)
        cal_warn("%s: %lld unflagged samples are not finite; left out", run->meta->name,
                 (long long)run->not_finite);
    if (!run->gains->good)
        return fail_without_solution(run, err);
    if (!run->gains->delays)
        finish_gains(run);
    ending end = {.run = run, .ms = ms, .path = path, .err = err};
    cal_parallel(run->rule.gather.jobs, 2, end_item, &end);
    return end.status;
}

/* ---- the same as text ---- */

static void text_plan(jv document, cal_buf *out)
{
    char read[32], written[32];
    cal_buf_addf(out, "would solve %.0f intervals from %.0f rows: read %s, write %s\n",
                 cal_json_number_at(document, "intervals", 0),
                 cal_json_number_at(document, "rows_read", 0),
                 cal_size_text(cal_json_number_at(document, "bytes_read", 0), read),
                 cal_size_text(cal_json_number_at(document, "bytes_written", 0), written));
}

static void text_result(jv document, cal_buf *out)
{
    if (cal_json_has(document, "dry_run")) {
        text_plan(document, out);
        return;
    }
    double intervals = cal_json_number_at(document, "intervals", 0);
    cal_buf_addf(
        out, "%s: %s, %s, %.0f of %.0f interval%s solved",
        cal_json_text_at(document, "caltable", ""), cal_json_text_at(document, "gaintype", ""),
        cal_json_text_at(document, "calmode", ""), cal_json_number_at(document, "solutions", 0),
        intervals, intervals == 1 ? "" : "s");
    cal_gains_text_failures(document, out);
    cal_buf_add(out, ", ");
    cal_gains_text_snr(document, out);
    cal_buf_add(out, ", ");
    cal_gains_text_flags(document, out);
    cal_buf_add(out, "\n");
    cal_gains_text(document, out);
}

/* ---- the whole ---- */

/* A table whose solutions are all flagged is written, as CASA does, but it is no success. */
static cal_status report(const gaincal *run, const char *path, cal_error *err)
{
    bool nothing = cal_json_number_at(run->result, "flagged_values", 0) ==
                   cal_json_number_at(run->result, "values", 0);
    cal_status status = cal_print(jv_copy(run->result), text_result, err);
    if (status || !nothing)
        return status;
    return cal_fail(err, CAL_DATA,
                    "all solutions failed (--minsnr %g, --refant %s); %s is written with all of "
                    "them flagged",
                    minsnr, *refant_text ? refant_text : "none", path);
}

static cal_status solve_and_report(gaincal *run, const char *ms, const char *path, cal_error *err)
{
    if (cal_output_begin_as(path, CAL_OUTPUT_CALTABLE, force || append, &run->out, err))
        return err->status;
    cal_status status = solve(run, ms, path, err);
    if (status) {
        cal_caltable_drop(run->file);
        cal_output_abandon(run->out);
        return status;
    }
    status = cal_output_commit(run->out, err);
    return status ? status : report(run, path, err);
}

/* With --force one of them would be replaced. */
static cal_status check_gaintables(const char *path, cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < chain_list.count && force && !status; i++)
        status = cal_output_not_input(path, chain_list.item[i].gaintable, err);
    return status;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    const char *ms = operand[0], *path = operand[1];
    gaincal run = {.result = jv_null()};
    (void)count;
    if (cal_output_not_input(path, ms, err) || check_gaintables(path, err))
        return err->status;
    cal_table_load_ahead(cal_jobs(jobs));
    cal_status status = prepare(&run, ms, err);
    if (!status && dry_run) {
        cal_output_foretell(path, CAL_OUTPUT_CALTABLE, force || append);
        status = cal_print(describe_plan(&run, ms, path), text_result, err);
    } else if (!status) {
        status = solve_and_report(&run, ms, path, err);
    }
    release(&run);
    return status;
}

static const cal_tool tool = {
    .name = "gaincal",
    .group = CAL_GROUP_SOLVE,
    .brief = "solve for antenna gains",
    .operands = "MS TABLE",
    .min_operands = 2,
    .max_operands = 2,
    .about =
        "Solves for one complex gain per antenna, interval, spw and hand (G), or for both hands "
        "together (T), or for one delay per hand (K), against MODEL_DATA or a point source, and "
        "writes them as a calibration table that CASA reads. Options are CASA's parameters. By "
        "default the iteration is CASA's "
        "as well, so that values, S/N and flags are the same; --solver optimum goes on to the "
        "least-squares optimum.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"Phases of every integration against the model column",
             "gaincal --calmode p --solint int --refant ea05 eb1.ms p.G"},
            {"Amplitudes and phases per scan of the phase calibrator, bandpass applied",
             "gaincal --field J1310+3220 --refant ea05,ea10 --gaintable b.B --interp "
             "nearest,linear eb1.ms ap.G"},
            {"One phase for both hands and all spws, every 30 s, against a point source",
             "gaincal --gaintype T --calmode p --solint 30s --combine spw --smodel 1 eb1.ms p.T"},
            {"Delays of a bright calibrator",
             "gaincal --gaintype K --field 3C286 --refant ea05 eb1.ms k.K"},
            {"Which antennas fail",
             "gaincal --refant ea05 eb1.ms ap.G | jq '.spws[].antennas[] | select(.above_minsnr[0] "
             "< .expected[0])'"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

/* The plan of a self-calibration, and its check. */
#include "base/mem.h"
#include "base/output.h"
#include "base/tool.h"
#include "selfcal/inputs.h"
#include "selfcal/plan.h"
#include "selfcal/plan_check.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *recipe_name = "auto_selfcal", *contfile, *field, *band, *snr, *flux, *noise;
static const char *cell, *imsize, *refant, *uvrange, *solints, *workdir = ".", *check, *timebin;
static double robust = NAN;
static long nterms;
static bool flags = true;
static cal_words set_texts;

static cal_status add_setting(void *value, const char *text, cal_error *err)
{
    (void)err;
    cal_words_add(value, text);
    return CAL_OK;
}

static const cal_option options[] = {
    CAL_HEADING("What to calibrate"),
    {"field", 'f', CAL_TEXT, "NAMES", &field,
     "targets by name or pattern: 3C273,NGC*; else those with the intent TARGET", 0, 0},
    {"band", 'b', CAL_TEXT, "NAMES", &band, "only bands with this in their names: \"Band 6\",S", 0,
     0},
    {"contfile", 'c', CAL_TEXT, "FILE", &contfile,
     "cont.dat of the ALMA pipeline: channels outside its ranges are left out", 0, 0},
    {"flags", 0, CAL_FLAG, NULL, &flags,
     "count flags and weights, for reference antennas and noise; --flags=false saves reading them",
     0, 0},
    CAL_HEADING("How"),
    {"recipe", 'r', CAL_TEXT, "NAME", &recipe_name,
     "how it is done: auto_selfcal, hif_selfcal, vlass, raw_phases, vlbi_sparse, or a file of your "
     "own",
     0, 0},
    {"set", 0, CAL_EACH, "KEY=VALUE", &set_texts,
     "change a setting of the recipe, do_amp_selfcal=false; may be given several times", 0,
     add_setting},
    {"solints", 's', CAL_TEXT, "LIST", &solints,
     "the solution intervals themselves: inf_EB,inf,60s,int,inf_ap", 0, 0},
    {"timebin", 't', CAL_TEXT, "TIME", &timebin, "average the working copies in time: 10s", 0, 0},
    {"refant", 0, CAL_TEXT, "NAMES", &refant, "reference antennas that come first", 0, 0},
    {"workdir", 'w', CAL_TEXT, "DIR", &workdir, "where the working copies will be", 0, 0},
    CAL_HEADING("Image"),
    {"cell", 0, CAL_TEXT, "ANGLE", &cell, "pixel: 0.1arcsec; else at least four over the beam", 0,
     0},
    {"imsize", 0, CAL_TEXT, "N[,N]", &imsize, "pixels; else one and a half primary beams or more",
     0, 0},
    {"robust", 0, CAL_NUMBER, "R", &robust, "Briggs weighting, -2 to 2; else the recipe's", 0, 0},
    {"nterms", 0, CAL_COUNT, "N", &nterms, "Taylor terms; 0: by bandwidth and S/N", 0, 0},
    {"uvrange", 0, CAL_TEXT, "SEL", &uvrange,
     "baselines to use: >50m; else all, on the VLA up to X band without the shortest", 0, 0},
    CAL_HEADING("What is known of the source (a number, or TARGET=NUMBER,...)"),
    {"snr", 0, CAL_TEXT, "LIST", &snr, "S/N of the image before self-calibration", 0, 0},
    {"flux", 0, CAL_TEXT, "LIST", &flux, "its peak: 20mJy; with the noise it gives the S/N", 0, 0},
    {"sensitivity", 0, CAL_TEXT, "LIST", &noise,
     "noise of the image: 50uJy; else by the weights, or that of the usual receivers", 0, 0},
    CAL_HEADING("An edited plan"),
    {"check", 0, CAL_TEXT, "PLAN", &check, "say what is wrong with this plan, and stop", 0, 0},
    CAL_OPTIONS_END,
};

/* ---- options ---- */

static cal_status parse_image(cal_plan_request *request, cal_error *err)
{
    int end = 0;
    if (cell) {
        if (cal_parse_quantity(cell, "rad", NULL, &request->cell, NULL) || !(request->cell > 0))
            return cal_fail(err, CAL_USAGE, "--cell %s: an angle as 0.1arcsec is wanted", cell);
    }
    int numbers =
        imsize ? sscanf(imsize, "%d%n,%d%n", &request->imsize[0], &end, &request->imsize[1], &end)
               : 0;
    if (numbers == 1)
        request->imsize[1] = request->imsize[0];
    if (imsize && (numbers < 1 || imsize[end] || request->imsize[0] < 16 ||
                   request->imsize[1] < 16 || request->imsize[0] % 2 || request->imsize[1] % 2))
        return cal_fail(err, CAL_USAGE, "--imsize %s: even numbers from 16 on are wanted, N or N,N",
                        imsize);
    if (nterms > 4)
        return cal_fail(err, CAL_USAGE, "--nterms %ld: 1 to 4 is wanted, or 0", nterms);
    request->nterms = (int)nterms;
    return CAL_OK;
}

/* --set and the options that are settings too, over the recipe's. */
static cal_status parse_settings(cal_plan_request *request, cal_recipe *recipe, cal_error *err)
{
    cal_selfcal_settings *settings = &request->settings;
    double seconds;
    cal_settings_default(settings);
    cal_status status = cal_recipe_read(recipe_name, recipe, settings, err);
    for (int i = 0; i < set_texts.count && !status; i++)
        status = cal_settings_take_text(settings, set_texts.item[i], err);
    if (!status && solints)
        status = cal_settings_take_pair(settings, "solints", solints, err);
    if (!status && uvrange)
        status = cal_settings_take_pair(settings, "uvrange", uvrange, err);
    if (!status && timebin)
        status = cal_settings_take_pair(settings, "timebin", timebin, err);
    if (!status && !isnan(robust)) {
        char text[40];
        snprintf(text, sizeof text, "%.17g", robust);
        status = cal_settings_take_pair(settings, "robust", text, err);
    }
    if (!status && (cal_parse_quantity(settings->timebin, "s", "s", &seconds, NULL) || seconds < 0))
        status =
            cal_fail(err, CAL_USAGE, "timebin \"%s\": a time as 10s is wanted", settings->timebin);
    return status;
}

static cal_status parse_options(cal_plan_request *request, cal_recipe *recipe, cal_error *err)
{
    cal_status status = parse_settings(request, recipe, err);
    if (!status)
        status = parse_image(request, err);
    if (!status)
        status = cal_per_target_parse(snr, "--snr", NULL, &request->snr, err);
    if (!status)
        status = cal_per_target_parse(flux, "--flux", "Jy", &request->flux, err);
    if (!status)
        status = cal_per_target_parse(noise, "--sensitivity", "Jy", &request->noise, err);
    request->recipe = recipe;
    request->refant = refant;
    request->folder = workdir;
    request->wish.overlap = request->settings.overlap_tol;
    request->wish.most_flagged = request->settings.max_flagged;
    return status;
}

/* ---- the result ---- */

static cal_status check_plan(int count, cal_error *err)
{
    jv plan;
    if (count)
        return cal_fail(err, CAL_USAGE, "--check takes one plan and no operands");
    if (cal_json_read(check, &plan, err))
        return err->status;
    char *folder = cal_path_folder(check);
    jv findings = cal_plan_check(plan, folder);
    free(folder);
    bool good = !jv_array_length(jv_copy(findings));
    jv_free(plan);
    cal_status status = cal_print(JV_OBJECT(jv_string("plan"), jv_string(check), jv_string("ok"),
                                            jv_bool(good), jv_string("findings"), findings),
                                  cal_plan_text, err);
    return status ? status : good ? CAL_OK : CAL_NO;
}

/* Once selfcal-apply has been there, the column that is usually right is not. */
static void warn_of_column(const cal_dataset *set, int sets, const cal_plan_request *request)
{
    cal_buf names = {0};
    int corrected = 0;
    for (int i = 0; i < sets; i++)
        if (!strcmp(set[i].column, "corrected") && corrected++ < 3)
            cal_buf_addf(&names, "%s%s", names.len ? ", " : "", set[i].path);
    if (corrected > 3)
        cal_buf_addf(&names, " and %d more", corrected - 3);
    if (corrected && !strcmp(request->settings.datacolumn, "auto"))
        cal_warn("CORRECTED_DATA of %s is what will be self-calibrated; if selfcal-apply wrote it, "
                 "plan with --set datacolumn=data",
                 cal_buf_text(&names));
    cal_buf_free(&names);
}

static cal_status make_plan(int count, char **operand, cal_plan_request *request, cal_error *err)
{
    cal_contdat continuum = {0};
    cal_dataset *set = NULL;
    int sets = 0;
    jv plan;
    cal_status status = contfile ? cal_contdat_read(contfile, &continuum, err) : CAL_OK;
    request->continuum = contfile ? &continuum : NULL;
    if (!status)
        status = cal_inputs_read(count, operand, flags, &set, &sets, err);
    if (!status)
        status = cal_selfcal_plan(set, sets, request, &plan, err);
    if (!status) {
        warn_of_column(set, sets, request);
        status = cal_print(plan, cal_plan_text, err);
    }
    cal_inputs_free(set, sets);
    cal_contdat_free(&continuum);
    return status;
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_plan_request request = {0};
    cal_recipe recipe = {0};
    if (check)
        return check_plan(count, err);
    cal_words fields = cal_words_split(field ? field : "", ',');
    cal_words bands = cal_words_split(band ? band : "", ',');
    request.wish.fields = &fields;
    request.wish.bands = &bands;
    cal_status status = parse_options(&request, &recipe, err);
    if (!status)
        status = make_plan(count, operand, &request, err);
    cal_per_target_free(&request.snr);
    cal_per_target_free(&request.flux);
    cal_per_target_free(&request.noise);
    cal_recipe_free(&recipe);
    cal_words_free(&fields);
    cal_words_free(&bands);
    cal_words_free(&set_texts);
    return status;
}

static const cal_tool tool = {
    .name = "selfcal-plan",
    .group = CAL_GROUP_SELFCAL,
    .brief = "plan a self-calibration: targets, solution intervals, images",
    .operands = "[MS|INFO.json...]",
    .min_operands = 0,
    .max_operands = -1,
    .about =
        "Says what a self-calibration of these data would do, as JSON that can be read, edited "
        "and carried out: for each target and band the working copies and the ms-split that "
        "makes them, the solution intervals with the seconds behind their names and the S/N to "
        "be expected, reference antennas, image, depth of cleaning, time and disk. An operand is "
        "a MeasurementSet, one for each execution block, or what ms-info printed of it. "
        "Nothing is written but the plan.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"What would be done with two execution blocks?", "selfcal-plan eb1.ms eb2.ms"},
            {"The plan, without the spectral lines, and with what is known of the source",
             "selfcal-plan --contfile cont.dat --snr HD163296=39 eb1.ms eb2.ms > plan.json"},
            {"Phases only, down to a minute, in a folder of its own",
             "selfcal-plan --solints inf_EB,inf,60s --workdir sc eb1.ms > plan.json"},
            {"As the pipeline does it, with a higher bar",
             "selfcal-plan --recipe hif_selfcal --set minsnr_to_proceed=5 eb1.ms > plan.json"},
            {"Seven stations of the EHT, from a disc, judged by closure",
             "selfcal-plan --recipe vlbi_sparse m87.ms > plan.json"},
            {"Is it still a plan after editing?", "selfcal-plan --check plan.json"},
            {"The commands that make the working copies",
             "selfcal-plan eb1.ms --raw --jq '.targets[].vis[].split.command'"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

/* Simulates an MS: a scene from options or a JSON file, its visibilities with noise and antenna errors. */
#include "base/json.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/parallel.h"
#include "base/text.h"
#include "base/tool.h"
#include "cal/truth.h"
#include "ms/scene.h"
#include "ms/scene_options.h"
#include "ms/simulate.h"
#include "ms/simulate_gains.h"
#include <string.h>

static cal_scene_request request;
static bool autocorr, uneven_weights, same_pols, same_spws, model, weight_spectrum, force, dry_run;
static long jobs;
static const char *truth;

#define SET(path, base, bare) (&(cal_scene_setting){&request, path, base, bare})
#define NUMBER(name, arg, path, base, help)                                                        \
    {                                                                                              \
        name, 0, CAL_EACH, arg, SET(path, base, base), help, 0, cal_scene_set_number               \
    }
#define COUNT(name, arg, path, help)                                                               \
    {                                                                                              \
        name, 0, CAL_EACH, arg, SET(path, NULL, NULL), help, 0, cal_scene_set_count                \
    }
#define TEXT(name, arg, path, help)                                                                \
    {                                                                                              \
        name, 0, CAL_EACH, arg, SET(path, NULL, NULL), help, 0, cal_scene_set_text                 \
    }

static const cal_option options[] = {
    CAL_HEADING("Array"),
    {"array", 0, CAL_EACH, "NAME|FILE", SET("antennas.layout", NULL, NULL),
     "vla (a Y), alma (a disc), or a file of lines \"x y z diameter pad\" [vla]", "vla alma",
     cal_scene_set_text},
    COUNT("antennas", "N", "antennas.n", "number of antennas [27]"),
    NUMBER("scale", "M", "antennas.scale_m", "m",
           "size of the Y: distance of its innermost antennas from the centre [131]"),
    NUMBER("radius", "M", "antennas.radius_m", "m", "radius of the disc [250]"),
    TEXT("site", "NAME", "antennas.site",
         "observatory at whose place the array stands [VLA or ALMA]"),
    TEXT("telescope", "NAME", "antennas.telescope", "name of the telescope [EVLA or ALMA]"),
    NUMBER("diameter", "M", "antennas.diameter_m", "m", "diameter of the dishes [25 or 12]"),
    TEXT("mount", "TEXT", "antennas.mount", "mount of the antennas [alt-az]"),
    {"names", 0, CAL_EACH, "LIST", SET("antennas.names", NULL, NULL),
     "names of the antennas [ea01,ea02,...]", 0, cal_scene_set_words},
    {"absent", 0, CAL_EACH, "LIST", SET("absent_antennas", NULL, NULL),
     "ids of antennas that have no data", 0, cal_scene_set_ids},
    {"autocorr", 0, CAL_FLAG, NULL, &autocorr, "autocorrelations too", 0, 0},

    CAL_HEADING("Spectral windows"),
    COUNT("spws", "N", "spws", "so many equal windows side by side [2]"),
    NUMBER("freq", "FREQ", "spw.freq_hz", "Hz",
           "centre of the first channel of the first window [3GHz]"),
    NUMBER("width", "FREQ", "spw.width_hz", "Hz",
           "width of a channel; negative: descending [8MHz]"),
    COUNT("nchan", "N", "spw.nchan", "channels of a window [16]"),
    TEXT("corrs", "LIST", "spw.corrs", "correlations: \"RR LL\", \"XX XY YX YY\", ... [RR LL]"),

    CAL_HEADING("Sky"),
    {"field", 0, CAL_EACH, "NAME,RA,DEC", &request,
     "a field: its name and phase centre (J2000, 13h31m08.3,30d30m33), and a calibrator code if "
     "wanted",
     0, cal_scene_add_field},
    {"source", 0, CAL_EACH, "JY[,E,N[,ALPHA]]", &request,
     "a point source of the field before: flux, offset east and north (arcsec), spectral index "
     "[three in the default field]",
     0, cal_scene_add_source},

    CAL_HEADING("Time"),
    TEXT("start", "TIME", "reference_time", "UTC of the start [2018/10/01/10:00:00]"),
    NUMBER("integration", "TIME", "integration_s", "s", "integration time [10s]"),
    {"scan", 0, CAL_EACH, "FIELD,TIME[,INTENT]", &request, "a scan: its field, length and intents",
     0, cal_scene_add_scan},
    COUNT("scans", "N", "scans",
          "where no --scan is given: so many scans, of all fields in turn [one of each]"),
    NUMBER("length", "TIME", "scan.length_s", "s", "length of such a scan [10min]"),
    {"gap", 0, CAL_EACH, "TIME", &request, "time between scans [0s]", 0, cal_scene_set_gap},

    CAL_HEADING("Noise and errors"),
    NUMBER("noise", "JY", "noise_jy", "Jy",
           "noise in the real and imaginary part of a sample [0.2]"),
    NUMBER("amp-rms", "X", "errors.amp_rms", NULL,
           "relative scatter of the antennas' amplitudes [0]"),
    NUMBER("amp-drift", "X", "errors.amp_drift", NULL,
           "relative amplitude of their slow drift [0]"),
    NUMBER("amp-drift-period", "TIME", "errors.amp_drift_period_s", "s",
           "period of the drift [610s]"),
    NUMBER("phase-rms", "ANGLE", "errors.phase_rms_rad", "rad",
           "scatter of the antennas' phases [0]"),
    NUMBER("phase-walk", "ANGLE", "errors.phase_walk_rad", "rad",
           "random walk of the phases: step per integration [0]"),
    {"same-pols", 0, CAL_FLAG, NULL, &same_pols, "the same phase errors in both polarizations", 0,
     0},
    {"same-spws", 0, CAL_FLAG, NULL, &same_spws, "the same phase errors in all spectral windows", 0,
     0},
    NUMBER("bandpass-amp", "X", "errors.bandpass_amp", NULL,
           "relative amplitude of the bandpass ripple [0]"),
    NUMBER("bandpass-phase", "ANGLE", "errors.bandpass_phase_rad", "rad",
           "phase of the bandpass ripple [0]"),
    NUMBER("delay-rms", "NS", "errors.delay_ns_rms", NULL,
           "scatter of the antennas' delays, in ns [0]"),
    NUMBER("outlier-fraction", "X", "outlier_fraction", NULL,
           "fraction of samples with 5 Jy of noise added [0]"),

    CAL_HEADING("Flags and weights"),
    NUMBER("flag-fraction", "X", "flag_fraction", NULL,
           "fraction of samples flagged at random [0]"),
    {"flag", 0, CAL_EACH, "RULE", &request,
     "flag what fits: antenna=5,spw=1,scan=3,channels=0~3,corrs=RR LL; any part may be left out", 0,
     cal_scene_add_flag},
    {"uneven-weights", 0, CAL_FLAG, NULL, &uneven_weights,
     "noise and weights that differ between baselines", 0, 0},

    CAL_HEADING("Output"),
    {"model", 0, CAL_FLAG, NULL, &model, "write MODEL_DATA: the sky without noise and errors", 0,
     0},
    {"weight-spectrum", 0, CAL_FLAG, NULL, &weight_spectrum, "write WEIGHT_SPECTRUM", 0, 0},
    {"truth", 0, CAL_TEXT, "NAME", &truth,
     "write the gains put in as calibration tables: NAME.G, and NAME.B where there is a bandpass "
     "or delay",
     0, 0},
    NUMBER("seed", "N", "seed", NULL,
           "seed of all random numbers: the same seed gives the same bytes [1]"),
    {"force", 0, CAL_FLAG, NULL, &force, "replace an existing MS", 0, 0},
    {"jobs", 'j', CAL_COUNT, "N", &jobs, "threads; 0: as many as there are cores", 0, 0},
    {"dry-run", 'n', CAL_FLAG, NULL, &dry_run, "print the scene, rows and bytes; write nothing", 0,
     0},
    CAL_OPTIONS_END,
};

/* SCENE.json, if it is given: as written by hand, or as --dry-run printed it. */
static cal_status load_document(const char *path, jv *document, cal_error *err)
{
    *document = jv_object();
    if (!path)
        return CAL_OK;
    jv_free(*document);
    if (cal_json_read(path, document, err))
        return err->status;
    if (jv_get_kind(*document) == JV_KIND_OBJECT && cal_json_has(*document, "scene")) {
        jv scene = cal_json_at(*document, "scene");
        jv_free(*document);
        *document = scene;
    }
    return CAL_OK;
}

static void set_switches(jv *document)
{
    const struct {
        bool given, value;
        const char *object, *key;
    } switches[] = {
        {autocorr, true, NULL, "autocorr"},
        {uneven_weights, true, NULL, "uneven_weights"},
        {model, true, NULL, "model"},
        {weight_spectrum, true, NULL, "weight_spectrum"},
        {same_pols, false, "errors", "phase_per_pol"},
        {same_spws, false, "errors", "phase_per_spw"},
    };
    for (size_t i = 0; i < CAL_COUNT(switches); i++) {
        jv change = JV_OBJECT(jv_string(switches[i].key), jv_bool(switches[i].value));
        if (switches[i].object)
            change = JV_OBJECT(jv_string(switches[i].object), change);
        if (switches[i].given && jv_get_kind(*document) == JV_KIND_OBJECT)
            *document = jv_object_merge_recursive(*document, change);
        else
            jv_free(change);
    }
}

static cal_status load_scene(const char *path, cal_scene **scene, cal_error *err)
{
    jv document;
    if (load_document(path, &document, err))
        return err->status;
    document = cal_scene_request_apply(&request, document);
    set_switches(&document);
    if (cal_scene_read(document, scene, err))
        return path ? cal_prefix(err, "%s", path) : err->status;
    return cal_scene_check_elevation(*scene, err);
}

/* The MS and its calibration tables, all under their final names or none. */
typedef struct products {
    cal_output *ms, *gains, *bandpass;
} products;

static cal_status begin_table(const char *suffix, cal_output **out, cal_error *err)
{
    char *path = cal_format("%s.%s", truth, suffix);
    cal_status status = cal_output_begin_as(path, CAL_OUTPUT_CALTABLE, force, out, err);
    free(path);
    return status;
}

static cal_status begin(const cal_scene *scene, const char *path, products *out, cal_error *err)
{
    cal_status status = cal_output_begin_as(path, CAL_OUTPUT_MS, force, &out->ms, err);
    if (!status && truth)
        status = begin_table("G", &out->gains, err);
    if (!status && truth && cal_gains_have_bandpass(scene))
        status = begin_table("B", &out->bandpass, err);
    return status;
}

static cal_status write_products(const cal_scene *scene, const char *path, const products *out,
                                 cal_error *err)
{
    const char *ms = cal_output_path(out->ms);
    cal_status status = cal_simulate(scene, ms, cal_jobs(jobs), err);
    if (!status && out->gains)
        status = cal_truth_write_gains(scene, ms, path, cal_output_path(out->gains), err);
    if (!status && out->bandpass)
        status = cal_truth_write_bandpass(scene, ms, path, cal_output_path(out->bandpass), err);
    return status;
}

static cal_status simulate(const cal_scene *scene, const char *path, cal_error *err)
{
    products out = {0};
    cal_status status = begin(scene, path, &out, err);
    if (!status)
        status = write_products(scene, path, &out, err);
    cal_output **each[] = {&out.bandpass, &out.gains, &out.ms};
    for (size_t i = 0; i < CAL_COUNT(each); i++) {
        if (!status && *each[i])
            status = cal_output_commit(*each[i], err);
        else
            cal_output_abandon(*each[i]);
    }
    return status;
}

static jv describe(const cal_scene *scene, const char *path)
{
    cal_simulate_size size = cal_simulate_measure(scene);
    jv result = jv_object();
    cal_json_set(&result, "output", dry_run ? jv_null() : cal_json_text(path));
    cal_json_set(&result, "truth", dry_run ? jv_null() : cal_json_text(truth));
    cal_json_set(&result, "antennas", jv_number(scene->antennas));
    cal_json_set(&result, "baselines", jv_number(size.baselines));
    cal_json_set(&result, "integrations", jv_number((double)size.integrations));
    cal_json_set(&result, "rows", jv_number((double)size.rows));
    cal_json_set(&result, "data_bytes", jv_number(size.data_bytes));
    cal_json_set(&result, "bytes", jv_number(size.bytes));
    cal_json_set(&result, "scene", jv_copy(scene->document));
    return result;
}

static void print_text(jv document, cal_buf *out)
{
    char size[32];
    const char *path = cal_json_text_at(document, "output", NULL);
    cal_buf_addf(out, "%s: %.0f antennas, %.0f baselines, %.0f integrations, %.0f rows, %s\n",
                 path ? path : "would write", cal_json_number_at(document, "antennas", 0),
                 cal_json_number_at(document, "baselines", 0),
                 cal_json_number_at(document, "integrations", 0),
                 cal_json_number_at(document, "rows", 0),
                 cal_size_text(cal_json_number_at(document, "bytes", 0), size));
}

static bool is_scene_name(const char *text)
{
    size_t length = strlen(text);
    return !strcmp(text, "-") || (length > 5 && !strcmp(text + length - 5, ".json"));
}

static cal_status run(int count, char **operand, cal_error *err)
{
    const char *scene_path =
        count == 2 || (count == 1 && is_scene_name(operand[0])) ? operand[0] : NULL;
    const char *path = count && operand[count - 1] != scene_path ? operand[count - 1] : NULL;
    if (!path && !dry_run)
        return cal_fail(err, CAL_USAGE, "no output is named; say ms-sim %s OUT.ms",
                        scene_path ? scene_path : "[SCENE.json]");
    if (truth && !*truth)
        return cal_fail(err, CAL_USAGE, "--truth: the name is empty");
    if (path && scene_path && cal_output_not_input(path, scene_path, err))
        return err->status;
    cal_scene *scene = NULL;
    cal_status status = load_scene(scene_path, &scene, err);
    if (!status && !dry_run)
        status = simulate(scene, path, err);
    if (!status)
        status = cal_print(describe(scene, path), print_text, err);
    cal_scene_free(scene);
    return status;
}

static const cal_tool tool = {
    .name = "ms-sim",
    .group = CAL_GROUP_MS,
    .brief = "simulate a MeasurementSet",
    .operands = "[SCENE.json] OUT.ms",
    .min_operands = 0,
    .max_operands = 2,
    .about =
        "Makes an MS from a scene: an array, spectral windows, fields with point sources, "
        "scans, noise, antenna errors "
        "and flags. Everything has a default: ms-sim demo.ms alone gives a VLA-like set of 27 "
        "antennas. The scene can be given by "
        "options, by a JSON file, or by both (options win); --dry-run --json prints the whole "
        "scene, to be edited and given "
        "back. Numbers without a unit are Hz, s, rad, m and Jy. The visibility of antennas p and q "
        "is g_p conj(g_q) sky + noise.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"Three point sources behind a bad atmosphere",
             "ms-sim --phase-rms 0.6 --phase-walk 0.25 --same-spws --same-pols sim.ms"},
            {"A calibrator and a target, four windows of 64 channels",
             "ms-sim --spws 4 --nchan 64 --width 2MHz --field 3C286,13h31m08.3,30d30m33 --source 4 "
             "--field M51,13h29m52.7,47d11m43 "
             "--source 0.1 --scan '3C286,120s,CALIBRATE_PHASE#UNSPECIFIED' --scan M51,600s --start "
             "2018/10/01/20:00:00 two.ms"},
            {"See the scene, edit it, simulate it",
             "ms-sim --dry-run --jq .scene > scene.json; ms-sim scene.json sim.ms"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}

/* The task "image", done by WSClean 3 (Debian's package wsclean).
 *
 * What is known of that program and built in here: selfcal 4. It is always told to reorder, into a temporary directory of its own
 * (two runs in one directory collide), and which data column to use; its exit status 0 does not mean that there is an image.
 */
#include "base/child.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/path.h"
#include "base/stop.h"
#include "base/text.h"
#include "image/mask.h"
#include "image/stats.h"
#include "image/wsclean_names.h"
#include "plugin/calutils_plugin.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const calutils_option options[] = {
    {"ms", CALUTILS_TEXTS, "MeasurementSets, imaged together", NULL, NULL, 1},
    {"name", CALUTILS_TEXT, "beginning of the images' names", NULL, NULL, 1},
    {"size", CALUTILS_NUMBERS, "pixels in x and y", NULL, NULL, 1},
    {"cell_arcsec", CALUTILS_NUMBER, "side of a pixel", NULL, NULL, 1},
    {"field", CALUTILS_NUMBERS, "field ids, all with one phase centre", "[0]", NULL, 0},
    {"spw", CALUTILS_NUMBERS, "spectral window ids; all if not given", NULL, NULL, 0},
    {"datacolumn", CALUTILS_TEXT, "column to image", "\"data\"", "data corrected model", 0},
    {"stokes", CALUTILS_TEXT, "Stokes parameter or correlation", "\"I\"",
     "I Q U V XX XY YX YY RR RL LR LL", 0},
    {"weighting", CALUTILS_TEXT, "weighting of the uv plane", "\"briggs\"",
     "natural uniform briggs", 0},
    {"robust", CALUTILS_NUMBER, "for briggs: -2 uniform to 2 natural", "0.5", NULL, 0},
    {"min_uv_m", CALUTILS_NUMBER, "leave out shorter baselines", NULL, NULL, 0},
    {"max_uv_m", CALUTILS_NUMBER, "leave out longer baselines", NULL, NULL, 0},
    {"min_uv_lambda", CALUTILS_NUMBER, "leave out shorter baselines, in wavelengths", NULL, NULL,
     0},
    {"max_uv_lambda", CALUTILS_NUMBER, "leave out longer baselines, in wavelengths", NULL, NULL, 0},
    {"taper_arcsec", CALUTILS_NUMBER, "taper for a beam of this size", NULL, NULL, 0},
    {"niter", CALUTILS_INTEGER, "clean components at most; 0 makes the dirty image", "0", NULL, 0},
    {"gain", CALUTILS_NUMBER, "part of the peak that a component takes", "0.1", NULL, 0},
    {"mgain", CALUTILS_NUMBER, "part of the peak that a major iteration takes; 1 is one only",
     "0.4", NULL, 0},
    {"threshold_jy", CALUTILS_NUMBER, "clean down to this peak of the residual", NULL, NULL, 0},
    {"auto_threshold", CALUTILS_NUMBER, "clean down to this many times the noise", NULL, NULL, 0},
    {"auto_mask", CALUTILS_NUMBER,
     "find components down to this many times the noise, then clean these", NULL, NULL, 0},
    {"mask", CALUTILS_TEXT, "FITS file: clean only where it is 0.5 or more", NULL, NULL, 0},
    {"deconvolver", CALUTILS_TEXT, "points, or several scales", "\"hogbom\"", "hogbom multiscale",
     0},
    {"scales", CALUTILS_NUMBERS, "for multiscale: sizes in pixels", NULL, NULL, 0},
    {"channels_out", CALUTILS_INTEGER, "images over the band, cleaned together", "1", NULL, 0},
    {"nterms", CALUTILS_INTEGER, "terms of the spectrum that is fitted over them", "1", NULL, 0},
    {"intervals_out", CALUTILS_INTEGER, "images over the time, one after the other", "1", NULL, 0},
    {"save_model", CALUTILS_BOOLEAN, "write the clean model to MODEL_DATA, which must be there",
     "false", NULL, 0},
    {"jobs", CALUTILS_INTEGER, "threads; all cores if not given", NULL, NULL, 0},
    {"temp_dir", CALUTILS_TEXT, "directory for scratch files; it must be there", NULL, NULL, 0},
    {"dry_run", CALUTILS_BOOLEAN, "give the command line only", "false", NULL, 0},
    CALUTILS_OPTIONS_END};

/* One run. */
typedef struct imaging {
    const calutils_host *host;
    jv input, log;
    cal_words command;
    const char *name;
    char *scratch;   /* our own directory; NULL when the caller gave one */
    char *mask;      /* the mask as WSClean reads it; NULL without one */
    char *complaint; /* what WSClean says went wrong */
    double fraction;
} imaging;

/* ---- the command line ---- */

static const char *scratch_of(const imaging *run)
{
    return run->scratch ? run->scratch : cal_json_text_at(run->input, "temp_dir", ".");
}

static void add(imaging *run, const char *option, const char *value)
{
    if (option)
        cal_words_add(&run->command, option);
    cal_words_add(&run->command, value);
}

static void add_number(imaging *run, const char *option, const char *key)
{
    double value = cal_json_number_at(run->input, key, NAN);
    char text[40];
    snprintf(text, sizeof text, "%.10g", value);
    if (isfinite(value))
        add(run, option, text);
}

/* "1,2,5"; nothing for a list that is not given. */
static void add_list(imaging *run, const char *option, const char *key)
{
    jv list = cal_json_list_at(run->input, key);
    cal_buf text = {0};
    for (int i = 0; i < jv_array_length(jv_copy(list)); i++)
        cal_buf_addf(&text, "%s%.10g", i ? "," : "",
                     jv_number_value(jv_array_get(jv_copy(list), i)));
    if (text.len)
        add(run, option, text.data);
    cal_buf_free(&text);
    jv_free(list);
}

static void add_size(imaging *run)
{
    jv list = cal_json_at(run->input, "size");
    int count = jv_array_length(jv_copy(list));
    for (int i = 0; i < 2; i++) {
        char text[40];
        snprintf(text, sizeof text, "%.0f",
                 jv_number_value(jv_array_get(jv_copy(list), i < count ? i : 0)));
        add(run, i ? NULL : "-size", text);
    }
    jv_free(list);
    char cell[48];
    snprintf(cell, sizeof cell, "%.12gasec", cal_json_number_at(run->input, "cell_arcsec", 0));
    add(run, "-scale", cell);
}

static void add_weighting(imaging *run)
{
    const char *weighting = cal_json_text_at(run->input, "weighting", "briggs");
    add(run, "-weight", weighting);
    if (!strcmp(weighting, "briggs")) {
        char robust[40];
        snprintf(robust, sizeof robust, "%.10g", cal_json_number_at(run->input, "robust", 0.5));
        add(run, NULL, robust);
    }
    add_number(run, "-minuvw-m", "min_uv_m");
    add_number(run, "-maxuvw-m", "max_uv_m");
    add_number(run, "-minuv-l", "min_uv_lambda");
    add_number(run, "-maxuv-l", "max_uv_lambda");
    add_number(run, "-taper-gaussian", "taper_arcsec");
}

static void add_cleaning(imaging *run)
{
    add_number(run, "-niter", "niter");
    if (cal_json_number_at(run->input, "niter", 0) == 0)
        cal_words_add(&run->command, "-make-psf");
    add_number(run, "-gain", "gain");
    add_number(run, "-mgain", "mgain");
    add(run, "-nmiter", "0");
    add_number(run, "-threshold", "threshold_jy");
    add_number(run, "-auto-threshold", "auto_threshold");
    add_number(run, "-auto-mask", "auto_mask");
    if (run->mask)
        add(run, "-fits-mask", run->mask);
    if (!strcmp(cal_json_text_at(run->input, "deconvolver", ""), "multiscale"))
        cal_words_add(&run->command, "-multiscale");
    add_list(run, "-multiscale-scales", "scales");
    if (!cal_json_bool_at(run->input, "save_model", false))
        cal_words_add(&run->command, "-no-update-model-required");
}

static void add_channels(imaging *run)
{
    if (cal_json_number_at(run->input, "channels_out", 1) <= 1)
        return;
    add_number(run, "-channels-out", "channels_out");
    cal_words_add(&run->command, "-join-channels");
    if (cal_json_number_at(run->input, "nterms", 1) > 1)
        add_number(run, "-fit-spectral-pol", "nterms");
}

static void make_command(imaging *run, const char *program, const char *scratch)
{
    static const char *const column[][2] = {
        {"data", "DATA"}, {"corrected", "CORRECTED_DATA"}, {"model", "MODEL_DATA"}};
    const char *wanted = cal_json_text_at(run->input, "datacolumn", "data");
    cal_words_add(&run->command, program);
    cal_words_add(&run->command, "-reorder");
    add(run, "-temp-dir", scratch);
    add(run, "-name", run->name);
    for (size_t i = 0; i < CAL_COUNT(column); i++)
        if (!strcmp(wanted, column[i][0]))
            add(run, "-data-column", column[i][1]);
    add_list(run, "-field", "field");
    add_list(run, "-spws", "spw");
    add(run, "-pol", cal_json_text_at(run->input, "stokes", "I"));
    add_size(run);
    add_weighting(run);
    add_cleaning(run);
    add_channels(run);
    if (cal_json_number_at(run->input, "intervals_out", 1) > 1)
        add_number(run, "-intervals-out", "intervals_out");
    add_number(run, "-j", "jobs");
    jv list = cal_json_at(run->input, "ms");
    jv_array_foreach(list, i, ms)
    {
        char *plain = cal_plain_path(jv_string_value(ms));
        cal_words_add(&run->command, plain);
        free(plain);
        jv_free(ms);
    }
    jv_free(list);
}

static jv command_of(const imaging *run)
{
    return cal_json_texts((const char *const *)run->command.item, run->command.count);
}

/* Options that do not go together. Returns the reason or NULL. */
static char *find_contradiction(jv input)
{
    bool cleans = cal_json_number_at(input, "niter", 0) > 0;
    bool splits = cal_json_number_at(input, "mgain", 0.4) < 1;
    const char *name = cal_json_text_at(input, "name", "");
    jv size = cal_json_at(input, "size");
    int sizes = jv_array_length(size);
    if (sizes < 1 || sizes > 2)
        return cal_format("size has %d numbers; it takes one, or two for x and y", sizes);
    if (strpbrk(name, "(["))
        return cal_format("name %s: WSClean cannot write files with ( or [ in their paths", name);
    if (!(cal_json_number_at(input, "cell_arcsec", 0) > 0))
        return cal_copy_text("cell_arcsec must be above 0");
    if (cal_json_bool_at(input, "save_model", false) && !(cleans && splits))
        return cal_copy_text("save_model needs niter above 0 and mgain below 1: without major "
                             "iterations WSClean writes no model");
    if (cal_json_number_at(input, "nterms", 1) > 1 &&
        cal_json_number_at(input, "channels_out", 1) < 2)
        return cal_copy_text("nterms above 1 needs channels_out above 1");
    if (cal_json_number_at(input, "intervals_out", 1) > 1 &&
        cal_json_number_at(input, "channels_out", 1) > 1)
        return cal_copy_text("intervals_out and channels_out do not go together");
    if (cal_json_has(input, "scales") &&
        strcmp(cal_json_text_at(input, "deconvolver", ""), "multiscale"))
        return cal_copy_text("scales are for the deconvolver multiscale");
    return NULL;
}

/* ---- while it runs ---- */

static void advance(imaging *run, double fraction, const char *doing)
{
    run->fraction = fmax(run->fraction, fraction);
    run->host->progress(run->host, run->fraction, doing);
}

/* How far it is cannot be known; each major iteration takes its share of what is left. */
static void follow_line(imaging *run, const char *line)
{
    char doing[64];
    int iteration;
    if (!strncmp(line, "Reordering", 10))
        advance(run, 0.02, "WSClean reorders");
    else if (strstr(line, "== Constructing PSF =="))
        advance(run, 0.1, "WSClean makes the PSF");
    else if (strstr(line, "== Constructing image =="))
        advance(run, 0.2, "WSClean grids");
    else if (sscanf(line, " == Deconvolving (%d)", &iteration) == 1) {
        snprintf(doing, sizeof doing, "WSClean cleans, major iteration %d", iteration);
        advance(run, 0.95 - 0.65 * pow(0.7, iteration - 1), doing);
    } else if (!strncmp(line, "Rendering", 9))
        advance(run, 0.96, "WSClean restores");
}

static void take_line(void *user, const char *line)
{
    imaging *run = user;
    static const char *const mark[] = {"+ >>> ",
                                       "  what():  "}; /* of exceptions, caught and not caught */
    for (size_t i = 0; i < CAL_COUNT(mark); i++)
        if (!strncmp(line, mark[i], strlen(mark[i]))) {
            free(run->complaint);
            run->complaint = cal_copy_text(line + strlen(mark[i]));
        }
    cal_json_push(&run->log, cal_json_text(line));
    run->host->log(run->host, CALUTILS_LOG_DETAIL, line);
    follow_line(run, line);
}

/* ---- afterwards ---- */

static bool is_blank(const cal_image *image)
{
    for (size_t i = 0; i < cal_image_pixels(image); i++)
        if (isfinite(image->pixel[i]))
            return false;
    return true;
}

static cal_status measure(const imaging *run, jv *result, cal_error *err)
{
    char *path = cal_wsclean_main_image(run->name, "image");
    cal_image *image = NULL;
    cal_image_stats stats;
    uint8_t *mask = NULL;
    cal_status status = CAL_OK;
    if (!cal_wsclean_has_data(path))
        status = cal_fail(
            err, CAL_DATA,
            "WSClean found no data to image: all that was selected is flagged or has no weight");
    if (!status)
        status = cal_image_read(path, 0, &image, err);
    if (!status && is_blank(image))
        status = cal_fail(err, CAL_DATA,
                          "the clean diverged until no pixel was a number; try a smaller mgain, a "
                          "mask, or fewer components (niter, threshold)");
    if (!status && cal_json_has(run->input, "mask")) {
        mask = CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image));
        status = cal_mask_add_file(image, cal_json_text_at(run->input, "mask", ""), mask, err);
    }
    if (!status)
        status = cal_image_measure(image, NULL, mask, NULL, CAL_RMS_AUTO, &stats, err);
    if (!status) {
        jv numbers = cal_image_stats_json(image, &stats);
        cal_json_set(result, "stats", numbers);
        cal_json_set(result, "visibilities_effective",
                     cal_json_double(cal_fits_number(path, "WSCENVIS", NAN)));
        cal_json_set(result, "major_iterations",
                     cal_json_double(cal_fits_number(path, "WSCMAJOR", 0)));
        cal_json_set(result, "minor_iterations",
                     cal_json_double(cal_fits_number(path, "WSCMINOR", 0)));
    }
    free(mask);
    free(path);
    cal_image_free(image);
    return status;
}

/* A disk that is full or cannot be written is no fault of the program. */
static cal_status judge_failure(const imaging *run, int ended, cal_error *err)
{
    const char *words =
        run->complaint ? run->complaint : "it does not say why; see its log with --verbose";
    bool output = strcasestr(words, "error writing") || strcasestr(words, "no space left");
    return cal_fail(err, output ? CAL_OUTPUT : CAL_CHILD, "WSClean ended with status %d: %.300s",
                    ended, words);
}

static cal_status run_wsclean(imaging *run, jv *result, cal_error *err)
{
    int ended = 0;
    char *program = cal_child_find("wsclean");
    if (!program)
        return cal_fail(
            err, CAL_CHILD,
            "WSClean is not installed: there is no wsclean in PATH; apt-get install wsclean");
    make_command(run, "wsclean", scratch_of(run));
    free(program);
    const char **argv = CAL_NEW_ARRAY(const char *, run->command.count + 1);
    for (int i = 0; i < run->command.count; i++)
        argv[i] = run->command.item[i];
    cal_child child = {argv, take_line, run};
    cal_status status = cal_child_run(&child, &ended, err);
    free(argv);
    if (status)
        return status;
    if (ended)
        return judge_failure(run, ended, err);
    *result = JV_OBJECT(jv_string("images"), cal_wsclean_images(run->name), jv_string("command"),
                        command_of(run), jv_string("log"), jv_copy(run->log));
    status = measure(run, result, err);
    if (status)
        jv_free(*result);
    return status;
}

/* WSClean takes only masks with four axes and a complete header, so it gets a copy: 1 where ours is 0.5 or more. */
static cal_status make_mask(imaging *run, cal_error *err)
{
    const char *path = cal_json_text_at(run->input, "mask", NULL);
    cal_image *mask;
    cal_status status = CAL_OK;
    if (!path)
        return CAL_OK;
    if ((status = cal_image_read(path, 0, &mask, err)))
        return cal_prefix(err, "mask");
    for (size_t i = 0; i < cal_image_pixels(mask); i++)
        mask->pixel[i] = mask->pixel[i] >= 0.5f;
    if (!*mask->wcs.projection)
        mask->wcs = (cal_wcs){.step = {-1, 1}, .projection = "-SIN"};
    run->mask = cal_format("%s/calutils-mask.fits", scratch_of(run));
    remove(run->mask);
    status = cal_image_write(run->mask, mask, err);
    cal_image_free(mask);
    return status;
}

/* A scratch directory beside the images, where there is room for images at least. */
static cal_status make_scratch(imaging *run, cal_error *err)
{
    if (cal_json_has(run->input, "temp_dir"))
        return CAL_OK;
    run->scratch = cal_format("%s-wsclean-XXXXXX", run->name);
    if (!mkdtemp(run->scratch))
        return cal_fail_errno(err, CAL_OUTPUT, "%s: no directory for scratch files can be made",
                              run->scratch);
    cal_stop_watch_path(run->scratch);
    return CAL_OK;
}

static cal_status make_images(imaging *run, jv *result, cal_error *err)
{
    cal_status status = make_scratch(run, err);
    if (!status)
        status = make_mask(run, err);
    if (!status)
        status = run_wsclean(run, result, err);
    if (run->mask)
        remove(run->mask);
    if (run->scratch) {
        cal_remove_tree(run->scratch, NULL);
        cal_stop_unwatch_path(run->scratch);
    }
    return status;
}

/* The command line alone, with the mask as it was given. */
static jv foretell(imaging *run)
{
    const char *mask = cal_json_text_at(run->input, "mask", NULL);
    run->mask = mask ? cal_copy_text(mask) : NULL;
    make_command(run, "wsclean", scratch_of(run));
    return JV_OBJECT(jv_string("command"), command_of(run));
}

static int run_task(const calutils_host *host, const char *input, char **output)
{
    cal_error err = {0};
    imaging run = {.host = host, .log = jv_array()};
    jv result = jv_null();
    cal_status status = cal_json_parse(input, "wsclean", &run.input, &err);
    if (status) {
        *output = cal_copy_text(err.text);
        return (int)status;
    }
    run.name = cal_json_text_at(run.input, "name", "");
    char *reason = find_contradiction(run.input);
    if (reason)
        status = cal_fail(&err, CAL_USAGE, "%s", reason);
    else if (cal_json_bool_at(run.input, "dry_run", false))
        result = foretell(&run);
    else
        status = make_images(&run, &result, &err);
    *output = status ? cal_copy_text(err.text) : cal_json_dump(result);
    if (!status)
        jv_free(result);
    jv_free(run.input);
    jv_free(run.log);
    cal_words_free(&run.command);
    free(run.scratch);
    free(run.complaint);
    free(run.mask);
    free(reason);
    return (int)status;
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD,
                   "wsclean",
                   "image",
                   "makes and cleans images with WSClean, the program of Debian's package wsclean",
                   options,
                   run_task};

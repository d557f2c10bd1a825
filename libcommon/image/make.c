#include "image/make.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/output.h"
#include "image/fits.h"
#include "image/plan.h"
#include "ms/data_column.h"
#include "ms/history.h"
#include "plugin/loader.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_PIXELS = 3000, AUTO_MASK_SIGMA = 5 };

static const double arcsec = CAL_PI / 180 / 3600;

/* ---- size and cell ---- */

typedef struct grid {
    int nx, ny;
    double cell; /* rad */
    bool size_chosen, cell_chosen;
} grid;

static cal_status parse_imsize(const char *text, grid *g, cal_error *err)
{
    cal_words word = cal_words_split(text, ',');
    long long n[2] = {0, 0};
    bool right = word.count >= 1 && word.count <= 2;
    for (int i = 0; right && i < 2; i++)
        right = cal_parse_int(word.item[i < word.count ? i : 0], &n[i]) && n[i] >= 16 &&
                n[i] <= 65536 && n[i] % 2 == 0;
    cal_words_free(&word);
    if (!right)
        return cal_fail(err, CAL_USAGE,
                        "--imsize wants one or two even numbers of pixels from 16 on (512 or "
                        "512,256), not \"%s\"",
                        text);
    g->nx = (int)n[0];
    g->ny = (int)n[1];
    return CAL_OK;
}

/* A mask decides the grid where the user did not, and must fit it where he did. */
static cal_status take_mask(const cal_image_wish *wish, grid *g, cal_error *err)
{
    cal_image *mask;
    if (cal_image_read(wish->mask, 0, &mask, err))
        return cal_prefix(err, "mask");
    cal_status status = CAL_OK;
    if (!wish->cell && cal_image_cell(mask) > 0)
        g->cell = cal_image_cell(mask);
    if (!wish->imsize) {
        g->nx = mask->nx;
        g->ny = mask->ny;
    } else if (g->nx != mask->nx || g->ny != mask->ny) {
        status =
            cal_fail(err, CAL_INPUT, "mask %s has %d x %d pixels, but --imsize asks for %d x %d",
                     wish->mask, mask->nx, mask->ny, g->nx, g->ny);
    }
    size_t inside = 0;
    for (size_t i = 0; i < cal_image_pixels(mask); i++)
        inside += mask->pixel[i] >= 0.5f;
    if (!status && !inside)
        status =
            cal_fail(err, CAL_DATA, "mask %s is empty: no pixel in it is 0.5 or more", wish->mask);
    cal_image_free(mask);
    return status;
}

static cal_status choose_grid(const cal_image_wish *wish, const cal_image_plan *plan, grid *g,
                              cal_error *err)
{
    bool bounded;
    *g = (grid){0};
    if (wish->cell && cal_parse_quantity(wish->cell, "rad", "arcsec", &g->cell, err))
        return cal_prefix(err, "--cell");
    if (wish->cell && !(g->cell > 0))
        return cal_fail(err, CAL_USAGE, "--cell must be above 0, not \"%s\"", wish->cell);
    if (wish->imsize && parse_imsize(wish->imsize, g, err))
        return err->status;
    if (wish->mask && take_mask(wish, g, err))
        return err->status;
    if (!(g->cell > 0)) {
        g->cell = cal_image_plan_cell(plan);
        g->cell_chosen = true;
    }
    if (g->nx)
        return CAL_OK;
    g->nx = g->ny = cal_image_plan_size(plan, g->cell, MOST_PIXELS, &bounded);
    g->size_chosen = true;
    if (bounded)
        cal_warn("the image covers %.3g arcmin only, not the whole primary beam: that would need "
                 "more than %d pixels; choose "
                 "with --imsize and --cell",
                 g->nx * g->cell / arcsec / 60, MOST_PIXELS);
    return CAL_OK;
}

/* In arcsec, without the last bits that come from degrees and back. */
static double cell_arcsec(const grid *g)
{
    char text[40];
    snprintf(text, sizeof text, "%.12g", g->cell / arcsec);
    return strtod(text, NULL);
}

/* ---- the task's input ---- */

static void put_positive(jv *input, const char *key, double value)
{
    if (value > 0 && isfinite(value))
        cal_json_set(input, key, jv_number(value));
}

static cal_status put_quantity(jv *input, const char *key, const char *text, const char *base,
                               double unit, const char *option, cal_error *err)
{
    double value;
    if (!text)
        return CAL_OK;
    if (cal_parse_quantity(text, base, NULL, &value, err))
        return cal_prefix(err, "%s", option);
    cal_json_set(input, key, jv_number(value / unit));
    return CAL_OK;
}

static cal_status put_scales(jv *input, const char *text, cal_error *err)
{
    cal_words word = cal_words_split(text ? text : "", ',');
    jv list = jv_array();
    cal_status status = CAL_OK;
    for (int i = 0; !status && i < word.count; i++) {
        double value;
        if (cal_parse_number(word.item[i], &value) && value >= 0)
            cal_json_push(&list, jv_number(value));
        else
            status = cal_fail(err, CAL_USAGE, "--scales wants sizes in pixels (0,5,15), not \"%s\"",
                              text);
    }
    if (word.count)
        cal_json_set(input, "scales", list);
    else
        jv_free(list);
    cal_words_free(&word);
    return status;
}

static void put_data(jv *input, const cal_image_job *job, const cal_image_plan *plan, const grid *g)
{
    const char *column = job->wish->datacolumn;
    bool automatic = !strcmp(column, "auto");
    cal_json_set(input, "ms", cal_json_texts((const char *const *)job->ms, job->count));
    cal_json_set(input, "field", cal_json_ints(plan->field, plan->fields));
    if (!plan->all_spws)
        cal_json_set(input, "spw", cal_json_ints(plan->spw, plan->spws));
    cal_json_set(input, "datacolumn",
                 jv_string(!automatic            ? column
                           : plan->has_corrected ? "corrected"
                                                 : "data"));
    cal_json_set(input, "stokes", jv_string(job->wish->stokes));
    put_positive(input, plan->uv_wavelengths ? "min_uv_lambda" : "min_uv_m", plan->uv_low);
    put_positive(input, plan->uv_wavelengths ? "max_uv_lambda" : "max_uv_m", plan->uv_high);
    cal_json_set(input, "size", JV_ARRAY(jv_number(g->nx), jv_number(g->ny)));
    cal_json_set(input, "cell_arcsec", cal_json_double(cell_arcsec(g)));
}

static cal_status put_cleaning(jv *input, const cal_image_wish *wish, cal_error *err)
{
    cal_json_set(input, "weighting", jv_string(wish->weighting));
    cal_json_set(input, "robust", jv_number(wish->robust));
    cal_json_set(input, "niter", jv_number((double)wish->niter));
    cal_json_set(input, "gain", jv_number(wish->gain));
    cal_json_set(input, "mgain", jv_number(wish->mgain));
    cal_json_set(input, "deconvolver", jv_string(wish->deconvolver));
    put_positive(input, "auto_threshold", wish->nsigma);
    if (!strcmp(wish->usemask, "auto"))
        cal_json_set(input, "auto_mask", jv_number(AUTO_MASK_SIGMA));
    if (wish->mask)
        cal_json_set(input, "mask", jv_string(wish->mask));
    if (wish->nterms > 1) {
        cal_json_set(input, "nterms", jv_number((double)wish->nterms));
        cal_json_set(input, "channels_out", jv_number(2 * (double)wish->nterms));
    }
    cal_json_set(input, "save_model", jv_bool(!strcmp(wish->savemodel, "modelcolumn")));
    put_positive(input, "jobs", (double)wish->jobs);
    if (put_quantity(input, "taper_arcsec", wish->uvtaper, "rad", arcsec, "--uvtaper", err) ||
        put_quantity(input, "threshold_jy", wish->threshold, "Jy", 1, "--threshold", err))
        return err->status;
    return put_scales(input, wish->scales, err);
}

static cal_status check_wish(const cal_image_wish *wish, cal_error *err)
{
    if (wish->niter < 0 || wish->nterms < 1 || wish->jobs < 0 || wish->nsigma < 0)
        return cal_fail(err, CAL_USAGE,
                        "--niter, --nsigma and --jobs cannot be below 0, --nterms not below 1");
    if (!(wish->gain > 0 && wish->gain <= 1 && wish->mgain > 0 && wish->mgain <= 1))
        return cal_fail(err, CAL_USAGE, "--gain and --mgain are above 0 and at most 1");
    if (wish->mask && !strcmp(wish->usemask, "auto"))
        return cal_fail(err, CAL_USAGE, "--mask and --usemask auto exclude each other");
    if (!strcmp(wish->savemodel, "modelcolumn") && !(wish->niter > 0 && wish->mgain < 1))
        return cal_fail(err, CAL_USAGE,
                        "--savemodel modelcolumn needs --niter above 0 and --mgain below 1: there "
                        "is no model else");
    return CAL_OK;
}

/* WSClean 3.1 ends in the middle of writing the model, with an exception, where a window has another number of channels than the first
 * one of the set, even if that is not selected. */
static cal_status check_model(const cal_image_wish *wish, const cal_image_plan *plan,
                              cal_error *err)
{
    if (strcmp(wish->savemodel, "modelcolumn") || plan->one_shape)
        return CAL_OK;
    return cal_fail(err, CAL_INPUT,
                    "the model cannot be written to a set whose spectral windows differ in their "
                    "number of channels; "
                    "split these off first (ms-split --spw)");
}

/* ---- outputs ---- */

/* NAME-image.fits and its companions must not be there without --force. */
static cal_status check_names(const cal_image_job *job, cal_error *err)
{
    static const char *const kinds[] = {"image", "MFS-image", "residual", "model", "psf", "dirty"};
    cal_status status = CAL_OK;
    for (size_t i = 0; !status && !job->force && i < CAL_COUNT(kinds); i++) {
        char *path = cal_format("%s-%s.fits", job->name, kinds[i]);
        if (cal_path_exists(path))
            status = cal_fail(err, CAL_OUTPUT,
                              "%s: exists; choose another name, or --force to replace it", path);
        free(path);
    }
    return status;
}

/* Every image from the working directory to its own name; "path" in the list becomes that. */
static cal_status move_images(jv *images, const cal_image_job *job, const char *working_name,
                              cal_error *err)
{
    jv moved = jv_array();
    cal_status status = CAL_OK;
    jv_array_foreach(*images, i, image)
    {
        const char *from = cal_json_text_at(image, "path", "");
        size_t length = strlen(working_name);
        char *to =
            cal_format("%s%s", job->name, strncmp(from, working_name, length) ? "" : from + length);
        if (!status && rename(from, to))
            status = cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be given its name", to);
        cal_json_set(&image, "path", jv_string(to));
        cal_json_push(&moved, image);
        free(to);
    }
    jv_free(*images);
    *images = moved;
    return status;
}

static cal_status run_plugin(const cal_image_job *job, jv input, const char *working, jv *result,
                             cal_error *err)
{
    cal_plugins *plugins = cal_plugins_open();
    const cal_plugin *plugin;
    cal_status status = cal_plugin_choose(plugins, "image", job->bindings, &plugin, err);
    if (!status)
        status = cal_plugin_check(plugin, &input, err);
    for (int i = 0;
         !status && working && cal_json_bool_at(input, "save_model", false) && i < job->count; i++)
        status = cal_data_column_make(job->ms[i], "MODEL_DATA", err);
    if (status || !working) {
        *result = JV_OBJECT(jv_string("input"), input);
        if (status)
            jv_free(*result);
    } else {
        status = cal_plugin_run(plugin, input, result, err);
    }
    cal_plugins_close(plugins);
    return status;
}

static cal_status write_history(const cal_image_job *job, cal_error *err)
{
    cal_status status = CAL_OK;
    bool wrote = job->history && !strcmp(job->wish->savemodel, "modelcolumn");
    for (int i = 0; wrote && !status && i < job->count; i++)
        status = cal_history_add(job->ms[i], "MODEL_DATA filled with the clean model", err);
    return status;
}

/* In a directory that goes away with everything in it, whatever happens. */
static cal_status make_images(const cal_image_job *job, jv input, jv *result, cal_error *err)
{
    cal_output *out = NULL;
    char *primary = cal_format("%s-image.fits", job->name), *base = cal_basename(job->name),
         *working = NULL;
    cal_status status = check_names(job, err);
    if (!status)
        status = cal_output_begin(primary, job->force, &out, err);
    if (!status && mkdir(cal_output_path(out), 0777))
        status = cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be made", cal_output_path(out));
    if (!status) {
        working = cal_format("%s/%s", cal_output_path(out), base);
        cal_json_set(&input, "name", jv_string(working));
        cal_json_set(&input, "temp_dir", jv_string(cal_output_path(out)));
        status = run_plugin(job, jv_copy(input), working, result, err);
        if (!status) {
            jv images = cal_json_at(*result, "images");
            status = move_images(&images, job, working, err);
            cal_json_set(result, "images", images);
            if (!status)
                status = write_history(job, err);
            if (status)
                jv_free(*result);
        }
    }
    cal_output_abandon(out);
    jv_free(input);
    free(primary);
    free(working);
    free(base);
    return status;
}

/* ---- the report ---- */

static jv report(const cal_image_job *job, const cal_image_plan *plan, const grid *g, jv result)
{
    static const char *const numbers[] = {"beam", "beam_pixels", "peak", "peak_fit", "minimum",
                                          "rms",  "rms_method",  "snr",  "unit"};
    jv stats = cal_json_at(result, "stats");
    jv document = JV_OBJECT(
        jv_string("ms"), cal_json_texts((const char *const *)job->ms, job->count),
        jv_string("field_name"), cal_json_text(plan->field_name), jv_string("fields"),
        cal_json_ints(plan->field, plan->fields), jv_string("spws"),
        cal_json_ints(plan->spw, plan->spws), jv_string("rows"), jv_number((double)plan->rows),
        jv_string("size"), JV_ARRAY(jv_number(g->nx), jv_number(g->ny)), jv_string("size_chosen"),
        jv_bool(g->size_chosen), jv_string("cell_arcsec"), cal_json_double(cell_arcsec(g)));
    cal_json_set(&document, "cell_chosen", jv_bool(g->cell_chosen));
    cal_json_set(&document, "longest_baseline_lambda", cal_json_float((float)plan->longest));
    bool made = jv_get_kind(stats) == JV_KIND_OBJECT;
    for (size_t i = 0; i < CAL_COUNT(numbers); i++)
        cal_json_set(&document, numbers[i], made ? cal_json_at(stats, numbers[i]) : jv_null());
    cal_json_set(&document, "major_iterations", cal_json_at(result, "major_iterations"));
    cal_json_set(&document, "minor_iterations", cal_json_at(result, "minor_iterations"));
    cal_json_set(&document, "images", made ? cal_json_at(result, "images") : jv_array());
    cal_json_set(&document, "command", cal_json_at(result, "command"));
    cal_json_set(&document, "input", cal_json_at(result, "input"));
    jv_free(stats);
    jv_free(result);
    return document;
}

cal_status cal_image_make(const cal_image_job *job, jv *document, cal_error *err)
{
    cal_image_plan plan = {0};
    grid g;
    jv result, input = jv_object();
    cal_status status = check_wish(job->wish, err);
    if (!status)
        status = cal_image_plan_make(job->ms, job->count, job->selected, &plan, err);
    if (!status)
        status = check_model(job->wish, &plan, err);
    if (!status)
        status = choose_grid(job->wish, &plan, &g, err);
    if (!status) {
        put_data(&input, job, &plan, &g);
        status = put_cleaning(&input, job->wish, err);
    }
    if (!status && job->dry_run) {
        cal_json_set(&input, "name", jv_string(job->name));
        status = run_plugin(job, jv_copy(input), NULL, &result, err);
    } else if (!status) {
        status = make_images(job, jv_copy(input), &result, err);
    }
    if (!status) {
        if (!job->dry_run)
            cal_json_set(&result, "input", jv_copy(input));
        *document = report(job, &plan, &g, result);
    }
    jv_free(input);
    cal_image_plan_clear(&plan);
    return status;
}

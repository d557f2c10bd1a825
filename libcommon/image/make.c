#include "image/make.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/output.h"
#include "image/crtf.h"
#include "image/fits.h"
#include "image/plan.h"
#include "image/request.h"
#include "image/views.h"
#include "ms/data_column.h"
#include "ms/history.h"
#include "plugin/loader.h"
#include <math.h>
#include <string.h>
#include <sys/stat.h>

/* ---- outputs ---- */

/* NAME-image.fits and its companions must not be there without --force, nor be anything else than images with it. */
static cal_status check_names(const cal_image_job *job, cal_error *err)
{
    static const char *const kinds[] = {"image", "MFS-image", "t0000-image", "residual",
                                        "model", "psf",       "dirty"};
    cal_status status = CAL_OK;
    for (size_t i = 0; !status && i < CAL_COUNT(kinds); i++) {
        char *path = cal_format("%s-%s.fits", job->name, kinds[i]);
        status = cal_output_check(path, CAL_OUTPUT_FITS, job->force, err);
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

/* What a plugin that can tell would run. */
static cal_status foretell(const cal_plugin *plugin, jv input, jv *result, cal_error *err)
{
    jv answer;
    *result = JV_OBJECT(jv_string("input"), jv_copy(input));
    if (!cal_json_has(input, "dry_run")) {
        jv_free(input);
        return CAL_OK;
    }
    cal_json_set(&input, "dry_run", jv_true());
    if (cal_plugin_run(plugin, input, &answer, err)) {
        jv_free(*result);
        return err->status;
    }
    cal_json_set(result, "command", cal_json_at(answer, "command"));
    jv_free(answer);
    return CAL_OK;
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
    if (status)
        jv_free(input);
    else if (working)
        status = cal_plugin_run(plugin, input, result, err);
    else
        status = foretell(plugin, input, result, err);
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

/* Views instead of the sets, where ids or shapes demand it; they hold what is selected, so windows need not be named. */
static cal_status put_views(const cal_image_job *job, const cal_image_plan *plan,
                            const char *folder, jv *input, cal_error *err)
{
    bool saves = cal_json_bool_at(*input, "save_model", false);
    cal_words views = {0};
    cal_status status = CAL_OK;
    if (!plan->ids_differ && (plan->one_shape || !saves))
        return CAL_OK;
    for (int i = 0; saves && i < job->count && !status; i++)
        status = cal_data_column_make(job->ms[i], "MODEL_DATA", err);
    if (!status)
        status = cal_image_views(job->ms, job->selected, plan, folder, &views, err);
    cal_json_set(input, "ms", cal_json_texts((const char *const *)views.item, views.count));
    *input = jv_object_delete(*input, jv_string("spw"));
    cal_words_free(&views);
    return status;
}

/* Regions of the sky as a FITS mask on the grid of the image; with `folder` NULL they are looked at only. */
static cal_status put_regions(const cal_image_job *job, const cal_image_plan *plan,
                              const cal_image_grid *grid, const char *folder, jv *input,
                              cal_error *err)
{
    const char *text = job->wish->mask;
    size_t inside = 0;
    if (!text || !cal_mask_is_regions(text))
        return CAL_OK;
    cal_image *image =
        cal_image_of_sky(grid->nx, grid->ny, grid->cell, plan->centre[0], plan->centre[1]);
    uint8_t *mask = CAL_NEW_ARRAY(uint8_t, cal_image_pixels(image));
    cal_status status = cal_mask_add_text(image, text, mask, &inside, err);
    if (!status && !inside)
        status = cal_fail(err, CAL_DATA, "mask: none of the %d x %d pixels of %.4g arcsec is in %s",
                          grid->nx, grid->ny, cal_image_grid_cell(grid), text);
    for (size_t i = 0; i < cal_image_pixels(image); i++)
        image->pixel[i] = mask[i];
    if (!status && folder) {
        char *path = cal_format("%s/regions.fits", folder);
        status = cal_image_write(path, image, err);
        cal_json_set(input, "mask", jv_string(path));
        free(path);
    }
    free(mask);
    cal_image_free(image);
    return status;
}

/* In a directory that goes away with everything in it, whatever happens. */
static cal_status make_images(const cal_image_job *job, const cal_image_plan *plan,
                              const cal_image_grid *grid, jv input, jv *result, cal_error *err)
{
    cal_output *out = NULL;
    char *primary = cal_format("%s-image.fits", job->name), *base = cal_basename(job->name),
         *working = NULL;
    cal_status status = check_names(job, err);
    if (!status)
        status = cal_output_begin_as(primary, CAL_OUTPUT_FITS, job->force, &out, err);
    if (!status && mkdir(cal_output_path(out), 0777))
        status = cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be made", cal_output_path(out));
    if (!status) {
        working = cal_format("%s/%s", cal_output_path(out), base);
        cal_json_set(&input, "name", jv_string(working));
        cal_json_set(&input, "temp_dir", jv_string(cal_output_path(out)));
        status = put_regions(job, plan, grid, cal_output_path(out), &input, err);
        if (!status)
            status = put_views(job, plan, cal_output_path(out), &input, err);
        if (!status)
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

/* ---- did it converge? ---- */

/* The largest |pixel| of the image of this kind (of the whole band); NAN when there is none. */
static double largest_pixel(jv images, const char *kind)
{
    double largest = NAN;
    jv_array_foreach(images, i, image)
    {
        cal_image *read = NULL;
        if (isnan(largest) && !strcmp(cal_json_text_at(image, "kind", ""), kind) &&
            !cal_image_read(cal_json_text_at(image, "path", ""), 0, &read, NULL))
            for (size_t k = 0; k < cal_image_pixels(read); k++)
                largest = fmax(largest, fabsf(read->pixel[k]));
        cal_image_free(read);
        jv_free(image);
    }
    return largest;
}

/* A clean that takes sidelobes for sources adds more than it takes away. In the end WSClean cannot compute the residual any more and
 * writes 0 for it, but the model is in the image. */
static bool has_diverged(jv result)
{
    const double too_much =
        10; /* sources that the beam blends or that bowls lower stay far below */
    jv images = cal_json_at(result, "images");
    double dirty = largest_pixel(images, "dirty"), residual = largest_pixel(images, "residual"),
           restored = largest_pixel(images, "image");
    bool diverged = residual > dirty || restored > too_much * dirty;
    if (diverged)
        cal_warn("the clean diverged: the residual reaches %.3g Jy/beam, the image %.3g, before it "
                 "was %.3g; try a smaller --mgain, a --mask, or fewer components (--niter, "
                 "--threshold)",
                 residual, restored, dirty);
    jv_free(images);
    return diverged;
}

/* ---- the report ---- */

static jv report(const cal_image_job *job, const cal_image_plan *plan, const cal_image_grid *g,
                 jv result)
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
        jv_bool(g->size_chosen), jv_string("cell_arcsec"), cal_json_double(cal_image_grid_cell(g)));
    cal_json_set(&document, "cell_chosen", jv_bool(g->cell_chosen));
    cal_json_set(&document, "longest_baseline_lambda", cal_json_float((float)plan->longest));
    bool made = jv_get_kind(stats) == JV_KIND_OBJECT;
    for (size_t i = 0; i < CAL_COUNT(numbers); i++)
        cal_json_set(&document, numbers[i], made ? cal_json_at(stats, numbers[i]) : jv_null());
    cal_json_set(&document, "major_iterations", cal_json_at(result, "major_iterations"));
    cal_json_set(&document, "minor_iterations", cal_json_at(result, "minor_iterations"));
    cal_json_set(&document, "diverged", cal_json_at(result, "diverged"));
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
    cal_image_grid grid;
    jv result, input;
    cal_status status = cal_image_plan_make(job->ms, job->count, job->selected, &plan, err);
    if (!status)
        status = cal_image_request(job, &plan, &grid, &input, err);
    if (status) {
        cal_image_plan_clear(&plan);
        return status;
    }
    if (job->dry_run) {
        cal_json_set(&input, "name", jv_string(job->name));
        status = put_regions(job, &plan, &grid, NULL, &input, err);
        if (!status)
            status = run_plugin(job, jv_copy(input), NULL, &result, err);
    } else {
        status = make_images(job, &plan, &grid, jv_copy(input), &result, err);
    }
    if (!status) {
        if (!job->dry_run) {
            cal_json_set(&result, "input", jv_copy(input));
            cal_json_set(&result, "diverged", jv_bool(has_diverged(result)));
        }
        *document = report(job, &plan, &grid, result);
    }
    jv_free(input);
    cal_image_plan_clear(&plan);
    return status;
}

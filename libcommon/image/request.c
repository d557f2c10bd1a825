/* What the user wishes and what the data say, as the input of the task "image". */
#include "image/request.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "image/crtf.h"
#include "image/fits.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PIXELS = 3000, AUTO_MASK_SIGMA = 5 };

static const double arcsec = CAL_PI / 180 / 3600;

/* ---- size and cell ---- */

static cal_status parse_imsize(const char *text, cal_image_grid *g, cal_error *err)
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
static cal_status take_mask(const cal_image_wish *wish, cal_image_grid *g, cal_error *err)
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

static cal_status choose_grid(const cal_image_wish *wish, const cal_image_plan *plan,
                              cal_image_grid *g, cal_error *err)
{
    bool bounded;
    *g = (cal_image_grid){0};
    if (wish->cell && cal_parse_quantity(wish->cell, "rad", "arcsec", &g->cell, err))
        return cal_prefix(err, "--cell");
    if (wish->cell && !(g->cell > 0))
        return cal_fail(err, CAL_USAGE, "--cell must be above 0, not \"%s\"", wish->cell);
    if (wish->imsize && parse_imsize(wish->imsize, g, err))
        return err->status;
    if (wish->mask && !cal_mask_is_regions(wish->mask) && take_mask(wish, g, err))
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

double cal_image_grid_cell(const cal_image_grid *g)
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

/* The column that is imaged, which all sets must have. */
static cal_status choose_column(const char *wanted, const cal_image_plan *plan, const char **column,
                                cal_error *err)
{
    bool automatic = !strcmp(wanted, "auto"), model = !strcmp(wanted, "model");
    *column = !automatic ? wanted : plan->with_corrected ? "corrected" : "data";
    const char *without = model                           ? plan->without_model
                          : !strcmp(*column, "corrected") ? plan->without_corrected
                                                          : NULL;
    if (without && automatic)
        return cal_fail(err, CAL_USAGE,
                        "%s has CORRECTED_DATA and %s has not: choose with --datacolumn data, or "
                        "calibrate the other",
                        plan->with_corrected, without);
    if (without)
        return cal_fail(err, CAL_INPUT, "%s: has no column %s (--datacolumn %s)", without,
                        model ? "MODEL_DATA" : "CORRECTED_DATA", *column);
    return CAL_OK;
}

/* A single parallel hand is all that is known of I. */
static cal_status choose_stokes(const char *wanted, const cal_image_plan *plan, const char **stokes,
                                cal_error *err)
{
    *stokes = plan->only_corr && !strcmp(wanted, "I") ? plan->only_corr : wanted;
    if (cal_image_plan_gives(plan, *stokes))
        return CAL_OK;
    cal_buf given = {0};
    static const char *const names[] = {"I",  "Q",  "U",  "V",  "XX", "XY",
                                        "YX", "YY", "RR", "RL", "LR", "LL"};
    for (size_t i = 0; i < CAL_COUNT(names); i++)
        if (cal_image_plan_gives(plan, names[i]))
            cal_buf_addf(&given, "%s%s", given.len ? ", " : "", names[i]);
    cal_fail(err, CAL_DATA, "the correlations of these data do not give --stokes %s; they give %s",
             *stokes, given.len ? cal_buf_text(&given) : "nothing together");
    cal_buf_free(&given);
    return CAL_DATA;
}

static cal_status put_data(jv *input, const cal_image_job *job, const cal_image_plan *plan,
                           const cal_image_grid *g, cal_error *err)
{
    const char *column, *stokes;
    if (choose_column(job->wish->datacolumn, plan, &column, err) ||
        choose_stokes(job->wish->stokes, plan, &stokes, err))
        return err->status;
    cal_json_set(input, "ms", cal_json_texts((const char *const *)job->ms, job->count));
    cal_json_set(input, "field", cal_json_ints(plan->field, plan->fields));
    if (!plan->all_spws)
        cal_json_set(input, "spw", cal_json_ints(plan->spw, plan->spws));
    cal_json_set(input, "datacolumn", jv_string(column));
    cal_json_set(input, "stokes", jv_string(stokes));
    put_positive(input, plan->uv_wavelengths ? "min_uv_lambda" : "min_uv_m", plan->uv_low);
    put_positive(input, plan->uv_wavelengths ? "max_uv_lambda" : "max_uv_m", plan->uv_high);
    cal_json_set(input, "size", JV_ARRAY(jv_number(g->nx), jv_number(g->ny)));
    cal_json_set(input, "cell_arcsec", cal_json_double(cal_image_grid_cell(g)));
    return CAL_OK;
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
    if (wish->intervals > 1)
        cal_json_set(input, "intervals_out", jv_number((double)wish->intervals));
    cal_json_set(input, "save_model", jv_bool(!strcmp(wish->savemodel, "modelcolumn")));
    put_positive(input, "jobs", (double)wish->jobs);
    if (put_quantity(input, "taper_arcsec", wish->uvtaper, "rad", arcsec, "--uvtaper", err) ||
        put_quantity(input, "threshold_jy", wish->threshold, "Jy", 1, "--threshold", err))
        return err->status;
    return put_scales(input, wish->scales, err);
}

static cal_status check_wish(const cal_image_wish *wish, cal_error *err)
{
    if (wish->intervals < 1 || (wish->intervals > 1 && wish->nterms > 1))
        return cal_fail(err, CAL_USAGE, "--intervals is at least 1, and 1 where --nterms is above");
    if (wish->nterms < 1 || wish->nsigma < 0)
        return cal_fail(err, CAL_USAGE, "--nsigma cannot be below 0, --nterms not below 1");
    if (!(fabs(wish->robust) <= 2))
        return cal_fail(err, CAL_USAGE, "--robust is from -2 (uniform) to 2 (natural), not %g",
                        wish->robust);
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

cal_status cal_image_request(const cal_image_job *job, const cal_image_plan *plan,
                             cal_image_grid *grid, jv *input, cal_error *err)
{
    cal_status status = check_wish(job->wish, err);
    if (!status)
        status = choose_grid(job->wish, plan, grid, err);
    if (status)
        return status;
    *input = jv_object();
    status = put_data(input, job, plan, grid, err);
    if (!status)
        status = put_cleaning(input, job->wish, err);
    if (status)
        jv_free(*input);
    return status;
}

/* The pieces before and after solving: working copies, first images, last image. */
#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include "ms/data_column.h"
#include "selfcal/applied.h"
#include "selfcal/growth.h"
#include "selfcal/picture_parts.h"
#include "selfcal/step_closure.h"
#include "selfcal/step_parts.h"
#include "selfcal/thresholds.h"
#include "table/table.h"
#include <math.h>
#include <string.h>
#include <unistd.h>

/* ---- split ---- */

static cal_status split_block(cal_work *work, int index, cal_error *err)
{
    jv block = cal_work_block(work, index), split = cal_json_at(block, "split");
    jv list = cal_json_at(split, "argv");
    const char *copy = cal_json_text_at(block, "vis", "");
    char *versions = cal_format("%s.flagversions", copy);
    cal_words argv = {0};
    jv_array_foreach(list, i, word)
    {
        if (jv_get_kind(word) == JV_KIND_STRING)
            cal_words_add(&argv, jv_string_value(word));
        if (!i)
            cal_words_add(&argv, "--force");
        jv_free(word);
    }
    cal_status status = CAL_OK;
    if (argv.count < 3)
        status = cal_fail(err, CAL_USAGE, "%s: the state has no split command", copy);
    if (!status)
        status = cal_remove_tree(versions, err); /* of an earlier copy of this name */
    if (!status)
        status = cal_work_run(work, CAL_WORK_OTHER, &argv, NULL, err);
    cal_words_free(&argv);
    free(versions);
    jv_free(list);
    jv_free(split);
    jv_free(block);
    return status;
}

/* From here on only cells are written: a kill while columns are added would leave a table that cannot be opened. */
static cal_status add_columns(cal_work *work, int index, cal_error *err)
{
    jv block = cal_work_block(work, index);
    const char *copy = cal_json_text_at(block, "vis", "");
    cal_status status = cal_data_column_make(copy, "MODEL_DATA", err);
    if (!status)
        status = cal_data_column_make(copy, "CORRECTED_DATA", err);
    jv_free(block);
    return status;
}

cal_status cal_step_split(cal_work *work, jv *entry, cal_error *err)
{
    int blocks = cal_work_blocks(work);
    cal_buf words = {0};
    cal_status status = CAL_OK;
    cal_buf_addf(&words, "%d working %s", blocks, blocks == 1 ? "copy" : "copies");
    for (int i = 0; i < blocks && !status; i++)
        status = split_block(work, i, err);
    if (!status)
        status = cal_align_blocks(work, &words, err);
    for (int i = 0; i < blocks && !status; i++)
        status = add_columns(work, i, err);
    if (!status)
        status = cal_restore_flags(work, err); /* keeps them as they are */
    if (!status)
        cal_json_set(entry, "decision", jv_string(cal_buf_text(&words)));
    cal_buf_free(&words);
    if (status)
        return status;
    cal_stand_set(work, "stage", jv_string("split"));
    cal_next_is(work, "initial");
    return CAL_OK;
}

static bool is_sound(const char *path)
{
    cal_table *table;
    if (cal_table_open(path, false, &table, NULL))
        return false;
    return cal_table_close(table, NULL) == CAL_OK;
}

cal_status cal_step_mend(cal_work *work, cal_error *err)
{
    int blocks = cal_work_blocks(work), sound = 0;
    for (int i = 0; i < blocks; i++) {
        jv block = cal_work_block(work, i);
        sound += is_sound(cal_json_text_at(block, "vis", ""));
        jv_free(block);
    }
    if (sound == blocks)
        return CAL_OK;
    cal_note("a working copy cannot be opened: a run was killed while it wrote there; they are "
             "made again");
    jv stand = cal_stand(work), entry = jv_object();
    cal_status status = cal_step_split(work, &entry, err);
    cal_json_set(&work->target, "state", stand);
    jv_free(work->commands);
    work->commands = jv_array();
    jv_free(entry);
    return status;
}

/* ---- masks ---- */

static void free_masks(char **mask, int fields)
{
    for (int i = 0; i < fields; i++)
        free(mask[i]);
    free(mask);
}

static cal_status make_with_mask(cal_work *work, cal_picture_wish *wish, const cal_pictures *from,
                                 const cal_growth *growth, cal_pictures *pictures, cal_error *err)
{
    int fields = cal_work_fields(work);
    char **mask = CAL_NEW_ARRAY(char *, fields);
    cal_status status = cal_growth_masks(work, from, growth, wish->step, wish->iter, mask, err);
    wish->mask = mask;
    if (!status)
        status = cal_pictures_make(work, wish, pictures, err);
    free_masks(mask, fields);
    return status;
}

/* ---- each window by itself ---- */

static cal_status make_windows(cal_work *work, const cal_picture_wish *like, cal_error *err)
{
    jv spws = cal_json_at(work->target, "spws");
    cal_status status = CAL_OK;
    jv_array_foreach(spws, i, spw)
    {
        cal_pictures pictures = {0};
        cal_picture_wish wish = *like;
        wish.spw = (int)cal_json_number_at(spw, "spw", 0);
        wish.mask = NULL;
        wish.save_model = false;
        wish.nterms = 1;
        if (!status && jv_array_length(jv_copy(spws)) > 1)
            status = cal_pictures_make(work, &wish, &pictures, err);
        cal_pictures_free(&pictures);
        jv_free(spw);
    }
    jv_free(spws);
    return status;
}

/* ---- initial ---- */

static const double first_share = 0.2; /* of the dirty peak: what is below may be its sidelobes */

static int nterms_for(const cal_work *work, double snr)
{
    int planned = (int)cal_json_number_at(work->target, "nterms", 1);
    int fitting = cal_image_nterms(cal_json_number_at(work->target, "fracbw", 0), snr);
    return planned > fitting ? planned : fitting;
}

/* The first image may show what the dirty one shows: four times the noise of the receivers or, where errors of the phases are above that, of the
 * image. */
static double first_threshold(const cal_work *work, const cal_pictures *dirty)
{
    if (work->settings->clean_threshold > 0)
        return work->settings->clean_threshold;
    const cal_picture *best = &dirty->field[dirty->best];
    double noise = cal_work_noise(work);
    double modifier = cal_dynamic_range_modifier(cal_json_text_at(work->target, "telescope", ""),
                                                 cal_work_blocks(work), best->peak / noise);
    return fmax(4 * noise * (isnan(modifier) ? 1 : modifier), 4 * best->rms);
}

static void keep_initial(cal_work *work, const cal_pictures *dirty, const cal_pictures *initial,
                         double threshold)
{
    cal_keep_numbers(work, dirty, "dirty");
    cal_keep_numbers(work, initial, "orig");
    const cal_image_numbers numbers = cal_picture_numbers(initial);
    if (isnan(cal_json_number_at(work->target, "clean_threshold_orig", NAN)))
        cal_json_set(&work->target, "clean_threshold_orig", cal_json_double(threshold));
    cal_json_set(&work->target, "nterms", jv_number(nterms_for(work, numbers.snr)));
    cal_stand_set(work, "initial", cal_pictures_json(initial));
    cal_keep_pictures(work, initial);
    cal_stand_set(work, "stage", jv_string("imaged"));
    cal_stand_set(work, "SC_success", jv_false());
    cal_stand_set(work, "pass", jv_number(1));
}

static void begin_solving(cal_work *work)
{
    jv list = cal_json_at(work->target, "solints"), first = jv_array_get(list, 0);
    cal_next_is(work, jv_is_valid(first) ? cal_json_text_at(first, "solint", "final") : "final");
    jv_free(first);
}

cal_status cal_step_initial(cal_work *work, jv *entry, cal_error *err)
{
    cal_pictures dirty = {0}, initial = {0};
    cal_picture_wish wish = {
        .iter = 0, .datacolumn = "data", .dirty = true, .nterms = 1, .spw = -1};
    const cal_growth growth = {.share = first_share, .nsigma = work->settings->mask_nsigma};
    double threshold = NAN;
    cal_status status = cal_restore_flags(work, err);
    if (!status)
        status = cal_pictures_make(work, &wish, &dirty, err);
    if (!status && work->settings->per_spw_images)
        status = make_windows(work, &wish, err);
    if (!status) {
        threshold = first_threshold(work, &dirty);
        wish = (cal_picture_wish){.iter = 1,
                                  .datacolumn = "data",
                                  .threshold = threshold,
                                  .nterms = nterms_for(work, NAN),
                                  .save_model = !strcmp(work->mode, "vlass"),
                                  .spw = -1};
        status = make_with_mask(work, &wish, &dirty, &growth, &initial, err);
    }
    if (!status && work->settings->per_spw_images)
        status = make_windows(work, &wish, err);
    if (!status) {
        keep_initial(work, &dirty, &initial, threshold);
        begin_solving(work);
        jv images = JV_OBJECT(jv_string("dirty"), cal_pictures_json(&dirty), jv_string("initial"),
                              cal_pictures_json(&initial));
        cal_json_set(entry, "images", images);
        cal_json_set(entry, "decision",
                     cal_json_format("S/N %.4g before calibration", cal_stand_number(work, "SNR")));
    }
    cal_pictures_free(&dirty);
    cal_pictures_free(&initial);
    return status;
}

/* ---- final ---- */

/* As the last image is measured, so that they can be compared, of each field. */
static cal_status measure_initial(cal_work *work, const cal_pictures *final, jv *images,
                                  cal_error *err)
{
    cal_pictures initial = {0};
    jv stand = cal_stand(work), json = cal_json_at(stand, "initial");
    char **mask = CAL_NEW_ARRAY(char *, final->fields);
    cal_status status = cal_pictures_read(json, &initial, err);
    for (int i = 0; i < final->fields; i++)
        mask[i] = final->field[i].mask;
    if (!status)
        status = cal_pictures_measure(work, &initial, mask, err);
    if (!status) {
        cal_keep_numbers(work, &initial, "orig");
        cal_json_set(images, "initial", cal_pictures_json(&initial));
    }
    free(mask);
    cal_pictures_free(&initial);
    jv_free(json);
    jv_free(stand);
    return status;
}

/* Of the model of the last image; then the flags are those of the solutions again. */
static cal_status final_closure(cal_work *work, cal_error *err)
{
    cal_closure closure;
    cal_status status = cal_measure_closure(work, &closure, err);
    if (status)
        return status;
    cal_keep_closure(work, "closure_final", &closure);
    return cal_apply_chain(work, NULL, err);
}

/* In the pipeline's names iter2 without an interval is the last accepted image of the loop (selfcal 2.3). */
static cal_status link_loop_images(cal_work *work, const cal_pictures *newest, cal_error *err)
{
    for (int f = 0; f < newest->fields; f++) {
        char *base = cal_picture_base(work, NULL, 2, f, -1);
        char *path = cal_format("%s.image.fits", base);
        cal_status status = cal_remove_tree(path, err);
        if (!status && link(newest->field[f].image, path))
            status = cal_fail_errno(err, CAL_OUTPUT, "%s", path);
        free(path);
        free(base);
        if (status)
            return status;
    }
    return CAL_OK;
}

static cal_status image_final(cal_work *work, jv *entry, cal_error *err)
{
    cal_pictures newest = {0}, final = {0};
    cal_picture_wish wish = {.iter = 3,
                             .datacolumn = "corrected",
                             .save_model =
                                 true, /* to stay, also where cal_step_mend() came in between */
                             .nterms = (int)cal_json_number_at(work->target, "nterms", 1),
                             .spw = -1};
    double planned = cal_json_number_at(work->target, "clean_threshold_orig", NAN);
    double depth = work->settings->clean_depth > 0 ? work->settings->clean_depth : 3;
    wish.threshold = fmin(planned, depth * cal_stand_number(work, "RMS_NF"));
    const cal_growth growth = {.nsigma = work->settings->mask_nsigma};
    jv images = jv_object();
    cal_status status = cal_apply_chain(work, NULL, err);
    if (!status)
        status = cal_newest_pictures(work, &newest, err);
    if (!status && !strcmp(work->mode, "pipeline"))
        status = link_loop_images(work, &newest, err);
    if (!status)
        status = make_with_mask(work, &wish, &newest, &growth, &final, err);
    if (!status && cal_by_closure(work))
        status = final_closure(work, err);
    if (!status && work->settings->per_spw_images)
        status = make_windows(work, &wish, err);
    if (!status)
        status = measure_initial(work, &final, &images, err);
    if (!status) {
        char *closure = cal_closure_words(work);
        cal_keep_numbers(work, &final, "final");
        cal_stand_set(work, "SNR", cal_json_double(cal_picture_numbers(&final).snr));
        cal_json_set(&images, "final", cal_pictures_json(&final));
        cal_json_set(entry, "images", jv_copy(images));
        cal_json_set(entry, "decision",
                     cal_json_format("S/N %.4g, %.4g before calibration%s%s",
                                     cal_json_number_at(work->target, "SNR_final", NAN),
                                     cal_json_number_at(work->target, "SNR_orig", NAN),
                                     *closure ? "; " : "", closure));
        free(closure);
    }
    jv_free(images);
    cal_pictures_free(&newest);
    cal_pictures_free(&final);
    return status;
}

/* Nothing was accepted: the first image is the last one. */
static cal_status leave_alone(cal_work *work, jv *entry, cal_error *err)
{
    cal_pictures initial = {0};
    jv stand = cal_stand(work), json = cal_json_at(stand, "initial");
    cal_status status = cal_pictures_read(json, &initial, err);
    if (!status)
        status = cal_restore_flags(work, err);
    if (!status) {
        cal_keep_numbers(work, &initial, "final");
        cal_json_set(entry, "decision",
                     cal_json_format("left alone: %s",
                                     cal_json_text_at(stand, "Stop_Reason", "no solution helped")));
    }
    cal_pictures_free(&initial);
    jv_free(json);
    jv_free(stand);
    return status;
}

cal_status cal_step_final(cal_work *work, jv *entry, cal_error *err)
{
    jv stand = cal_stand(work);
    bool success = cal_json_bool_at(stand, "SC_success", false);
    jv_free(stand);
    cal_status status = success ? image_final(work, entry, err) : leave_alone(work, entry, err);
    if (status)
        return status;
    cal_stand_set(work, "stage", jv_string(success ? "done" : "stopped"));
    cal_next_is(work, "");
    return CAL_OK;
}

#include "selfcal/applied.h"

#include "base/mem.h"
#include "base/number.h"
#include "ms/block.h"
#include "ms/data_column.h"
#include "ms/flag_version.h"
#include "selfcal/solutions_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static char *vis_of(const cal_work *work, int index)
{
    jv block = cal_work_block(work, index);
    char *path = cal_copy_text(cal_json_text_at(block, "vis", ""));
    jv_free(block);
    return path;
}

/* ---- flags ---- */

static cal_status restore_flags(const char *path, cal_error *err)
{
    if (!cal_flag_version_exists(path, CAL_STARTING_FLAGS))
        return cal_flag_version_save_as(path, CAL_STARTING_FLAGS, err);
    return cal_flag_version_restore(path, CAL_STARTING_FLAGS, err);
}

cal_status cal_restore_flags(cal_work *work, cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < cal_work_blocks(work) && !status; i++) {
        char *path = vis_of(work, i);
        status = restore_flags(path, err);
        free(path);
    }
    return status;
}

/* ---- the data as they came ---- */

static cal_status put_weights(cal_reader *reader, cal_table *ms, const cal_block *block,
                              cal_error *err)
{
    int64_t count = block->rows.count * block->ncorr;
    float *weight = CAL_NEW_ARRAY(float, count);
    for (int64_t i = 0; i < count; i++)
        weight[i] = block->sigma[i] > 0 ? 1 / (block->sigma[i] * block->sigma[i]) : 0;
    cal_status status = cal_block_put(reader, ms, block, "WEIGHT", weight, err);
    free(weight);
    return status;
}

/* CORRECTED_DATA = DATA; with `weights` WEIGHT is what SIGMA says. */
static cal_status copy_data(cal_table *ms, const cal_meta *meta, bool weights, cal_error *err)
{
    cal_reader *reader;
    cal_block *block = NULL;
    unsigned what = CAL_READ_DATA | (weights ? CAL_READ_SIGMA : 0);
    const cal_reader_options options = {.skip = CAL_SKIP_ALL};
    cal_status status = cal_reader_open(ms, meta, NULL, what, &options, &reader, err);
    if (status)
        return status;
    while (!(status = cal_reader_next(reader, &block, err)) && block) {
        status = cal_block_put(reader, ms, block, "CORRECTED_DATA", block->data, err);
        if (!status && weights)
            status = put_weights(reader, ms, block, err);
        if (status)
            break;
    }
    cal_reader_close(reader);
    return status;
}

/* Data that a chain has no solutions for stay as they are, so they must not be those of an earlier chain. */
static cal_status start_afresh(const char *path, bool weights, cal_error *err)
{
    cal_table *ms = NULL;
    cal_meta *meta = NULL;
    cal_status status = cal_data_column_make(path, "CORRECTED_DATA", err);
    if (!status)
        status = cal_meta_load(path, NULL, &meta, err);
    if (!status)
        status = cal_table_open(path, true, &ms, err);
    if (!status)
        status = copy_data(ms, meta, weights, err);
    cal_status closed = cal_table_close(ms, status ? NULL : err);
    cal_meta_free(meta);
    return status ? status : closed;
}

/* ---- the chain ---- */

/* As the plan has it, whatever an earlier pass made of it. */
static bool is_planned_to_stay(jv solint)
{
    const char *key =
        cal_json_has(solint, "preapply_planned") ? "preapply_planned" : "preapply_this_gaintable";
    return cal_json_bool_at(solint, key, false);
}

/* What was found for each window by itself, or for each baseband, must not be lost when later intervals combine them; of one window alone
 * nothing is. */
static bool stays_in_chain(const cal_work *work, const cal_solution_set *set)
{
    jv solint = jv_array_get(cal_json_at(work->target, "solints"), set->index);
    const cal_solution *solution = &set->tried[set->chosen];
    bool fine = solution->mode == CAL_PER_SPW || solution->mode == CAL_PER_BASEBAND;
    bool planned = is_planned_to_stay(solint);
    jv_free(solint);
    return planned || (fine && solution->counts.spws > 1);
}

static cal_chained chosen_one(const cal_work *work, const cal_solution_set *set)
{
    const cal_solution *solution = &set->tried[set->chosen];
    jv solint = jv_array_get(cal_json_at(work->target, "solints"), set->index);
    const cal_chained one = {.path = solution->path,
                             .spwmap = solution->spwmap,
                             .spws = solution->spws,
                             .interp = solution->interp,
                             .solint = (char *)cal_json_text_at(solint, "solint", ""),
                             .preapply = stays_in_chain(work, set)};
    cal_chained copy = cal_chained_copy(&one);
    jv_free(solint);
    return copy;
}

/* What stayed while the interval was solved, and the chosen solutions at its end. */
static cal_chained *chain_with(const cal_work *work, const cal_solution_set *set, int *count)
{
    cal_chained *chain = CAL_NEW_ARRAY(cal_chained, set->befores + 1);
    for (*count = 0; *count < set->befores; ++*count)
        chain[*count] = cal_chained_copy(&set->before[*count]);
    if (set->chosen >= 0)
        chain[(*count)++] = chosen_one(work, set);
    return chain;
}

static cal_status run_applycal(cal_work *work, const char *path, const cal_chained *chain,
                               int count, cal_error *err)
{
    cal_words argv = {0};
    char jobs[24];
    cal_words_add(&argv, "applycal");
    for (int i = 0; i < count; i++) {
        cal_chained_words(&chain[i], &argv);
        cal_words_add(&argv, "--calwt");
        cal_words_add(&argv, work->settings->calwt ? "true" : "false");
    }
    cal_words_add(&argv, "--applymode");
    cal_words_add(&argv, work->settings->applymode);
    cal_words_add(&argv, "--flagbackup=false");
    cal_words_add(&argv, "--no-history");
    snprintf(jobs, sizeof jobs, "--jobs=%d", work->jobs);
    if (work->jobs)
        cal_words_add(&argv, jobs);
    cal_words_add(&argv, path);
    cal_status status = cal_work_run(work, CAL_WORK_SOLVER, &argv, NULL, err);
    cal_words_free(&argv);
    return status;
}

static cal_status apply_block(cal_work *work, int index, const cal_solution_set *set,
                              cal_error *err)
{
    jv block = cal_work_block(work, index);
    char *path = vis_of(work, index);
    int count;
    cal_chained *chain = set ? chain_with(work, set, &count) : cal_chain_read(block, &count);
    cal_status status = restore_flags(path, err);
    if (!status)
        status = start_afresh(path, work->settings->calwt, err);
    if (!status && count)
        status = run_applycal(work, path, chain, count, err);
    cal_chain_dispose(chain, count);
    free(path);
    jv_free(block);
    return status;
}

cal_status cal_apply_chain(cal_work *work, const cal_solution_set *sets, cal_error *err)
{
    cal_status status = CAL_OK;
    for (int i = 0; i < cal_work_blocks(work) && !status; i++)
        status = apply_block(work, i, sets ? &sets[i] : NULL, err);
    return status;
}

/* A table that cannot be read leaves the order as it is; applying it tells. */
static void rank_again(jv *block, const char *gaintable)
{
    cal_error err = {0};
    if (cal_block_rank_again(block, gaintable, &err))
        cal_warn("%s; the reference antennas stay in their order", err.text);
}

void cal_accept_chain(cal_work *work, int index, const cal_solution_set *sets)
{
    jv solints = cal_json_at(work->target, "solints");
    jv solint = jv_array_get(jv_copy(solints), index);
    bool stays = false;
    for (int i = 0; i < cal_work_blocks(work); i++) {
        jv block = cal_work_block(work, i);
        int count;
        cal_chained *chain = chain_with(work, &sets[i], &count);
        stays |= sets[i].chosen >= 0 && chain[count - 1].preapply;
        cal_chain_write(&block, chain, count);
        cal_json_set(&block, "applycal_mode_final", jv_string(work->settings->applymode));
        cal_json_set(&block, "flag_version", jv_string(CAL_STARTING_FLAGS));
        if (work->settings->rerank_refants && sets[i].chosen >= 0)
            rank_again(&block, chain[count - 1].path);
        cal_work_put_block(work, i, block);
        cal_chain_dispose(chain, count);
    }
    cal_json_set(&solint, "preapply_planned", jv_bool(is_planned_to_stay(solint)));
    cal_json_set(&solint, "preapply_this_gaintable", jv_bool(stays));
    cal_json_set(&work->target, "solints", jv_array_set(solints, index, solint));
}

void cal_drop_chain(cal_work *work)
{
    for (int i = 0; i < cal_work_blocks(work); i++) {
        jv block = cal_work_block(work, i);
        cal_chain_write(&block, NULL, 0);
        cal_work_put_block(work, i, block);
    }
}

/* ---- how much is flagged ---- */

static cal_status count_flags(const char *path, double *flagged, double *all, cal_error *err)
{
    cal_table *ms = NULL;
    cal_meta *meta = NULL;
    cal_reader *reader = NULL;
    cal_block *block = NULL;
    const cal_reader_options options = {.skip = CAL_SKIP_ALL};
    cal_status status = cal_meta_load(path, &ms, &meta, err);
    if (!status)
        status = cal_reader_open(ms, meta, NULL, CAL_READ_FLAG, &options, &reader, err);
    while (!status && !(status = cal_reader_next(reader, &block, err)) && block) {
        int64_t count = block->rows.count * block->nchan * block->ncorr;
        *flagged += (double)cal_count_set(block->flag, count);
        *all += (double)count;
    }
    cal_reader_close(reader);
    cal_table_close(ms, NULL);
    cal_meta_free(meta);
    return status;
}

double cal_flagged_fraction(cal_work *work)
{
    double flagged = 0, all = 0;
    bool failed = false;
    for (int i = 0; i < cal_work_blocks(work); i++) {
        char *path = vis_of(work, i);
        failed |= count_flags(path, &flagged, &all, NULL) != CAL_OK;
        free(path);
    }
    return failed || all == 0 ? NAN : flagged / all;
}

/* applycal: the loop over an MS, what goes before it and what is said after it. */
#include "cal/calibrate.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/progress.h"
#include "cal/calibrate_parts.h"
#include "ms/history.h"
#include "ms/rows.h"
#include <complex.h>
#include <math.h>
#include <string.h>

/* ---- the plan ---- */

/* CORRECTED_DATA is as good as missing when its last row has no value: a run that made the column
 * was stopped before it came there. */
static bool column_unfinished(cal_table *ms)
{
    int ndim;
    int64_t shape[CAL_MAX_DIM];
    return !cal_table_has_column(ms, "CORRECTED_DATA") ||
           !cal_table_cell_shape(ms, "CORRECTED_DATA", cal_table_rows(ms) - 1, &ndim, shape);
}

static cal_calibrate_plan make_plan(const char *mode, bool dry_run, cal_table *ms,
                                    const cal_chain *chain)
{
    bool trial = !strcmp(mode, "trial"), writes = !dry_run && !trial;
    bool flags_only = !strncmp(mode, "flagonly", strlen("flagonly"));
    cal_calibrate_plan plan = {
        .data = writes && !flags_only,
        .flag = writes && strcmp(mode, "calonly"),
        .weight = writes && !flags_only && cal_chain_calibrates_weights(chain),
        .strict = !strcmp(mode, "calflagstrict") || !strcmp(mode, "flagonlystrict"),
        .spectra = cal_table_has_column(ms, "WEIGHT_SPECTRUM"),
        .read = CAL_READ_FLAG};
    plan.column_new = plan.data && column_unfinished(ms);
    if (plan.data)
        plan.read |= CAL_READ_DATA;
    if (plan.weight)
        plan.read |= CAL_READ_SIGMA | CAL_READ_WEIGHT;
    if (plan.weight && plan.spectra)
        plan.read |= CAL_READ_WEIGHT_SPECTRUM;
    if (plan.weight && plan.spectra && cal_table_has_column(ms, "SIGMA_SPECTRUM"))
        plan.read |= CAL_READ_SIGMA_SPECTRUM;
    return plan;
}

/* Goes on until a row is kept. */
static bool look_further(void *user, const cal_rows *rows, const uint8_t *keep)
{
    (void)user;
    return !memchr(keep, 1, (size_t)rows->count);
}

/* An empty selection is found before anything is touched. */
static cal_status check_selection(const cal_calibrate_work *work, cal_error *err)
{
    int64_t kept;
    cal_status status =
        cal_rows_pass(work->ms, work->selection, CAL_SKIP_ALL, look_further, NULL, &kept, err);
    if (status || kept)
        return status;
    return cal_fail(err, CAL_DATA, "%s: the selection matches no rows; nothing was changed",
                    work->meta->path);
}

/* ---- the loop ---- */

static cal_status prepare_columns(cal_calibrate_work *work, cal_error *err)
{
    if (work->plan.data && !cal_table_has_column(work->ms, "CORRECTED_DATA"))
        return cal_table_add_column_like(work->ms, "CORRECTED_DATA", "DATA",
                                         "calibrated visibilities", err);
    return CAL_OK;
}

static cal_status run_blocks(cal_calibrate_work *work, cal_error *err)
{
    cal_block *block = NULL;
    cal_status status = CAL_OK;
    cal_progress_start(work->meta->name, "rows", (double)cal_table_rows(work->ms));
    while (!cal_stop_requested() && !(status = cal_reader_next(work->reader, &block, err)) &&
           block) {
        int64_t rows = block->rows.count;
        if ((status = cal_calibrate_block(work, block, err)))
            break;
        cal_progress_add((double)rows);
    }
    cal_progress_end();
    return status;
}

static cal_status run_loop(cal_calibrate_work *work, cal_error *err)
{
    const cal_selection *selection = work->plan.column_new ? NULL : work->selection;
    const cal_reader_options options = {
        .skip = cal_rows_skip(work->selection, CAL_SKIP_ALL & ~CAL_SKIP_STATE)};
    if (cal_reader_open(work->ms, work->meta, selection, work->plan.read, &options, &work->reader,
                        err))
        return err->status;
    cal_status status = run_blocks(work, err);
    if (!status)
        status = cal_reader_finish(work->reader, err);
    cal_reader_close(work->reader);
    cal_calibrate_free_room(work);
    return status;
}

/* ---- the report ---- */

static jv list_columns(const cal_calibrate_plan *plan, bool flags)
{
    jv list = jv_array();
    if (plan->data)
        cal_json_push(&list, jv_string("CORRECTED_DATA"));
    if (plan->flag && flags)
        cal_json_push(&list, jv_string("FLAG"));
    if (plan->weight)
        cal_json_push(&list, jv_string("WEIGHT"));
    if (plan->weight && plan->spectra)
        cal_json_push(&list, jv_string("WEIGHT_SPECTRUM"));
    return list;
}

/* What --dry-run leaves undone: columns, and bytes of visibilities, spectra and flags (bits on disk). A
 * column that is made is filled for all rows, which are taken to be like the selected ones. */
static jv would_write(const cal_calibrate_work *work)
{
    const cal_calibrate_plan *real = &work->real;
    const cal_calibrate_count *count = &work->count;
    bool flags = count->flagged_after > count->flagged_before;
    double data = (double)count->data, share = (double)work->all_rows / (double)count->rows;
    double touched = real->column_new ? data * share : data, read = touched / 8, written = 0;
    read += real->data ? touched * sizeof(float complex) : 0;
    written += real->data ? touched * sizeof(float complex) : 0;
    written += real->flag && flags ? data / 8 : 0;
    written += real->weight && real->spectra ? data * sizeof(float) : 0;
    jv object = jv_object();
    cal_json_set(&object, "columns", list_columns(real, flags));
    cal_json_set(&object, "bytes_read", jv_number(ceil(read)));
    cal_json_set(&object, "bytes_written", jv_number(ceil(written)));
    return object;
}

static jv make_report(const cal_calibrate_work *work, const cal_calibrate_options *options)
{
    const cal_calibrate_count *count = &work->count;
    jv report = jv_object();
    cal_json_set(&report, "ms", cal_json_text(work->meta->path));
    cal_json_set(&report, "applymode", cal_json_text(options->applymode));
    cal_json_set(&report, "dry_run", jv_bool(options->dry_run));
    cal_json_set(&report, "rows", jv_number((double)count->rows));
    cal_json_set(&report, "rows_without_solutions", jv_number((double)count->rows_missing));
    cal_json_set(&report, "data", jv_number((double)count->data));
    cal_json_set(&report, "flagged_before", jv_number((double)count->flagged_before));
    cal_json_set(&report, "flagged_after", jv_number((double)count->flagged_after));
    cal_json_set(&report, "columns_written", list_columns(&work->plan, count->blocks_flagged > 0));
    cal_json_set(&report, "would_write", options->dry_run ? would_write(work) : jv_null());
    cal_json_set(&report, "column_created",
                 work->plan.column_new ? jv_string("CORRECTED_DATA") : jv_null());
    cal_json_set(&report, "flag_version", cal_json_text(work->flag_version));
    cal_json_set(&report, "tables", cal_chain_report(work->chain));
    return report;
}

/* What a user would want to know even without reading the result. */
static void warn_of_result(const cal_calibrate_work *work)
{
    const cal_calibrate_count *count = &work->count;
    const char *path = work->meta->path;
    if (count->rows_missing == count->rows && count->rows)
        cal_warn("%s: no selected row could be calibrated: its spws have no solutions", path);
    else if (count->rows_missing)
        cal_warn("%s: %lld of %lld rows belong to spws without solutions: %s", path,
                 (long long)count->rows_missing, (long long)count->rows,
                 work->plan.strict ? "these are flagged" : "these are left as they are");
    if (count->flagged_after == count->data && count->flagged_before < count->data)
        cal_warn("%s: all selected data %s flagged", path,
                 work->plan.flag ? "are now" : "would be");
}

/* ---- the whole ---- */

static cal_status finish(cal_calibrate_work *work, const cal_calibrate_options *options, jv *report,
                         cal_error *err)
{
    bool writes = work->plan.data || work->plan.flag;
    cal_status status = cal_table_close(work->ms, err);
    work->ms = NULL;
    if (cal_stop_requested()) {
        cal_warn("%s: interrupted; the rows so far are calibrated and the tables are closed. "
                 "Running the same command again gives the full result",
                 work->meta->path);
        cal_stop_now();
    }
    if (!status && writes && options->history)
        status = cal_history_add(work->meta->path, "calibration tables applied", err);
    if (status)
        return status;
    warn_of_result(work);
    *report = make_report(work, options);
    return CAL_OK;
}

static cal_status calibrate_open(cal_calibrate_work *work, const cal_calibrate_options *options,
                                 jv *report, cal_error *err)
{
    bool writes = work->plan.data || work->plan.flag;
    if (check_selection(work, err))
        return err->status;
    if (writes)
        cal_stop_defer();
    cal_status status = prepare_columns(work, err);
    if (!status)
        status = run_loop(work, err);
    if (!status)
        status = finish(work, options, report, err);
    return status;
}

static cal_status open_ms(cal_calibrate_work *work, const cal_calibrate_options *options,
                          cal_error *err)
{
    bool trial = options->dry_run || !strcmp(options->applymode, "trial");
    if (cal_table_open(work->meta->path, !trial, &work->ms, err))
        return err->status;
    if (cal_table_rows(work->ms) == 0)
        return cal_fail(err, CAL_DATA, "%s has no rows", work->meta->path);
    if (cal_select_resolve(&options->select, work->ms, work->meta,
                           (cal_selection **)&work->selection, err))
        return err->status;
    work->plan = make_plan(options->applymode, options->dry_run, work->ms, work->chain);
    work->real = make_plan(options->applymode, false, work->ms, work->chain);
    work->all_rows = cal_table_rows(work->ms);
    return CAL_OK;
}

cal_status cal_calibrate(const char *path, cal_chain_list *list,
                         const cal_calibrate_options *options, jv *report, cal_error *err)
{
    cal_meta *meta;
    cal_calibrate_work work = {.jobs = options->jobs, .flag_backup = options->flag_backup};
    if (cal_meta_load(path, NULL, &meta, err))
        return err->status;
    work.meta = meta;
    cal_status status = cal_chain_list_resolve(list, meta, err);
    if (!status)
        status = cal_chain_open(list, meta, &work.chain, err);
    if (!status) {
        cal_chain_prepare(work.chain, work.jobs);
        status = open_ms(&work, options, err);
    }
    if (!status)
        status = calibrate_open(&work, options, report, err);
    cal_table_close(work.ms, NULL);
    free(work.flag_version);
    cal_selection_free((cal_selection *)work.selection);
    cal_chain_free(work.chain);
    cal_meta_free(meta);
    return status;
}

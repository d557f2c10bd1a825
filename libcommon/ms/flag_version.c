#include "ms/flag_version.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include "ms/block.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define LIST_NAME "FLAG_VERSION_LIST"

static char *folder_of(const char *ms)
{
    size_t length = strlen(ms);
    while (length > 1 && ms[length - 1] == '/')
        length--;
    return cal_format("%.*s.flagversions", (int)length, ms);
}

static char *version_path(const char *ms, const char *name)
{
    char *folder = folder_of(ms);
    char *path = cal_format("%s/flags.%s", folder, name);
    free(folder);
    return path;
}

bool cal_flag_version_exists(const char *ms, const char *name)
{
    char *path = version_path(ms, name);
    bool exists = cal_path_exists(path);
    free(path);
    return exists;
}

static char *free_name(const char *ms, const char *prefix)
{
    for (int n = 1;; n++) {
        char *name = cal_format("%s_%d", prefix, n);
        if (!cal_flag_version_exists(ms, name))
            return name;
        free(name);
    }
}

static cal_status create_version(const char *path, int64_t rows, cal_table **version,
                                 cal_error *err)
{
    static const cal_column_def column[] = {
        {.name = "FLAG", .type = CAL_TYPE_BOOL, .ndim = 2, .manager = "TiledFlag"},
        {.name = "FLAG_ROW", .type = CAL_TYPE_BOOL, .manager = "SSM"}};
    static const cal_manager_def manager[] = {
        {.name = "TiledFlag", .type = "TiledShapeStMan", .tile = {4, 64, 4096}},
        {.name = "SSM", .type = "StandardStMan"}};
    cal_table_def def = {.comment = "flags of a MeasurementSet",
                         .column = column,
                         .columns = CAL_COUNT(column),
                         .manager = manager,
                         .managers = CAL_COUNT(manager)};
    return cal_table_create(path, &def, rows, version, err);
}

static cal_status copy_block(const cal_block *block, cal_table *version, cal_error *err)
{
    cal_span span = cal_span_list(block->rows.row, block->rows.count);
    int64_t shape[2] = {block->ncorr, block->nchan};
    if (cal_table_set_shape(version, "FLAG", span, 2, shape, NULL, err) ||
        cal_table_put(version, "FLAG", CAL_TYPE_BOOL, span, block->flag, err) ||
        cal_table_put(version, "FLAG_ROW", CAL_TYPE_BOOL, span, block->rows.flag_row, err))
        return err->status;
    return CAL_OK;
}

static cal_status copy_flags(cal_table *ms, const cal_meta *meta, cal_table *version,
                             cal_error *err)
{
    cal_reader *reader;
    cal_block *block = NULL;
    const cal_reader_options options = {.skip = CAL_SKIP_ALL & ~CAL_SKIP_FLAG_ROW};
    cal_status status = cal_reader_open(ms, meta, NULL, CAL_READ_FLAG, &options, &reader, err);
    if (status)
        return status;
    while (!(status = cal_reader_next(reader, &block, err)) && block)
        if ((status = copy_block(block, version, err)))
            break;
    cal_reader_close(reader);
    return status;
}

static cal_status write_version(cal_table *ms, const cal_meta *meta, const char *path,
                                cal_error *err)
{
    cal_output *out;
    cal_table *version;
    if (cal_output_begin(path, false, &out, err))
        return err->status;
    cal_status status = create_version(cal_output_path(out), cal_table_rows(ms), &version, err);
    if (!status) {
        status = copy_flags(ms, meta, version, err);
        cal_status closed = cal_table_close(version, status ? NULL : err);
        status = status ? status : closed;
    }
    if (!status)
        return cal_output_commit(out, err);
    cal_output_abandon(out);
    return status;
}

static cal_status list_version(const char *folder, const char *name, cal_error *err)
{
    char *path = cal_format("%s/" LIST_NAME, folder);
    char when[32];
    time_t now = time(NULL);
    struct tm local;
    strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", localtime_r(&now, &local));
    FILE *list = fopen(path, "a");
    bool failed = !list || fprintf(list, "%s : Flags autosave on %s\n", name, when) < 0;
    failed = (list && fclose(list)) || failed;
    cal_status status = failed ? cal_fail_errno(err, CAL_OUTPUT, "cannot write %s", path) : CAL_OK;
    free(path);
    return status;
}

static cal_status save_version(cal_table *ms, const cal_meta *meta, const char *name,
                               cal_error *err)
{
    char *folder = folder_of(meta->path);
    char *path = version_path(meta->path, name);
    cal_status status = CAL_OK;
    if (mkdir(folder, 0777) && errno != EEXIST)
        status = cal_fail_errno(err, CAL_OUTPUT, "cannot make %s to save the flags", folder);
    if (!status)
        status = write_version(ms, meta, path, err);
    if (!status)
        status = list_version(folder, name, err);
    free(path);
    free(folder);
    return status;
}

cal_status cal_flag_version_save(cal_table *ms, const cal_meta *meta, const char *prefix,
                                 char **name, cal_error *err)
{
    *name = free_name(meta->path, prefix);
    cal_status status = save_version(ms, meta, *name, err);
    if (status) {
        free(*name);
        *name = NULL;
    }
    return status;
}

cal_status cal_flag_version_save_as(const char *path, const char *name, cal_error *err)
{
    cal_table *ms = NULL;
    cal_meta *meta = NULL;
    cal_status status = cal_meta_load(path, &ms, &meta, err);
    if (!status)
        status = save_version(ms, meta, name, err);
    cal_table_close(ms, NULL);
    cal_meta_free(meta);
    return status;
}

/* ---- back again ---- */

static cal_status restore_block(cal_reader *reader, cal_table *ms, const cal_block *block,
                                cal_table *version, cal_error *err)
{
    cal_span span = cal_span_list(block->rows.row, block->rows.count);
    size_t cell = (size_t)block->ncorr * block->nchan;
    uint8_t *flag = CAL_NEW_ARRAY(uint8_t, block->rows.count * cell);
    uint8_t *row = CAL_NEW_ARRAY(uint8_t, block->rows.count);
    cal_status status = cal_table_get(version, "FLAG", CAL_TYPE_BOOL, span, flag, err);
    if (!status)
        status = cal_table_get(version, "FLAG_ROW", CAL_TYPE_BOOL, span, row, err);
    if (!status)
        status = cal_block_put(reader, ms, block, "FLAG", flag, err);
    if (!status) {
        cal_reader_lock(reader);
        status = cal_table_put(ms, "FLAG_ROW", CAL_TYPE_BOOL, span, row, err);
        cal_reader_unlock(reader);
    }
    free(row);
    free(flag);
    return status;
}

static cal_status restore_all(cal_table *ms, const cal_meta *meta, cal_table *version,
                              cal_error *err)
{
    cal_reader *reader;
    cal_block *block = NULL;
    const cal_reader_options options = {.skip = CAL_SKIP_ALL};
    cal_status status = cal_reader_open(ms, meta, NULL, 0, &options, &reader, err);
    if (status)
        return status;
    while (!(status = cal_reader_next(reader, &block, err)) && block)
        if ((status = restore_block(reader, ms, block, version, err)))
            break;
    cal_reader_close(reader);
    return status;
}

static cal_status same_rows(const cal_table *ms, const cal_table *version, cal_error *err)
{
    int64_t rows = cal_table_rows(ms), saved = cal_table_rows(version);
    if (rows == saved)
        return CAL_OK;
    return cal_fail(err, CAL_INPUT, "%s has %lld rows, but %s has %lld; it is of another set",
                    cal_table_path(version), (long long)saved, cal_table_path(ms), (long long)rows);
}

cal_status cal_flag_version_restore(const char *path, const char *name, cal_error *err)
{
    char *saved = version_path(path, name);
    cal_table *version = NULL, *ms = NULL;
    cal_meta *meta = NULL;
    cal_status status = cal_table_open(saved, false, &version, err);
    if (!status)
        status = cal_meta_load(path, NULL, &meta, err);
    if (!status)
        status = cal_table_open(path, true, &ms, err);
    if (!status)
        status = same_rows(ms, version, err);
    if (!status)
        status = restore_all(ms, meta, version, err);
    cal_status closed = cal_table_close(ms, status ? NULL : err);
    cal_table_close(version, NULL);
    cal_meta_free(meta);
    free(saved);
    return status ? status : closed;
}

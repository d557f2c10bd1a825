/* Subtables that are more than rows: POINTING, which may be linked, and FIELD's ephemerides. */
#include "base/mem.h"
#include "base/output.h"
#include "ms/rows.h"
#include "ms/subtables_parts.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- POINTING ---- */

enum { CHUNK = 65536 };

/* A pointing direction as a row of MAIN of which only the time matters. */
cal_status cal_subtable_filter_times(cal_table *pointing, const cal_selection *times, uint8_t *keep,
                                     cal_error *err)
{
    cal_rows *rows = cal_rows_new(CHUNK);
    uint8_t chosen[CHUNK];
    cal_status status = CAL_OK;
    for (int64_t first = 0; first < cal_table_rows(pointing) && !status; first += CHUNK) {
        int64_t left = cal_table_rows(pointing) - first;
        cal_span span = cal_span_range(first, left < CHUNK ? left : CHUNK);
        status = cal_table_get(pointing, "TIME", CAL_TYPE_DOUBLE, span, rows->time, err);
        if (!status)
            status =
                cal_table_get(pointing, "INTERVAL", CAL_TYPE_DOUBLE, span, rows->interval, err);
        if (status)
            break;
        rows->count = span.count;
        cal_selection_rows(times, rows, chosen);
        for (int64_t i = 0; i < span.count; i++)
            keep[first + i] &= chosen[i];
    }
    cal_rows_free(rows);
    return status;
}

/* casacore rewrites the description and the lock of a table that is only looked at; the data files
 * change only when somebody writes rows. */
static bool is_shared(const char *file)
{
    return strcmp(file, "table.dat") && strcmp(file, "table.info") && strcmp(file, "table.lock");
}

static int link_file(const char *from, const char *to, const char *file)
{
    char *source = cal_format("%s/%s", from, file), *target = cal_format("%s/%s", to, file);
    int failed = is_shared(file) ? linkat(AT_FDCWD, source, AT_FDCWD, target, AT_SYMLINK_FOLLOW)
                                 : !cal_file_copy(source, target);
    free(source);
    free(target);
    return failed;
}

static bool link_table(const char *from, const char *to)
{
    DIR *directory = opendir(from);
    int failed = !directory || mkdir(to, 0777);
    struct dirent *entry;
    while (!failed && (entry = readdir(directory)))
        if (entry->d_name[0] != '.')
            failed = link_file(from, to, entry->d_name);
    int reason = errno;
    if (directory)
        closedir(directory);
    if (failed) {
        cal_remove_tree(to, NULL);
        cal_warn("POINTING cannot be linked (%s), it is copied", strerror(reason));
    }
    return !failed;
}

const char *cal_subtable_pointing_way(const cal_table *pointing, const char *path,
                                      const cal_subtables_plan *plan)
{
    if (strcmp(plan->pointing, "link"))
        return plan->pointing;
    if (plan->times || !plan->maps->antenna.all) {
        cal_warn("POINTING cannot be linked because the selection of times or antennas changes it, "
                 "it is copied");
        return "copy";
    }
    return link_table(cal_table_path(pointing), path) ? "link" : "copy";
}

/* ---- FIELD ---- */

static cal_status copy_ephemeris(const char *from, const char *to, const char *name, cal_error *err)
{
    char *source = cal_format("%s/%s", from, name), *target = cal_format("%s/%s", to, name);
    cal_table *table;
    cal_status status = cal_table_open(source, false, &table, err);
    if (!status) {
        status = cal_table_copy(table, target, cal_span_range(0, cal_table_rows(table)), NULL, err);
        cal_table_close(table, NULL);
    }
    free(source);
    free(target);
    return status;
}

cal_status cal_subtable_copy_ephemerides(cal_table *field, const char *path, cal_error *err)
{
    DIR *directory = opendir(cal_table_path(field));
    struct dirent *entry;
    cal_status status = CAL_OK;
    while (directory && !status && (entry = readdir(directory)))
        if (!strncmp(entry->d_name, "EPHEM", 5))
            status = copy_ephemeris(cal_table_path(field), path, entry->d_name, err);
    if (directory)
        closedir(directory);
    return status;
}

/* A copy of a whole table by its files, where that is enough. */
#include "base/json.h"
#include "base/mem.h"
#include "base/output.h"
#include "table/table.h"
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- may it be? ---- */

static bool names_table(jv value)
{
    bool found = false;
    if (jv_get_kind(value) == JV_KIND_STRING)
        found = !strncmp(jv_string_value(value), "Table: ", 7);
    else if (jv_get_kind(value) == JV_KIND_OBJECT)
        jv_object_foreach(value, key, member)
        {
            jv_free(key);
            found = names_table(member) || found;
        }
    jv_free(value);
    return found;
}

static bool refers_to_tables(const cal_table *table)
{
    bool found = names_table(cal_table_keywords(table, NULL));
    for (int i = 0; i < cal_table_column_count(table) && !found; i++) {
        cal_column column;
        cal_table_column_at(table, i, &column);
        found = names_table(cal_table_keywords(table, column.name));
    }
    return found;
}

/* ---- folders ---- */

/* For each entry, until body() is false; false, too, where the folder cannot be read. */
static bool each_entry(const char *from, const char *to,
                       bool (*body)(const char *source, const char *target))
{
    DIR *folder = opendir(from);
    bool going = folder;
    struct dirent *entry;
    while (going && (entry = readdir(folder))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        char *source = cal_format("%s/%s", from, entry->d_name);
        char *target = cal_format("%s/%s", to, entry->d_name);
        going = body(source, target);
        free(source);
        free(target);
    }
    if (folder)
        closedir(folder);
    return going;
}

static bool is_file(const char *source, const char *target)
{
    struct stat info;
    (void)target;
    return !stat(source, &info) && S_ISREG(info.st_mode);
}

/* ---- copies ---- */

static cal_status copy_cells(const cal_table *table, const char *path, cal_table **copied,
                             cal_error *err)
{
    return cal_table_copy_open(table, path, cal_span_range(0, cal_table_rows(table)), NULL, copied,
                               err);
}

cal_status cal_table_copy_files(const cal_table *table, const char *path, bool write,
                                cal_table **copied, cal_error *err)
{
    const char *from = cal_table_path(table);
    *copied = NULL;
    if (cal_table_is_written(table) || cal_path_exists(path) || refers_to_tables(table) ||
        !each_entry(from, path, is_file))
        return copy_cells(table, path, copied, err);
    if (mkdir(path, 0777) || !each_entry(from, path, cal_file_copy))
        return cal_fail_errno(err, CAL_OUTPUT, "%s cannot be written", path);
    return cal_table_open(path, write, copied, err);
}

cal_status cal_table_copy_sub(const cal_table *table, const char *name, const char *path,
                              bool write, cal_table **copied, cal_error *err)
{
    cal_table *sub;
    *copied = NULL;
    cal_status status = cal_table_open_sub(table, name, &sub, err);
    if (!status)
        status = cal_table_copy_files(sub, path, write, copied, err);
    cal_table_close(sub, NULL);
    return status;
}

/* What lies where an output shall be, and whether --force may replace it. */
#include "base/mem.h"
#include "base/output.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    IS_EMPTY_FILE = CAL_OUTPUT_CALTABLE + 1, /* nothing to lose */
    IS_LOST_LINK,                            /* leads nowhere */
    IS_EMPTY_FOLDER,
    IS_OTHER_TABLE,
    IS_FOLDER,
    IS_DEVICE
};

static const char *const names[] = {
    [CAL_OUTPUT_ANY] = "a table or a file",      [CAL_OUTPUT_FILE] = "a file",
    [CAL_OUTPUT_FITS] = "a FITS file",           [CAL_OUTPUT_PNG] = "a PNG picture",
    [CAL_OUTPUT_MS] = "a MeasurementSet",        [CAL_OUTPUT_CALTABLE] = "a calibration table",
    [IS_EMPTY_FILE] = "an empty file",           [IS_LOST_LINK] = "a link that leads nowhere",
    [IS_EMPTY_FOLDER] = "an empty directory",    [IS_OTHER_TABLE] = "a table of another type",
    [IS_FOLDER] = "a directory and not a table", [IS_DEVICE] = "neither a file nor a directory"};

cal_output_kind cal_output_kind_of(const void *bytes, size_t count)
{
    static const char fits[] = "SIMPLE  =", png[] = "\x89PNG\r\n\x1a\n";
    if (count >= sizeof fits - 1 && !memcmp(bytes, fits, sizeof fits - 1))
        return CAL_OUTPUT_FITS;
    if (count >= sizeof png - 1 && !memcmp(bytes, png, sizeof png - 1))
        return CAL_OUTPUT_PNG;
    return CAL_OUTPUT_FILE;
}

static size_t first_bytes(const char *path, char *bytes, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t count = file ? fread(bytes, 1, size, file) : 0;
    if (file)
        fclose(file);
    return count;
}

static bool is_empty(const char *directory)
{
    DIR *opened = opendir(directory);
    int entries = 0; /* with . and .. */
    while (opened && entries < 3 && readdir(opened))
        entries++;
    if (opened)
        closedir(opened);
    return entries == 2;
}

static int kind_of_table(const char *path)
{
    char *info = cal_format("%s/table.info", path), text[64] = "";
    text[first_bytes(info, text, sizeof text - 1)] = 0;
    free(info);
    if (!strncmp(text, "Type = Measurement Set\n", 23))
        return CAL_OUTPUT_MS;
    return strncmp(text, "Type = Calibration\n", 19) ? IS_OTHER_TABLE : CAL_OUTPUT_CALTABLE;
}

static int kind_of_directory(const char *path)
{
    char *table = cal_format("%s/table.dat", path);
    int kind = cal_path_exists(table) ? kind_of_table(path)
               : is_empty(path)       ? IS_EMPTY_FOLDER
                                      : IS_FOLDER;
    free(table);
    return kind;
}

static int kind_of_file(const char *path)
{
    char bytes[16];
    size_t count = first_bytes(path, bytes, sizeof bytes);
    return count ? (int)cal_output_kind_of(bytes, count) : IS_EMPTY_FILE;
}

static int kind_of_path(const char *path)
{
    struct stat seen;
    if (stat(path, &seen))
        return IS_LOST_LINK;
    return S_ISDIR(seen.st_mode)   ? kind_of_directory(path)
           : S_ISREG(seen.st_mode) ? kind_of_file(path)
                                   : IS_DEVICE;
}

static bool may_replace(int old, cal_output_kind kind)
{
    bool makes_folder = kind == CAL_OUTPUT_MS || kind == CAL_OUTPUT_CALTABLE;
    if (kind == CAL_OUTPUT_ANY)
        return old != IS_FOLDER && old != IS_DEVICE;
    if (old == IS_EMPTY_FILE || old == IS_LOST_LINK || old == IS_EMPTY_FOLDER)
        return makes_folder == (old == IS_EMPTY_FOLDER);
    return old == (int)kind;
}

/* While it is incomplete it has a longer name. */
static bool is_too_long(const char *path)
{
    struct stat seen;
    char *partial = cal_format("%s%s", path, CAL_PARTIAL);
    bool too_long = lstat(partial, &seen) && errno == ENAMETOOLONG;
    free(partial);
    return too_long;
}

cal_status cal_output_check(const char *path, cal_output_kind kind, bool force, cal_error *err)
{
    if (is_too_long(path))
        return cal_fail(err, CAL_OUTPUT, "%s: the name is too long; choose a shorter one", path);
    if (!cal_path_exists(path))
        return CAL_OK;
    int old = kind_of_path(path);
    bool may = may_replace(old, kind);
    if (!force && (may || old != IS_LOST_LINK))
        return cal_fail(err, CAL_OUTPUT,
                        "%s: exists; choose another name, or --force to replace it", path);
    if (may)
        return CAL_OK;
    return cal_fail(err, CAL_OUTPUT,
                    "%s: is %s, which --force does not replace by %s; choose another name", path,
                    names[old], names[kind]);
}

void cal_output_foretell(const char *path, cal_output_kind kind, bool force)
{
    cal_error err = {0};
    if (cal_output_check(path, kind, force, &err))
        cal_warn("%s", err.text);
}

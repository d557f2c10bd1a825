/* Files and directory trees: removing, measuring, copying. */
#include "base/mem.h"
#include "base/output.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *position)
{
    (void)info, (void)type, (void)position;
    return remove(path);
}

/* A folder goes out of the way first, as what it is known as while it is incomplete: a removal that is killed leaves no half of a table under
 * the table's name, and the next output of this name clears it away. */
static cal_status remove_folder(const char *path, cal_error *err)
{
    static const char end[] = CAL_PARTIAL;
    size_t length = strlen(path), tail = sizeof end - 1;
    bool aside = length >= tail && !strcmp(path + length - tail, end);
    char *partial = cal_format("%.*s%s", (int)(aside ? length - tail : length), path, end);
    if (!aside)
        nftw(partial, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    bool moved = aside || !rename(path, partial);
    int failed = nftw(moved ? partial : path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(partial);
    return failed ? cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be removed", path) : CAL_OK;
}

cal_status cal_remove_tree(const char *path, cal_error *err)
{
    struct stat info;
    if (lstat(path, &info))
        return errno == ENOENT ? CAL_OK
                               : cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be removed", path);
    if (S_ISDIR(info.st_mode))
        return remove_folder(path, err);
    return unlink(path) ? cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be removed", path) : CAL_OK;
}

static _Thread_local double total;

static int add_size(const char *path, const struct stat *info, int type, struct FTW *position)
{
    (void)path, (void)position;
    if (type == FTW_F)
        total += (double)info->st_size;
    return 0;
}

/* The path may be a link; links below it are not followed. */
double cal_tree_size(const char *path)
{
    char real[PATH_MAX];
    total = 0;
    nftw(realpath(path, real) ? real : path, add_size, 16, FTW_PHYS);
    return total;
}

bool cal_path_exists(const char *path)
{
    struct stat info;
    return !lstat(path, &info);
}

char *cal_path_from(const char *folder, const char *path)
{
    if (!folder || *path == '/' || cal_path_exists(path))
        return cal_copy_text(path);
    return cal_format("%s/%s", folder, path);
}

char *cal_path_folder(const char *path)
{
    const char *slash = strcmp(path, "-") ? strrchr(path, '/') : NULL;
    return slash ? cal_format("%.*s", slash > path ? (int)(slash - path) : 1, path) : NULL;
}

cal_status cal_folder_make(const char *path, cal_error *err)
{
    char *part = cal_copy_text(path);
    bool failed = false;
    for (char *c = part; !failed && *c; c++) {
        if (c[1] != '/' && c[1])
            continue;
        char rest = c[1];
        c[1] = 0;
        failed = mkdir(part, 0777) && errno != EEXIST;
        c[1] = rest;
    }
    free(part);
    return failed ? cal_fail_errno(err, CAL_OUTPUT, "%s: the folder cannot be made", path) : CAL_OK;
}

/* What was written when it fails, stays. */
bool cal_file_copy(const char *from, const char *to)
{
    struct stat info;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int failed = out < 0 || fstat(in, &info);
    for (off_t at = 0; !failed && at < info.st_size;)
        failed = sendfile(out, in, &at, (size_t)(info.st_size - at)) <= 0;
    if (in >= 0)
        close(in);
    if (out >= 0)
        failed |= close(out);
    return !failed;
}

#include "base/output.h"

#include "base/mem.h"
#include "base/stop.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cal_output {
    char *path, *partial;
    bool force;
};

static void release(cal_output *out)
{
    free(out->path);
    free(out->partial);
    free(out);
}

/* "dir/out.ms/" is "dir/out.ms". */
static char *without_slash(const char *path)
{
    char *copy = cal_copy_text(path);
    for (size_t length = strlen(copy); length > 1 && copy[length - 1] == '/'; length--)
        copy[length - 1] = 0;
    return copy;
}

static cal_status check_parent(const char *path, cal_error *err)
{
    const char *slash = strrchr(path, '/');
    char *parent = slash ? cal_format("%.*s", slash == path ? 1 : (int)(slash - path), path)
                         : cal_copy_text(".");
    struct stat seen;
    cal_status status = CAL_OK;
    if (!stat(parent, &seen) && !S_ISDIR(seen.st_mode))
        status = cal_fail(err, CAL_OUTPUT, "%s: cannot be written: %s is a file, not a directory",
                          path, parent);
    else if (access(parent, W_OK | X_OK))
        status = cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be written in %s", path, parent);
    free(parent);
    return status;
}

cal_status cal_output_begin_as(const char *path, cal_output_kind kind, bool force, cal_output **out,
                               cal_error *err)
{
    *out = NULL;
    if (!*path)
        return cal_fail(err, CAL_USAGE, "the name of the output is empty");
    cal_output *made = CAL_NEW(cal_output);
    made->path = without_slash(path);
    made->partial = cal_format("%s" CAL_PARTIAL, made->path);
    made->force = force;
    cal_status status = cal_output_check(made->path, kind, force, err);
    if (!status && !(status = check_parent(made->path, err)))
        status = cal_remove_tree(made->partial, err);
    if (status) {
        release(made);
        return status;
    }
    cal_stop_watch_path(made->partial);
    *out = made;
    return CAL_OK;
}

cal_status cal_output_begin(const char *path, bool force, cal_output **out, cal_error *err)
{
    return cal_output_begin_as(path, CAL_OUTPUT_ANY, force, out, err);
}

const char *cal_output_path(const cal_output *out)
{
    return out->partial;
}

/* A file takes the place of the old one at one go. An old table ends under the partial name (*swapped) and is removed there: at
 * no moment is there nothing. */
static int move_into_place(const cal_output *out, bool *swapped)
{
    struct stat old;
    *swapped = false;
    if (!out->force || stat(out->path, &old))
        return renameat2(AT_FDCWD, out->partial, AT_FDCWD, out->path, RENAME_NOREPLACE);
    if (!S_ISDIR(old.st_mode))
        return rename(out->partial, out->path);
    *swapped = true;
    return renameat2(AT_FDCWD, out->partial, AT_FDCWD, out->path, RENAME_EXCHANGE);
}

/* Is `path` below `folder`? Both are real paths. */
static bool lies_in(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return !strncmp(path, folder, length) && path[length] == '/';
}

cal_status cal_output_not_input(const char *output, const char *input, cal_error *err)
{
    char in[PATH_MAX], out[PATH_MAX], above[PATH_MAX];
    if (!realpath(input, in))
        return CAL_OK;
    bool there = realpath(output, out);
    if (there && !strcmp(in, out))
        return cal_fail(err, CAL_USAGE, "%s: the output cannot be the input", output);
    if (there && lies_in(in, out))
        return cal_fail(err, CAL_USAGE,
                        "%s: the input %s lies in it, and would be replaced with it", output,
                        input);
    char *path = cal_copy_text(output), *table = cal_format("%s/table.dat", in);
    bool inside = cal_path_exists(table) && realpath(dirname(path), above) &&
                  (!strcmp(above, in) || lies_in(above, in));
    free(table);
    free(path);
    if (inside)
        return cal_fail(err, CAL_USAGE, "%s: the output cannot lie in the input", output);
    return CAL_OK;
}

cal_status cal_output_commit(cal_output *out, cal_error *err)
{
    cal_status status = CAL_OK;
    bool swapped;
    cal_stop_hold();
    int failed = move_into_place(out, &swapped);
    if (failed && errno == EINVAL) /* a file system without these: nearly the same */
        failed = (out->force && cal_remove_tree(out->path, err)) || rename(out->partial, out->path);
    bool ours = failed || swapped; /* else the next writer of a library may have begun there */
    cal_stop_let_go(ours ? NULL : out->partial);
    if (failed)
        status = cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be given its name", out->path);
    if (ours) {
        cal_remove_tree(out->partial, NULL);
        cal_stop_unwatch_path(out->partial);
    }
    release(out);
    return status;
}

void cal_output_abandon(cal_output *out)
{
    if (!out)
        return;
    cal_remove_tree(out->partial, NULL);
    cal_stop_unwatch_path(out->partial);
    release(out);
}

static cal_status write_bytes(const char *path, const void *bytes, size_t count, cal_error *err)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be opened", path);
    bool written = fwrite(bytes, 1, count, file) == count;
    written = !fclose(file) && written;
    return written ? CAL_OK : cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be written", path);
}

cal_status cal_output_file(const char *path, bool force, const void *bytes, size_t count,
                           cal_error *err)
{
    cal_output *out;
    if (cal_output_begin_as(path, cal_output_kind_of(bytes, count), force, &out, err))
        return err ? err->status : CAL_OUTPUT;
    if (write_bytes(cal_output_path(out), bytes, count, err)) {
        cal_output_abandon(out);
        return CAL_OUTPUT;
    }
    return cal_output_commit(out, err);
}

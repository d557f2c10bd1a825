#include "callib/edit.h"

#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include "base/tool.h"
#include "callib/library_text.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

cal_status cal_edit_read(const char *path, cal_library **library, cal_error *err)
{
    jv document;
    if (cal_json_read(path, &document, err))
        return err->status;
    return cal_library_from_json(document, cal_text_name(path), library, err);
}

/* ---- a file changed in place ---- */

/* Whoever waited for the lock of a file may find that the file was replaced meanwhile. */
static bool is_current(int lock, const char *path)
{
    struct stat locked, named;
    return !fstat(lock, &locked) && !stat(path, &named) && locked.st_ino == named.st_ino &&
           locked.st_dev == named.st_dev;
}

static int lock_file(const char *path)
{
    for (;;) {
        int lock = open(path, O_RDONLY | O_CLOEXEC);
        if (lock < 0)
            return -1;
        int failed;
        while ((failed = flock(lock, LOCK_EX)) && errno == EINTR)
            ;
        if (!failed && is_current(lock, path))
            return lock;
        close(lock);
        if (failed)
            return -1;
    }
}

cal_status cal_edit_begin(cal_edit *edit, cal_library **library, cal_error *err)
{
    if (!edit->in_place)
        return cal_edit_read("-", library, err);
    edit->lock = lock_file(edit->in_place);
    if (edit->lock < 0)
        return cal_fail_errno(err, CAL_INPUT, "%s: cannot be opened", edit->in_place);
    if (access(edit->in_place, W_OK))
        return cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be changed", edit->in_place);
    return cal_edit_read(edit->in_place, library, err);
}

/* The file behind a link is replaced, not the link, and what takes its place may be read and written by the same people. */
static cal_status write_again(const cal_edit *edit, const cal_buf *text, cal_error *err)
{
    struct stat was;
    bool link = !lstat(edit->in_place, &was) && S_ISLNK(was.st_mode);
    char *file = link ? realpath(edit->in_place, NULL) : cal_copy_text(edit->in_place);
    if (!file || fstat(edit->lock, &was)) {
        free(file);
        return cal_fail_errno(err, CAL_OUTPUT, "%s: cannot be changed", edit->in_place);
    }
    mode_t mask = umask(~was.st_mode & 0777);
    cal_status status = cal_output_file(file, true, text->data, text->len, err);
    umask(mask);
    free(file);
    return status;
}

static cal_status replace_file(const cal_edit *edit, const cal_library *library, cal_error *err)
{
    cal_buf text = {0};
    jv document = cal_library_json(library);
    cal_library_print_lines(document, &text);
    cal_status status = write_again(edit, &text, err);
    cal_buf_free(&text);
    jv_free(document);
    close(edit->lock);
    return status;
}

cal_status cal_edit_end(cal_edit *edit, cal_library *library, cal_error *err)
{
    if (!edit->in_place)
        return cal_edit_print(library, err);
    cal_status status = replace_file(edit, library, err);
    cal_library_free(library);
    return status;
}

cal_status cal_edit_print(cal_library *library, cal_error *err)
{
    jv document = cal_library_json(library);
    cal_library_free(library);
    return cal_print_as("callib", document, cal_library_print_text, err);
}

char *cal_edit_origin(const char *task)
{
    jv origin = JV_OBJECT(jv_string("tool"), jv_string(cal_tool_name()), jv_string("command"),
                          cal_json_text(cal_command_line()));
    if (task)
        cal_json_set(&origin, "task", cal_json_text(task));
    char *text = cal_json_dump(origin);
    jv_free(origin);
    return text;
}

/* Outputs that appear under their final name only when they are complete.
 *
 *     cal_output *out;
 *     if (cal_output_begin(path, force, &out, err)) return err->status;
 *     ... write the file or the table directory cal_output_path(out), which is "<path>.partial" ...
 *     if (failed) { cal_output_abandon(out); return ...; }
 *     return cal_output_commit(out, err);
 *
 * An existing output is refused with CAL_OUTPUT unless `force`; with it, the old one is replaced in
 * the commit, if it is of the same kind. SIGINT, SIGTERM and
 * SIGHUP remove what is partial and end the process by that signal. The object is released
 * by commit and abandon.
 */
#ifndef CAL_BASE_OUTPUT_H
#define CAL_BASE_OUTPUT_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

#define CAL_PARTIAL ".partial" /* what is not complete has this behind its name */

typedef struct cal_output cal_output;

/* What an output is: with `force` it takes the place of its like only. Files are told by their first bytes, tables by the type in their
 * table.info; what is empty may be replaced by any file or directory. */
typedef enum cal_output_kind {
    CAL_OUTPUT_ANY, /* in a folder of the tools' own; anything but a directory that is no table */
    CAL_OUTPUT_FILE,
    CAL_OUTPUT_FITS,
    CAL_OUTPUT_PNG,
    CAL_OUTPUT_MS,
    CAL_OUTPUT_CALTABLE
} cal_output_kind;

/* Would cal_output_begin_as() refuse what lies there? For a look before the work; a slash at the end is fine. */
cal_status cal_output_check(const char *path, cal_output_kind kind, bool force, cal_error *err);
/* The same as a warning, for a dry run. */
void cal_output_foretell(const char *path, cal_output_kind kind, bool force);
/* Of a file with these first bytes: CAL_OUTPUT_FITS, CAL_OUTPUT_PNG or CAL_OUTPUT_FILE. */
cal_output_kind cal_output_kind_of(const void *bytes, size_t count);

cal_status cal_output_begin_as(const char *path, cal_output_kind kind, bool force, cal_output **out,
                               cal_error *err);
/* The same as CAL_OUTPUT_ANY. */
cal_status cal_output_begin(const char *path, bool force, cal_output **out, cal_error *err);
const char *cal_output_path(const cal_output *out);
cal_status cal_output_commit(cal_output *out, cal_error *err);
void cal_output_abandon(cal_output *out); /* NULL is fine */

/* CAL_USAGE when both paths are the same place, where with --force an input would be replaced, or one lies in the other. */
cal_status cal_output_not_input(const char *output, const char *input, cal_error *err);

/* A whole small file in one call, the same way; its kind is that of its bytes. */
cal_status cal_output_file(const char *path, bool force, const void *bytes, size_t count,
                           cal_error *err);

/* For work in place (applycal): from here on the first SIGINT or SIGTERM only makes
 * cal_stop_requested() true, so that the loop can finish its block and close its table; the second
 * ends the process. cal_stop_now() ends it by the signal that came. */
void cal_stop_defer(void);
bool cal_stop_requested(void);
void cal_stop_now(void);

/* Remove a file or a directory with all it holds; missing is fine. */
cal_status cal_remove_tree(const char *path, cal_error *err);
/* Bytes of a file or of all regular files in a directory tree. */
double cal_tree_size(const char *path);
bool cal_path_exists(const char *path);
/* A new file with the bytes of another one, for the user to write; false with errno where that fails. */
bool cal_file_copy(const char *from, const char *to);
/* Paths in a file may be meant from where it lies: the path as it is, or, where nothing is there, below `folder` (NULL: as it is). The
 * folder of a file's path, NULL for "-" and for one without. The caller frees both. */
char *cal_path_from(const char *folder, const char *path);
char *cal_path_folder(const char *path);
/* A folder and those above it, unless they are there. */
cal_status cal_folder_make(const char *path, cal_error *err);

#endif

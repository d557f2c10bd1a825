/* The functions of table.h and measures.h as the tools see them. The real ones stand in two shared
 * libraries, which the first call that makes one of their objects loads: casacore takes 7 ms to load
 * and its measures 4 ms more, and --help, --version and a misspelt option need not wait for that.
 * The libraries are found through the executable's runpath (Makefile), in the build folder as where
 * they are installed. */
#include "base/output.h"
#include "table/measures.h"
#include "table/table.h"
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* casacore has each file of a table written to the disk before it closes it, one after the other, eight for a small calibration table: as
 * long a wait as all the work of some tools. For a table that has not got its name yet, that is left to the system, as cp leaves it; one that the user has is
 * changed as safely as ever. Exported (Makefile), this stands before libc's. */
int fsync(int descriptor)
{
    char link[40], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    return strstr(path, CAL_PARTIAL "/") ? 0 : (int)syscall(SYS_fsync, descriptor);
}

struct library {
    const char *file;
    void *handle;
};

static struct library tables = {.file = "calutils_table.so"};
static struct library measures = {.file = "calutils_measures.so"};

/* RTLD_LAZY: to bind all of casacore's functions would take as long again. */
static cal_status load(struct library *library, cal_error *err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    if (!library->handle)
        library->handle = dlopen(library->file, RTLD_LAZY | RTLD_LOCAL);
    cal_status status =
        library->handle
            ? CAL_OK
            : cal_fail(err, CAL_CHILD,
                       "tables need casacore, which cannot be loaded: %s; `calutils doctor` tells "
                       "what to do",
                       dlerror());
    pthread_mutex_unlock(&lock);
    return status;
}

/* Whoever asks has an object of the library, so it is loaded; and it was built with this file. */
static void *find(const struct library *library, const char *name)
{
    void *function = dlsym(library->handle, name);
    if (!function)
        abort();
    return function;
}

/* The function of that name in the library, looked up once. */
#define LATE(library, name)                                                                        \
    ({                                                                                             \
        static __typeof__(name) *_Atomic late;                                                     \
        if (!late)                                                                                 \
            late = (__typeof__(name) *)find(&library, #name);                                      \
        late;                                                                                      \
    })

/* A function that only hands its arguments on. */
#define FORWARD(library, type, name, parameters, arguments)                                        \
    type name parameters                                                                           \
    {                                                                                              \
        return LATE(library, name) arguments;                                                      \
    }

/* ---- what makes and ends objects ---- */

cal_status cal_table_open(const char *path, bool write, cal_table **table, cal_error *err)
{
    *table = NULL;
    return load(&tables, err) ? CAL_CHILD : LATE(tables, cal_table_open)(path, write, table, err);
}

cal_status cal_table_create(const char *path, const cal_table_def *def, int64_t rows,
                            cal_table **table, cal_error *err)
{
    *table = NULL;
    return load(&tables, err) ? CAL_CHILD
                              : LATE(tables, cal_table_create)(path, def, rows, table, err);
}

cal_status cal_table_close(cal_table *table, cal_error *err)
{
    return table ? LATE(tables, cal_table_close)(table, err) : CAL_OK;
}

cal_status cal_observatory_position(const char *name, double position[3], cal_error *err)
{
    return load(&measures, err) ? CAL_CHILD
                                : LATE(measures, cal_observatory_position)(name, position, err);
}

cal_status cal_position_geodetic(const double position[3], double *longitude, double *latitude,
                                 double *height, cal_error *err)
{
    return load(&measures, err)
               ? CAL_CHILD
               : LATE(measures, cal_position_geodetic)(position, longitude, latitude, height, err);
}

cal_status cal_frame_new(const double position[3], cal_frame **frame, cal_error *err)
{
    *frame = NULL;
    return load(&measures, err) ? CAL_CHILD : LATE(measures, cal_frame_new)(position, frame, err);
}

void cal_located_free(cal_located *located)
{
    if (located)
        LATE(tables, cal_located_free)(located);
}

void cal_frame_free(cal_frame *frame)
{
    if (frame)
        LATE(measures, cal_frame_free)(frame);
}

/* clang-format off */

/* ---- the rest of table.h ---- */

FORWARD(tables, cal_status, cal_table_open_sub,
        (const cal_table *table, const char *name, cal_table **sub, cal_error *err),
        (table, name, sub, err))
FORWARD(tables, bool, cal_table_has_sub, (const cal_table *table, const char *name), (table, name))
FORWARD(tables, const char *, cal_table_path, (const cal_table *table), (table))
FORWARD(tables, int64_t, cal_table_rows, (const cal_table *table), (table))
FORWARD(tables, const char *, cal_table_info_type, (const cal_table *table), (table))
FORWARD(tables, const char *, cal_table_info_subtype, (const cal_table *table), (table))
FORWARD(tables, cal_status, cal_table_set_info,
        (cal_table *table, const char *type, const char *subtype, cal_error *err),
        (table, type, subtype, err))
FORWARD(tables, int, cal_table_column_count, (const cal_table *table), (table))
FORWARD(tables, void, cal_table_column_at, (const cal_table *table, int index, cal_column *column),
        (table, index, column))
FORWARD(tables, bool, cal_table_has_column, (const cal_table *table, const char *name),
        (table, name))
FORWARD(tables, bool, cal_table_find_column,
        (const cal_table *table, const char *name, cal_column *column), (table, name, column))
FORWARD(tables, bool, cal_table_cell_shape,
        (cal_table *table, const char *column, int64_t row, int *ndim, int64_t shape[CAL_MAX_DIM]),
        (table, column, row, ndim, shape))
FORWARD(tables, bool, cal_table_tile_shape,
        (cal_table *table, const char *column, int64_t row, int *ndim,
         int64_t tile[CAL_MAX_DIM + 1]),
        (table, column, row, ndim, tile))
FORWARD(tables, cal_status, cal_table_get,
        (cal_table *table, const char *column, cal_type type, cal_span rows, void *out,
         cal_error *err),
        (table, column, type, rows, out, err))
FORWARD(tables, cal_status, cal_table_locate,
        (cal_table *table, const char *column, cal_type type, cal_span rows, cal_located **located,
         cal_error *err),
        (table, column, type, rows, located, err))
FORWARD(tables, cal_status, cal_located_read,
        (const cal_located *located, int64_t first, int64_t count, void *out, cal_error *err),
        (located, first, count, out, err))
FORWARD(tables, cal_status, cal_located_write,
        (const cal_located *located, const void *in, cal_error *err), (located, in, err))
FORWARD(tables, cal_status, cal_table_put,
        (cal_table *table, const char *column, cal_type type, cal_span rows, const void *in,
         cal_error *err),
        (table, column, type, rows, in, err))
FORWARD(tables, cal_status, cal_table_set_shape,
        (cal_table *table, const char *column, cal_span rows, int ndim, const int64_t *shape,
         const int64_t *tile, cal_error *err),
        (table, column, rows, ndim, shape, tile, err))
FORWARD(tables, cal_status, cal_table_find_runs,
        (cal_table *table, const char *column, cal_type type, cal_span rows, int ndim,
         const int64_t *shape, cal_file_run **run, int64_t *count, cal_error *err),
        (table, column, type, rows, ndim, shape, run, count, err))
FORWARD(tables, bool, cal_table_has_runs, (cal_table *table, const char *column, cal_type type),
        (table, column, type))
FORWARD(tables, cal_status, cal_table_get_cell,
        (cal_table *table, const char *column, cal_type type, int64_t row, void **out,
         int64_t *count, cal_error *err),
        (table, column, type, row, out, count, err))
FORWARD(tables, cal_status, cal_table_put_cell,
        (cal_table *table, const char *column, cal_type type, int64_t row, int ndim,
         const int64_t *shape, const void *in, cal_error *err),
        (table, column, type, row, ndim, shape, in, err))
FORWARD(tables, jv, cal_table_keywords, (const cal_table *table, const char *column),
        (table, column))
FORWARD(tables, cal_status, cal_table_set_keyword,
        (cal_table *table, const char *column, const char *name, jv value, cal_error *err),
        (table, column, name, value, err))
FORWARD(tables, cal_status, cal_table_set_sub,
        (cal_table *table, const char *name, cal_table *sub, cal_error *err),
        (table, name, sub, err))
FORWARD(tables, cal_status, cal_table_add_rows, (cal_table *table, int64_t count, cal_error *err),
        (table, count, err))
FORWARD(tables, cal_status, cal_table_add_column_like,
        (cal_table *table, const char *name, const char *like, const char *comment,
         cal_error *err),
        (table, name, like, comment, err))
FORWARD(tables, cal_status, cal_table_add_column,
        (cal_table *table, const cal_column_def *column, const cal_manager_def *manager,
         cal_error *err),
        (table, column, manager, err))
FORWARD(tables, cal_status, cal_table_copy,
        (const cal_table *table, const char *path, cal_span rows, int *dangling, cal_error *err),
        (table, path, rows, dangling, err))
FORWARD(tables, cal_status, cal_table_copy_open,
        (const cal_table *table, const char *path, cal_span rows, int *dangling,
         cal_table **copied, cal_error *err),
        (table, path, rows, dangling, copied, err))
FORWARD(tables, cal_status, cal_table_view,
        (const cal_table *table, const char *path, cal_span rows, cal_error *err),
        (table, path, rows, err))
FORWARD(tables, cal_status, cal_table_copy_sub,
        (const cal_table *table, const char *name, const char *path, bool write, cal_table **copied,
         cal_error *err),
        (table, name, path, write, copied, err))
FORWARD(tables, cal_status, cal_table_copy_files,
        (const cal_table *table, const char *path, bool write, cal_table **copied, cal_error *err),
        (table, path, write, copied, err))

/* ---- the rest of measures.h ---- */

FORWARD(measures, cal_status, cal_frame_set_time, (cal_frame *frame, double mjd_s, cal_error *err),
        (frame, mjd_s, err))
FORWARD(measures, cal_status, cal_frame_set_direction,
        (cal_frame *frame, const char *reference, const double direction[2], cal_error *err),
        (frame, reference, direction, err))
FORWARD(measures, cal_status, cal_frame_uvw,
        (cal_frame *frame, int count, const double (*position)[3], double (*uvw)[3],
         cal_error *err),
        (frame, count, position, uvw, err))
FORWARD(measures, cal_status, cal_frame_azel,
        (cal_frame *frame, double *azimuth, double *elevation, cal_error *err),
        (frame, azimuth, elevation, err))
FORWARD(measures, cal_status, cal_frame_frequencies,
        (cal_frame *frame, const char *from, const char *to, int count, const double *in,
         double *out, cal_error *err),
        (frame, from, to, count, in, out, err))

#include "table/late.h"
#include "base/output.h"
#include "base/thread.h"
#include "base/tool.h"
#include "table/measures.h"
#include <dlfcn.h>
#include <limits.h>
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

/* Found through the executable's runpath (Makefile), in the build folder as where they are installed. */
cal_late cal_late_tables = {.file = "calutils_table.so"};
cal_late cal_late_measures = {.file = "calutils_measures.so"};

/* RTLD_LAZY: to bind all of casacore's functions would take as long again. */
cal_status cal_late_load(cal_late *library, cal_error *err)
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

static pthread_t loader;
static bool loading;

static void *load_in_thread(void *library)
{
    cal_late_load(library, NULL);
    return NULL;
}

void cal_late_load_ahead(cal_late *library)
{
    cal_late_settle();
    loading = cal_thread_start(&loader, load_in_thread, library);
    cal_tool_at_end(cal_late_settle);
}

/* exit() would take apart what the library is still putting together. */
void cal_late_settle(void)
{
    if (loading)
        pthread_join(loader, NULL);
    loading = false;
}

/* Whoever asks has an object of the library, so it is loaded; and it was built with this file. */
void *cal_late_find(const cal_late *library, const char *name)
{
    void *function = dlsym(library->handle, name);
    if (!function)
        abort();
    return function;
}

/* ---- measures.h ---- */

cal_status cal_observatory_position(const char *name, double position[3], cal_error *err)
{
    return cal_late_load(&cal_late_measures, err)
               ? CAL_CHILD
               : CAL_LATE(measures, cal_observatory_position)(name, position, err);
}

cal_status cal_position_geodetic(const double position[3], double *longitude, double *latitude,
                                 double *height, cal_error *err)
{
    return cal_late_load(&cal_late_measures, err) ? CAL_CHILD
                                                  : CAL_LATE(measures, cal_position_geodetic)(
                                                        position, longitude, latitude, height, err);
}

cal_status cal_frame_new(const double position[3], cal_frame **frame, cal_error *err)
{
    *frame = NULL;
    return cal_late_load(&cal_late_measures, err)
               ? CAL_CHILD
               : CAL_LATE(measures, cal_frame_new)(position, frame, err);
}

void cal_frame_free(cal_frame *frame)
{
    if (frame)
        CAL_LATE(measures, cal_frame_free)(frame);
}

/* A function that only hands its arguments on. */
#define FORWARD(type, name, parameters, arguments)                                                 \
    type name parameters                                                                           \
    {                                                                                              \
        return CAL_LATE(measures, name) arguments;                                                 \
    }

/* clang-format off */

FORWARD(cal_status, cal_frame_set_time, (cal_frame *frame, double mjd_s, cal_error *err),
        (frame, mjd_s, err))
FORWARD(cal_status, cal_frame_set_direction,
        (cal_frame *frame, const char *reference, const double direction[2], cal_error *err),
        (frame, reference, direction, err))
FORWARD(cal_status, cal_frame_uvw,
        (cal_frame *frame, int count, const double (*position)[3], double (*uvw)[3],
         cal_error *err),
        (frame, count, position, uvw, err))
FORWARD(cal_status, cal_frame_azel,
        (cal_frame *frame, double *azimuth, double *elevation, cal_error *err),
        (frame, azimuth, elevation, err))
FORWARD(cal_status, cal_frame_frequencies,
        (cal_frame *frame, const char *from, const char *to, int count, const double *in,
         double *out, cal_error *err),
        (frame, from, to, count, in, out, err))

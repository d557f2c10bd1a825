#define CAL_CFITSIO_NAMES_ONLY
#include "base/cfitsio.h"
#include <dlfcn.h>
#include <pthread.h>

struct cal_cfitsio cal_cfitsio;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *missing; /* what could not be found */

static void load(void)
{
    void *library = dlopen(CAL_CFITSIO_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        missing = CAL_CFITSIO_LIBRARY;
        return;
    }
#define FIND(name)                                                                                 \
    if (!(cal_cfitsio.name = (__typeof__(name) *)dlsym(library, #name)))                           \
        missing = #name;
    CAL_CFITSIO(FIND)
#undef FIND
}

cal_status cal_cfitsio_load(cal_error *err)
{
    pthread_once(&once, load);
    if (!missing)
        return CAL_OK;
    return cal_fail(
        err, CAL_CHILD,
        "FITS files need cfitsio, but %s cannot be loaded; apt-get install libcfitsio-dev",
        missing);
}

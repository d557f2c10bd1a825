/* cfitsio, loaded when the first FITS file is touched. It brings thirty libraries with it (curl, gnutls, kerberos, ...), which would cost
 * every start of a tool 6 ms, --help and --version too. Its functions are called by their usual names. */
#ifndef CAL_BASE_CFITSIO_H
#define CAL_BASE_CFITSIO_H

#include "base/error.h"
#include <fitsio.h>

#define CAL_CFITSIO(USE)                                                                           \
    USE(ffcmsg)                                                                                    \
    USE(ffclos)                                                                                    \
    USE(ffdkinit)                                                                                  \
    USE(ffcrimll)                                                                                  \
    USE(ffgerr)                                                                                    \
    USE(ffghadll)                                                                                  \
    USE(ffgidm)                                                                                    \
    USE(ffgiszll)                                                                                  \
    USE(ffmahd)                                                                                    \
    USE(ffmrhd)                                                                                    \
    USE(ffdkopn)                                                                                   \
    USE(ffwldp)                                                                                    \
    USE(ffggpd)                                                                                    \
    USE(ffgpve)                                                                                    \
    USE(ffgcno)                                                                                    \
    USE(ffgtcl)                                                                                    \
    USE(ffgcvs)                                                                                    \
    USE(ffgcvd)                                                                                    \
    USE(ffgnrw)                                                                                    \
    USE(ffghsp)                                                                                    \
    USE(ffgrec)                                                                                    \
    USE(ffgmsg)                                                                                    \
    USE(ffgpv)                                                                                     \
    USE(ffgics)                                                                                    \
    USE(ffgky)                                                                                     \
    USE(ffxypx)                                                                                    \
    USE(ffppr)                                                                                     \
    USE(ffpky)                                                                                     \
    USE(fits_is_compressed_image)

#define CAL_CFITSIO_MEMBER(name) __typeof__(name) *name;
extern struct cal_cfitsio {
    CAL_CFITSIO(CAL_CFITSIO_MEMBER)
} cal_cfitsio;

/* To be called before any of the functions; CAL_CHILD when the library is not there. Safe from any thread. */
cal_status cal_cfitsio_load(cal_error *err);

#ifndef CAL_CFITSIO_NAMES_ONLY
#define ffcmsg                   cal_cfitsio.ffcmsg
#define ffclos                   cal_cfitsio.ffclos
#define ffdkinit                 cal_cfitsio.ffdkinit
#define ffcrimll                 cal_cfitsio.ffcrimll
#define ffgerr                   cal_cfitsio.ffgerr
#define ffghadll                 cal_cfitsio.ffghadll
#define ffgidm                   cal_cfitsio.ffgidm
#define ffgiszll                 cal_cfitsio.ffgiszll
#define ffmahd                   cal_cfitsio.ffmahd
#define ffmrhd                   cal_cfitsio.ffmrhd
#define ffdkopn                  cal_cfitsio.ffdkopn
#define ffwldp                   cal_cfitsio.ffwldp
#define ffggpd                   cal_cfitsio.ffggpd
#define ffgpve                   cal_cfitsio.ffgpve
#define ffgcno                   cal_cfitsio.ffgcno
#define ffgtcl                   cal_cfitsio.ffgtcl
#define ffgcvs                   cal_cfitsio.ffgcvs
#define ffgcvd                   cal_cfitsio.ffgcvd
#define ffgnrw                   cal_cfitsio.ffgnrw
#define ffghsp                   cal_cfitsio.ffghsp
#define ffgrec                   cal_cfitsio.ffgrec
#define ffgmsg                   cal_cfitsio.ffgmsg
#define ffgpv                    cal_cfitsio.ffgpv
#define ffgics                   cal_cfitsio.ffgics
#define ffgky                    cal_cfitsio.ffgky
#define ffxypx                   cal_cfitsio.ffxypx
#define ffppr                    cal_cfitsio.ffppr
#define ffpky                    cal_cfitsio.ffpky
#define fits_is_compressed_image cal_cfitsio.fits_is_compressed_image
#endif

#endif

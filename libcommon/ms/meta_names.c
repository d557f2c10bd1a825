/* Names of the codes that MeasurementSets hold: casacore's Stokes, MFrequency and MDirection
 * enumerations. */
#include "base/mem.h"
#include "ms/meta.h"
#include <strings.h>

static const char *const corr_name[] = {"?",  "I",  "Q",  "U",  "V",  "RR", "RL", "LR", "LL",
                                        "XX", "XY", "YX", "YY", "RX", "RY", "LX", "LY", "XR",
                                        "XL", "YR", "YL", "PP", "PQ", "QP", "QQ"};

static const char *const frequency_frame[] = {"REST", "LSRK",    "LSRD",   "BARY", "GEO",
                                              "TOPO", "GALACTO", "LGROUP", "CMB"};

static const char *const sky_frame[] = {
    "J2000",     "JMEAN",     "JTRUE",    "APP",    "B1950",   "B1950_VLA", "BMEAN", "BTRUE",
    "GALACTIC",  "HADEC",     "AZEL",     "AZELSW", "AZELGEO", "AZELSWGEO", "JNAT",  "ECLIPTIC",
    "MECLIPTIC", "TECLIPTIC", "SUPERGAL", "ITRF",   "TOPO",    "ICRS"};

static const char *const body_frame[] = {"MERCURY", "VENUS", "MARS", "JUPITER", "SATURN", "URANUS",
                                         "NEPTUNE", "PLUTO", "SUN",  "MOON",    "COMET"};

enum { FIRST_BODY = 32 };

static const char *name_of(const char *const *name, size_t count, int code)
{
    return code >= 0 && (size_t)code < count ? name[code] : "?";
}

const char *cal_corr_name(int stokes_code)
{
    return name_of(corr_name, CAL_COUNT(corr_name), stokes_code);
}

int cal_corr_code(const char *name)
{
    for (size_t i = 1; i < CAL_COUNT(corr_name); i++)
        if (!strcasecmp(name, corr_name[i]))
            return (int)i;
    return 0;
}

const char *cal_frame_name(int frame)
{
    return name_of(frequency_frame, CAL_COUNT(frequency_frame), frame);
}

const char *cal_direction_frame_name(int code)
{
    if (code >= FIRST_BODY)
        return name_of(body_frame, CAL_COUNT(body_frame), code - FIRST_BODY);
    return name_of(sky_frame, CAL_COUNT(sky_frame), code);
}

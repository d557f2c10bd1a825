/* In which ways an interval is solved over spectral windows (selfcal 1.6), each with a table of its own; the best one is kept. */
#ifndef CAL_SELFCAL_MODES_H
#define CAL_SELFCAL_MODES_H

#include "selfcal/ladder.h"

typedef enum cal_spectral_mode {
    CAL_COMBINE_SPW,     /* one solution for all windows */
    CAL_COMBINE_SPW_POL, /* and for both polarizations */
    CAL_PER_BASEBAND,
    CAL_PER_SPW,
    CAL_SPECTRAL_MODES
} cal_spectral_mode;

const char *cal_spectral_mode_name(cal_spectral_mode mode); /* combinespw, ... */

typedef struct cal_mode_facts {
    int spws, basebands;
    int fewest_in_baseband; /* windows of the baseband that has the fewest */
    bool mosaic, one_pol, spectral_scan, vlba;
    const char *gaintype;               /* that is wished; NULL: by interval and mode */
    bool optimize;                      /* finer modes than combinespw beyond inf_EB too */
    double lowest_spw, lowest_baseband; /* of the S/N expected; NaN: not known */
} cal_mode_facts;

typedef enum cal_attempt { CAL_NOT_ATTEMPTED, CAL_ATTEMPTED, CAL_ATTEMPT_UNKNOWN } cal_attempt;

/* CAL_ATTEMPT_UNKNOWN: it depends on the S/N of the first image. */
cal_attempt cal_mode_attempt(cal_spectral_mode mode, const cal_mode_facts *facts,
                             const cal_rung *rung);
/* gaincal's combine, "spw,scan,field" or less; text has at least 20 bytes. */
char *cal_mode_combine(cal_spectral_mode mode, const cal_mode_facts *facts, const cal_rung *rung,
                       char *text);
const char *cal_mode_gaintype(cal_spectral_mode mode, const cal_mode_facts *facts,
                              const cal_rung *rung); /* G, T or K */

#endif

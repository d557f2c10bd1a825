/* What the sky is when gains are solved for: the MODEL_DATA column, or a point source at the phase
 * centre with the given Stokes parameters (CASA's smodel).
 *
 * Circular feeds: RR = I+V, RL = Q+iU, LR = Q-iU, LL = I-V; linear: XX = I+Q, XY = U+iV, YX = U-iV,
 * YY = I-Q (caltables 3.1).
 */
#ifndef CAL_CAL_MODEL_H
#define CAL_CAL_MODEL_H

#include "base/error.h"
#include "ms/meta.h"
#include <complex.h>
#include <stdbool.h>

typedef struct cal_model {
    bool column;      /* MODEL_DATA; else: */
    double stokes[4]; /* I Q U V, Jy */
} cal_model;

/* "I[,Q,U,V]"; what is left out is 0. */
cal_status cal_model_parse(const char *text, cal_model *model, cal_error *err);

/* The point source in one correlation (a Stokes code as in cal_corr_name()); 0 for one that feeds
 * do not make. */
float complex cal_model_point(const cal_model *model, int corr_type);

#endif

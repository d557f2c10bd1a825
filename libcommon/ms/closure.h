/* Closure phases and closure amplitudes of the data against those of the model: gains of antennas do not change either, so they tell of the model
 * alone, however many gains were solved against it.
 *
 * Every integration, window and parallel hand by itself, averaged over channels, of baselines with an S/N of at least 4. Triangles of antennas
 * have the phase of V_ab V_bc V_ca, sets of four the amplitude |V_ab V_cd| / |V_ac V_bd| (and with c and d exchanged); the
 * noise of both is that of the weights, the sum of 1 / (S/N)^2. */
#ifndef CAL_MS_CLOSURE_H
#define CAL_MS_CLOSURE_H

#include "base/error.h"
#include "ms/select.h"
#include <jv.h>
#include <stdint.h>

/* Sums over triangles and sets of four; start with zeros. */
typedef struct cal_closure {
    double phase_squares, phase_chi2;         /* rad^2; over the noise */
    double amplitude_squares, amplitude_chi2; /* of natural logarithms */
    int64_t phases, amplitudes;
} cal_closure;

/* Adds those of the selected rows of DATA and MODEL_DATA of the set at `path`, unflagged ones. Rows that are not in the order of time close less
 * often. */
cal_status cal_closure_add(const char *path, const cal_select_text *select, cal_closure *sum,
                           cal_error *err);

/* Mean square over the noise, of phases and amplitudes together; NaN where there are none. */
double cal_closure_chi2(const cal_closure *sum);
double cal_closure_phase_rms(const cal_closure *sum); /* degrees */

/* chi2, phase_chi2, phase_rms_deg, phases, amplitude_chi2, amplitude_rms, amplitudes. */
jv cal_closure_json(const cal_closure *sum);

#endif

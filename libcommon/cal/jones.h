/* The types of calibration and what their parameters do to data (caltables 1.4).
 *
 * Diagonal terms become, for each antenna and channel, the two numbers that the data of its two
 * hands are multiplied by: 1/g (or sqrt(Tsys), which is not inverted). Leakages keep their elements
 * d0, d1, which are applied linearised as CASA does.
 */
#ifndef CAL_CAL_JONES_H
#define CAL_CAL_JONES_H

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum cal_jones_kind {
    CAL_JONES_GAIN,        /* one or two complex gains */
    CAL_JONES_DELAY,       /* ns for each hand */
    CAL_JONES_CROSS_DELAY, /* ns for the first hand alone */
    CAL_JONES_TSYS,        /* K */
    CAL_JONES_POWER,       /* switched power: gain and Tsys for each hand */
    CAL_JONES_CROSS_PHASE, /* diag(p, 1) */
    CAL_JONES_LEAKAGE      /* off-diagonal elements */
} cal_jones_kind;

typedef struct cal_jones_type {
    const char *name; /* as in SubType */
    cal_jones_kind kind;
    int order;        /* of application: CASA's, whatever the order of the tables */
    int npar;         /* parameters of a cell */
    bool complex_par; /* CPARAM */
    bool channelised; /* solutions per channel */
    bool weighs;      /* calwt has an effect */
} cal_jones_type;

/* NULL for a type that cannot be applied. Case is ignored, and a few types go by a part of their
 * name, as in CASA. */
const cal_jones_type *cal_jones_find(const char *type);
/* "G Jones, T Jones, ..." for messages; static. */
const char *cal_jones_supported(void);

/* Interpolated parameters of one antenna: [chan][par], on the channels of the data for
 * channelised types, else one channel. */
typedef struct cal_jones_cell {
    int nchan;
    double *value, *phase; /* amplitude or real value; phase for complex parameters */
    uint8_t *flag;
} cal_jones_cell;

/* [chan][2]: factors for the data (or leakages), and what is bad. A bad element is 1 (leakage: 0).
 * Gains of exactly zero and NaN are bad. `freq` are the data's channels and `pivot` the frequency
 * where a delay has no phase, Hz. nchan is 1 for gains that are the same in all channels. */
void cal_jones_evaluate(const cal_jones_type *type, const cal_jones_cell *cell, int nchan,
                        const double *freq, double pivot, float complex *factor, uint8_t *bad);

/* Factors on the weights of the two hands, from the parameters before interpolation in frequency
 * (gains) or after it (Tsys). */
void cal_jones_weigh(const cal_jones_type *type, const cal_jones_cell *cell, double weight[2]);

#endif

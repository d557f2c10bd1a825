/* Components of a sky from options, as CASA's setjy names them. What belongs to one component stands beside its --fluxdensity; each
 * further --fluxdensity begins another.
 *
 *     static cal_component_list sky;
 *     static const cal_option options[] = {CAL_SKY_OPTIONS(sky), CAL_OPTIONS_END};
 *     ...
 *     if (cal_component_list_check(&sky, err)) ...
 */
#ifndef CAL_MS_SKY_OPTIONS_H
#define CAL_MS_SKY_OPTIONS_H

#include "base/error.h"
#include "base/option.h"
#include "ms/sky.h"

typedef struct cal_component_list {
    cal_component *item;
    int count;
    unsigned given; /* options of the last one so far */
} cal_component_list;

/* clang-format off */
#define CAL_SKY_OPTIONS(list)                                                                                               \
    CAL_HEADING("Model"),                                                                                                   \
    {"fluxdensity", 0, CAL_EACH, "I[,Q,U,V]", &(list), "flux (Jy) of a component; each further one begins another component", 0, cal_component_flux_option}, \
    {"spix", 0, CAL_EACH, "A[,B...]", &(list), "spectral index and curvature: the flux goes with x^(A + B log10(x) ...), x = f/reffreq [0]", 0, cal_component_spix_option}, \
    {"reffreq", 0, CAL_EACH, "FREQ", &(list), "frequency at which the component has its flux [1GHz]", 0, cal_component_reffreq_option}, \
    {"offset", 0, CAL_EACH, "E,N", &(list), "place: east and north of the phase centre (arcsec, or with units) [0,0]", 0, cal_component_offset_option}, \
    {"disc", 0, CAL_EACH, "DIAMETER", &(list), "a uniform disc (arcsec, or with a unit: 60uas) instead of a point", 0, cal_component_disc_option}, \
    {"gaussian", 0, CAL_EACH, "MAJ[,MIN[,PA]]", &(list), "a Gaussian: widths at half maximum (arcsec, or with units), and angle of the major axis from north through east (deg) [round]", 0, cal_component_gaussian_option}
/* clang-format on */

cal_status cal_component_flux_option(void *list, const char *text, cal_error *err);
cal_status cal_component_spix_option(void *list, const char *text, cal_error *err);
cal_status cal_component_reffreq_option(void *list, const char *text, cal_error *err);
cal_status cal_component_offset_option(void *list, const char *text, cal_error *err);
cal_status cal_component_disc_option(void *list, const char *text, cal_error *err);
cal_status cal_component_gaussian_option(void *list, const char *text, cal_error *err);

/* CAL_USAGE where a component has no flux, or there is none. */
cal_status cal_component_list_check(const cal_component_list *list, cal_error *err);
void cal_component_list_free(cal_component_list *list);

#endif

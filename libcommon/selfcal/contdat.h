/* cont.dat: where the NRAO/ALMA pipeline found continuum and no lines.
 *
 *     Field: IRAS 16293-2422
 *
 *     SpectralWindow: 16 X0000000002#ALMA_RB_06#BB_1#SW-01#FULL_RES
 *     230.0300000000~230.0650000000GHz LSRK
 */
#ifndef CAL_SELFCAL_CONTDAT_H
#define CAL_SELFCAL_CONTDAT_H

#include "base/error.h"
#include <stdbool.h>

typedef struct cal_continuum {
    double low, high; /* Hz */
} cal_continuum;

typedef struct cal_cont_window {
    char *field, *name; /* name NULL: only the id is given */
    int spw;
    bool all, none; /* ALL: no line anywhere; NONE: no continuum was found */
    char frame[8];  /* of the ranges */
    cal_continuum *range;
    int ranges;
} cal_cont_window;

typedef struct cal_contdat {
    char *path;
    cal_cont_window *window;
    int windows;
} cal_contdat;

/* CAL_INPUT with the line for what is no such file. */
cal_status cal_contdat_read(const char *path, cal_contdat *file, cal_error *err);
void cal_contdat_free(cal_contdat *file);

/* What the file says of a field's window: found by the window's name or, where the file gives no name, by id. NULL for nothing. */
const cal_cont_window *cal_contdat_find(const cal_contdat *file, const char *field, int spw,
                                        const char *name);
bool cal_contdat_has_field(const cal_contdat *file, const char *field);

#endif

/* What MeasurementSets say about how they can be imaged together: which fields and windows, one phase centre, how fine and how
 * wide. */
#ifndef CAL_IMAGE_PLAN_H
#define CAL_IMAGE_PLAN_H

#include "base/error.h"
#include "base/text.h"
#include "ms/select.h"

typedef struct cal_image_plan {
    int *field, fields; /* ids that have rows; those of the first MS first */
    int *spw, spws;     /* ids that have rows in the first MS */
    int all_spws;       /* the windows were not restricted */
    bool
        ids_differ; /* of the fields or, if restricted, of the windows: an imager that knows ids only needs views (views.h) */
    char **field_text; /* [sets] --field for each MS; items may be NULL: all */
    int sets;
    char *field_name;       /* of the first one */
    double centre[2];       /* phase centre, rad */
    double longest;         /* baseline in wavelengths, projected */
    double freq[2];         /* lowest and highest, Hz */
    double dish;            /* smallest antenna's diameter, m; 0 when not known */
    double uv_low, uv_high; /* of the uvrange; 0 and INFINITY without one */
    bool uv_wavelengths;    /* they are in wavelengths, not m */
    bool one_shape;         /* in every MS these windows have as many channels as its first one */
    /* The first of the sets that has, or lacks, the column; NULL for none. Borrowed from the caller. */
    const char *with_corrected, *without_corrected, *without_model;
    unsigned
        stokes; /* a bit for each Stokes parameter or correlation (1 << its code) that all data can give */
    const char *only_corr; /* XX where all data have this one correlation; NULL for several */
    int64_t rows;
} cal_image_plan;

/* Look at the selected rows of all `count` sets. Where the field that is selected in the first one is not found in another, by id or name
 * and with its phase centre, those with that centre are taken there. CAL_DATA when there are no rows; CAL_USAGE when the fields have several
 * phase centres or when channels are selected within a window, which an imager that knows ids only cannot do; CAL_INPUT when no field of
 * a set has the phase centre. The caller calls cal_image_plan_clear(). */
cal_status cal_image_plan_make(char *const *path, int count, const cal_select_text *text,
                               cal_image_plan *plan, cal_error *err);
void cal_image_plan_clear(cal_image_plan *plan);

/* All data can give this Stokes parameter or correlation ("I", "XX"). */
bool cal_image_plan_gives(const cal_image_plan *plan, const char *stokes);

/* Five pixels across the expected beam (the inverse of the longest baseline), rounded down to two digits; rad. */
double cal_image_plan_cell(const cal_image_plan *plan);
/* The primary beam at half power (1.13 lambda / dish at the lowest frequency), as a size that transforms fast, at least 128.
 * *bounded: it would be larger than `most`. `most` where the dish is not known. */
int cal_image_plan_size(const cal_image_plan *plan, double cell, int most, bool *bounded);

/* The smallest even number from `pixels` on without a prime factor above 7. */
int cal_image_nice_size(double pixels);

#endif

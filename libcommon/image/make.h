/* From MeasurementSets to images on disk, by whichever plugin does the task "image": what image-make and self-calibration do.
 *
 * The task's contract: the input is that of the plugin wsclean (task-list), the result has "images", a list of {"kind", "channel",
 * "path"}, "stats" as image-stats prints them, and "command".
 */
#ifndef CAL_IMAGE_MAKE_H
#define CAL_IMAGE_MAKE_H

#include "base/error.h"
#include "base/text.h"
#include "ms/select.h"
#include <jv.h>
#include <stdbool.h>

/* What a user may wish, with CASA's words; texts may be NULL: nothing special. */
typedef struct cal_image_wish {
    const char *datacolumn, *stokes, *weighting, *deconvolver, *usemask, *savemodel;
    const char *imsize, *cell, *uvtaper, *threshold, *scales, *mask;
    double robust, nsigma, gain, mgain;
    long niter, nterms, jobs, intervals;
} cal_image_wish;

typedef struct cal_image_job {
    char *const *ms;
    int count;
    const char *name; /* beginning of the images' names */
    const cal_select_text *selected;
    const cal_image_wish *wish;
    const cal_words *bindings; /* "image=wsclean" */
    bool force, dry_run;
    bool history; /* a line in the HISTORY of sets that get a model */
} cal_image_job;

/* The images appear under their names when all of them are complete; until then they are in NAME-image.fits.partial. *document is
 * what image-make prints. */
cal_status cal_image_make(const cal_image_job *job, jv *document, cal_error *err);

#endif

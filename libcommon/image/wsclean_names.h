/* The images that WSClean left under a name: which there are, and what they are of (selfcal 4.2). */
#ifndef CAL_IMAGE_WSCLEAN_NAMES_H
#define CAL_IMAGE_WSCLEAN_NAMES_H

#include <jv.h>
#include <stdbool.h>

/* [{"kind": "image", "channel": "MFS" or null, "path": ...}, ...]: images, residuals, models, psfs, dirty images. */
jv cal_wsclean_images(const char *name);

/* The one of a kind that stands for all: the only one, the one over the whole band, or the first of several in time that has
 * data. The caller frees the path, which need not be there. */
char *cal_wsclean_main_image(const char *name, const char *kind);

/* Were there data for this image? Without any, it has no beam. */
bool cal_wsclean_has_data(const char *path);

#endif

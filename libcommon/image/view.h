/* Pictures of images: panels side by side with sky coordinates, beam and colour bar, as a PNG (over cairo). */
#ifndef CAL_IMAGE_VIEW_H
#define CAL_IMAGE_VIEW_H

#include "base/buf.h"
#include "base/error.h"
#include "image/fits.h"
#include <stdbool.h>

typedef enum cal_stretch { CAL_STRETCH_ASINH, CAL_STRETCH_LINEAR } cal_stretch;

typedef struct cal_panel {
    const cal_image *image;
    int x1, y1, x2, y2;           /* pixels shown, both ends included */
    double low, high;             /* values of the first and last colour; see cal_panel_limits */
    double soft;                  /* the noise: asinh is nearly linear up to three times it */
    const char *title, *subtitle; /* subtitle may be NULL */
} cal_panel;

typedef struct cal_view {
    cal_panel *panel;
    int panels;
    cal_stretch stretch;
    const char *colours; /* of image/colour.h */
    bool common;         /* all panels have the same limits: one colour bar */
    int size;            /* longer side of a panel's image in pixels of the picture */
} cal_view;

/* Limits for the pixels shown: `percentile` of them between low and high (100: all), or, if it is 0, from three times the noise below
 * the median up to the peak; soft is the noise. CAL_DATA when all are blank. */
cal_status cal_panel_limits(cal_panel *panel, double percentile, cal_error *err);

/* Draw and write the PNG to `path` (use base/output.h around it). *width, *height: its size. */
cal_status cal_view_write(const cal_view *picture, const char *path, int *width, int *height,
                          cal_error *err);

/* The pixels shown alone, with the beam and a bar of a round angle, without title and axes: a PNG in memory, appended to `png`; its longer
 * side is size pixels. Title and subtitle are not used. */
cal_status cal_panel_png(const cal_panel *panel, cal_stretch stretch, const char *colours, int size,
                         cal_buf *png, cal_error *err);

/* 1, 1e3 ("mJy/beam") or 1e6, whichever suits values up to `most`; the unit's name goes to `name`. */
double cal_view_unit(const char *unit, double most, char name[80]);

/* 0..1 for a value: where it is in the colours. */
double cal_stretch_at(const cal_panel *panel, cal_stretch stretch, double value);

#endif

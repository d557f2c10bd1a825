/* For view*.c only: what the drawing of a panel's frame, axes and colour bar share. */
#ifndef CAL_IMAGE_VIEW_PARTS_H
#define CAL_IMAGE_VIEW_PARTS_H

#include "image/view.h"
#include <cairo/cairo.h>

/* Where a panel's image is in the picture. */
typedef struct cal_frame {
    cairo_t *draw;
    double x, y, width, height; /* y grows downwards */
    double font;                /* size of letters */
} cal_frame;

/* Text at a point: `across` 0 left, 0.5 centred, 1 right of it; `down` 0: above, 0.5 centred, 1 below. */
void cal_view_text(const cal_frame *frame, const char *text, double x, double y, double across,
                   double down);
double cal_view_text_width(const cal_frame *frame, const char *text);

/* A round step of at least `least`; `sexagesimal`: one that divides minutes and hours. */
double cal_view_step(double least, bool sexagesimal);

void cal_view_pixels(const cal_frame *frame, const cal_panel *panel, cal_stretch stretch,
                     const uint32_t *colours);
void cal_view_beam(const cal_frame *frame, const cal_panel *panel);
void cal_view_axes(const cal_frame *frame, const cal_panel *panel);
void cal_view_bar(const cal_frame *frame, const cal_panel *panel, cal_stretch stretch,
                  const uint32_t *colours);

#endif

/* Where the brightest source is, as long as the phases are wrong. The dirty image of all data may show it elsewhere: phases that drift move
 * it during the observation. In short pieces it is blurred less, so the dirty images of pieces are stacked: the sum of the fourth powers of what is
 * positive in them. */
#ifndef CAL_SELFCAL_START_H
#define CAL_SELFCAL_START_H

#include "selfcal/picture.h"

typedef struct cal_start {
    int x, y, pieces; /* pixel; pieces 1: the peak of the whole image */
    bool
        coherent; /* the image's own peak is the source's place and not much lower than in pieces; so its other sources are trusted too */
} cal_start;

/* In DATA of sub-field fid, whose newest image has this peak; `base` is the beginning of the names of scratch images, which do not stay. Where
 * the source is too faint to be seen in pieces, and where the stack agrees within a beam, it is the image's own peak. */
cal_status cal_start_place(cal_work *work, const cal_image *image, int fid, const char *base,
                           cal_start *start, cal_error *err);

/* Into how many pieces to divide: each is to have S/N 7. */
int cal_start_pieces(double snr, double integrations);

#endif

/* Shared by the files of picture.h. */
#ifndef CAL_SELFCAL_PICTURE_PARTS_H
#define CAL_SELFCAL_PICTURE_PARTS_H

#include "selfcal/picture.h"

enum { CAL_PICTURE_NITER = 50000 }; /* clean components at most */

/* One image that is to be made: what all imagers are told. */
typedef struct cal_picture_order {
    const cal_picture_wish *wish;
    int fid;          /* sub-field */
    cal_words ms;     /* that have the field and the window */
    int *id;          /* [ms.count] of the field */
    char *spw;        /* for --spw; NULL: all */
    char *base;       /* folder and name without suffix */
    const char *mask; /* NULL: none */
    bool cleaned;     /* not dirty, and not a field without a mask beside others that have one */
    double mgain;
    int intervals; /* above 1: dirty images of parts of the time */
} cal_picture_order;

/* "folder/eb1.s1_1.3C273_sci.spw0.cont.solint1_prior.I.iter2": what the suffix is added to. `fid`, and so its field, is part of the name
 * in a mosaic. The caller frees it. */
char *cal_picture_base(const cal_work *work, const char *step, int iter, int fid, int spw);
/* Images of an earlier run under this name are removed. */
void cal_picture_forget(const char *base);
/* What the imager left as BASE-image.fits, ... gets its names, BASE.image.fits, ...; the picture's paths are these, NULL for what there is
 * not. */
cal_status cal_picture_take(const char *base, cal_picture *picture, cal_error *err);

/* The command of the settings with its places filled in; CAL_USAGE for a place that there is not. The caller frees it, after
 * an error too. */
cal_status cal_imager_command(const cal_work *work, const cal_picture_order *order, char **line,
                              cal_error *err);

/* image-make with this order; *document, the caller's, is what it prints. */
cal_status cal_imager_make(cal_work *work, const cal_picture_order *order, jv *document,
                           cal_error *err);
/* The imager of the settings, whose files are there then. order->mgain is set here. */
cal_status cal_imager_clean(cal_work *work, cal_picture_order *order, cal_error *err);

/* Dirty images of DATA in `pieces` parts of the time; *images as image-make lists them. */
cal_status cal_picture_pieces(cal_work *work, int fid, int pieces, const char *base, jv *images,
                              cal_error *err);

/* The dirty image of DATA of one execution block, without the others. */
cal_status cal_picture_of_block(cal_work *work, int block, const char *base, jv *images,
                                cal_error *err);

/* Which field has the highest S/N. */
void cal_pictures_choose(cal_pictures *pictures);

#endif

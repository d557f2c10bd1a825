/* Images of a clean target: one for each sub-field (one unless a mosaic), of all execution blocks together, and what is measured in them
 * (selfcal 1.3). */
#ifndef CAL_SELFCAL_PICTURE_H
#define CAL_SELFCAL_PICTURE_H

#include "image/fits.h"
#include "selfcal/work.h"

typedef struct cal_picture_wish {
    const char *step;       /* solint1_prior, solint1_post; NULL: none */
    int iter;               /* 0 dirty, 1 initial, 2 loop, 3 final */
    const char *datacolumn; /* data, corrected */
    double threshold;       /* Jy; NaN: 4 times the noise (auto) */
    bool dirty;             /* nothing is cleaned */
    char *const *mask;      /* [fields] FITS files, NULL for none */
    bool save_model;        /* to MODEL_DATA of every block */
    int nterms;
    int spw; /* this virtual window alone, -1: all together */
} cal_picture_wish;

/* NaN: could not be measured. Angles in arcsec and degrees, flux in Jy or Jy/beam. */
typedef struct cal_picture {
    char *image, *residual, *model, *psf, *dirty; /* paths */
    char *mask;                                   /* in which it was measured; NULL: none */
    double peak, snr, rms, snr_nf, rms_nf, intflux, e_intflux;
    double peak_ra_deg, peak_dec_deg;
    double beam_major, beam_minor, beam_pa;
    double model_flux, model_max, mask_pixels,
        sidelobe; /* sidelobe: largest |PSF| outside its main lobe */
} cal_picture;

typedef struct cal_pictures {
    cal_picture *field;
    int fields, best; /* best: the field with the highest S/N; it speaks for the target */
} cal_pictures;

/* Names: selfcal 2.3, in the working folder; images of these names are replaced. Measured with the mask of the wish. */
cal_status cal_pictures_make(cal_work *work, const cal_picture_wish *wish, cal_pictures *pictures,
                             cal_error *err);
/* Measure again with other masks ([fields], NULL entries: none). */
cal_status cal_pictures_measure(const cal_work *work, cal_pictures *pictures, char *const *mask,
                                cal_error *err);
void cal_pictures_free(cal_pictures *pictures);

/* Largest |PSF| outside its main lobe, over its peak; NaN where the size of pixel or beam is not known. */
double cal_psf_sidelobe(const cal_image *psf, const cal_beam *beam);

/* As in the state, and back. */
jv cal_pictures_json(const cal_pictures *pictures);
cal_status cal_pictures_read(jv json, cal_pictures *pictures, cal_error *err);

#endif

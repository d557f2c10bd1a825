/* Numbers that say how good an image is; definitions: selfcal 1.3. */
#ifndef CAL_IMAGE_STATS_H
#define CAL_IMAGE_STATS_H

#include "base/error.h"
#include "image/fits.h"
#include <jv.h>
#include <stdint.h>

typedef enum cal_rms_method {
    CAL_RMS_AUTO, /* MAD outside the mask where there is one, else Chauvenet's; the latter for images called "dirty" too */
    CAL_RMS_MAD,  /* 1.4826 x median |x - median| */
    CAL_RMS_CHAUVENET /* root mean square of what is left when outliers are clipped */
} cal_rms_method;

typedef struct cal_extreme {
    float value;
    int x, y;
} cal_extreme;

/* The vertex of the parabola through the 3 x 3 pixels around the peak (least squares), of their logarithms where all are positive,
 * which is exact for a Gaussian; the peak's own pixel where it is no proper maximum. */
typedef struct cal_vertex {
    double value, x, y;
} cal_vertex;

typedef struct cal_image_stats {
    int64_t pixels, blank; /* looked at: valid ones, blank ones */
    cal_extreme peak, minimum;
    cal_vertex vertex;
    double mean, sum;
    double rms;
    cal_rms_method method; /* of rms: MAD or Chauvenet */
    int64_t rms_pixels;
    double snr;              /* peak.value / rms */
    int64_t mask_pixels;     /* valid pixels in the mask; 0 without one */
    double flux, flux_error; /* in the mask, Jy when pixels are Jy/beam; NaN without mask or beam */
} cal_image_stats;

/* Statistics of the valid pixels of `image` where `view` is not 0 (NULL: everywhere). `mask` (or NULL) is where the source is: the rms
 * is taken outside it, the flux inside; `noise` (or NULL) is where the rms is taken instead. CAL_DATA when no valid pixel is left. */
cal_status cal_image_measure(const cal_image *image, const uint8_t *view, const uint8_t *mask,
                             const uint8_t *noise, cal_rms_method method, cal_image_stats *stats,
                             cal_error *err);

/* 1.4826 x MAD of the pixels where `where` (or NULL) is not 0; NaN for none. *used: how many. */
double cal_rms_mad(const float *pixel, size_t count, const uint8_t *where, int64_t *used);
/* Clip what is farther from the mean than one expects half a sample to be (Chauvenet), until nothing is clipped. */
double cal_rms_chauvenet(const float *pixel, size_t count, const uint8_t *where, int64_t *used);
/* How many standard deviations Chauvenet's criterion allows a sample of `count`. */
double cal_chauvenet_limit(int64_t count);

/* The vertex around pixel (x, y). */
cal_vertex cal_peak_vertex(const cal_image *image, int x, int y);

/* As JSON: what image-stats prints for one image. */
jv cal_image_stats_json(const cal_image *image, const cal_image_stats *stats);

#endif

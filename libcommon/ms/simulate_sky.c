#include "ms/simulate_sky.h"
#include "base/mem.h"
#include "base/number.h"
#include "ms/simulate_noise.h"
#include <math.h>
#include <string.h>

cal_sky cal_sky_new(const cal_scene_field *field, const cal_scene_spw *spw)
{
    cal_sky sky = {.nchan = spw->nchan,
                   .ncorr = spw->ncorr,
                   .components = field->components,
                   .planes = field->polarised ? 4 : 1,
                   .corr = spw->corr,
                   .freq = spw->freq,
                   .width = spw->width};
    sky.lmn = cal_alloc((size_t)sky.components, sizeof *sky.lmn);
    sky.flux = CAL_NEW_ARRAY(float, (size_t)sky.components *(size_t)sky.planes *(size_t)sky.nchan);
    float *flux = sky.flux;
    for (int i = 0; i < sky.components; i++) {
        const cal_scene_component *component = &field->component[i];
        double l = sin(component->east), m = sin(component->north);
        double reference = component->ref_freq > 0 ? component->ref_freq : spw->freq;
        sky.lmn[i][0] = l;
        sky.lmn[i][1] = m;
        sky.lmn[i][2] = sqrt(fmax(0, 1 - l * l - m * m)) - 1;
        for (int plane = 0; plane < sky.planes; plane++)
            for (int k = 0; k < sky.nchan; k++)
                *flux++ = (float)(component->flux[plane] *
                                  pow((spw->freq + k * spw->width) / reference, component->alpha));
    }
    return sky;
}

void cal_sky_free(cal_sky *sky)
{
    free(sky->lmn);
    free(sky->flux);
}

/* cos and sin of 2 pi (first + k step). */
static void phasors(int nchan, double first, double step, float *cosine, float *sine)
{
    for (int k = 0; k < nchan; k++) {
        double turn = first + k * step;
        cal_turn_sincos((float)(turn - rint(turn)), &sine[k], &cosine[k]);
    }
}

static void add_scaled(int nchan, const float *restrict flux, const float *restrict phasor,
                       float *restrict sum)
{
    for (int k = 0; k < nchan; k++)
        sum[k] += flux[k] * phasor[k];
}

/* out = a + sign b */
static void combine(int nchan, const float *restrict a, const float *restrict b, float sign,
                    float *restrict out)
{
    for (int k = 0; k < nchan; k++)
        out[k] = a[k] + sign * b[k];
}

/* The correlation `code` out of the Stokes planes re[plane][chan], im[plane][chan]. */
static void correlation(int code, int nchan, const float *re, const float *im, float *out_re,
                        float *out_im)
{
    enum { I, Q, U, V };
    static const struct {
        int first, second;
        float sign;
        bool turned; /* first + sign i second */
    } rule[] = {
        {I, V, 1, false}, {Q, U, 1, true}, {Q, U, -1, true}, {I, V, -1, false},  /* RR RL LR LL */
        {I, Q, 1, false}, {U, V, 1, true}, {U, V, -1, true}, {I, Q, -1, false}}; /* XX XY YX YY */
    const int a = rule[code - 5].first * nchan, b = rule[code - 5].second * nchan;
    const float sign = rule[code - 5].sign;
    if (rule[code - 5].turned) {
        combine(nchan, re + a, im + b, -sign, out_re);
        combine(nchan, im + a, re + b, sign, out_im);
    } else {
        combine(nchan, re + a, re + b, sign, out_re);
        combine(nchan, im + a, im + b, sign, out_im);
    }
}

static bool is_parallel(int code)
{
    return code == 5 || code == 8 || code == 9 || code == 12;
}

void cal_sky_visibilities(const cal_sky *sky, const double uvw[3], float *re, float *im,
                          float *scratch)
{
    const int n = sky->nchan;
    const size_t bytes = (size_t)n * sizeof(float);
    float *cosine = scratch, *sine = cosine + n, *plane_re = sine + n, *plane_im = plane_re + 4 * n;
    const float *flux = sky->flux;
    memset(plane_re, 0, 8 * bytes);
    for (int i = 0; i < sky->components; i++) {
        const double *lmn = sky->lmn[i];
        double delay = (uvw[0] * lmn[0] + uvw[1] * lmn[1] + uvw[2] * lmn[2]) / CAL_LIGHT_SPEED;
        phasors(n, delay * sky->freq, delay * sky->width, cosine, sine);
        for (int plane = 0; plane < sky->planes; plane++, flux += n) {
            add_scaled(n, flux, cosine, plane_re + plane * n);
            add_scaled(n, flux, sine, plane_im + plane * n);
        }
    }
    for (int c = 0; c < sky->ncorr; c++, re += n, im += n) {
        if (sky->planes == 4) {
            correlation(sky->corr[c], n, plane_re, plane_im, re, im);
        } else if (is_parallel(sky->corr[c])) {
            memcpy(re, plane_re, bytes);
            memcpy(im, plane_im, bytes);
        } else {
            memset(re, 0, bytes);
            memset(im, 0, bytes);
        }
    }
}

#include "ms/sky.h"
#include "base/mem.h"
#include "base/number.h"
#include "ms/simulate_noise.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>

struct cal_sky {
    int nchan, ncorr, components, planes; /* planes: 1 (I) or 4 (I Q U V) */
    int *corr;
    double *freq;
    cal_component *component;
    double (*lmn)[3]; /* of each component: l, m, n - 1 */
    float *flux;      /* [component][plane][chan] */
};

double cal_component_flux(const cal_component *component, int stokes, double freq)
{
    if (!(component->ref_freq > 0))
        return component->flux[stokes];
    double x = freq / component->ref_freq, power = 0;
    for (int i = CAL_SPIX_TERMS - 1; i >= 0; i--)
        power = power * log10(x) + component->spix[i];
    return component->flux[stokes] * pow(x, power);
}

static bool is_polarised(const cal_component *component, int components)
{
    for (int i = 0; i < components; i++)
        for (int stokes = 1; stokes < 4; stokes++)
            if (component[i].flux[stokes] != 0)
                return true;
    return false;
}

static void place(const cal_component *component, double lmn[3])
{
    double l = sin(component->east), m = sin(component->north);
    lmn[0] = l;
    lmn[1] = m;
    lmn[2] = sqrt(fmax(0, 1 - l * l - m * m)) - 1;
}

static void *copy_of(const void *array, int count, size_t size)
{
    void *copy = cal_alloc((size_t)count, size);
    return count ? memcpy(copy, array, (size_t)count * size) : copy;
}

cal_sky *cal_sky_new(const cal_component *component, int components, const double *freq, int nchan,
                     const int *corr, int ncorr)
{
    cal_sky *sky = CAL_NEW(cal_sky);
    *sky = (cal_sky){.nchan = nchan,
                     .ncorr = ncorr,
                     .components = components,
                     .planes = is_polarised(component, components) ? 4 : 1,
                     .corr = copy_of(corr, ncorr, sizeof *corr),
                     .freq = copy_of(freq, nchan, sizeof *freq),
                     .component = copy_of(component, components, sizeof *component)};
    sky->lmn = cal_alloc((size_t)components, sizeof *sky->lmn);
    sky->flux = CAL_NEW_ARRAY(float, (size_t)components *(size_t)sky->planes *(size_t)nchan);
    float *flux = sky->flux;
    for (int i = 0; i < components; i++) {
        cal_component *own = &sky->component[i];
        own->ref_freq = own->ref_freq > 0 ? own->ref_freq : freq[0];
        place(own, sky->lmn[i]);
        for (int plane = 0; plane < sky->planes; plane++)
            for (int k = 0; k < nchan; k++)
                *flux++ = (float)cal_component_flux(own, plane, freq[k]);
    }
    return sky;
}

void cal_sky_free(cal_sky *sky)
{
    if (!sky)
        return;
    free(sky->corr);
    free(sky->freq);
    free(sky->component);
    free(sky->lmn);
    free(sky->flux);
    free(sky);
}

/* cos and sin of 2 pi delay freq[k]. */
static void phasors(int nchan, double delay, const double *freq, float *cosine, float *sine)
{
    for (int k = 0; k < nchan; k++) {
        double turn = delay * freq[k];
        cal_turn_sincos((float)(turn - rint(turn)), &sine[k], &cosine[k]);
    }
}

/* 2 J1(x)/x: the transform of a disc of unit flux. */
static double disc(double x)
{
    return x > 1e-4 ? 2 * j1(x) / x : 1 - x * x / 8;
}

/* The phasors times what the shape leaves of a source of unit flux; u, v in seconds. */
static void resolve(const cal_component *component, int nchan, double u, double v,
                    const double *freq, float *cosine, float *sine)
{
    bool round = component->shape == CAL_SHAPE_DISC;
    double across = component->major * (u * sin(component->pa) + v * cos(component->pa)),
           along = component->minor * (u * cos(component->pa) - v * sin(component->pa));
    double size = CAL_PI * (round ? component->major * hypot(u, v) : hypot(across, along));
    for (int k = 0; k < nchan; k++) {
        double x = size * freq[k];
        float left = (float)(round ? disc(x) : exp(-x * x / (4 * M_LN2)));
        cosine[k] *= left;
        sine[k] *= left;
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

/* The correlation `code`, made by feeds, out of the Stokes planes re[plane][chan], im[plane][chan]. */
static void correlation(int code, int nchan, const float *re, const float *im, float *out_re,
                        float *out_im)
{
    enum { SI, SQ, SU, SV };
    static const struct {
        int first, second;
        float sign;
        bool turned; /* first + sign i second */
    } rule[] = {{SI, SV, 1, false}, {SQ, SU, 1, true},
                {SQ, SU, -1, true}, {SI, SV, -1, false}, /* RR RL LR LL */
                {SI, SQ, 1, false}, {SU, SV, 1, true},
                {SU, SV, -1, true}, {SI, SQ, -1, false}}; /* XX XY YX YY */
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

/* Correlations that unpolarised light has: I, RR, LL, XX, YY. */
static bool is_parallel(int code)
{
    return code == 1 || code == 5 || code == 8 || code == 9 || code == 12;
}

static bool is_of_feeds(int code)
{
    return code >= 5 && code <= 12;
}

/* re[plane][chan], im[plane][chan] of all components. */
static void sum_components(const cal_sky *sky, const double uvw[3], float *cosine, float *sine,
                           float *re, float *im)
{
    const int n = sky->nchan;
    const float *flux = sky->flux;
    for (int i = 0; i < sky->components; i++) {
        const double *lmn = sky->lmn[i];
        double delay = (uvw[0] * lmn[0] + uvw[1] * lmn[1] + uvw[2] * lmn[2]) / CAL_LIGHT_SPEED;
        phasors(n, delay, sky->freq, cosine, sine);
        if (sky->component[i].shape != CAL_SHAPE_POINT)
            resolve(&sky->component[i], n, uvw[0] / CAL_LIGHT_SPEED, uvw[1] / CAL_LIGHT_SPEED,
                    sky->freq, cosine, sine);
        for (int plane = 0; plane < sky->planes; plane++, flux += n) {
            add_scaled(n, flux, cosine, re + plane * n);
            add_scaled(n, flux, sine, im + plane * n);
        }
    }
}

void cal_sky_visibilities(const cal_sky *sky, const double uvw[3], float *re, float *im,
                          float *scratch)
{
    const int n = sky->nchan;
    const size_t bytes = (size_t)n * sizeof(float);
    float *cosine = scratch, *sine = cosine + n, *plane_re = sine + n, *plane_im = plane_re + 4 * n;
    memset(plane_re, 0, 8 * bytes);
    sum_components(sky, uvw, cosine, sine, plane_re, plane_im);
    for (int c = 0; c < sky->ncorr; c++, re += n, im += n) {
        int code = sky->corr[c], plane = is_of_feeds(code) ? 0 : code - 1;
        if (sky->planes == 4 && is_of_feeds(code)) {
            correlation(code, n, plane_re, plane_im, re, im);
        } else if (is_parallel(code) || (plane >= 0 && plane < sky->planes && !is_of_feeds(code))) {
            memcpy(re, plane_re + plane * n, bytes);
            memcpy(im, plane_im + plane * n, bytes);
        } else {
            memset(re, 0, bytes);
            memset(im, 0, bytes);
        }
    }
}

void cal_sky_interleave(int nchan, int ncorr, const float *re, const float *im, float complex *out)
{
    for (int k = 0; k < nchan; k++)
        out[k * ncorr] = CMPLXF(re[k], im[k]);
}

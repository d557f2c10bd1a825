#include "base/mem.h"
#include "ms/simulate_gains.h"
#include "ms/simulate_noise.h"
#include "ms/simulate_parts.h"
#include <math.h>
#include <string.h>

struct cal_sim_scratch {
    float *gain_re, *gain_im; /* [antenna][pol][chan] */
    float *sky_re, *sky_im;   /* [corr][chan] */
    float *noise;             /* [corr][re, im][chan] */
    float *sky;               /* for ms/sky.h */
    float *random;            /* [sample][3] */
};

cal_sim_scratch *cal_sim_scratch_new(const cal_scene *scene)
{
    size_t most_chan = 0, most_samples = 0;
    for (int i = 0; i < scene->spws; i++) {
        size_t nchan = (size_t)scene->spw[i].nchan, samples = nchan * (size_t)scene->spw[i].ncorr;
        most_chan = nchan > most_chan ? nchan : most_chan;
        most_samples = samples > most_samples ? samples : most_samples;
    }
    size_t receptors = (size_t)scene->antennas * 2;
    cal_sim_scratch *scratch = CAL_NEW(cal_sim_scratch);
    scratch->gain_re = cal_alloc_aligned(receptors * most_chan, sizeof(float));
    scratch->gain_im = cal_alloc_aligned(receptors * most_chan, sizeof(float));
    scratch->sky_re = cal_alloc_aligned(most_samples, sizeof(float));
    scratch->sky_im = cal_alloc_aligned(most_samples, sizeof(float));
    scratch->noise = cal_alloc_aligned(2 * most_samples, sizeof(float));
    scratch->sky = cal_alloc_aligned(CAL_SKY_SCRATCH(most_chan), sizeof(float));
    scratch->random = cal_alloc_aligned(3 * most_samples, sizeof(float));
    return scratch;
}

void cal_sim_scratch_free(cal_sim_scratch *scratch)
{
    if (!scratch)
        return;
    free(scratch->gain_re);
    free(scratch->gain_im);
    free(scratch->sky_re);
    free(scratch->sky_im);
    free(scratch->noise);
    free(scratch->sky);
    free(scratch->random);
    free(scratch);
}

/* Receptors (0 R X, 1 L Y) of a correlation, by Stokes code: RR RL LR LL XX XY YX YY. */
static const int first_receptor[] = {0, 0, 1, 1}, second_receptor[] = {0, 1, 0, 1};

/* g b of every receptor and channel. */
static void make_gains(const cal_scene *scene, const cal_sim_rows *rows,
                       const float complex *bandpass, cal_sim_scratch *scratch)
{
    const int nchan = scene->spw[rows->spw].nchan;
    const float complex *gain = rows->gain + CAL_GAIN_INDEX(scene, rows->spw, 0, 0);
    float *re = scratch->gain_re, *im = scratch->gain_im;
    for (int i = 0; i < 2 * scene->antennas; i++, re += nchan, im += nchan)
        for (int k = 0; k < nchan; k++) {
            float complex value = bandpass ? gain[i] * bandpass[i * nchan + k] : gain[i];
            re[k] = crealf(value);
            im[k] = cimagf(value);
        }
}

/* One correlation: out = p conj(q) sky + sigma noise, noise being [re, im][chan]; `re`, `im` are overwritten. */
static void corrupt(int nchan, const float *restrict p_re, const float *restrict p_im,
                    const float *restrict q_re, const float *restrict q_im,
                    const float *restrict noise, float sigma, float *restrict re,
                    float *restrict im)
{
    for (int k = 0; k < nchan; k++) {
        float gain_re = p_re[k] * q_re[k] + p_im[k] * q_im[k],
              gain_im = p_im[k] * q_re[k] - p_re[k] * q_im[k];
        float new_re = gain_re * re[k] - gain_im * im[k] + sigma * noise[k];
        float new_im = gain_re * im[k] + gain_im * re[k] + sigma * noise[nchan + k];
        re[k] = new_re;
        im[k] = new_im;
    }
}

/* SIGMA^2 of a row; with uneven weights that differ between baselines by factors 1, 1.5, 2. */
static double row_variance(const cal_scene *scene, const int baseline[2])
{
    double noise = scene->noise > 0 ? scene->noise : 1;
    return noise * noise /
           (scene->uneven_weights ? 1 + 0.5 * ((baseline[0] + baseline[1]) % 3) : 1);
}

static void fill_visibilities(const cal_scene *scene, const cal_sim_rows *rows, int row,
                              cal_noise *noise, cal_sim_scratch *scratch)
{
    const cal_scene_spw *spw = &scene->spw[rows->spw];
    const int nchan = spw->nchan, ncorr = spw->ncorr, *baseline = rows->baseline[row];
    const size_t samples = (size_t)nchan * (size_t)ncorr;
    const float sigma = scene->noise > 0 ? (float)sqrt(row_variance(scene, baseline)) : 0;
    cal_sky_visibilities(rows->sky, rows->uvw[row], scratch->sky_re, scratch->sky_im, scratch->sky);
    cal_noise_normal(noise, scratch->noise, 2 * samples);
    for (int c = 0; c < ncorr; c++) {
        float *re = scratch->sky_re + c * nchan, *im = scratch->sky_im + c * nchan;
        int p = (2 * baseline[0] + first_receptor[(spw->corr[c] - 5) % 4]) * nchan;
        int q = (2 * baseline[1] + second_receptor[(spw->corr[c] - 5) % 4]) * nchan;
        if (rows->model)
            cal_sky_interleave(nchan, ncorr, re, im, rows->model + (size_t)row * samples + c);
        corrupt(nchan, scratch->gain_re + p, scratch->gain_im + p, scratch->gain_re + q,
                scratch->gain_im + q, scratch->noise + 2 * c * nchan, sigma, re, im);
        cal_sky_interleave(nchan, ncorr, re, im, rows->data + (size_t)row * samples + c);
    }
}

static void add_outliers(const cal_scene *scene, cal_noise noise, size_t samples,
                         float complex *data, float *random)
{
    float *chance = random, *normal = random + samples;
    cal_noise_uniform(&noise, chance, samples);
    cal_noise_normal(&noise, normal, 2 * samples);
    for (size_t i = 0; i < samples; i++)
        if ((double)chance[i] < scene->outlier_fraction)
            data[i] += 5 * CMPLXF(normal[2 * i], normal[2 * i + 1]);
}

static bool rule_fits(const cal_scene_flag *rule, const cal_sim_rows *rows, const int baseline[2])
{
    return (rule->antenna < 0 || rule->antenna == baseline[0] || rule->antenna == baseline[1]) &&
           (rule->spw < 0 || rule->spw == rows->spw) &&
           (rule->scan < 0 || rule->scan == rows->scan);
}

static void apply_rule(const cal_scene_flag *rule, const cal_scene_spw *spw, uint8_t *flag)
{
    int last = rule->last < 0 || rule->last >= spw->nchan ? spw->nchan - 1 : rule->last;
    for (int k = rule->first; k <= last; k++)
        for (int c = 0; c < spw->ncorr; c++)
            if (!rule->corrs || rule->corrs & 1 << spw->corr[c])
                flag[k * spw->ncorr + c] = 1;
}

static void fill_flags(const cal_scene *scene, const cal_sim_rows *rows, int row, cal_noise noise,
                       float *random)
{
    const cal_scene_spw *spw = &scene->spw[rows->spw];
    const size_t samples = (size_t)spw->nchan * (size_t)spw->ncorr;
    uint8_t *flag = rows->flag + (size_t)row * samples;
    memset(flag, 0, samples);
    if (scene->flag_fraction > 0) {
        cal_noise_uniform(&noise, random, samples);
        for (size_t i = 0; i < samples; i++)
            flag[i] = (double)random[i] < scene->flag_fraction;
    }
    for (int i = 0; i < scene->flags; i++)
        if (rule_fits(&scene->flag[i], rows, rows->baseline[row]))
            apply_rule(&scene->flag[i], spw, flag);
    rows->flag_row[row] = !memchr(flag, 0, samples);
}

static void fill_weights(const cal_scene *scene, const cal_sim_rows *rows, int row)
{
    const cal_scene_spw *spw = &scene->spw[rows->spw];
    const size_t samples = (size_t)spw->nchan * (size_t)spw->ncorr;
    double variance = row_variance(scene, rows->baseline[row]);
    float sigma = (float)sqrt(variance), weight = (float)(1 / variance);
    for (int c = 0; c < spw->ncorr; c++) {
        rows->sigma[row * spw->ncorr + c] = sigma;
        rows->weight[row * spw->ncorr + c] = weight;
    }
    for (size_t i = 0; rows->weight_spectrum && i < samples; i++)
        rows->weight_spectrum[(size_t)row * samples + i] = weight;
}

void cal_sim_fill(const cal_scene *scene, const cal_sim_rows *rows, const float complex *bandpass,
                  cal_sim_scratch *scratch)
{
    const cal_scene_spw *spw = &scene->spw[rows->spw];
    const size_t samples = (size_t)spw->nchan * (size_t)spw->ncorr;
    make_gains(scene, rows, bandpass, scratch);
    for (int row = 0; row < rows->count; row++) {
        const int *baseline = rows->baseline[row];
        uint64_t pair = (uint64_t)baseline[0] << 32 | (uint64_t)baseline[1];
        uint64_t window = (uint64_t)rows->spw, integration = (uint64_t)rows->integration;
        for (int k = 0; k < 3; k++)
            rows->uvw[row][k] =
                rows->antenna_uvw[baseline[0]][k] - rows->antenna_uvw[baseline[1]][k];
        cal_noise thermal =
            cal_noise_stream(scene->seed, CAL_NOISE_THERMAL, window, integration, pair);
        fill_visibilities(scene, rows, row, &thermal, scratch);
        if (scene->outlier_fraction > 0)
            add_outliers(
                scene, cal_noise_stream(scene->seed, CAL_NOISE_OUTLIER, window, integration, pair),
                samples, rows->data + (size_t)row * samples, scratch->random);
        fill_flags(scene, rows, row,
                   cal_noise_stream(scene->seed, CAL_NOISE_FLAG, window, integration, pair),
                   scratch->random);
        fill_weights(scene, rows, row);
    }
}

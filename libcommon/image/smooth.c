/* Gaussian smoothing and the near-field annulus that is made with it. */
#include "base/mem.h"
#include "image/mask.h"
#include <math.h>
#include <string.h>

/* Half of a Gaussian, kernel[0] in the middle, out to 5 sigma. */
static float *make_kernel(double fwhm, int *reach)
{
    double sigma = fwhm / sqrt(8 * log(2));
    *reach = (int)ceil(5 * sigma);
    float *kernel = CAL_NEW_ARRAY(float, *reach + 1);
    double sum = 0;
    for (int i = 0; i <= *reach; i++)
        sum += (i ? 2 : 1) * exp(-0.5 * i * i / (sigma * sigma));
    for (int i = 0; i <= *reach; i++)
        kernel[i] = (float)(exp(-0.5 * i * i / (sigma * sigma)) / sum);
    return kernel;
}

/* out += factor * in, over one row */
static void add_row(float *restrict out, const float *restrict in, float factor, int count)
{
    for (int i = 0; i < count; i++)
        out[i] += factor * in[i];
}

static bool is_zero(const float *row, int count)
{
    for (int i = 0; i < count; i++)
        if (row[i] != 0)
            return false;
    return true;
}

static void smooth_row(float *row, float *scratch, int count, const float *kernel, int reach)
{
    if (is_zero(row, count))
        return;
    memset(scratch, 0, (size_t)count * sizeof *scratch);
    for (int shift = -reach; shift <= reach; shift++) {
        int from = shift < 0 ? -shift : 0, to = shift > 0 ? count - shift : count;
        if (to > from)
            add_row(scratch + from + shift, row + from, kernel[abs(shift)], to - from);
    }
    memcpy(row, scratch, (size_t)count * sizeof *scratch);
}

void cal_smooth(float *pixel, int nx, int ny, double fwhm)
{
    if (!(fwhm > 0))
        return;
    int reach;
    size_t width = (size_t)nx;
    float *kernel = make_kernel(fwhm, &reach);
    float *scratch = CAL_NEW_ARRAY(float, nx), *out = CAL_NEW_ARRAY(float, width *(size_t)ny);
    for (int y = 0; y < ny; y++) {
        float *row = pixel + (size_t)y * width;
        smooth_row(row, scratch, nx, kernel, reach);
        if (is_zero(row, nx))
            continue;
        for (int to = y - reach < 0 ? 0 : y - reach; to <= y + reach && to < ny; to++)
            add_row(out + (size_t)to * width, row, kernel[abs(to - y)], nx);
    }
    memcpy(pixel, out, width * (size_t)ny * sizeof *out);
    free(kernel);
    free(scratch);
    free(out);
}

double cal_psf_extent(const cal_image *psf)
{
    size_t count = cal_image_pixels(psf), peak = 0;
    for (size_t i = 0; i < count; i++)
        if (psf->pixel[i] > psf->pixel[peak])
            peak = i;
    size_t width = (size_t)psf->nx;
    double farthest = 0, x0 = (double)(peak % width), y0 = (double)(peak / width);
    for (size_t i = 0; i < count; i++)
        if (psf->pixel[i] > 0.1f)
            farthest = fmax(farthest, hypot((double)(i % width) - x0, (double)(i / width) - y0));
    return farthest * cal_image_cell(psf);
}

/* Smoothed and cut: 1 where it is `above` this share of its maximum. */
static void smooth_and_cut(float *pixel, int nx, int ny, double fwhm, float share)
{
    cal_smooth(pixel, nx, ny, fwhm);
    size_t count = (size_t)nx * (size_t)ny;
    float most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmaxf(most, pixel[i]);
    for (size_t i = 0; i < count; i++)
        pixel[i] = most > 0 && pixel[i] >= share * most;
}

cal_status cal_mask_near_field(const cal_image *image, const uint8_t *mask, double psf_extent,
                               double largest_scale, uint8_t *annulus, cal_error *err)
{
    double cell = cal_image_cell(image);
    if (!(image->beam.major > 0 && cell > 0))
        return cal_fail(err, CAL_INPUT,
                        "%s: has no beam in its header (BMAJ), which the near field needs",
                        image->path);
    size_t count = cal_image_pixels(image), inside = 0;
    float *smoothed = CAL_NEW_ARRAY(float, count);
    for (size_t i = 0; i < count; i++)
        smoothed[i] = mask[i] ? 1 : 0;
    smooth_and_cut(smoothed, image->nx, image->ny, image->beam.major / cell, 0.1f);
    for (size_t i = 0; i < count; i++)
        annulus[i] = smoothed[i] == 0 && !isnan(image->pixel[i]);
    double scale = fmax(5 * image->beam.major, fmax(psf_extent, 5 * largest_scale));
    smooth_and_cut(smoothed, image->nx, image->ny, scale / cell, 0.01f);
    for (size_t i = 0; i < count; i++)
        inside += annulus[i] = annulus[i] && smoothed[i] > 0;
    free(smoothed);
    if (!inside)
        return cal_fail(err, CAL_DATA, "%s: no pixel is left for the near field around the mask",
                        image->path);
    return CAL_OK;
}

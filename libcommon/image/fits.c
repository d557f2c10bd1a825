#include "image/fits.h"
#include "base/fits_file.h"
#include "base/mem.h"
#include "base/number.h"
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

static const double degree = CAL_PI / 180;

static cal_status open_image(const char *path, fitsfile **file, cal_error *err)
{
    int status = 0;
    if (cal_fits_open(path, " (export CASA images with exportfits)", file, err))
        return err->status;
    int axes = 0, type = IMAGE_HDU;
    fits_get_img_dim(*file, &axes, &status);
    while (!status && (type != IMAGE_HDU || axes < 2)) {
        fits_movrel_hdu(*file, 1, &type, &status);
        if (!status && type == IMAGE_HDU)
            fits_get_img_dim(*file, &axes, &status);
    }
    if (!status)
        return CAL_OK;
    fits_clear_errmsg();
    status = 0;
    fits_close_file(*file, &status);
    return cal_fail(err, CAL_INPUT, "%s: holds no image", path);
}

/* "JY/BEAM" is how some write it. */
static void read_unit(fitsfile *file, char *unit)
{
    cal_fits_key_text(file, "BUNIT", unit);
    for (size_t n = strlen(unit); n && unit[n - 1] == ' ';)
        unit[--n] = 0;
    if (!strcasecmp(unit, "jy/beam"))
        strcpy(unit, "Jy/beam");
    else if (!strcasecmp(unit, "jy/pixel"))
        strcpy(unit, "Jy/pixel");
}

static void read_wcs(fitsfile *file, cal_wcs *wcs)
{
    int status = 0;
    char type[2][FLEN_VALUE];
    cal_fits_key_text(file, "CTYPE1", type[0]);
    cal_fits_key_text(file, "CTYPE2", type[1]);
    bool is_sky = !strncmp(type[0], "RA--", 4) && !strncmp(type[1], "DEC-", 4);
    if (is_sky)
        fits_read_img_coord(file, &wcs->value[0], &wcs->value[1], &wcs->pixel[0], &wcs->pixel[1],
                            &wcs->step[0], &wcs->step[1], &wcs->rotation, wcs->projection, &status);
    if (!is_sky || status)
        *wcs = (cal_wcs){.projection = ""};
    fits_clear_errmsg();
}

static double read_freq(fitsfile *file)
{
    for (int axis = 3; axis <= 4; axis++) {
        char keyword[16], type[FLEN_VALUE];
        snprintf(keyword, sizeof keyword, "CTYPE%d", axis);
        cal_fits_key_text(file, keyword, type);
        snprintf(keyword, sizeof keyword, "CRVAL%d", axis);
        if (!strncmp(type, "FREQ", 4))
            return cal_fits_key_number(file, keyword, 0);
    }
    return cal_fits_key_number(file, "RESTFRQ", 0);
}

static void read_header(fitsfile *file, cal_image *image)
{
    char frame[FLEN_VALUE];
    read_unit(file, image->unit);
    cal_fits_key_text(file, "OBJECT", image->object);
    cal_fits_key_text(file, "RADESYS", frame);
    snprintf(image->frame, sizeof image->frame, "%.15s",
             *frame                                               ? frame
             : cal_fits_key_number(file, "EQUINOX", 2000) == 2000 ? "J2000"
                                                                  : "");
    image->beam.major = degree * cal_fits_key_number(file, "BMAJ", 0);
    image->beam.minor = degree * cal_fits_key_number(file, "BMIN", 0);
    image->beam.angle = degree * remainder(cal_fits_key_number(file, "BPA", 0), 180); /* an axis */
    image->freq = read_freq(file);
    read_wcs(file, &image->wcs);
}

static cal_status read_shape(fitsfile *file, const char *path, int plane, cal_image *image,
                             cal_error *err)
{
    int status = 0, axes = 0;
    LONGLONG size[9] = {0}, planes = 1;
    fits_get_img_dim(file, &axes, &status);
    fits_get_img_sizell(file, 9, size, &status);
    for (int axis = 2; axis < axes && axis < 9; axis++)
        planes *= size[axis];
    if (status || size[0] < 1 || size[1] < 1 || size[0] > 100000 || size[1] > 100000 || planes < 1)
        return cal_fail(err, CAL_INPUT, "%s: its image has %lld x %lld pixels and %lld planes",
                        path, size[0], size[1], planes);
    if (plane < 0 || plane >= planes)
        return cal_fail(err, CAL_INPUT, "%s: no plane %d; planes are 0 to %lld", path, plane,
                        planes - 1);
    image->nx = (int)size[0];
    image->ny = (int)size[1];
    image->planes = (int)planes;
    return CAL_OK;
}

static cal_status read_pixels(fitsfile *file, const char *path, int plane, cal_image *image,
                              cal_error *err)
{
    cal_status failed = read_shape(file, path, plane, image, err);
    if (failed || (failed = cal_fits_check_length(file, path, err)))
        return failed;
    int status = 0, any = 0;
    float blank = NAN;
    size_t count = cal_image_pixels(image);
    image->pixel = CAL_NEW_ARRAY(float, count);
    if (fits_read_img(file, TFLOAT, 1 + (LONGLONG)plane * (LONGLONG)count, (LONGLONG)count, &blank,
                      image->pixel, &any, &status))
        return cal_fits_fail(err, CAL_INPUT, path, "its pixels cannot be read", status);
    return CAL_OK;
}

cal_status cal_image_read(const char *path, int plane, cal_image **image, cal_error *err)
{
    fitsfile *file;
    int status = 0;
    *image = NULL;
    cal_status failed = open_image(path, &file, err);
    if (failed)
        return failed;
    cal_image *made = CAL_NEW(cal_image);
    made->path = cal_copy_text(path);
    failed = read_pixels(file, path, plane, made, err);
    read_header(file, made);
    fits_close_file(file, &status);
    if (failed)
        cal_image_free(made);
    else
        *image = made;
    return failed;
}

void cal_image_free(cal_image *image)
{
    if (!image)
        return;
    free(image->path);
    free(image->pixel);
    free(image);
}

cal_image *cal_image_like(const cal_image *image)
{
    cal_image *made = CAL_NEW(cal_image);
    *made = *image;
    made->path = cal_copy_text(image->path);
    made->planes = 1;
    made->pixel = CAL_NEW_ARRAY(float, cal_image_pixels(image));
    return made;
}

cal_image *cal_image_of_sky(int nx, int ny, double cell, double ra, double dec)
{
    const cal_image grid = {
        .path = (char *)(intptr_t) "",
        .nx = nx,
        .ny = ny,
        .wcs = {{ra / degree, dec / degree},
                {nx / 2 + 1, ny / 2 + 1},
                {-cell / degree, cell / degree},
                0,
                "-SIN"},
    };
    return cal_image_like(&grid);
}

double cal_fits_number(const char *path, const char *keyword, double fallback)
{
    fitsfile *file;
    int status = 0;
    if (cal_cfitsio_load(NULL))
        return fallback;
    if (fits_open_diskfile(&file, path, READONLY, &status)) {
        fits_clear_errmsg();
        return fallback;
    }
    double value = cal_fits_key_number(file, keyword, fallback);
    fits_close_file(file, &status);
    return value;
}

/* ---- writing ---- */

static void put_number(fitsfile *file, const char *keyword, double value, int *status)
{
    fits_write_key(file, TDOUBLE, keyword, &value, NULL, status);
}

static void put_text(fitsfile *file, const char *keyword, const char *text, int *status)
{
    if (*text)
        fits_write_key(file, TSTRING, keyword, (void *)(intptr_t)text, NULL, status);
}

static void put_wcs(fitsfile *file, const cal_wcs *wcs, int *status)
{
    static const char *const kind[2] = {"RA--", "DEC-"};
    for (int axis = 0; axis < 2 && *wcs->projection; axis++) {
        char keyword[16], type[32];
        snprintf(type, sizeof type, "%s%s", kind[axis], wcs->projection);
        snprintf(keyword, sizeof keyword, "CTYPE%d", axis + 1);
        put_text(file, keyword, type, status);
        snprintf(keyword, sizeof keyword, "CRVAL%d", axis + 1);
        put_number(file, keyword, wcs->value[axis], status);
        snprintf(keyword, sizeof keyword, "CRPIX%d", axis + 1);
        put_number(file, keyword, wcs->pixel[axis], status);
        snprintf(keyword, sizeof keyword, "CDELT%d", axis + 1);
        put_number(file, keyword, wcs->step[axis], status);
        snprintf(keyword, sizeof keyword, "CUNIT%d", axis + 1);
        put_text(file, keyword, "deg", status);
    }
    if (*wcs->projection && wcs->rotation != 0)
        put_number(file, "CROTA2", wcs->rotation, status);
}

static void put_header(fitsfile *file, const cal_image *image, int *status)
{
    put_text(file, "BUNIT", image->unit, status);
    put_text(file, "OBJECT", image->object, status);
    if (!strcmp(image->frame, "J2000"))
        put_number(file, "EQUINOX", 2000, status);
    else
        put_text(file, "RADESYS", image->frame, status);
    if (image->beam.major > 0) {
        put_number(file, "BMAJ", image->beam.major / degree, status);
        put_number(file, "BMIN", image->beam.minor / degree, status);
        put_number(file, "BPA", image->beam.angle / degree, status);
    }
    put_wcs(file, &image->wcs, status);
    put_text(file, "CTYPE3", "FREQ", status);
    put_number(file, "CRVAL3", image->freq, status);
    put_number(file, "CRPIX3", 1, status);
    put_number(file, "CDELT3", 1, status);
    put_text(file, "CUNIT3", "Hz", status);
    put_text(file, "CTYPE4", "STOKES", status);
    put_number(file, "CRVAL4", 1, status);
    put_number(file, "CRPIX4", 1, status);
    put_number(file, "CDELT4", 1, status);
}

cal_status cal_image_write(const char *path, const cal_image *image, cal_error *err)
{
    fitsfile *file;
    int status = 0, closed = 0;
    LONGLONG size[4] = {image->nx, image->ny, 1, 1};
    if (cal_cfitsio_load(err))
        return CAL_CHILD;
    if (fits_create_diskfile(&file, path, &status))
        return cal_fits_fail(err, CAL_OUTPUT, path, "cannot be made", status);
    fits_create_imgll(file, FLOAT_IMG, 4, size, &status);
    put_header(file, image, &status);
    fits_write_img(file, TFLOAT, 1, (LONGLONG)cal_image_pixels(image), image->pixel, &status);
    fits_close_file(file, &closed);
    if (status || closed)
        return cal_fits_fail(err, CAL_OUTPUT, path, "cannot be written", status ? status : closed);
    return CAL_OK;
}

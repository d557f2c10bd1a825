#include "base/fits_file.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

cal_status cal_fits_fail(cal_error *err, cal_status kind, const char *path, const char *doing,
                         int status)
{
    char words[FLEN_STATUS], message[FLEN_ERRMSG] = "";
    fits_get_errstatus(status, words);
    fits_read_errmsg(message);
    fits_clear_errmsg();
    return cal_fail(err, kind, "%s: %s: %s%s%s", path, doing, words, *message ? "; " : "", message);
}

cal_status cal_fits_open(const char *path, const char *directory, fitsfile **file, cal_error *err)
{
    int status = 0;
    struct stat info;
    if (cal_cfitsio_load(err))
        return CAL_CHILD;
    if (stat(path, &info))
        return cal_fail_errno(err, CAL_INPUT, "%s: cannot be read", path);
    if (S_ISDIR(info.st_mode))
        return cal_fail(err, CAL_INPUT, "%s: is a directory, not a FITS file%s", path, directory);
    if (!S_ISREG(info.st_mode))
        return cal_fail(err, CAL_INPUT, "%s: is a pipe or a device; FITS is read from files", path);
    if (fits_open_diskfile(file, path, READONLY, &status)) {
        fits_clear_errmsg();
        return cal_fail(err, CAL_INPUT, "%s: not a FITS file", path);
    }
    return CAL_OK;
}

void cal_fits_close(fitsfile *file)
{
    int status = 0;
    if (file)
        fits_close_file(file, &status);
}

/* Reading behind the end of a file is told by cfitsio in many ways, so look at the size first. */
cal_status cal_fits_check_length(fitsfile *file, const char *path, cal_error *err)
{
    LONGLONG head, data, end;
    int status = 0, compressed = fits_is_compressed_image(file, &status);
    struct stat info;
    if (compressed || fits_get_hduaddrll(file, &head, &data, &end, &status) || stat(path, &info))
        return CAL_OK;
    char magic[2] = "";
    FILE *raw = fopen(path, "r");
    bool gzipped = raw && fread(magic, 1, 2, raw) == 2 && !memcmp(magic, "\x1f\x8b", 2);
    if (raw)
        fclose(raw);
    if (!gzipped && info.st_size < end)
        return cal_fail(err, CAL_INPUT, "%s: truncated: has %lld bytes, its header announces %lld",
                        path, (long long)info.st_size, (long long)end);
    return CAL_OK;
}

void cal_fits_key_text(fitsfile *file, const char *keyword, char *text)
{
    int status = 0;
    if (fits_read_key(file, TSTRING, keyword, text, NULL, &status))
        *text = 0;
    fits_clear_errmsg();
}

double cal_fits_key_number(fitsfile *file, const char *keyword, double fallback)
{
    int status = 0;
    double value;
    if (fits_read_key(file, TDOUBLE, keyword, &value, NULL, &status))
        value = fallback;
    fits_clear_errmsg();
    return value;
}

/* Opening FITS files and reading their headers over cfitsio, with our errors. */
#ifndef CAL_BASE_FITS_FILE_H
#define CAL_BASE_FITS_FILE_H

#include "base/cfitsio.h"

/* For reading, at the primary header; `directory` says in an error what a directory should have been.
 * CAL_INPUT for what cannot be read or is no FITS file. */
cal_status cal_fits_open(const char *path, const char *directory, fitsfile **file, cal_error *err);
void cal_fits_close(fitsfile *file); /* NULL is fine */

/* An error of `kind` in cfitsio's words: path, what was being done, its short text and innermost message. */
cal_status cal_fits_fail(cal_error *err, cal_status kind, const char *path, const char *doing,
                         int status);

/* CAL_INPUT where the file ends before the data of the current header do. Compressed files pass. */
cal_status cal_fits_check_length(fitsfile *file, const char *path, cal_error *err);

/* Keywords of the current header; "" or the fallback where one is missing. `text`: FLEN_VALUE bytes. */
void cal_fits_key_text(fitsfile *file, const char *keyword, char *text);
double cal_fits_key_number(fitsfile *file, const char *keyword, double fallback);

#endif

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "ms/create.h"
#include "ms/uvfits_parts.h"
#include <math.h>
#include <string.h>

static const double degree = CAL_PI / 180;

enum { MOST_PARAMS = 1000 };

/* casacore's codes */
enum { FRAME_LSRK = 1, FRAME_LSRD = 2, FRAME_BARY = 3, FRAME_GEO = 4, FRAME_TOPO = 5 };

static double axis_number(fitsfile *file, const char *word, int axis, double fallback)
{
    char keyword[FLEN_KEYWORD];
    snprintf(keyword, sizeof keyword, "%s%d", word, axis);
    return cal_fits_key_number(file, keyword, fallback);
}

static void axis_text(fitsfile *file, const char *word, int axis, char *text)
{
    char keyword[FLEN_KEYWORD];
    snprintf(keyword, sizeof keyword, "%s%d", word, axis);
    cal_fits_key_text(file, keyword, text);
}

/* ---- axes ---- */

/* -1 RR, -2 LL, -3 RL, -4 LR, -5 XX, -6 YY, -7 XY, -8 YX, to casacore's 5 RR, RL, LR, LL, XX, XY, YX, 12 YY. */
static cal_status read_corrs(cal_uvfits *uvfits, int axis, cal_error *err)
{
    static const int code[] = {0, 5, 8, 6, 7, 9, 12, 10, 11};
    double value = axis_number(uvfits->file, "CRVAL", axis, 0);
    double step = axis_number(uvfits->file, "CDELT", axis, 1);
    double pixel = axis_number(uvfits->file, "CRPIX", axis, 1);
    if (uvfits->ncorr > CAL_UVFITS_CORRS)
        return cal_fail(err, CAL_INPUT, "%s: has %d correlations, at most 4 are possible",
                        uvfits->path, uvfits->ncorr);
    for (int i = 0; i < uvfits->ncorr; i++) {
        int stokes = (int)lrint(value + (i + 1 - pixel) * step), at = i;
        if (stokes > 0 && stokes <= 4)
            return cal_fail(err, CAL_INPUT,
                            "%s: holds Stokes %c; correlations (RR, LL, XX, ...) cannot be made of "
                            "it without assumptions",
                            uvfits->path, "IQUV"[stokes - 1]);
        if (stokes > -1 || stokes < -8)
            return cal_fail(err, CAL_INPUT,
                            "%s: unknown code %d on the STOKES axis; -1 (RR) to -8 (YX) are known",
                            uvfits->path, stokes);
        for (; at > 0 && uvfits->corr[at - 1] > code[-stokes]; at--) {
            uvfits->corr[at] = uvfits->corr[at - 1];
            uvfits->order[at] = uvfits->order[at - 1];
        }
        uvfits->corr[at] = code[-stokes];
        uvfits->order[at] = i;
    }
    return CAL_OK;
}

static cal_status use_axis(cal_uvfits *uvfits, int axis, int length, int64_t stride, cal_error *err)
{
    char type[FLEN_VALUE];
    axis_text(uvfits->file, "CTYPE", axis, type);
    if (!strcmp(type, "COMPLEX") && (axis != 2 || length != 3))
        return cal_fail(err, CAL_INPUT,
                        "%s: axis COMPLEX is number %d and has %d values, expected real, imaginary "
                        "and weight first (write it uncompressed)",
                        uvfits->path, axis, length);
    if (!strcmp(type, "STOKES")) {
        uvfits->ncorr = length;
        uvfits->corr_stride = stride;
        return read_corrs(uvfits, axis, err);
    }
    if (!strcmp(type, "FREQ")) {
        uvfits->nchan = length;
        uvfits->chan_stride = stride;
        uvfits->freq = axis_number(uvfits->file, "CRVAL", axis, 0);
        uvfits->width = axis_number(uvfits->file, "CDELT", axis, 0);
        uvfits->reference_channel = axis_number(uvfits->file, "CRPIX", axis, 1);
    } else if (!strcmp(type, "IF")) {
        uvfits->ifs = length;
        uvfits->if_stride = stride;
    } else if (!strncmp(type, "RA", 2)) {
        uvfits->direction[0] = degree * axis_number(uvfits->file, "CRVAL", axis, 0);
    } else if (!strncmp(type, "DEC", 3)) {
        uvfits->direction[1] = degree * axis_number(uvfits->file, "CRVAL", axis, 0);
    } else if (length != 1 && strcmp(type, "COMPLEX")) {
        return cal_fail(err, CAL_INPUT, "%s: unknown axis \"%s\" with %d values", uvfits->path,
                        type, length);
    }
    return CAL_OK;
}

static cal_status read_axes(cal_uvfits *uvfits, cal_error *err)
{
    int axes = (int)cal_fits_key_number(uvfits->file, "NAXIS", 0);
    int64_t stride = 1;
    cal_status status = CAL_OK;
    uvfits->ifs = 1;
    for (int axis = 2; axis <= axes && !status; axis++) {
        double length = axis_number(uvfits->file, "NAXIS", axis, 0);
        if (length < 1 || length > 1e8 || (double)stride * length > 1e9)
            return cal_fail(err, CAL_INPUT, "%s: NAXIS%d = %g makes no sense", uvfits->path, axis,
                            length);
        status = use_axis(uvfits, axis, (int)length, stride, err);
        stride *= (int64_t)length;
    }
    uvfits->group_size = stride;
    const char *missing = !uvfits->ncorr ? "STOKES" : !uvfits->nchan ? "FREQ" : NULL;
    if (!status && missing)
        return cal_fail(err, CAL_INPUT, "%s: has no %s axis", uvfits->path, missing);
    return status;
}

/* ---- random parameters ---- */

/* UU, UU--, UU---SIN, UU-L-SIN are all u in seconds. */
static cal_uvfits_param *param_named(cal_uvfits *uvfits, const char *name)
{
    const struct {
        const char *name;
        cal_uvfits_param *param;
    } known[] = {
        {"DATE", &uvfits->date},         {"BASELINE", &uvfits->baseline},
        {"ANTENNA1", &uvfits->antenna1}, {"ANTENNA2", &uvfits->antenna2},
        {"SUBARRAY", &uvfits->subarray}, {"SOURCE", &uvfits->source_id},
        {"FREQSEL", &uvfits->freqsel},   {"INTTIM", &uvfits->inttim},
    };
    if (!strncmp(name, "UU", 2))
        return &uvfits->u;
    if (!strncmp(name, "VV", 2))
        return &uvfits->v;
    if (!strncmp(name, "WW", 2))
        return &uvfits->w;
    for (size_t i = 0; i < CAL_COUNT(known); i++)
        if (!strcmp(name, known[i].name))
            return known[i].param;
    return NULL;
}

static cal_status read_params(cal_uvfits *uvfits, cal_error *err)
{
    for (int i = 0; i < uvfits->params; i++) {
        char name[FLEN_VALUE];
        axis_text(uvfits->file, "PTYPE", i + 1, name);
        cal_uvfits_param *param = param_named(uvfits, name);
        if (!param)
            continue;
        if (param->count == CAL_UVFITS_PARTS)
            return cal_fail(err, CAL_INPUT, "%s: parameter %s is there %d times", uvfits->path,
                            name, param->count + 1);
        param->index[param->count] = i;
        param->scale[param->count] = axis_number(uvfits->file, "PSCAL", i + 1, 1);
        param->zero[param->count] = axis_number(uvfits->file, "PZERO", i + 1, 0);
        param->count++;
    }
    bool baselines = uvfits->baseline.count || (uvfits->antenna1.count && uvfits->antenna2.count);
    const char *missing = !uvfits->u.count || !uvfits->v.count || !uvfits->w.count ? "UU, VV or WW"
                          : !uvfits->date.count                                    ? "DATE"
                          : !baselines ? "BASELINE, nor ANTENNA1 and ANTENNA2"
                                       : NULL;
    if (missing)
        return cal_fail(err, CAL_INPUT, "%s: the groups have no parameter %s", uvfits->path,
                        missing);
    return CAL_OK;
}

/* ---- the rest of the header ---- */

static int read_frame(fitsfile *file)
{
    static const struct {
        const char *name;
        int code;
    } known[] = {{"LSRK", FRAME_LSRK},     {"LSRD", FRAME_LSRD},    {"BARYCENT", FRAME_BARY},
                 {"HELIOCEN", FRAME_BARY}, {"GEOCENTR", FRAME_GEO}, {"TOPOCENT", FRAME_TOPO}};
    char name[FLEN_VALUE];
    cal_fits_key_text(file, "SPECSYS", name);
    for (size_t i = 0; i < CAL_COUNT(known); i++)
        if (!strcmp(name, known[i].name))
            return known[i].code;
    switch ((int)cal_fits_key_number(file, "VELREF", 3) % 256) {
    case 1:
        return FRAME_LSRK;
    case 2:
        return FRAME_BARY;
    default:
        return FRAME_TOPO;
    }
}

/* A number, or B1950 and J2000 as some write it. */
static double read_epoch(fitsfile *file)
{
    char text[FLEN_VALUE];
    double value;
    cal_fits_key_text(file, "EPOCH", text);
    if (!*text)
        cal_fits_key_text(file, "EQUINOX", text);
    return cal_parse_number(text + (*text == 'B' || *text == 'J'), &value) && value > 0 ? value
                                                                                        : 2000;
}

/* 2006-06-15 with or without time, or 15/06/98. */
static double read_date(fitsfile *file)
{
    char text[FLEN_VALUE], iso[32];
    int d, m, y;
    double mjd_s;
    cal_fits_key_text(file, "DATE-OBS", text);
    if (sscanf(text, "%2d/%2d/%2d", &d, &m, &y) == 3) {
        snprintf(iso, sizeof iso, "%04d-%02d-%02d", 1900 + y % 100, m % 100, d % 100);
        snprintf(text, sizeof text, "%s", iso);
    }
    return cal_time_parse(text, &mjd_s) ? mjd_s : 0;
}

void cal_uvfits_trim(char *text)
{
    for (size_t n = strlen(text); n && text[n - 1] == ' ';)
        text[--n] = 0;
}

/* The length of a compressed file is only known to cfitsio. */
static cal_status try_last_group(const cal_uvfits *uvfits, cal_error *err)
{
    int status = 0, any;
    float last;
    fits_read_img_flt(uvfits->file, uvfits->groups, uvfits->group_size, 1, 0, &last, &any, &status);
    if (status)
        return cal_fits_fail(err, CAL_INPUT, uvfits->path, "its visibilities cannot be read",
                             status);
    return CAL_OK;
}

static cal_status read_header(cal_uvfits *uvfits, cal_error *err)
{
    char groups[FLEN_VALUE];
    cal_fits_key_text(uvfits->file, "GROUPS", groups);
    if (*groups != 'T' || cal_fits_key_number(uvfits->file, "NAXIS1", -1) != 0)
        return cal_fail(err, CAL_INPUT,
                        "%s: has no random groups (GROUPS = T), so it is no UVFITS file",
                        uvfits->path);
    uvfits->groups = (int64_t)cal_fits_key_number(uvfits->file, "GCOUNT", 0);
    uvfits->params = (int)cal_fits_key_number(uvfits->file, "PCOUNT", 0);
    if (uvfits->params < 0 || uvfits->params > MOST_PARAMS)
        return cal_fail(err, CAL_INPUT, "%s: PCOUNT = %d makes no sense", uvfits->path,
                        uvfits->params);
    if (uvfits->groups < 1)
        return cal_fail(err, CAL_DATA, "%s: holds no visibilities (GCOUNT = 0)", uvfits->path);
    cal_fits_key_text(uvfits->file, "TELESCOP", uvfits->telescope);
    cal_fits_key_text(uvfits->file, "OBSERVER", uvfits->observer);
    cal_fits_key_text(uvfits->file, "OBJECT", uvfits->object);
    uvfits->frame = read_frame(uvfits->file);
    uvfits->epoch = read_epoch(uvfits->file);
    uvfits->date_obs = read_date(uvfits->file);
    if (cal_fits_check_length(uvfits->file, uvfits->path, err) || read_axes(uvfits, err) ||
        read_params(uvfits, err) || try_last_group(uvfits, err))
        return err->status;
    return CAL_OK;
}

cal_status cal_uvfits_open(const char *path, cal_uvfits **uvfits, cal_error *err)
{
    fitsfile *file;
    *uvfits = NULL;
    if (cal_fits_open(path, "", &file, err))
        return err->status;
    cal_uvfits *opened = CAL_NEW(cal_uvfits);
    *opened = (cal_uvfits){.file = file, .path = path};
    cal_status status = read_header(opened, err);
    if (!status)
        status = cal_uvfits_read_tables(opened, err);
    if (!status && opened->epoch != 2000 && opened->epoch != 1950)
        status = cal_fail(err, CAL_INPUT, "%s: directions are of %g; 2000 and 1950 are known", path,
                          opened->epoch);
    if (status)
        cal_uvfits_close(opened);
    else
        *uvfits = opened;
    return status;
}

void cal_uvfits_close(cal_uvfits *uvfits)
{
    if (!uvfits)
        return;
    cal_fits_close(uvfits->file);
    for (int i = 0; i < uvfits->antennas; i++) {
        free(uvfits->antenna[i].name);
        free(uvfits->antenna[i].station);
    }
    for (int i = 0; i < uvfits->arrays; i++)
        free(uvfits->row_of_number[i]);
    for (int i = 0; i < uvfits->sources; i++) {
        free(uvfits->source[i].name);
        free(uvfits->source[i].code);
        free(uvfits->source[i].rest);
    }
    free(uvfits->antenna);
    free(uvfits->row_of_number);
    free(uvfits->most_number);
    free(uvfits->window);
    free(uvfits->source);
    free(uvfits);
}

cal_status cal_uvfits_import(cal_uvfits *uvfits, const cal_uvfits_options *options, const char *ms,
                             cal_uvfits_counts *counts, cal_error *err)
{
    cal_table *table;
    *counts = (cal_uvfits_counts){.rows = uvfits->groups * uvfits->ifs};
    if (cal_ms_create(ms, CAL_MS_DATA | CAL_MS_WEIGHT_SPECTRUM, counts->rows, &table, err))
        return err->status;
    cal_status status = cal_uvfits_subtables(uvfits, options, table, err);
    if (!status)
        status = cal_uvfits_rows(uvfits, options, table, counts, err);
    if (!status)
        status = cal_uvfits_time_range(table, counts->start, counts->end, err);
    cal_status closed = cal_table_close(table, status ? NULL : err);
    return status ? status : closed;
}

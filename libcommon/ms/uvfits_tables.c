#include "base/mem.h"
#include "base/number.h"
#include "ms/uvfits_parts.h"
#include <string.h>

static const double degree = CAL_PI / 180;

enum { MOST_ROWS = 100000 };

static cal_status count_rows(const cal_uvfits *uvfits, const char *table, long *count,
                             cal_error *err)
{
    int status = 0;
    if (fits_get_num_rows(uvfits->file, count, &status) || *count < 0 || *count > MOST_ROWS)
        return cal_fail(err, CAL_INPUT, "%s: its table %s cannot be read", uvfits->path, table);
    return CAL_OK;
}

/* Up to `count` values of a cell; those that are not there keep what they are. */
static void read_values(fitsfile *file, const char *name, long row, int count, double *value,
                        int *status)
{
    int column, any;
    long width;
    if (!cal_uvfits_column(file, name, &column, &width))
        fits_read_col_dbl(file, column, row, 1, count < width ? count : width, 0, value, &any,
                          status);
}

/* ---- AIPS FQ ---- */

/* CASA's rule: the sideband is that of the width. */
static void add_window(cal_uvfits *uvfits, int setup, int chain, double offset, double width)
{
    double reference = uvfits->freq + offset;
    uvfits->window = cal_grow(uvfits->window, (size_t)uvfits->windows + 1, sizeof *uvfits->window);
    uvfits->window[uvfits->windows++] =
        (cal_uvfits_window){.setup = setup,
                            .chain = chain,
                            .freq = reference + (1 - uvfits->reference_channel) * width,
                            .width = width,
                            .reference = reference};
}

static cal_status read_windows(cal_uvfits *uvfits, cal_error *err)
{
    int status = 0, column;
    long rows, width;
    if (count_rows(uvfits, "AIPS FQ", &rows, err))
        return err->status;
    if (cal_uvfits_column(uvfits->file, "IF FREQ", &column, &width) || width < uvfits->ifs)
        return cal_fail(err, CAL_INPUT, "%s: its table AIPS FQ has %ld IFs, the data have %d",
                        uvfits->path, column ? width : 0L, uvfits->ifs);
    double *offset = CAL_NEW_ARRAY(double, uvfits->ifs), *step = CAL_NEW_ARRAY(double, uvfits->ifs);
    for (long row = 1; row <= rows && !status; row++) {
        double setup = (double)row;
        read_values(uvfits->file, "FRQSEL", row, 1, &setup, &status);
        read_values(uvfits->file, "IF FREQ", row, uvfits->ifs, offset, &status);
        read_values(uvfits->file, "CH WIDTH", row, uvfits->ifs, step, &status);
        for (int i = 0; i < uvfits->ifs && !status; i++)
            add_window(uvfits, (int)setup, i, offset[i], step[i] != 0 ? step[i] : uvfits->width);
    }
    free(offset);
    free(step);
    if (status)
        return cal_fits_fail(err, CAL_INPUT, uvfits->path, "its table AIPS FQ cannot be read",
                             status);
    return CAL_OK;
}

/* ---- AIPS SU ---- */

static char *read_name(fitsfile *file, const char *name, long row, int *status)
{
    char text[FLEN_VALUE] = "", empty[] = "", *to = text;
    int column, any;
    long width;
    if (!cal_uvfits_column(file, name, &column, &width) && width < FLEN_VALUE)
        fits_read_col_str(file, column, row, 1, 1, empty, &to, &any, status);
    cal_uvfits_trim(text);
    return cal_copy_text(text);
}

static cal_uvfits_source *add_source(cal_uvfits *uvfits)
{
    uvfits->source = cal_grow(uvfits->source, (size_t)uvfits->sources + 1, sizeof *uvfits->source);
    cal_uvfits_source *source = &uvfits->source[uvfits->sources++];
    *source =
        (cal_uvfits_source){.id = uvfits->sources, .rest = CAL_NEW_ARRAY(double, uvfits->ifs)};
    return source;
}

/* Right ascensions from -pi to pi, as casacore keeps them. */
static void set_direction(cal_uvfits_source *source, double ra, double dec)
{
    source->direction[0] = ra > CAL_PI ? ra - 2 * CAL_PI : ra;
    source->direction[1] = dec;
}

static cal_status read_sources(cal_uvfits *uvfits, cal_error *err)
{
    int status = 0;
    long rows;
    double *offset = CAL_NEW_ARRAY(double, uvfits->ifs);
    cal_status failed = count_rows(uvfits, "AIPS SU", &rows, err);
    for (long row = 1; row <= rows && !failed && !status; row++) {
        cal_uvfits_source *source = add_source(uvfits);
        double id = (double)row, epoch = uvfits->epoch, place[2] = {0};
        read_values(uvfits->file, "ID. NO.", row, 1, &id, &status);
        source->id = (int)id;
        source->name = read_name(uvfits->file, "SOURCE", row, &status);
        source->code = read_name(uvfits->file, "CALCODE", row, &status);
        read_values(uvfits->file, "RAEPO", row, 1, &place[0], &status);
        read_values(uvfits->file, "DECEPO", row, 1, &place[1], &status);
        read_values(uvfits->file, "EPOCH", row, 1, &epoch, &status);
        read_values(uvfits->file, "RESTFREQ", row, uvfits->ifs, source->rest, &status);
        read_values(uvfits->file, "FREQOFF", row, uvfits->ifs, offset, &status);
        set_direction(source, degree * place[0], degree * place[1]);
        if (row > 1 && epoch != uvfits->epoch)
            failed = cal_fail(err, CAL_INPUT, "%s: its sources are of %g and %g; one is possible",
                              uvfits->path, uvfits->epoch, epoch);
        for (int i = 0; i < uvfits->ifs; i++)
            if (offset[i] != 0)
                cal_warn("%s: the frequency offset of source %s (%g Hz) is not applied",
                         uvfits->path, source->name, offset[i]);
        uvfits->epoch = epoch;
    }
    free(offset);
    if (status)
        return cal_fits_fail(err, CAL_INPUT, uvfits->path, "its table AIPS SU cannot be read",
                             status);
    return failed;
}

/* A file of one source has it in its header. */
static void take_object(cal_uvfits *uvfits, double rest)
{
    cal_uvfits_source *source = add_source(uvfits);
    source->name = cal_copy_text(*uvfits->object ? uvfits->object : "unknown");
    source->code = cal_copy_text("");
    set_direction(source, uvfits->direction[0], uvfits->direction[1]);
    for (int i = 0; i < uvfits->ifs; i++)
        source->rest[i] = rest;
}

/* ---- all of them ---- */

/* DATUTC is the time system less UTC; without it IAT is told by IATUTC. */
static void read_time_system(cal_uvfits *uvfits)
{
    char system[FLEN_VALUE];
    cal_fits_key_text(uvfits->file, "TIMSYS", system);
    if (!*system)
        cal_fits_key_text(uvfits->file, "TIMESYS", system);
    double difference = cal_fits_key_number(uvfits->file, "DATUTC", 0);
    if (difference == 0 && (!strcmp(system, "IAT") || !strcmp(system, "TAI")))
        difference = cal_fits_key_number(uvfits->file, "IATUTC", 0);
    uvfits->to_utc = -difference;
}

static cal_status read_table(cal_uvfits *uvfits, cal_error *err)
{
    char name[FLEN_VALUE];
    cal_fits_key_text(uvfits->file, "EXTNAME", name);
    cal_uvfits_trim(name);
    int version = (int)cal_fits_key_number(uvfits->file, "EXTVER", 1);
    bool known = !strcmp(name, "AIPS AN") || !strcmp(name, "AIPS FQ") || !strcmp(name, "AIPS SU");
    if (known && cal_fits_check_length(uvfits->file, uvfits->path, err))
        return err->status;
    if (!strcmp(name, "AIPS AN")) {
        if (version < 1 || version > 1000)
            return cal_fail(err, CAL_INPUT, "%s: an AIPS AN table has number %d", uvfits->path,
                            version);
        if (!uvfits->arrays)
            read_time_system(uvfits);
        return cal_uvfits_read_antennas(uvfits, version - 1, err);
    }
    if (!strcmp(name, "AIPS FQ") && !uvfits->windows)
        return read_windows(uvfits, err);
    if (!strcmp(name, "AIPS SU") && !uvfits->sources)
        return read_sources(uvfits, err);
    return CAL_OK;
}

/* Names that a person can use: the number where there is none, and behind one that is there twice. */
static void name_antennas(cal_uvfits *uvfits)
{
    for (int i = 0; i < uvfits->antennas; i++) {
        cal_uvfits_antenna *antenna = &uvfits->antenna[i];
        bool twice = false;
        for (int k = 0; k < uvfits->antennas; k++)
            twice |= k != i && !strcmp(uvfits->antenna[k].station, antenna->station);
        antenna->name = !*antenna->station ? cal_format("%d", antenna->number)
                        : twice            ? cal_format("%s_%d", antenna->station, antenna->number)
                                           : cal_copy_text(antenna->station);
    }
}

cal_status cal_uvfits_read_tables(cal_uvfits *uvfits, cal_error *err)
{
    int status = 0, type;
    double rest = cal_fits_key_number(uvfits->file, "RESTFREQ", 0);
    cal_status failed = CAL_OK;
    while (!failed && !fits_movrel_hdu(uvfits->file, 1, &type, &status))
        if (type == BINARY_TBL)
            failed = read_table(uvfits, err);
    fits_clear_errmsg();
    status = 0;
    if (!failed && fits_movabs_hdu(uvfits->file, 1, &type, &status))
        return cal_fits_fail(err, CAL_INPUT, uvfits->path, "cannot be read", status);
    if (failed)
        return failed;
    if (!uvfits->antennas)
        return cal_fail(err, CAL_INPUT, "%s: has no antennas (no table AIPS AN)", uvfits->path);
    if (!uvfits->windows && uvfits->ifs > 1)
        return cal_fail(err, CAL_INPUT,
                        "%s: has %d IFs, but no table AIPS FQ with their frequencies", uvfits->path,
                        uvfits->ifs);
    if (!uvfits->windows)
        add_window(uvfits, 1, 0, 0, uvfits->width);
    if (!uvfits->sources)
        take_object(uvfits, rest);
    name_antennas(uvfits);
    return CAL_OK;
}

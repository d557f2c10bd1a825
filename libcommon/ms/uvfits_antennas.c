#include "base/mem.h"
#include "base/number.h"
#include "ms/uvfits_parts.h"
#include "table/measures.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

static const double degree = CAL_PI / 180;
static const double same_place = 1; /* m */

enum { MOST_NUMBER = 1 << 16 };

/* The AN table: columns that may be missing are 0. */
typedef struct station_columns {
    int name, place, number, mount, offset, receptor[2], angle[2], diameter;
} station_columns;

cal_status cal_uvfits_column(fitsfile *file, const char *name, int *column, long *width)
{
    int status = 0, type;
    long bytes, repeat = 0;
    char copy[FLEN_VALUE];
    snprintf(copy, sizeof copy, "%s", name);
    if (fits_get_colnum(file, CASEINSEN, copy, column, &status) ||
        fits_get_coltype(file, *column, &type, &repeat, &bytes, &status))
        *column = 0;
    if (width)
        *width = repeat;
    fits_clear_errmsg();
    return *column ? CAL_OK : CAL_INPUT;
}

static station_columns find_columns(fitsfile *file)
{
    station_columns at;
    const struct {
        const char *name;
        int *column;
    } wanted[] = {
        {"ANNAME", &at.name},        {"STABXYZ", &at.place},  {"NOSTA", &at.number},
        {"MNTSTA", &at.mount},       {"STAXOF", &at.offset},  {"POLTYA", &at.receptor[0]},
        {"POLTYB", &at.receptor[1]}, {"POLAA", &at.angle[0]}, {"POLAB", &at.angle[1]},
        {"DIAMETER", &at.diameter},
    };
    for (size_t i = 0; i < CAL_COUNT(wanted); i++)
        cal_uvfits_column(file, wanted[i].name, wanted[i].column, NULL);
    return at;
}

static double number_at(fitsfile *file, int column, long row, int *status)
{
    double value = 0;
    int any;
    if (column)
        fits_read_col_dbl(file, column, row, 1, 1, 0, &value, &any, status);
    return value;
}

static void text_at(fitsfile *file, int column, long row, char *text, int *status)
{
    char empty[] = "";
    int any, type;
    long width = 0, bytes;
    *text = 0;
    if (!column || fits_get_coltype(file, column, &type, &width, &bytes, status) ||
        width >= FLEN_VALUE)
        return;
    fits_read_col_str(file, column, row, 1, 1, empty, &text, &any, status);
    cal_uvfits_trim(text);
}

/* Where the dishes are as large as they usually are. */
static double usual_diameter(const char *telescope)
{
    static const struct {
        const char *telescope;
        double diameter;
    } known[] = {{"ALMA", 12}, {"ATCA", 22}, {"GMRT", 45}, {"SMA", 6}, {"ATA", 6.1}, {"NOEMA", 15}};
    for (size_t i = 0; i < CAL_COUNT(known); i++)
        if (!strcmp(telescope, known[i].telescope))
            return known[i].diameter;
    return 25;
}

/* ---- places ---- */

/* How STABXYZ becomes ITRF: a flip of y, a turn about the pole, the place of the array. */
typedef struct geometry {
    double centre[3], sine, cosine;
    bool left_handed;
} geometry;

/* In old VLA files x points to the meridian of the array, and the array's place is only rough
 * (CASA's rule: turn when it lies within 10 km of the place that is known). */
static void turn_old_vla(fitsfile *file, geometry *to)
{
    char array[FLEN_VALUE], frame[FLEN_VALUE];
    double known[3], distance = 0;
    cal_fits_key_text(file, "ARRNAM", array);
    cal_fits_key_text(file, "FRAME", frame);
    double length = hypot(hypot(to->centre[0], to->centre[1]), to->centre[2]);
    if (strcmp(array, "VLA") || (*frame && length < 1e6) ||
        cal_observatory_position("VLA", known, NULL))
        return;
    for (int k = 0; k < 3; k++)
        distance = hypot(distance, known[k] - to->centre[k]);
    if (distance > 1e4)
        return;
    memcpy(to->centre, known, sizeof known);
    to->cosine = known[0] / hypot(known[0], known[1]);
    to->sine = known[1] / hypot(known[0], known[1]);
}

static geometry read_geometry(fitsfile *file)
{
    geometry to = {.cosine = 1};
    char hand[FLEN_VALUE];
    to.centre[0] = cal_fits_key_number(file, "ARRAYX", 0);
    to.centre[1] = cal_fits_key_number(file, "ARRAYY", 0);
    to.centre[2] = cal_fits_key_number(file, "ARRAYZ", 0);
    cal_fits_key_text(file, "XYZHAND", hand);
    to.left_handed = !strcmp(hand, "LEFT");
    turn_old_vla(file, &to);
    return to;
}

static void place(const geometry *to, const double local[3], double position[3])
{
    double x = local[0], y = to->left_handed ? -local[1] : local[1];
    position[0] = to->centre[0] + to->cosine * x - to->sine * y;
    position[1] = to->centre[1] + to->sine * x + to->cosine * y;
    position[2] = to->centre[2] + local[2];
}

/* ---- antennas ---- */

static cal_status read_station(const cal_uvfits *uvfits, const station_columns *at,
                               const geometry *to, long row, cal_uvfits_antenna *antenna,
                               cal_error *err)
{
    int status = 0, any;
    char name[FLEN_VALUE], receptor[FLEN_VALUE];
    double local[3] = {0};
    text_at(uvfits->file, at->name, row, name, &status);
    fits_read_col_dbl(uvfits->file, at->place, row, 1, 3, 0, local, &any, &status);
    antenna->number = (int)number_at(uvfits->file, at->number, row, &status);
    antenna->mount = (int)number_at(uvfits->file, at->mount, row, &status);
    antenna->offset = number_at(uvfits->file, at->offset, row, &status);
    antenna->diameter = number_at(uvfits->file, at->diameter, row, &status);
    if (!(antenna->diameter > 0))
        antenna->diameter = usual_diameter(uvfits->telescope);
    for (int k = 0; k < 2; k++) {
        antenna->angle[k] = degree * number_at(uvfits->file, at->angle[k], row, &status);
        text_at(uvfits->file, at->receptor[k], row, receptor, &status);
        char type = (char)toupper((unsigned char)*receptor);
        antenna->receptor[k] = type && strchr("RLXY", type) ? type
                               : uvfits->corr[0] < 9        ? "RL"[k]
                                                            : "XY"[k];
    }
    if (status)
        return cal_fits_fail(err, CAL_INPUT, uvfits->path, "its table AIPS AN cannot be read",
                             status);
    place(to, local, antenna->position);
    antenna->station = cal_copy_text(name);
    return CAL_OK;
}

/* The same antenna of another array, or -1. */
static int find_antenna(const cal_uvfits *uvfits, int known, const cal_uvfits_antenna *antenna)
{
    for (int i = 0; i < known; i++) {
        const cal_uvfits_antenna *other = &uvfits->antenna[i];
        double distance = 0;
        for (int k = 0; k < 3; k++)
            distance = hypot(distance, other->position[k] - antenna->position[k]);
        if (!strcmp(other->station, antenna->station) && distance < same_place)
            return i;
    }
    return -1;
}

static cal_status set_number(cal_uvfits *uvfits, int array, int number, int row, cal_error *err)
{
    if (number < 1 || number > MOST_NUMBER)
        return cal_fail(err, CAL_INPUT, "%s: AIPS AN table %d has an antenna with number %d",
                        uvfits->path, array + 1, number);
    int *most = &uvfits->most_number[array];
    if (number > *most) {
        uvfits->row_of_number[array] =
            cal_grow(uvfits->row_of_number[array], (size_t)number + 1, sizeof(int));
        for (int i = *most + 1; i <= number; i++)
            uvfits->row_of_number[array][i] = -1;
        *most = number;
    }
    uvfits->row_of_number[array][number] = row;
    return CAL_OK;
}

static int by_number(const void *a, const void *b)
{
    return ((const cal_uvfits_antenna *)a)->number - ((const cal_uvfits_antenna *)b)->number;
}

static void make_room(cal_uvfits *uvfits, int array)
{
    for (; uvfits->arrays <= array; uvfits->arrays++) {
        size_t count = (size_t)uvfits->arrays + 1;
        uvfits->row_of_number = cal_grow(uvfits->row_of_number, count, sizeof(int *));
        uvfits->most_number = cal_grow(uvfits->most_number, count, sizeof(int));
        uvfits->row_of_number[uvfits->arrays] = NULL;
        uvfits->most_number[uvfits->arrays] = 0;
    }
}

cal_status cal_uvfits_read_antennas(cal_uvfits *uvfits, int array, cal_error *err)
{
    fitsfile *file = uvfits->file;
    station_columns at = find_columns(file);
    geometry to = read_geometry(file);
    long count = 0;
    int status = 0, known = uvfits->antennas;
    if (!at.place || !at.number || fits_get_num_rows(file, &count, &status) || count > MOST_NUMBER)
        return cal_fail(err, CAL_INPUT, "%s: its table AIPS AN lacks STABXYZ or NOSTA",
                        uvfits->path);
    cal_uvfits_antenna *read = CAL_NEW_ARRAY(cal_uvfits_antenna, count);
    cal_status failed = CAL_OK;
    for (long i = 0; i < count && !failed; i++)
        failed = read_station(uvfits, &at, &to, i + 1, &read[i], err);
    qsort(read, (size_t)count, sizeof *read, by_number);
    make_room(uvfits, array);
    uvfits->antenna = cal_grow(uvfits->antenna, (size_t)(known + count), sizeof *uvfits->antenna);
    for (long i = 0; i < count; i++) {
        int row = failed ? -1 : find_antenna(uvfits, known, &read[i]);
        if (!failed)
            failed =
                set_number(uvfits, array, read[i].number, row < 0 ? uvfits->antennas : row, err);
        if (row < 0 && !failed)
            uvfits->antenna[uvfits->antennas++] = read[i];
        else
            free(read[i].station);
    }
    free(read);
    return failed;
}

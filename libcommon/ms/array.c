#include "ms/array.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const double arm_azimuth[3] = {355, 115, 236}; /* deg */
static const char arm_name[] = "NEW";

cal_station *cal_array_vla(int count, double scale)
{
    cal_station *station = CAL_NEW_ARRAY(cal_station, count);
    for (int k = 0; k < count; k++) {
        int arm = k % 3, place = k / 3 + 1;
        double azimuth = arm_azimuth[arm] * CAL_PI / 180, radius = scale * pow(place, 1.716);
        station[k].name = cal_format("%c%02d", arm_name[arm], place);
        station[k].position[0] = radius * sin(azimuth);
        station[k].position[1] = radius * cos(azimuth);
        station[k].position[2] = 0.3 * (k % 5); /* a little off the plane, as on the ground */
    }
    return station;
}

static bool is_free(const cal_station *station, int count, const double *position,
                    double separation)
{
    for (int i = 0; i < count; i++)
        if (hypot(station[i].position[0] - position[0], station[i].position[1] - position[1]) <
            separation)
            return false;
    return true;
}

cal_station *cal_array_alma(int count, double radius, double separation)
{
    enum { TRIES = 200 };
    cal_station *station = CAL_NEW_ARRAY(cal_station, count);
    cal_random random;
    cal_random_seed(&random, 1); /* the layout does not depend on the seed of the scene */
    for (int k = 0; k < count; k++) {
        double *position = station[k].position;
        for (int tries = 0;; tries++) {
            double r = radius * pow(cal_random_uniform(&random), 1.4);
            double angle = 2 * CAL_PI * cal_random_uniform(&random);
            position[0] = r * sin(angle);
            position[1] = r * cos(angle);
            position[2] = cal_random_uniform(&random);
            if (is_free(station, k, position, separation))
                break;
            if (tries % TRIES == TRIES - 1)
                separation *= 0.8;
        }
        station[k].name = cal_format("A%03d", k + 1);
    }
    return station;
}

/* "# key = value" of the head of a configuration file. */
static cal_status read_remark(const char *line, const char *where, int *itrf, char **observatory,
                              cal_error *err)
{
    char key[32], value[64];
    if (sscanf(line, "# %31[a-zA-Z] = %63s", key, value) != 2)
        return CAL_OK;
    if (!strcasecmp(key, "observatory")) {
        free(*observatory);
        *observatory = cal_copy_text(value);
    } else if (!strcasecmp(key, "coordsys")) {
        *itrf = !strncasecmp(value, "XYZ", 3);
        if (!*itrf && strncasecmp(value, "LOC", 3))
            return cal_fail(err, CAL_INPUT, "%s: coordsys=%s is not supported; LOC and XYZ are",
                            where, value);
    }
    return CAL_OK;
}

static cal_status read_station(const char *line, const char *where, int number,
                               cal_station *station, cal_error *err)
{
    char pad[CAL_ERROR_TEXT / 16] = "";
    double *p = station->position;
    int fields =
        sscanf(line, "%lf %lf %lf %lf %100s", &p[0], &p[1], &p[2], &station->diameter, pad);
    if (fields < 4 || !isfinite(p[0] + p[1] + p[2]) || !(station->diameter > 0))
        return cal_fail(err, CAL_INPUT, "%s: wanted \"x y z diameter pad\", found \"%.60s\"", where,
                        line);
    station->name = fields == 5 ? cal_copy_text(pad) : cal_format("P%02d", number + 1);
    return CAL_OK;
}

static cal_status read_lines(FILE *file, const char *path, cal_station **station, int *count,
                             int *itrf, char **observatory, cal_error *err)
{
    char line[1024];
    cal_status status = CAL_OK;
    for (int number = 1; !status && fgets(line, sizeof line, file); number++) {
        char *where = cal_format("%s:%d", path, number);
        line[strcspn(line, "\r\n")] = 0;
        const char *text = line + strspn(line, " \t");
        if (*text == '#') {
            status = read_remark(text, where, itrf, observatory, err);
        } else if (*text) {
            *station = cal_grow(*station, (size_t)*count + 1, sizeof **station);
            (*station)[*count] = (cal_station){0};
            status = read_station(text, where, *count, &(*station)[*count], err);
            ++*count;
        }
        free(where);
    }
    if (!status && *count < 2)
        status = cal_fail(err, CAL_INPUT, "%s: holds %d antennas; an array needs at least 2", path,
                          *count);
    return status;
}

cal_status cal_array_file(const char *path, cal_station **station, int *count, int *itrf,
                          char **observatory, cal_error *err)
{
    *station = NULL;
    *count = *itrf = 0;
    *observatory = cal_copy_text("");
    FILE *file = fopen(path, "r");
    cal_status status = file ? read_lines(file, path, station, count, itrf, observatory, err)
                             : cal_fail_errno(err, CAL_INPUT, "%s", path);
    if (file)
        fclose(file);
    if (status) {
        cal_stations_free(*station, *count);
        free(*observatory);
        *station = NULL;
        *observatory = NULL;
    }
    return status;
}

void cal_stations_free(cal_station *station, int count)
{
    for (int i = 0; i < count; i++)
        free(station[i].name);
    free(station);
}

void cal_array_to_itrf(const double site[3], double longitude, double latitude,
                       const double local[3], double itrf[3])
{
    double east = local[0], north = local[1], up = local[2];
    double radial =
        up * cos(latitude) - north * sin(latitude); /* away from the axis of the Earth */
    double offset[3] = {radial * cos(longitude) - east * sin(longitude),
                        radial * sin(longitude) + east * cos(longitude),
                        up * sin(latitude) + north * cos(latitude)};
    for (int i = 0; i < 3; i++)
        itrf[i] = rint((site[i] + offset[i]) * 1e4) / 1e4;
}

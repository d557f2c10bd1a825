#include "base/mem.h"
#include "base/tool.h"
#include "ms/filler.h"
#include "ms/uvfits_parts.h"
#include <complex.h>
#include <float.h>
#include <string.h>

/* CASA's words for MNTSTA. */
static const char *mount_name(int mount)
{
    static const char *const name[] = {"ALT-AZ",       "EQUATORIAL",       "ORBITING",
                                       "X-Y",          "ALT-AZ+NASMYTH-R", "ALT-AZ+NASMYTH-L",
                                       "ALT-AZ+BWG-R", "ALT-AZ+BWG-L",     "BIZARRE"};
    return mount >= 0 && mount < (int)CAL_COUNT(name) ? name[mount] : "SPACE_HALCA";
}

static cal_status fill_antenna(const cal_uvfits *uvfits, const cal_uvfits_options *options,
                               const cal_table *ms, cal_error *err)
{
    cal_filler sub = cal_fill_begin(ms, "ANTENNA", uvfits->antennas, err);
    double *position = CAL_NEW_ARRAY(double, 3 * uvfits->antennas),
           *offset = CAL_NEW_ARRAY(double, 3 * uvfits->antennas);
    for (int i = 0; i < uvfits->antennas; i++) {
        const cal_uvfits_antenna *antenna = &uvfits->antenna[i];
        char number[16], *as_number = number;
        const char *mount = mount_name(antenna->mount);
        snprintf(number, sizeof number, "%d", antenna->number);
        memcpy(position + 3 * i, antenna->position, sizeof antenna->position);
        offset[3 * i] = antenna->offset;
        cal_fill_cell(&sub, "NAME", CAL_TYPE_TEXT, i, 0, NULL,
                      options->numbers ? &as_number : &antenna->name);
        cal_fill_cell(&sub, "STATION", CAL_TYPE_TEXT, i, 0, NULL, &antenna->station);
        cal_fill_cell(&sub, "MOUNT", CAL_TYPE_TEXT, i, 0, NULL, &mount);
        cal_fill_cell(&sub, "DISH_DIAMETER", CAL_TYPE_DOUBLE, i, 0, NULL, &antenna->diameter);
    }
    cal_fill(&sub, "POSITION", CAL_TYPE_DOUBLE, position);
    cal_fill(&sub, "OFFSET", CAL_TYPE_DOUBLE, offset);
    cal_fill_text(&sub, "TYPE", "GROUND-BASED");
    cal_fill_bool(&sub, "FLAG_ROW", false);
    free(position);
    free(offset);
    return cal_fill_end(&sub);
}

static cal_status fill_feed(const cal_uvfits *uvfits, const cal_table *ms, cal_error *err)
{
    const int n = uvfits->antennas;
    cal_filler sub = cal_fill_begin(ms, "FEED", n, err);
    double *angle = CAL_NEW_ARRAY(double, 2 * n);
    char(*letter)[2] = cal_alloc(2 * (size_t)n, sizeof *letter);
    const char **type = CAL_NEW_ARRAY(const char *, 2 * n);
    for (int i = 0; i < 2 * n; i++) {
        letter[i][0] = uvfits->antenna[i / 2].receptor[i % 2];
        type[i] = letter[i];
        angle[i] = uvfits->antenna[i / 2].angle[i % 2];
    }
    cal_fill_feeds(&sub, type, angle, uvfits->date_obs, 0);
    free(angle);
    free(letter);
    free(type);
    return cal_fill_end(&sub);
}

static cal_status fill_axes(const cal_uvfits *uvfits, const cal_table *ms, cal_error *err)
{
    cal_filler sub = cal_fill_begin(ms, "POLARIZATION", 1, err);
    cal_fill_correlations(&sub, 0, uvfits->ncorr, uvfits->corr);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    if (cal_fill_end(&sub))
        return err->status;
    sub = cal_fill_begin(ms, "SPECTRAL_WINDOW", uvfits->windows, err);
    for (int i = 0; i < uvfits->windows; i++) {
        const cal_uvfits_window *window = &uvfits->window[i];
        int32_t sideband = window->width < 0 ? -1 : 1, group = i / uvfits->ifs;
        cal_fill_window(&sub, i, "none", uvfits->nchan, window->freq, window->width,
                        window->reference);
        cal_fill_cell(&sub, "NET_SIDEBAND", CAL_TYPE_INT, i, 0, NULL, &sideband);
        cal_fill_cell(&sub, "IF_CONV_CHAIN", CAL_TYPE_INT, i, 0, NULL, &window->chain);
        cal_fill_cell(&sub, "FREQ_GROUP", CAL_TYPE_INT, i, 0, NULL, &group);
    }
    cal_fill_int(&sub, "MEAS_FREQ_REF", uvfits->frame);
    cal_fill_text(&sub, "FREQ_GROUP_NAME", "none");
    cal_fill_bool(&sub, "FLAG_ROW", false);
    if (cal_fill_end(&sub))
        return err->status;
    sub = cal_fill_begin(ms, "DATA_DESCRIPTION", uvfits->windows, err);
    for (int32_t i = 0; i < uvfits->windows; i++)
        cal_fill_cell(&sub, "SPECTRAL_WINDOW_ID", CAL_TYPE_INT, i, 0, NULL, &i);
    cal_fill_int(&sub, "POLARIZATION_ID", 0);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    return cal_fill_end(&sub);
}

/* Directions of 1950 are told as such, not turned: UVW are of the same equinox. */
static cal_status set_equinox(const cal_uvfits *uvfits, cal_table *table, const char *column,
                              cal_error *err)
{
    if (uvfits->epoch == 2000)
        return CAL_OK;
    jv keywords = cal_table_keywords(table, column);
    jv info = cal_json_at(keywords, "MEASINFO");
    jv_free(keywords);
    cal_json_set(&info, "Ref",
                 jv_string(strncmp(uvfits->telescope, "VLA", 3) ? "B1950" : "B1950_VLA"));
    return cal_table_set_keyword(table, column, "MEASINFO", info, err);
}

static cal_status fill_field(const cal_uvfits *uvfits, const cal_table *ms, cal_error *err)
{
    static const char *const directions[] = {"PHASE_DIR", "DELAY_DIR", "REFERENCE_DIR"};
    const int64_t shape[] = {2, 1};
    cal_filler sub = cal_fill_begin(ms, "FIELD", uvfits->sources, err);
    for (size_t k = 0; k < CAL_COUNT(directions) && !sub.status; k++)
        sub.status = set_equinox(uvfits, sub.table, directions[k], err);
    for (int32_t i = 0; i < uvfits->sources; i++) {
        const cal_uvfits_source *source = &uvfits->source[i];
        for (size_t k = 0; k < CAL_COUNT(directions); k++)
            cal_fill_cell(&sub, directions[k], CAL_TYPE_DOUBLE, i, 2, shape, source->direction);
        cal_fill_cell(&sub, "NAME", CAL_TYPE_TEXT, i, 0, NULL, &source->name);
        cal_fill_cell(&sub, "CODE", CAL_TYPE_TEXT, i, 0, NULL, &source->code);
        cal_fill_cell(&sub, "SOURCE_ID", CAL_TYPE_INT, i, 0, NULL, &i);
    }
    cal_fill_int(&sub, "NUM_POLY", 0);
    cal_fill_double(&sub, "TIME", uvfits->date_obs);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    return cal_fill_end(&sub);
}

static bool rest_is_known(const cal_uvfits *uvfits)
{
    for (int i = 0; i < uvfits->sources; i++)
        for (int k = 0; k < uvfits->ifs; k++)
            if (uvfits->source[i].rest[k] > 0)
                return true;
    return false;
}

static const cal_column_def rest_frequency = {.name = "REST_FREQUENCY",
                                              .type = CAL_TYPE_DOUBLE,
                                              .ndim = 1,
                                              .unit = "Hz",
                                              .measure = "frequency LSRK",
                                              .comment = "rest frequency of each line"};

/* A row for each source and window, as CASA has it. */
static cal_status fill_source(const cal_uvfits *uvfits, const cal_table *ms, cal_error *err)
{
    const int64_t two[] = {2}, one[] = {1};
    const double none[2] = {0};
    bool rest = rest_is_known(uvfits);
    cal_filler sub = cal_fill_begin(ms, "SOURCE", uvfits->sources * uvfits->windows, err);
    if (!sub.status)
        sub.status = set_equinox(uvfits, sub.table, "DIRECTION", err);
    if (!sub.status && rest)
        sub.status = cal_table_add_column(sub.table, &rest_frequency, NULL, err);
    for (int32_t row = 0; row < uvfits->sources * uvfits->windows; row++) {
        int32_t id = row / uvfits->windows, window = row % uvfits->windows;
        const cal_uvfits_source *source = &uvfits->source[id];
        cal_fill_cell(&sub, "DIRECTION", CAL_TYPE_DOUBLE, row, 1, two, source->direction);
        cal_fill_cell(&sub, "PROPER_MOTION", CAL_TYPE_DOUBLE, row, 1, two, none);
        cal_fill_cell(&sub, "NAME", CAL_TYPE_TEXT, row, 0, NULL, &source->name);
        cal_fill_cell(&sub, "CODE", CAL_TYPE_TEXT, row, 0, NULL, &source->code);
        cal_fill_cell(&sub, "SOURCE_ID", CAL_TYPE_INT, row, 0, NULL, &id);
        cal_fill_cell(&sub, "SPECTRAL_WINDOW_ID", CAL_TYPE_INT, row, 0, NULL, &window);
        if (rest)
            cal_fill_cell(&sub, "REST_FREQUENCY", CAL_TYPE_DOUBLE, row, 1, one,
                          &source->rest[window % uvfits->ifs]);
    }
    cal_fill_int(&sub, "CALIBRATION_GROUP", -1);
    cal_fill_int(&sub, "NUM_LINES", rest);
    cal_fill_double(&sub, "TIME", uvfits->date_obs);
    cal_fill_double(&sub, "INTERVAL", DBL_MAX);
    return cal_fill_end(&sub);
}

static cal_status fill_observation(const cal_uvfits *uvfits, const cal_table *ms, cal_error *err)
{
    const int64_t shape[] = {1};
    const char *empty = "";
    cal_filler sub = cal_fill_begin(ms, "OBSERVATION", 1, err);
    cal_fill_text(&sub, "TELESCOPE_NAME", uvfits->telescope);
    cal_fill_text(&sub, "OBSERVER", uvfits->observer);
    cal_fill_text(&sub, "PROJECT", "");
    cal_fill_text(&sub, "SCHEDULE_TYPE", "");
    cal_fill_arrays(&sub, "SCHEDULE", CAL_TYPE_TEXT, 1, shape, &empty);
    cal_fill_arrays(&sub, "LOG", CAL_TYPE_TEXT, 1, shape, &empty);
    cal_fill_double(&sub, "RELEASE_DATE", uvfits->date_obs);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    return cal_fill_end(&sub);
}

cal_status cal_uvfits_time_range(cal_table *ms, double start, double end, cal_error *err)
{
    const double range[] = {start, end};
    cal_filler sub = cal_fill_begin(ms, "OBSERVATION", 0, err);
    const int64_t two[] = {2};
    cal_fill_cell(&sub, "TIME_RANGE", CAL_TYPE_DOUBLE, 0, 1, two, range);
    return cal_fill_end(&sub);
}

/* ---- HISTORY ---- */

/* The next HISTORY card from number *card on, without its keyword; false at the end. */
static bool next_history(const cal_uvfits *uvfits, int *card, char *text)
{
    char line[FLEN_CARD];
    int status = 0;
    while (!fits_read_record(uvfits->file, (*card)++, line, &status) && strncmp(line, "END", 3))
        if (!strncmp(line, "HISTORY ", 8)) {
            snprintf(text, FLEN_CARD, "%s", line + 8);
            cal_uvfits_trim(text);
            return true;
        }
    fits_clear_errmsg();
    return false;
}

static cal_status fill_history(const cal_uvfits *uvfits, const cal_table *ms, cal_error *err)
{
    int cards = 0, more, status = 0, rows = 0, card = 1;
    char text[FLEN_CARD], *message = text;
    const char *empty = "";
    const int64_t shape[] = {1};
    fits_get_hdrspace(uvfits->file, &cards, &more, &status);
    while (card <= cards && next_history(uvfits, &card, text))
        rows++;
    cal_filler sub = cal_fill_begin(ms, "HISTORY", rows, err);
    card = 1;
    for (int row = 0; row < rows && next_history(uvfits, &card, text); row++) {
        cal_fill_cell(&sub, "MESSAGE", CAL_TYPE_TEXT, row, 0, NULL, &message);
        cal_fill_cell(&sub, "CLI_COMMAND", CAL_TYPE_TEXT, row, 1, shape, &empty);
        cal_fill_cell(&sub, "APP_PARAMS", CAL_TYPE_TEXT, row, 1, shape, &empty);
    }
    cal_fill_text(&sub, "APPLICATION", "");
    cal_fill_text(&sub, "ORIGIN", uvfits->path);
    cal_fill_text(&sub, "PRIORITY", "NORMAL");
    cal_fill_int(&sub, "OBJECT_ID", 0);
    cal_fill_int(&sub, "OBSERVATION_ID", 0);
    cal_fill_double(&sub, "TIME", uvfits->date_obs);
    return cal_fill_end(&sub);
}

cal_status cal_uvfits_subtables(const cal_uvfits *uvfits, const cal_uvfits_options *options,
                                cal_table *ms, cal_error *err)
{
    if (set_equinox(uvfits, ms, "UVW", err) || fill_antenna(uvfits, options, ms, err) ||
        fill_feed(uvfits, ms, err) || fill_axes(uvfits, ms, err) || fill_field(uvfits, ms, err) ||
        fill_source(uvfits, ms, err) || fill_observation(uvfits, ms, err) ||
        fill_history(uvfits, ms, err))
        return err->status;
    return CAL_OK;
}

#include "base/json.h"
#include "base/mem.h"
#include "base/tool.h"
#include "ms/filler.h"
#include "ms/simulate.h"
#include "ms/simulate_parts.h"
#include <string.h>

enum { FREQ_TOPO = 5 };              /* casacore's MFrequency::TOPO */
static const double for_ever = 1e30; /* s */

static cal_status fill_antenna(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    cal_filler sub = cal_fill_begin(ms, "ANTENNA", scene->antennas, err);
    double *position = CAL_NEW_ARRAY(double, 3 * scene->antennas),
           *offset = CAL_NEW_ARRAY(double, 3 * scene->antennas);
    double *diameter = CAL_NEW_ARRAY(double, scene->antennas);
    const char **name = CAL_NEW_ARRAY(const char *, scene->antennas);
    const char **station = CAL_NEW_ARRAY(const char *, scene->antennas);
    for (int i = 0; i < scene->antennas; i++) {
        memcpy(position + 3 * i, scene->antenna[i].position, 3 * sizeof *position);
        diameter[i] = scene->antenna[i].diameter;
        name[i] = scene->antenna[i].name;
        station[i] = scene->antenna[i].station;
    }
    cal_fill(&sub, "POSITION", CAL_TYPE_DOUBLE, position);
    cal_fill(&sub, "OFFSET", CAL_TYPE_DOUBLE, offset);
    cal_fill(&sub, "DISH_DIAMETER", CAL_TYPE_DOUBLE, diameter);
    cal_fill(&sub, "NAME", CAL_TYPE_TEXT, name);
    cal_fill(&sub, "STATION", CAL_TYPE_TEXT, station);
    cal_fill_text(&sub, "TYPE", "GROUND-BASED");
    cal_fill_text(&sub, "MOUNT", scene->mount);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    free(position);
    free(offset);
    free(diameter);
    free(name);
    free(station);
    return cal_fill_end(&sub);
}

static cal_status fill_feed(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    cal_filler sub = cal_fill_begin(ms, "FEED", scene->antennas, err);
    const size_t n = (size_t)scene->antennas;
    const char **type = CAL_NEW_ARRAY(const char *, 2 * n);
    for (size_t i = 0; i < n; i++) {
        type[2 * i] = scene->linear ? "X" : "R";
        type[2 * i + 1] = scene->linear ? "Y" : "L";
    }
    cal_fill_feeds(&sub, type, NULL, scene->reference_time, for_ever);
    free(type);
    return cal_fill_end(&sub);
}

static cal_status fill_data_description(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    cal_filler sub = cal_fill_begin(ms, "DATA_DESCRIPTION", scene->spws, err);
    int32_t *spw = CAL_NEW_ARRAY(int32_t, scene->spws), *pol = CAL_NEW_ARRAY(int32_t, scene->spws);
    for (int i = 0; i < scene->spws; i++) {
        spw[i] = i;
        pol[i] = scene->spw[i].pol;
    }
    cal_fill(&sub, "SPECTRAL_WINDOW_ID", CAL_TYPE_INT, spw);
    cal_fill(&sub, "POLARIZATION_ID", CAL_TYPE_INT, pol);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    free(spw);
    free(pol);
    return cal_fill_end(&sub);
}

static cal_status fill_polarization(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    cal_filler sub = cal_fill_begin(ms, "POLARIZATION", scene->pols, err);
    for (int i = 0; i < scene->spws; i++)
        cal_fill_correlations(&sub, scene->spw[i].pol, scene->spw[i].ncorr, scene->spw[i].corr);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    return cal_fill_end(&sub);
}

static cal_status fill_spectral_window(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    cal_filler sub = cal_fill_begin(ms, "SPECTRAL_WINDOW", scene->spws, err);
    for (int i = 0; i < scene->spws; i++)
        cal_fill_window(&sub, i, scene->spw[i].name, scene->spw[i].nchan, scene->spw[i].freq,
                        scene->spw[i].width, scene->spw[i].freq);
    cal_fill_int(&sub, "MEAS_FREQ_REF", FREQ_TOPO);
    cal_fill_int(&sub, "NET_SIDEBAND", 1);
    cal_fill_int(&sub, "IF_CONV_CHAIN", 0);
    cal_fill_int(&sub, "FREQ_GROUP", 0);
    cal_fill_text(&sub, "FREQ_GROUP_NAME", "");
    cal_fill_bool(&sub, "FLAG_ROW", false);
    return cal_fill_end(&sub);
}

static cal_status fill_field(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    cal_filler sub = cal_fill_begin(ms, "FIELD", scene->fields, err);
    double *direction = CAL_NEW_ARRAY(double, 2 * scene->fields);
    int32_t *source = CAL_NEW_ARRAY(int32_t, scene->fields);
    const char **name = CAL_NEW_ARRAY(const char *, scene->fields),
               **code = CAL_NEW_ARRAY(const char *, scene->fields);
    for (int i = 0; i < scene->fields; i++) {
        memcpy(direction + 2 * i, scene->field[i].direction, 2 * sizeof *direction);
        source[i] = i;
        name[i] = scene->field[i].name;
        code[i] = scene->field[i].code;
    }
    const int64_t shape[] = {2, 1};
    cal_fill_arrays(&sub, "PHASE_DIR", CAL_TYPE_DOUBLE, 2, shape, direction);
    cal_fill_arrays(&sub, "DELAY_DIR", CAL_TYPE_DOUBLE, 2, shape, direction);
    cal_fill_arrays(&sub, "REFERENCE_DIR", CAL_TYPE_DOUBLE, 2, shape, direction);
    cal_fill(&sub, "NAME", CAL_TYPE_TEXT, name);
    cal_fill(&sub, "CODE", CAL_TYPE_TEXT, code);
    cal_fill(&sub, "SOURCE_ID", CAL_TYPE_INT, source);
    cal_fill_int(&sub, "NUM_POLY", 0);
    cal_fill_double(&sub, "TIME", scene->reference_time);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    cal_status status = cal_fill_end(&sub);
    if (!status) { /* one source for each field, in all spws */
        sub = cal_fill_begin(ms, "SOURCE", scene->fields, err);
        cal_fill(&sub, "DIRECTION", CAL_TYPE_DOUBLE, direction);
        cal_fill(&sub, "NAME", CAL_TYPE_TEXT, name);
        cal_fill(&sub, "CODE", CAL_TYPE_TEXT, code);
        cal_fill(&sub, "SOURCE_ID", CAL_TYPE_INT, source);
        memset(direction, 0, 2 * sizeof *direction * (size_t)scene->fields);
        cal_fill(&sub, "PROPER_MOTION", CAL_TYPE_DOUBLE, direction);
        cal_fill_int(&sub, "CALIBRATION_GROUP", 0);
        cal_fill_int(&sub, "NUM_LINES", 0);
        cal_fill_int(&sub, "SPECTRAL_WINDOW_ID", -1);
        cal_fill_double(&sub, "TIME", scene->reference_time);
        cal_fill_double(&sub, "INTERVAL", for_ever);
        status = cal_fill_end(&sub);
    }
    free(direction);
    free(source);
    free(name);
    free(code);
    return status;
}

static cal_status fill_state(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    cal_filler sub = cal_fill_begin(ms, "STATE", scene->states, err);
    cal_fill(&sub, "OBS_MODE", CAL_TYPE_TEXT, scene->state);
    cal_fill_bool(&sub, "SIG", true);
    cal_fill_bool(&sub, "REF", false);
    cal_fill_double(&sub, "CAL", 0);
    cal_fill_double(&sub, "LOAD", 0);
    cal_fill_int(&sub, "SUB_SCAN", 1);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    return cal_fill_end(&sub);
}

static cal_status fill_observation(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    const cal_scene_scan *first = &scene->scan[0], *last = &scene->scan[scene->scans - 1];
    double range[2] = {scene->reference_time + first->start,
                       scene->reference_time + last->start +
                           last->integrations * scene->integration};
    const int64_t shape[] = {1};
    const char *empty = "";
    cal_filler sub = cal_fill_begin(ms, "OBSERVATION", 1, err);
    cal_fill(&sub, "TIME_RANGE", CAL_TYPE_DOUBLE, range);
    cal_fill_text(&sub, "TELESCOPE_NAME", scene->telescope);
    cal_fill_text(&sub, "OBSERVER", scene->observer);
    cal_fill_text(&sub, "PROJECT", scene->project);
    cal_fill_text(&sub, "SCHEDULE_TYPE", "");
    cal_fill_arrays(&sub, "SCHEDULE", CAL_TYPE_TEXT, 1, shape, &empty);
    cal_fill_arrays(&sub, "LOG", CAL_TYPE_TEXT, 1, shape, &empty);
    cal_fill_double(&sub, "RELEASE_DATE", range[1]);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    return cal_fill_end(&sub);
}

static cal_status fill_processor(const cal_table *ms, cal_error *err)
{
    cal_filler sub = cal_fill_begin(ms, "PROCESSOR", 1, err);
    cal_fill_text(&sub, "TYPE", "CORRELATOR");
    cal_fill_text(&sub, "SUB_TYPE", "SIMULATED");
    cal_fill_int(&sub, "TYPE_ID", -1);
    cal_fill_int(&sub, "MODE_ID", -1);
    cal_fill_bool(&sub, "FLAG_ROW", false);
    return cal_fill_end(&sub);
}

/* The scene itself goes into HISTORY, with the time of the observation: two runs give the same bytes. */
static cal_status fill_history(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    char *text = cal_json_dump(scene->document);
    const char *parameters = text, *command = "";
    const int64_t shape[] = {1};
    cal_filler sub = cal_fill_begin(ms, "HISTORY", 1, err);
    cal_fill_text(&sub, "MESSAGE", "simulated from the scene in APP_PARAMS");
    cal_fill_text(&sub, "APPLICATION", "calutils ms-sim");
    cal_fill_text(&sub, "ORIGIN", cal_version);
    cal_fill_text(&sub, "PRIORITY", "NORMAL");
    cal_fill_arrays(&sub, "APP_PARAMS", CAL_TYPE_TEXT, 1, shape, &parameters);
    cal_fill_arrays(&sub, "CLI_COMMAND", CAL_TYPE_TEXT, 1, shape, &command);
    cal_fill_int(&sub, "OBJECT_ID", 0);
    cal_fill_int(&sub, "OBSERVATION_ID", 0);
    cal_fill_double(&sub, "TIME", scene->reference_time);
    free(text);
    return cal_fill_end(&sub);
}

cal_status cal_sim_subtables(const cal_scene *scene, const cal_table *ms, cal_error *err)
{
    if (fill_antenna(scene, ms, err) || fill_feed(scene, ms, err) ||
        fill_data_description(scene, ms, err) || fill_polarization(scene, ms, err) ||
        fill_spectral_window(scene, ms, err) || fill_field(scene, ms, err) ||
        fill_state(scene, ms, err) || fill_observation(scene, ms, err) || fill_processor(ms, err) ||
        fill_history(scene, ms, err))
        return err->status;
    return CAL_OK;
}

#include "ms/scene.h"
#include "base/angle.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "ms/meta.h"
#include "ms/scene_keys.h"
#include "ms/scene_parts.h"
#include "table/measures.h"
#include <math.h>
#include <string.h>

#define ARCSEC (CAL_PI / 180 / 3600)

/* ---- fields ---- */

static void fill_component(cal_component *component, jv value)
{
    static const char *const keys[] = {"flux_jy", "q_jy", "u_jy", "v_jy"};
    for (int i = 0; i < 4; i++)
        component->flux[i] = cal_json_number_at(value, keys[i], 0);
    component->ref_freq = cal_json_number_at(value, "ref_hz", 0);
    component->spix[0] = cal_json_number_at(value, "alpha", 0);
    component->east = cal_json_number_at(value, "east_arcsec", 0) * ARCSEC;
    component->north = cal_json_number_at(value, "north_arcsec", 0) * ARCSEC;
}

static cal_status fill_field(cal_scene_field *field, int index, jv value, cal_error *err)
{
    field->name = cal_json_text_at(value, "name", "");
    field->code = cal_json_text_at(value, "code", "");
    const char *ra = cal_json_text_at(value, "ra", ""), *dec = cal_json_text_at(value, "dec", "");
    if (!cal_angle_parse(ra, false, &field->direction[0]))
        return cal_fail(err, CAL_USAGE,
                        "scene.fields[%d].ra: \"%s\"; write 13h31m08.29, 13:31:08.29 or 202.78deg",
                        index, ra);
    if (!cal_angle_parse(dec, true, &field->direction[1]) || fabs(field->direction[1]) > CAL_PI / 2)
        return cal_fail(err, CAL_USAGE,
                        "scene.fields[%d].dec: \"%s\"; write 30d30m33.0, 30.30.33.0 or 30.509deg",
                        index, dec);
    field->components = cal_json_length_at(value, "components");
    field->component = CAL_NEW_ARRAY(cal_component, field->components);
    for (int i = 0; i < field->components; i++) {
        jv component = cal_json_item_at(value, "components", i);
        fill_component(&field->component[i], component);
        jv_free(component);
    }
    return CAL_OK;
}

static cal_status fill_fields(cal_scene *scene, cal_error *err)
{
    scene->fields = cal_json_length_at(scene->document, "fields");
    scene->field = CAL_NEW_ARRAY(cal_scene_field, scene->fields);
    cal_status status = CAL_OK;
    for (int i = 0; i < scene->fields && !status; i++) {
        jv value = cal_json_item_at(scene->document, "fields", i);
        status = fill_field(&scene->field[i], i, value, err);
        jv_free(value);
    }
    return status;
}

/* ---- scans ---- */

static int find_spw(const cal_scene *scene, jv wanted)
{
    for (int i = 0; i < scene->spws; i++)
        if (jv_get_kind(wanted) == JV_KIND_STRING
                ? !strcmp(scene->spw[i].name, jv_string_value(wanted))
                : jv_get_kind(wanted) == JV_KIND_NUMBER && jv_number_value(wanted) == i)
            return i;
    return -1;
}

static int state_of(cal_scene *scene, const char *intent)
{
    for (int i = 0; i < scene->states; i++)
        if (!strcmp(scene->state[i], intent))
            return i;
    scene->state[scene->states] = intent;
    return scene->states++;
}

static cal_status fill_scan_spws(const cal_scene *scene, cal_scene_scan *scan, int index, jv value,
                                 cal_error *err)
{
    int listed = cal_json_length_at(value, "spws");
    scan->spws = listed ? listed : scene->spws;
    scan->spw = CAL_NEW_ARRAY(int, scan->spws);
    for (int i = 0; i < scan->spws; i++) {
        jv wanted = listed ? cal_json_item_at(value, "spws", i) : jv_number(i);
        scan->spw[i] = find_spw(scene, wanted);
        char *text = cal_json_dump(wanted);
        jv_free(wanted);
        bool again = false;
        for (int j = 0; j < i; j++)
            again |= scan->spw[j] == scan->spw[i];
        if (scan->spw[i] < 0 || again)
            cal_fail(
                err, CAL_USAGE,
                "scene.scans[%d].spws: %s; wanted names or ids of the scene's %d spws, each once",
                index, text, scene->spws);
        free(text);
        if (scan->spw[i] < 0 || again)
            return CAL_USAGE;
    }
    return CAL_OK;
}

static int find_field(const cal_scene *scene, const char *name)
{
    for (int i = 0; i < scene->fields; i++)
        if (!strcmp(scene->field[i].name, name))
            return i;
    return -1;
}

static cal_status fill_scan(cal_scene *scene, int index, jv value, cal_error *err)
{
    cal_scene_scan *scan = &scene->scan[index];
    const char *name = cal_json_text_at(value, "field", "");
    scan->field = find_field(scene, name);
    if (scan->field < 0) {
        cal_buf list = {0};
        for (int i = 0; i < scene->fields && i < 20; i++)
            cal_buf_addf(&list, "%s%s", i ? ", " : "", scene->field[i].name);
        cal_fail(err, CAL_USAGE, "scene.scans[%d].field: no field \"%s\"; fields are %s", index,
                 name, cal_buf_text(&list));
        cal_buf_free(&list);
        return CAL_USAGE;
    }
    scan->state = state_of(scene, cal_json_text_at(value, "intent", ""));
    scan->start = cal_json_number_at(value, "start_s", 0);
    double length = cal_json_number_at(value, "length_s", 0),
           count = floor(length / scene->integration + 1e-6);
    if (count > 1e6)
        return cal_fail(err, CAL_USAGE,
                        "scene.scans[%d].length_s: %g integrations; allowed are 1000000", index,
                        count);
    scan->integrations = count < 1 ? 1 : (int)count;
    const cal_scene_scan *last = index ? scan - 1 : NULL;
    if (last && scan->start < last->start + last->integrations * scene->integration - 1e-6)
        return cal_fail(err, CAL_USAGE,
                        "scene.scans[%d].start_s: %g is before the end of the scan before it (%g)",
                        index, scan->start, last->start + last->integrations * scene->integration);
    return fill_scan_spws(scene, scan, index, value, err);
}

static cal_status fill_scans(cal_scene *scene, cal_error *err)
{
    scene->scans = cal_json_length_at(scene->document, "scans");
    scene->scan = CAL_NEW_ARRAY(cal_scene_scan, scene->scans);
    scene->state = CAL_NEW_ARRAY(const char *, scene->scans);
    cal_status status = CAL_OK;
    for (int i = 0; i < scene->scans && !status; i++) {
        jv value = cal_json_item_at(scene->document, "scans", i);
        status = fill_scan(scene, i, value, err);
        jv_free(value);
    }
    return status;
}

/* ---- flags, errors and the rest ---- */

static cal_status fill_flag(cal_scene *scene, int index, jv value, cal_error *err)
{
    cal_scene_flag *flag = &scene->flag[index];
    flag->antenna = (int)cal_json_number_at(value, "antenna", -1);
    flag->spw = (int)cal_json_number_at(value, "spw", -1);
    flag->scan = (int)cal_json_number_at(value, "scan", -1);
    flag->last = -1;
    if (flag->antenna >= scene->antennas)
        return cal_fail(err, CAL_USAGE, "scene.flag_rules[%d].antenna: %d; antennas are 0 to %d",
                        index, flag->antenna, scene->antennas - 1);
    if (flag->spw >= scene->spws)
        return cal_fail(err, CAL_USAGE, "scene.flag_rules[%d].spw: %d; spws are 0 to %d", index,
                        flag->spw, scene->spws - 1);
    if (cal_json_length_at(value, "channels")) {
        jv first = cal_json_item_at(value, "channels", 0),
           last = cal_json_item_at(value, "channels", 1);
        bool numbers = jv_get_kind(first) == JV_KIND_NUMBER && jv_get_kind(last) == JV_KIND_NUMBER;
        flag->first = numbers ? (int)jv_number_value(first) : -1;
        flag->last = numbers ? (int)jv_number_value(last) : -1;
        jv_free(first);
        jv_free(last);
        if (flag->first < 0 || flag->last < flag->first)
            return cal_fail(err, CAL_USAGE, "scene.flag_rules[%d].channels: wanted [first, last]",
                            index);
    }
    for (int i = 0; i < cal_json_length_at(value, "corrs"); i++) {
        jv corr = cal_json_item_at(value, "corrs", i);
        int code = jv_get_kind(corr) == JV_KIND_STRING ? cal_corr_code(jv_string_value(corr)) : 0;
        jv_free(corr);
        if (!code)
            return cal_fail(err, CAL_USAGE,
                            "scene.flag_rules[%d].corrs[%d]: wanted RR, RL, ... or YY", index, i);
        flag->corrs |= 1 << code;
    }
    return CAL_OK;
}

static cal_status fill_flags(cal_scene *scene, cal_error *err)
{
    scene->flags = cal_json_length_at(scene->document, "flag_rules");
    scene->flag = CAL_NEW_ARRAY(cal_scene_flag, scene->flags);
    cal_status status = CAL_OK;
    for (int i = 0; i < scene->flags && !status; i++) {
        jv value = cal_json_item_at(scene->document, "flag_rules", i);
        status = fill_flag(scene, i, value, err);
        jv_free(value);
    }
    return status;
}

static void fill_errors(cal_scene *scene)
{
    jv errors = cal_json_at(scene->document, "errors");
    scene->errors = (cal_scene_errors){
        .amp_rms = cal_json_number_at(errors, "amp_rms", 0),
        .amp_drift = cal_json_number_at(errors, "amp_drift", 0),
        .amp_drift_period = cal_json_number_at(errors, "amp_drift_period_s", 0),
        .phase_rms = cal_json_number_at(errors, "phase_rms_rad", 0),
        .phase_walk = cal_json_number_at(errors, "phase_walk_rad", 0),
        .phase_per_pol = cal_json_bool_at(errors, "phase_per_pol", true),
        .phase_per_spw = cal_json_bool_at(errors, "phase_per_spw", true),
        .bandpass_amp = cal_json_number_at(errors, "bandpass_amp", 0),
        .bandpass_phase = cal_json_number_at(errors, "bandpass_phase_rad", 0),
        .delay_rms = cal_json_number_at(errors, "delay_ns_rms", 0) * 1e-9,
    };
    jv_free(errors);
}

static cal_status fill_rest(cal_scene *scene, cal_error *err)
{
    jv document = scene->document;
    scene->seed = (uint64_t)cal_json_number_at(document, "seed", 0);
    scene->project = cal_json_text_at(document, "project", "");
    scene->observer = cal_json_text_at(document, "observer", "");
    scene->integration = cal_json_number_at(document, "integration_s", 0);
    scene->autocorr = cal_json_bool_at(document, "autocorr", false);
    scene->uneven_weights = cal_json_bool_at(document, "uneven_weights", false);
    scene->model = cal_json_bool_at(document, "model", false);
    scene->weight_spectrum = cal_json_bool_at(document, "weight_spectrum", false);
    scene->noise = cal_json_number_at(document, "noise_jy", 0);
    scene->flag_fraction = cal_json_number_at(document, "flag_fraction", 0);
    scene->outlier_fraction = cal_json_number_at(document, "outlier_fraction", 0);
    const char *time = cal_json_text_at(document, "reference_time", "");
    if (!cal_time_parse(time, &scene->reference_time))
        return cal_fail(err, CAL_USAGE, "scene.reference_time: \"%s\"; write 2024/03/01/09:00:00",
                        time);
    return CAL_OK;
}

cal_status cal_scene_read(jv document, cal_scene **made, cal_error *err)
{
    cal_scene *scene = CAL_NEW(cal_scene);
    scene->document = document;
    *made = NULL;
    cal_status status = cal_scene_complete(&scene->document, err);
    if (!status)
        status = fill_rest(scene, err);
    if (status || (status = cal_scene_fill_antennas(scene, err)) ||
        (status = cal_scene_fill_spws(scene, err)) || (status = fill_fields(scene, err)) ||
        (status = fill_scans(scene, err)) || (status = fill_flags(scene, err))) {
        cal_scene_free(scene);
        return status;
    }
    fill_errors(scene);
    *made = scene;
    return CAL_OK;
}

void cal_scene_free(cal_scene *scene)
{
    if (!scene)
        return;
    for (int i = 0; i < scene->fields; i++)
        free(scene->field[i].component);
    for (int i = 0; scene->scan && i < scene->scans; i++)
        free(scene->scan[i].spw);
    for (int i = 0; i < scene->owned_count; i++)
        free(scene->owned[i]);
    free(scene->owned);
    free(scene->antenna);
    free(scene->spw);
    free(scene->field);
    free(scene->scan);
    free(scene->state);
    free(scene->flag);
    jv_free(scene->document);
    free(scene);
}

cal_status cal_scene_check_elevation(const cal_scene *scene, cal_error *err)
{
    cal_frame *frame;
    cal_status status = cal_frame_new(scene->site, &frame, err);
    if (status)
        return status;
    for (int i = 0; i < scene->scans && !status; i++) {
        const cal_scene_scan *scan = &scene->scan[i];
        const cal_scene_field *field = &scene->field[scan->field];
        double azimuth, elevation,
            middle = scan->start + scan->integrations * scene->integration / 2;
        status = cal_frame_set_time(frame, scene->reference_time + middle, err);
        if (!status)
            status = cal_frame_set_direction(frame, "J2000", field->direction, err);
        if (!status)
            status = cal_frame_azel(frame, &azimuth, &elevation, err);
        if (!status && elevation < 0)
            cal_warn("scan %d: field %s is %.0f deg below the horizon; see reference_time", i + 1,
                     field->name, -elevation * 180 / CAL_PI);
    }
    cal_frame_free(frame);
    return status;
}

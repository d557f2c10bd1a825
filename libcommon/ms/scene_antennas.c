#include "base/mem.h"
#include "ms/array.h"
#include "ms/scene_parts.h"
#include "table/measures.h"
#include <math.h>
#include <string.h>

/* A text that lives as long as the scene. */
static const char *keep(cal_scene *scene, char *text)
{
    scene->owned = cal_grow(scene->owned, (size_t)scene->owned_count + 1, sizeof *scene->owned);
    return scene->owned[scene->owned_count++] = text;
}

static cal_status load_layout(cal_scene *scene, jv antennas, cal_station **station, int *itrf,
                              const char **observatory, cal_error *err)
{
    const char *layout = cal_json_text_at(antennas, "layout", "");
    double count = cal_json_number_at(antennas, "n", 0);
    scene->antennas = (int)count;
    *itrf = 0;
    *observatory = "";
    if (!strcmp(layout, "vla")) {
        *station = cal_array_vla(scene->antennas, cal_json_number_at(antennas, "scale_m", 0));
        return CAL_OK;
    }
    if (!strcmp(layout, "alma")) {
        *station = cal_array_alma(scene->antennas, cal_json_number_at(antennas, "radius_m", 0), 15);
        return CAL_OK;
    }
    char *named = NULL;
    if (cal_array_file(layout, station, &scene->antennas, itrf, &named, err))
        return cal_prefix(err, "array \"%s\" is neither vla nor alma nor a file of antennas",
                          layout);
    *observatory = keep(scene, named);
    if (count && (int)count != scene->antennas)
        return cal_fail(err, CAL_USAGE, "scene.antennas.n: %d asked for, but %s holds %d antennas",
                        (int)count, layout, scene->antennas);
    return CAL_OK;
}

static cal_status find_site(cal_scene *scene, jv antennas, const char *observatory, double angle[2],
                            cal_error *err)
{
    const char *site = cal_json_text_at(antennas, "site", observatory);
    if (!*site)
        return cal_fail(err, CAL_USAGE,
                        "scene.antennas.site: missing; name an observatory (VLA, ALMA, ...)");
    scene->telescope = cal_json_text_at(antennas, "telescope", site);
    scene->mount = cal_json_text_at(antennas, "mount", "");
    double height;
    if (cal_observatory_position(site, scene->site, err) ||
        cal_position_geodetic(scene->site, &angle[0], &angle[1], &height, err))
        return err->status;
    return CAL_OK;
}

static const char *antenna_name(cal_scene *scene, jv antennas, int index,
                                const cal_station *station)
{
    const char *layout = cal_json_text_at(antennas, "layout", "");
    if (cal_json_length_at(antennas, "names")) {
        jv name = cal_json_item_at(antennas, "names", index);
        char *text = jv_get_kind(name) == JV_KIND_STRING ? cal_copy_text(jv_string_value(name))
                                                         : cal_json_dump(name);
        jv_free(name);
        return keep(scene, text);
    }
    if (!strcmp(layout, "vla"))
        return keep(scene, cal_format("ea%02d", index + 1));
    if (!strcmp(layout, "alma"))
        return keep(scene, cal_format("DA%02d", index + 41));
    return keep(scene, cal_copy_text(station->name));
}

static cal_status fill_array(cal_scene *scene, jv antennas, cal_error *err)
{
    cal_station *station = NULL;
    const char *observatory;
    double angle[2];
    int itrf;
    if (load_layout(scene, antennas, &station, &itrf, &observatory, err) ||
        find_site(scene, antennas, observatory, angle, err)) {
        cal_stations_free(station, station ? scene->antennas : 0);
        return err->status;
    }
    scene->antenna = CAL_NEW_ARRAY(cal_scene_antenna, scene->antennas);
    int names = cal_json_length_at(antennas, "names");
    cal_status status = CAL_OK;
    if (names && names != scene->antennas)
        status = cal_fail(err, CAL_USAGE, "scene.antennas.names: %d names for %d antennas", names,
                          scene->antennas);
    for (int i = 0; i < scene->antennas && !status; i++) {
        cal_scene_antenna *antenna = &scene->antenna[i];
        antenna->name = antenna_name(scene, antennas, i, &station[i]);
        antenna->station = keep(scene, cal_copy_text(station[i].name));
        antenna->diameter = cal_json_number_at(antennas, "diameter_m", station[i].diameter);
        if (itrf)
            memcpy(antenna->position, station[i].position, sizeof antenna->position);
        else
            cal_array_to_itrf(scene->site, angle[0], angle[1], station[i].position,
                              antenna->position);
    }
    cal_stations_free(station, scene->antennas);
    return status;
}

/* absent_antennas: these keep their rows in ANTENNA. */
static cal_status fill_absent(cal_scene *scene, cal_error *err)
{
    int present = scene->antennas;
    for (int i = 0; i < cal_json_length_at(scene->document, "absent_antennas"); i++) {
        jv value = cal_json_item_at(scene->document, "absent_antennas", i);
        double id = jv_get_kind(value) == JV_KIND_NUMBER ? jv_number_value(value) : -1;
        jv_free(value);
        if (id < 0 || id >= scene->antennas || id != rint(id))
            return cal_fail(err, CAL_USAGE,
                            "scene.absent_antennas[%d]: wanted an antenna id, 0 to %d", i,
                            scene->antennas - 1);
        present -= !scene->antenna[(int)id].absent;
        scene->antenna[(int)id].absent = true;
    }
    return present >= 2
               ? CAL_OK
               : cal_fail(err, CAL_USAGE,
                          "scene.absent_antennas: only %d antenna%s left; a baseline needs 2",
                          present, present == 1 ? " is" : "s are");
}

cal_status cal_scene_fill_antennas(cal_scene *scene, cal_error *err)
{
    jv antennas = cal_json_at(scene->document, "antennas");
    cal_status status = fill_array(scene, antennas, err);
    jv_free(antennas);
    return status ? status : fill_absent(scene, err);
}

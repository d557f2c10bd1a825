/* The library as a JSON document. */
#include "base/mem.h"
#include "callib/library.h"

static jv ids_json(const cal_idset *set, const cal_axis *axis)
{
    if (cal_idset_equal(set, &axis->all))
        return jv_string("*");
    cal_buf text = {0};
    cal_idset_print(set, &text);
    jv json = jv_string(cal_buf_text(&text));
    cal_buf_free(&text);
    return json;
}

static jv intents_json(const cal_idset *set, const cal_axis *axis)
{
    if (cal_idset_equal(set, &axis->all))
        return jv_string("*");
    cal_buf text = {0};
    for (CAL_IDS(intent, set))
        cal_buf_addf(&text, "%s%s", text.len ? "," : "", axis->name[intent]);
    jv json = jv_string(cal_buf_text(&text));
    cal_buf_free(&text);
    return json;
}

/* One box as the document has it: {"vis", "antenna", "spw", "field", "intent"}, "*" for all. */
static jv region_json(const cal_library *library, const cal_region *region)
{
    const cal_vis *vis = library->vis[region->vis];
    const cal_box *box = &region->box;
    jv json = JV_OBJECT(jv_string("vis"), jv_string(vis->name));
    cal_json_set(&json, "antenna", ids_json(&box->antenna, &vis->antenna));
    cal_json_set(&json, "spw", ids_json(&box->spw, &vis->spw));
    cal_json_set(&json, "field", ids_json(&box->field, &vis->field));
    cal_json_set(&json, "intent", intents_json(&box->intent, &vis->intent));
    return json;
}

jv cal_calibration_json(const cal_calibration *calibration)
{
    jv json = JV_OBJECT(jv_string("gaintable"), jv_string(calibration->gaintable));
    cal_json_set(&json, "gainfield", jv_string(calibration->gainfield));
    cal_json_set(&json, "interp", jv_string(calibration->interp));
    cal_json_set(&json, "spwmap", cal_json_ints(calibration->spwmap, calibration->spwmaps));
    cal_json_set(&json, "calwt", jv_bool(calibration->calwt));
    return json;
}

static jv registration_json(const cal_library *library, const cal_registration *registration)
{
    jv json = cal_calibration_json(&library->calibration[registration->calibration]);
    jv data = jv_array();
    for (int i = 0; i < registration->data.count; i++)
        cal_json_push(&data, region_json(library, &registration->data.item[i]));
    cal_json_set(&json, "caltype", jv_string(registration->caltype));
    cal_json_set(&json, "data", data);
    if (registration->origin)
        cal_json_set(&json, "origin", jv_parse(registration->origin));
    return json;
}

static jv book_json(const cal_library *library, const cal_book *book)
{
    jv list = jv_array();
    for (int i = 0; i < book->count; i++)
        cal_json_push(&list, registration_json(library, &book->item[i]));
    return list;
}

static jv virtual_spw_json(const cal_library *library, int id)
{
    const cal_virtual_spw *at = &library->virtual_spw[id];
    jv spws = jv_object();
    for (int vis = 0; vis < library->viss; vis++)
        if (at->spw[vis] >= 0)
            cal_json_set(&spws, library->vis[vis]->name, jv_number(at->spw[vis]));
    return JV_OBJECT(jv_string("id"), jv_number(id), jv_string("name"), jv_string(at->name),
                     jv_string("spws"), spws);
}

jv cal_library_json(const cal_library *library)
{
    jv json = jv_object(), sets = jv_array(), spws = jv_array();
    for (int i = 0; i < library->viss; i++)
        cal_json_push(&sets, cal_vis_json(library->vis[i]));
    for (int i = 0; i < library->virtual_spws; i++)
        if (library->virtual_spw[i].name)
            cal_json_push(&spws, virtual_spw_json(library, i));
    cal_json_set(&json, "measurement_sets", sets);
    cal_json_set(&json, "virtual_spws", spws);
    cal_json_set(&json, "active", book_json(library, &library->active));
    cal_json_set(&json, "applied", book_json(library, &library->applied));
    return json;
}

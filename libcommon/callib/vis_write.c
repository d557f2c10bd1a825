/* A set as the library's document keeps it. */
#include "base/mem.h"
#include "callib/vis.h"

static jv axis_json(const cal_axis *axis)
{
    jv list = jv_array();
    for (CAL_IDS(id, &axis->all))
        cal_json_push(&list, JV_OBJECT(jv_string("id"), jv_number(id), jv_string("name"),
                                       jv_string(axis->name[id])));
    return list;
}

static jv intents_json(const cal_vis *vis, const cal_idset *set)
{
    jv list = jv_array();
    for (CAL_IDS(intent, set))
        cal_json_push(&list, jv_string(vis->intent.name[intent]));
    return list;
}

static jv ids_json(const cal_idset *set)
{
    cal_buf text = {0};
    cal_idset_print(set, &text);
    jv json = jv_string(cal_buf_text(&text));
    cal_buf_free(&text);
    return json;
}

/* Which spws have a field with exactly these intents. */
static cal_idset spws_with(const cal_vis *vis, const uint64_t *intents, int field, uint64_t wanted)
{
    cal_idset set = cal_idset_make(vis->spw.size);
    for (int spw = 0; spw < vis->spw.size; spw++)
        if (intents[spw * vis->field.size + field] == wanted)
            cal_idset_add(&set, spw);
    return set;
}

/* One item for the fields that have the same intents in the same spws as `field` has in `spw`; what it tells is
 * cleared from `intents`. */
static jv take_data(const cal_vis *vis, uint64_t *intents, int spw, int field)
{
    uint64_t wanted = intents[spw * vis->field.size + field];
    cal_idset spws = spws_with(vis, intents, field, wanted);
    cal_idset fields = cal_idset_make(vis->field.size);
    cal_idset names = cal_idset_make(vis->intent.size);
    names.word[0] = wanted;
    for (int other = field; other < vis->field.size; other++) {
        cal_idset same = spws_with(vis, intents, other, wanted);
        if (cal_idset_equal(&same, &spws))
            cal_idset_add(&fields, other);
        cal_idset_free(&same);
    }
    for (CAL_IDS(s, &spws))
        for (CAL_IDS(f, &fields))
            intents[s * vis->field.size + f] = 0;
    jv item = JV_OBJECT(jv_string("spw"), ids_json(&spws), jv_string("field"), ids_json(&fields),
                        jv_string("intents"), intents_json(vis, &names));
    cal_idset_free(&spws);
    cal_idset_free(&fields);
    cal_idset_free(&names);
    return item;
}

static jv data_json(const cal_vis *vis)
{
    jv list = jv_array();
    uint64_t *intents = CAL_NEW_ARRAY(uint64_t, vis->spw.size * vis->field.size);
    for (int t = 0; t < vis->triples; t++)
        intents[vis->triple[t].spw * vis->field.size + vis->triple[t].field] |=
            (uint64_t)1 << vis->triple[t].intent;
    for (int t = 0; t < vis->triples; t++)
        if (intents[vis->triple[t].spw * vis->field.size + vis->triple[t].field])
            cal_json_push(&list, take_data(vis, intents, vis->triple[t].spw, vis->triple[t].field));
    free(intents);
    return list;
}

static jv obs_modes_json(const cal_vis *vis)
{
    jv list = jv_array();
    for (int i = 0; i < vis->obs_modes; i++)
        cal_json_push(&list,
                      JV_OBJECT(jv_string("obs_mode"), jv_string(vis->obs_mode[i].text),
                                jv_string("intents"), intents_json(vis, &vis->obs_mode[i].intent)));
    return list;
}

jv cal_vis_json(const cal_vis *vis)
{
    jv json = JV_OBJECT(jv_string("vis"), jv_string(vis->name), jv_string("path"),
                        jv_string(vis->path), jv_string("telescope"), jv_string(vis->telescope));
    cal_json_set(&json, "antennas", axis_json(&vis->antenna));
    cal_json_set(&json, "spws", axis_json(&vis->spw));
    cal_json_set(&json, "fields", axis_json(&vis->field));
    cal_json_set(&json, "data", data_json(vis));
    cal_json_set(&json, "obs_modes", obs_modes_json(vis));
    return json;
}

#include "selfcal/plan.h"

#include "base/mem.h"
#include "base/number.h"
#include "selfcal/cost.h"
#include "selfcal/plan_parts.h"
#include "selfcal/user_mask.h"
#include <math.h>
#include <string.h>

/* ---- numbers per target ---- */

static cal_status parse_value(const char *text, const char *option, const char *unit, double *value,
                              cal_error *err)
{
    if (unit && cal_parse_quantity(text, unit, NULL, value, err))
        return cal_prefix(err, "%s", option);
    bool good = unit || cal_parse_number(text, value);
    if (good && *value > 0 && isfinite(*value))
        return CAL_OK;
    return cal_fail(err, CAL_USAGE,
                    "%s: \"%s\" is no positive number; VALUE or TARGET=VALUE,... is wanted", option,
                    text);
}

cal_status cal_per_target_parse(const char *text, const char *option, const char *unit,
                                cal_per_target *values, cal_error *err)
{
    *values = (cal_per_target){0};
    cal_words parts = cal_words_split(text ? text : "", ',');
    cal_status status = CAL_OK;
    values->value = CAL_NEW_ARRAY(double, parts.count);
    for (int i = 0; i < parts.count && !status; i++) {
        char *equals = strrchr(parts.item[i], '=');
        if (!equals && parts.count > 1)
            status = cal_fail(err, CAL_USAGE, "%s: in a list each is TARGET=VALUE, \"%s\" is not",
                              option, parts.item[i]);
        else
            status = parse_value(equals ? equals + 1 : parts.item[i], option, unit,
                                 &values->value[i], err);
        if (equals)
            *equals = 0;
        cal_words_add(&values->name, equals ? parts.item[i] : "");
    }
    cal_words_free(&parts);
    return status;
}

double cal_per_target_at(const cal_per_target *values, const char *target)
{
    for (int i = 0; i < values->name.count; i++)
        if (!*values->name.item[i] || !strcmp(values->name.item[i], target))
            return values->value[i];
    return NAN;
}

/* Each name must be that of a target. */
static cal_status check_per_target(const cal_per_target *values, const char *option,
                                   const cal_target_list *list, cal_error *err)
{
    for (int i = 0; i < values->name.count; i++) {
        bool known = !*values->name.item[i];
        cal_buf names = {0};
        for (int k = 0; k < list->targets; k++) {
            known = known || !strcmp(values->name.item[i], list->target[k].name);
            if (names.len < 400)
                cal_buf_addf(&names, "%s%s", k ? ", " : "", list->target[k].name);
        }
        if (!known)
            cal_fail(err, CAL_INPUT, "%s: no target \"%s\"; targets are %s", option,
                     values->name.item[i], cal_buf_text(&names));
        cal_buf_free(&names);
        if (!known)
            return CAL_INPUT;
    }
    return CAL_OK;
}

static cal_status check_known(const cal_plan_request *request, const cal_target_list *list,
                              cal_error *err)
{
    cal_status status = check_per_target(&request->snr, "--snr", list, err);
    if (!status)
        status = check_per_target(&request->flux, "--flux", list, err);
    if (!status)
        status = check_per_target(&request->noise, "--sensitivity", list, err);
    return status;
}

void cal_per_target_free(cal_per_target *values)
{
    cal_words_free(&values->name);
    free(values->value);
    *values = (cal_per_target){0};
}

/* ---- targets ---- */

static jv fields_json(const cal_clean_target *target)
{
    jv list = jv_array();
    for (int i = 0; i < target->fields; i++)
        cal_json_push(&list, JV_OBJECT(jv_string("fid"), jv_number(i), jv_string("name"),
                                       jv_string(target->field[i].name), jv_string("ra_rad"),
                                       cal_json_double(target->field[i].direction[0]),
                                       jv_string("dec_rad"),
                                       cal_json_double(target->field[i].direction[1])));
    return list;
}

static jv spws_json(const cal_plan_part *part)
{
    const cal_clean_target *target = part->target;
    jv list = jv_array();
    for (int i = 0; i < target->spws; i++) {
        const cal_plan_spw *spw = NULL;
        jv ids = jv_array();
        for (int b = 0; b < target->blocks; b++) {
            int set = target->block[b].set, id = target->spw[i]->id[set];
            spw = spw ? spw : cal_dataset_spw(&part->set[set], id);
            cal_json_push(&ids, id < 0 ? jv_null() : jv_number(id));
        }
        if (spw)
            cal_json_push(
                &list,
                JV_OBJECT(jv_string("spw"), jv_number(target->spw[i]->number), jv_string("name"),
                          jv_string(spw->name), jv_string("baseband"), jv_number(spw->baseband),
                          jv_string("frequency_hz"), cal_json_double((spw->low + spw->high) / 2),
                          jv_string("bandwidth_hz"), cal_json_double(spw->bandwidth),
                          jv_string("effective_bandwidth_hz"), cal_json_double(part->effective[i]),
                          jv_string("ids_orig"), jv_copy(ids)));
        jv_free(ids);
    }
    return list;
}

static jv cost_json(const cal_plan_part *part, double *seconds, double *bytes)
{
    double samples = 0, copies = 0;
    for (int b = 0; b < part->target->blocks; b++) {
        samples += part->copy[b].samples;
        copies += cal_copy_bytes(&part->copy[b]);
    }
    cal_cost cost =
        cal_cost_of(samples, copies, (double)part->imsize[0] * part->imsize[1], part->ladder.rungs);
    *seconds += cost.seconds;
    *bytes += cost.bytes;
    return JV_OBJECT(jv_string("seconds_about"), cal_json_double(rint(cost.seconds)),
                     jv_string("bytes_about"), cal_json_double(rint(cost.bytes)),
                     jv_string("visibilities"), cal_json_double(rint(samples)));
}

static jv target_json(const cal_plan_part *part, double *seconds, double *bytes)
{
    const cal_clean_target *target = part->target;
    jv vis = jv_array(), vislist = jv_array();
    jv object =
        JV_OBJECT(jv_string("target"), jv_string(target->name), jv_string("band"),
                  jv_string(target->band), jv_string("telescope"), jv_string(target->telescope),
                  jv_string("obstype"), jv_string(target->mosaic ? "mosaic" : "single-point"),
                  jv_string("sub-fields"), fields_json(target));
    for (int b = 0; b < target->blocks; b++) {
        cal_json_push(&vislist, jv_string(part->copy[b].path));
        cal_json_push(&vis, cal_plan_block_json(part, b));
    }
    cal_json_set(&object, "vislist", vislist);
    cal_json_set(&object, "spws", spws_json(part));
    object = cal_plan_geometry_json(part, object);
    cal_json_set(&object, "cost", cost_json(part, seconds, bytes));
    cal_json_set(&object, "vis", vis);
    cal_json_set(&object, "solints", cal_plan_solints_json(part));
    cal_json_set(&object, "state", JV_OBJECT(jv_string("stage"), jv_string("planned")));
    return object;
}

static void free_part(cal_plan_part *part)
{
    for (int b = 0; b < part->target->blocks; b++)
        cal_copy_free(&part->copy[b]);
    free(part->copy);
    free(part->effective);
    free((double *)part->facts.block);
}

static void note_mosaic(const cal_clean_target *target, cal_words *notes)
{
    if (!target->mosaic)
        return;
    char *text = cal_format("%s, %s: a mosaic of %d pointings; an imager without joint mosaics "
                            "(wsclean) takes one pointing at a time",
                            target->name, target->band, target->fields);
    cal_words_add(notes, text);
    free(text);
}

static cal_status add_target(const cal_dataset *set, const cal_clean_target *target,
                             const cal_plan_request *request, cal_words *notes, jv *list,
                             double cost[2], cal_error *err)
{
    cal_plan_part part = {.set = set, .target = target, .request = request};
    part.copy = CAL_NEW_ARRAY(cal_copy, target->blocks);
    cal_status status = CAL_OK;
    for (int b = 0; b < target->blocks && !status; b++)
        status =
            cal_copy_plan(target, &target->block[b], &set[target->block[b].set], request->continuum,
                          &request->settings, request->folder, notes, &part.copy[b], err);
    if (!status) {
        cal_plan_measure(&part);
        status = cal_plan_climb(&part, err);
    }
    if (!status) {
        note_mosaic(target, notes);
        cal_json_push(list, target_json(&part, &cost[0], &cost[1]));
    }
    free_part(&part);
    return status;
}

/* ---- the whole ---- */

static jv sets_json(const cal_dataset *set, int sets)
{
    jv list = jv_array();
    for (int i = 0; i < sets; i++)
        cal_json_push(&list, JV_OBJECT(jv_string("execution_block"), jv_number(i),
                                       jv_string("path"), jv_string(set[i].path),
                                       jv_string("telescope"), jv_string(set[i].telescope),
                                       jv_string("size_bytes"), cal_json_double(set[i].size)));
    return list;
}

/* Copies of two targets, or of two sets, that would have one name. */
static cal_status check_names(jv targets, cal_error *err)
{
    jv seen = jv_object();
    cal_status status = CAL_OK;
    jv_array_foreach(targets, i, target)
    {
        jv vislist = cal_json_at(target, "vislist");
        jv_array_foreach(vislist, k, vis)
        {
            const char *name = jv_string_value(vis);
            if (!status && cal_json_has(seen, name))
                status = cal_fail(err, CAL_DATA,
                                  "two working copies would be called %s: inputs of one name, or "
                                  "targets whose names differ in special characters alone; plan "
                                  "them one by one (--field) in folders of their own (--workdir)",
                                  name);
            cal_json_set(&seen, name, jv_true());
            jv_free(vis);
        }
        jv_free(vislist);
        jv_free(target);
    }
    jv_free(seen);
    return status;
}

static void note_continuum(const cal_target_list *list, const cal_contdat *continuum,
                           cal_words *notes)
{
    for (int i = 0; continuum && i < list->targets; i++) {
        if (cal_contdat_has_field(continuum, list->target[i].name))
            continue;
        char *text = cal_format("%s: not in %s; lines are not left out", list->target[i].name,
                                continuum->path);
        cal_words_add(notes, text);
        free(text);
    }
}

static jv recipe_json(const cal_recipe *recipe)
{
    return JV_OBJECT(jv_string("name"), jv_string(recipe->name), jv_string("mode"),
                     jv_string(recipe->mode), jv_string("about"), jv_string(recipe->about));
}

cal_status cal_selfcal_plan(const cal_dataset *set, int sets, const cal_plan_request *request,
                            jv *plan, cal_error *err)
{
    cal_target_list list;
    jv targets = jv_array();
    double cost[2] = {0};
    cal_status status = cal_targets_find(set, sets, &request->wish, &list, err);
    if (!status)
        status = check_known(request, &list, err);
    if (!status)
        note_continuum(&list, request->continuum, &list.notes);
    for (int i = 0; i < list.targets && !status; i++)
        status = add_target(set, &list.target[i], request, &list.notes, &targets, cost, err);
    if (!status)
        status = check_names(targets, err);
    if (!status)
        status = cal_user_mask_give(request->settings.mask, &targets, err);
    if (!status)
        *plan = JV_OBJECT(jv_string("recipe"), recipe_json(request->recipe), jv_string("settings"),
                          cal_settings_json(&request->settings), jv_string("workdir"),
                          jv_string(request->folder), jv_string("execution_blocks"),
                          sets_json(set, sets), jv_string("cost"),
                          JV_OBJECT(jv_string("seconds_about"), cal_json_double(rint(cost[0])),
                                    jv_string("bytes_about"), cal_json_double(rint(cost[1]))),
                          jv_string("targets"), jv_copy(targets), jv_string("notes"),
                          cal_json_texts((const char *const *)list.notes.item, list.notes.count),
                          jv_string("state"), JV_OBJECT(jv_string("stage"), jv_string("planned")));
    jv_free(targets);
    cal_targets_free(&list);
    return status;
}

/* Scans, fields, states and intents, with what MAIN says of them. */
#include "base/mem.h"
#include "base/text.h"
#include "ms/describe.h"
#include <math.h>
#include <string.h>

/* First and last time, integrations, interval and exposure of everything in one scan, field, ... (and in one window). */
static void set_times(const cal_description *what, cal_kind kind, int id, int spw, jv *object)
{
    const cal_summary *summary = what->summary;
    const cal_id_list *groups = cal_summary_related(summary, kind, id, CAL_BY_GROUP);
    double begin = INFINITY, end = -INFINITY, interval = 0, exposure = 0;
    int64_t rows = 0;
    for (int i = 0; i < groups->count; i++) {
        const cal_group *group = &summary->group[groups->id[i]];
        if (spw >= 0 && cal_group_spw(group, what->meta) != spw)
            continue;
        begin = fmin(begin, group->begin);
        end = fmax(end, group->end);
        interval += group->interval;
        exposure += group->exposure;
        rows += group->rows;
    }
    int count;
    free(cal_summary_times(summary, what->meta, kind, id, spw, &count));
    cal_json_set(object, "rows", cal_json_count(rows));
    cal_json_set(object, "integrations", jv_number(count));
    if (!rows)
        return;
    cal_json_set_time(object, "begin", begin);
    cal_json_set_time(object, "end", end);
    cal_json_set(object, "interval_s", cal_json_double(interval / rows));
    cal_json_set(object, "exposure_s", cal_json_double(exposure / rows));
}

static jv named_fields(const cal_meta *meta, const cal_id_list *list)
{
    jv array = jv_array();
    for (int i = 0; i < list->count; i++) {
        jv field = jv_object();
        cal_json_set(&field, "id", jv_number(list->id[i]));
        cal_json_set(&field, "name", cal_json_text(meta->field[list->id[i]].name));
        cal_json_push(&array, field);
    }
    return array;
}

/* The distinct tokens of some states' OBS_MODE. */
static jv tokens_of_states(const cal_meta *meta, const cal_id_list *states)
{
    cal_words seen = {0};
    for (int i = 0; i < states->count; i++) {
        cal_words words = cal_words_split(meta->state[states->id[i]].obs_mode, ',');
        for (int w = 0; w < words.count; w++) {
            bool known = !*words.item[w];
            for (int k = 0; k < seen.count && !known; k++)
                known = !strcmp(seen.item[k], words.item[w]);
            if (!known)
                cal_words_add(&seen, words.item[w]);
        }
        cal_words_free(&words);
    }
    jv array = cal_json_texts((const char *const *)seen.item, seen.count);
    cal_words_free(&seen);
    return array;
}

static cal_intent_set intents_of_states(const cal_intents *intents, const cal_id_list *states)
{
    cal_intent_set set = 0;
    for (int i = 0; i < states->count; i++)
        set |= intents->state[states->id[i]];
    return set;
}

/* ---- scans ---- */

static jv antennas_of_scan(const cal_description *what, int scan)
{
    const cal_id_list *groups = cal_summary_related(what->summary, CAL_BY_SCAN, scan, CAL_BY_GROUP);
    jv array = jv_array();
    for (int a = 0; a < what->meta->antennas; a++) {
        bool present = false;
        for (int i = 0; i < groups->count && !present; i++)
            present = what->summary->group[groups->id[i]].antenna[a];
        if (present)
            cal_json_push(&array, jv_number(a));
    }
    return array;
}

static jv spws_of_scan(const cal_description *what, int scan)
{
    const cal_id_list *spws = cal_summary_related(what->summary, CAL_BY_SCAN, scan, CAL_BY_SPW);
    jv array = jv_array();
    for (int i = 0; i < spws->count; i++) {
        jv spw = jv_object();
        cal_json_set(&spw, "id", jv_number(spws->id[i]));
        cal_json_set(&spw, "name", cal_json_text(what->meta->spw[spws->id[i]].name));
        set_times(what, CAL_BY_SCAN, scan, spws->id[i], &spw);
        cal_json_push(&array, spw);
    }
    return array;
}

jv cal_describe_scans(const cal_description *what)
{
    const cal_summary *summary = what->summary;
    jv array = jv_array();
    for (int s = 0; s < summary->scans; s++) {
        const cal_id_list *states = cal_summary_related(summary, CAL_BY_SCAN, s, CAL_BY_STATE);
        jv scan = jv_object();
        cal_json_set(&scan, "scan", jv_number(summary->scan[s].scan));
        cal_json_set(&scan, "observation", jv_number(summary->scan[s].observation));
        cal_json_set(&scan, "array", jv_number(summary->scan[s].array));
        set_times(what, CAL_BY_SCAN, s, -1, &scan);
        cal_json_set(
            &scan, "fields",
            named_fields(what->meta, cal_summary_related(summary, CAL_BY_SCAN, s, CAL_BY_FIELD)));
        cal_json_set(&scan, "spws", spws_of_scan(what, s));
        cal_json_set(&scan, "states", cal_json_id_list(states));
        cal_json_set(&scan, "intents", cal_json_intents(intents_of_states(what->intents, states)));
        cal_json_set(&scan, "tokens", tokens_of_states(what->meta, states));
        cal_json_set(&scan, "antennas", antennas_of_scan(what, s));
        cal_json_set_flags(&scan, what->flags ? &what->flags->scan[s] : NULL);
        cal_json_push(&array, scan);
    }
    return array;
}

/* ---- fields ---- */

static jv source_name(const cal_sources *sources, int source_id)
{
    const cal_source *source = cal_sources_find(sources, source_id);
    return source ? cal_json_text(source->name) : jv_null();
}

/* [{"spw", "sum"}] of the field's windows. */
static jv weights_of(const cal_flag_counts *counts, int field, const cal_id_list *spws)
{
    jv list = jv_array();
    for (int i = 0; i < spws->count; i++) {
        double sum = counts->weight[(size_t)field * counts->spws + spws->id[i]];
        cal_json_push(&list, JV_OBJECT(jv_string("spw"), jv_number(spws->id[i]), jv_string("sum"),
                                       cal_json_double(sum)));
    }
    return list;
}

jv cal_describe_fields(const cal_description *what)
{
    const cal_summary *summary = what->summary;
    jv array = jv_array();
    for (int f = 0; f < what->meta->fields; f++) {
        const cal_field *row = &what->meta->field[f];
        const cal_id_list *states = cal_summary_related(summary, CAL_BY_FIELD, f, CAL_BY_STATE);
        jv field = jv_object();
        cal_json_set(&field, "id", jv_number(f));
        cal_json_set(&field, "name", cal_json_text(row->name));
        cal_json_set(&field, "code", cal_json_text(row->code));
        cal_json_set(&field, "source_id", jv_number(row->source_id));
        cal_json_set(&field, "source", source_name(what->sources, row->source_id));
        cal_json_set(&field, "direction", cal_json_direction(row->phase_dir, row->frame));
        cal_json_set(&field, "reference_direction",
                     cal_json_direction(row->reference_dir, row->frame));
        cal_json_set(&field, "flag_row", jv_bool(row->flag_row));
        set_times(what, CAL_BY_FIELD, f, -1, &field);
        cal_json_set(&field, "scans",
                     cal_json_scan_numbers(
                         summary, cal_summary_related(summary, CAL_BY_FIELD, f, CAL_BY_SCAN)));
        cal_json_set(&field, "spws",
                     cal_json_id_list(cal_summary_related(summary, CAL_BY_FIELD, f, CAL_BY_SPW)));
        cal_json_set(&field, "states", cal_json_id_list(states));
        cal_json_set(&field, "intents", cal_json_intents(what->intents->field[f]));
        cal_json_set(&field, "intents_from",
                     cal_json_text(cal_intent_origin_name(what->intents->origin[f])));
        cal_json_set(&field, "tokens", tokens_of_states(what->meta, states));
        cal_json_set_flags(&field, what->flags ? &what->flags->field[f] : NULL);
        if (what->flags && what->flags->weight)
            cal_json_set(&field, "weights",
                         weights_of(what->flags, f,
                                    cal_summary_related(summary, CAL_BY_FIELD, f, CAL_BY_SPW)));
        cal_json_push(&array, field);
    }
    return array;
}

/* ---- states and intents ---- */

jv cal_describe_states(const cal_description *what)
{
    const cal_summary *summary = what->summary;
    jv array = jv_array();
    for (int s = 0; s < what->meta->states; s++) {
        const cal_state *row = &what->meta->state[s];
        jv state = jv_object();
        cal_json_set(&state, "id", jv_number(s));
        cal_json_set(&state, "obs_mode", cal_json_text(row->obs_mode));
        cal_json_set(&state, "intents", cal_json_intents(what->intents->state[s]));
        cal_json_set(&state, "sub_scan", jv_number(row->sub_scan));
        cal_json_set(&state, "sig", jv_bool(row->sig));
        cal_json_set(&state, "ref", jv_bool(row->ref));
        cal_json_set(&state, "rows", cal_json_count(summary->rows_of[CAL_BY_STATE][s]));
        cal_json_set(&state, "scans",
                     cal_json_scan_numbers(
                         summary, cal_summary_related(summary, CAL_BY_STATE, s, CAL_BY_SCAN)));
        cal_json_push(&array, state);
    }
    return array;
}

/* The ids of kind `wanted` in the rows of any of the states. */
static cal_id_list ids_of_states(const cal_summary *summary, const cal_id_list *states,
                                 cal_kind wanted)
{
    uint8_t *mark = CAL_NEW_ARRAY(uint8_t, summary->counts[wanted]);
    cal_id_list list = {CAL_NEW_ARRAY(int, summary->counts[wanted]), 0};
    for (int i = 0; i < states->count; i++) {
        const cal_id_list *ids = cal_summary_related(summary, CAL_BY_STATE, states->id[i], wanted);
        for (int k = 0; k < ids->count; k++)
            mark[ids->id[k]] = 1;
    }
    for (int i = 0; i < summary->counts[wanted]; i++)
        if (mark[i])
            list.id[list.count++] = i;
    free(mark);
    return list;
}

static jv describe_intent(const cal_description *what, const char *token)
{
    const cal_summary *summary = what->summary;
    cal_id_list states = {CAL_NEW_ARRAY(int, what->meta->states), 0};
    for (int s = 0; s < what->meta->states; s++) {
        cal_words words = cal_words_split(what->meta->state[s].obs_mode, ',');
        bool found = false;
        for (int w = 0; w < words.count; w++)
            found |= !strcmp(words.item[w], token);
        if (found)
            states.id[states.count++] = s;
        cal_words_free(&words);
    }
    cal_id_list fields = ids_of_states(summary, &states, CAL_BY_FIELD),
                scans = ids_of_states(summary, &states, CAL_BY_SCAN),
                spws = ids_of_states(summary, &states, CAL_BY_SPW);
    jv intent = jv_object();
    cal_json_set(&intent, "token", cal_json_text(token));
    cal_json_set(
        &intent, "intents",
        cal_json_intents(cal_intents_of_mode(cal_observatory_of(what->meta), token, NULL)));
    cal_json_set(&intent, "states", cal_json_id_list(&states));
    cal_json_set(&intent, "fields", named_fields(what->meta, &fields));
    cal_json_set(&intent, "scans", cal_json_scan_numbers(summary, &scans));
    cal_json_set(&intent, "spws", cal_json_id_list(&spws));
    free(states.id);
    free(fields.id);
    free(scans.id);
    free(spws.id);
    return intent;
}

jv cal_describe_intents(const cal_description *what)
{
    int *every = CAL_NEW_ARRAY(int, what->meta->states);
    for (int s = 0; s < what->meta->states; s++)
        every[s] = s;
    cal_id_list states = {every, what->meta->states};
    jv tokens = tokens_of_states(what->meta, &states), array = jv_array();
    jv_array_foreach(tokens, i, token)
    {
        cal_json_push(&array, describe_intent(what, jv_string_value(token)));
        jv_free(token);
    }
    jv_free(tokens);
    free(every);
    return array;
}

/* ---- groups ---- */

jv cal_describe_groups(const cal_description *what)
{
    jv array = jv_array();
    for (int g = 0; g < what->summary->groups; g++) {
        const cal_group *row = &what->summary->group[g];
        jv group = jv_object();
        cal_json_set(&group, "observation", jv_number(row->observation));
        cal_json_set(&group, "array", jv_number(row->array));
        cal_json_set(&group, "scan", jv_number(row->scan));
        cal_json_set(&group, "field", jv_number(row->field));
        cal_json_set(&group, "state", jv_number(row->state));
        cal_json_set(&group, "data_desc", jv_number(row->dd));
        cal_json_set(&group, "spw", jv_number(cal_group_spw(row, what->meta)));
        cal_json_set(&group, "rows", cal_json_count(row->rows));
        cal_json_set(&group, "autocorrelation_rows", cal_json_count(row->autos));
        cal_json_set(&group, "interval_s", cal_json_double(row->interval / row->rows));
        cal_json_set(&group, "exposure_s", cal_json_double(row->exposure / row->rows));
        cal_json_set(&group, "first_exposure_s", cal_json_double(row->first_exposure));
        cal_json_set(&group, "times_mjd_s", cal_json_doubles(row->time, row->times));
        cal_json_push(&array, group);
    }
    return array;
}

/* A selection from its texts, and the row test. */
#include "ms/select.h"
#include "base/mem.h"
#include "ms/block.h"
#include "ms/select_parts.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} texts[] = {{"field", offsetof(cal_select_text, field)},
             {"spw", offsetof(cal_select_text, spw)},
             {"scan", offsetof(cal_select_text, scan)},
             {"intent", offsetof(cal_select_text, intent)},
             {"antenna", offsetof(cal_select_text, antenna)},
             {"timerange", offsetof(cal_select_text, timerange)},
             {"uvrange", offsetof(cal_select_text, uvrange)},
             {"correlation", offsetof(cal_select_text, correlation)},
             {"observation", offsetof(cal_select_text, observation)},
             {"array", offsetof(cal_select_text, array)},
             {"feed", offsetof(cal_select_text, feed)}};

static const char *text_at(const cal_select_text *text, size_t i)
{
    return text ? *(const char *const *)((const char *)text + texts[i].offset) : NULL;
}

static bool is_blank(const char *text)
{
    return !text || !text[strspn(text, " \t\n")];
}

bool cal_selection_has(const cal_selection *selection, const char *name)
{
    if (!name)
        return selection->given != 0;
    for (size_t i = 0; i < CAL_COUNT(texts); i++)
        if (!strcmp(texts[i].name, name))
            return selection->given >> i & 1;
    return false;
}

/* ---- everything, before the texts restrict it ---- */

static void all_ids(cal_ids *ids, int count)
{
    ids->id = CAL_NEW_ARRAY(int, count);
    for (int i = 0; i < count; i++)
        ids->id[i] = i;
    ids->count = count;
}

static void all_corrs(cal_selection *selection)
{
    const cal_meta *meta = selection->meta;
    selection->corr = CAL_NEW_ARRAY(cal_corr_choice, meta->dds);
    for (int d = 0; d < meta->dds; d++) {
        cal_ids every = {0};
        all_ids(&every, meta->pol[meta->dd[d].pol].ncorr);
        selection->corr[d] = (cal_corr_choice){every.id, every.count};
    }
}

static void all_spws(cal_selection *selection)
{
    const cal_meta *meta = selection->meta;
    selection->spw = CAL_NEW_ARRAY(cal_spw_choice, meta->spws);
    selection->spws = meta->spws;
    for (int i = 0; i < meta->spws; i++) {
        cal_chan_range *range = CAL_NEW(cal_chan_range);
        *range = (cal_chan_range){0, meta->spw[i].nchan - 1, 1};
        selection->spw[i] = (cal_spw_choice){i, range, 1, meta->spw[i].nchan, true};
    }
}

/* ---- the texts ---- */

static uint8_t *marks_of(const cal_ids *ids, int count)
{
    uint8_t *mark = CAL_NEW_ARRAY(uint8_t, count);
    for (int i = 0; i < ids->count; i++)
        mark[ids->id[i]] = 1;
    return mark;
}

static cal_status parse_field(const char *text, cal_selection *selection, cal_error *err)
{
    cal_ids_free(&selection->fields);
    if (cal_parse_field(text, selection, err))
        return err->status;
    selection->field_on = marks_of(&selection->fields, selection->meta->fields);
    return CAL_OK;
}

static cal_status parse_intent(const char *text, cal_selection *selection, cal_error *err)
{
    cal_ids_free(&selection->states);
    if (cal_parse_intent(text, selection, err))
        return err->status;
    selection->state_on = marks_of(&selection->states, selection->meta->states);
    return CAL_OK;
}

static cal_status parse_observation(const char *text, cal_selection *selection, cal_error *err)
{
    cal_id_ranges ranges = {0};
    int count = selection->meta->observations;
    cal_status status = cal_parse_id_ranges("observation", text, &ranges, err);
    cal_ids_free(&selection->observations);
    for (int i = 0; i < count; i++)
        if (cal_id_ranges_hold(&ranges, i))
            cal_ids_add(&selection->observations, i);
    free(ranges.range);
    if (!status && !selection->observations.count)
        return cal_fail(err, CAL_INPUT, "no observation matches \"%s\"; ids go from 0 to %d", text,
                        count - 1);
    selection->observation_on = marks_of(&selection->observations, count);
    return status;
}

/* Windows and data descriptions that have none of the correlations go. */
static void drop_without_corrs(cal_selection *selection)
{
    const cal_meta *meta = selection->meta;
    int kept = 0;
    for (int i = 0; i < selection->dds.count; i++)
        if (selection->dd_on[selection->dds.id[i]])
            selection->dds.id[kept++] = selection->dds.id[i];
    selection->dds.count = kept;
    kept = 0;
    for (int s = 0; s < selection->spws; s++) {
        bool any = false;
        for (int d = 0; d < meta->dds; d++)
            any |= selection->dd_on[d] && meta->dd[d].spw == selection->spw[s].spw;
        if (any)
            selection->spw[kept++] = selection->spw[s];
        else
            free(selection->spw[s].range);
    }
    selection->spws = kept;
}

static cal_status parse_dds(const cal_select_text *text, cal_selection *selection, cal_error *err)
{
    bool spw = cal_selection_has(selection, "spw"),
         corr = cal_selection_has(selection, "correlation");
    if (spw || corr) {
        selection->dd_on = CAL_NEW_ARRAY(uint8_t, selection->meta->dds);
        memset(selection->dd_on, 1, selection->meta->dds);
    }
    if (spw && cal_parse_spw(text->spw, selection, err))
        return err->status;
    if (!spw)
        all_spws(selection);
    if (corr && cal_parse_correlation(text->correlation, selection, err))
        return err->status;
    if (corr)
        drop_without_corrs(selection);
    return CAL_OK;
}

static cal_status parse_texts(const cal_select_text *text, cal_table *ms, cal_selection *selection,
                              cal_error *err)
{
    for (size_t i = 0; i < CAL_COUNT(texts); i++)
        selection->given |= (unsigned)!is_blank(text_at(text, i)) << i;
#define GIVEN(name) cal_selection_has(selection, name)
    if ((GIVEN("field") && parse_field(text->field, selection, err)) ||
        (GIVEN("intent") && parse_intent(text->intent, selection, err)) ||
        (GIVEN("scan") && cal_parse_id_ranges("scan", text->scan, &selection->scan, err)) ||
        (GIVEN("antenna") && cal_parse_antenna(text->antenna, selection, err)) ||
        (GIVEN("timerange") && cal_parse_timerange(text->timerange, ms, selection, err)) ||
        (GIVEN("uvrange") && cal_parse_uvrange(text->uvrange, selection, err)) ||
        (GIVEN("observation") && parse_observation(text->observation, selection, err)) ||
        (GIVEN("array") && cal_parse_id_ranges("array", text->array, &selection->array, err)) ||
        (GIVEN("feed") && cal_parse_feed(text->feed, ms, selection, err)))
        return err->status;
#undef GIVEN
    return parse_dds(text, selection, err);
}

cal_status cal_select_resolve(const cal_select_text *text, cal_table *ms, const cal_meta *meta,
                              cal_selection **selection, cal_error *err)
{
    cal_error own;
    err = err ? err : &own;
    cal_selection *made = CAL_NEW(cal_selection);
    made->meta = meta;
    all_ids(&made->fields, meta->fields);
    all_ids(&made->states, meta->states);
    all_ids(&made->observations, meta->observations);
    all_ids(&made->dds, meta->dds);
    all_corrs(made);
    cal_status status = parse_texts(text, ms, made, err);
    if (status) {
        cal_selection_free(made);
        return status;
    }
    *selection = made;
    return CAL_OK;
}

void cal_selection_free(cal_selection *selection)
{
    if (!selection)
        return;
    cal_ids *const ids[] = {&selection->fields, &selection->states, &selection->observations,
                            &selection->dds};
    for (size_t i = 0; i < CAL_COUNT(ids); i++)
        cal_ids_free(ids[i]);
    for (int d = 0; d < selection->meta->dds; d++)
        free(selection->corr[d].corr);
    for (int s = 0; s < selection->spws; s++)
        free(selection->spw[s].range);
    free(selection->corr);
    free(selection->spw);
    free(selection->field_on);
    free(selection->state_on);
    free(selection->observation_on);
    free(selection->dd_on);
    free(selection->scan.range);
    free(selection->array.range);
    free(selection->baseline_on);
    free(selection->feed_on);
    free(selection->time);
    free(selection->uv);
    free(selection);
}

cal_status cal_selected_open(const char *path, const cal_select_text *text, cal_selected *set,
                             cal_error *err)
{
    *set = (cal_selected){0};
    cal_status status = cal_meta_load(path, &set->ms, &set->meta, err);
    return status ? status : cal_select_resolve(text, set->ms, set->meta, &set->selection, err);
}

void cal_selected_close(cal_selected *set)
{
    cal_selection_free(set->selection);
    cal_meta_free(set->meta);
    cal_table_close(set->ms, NULL);
}

/* ---- answers ---- */

static const int *ids_of(const cal_ids *ids, int *count)
{
    *count = ids->count;
    return ids->id;
}

const int *cal_selection_fields(const cal_selection *selection, int *count)
{
    return ids_of(&selection->fields, count);
}

const int *cal_selection_states(const cal_selection *selection, int *count)
{
    return ids_of(&selection->states, count);
}

const int *cal_selection_dds(const cal_selection *selection, int *count)
{
    return ids_of(&selection->dds, count);
}

const int *cal_selection_observations(const cal_selection *selection, int *count)
{
    return ids_of(&selection->observations, count);
}

const cal_spw_choice *cal_selection_spws(const cal_selection *selection, int *count)
{
    *count = selection->spws;
    return selection->spw;
}

const int *cal_selection_corrs(const cal_selection *selection, int dd, int *count)
{
    *count = selection->corr[dd].count;
    return selection->corr[dd].corr;
}

const cal_spw_choice *cal_selection_channels(const cal_selection *selection, int spw)
{
    for (int s = 0; s < selection->spws; s++)
        if (selection->spw[s].spw == spw)
            return &selection->spw[s];
    return NULL;
}

/* The document as a whole, and the small pieces that recur in it. */
#include "ms/describe.h"
#include "base/angle.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- pieces ---- */

jv cal_json_id_list(const cal_id_list *list)
{
    return cal_json_ints(list->id, list->count);
}

jv cal_json_scan_numbers(const cal_summary *summary, const cal_id_list *list)
{
    jv array = jv_array();
    for (int i = 0; i < list->count; i++) {
        int number = summary->scan[list->id[i]].scan;
        bool known = false;
        for (int k = 0; k < i && !known; k++)
            known = summary->scan[list->id[k]].scan == number;
        if (!known)
            cal_json_push(&array, jv_number(number));
    }
    return array;
}

jv cal_json_count(int64_t count)
{
    return jv_number((double)count);
}

void cal_json_set_time(jv *object, const char *name, double mjd_s)
{
    char key[64], text[40];
    snprintf(key, sizeof key, "%s_mjd_s", name);
    cal_json_set(object, key, cal_json_double(mjd_s));
    cal_json_set(object, name, cal_json_text(cal_time_iso(mjd_s, 3, text)));
}

void cal_json_set_flags(jv *object, const cal_flag_count *count)
{
    if (!count)
        return;
    cal_json_set(object, "flagged_fraction",
                 cal_json_double(count->total ? (double)count->flagged / count->total : NAN));
    cal_json_set(object, "unflagged_rows", cal_json_double(count->unflagged_rows));
}

jv cal_json_direction(const double direction[2], const char *frame)
{
    char text[40];
    jv object = jv_object();
    cal_json_set(&object, "frame", cal_json_text(frame));
    cal_json_set(&object, "ra_rad", cal_json_double(direction[0]));
    cal_json_set(&object, "dec_rad", cal_json_double(direction[1]));
    cal_json_set(&object, "ra", cal_json_text(cal_ra_text(direction[0], 5, text)));
    cal_json_set(&object, "dec", cal_json_text(cal_dec_text(direction[1], 4, text)));
    return object;
}

jv cal_json_intents(cal_intent_set set)
{
    jv list = jv_array();
    for (int i = 0; i < CAL_INTENTS; i++)
        if (set >> i & 1)
            cal_json_push(&list, cal_json_text(cal_intent_name(i)));
    return list;
}

/* ---- the document ---- */

static jv describe_selection(const cal_description *what)
{
    const cal_select_text *text = what->text;
    const struct {
        const char *name, *value;
    } part[] = {{"field", text->field},
                {"spw", text->spw},
                {"scan", text->scan},
                {"intent", text->intent},
                {"antenna", text->antenna},
                {"timerange", text->timerange},
                {"uvrange", text->uvrange},
                {"correlation", text->correlation},
                {"observation", text->observation},
                {"array", text->array},
                {"feed", text->feed}};
    jv object = jv_object();
    for (size_t i = 0; i < CAL_COUNT(part); i++)
        if (cal_selection_has(what->selection, part[i].name))
            cal_json_set(&object, part[i].name, cal_json_text(part[i].value));
    return object;
}

static jv describe_flags(const cal_flag_counts *flags)
{
    jv object = jv_object(), corrs = jv_array();
    cal_json_set(&object, "samples", cal_json_count(flags->all.total));
    cal_json_set(&object, "flagged_samples", cal_json_count(flags->all.flagged));
    cal_json_set_flags(&object, &flags->all);
    cal_json_set(&object, "flagged_rows", cal_json_count(flags->flagged_rows));
    cal_json_set(&object, "inconsistent_rows", cal_json_count(flags->odd_rows));
    for (int code = 0; code < CAL_STOKES_CODES; code++) {
        const cal_flag_count *count = &flags->corr[code];
        if (!count->total)
            continue;
        jv corr = jv_object();
        cal_json_set(&corr, "correlation", cal_json_text(cal_corr_name(code)));
        cal_json_set(&corr, "samples", cal_json_count(count->total));
        cal_json_set(&corr, "flagged_samples", cal_json_count(count->flagged));
        cal_json_set(&corr, "flagged_fraction",
                     cal_json_double((double)count->flagged / count->total));
        cal_json_push(&corrs, corr);
    }
    cal_json_set(&object, "correlations", corrs);
    return object;
}

static void describe_times(const cal_description *what, jv *document)
{
    const cal_summary *summary = what->summary;
    if (!summary->rows)
        return;
    cal_json_set_time(document, "begin", summary->begin);
    cal_json_set_time(document, "end", summary->end);
    cal_json_set(document, "elapsed_s", cal_json_double(summary->end - summary->begin));
}

static jv describe_all(const cal_description *what, jv sources)
{
    const cal_meta *meta = what->meta;
    jv object = jv_object();
    cal_json_set(&object, "name", cal_json_text(meta->name));
    cal_json_set(&object, "path", cal_json_text(meta->path));
    cal_json_set(&object, "size_bytes", jv_number(cal_tree_size(meta->path)));
    cal_json_set(&object, "rows", cal_json_count(cal_table_rows(what->ms)));
    cal_json_set(&object, "selected_rows", cal_json_count(what->summary->rows));
    cal_json_set(&object, "autocorrelation_rows", cal_json_count(what->summary->autos));
    cal_json_set(&object, "selection", what->selection ? describe_selection(what) : jv_object());
    describe_times(what, &object);
    cal_json_set(&object, "observations", cal_describe_observations(what));
    cal_json_set(&object, "arrays", cal_json_id_list(&what->summary->arrays));
    cal_json_set(&object, "scans", cal_describe_scans(what));
    cal_json_set(&object, "fields", cal_describe_fields(what));
    cal_json_set(&object, "intents", cal_describe_intents(what));
    cal_json_set(&object, "unmapped_tokens",
                 cal_json_texts((const char *const *)what->intents->unmapped.item,
                                what->intents->unmapped.count));
    cal_json_set(&object, "alma_cycle0", jv_bool(what->intents->cycle0));
    cal_json_set(&object, "states", cal_describe_states(what));
    cal_json_set(&object, "spws", cal_describe_spws(what));
    cal_json_set(&object, "polarizations", cal_describe_polarizations(what));
    cal_json_set(&object, "data_descs", cal_describe_data_descs(what));
    cal_json_set(&object, "antennas", cal_describe_antennas(what));
    cal_json_set(&object, "baselines", cal_describe_baselines(what));
    cal_json_set(&object, "sources", sources);
    cal_json_set(&object, "columns", cal_describe_columns(what));
    cal_json_set(&object, "subtables", cal_describe_subtables(what));
    if (what->flags)
        cal_json_set(&object, "flags", describe_flags(what->flags));
    if (what->times)
        cal_json_set(&object, "groups", cal_describe_groups(what));
    return object;
}

cal_status cal_describe(const cal_description *what, jv *document, cal_error *err)
{
    cal_sources sources = {0};
    cal_description all = *what;
    jv list;
    all.sources = &sources;
    cal_status status = cal_describe_sources(what, &sources, &list, err);
    if (status)
        jv_free(list);
    else
        *document = describe_all(&all, list);
    cal_sources_free(&sources);
    return status;
}

/* The spectral windows of a document of ms-info, as far as the selection syntax has to know them. */
#include "base/mem.h"
#include "ms/field_facts.h"
#include "ms/info_read.h"
#include "ms/select.h"
#include <math.h>

enum { MOST_SPWS = 1 << 16 };

typedef struct window_fact {
    int id;
    cal_spw spw;
    bool science;
} window_fact;

static double *numbers_at(jv object, const char *key, int *count)
{
    jv list = cal_json_list_at(object, key);
    *count = jv_array_length(jv_copy(list));
    double *number = CAL_NEW_ARRAY(double, *count);
    for (int i = 0; i < *count; i++) {
        jv value = jv_array_get(jv_copy(list), i);
        number[i] = jv_get_kind(value) == JV_KIND_NUMBER ? jv_number_value(value) : NAN;
        jv_free(value);
    }
    jv_free(list);
    return number;
}

static cal_status read_window(jv object, const char *where, void *element, cal_error *err)
{
    window_fact *window = element;
    cal_spw *spw = &window->spw;
    int widths;
    spw->name = cal_copy_text(cal_json_text_at(object, "name", ""));
    spw->freq = numbers_at(object, "freq_hz", &spw->nchan);
    spw->width = numbers_at(object, "width_hz", &widths);
    spw->flag_row = cal_json_bool_at(object, "flag_row", false);
    window->science = cal_json_bool_at(object, "science", true);
    if (widths != spw->nchan)
        return cal_fail(err, CAL_INPUT, "%s has %d frequencies and %d widths", where, spw->nchan,
                        widths);
    if (cal_info_id(object, where, &window->id, err))
        return err->status;
    return window->id < MOST_SPWS
               ? CAL_OK
               : cal_fail(err, CAL_INPUT, "%s.id is %d, above any window's", where, window->id);
}

/* A cal_meta that has windows, each with one data description, and nothing else. */
static void set_windows(cal_field_facts *facts, window_fact *window, int count)
{
    cal_meta *meta = facts->meta;
    for (int i = 0; i < count; i++)
        meta->spws = window[i].id >= meta->spws ? window[i].id + 1 : meta->spws;
    meta->dds = meta->spws;
    meta->pols = 1;
    meta->spw = CAL_NEW_ARRAY(cal_spw, meta->spws);
    meta->dd = CAL_NEW_ARRAY(cal_data_desc, meta->spws);
    meta->pol = CAL_NEW(cal_polarization);
    facts->science = CAL_NEW_ARRAY(uint8_t, meta->spws);
    for (int i = 0; i < count; i++) {
        cal_spw *spw = &meta->spw[window[i].id], old = *spw;
        *spw = window[i].spw;
        window[i].spw = old; /* of an id that comes twice: freed with the list */
        facts->science[window[i].id] = window[i].science;
    }
    for (int i = 0; i < meta->spws; i++) {
        meta->dd[i].spw = i;
        if (!meta->spw[i].name)
            meta->spw[i].name = cal_copy_text("");
    }
}

cal_status cal_field_facts_read_spws(jv info, cal_field_facts *facts, cal_error *err)
{
    void *elements;
    int count;
    cal_status status =
        cal_info_list(info, "spws", read_window, sizeof(window_fact), &elements, &count, err);
    window_fact *window = elements;
    if (!status)
        set_windows(facts, window, count);
    for (int i = 0; i < count; i++) {
        free(window[i].spw.name);
        free(window[i].spw.freq);
        free(window[i].spw.width);
    }
    free(window);
    return status;
}

cal_status cal_field_facts_spws(const cal_field_facts *facts, const char *expression,
                                cal_id_list *spws, cal_error *err)
{
    cal_select_text text = {.spw = expression};
    cal_selection *selection;
    int count;
    if (cal_select_resolve(&text, NULL, facts->meta, &selection, err))
        return cal_prefix(err, "%s", facts->path);
    const cal_spw_choice *choice = cal_selection_spws(selection, &count);
    *spws = (cal_id_list){CAL_NEW_ARRAY(int, count), count};
    for (int i = 0; i < count; i++)
        spws->id[i] = choice[i].spw;
    cal_selection_free(selection);
    return CAL_OK;
}

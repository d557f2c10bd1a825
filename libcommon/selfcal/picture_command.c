/* A user's own imager as a command line with places, {ms} and others, that are filled in here. */
#include "base/buf.h"
#include "base/mem.h"
#include "selfcal/picture_parts.h"
#include <math.h>
#include <string.h>

/* What each place stands for: a list becomes several words, what there is none of an empty one. */
static jv values_of(const cal_work *work, const cal_picture_order *order)
{
    const cal_picture_wish *wish = order->wish;
    jv size = cal_json_at(work->target, "imsize");
    jv values = JV_OBJECT(
        jv_string("ms"), cal_json_texts((const char *const *)order->ms.item, order->ms.count),
        jv_string("name"), jv_string(order->base), jv_string("field"), jv_number(order->id[0]),
        jv_string("spw"), cal_json_text(order->spw), jv_string("uvrange"),
        cal_json_at(work->target, "uvrange"), jv_string("datacolumn"), jv_string(wish->datacolumn));
    cal_json_set(&values, "cell_arcsec", cal_json_at(work->target, "cell_arcsec"));
    cal_json_set(&values, "nx", jv_array_get(jv_copy(size), 0));
    cal_json_set(&values, "ny", jv_array_get(size, 1));
    cal_json_set(&values, "robust", cal_json_at(work->target, "robust"));
    cal_json_set(&values, "niter", jv_number(order->cleaned ? CAL_PICTURE_NITER : 0));
    cal_json_set(&values, "threshold_jy", cal_json_double(wish->threshold));
    cal_json_set(&values, "mask", cal_json_text(order->mask));
    cal_json_set(&values, "nterms", jv_number(wish->nterms > 1 ? wish->nterms : 1));
    cal_json_set(&values, "scales", jv_string(work->settings->scales));
    cal_json_set(&values, "savemodel",
                 jv_string(wish->save_model && order->cleaned ? "modelcolumn" : "none"));
    cal_json_set(&values, "jobs", jv_number(work->jobs));
    return values;
}

static void fill_in(jv value, cal_buf *line)
{
    if (jv_get_kind(value) == JV_KIND_ARRAY) {
        jv_array_foreach(value, i, word)
        {
            cal_buf_add(line, i ? " " : "");
            fill_in(word, line);
            jv_free(word);
        }
    } else if (jv_get_kind(value) == JV_KIND_NUMBER) {
        cal_buf_addf(line, "%.10g", jv_number_value(value));
    } else {
        cal_buf_add_quoted(line,
                           jv_get_kind(value) == JV_KIND_STRING ? jv_string_value(value) : "");
    }
}

static cal_status no_place(const char *name, jv values, cal_error *err)
{
    cal_buf list = {0};
    jv_object_foreach(values, key, value)
    {
        cal_buf_addf(&list, " {%s}", jv_string_value(key));
        jv_free(key);
        jv_free(value);
    }
    cal_fail(err, CAL_USAGE, "imager_command: there is no place {%s}; there are%s", name,
             cal_buf_text(&list));
    cal_buf_free(&list);
    return CAL_USAGE;
}

/* How long the name is in "{name}" at `at`; 0 for other braces, which belong to the shell, as in "${HOME}". */
static size_t name_length(const char *begin, const char *at)
{
    size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
    bool variable = at > begin && at[-1] == '$';
    return !variable && at[1 + length] == '}' ? length : 0;
}

cal_status cal_imager_command(const cal_work *work, const cal_picture_order *order, char **line,
                              cal_error *err)
{
    const char *text = work->settings->imager_command;
    jv values = values_of(work, order);
    cal_buf filled = {0};
    cal_status status = CAL_OK;
    for (const char *at = text; *at && !status; at++) {
        size_t length = *at == '{' ? name_length(text, at) : 0;
        if (!length) {
            cal_buf_add_bytes(&filled, at, 1);
            continue;
        }
        char *name = cal_format("%.*s", (int)length, at + 1);
        jv value = cal_json_at(values, name);
        if (jv_object_has(jv_copy(values), jv_string(name)))
            fill_in(value, &filled);
        else
            status = no_place(name, values, err);
        jv_free(value);
        free(name);
        at += length + 1;
    }
    jv_free(values);
    *line = cal_buf_steal(&filled);
    return status;
}

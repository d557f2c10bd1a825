/* The sub-fields of a target, each imaged by itself: their numbers. */
#include "base/number.h"
#include "selfcal/report_parts.h"
#include <stdio.h>

static int count_pointings(jv target, jv initial)
{
    jv fields = cal_json_list_at(target, "sub-fields"),
       pictures = cal_report_pictures(initial, "post"),
       images = cal_json_list_at(pictures, "fields");
    int named = jv_array_length(jv_copy(fields)), imaged = jv_array_length(jv_copy(images));
    jv_free(fields);
    jv_free(pictures);
    jv_free(images);
    return named > imaged ? named : imaged;
}

static void add_numbers(jv step, const char *which, int fid, const char *key, jv *pointing)
{
    jv picture = cal_report_sub_picture(step, which, fid);
    cal_json_set(pointing, key, cal_report_image_numbers(picture, ""));
    jv_free(picture);
}

/* Before and after a step, as its rung of the target says for the best sub-field. */
static jv pointing_rung(jv step, jv rung, int fid)
{
    jv prior = cal_report_sub_picture(step, "prior", fid),
       post = cal_report_sub_picture(step, "post", fid);
    jv object =
        JV_OBJECT(jv_string("solint"), cal_json_at(rung, "solint"), jv_string("pass"),
                  cal_json_at(rung, "pass"), jv_string("verdict"), cal_json_at(rung, "verdict"),
                  jv_string("snr_pre"), cal_json_double(cal_report_number(prior, "SNR")),
                  jv_string("snr_post"), cal_json_double(cal_report_number(post, "SNR")));
    cal_json_set(&object, "rms_pre_jy", cal_json_double(cal_report_number(prior, "RMS")));
    cal_json_set(&object, "rms_post_jy", cal_json_double(cal_report_number(post, "RMS")));
    jv_free(prior);
    jv_free(post);
    return object;
}

static jv ladder(jv target, jv rungs, int fid)
{
    jv steps = cal_json_list_at(target, "steps"), list = jv_array();
    int next = 0;
    jv_array_foreach(steps, i, step)
    {
        if (cal_report_is_rung(step)) {
            jv rung = cal_report_next_rung(rungs, &next);
            if (cal_json_has(step, "images"))
                cal_json_push(&list, pointing_rung(step, rung, fid));
            jv_free(rung);
        }
        jv_free(step);
    }
    jv_free(steps);
    return list;
}

/* The first image, if that is what the target begins with, as it was measured in the end, with the last one's mask; what was left alone
 * ends as it began. */
static jv pointing_json(jv target, jv initial, jv rungs, jv first, jv last, int fid)
{
    jv fields = cal_json_list_at(target, "sub-fields"), field = jv_null();
    if (fid < jv_array_length(jv_copy(fields))) {
        jv_free(field);
        field = jv_array_get(jv_copy(fields), fid);
    }
    jv_free(fields);
    jv measured = cal_json_at(last, "images"), state = cal_json_at(target, "state");
    bool again = cal_json_has(measured, "initial"), done = cal_json_has(measured, "final"),
         stopped = !cal_json_has(state, "next") && jv_get_kind(last) == JV_KIND_OBJECT;
    jv_free(measured);
    jv_free(state);
    jv pointing = JV_OBJECT(
        jv_string("fid"), jv_number(fid), jv_string("name"), cal_json_at(field, "name"),
        jv_string("ra_deg"), cal_json_double(cal_report_number(field, "ra_rad") * 180 / CAL_PI),
        jv_string("dec_deg"), cal_json_double(cal_report_number(field, "dec_rad") * 180 / CAL_PI),
        jv_string("best"),
        jv_bool(fid == (done ? cal_report_best(last, "final") : cal_report_best(first, "post"))));
    jv_free(field);
    if (cal_json_has(initial, "prior_of")) {
        jv rung = cal_report_first_rung(target);
        add_numbers(rung, "prior", fid, "initial", &pointing);
        jv_free(rung);
    } else
        add_numbers(again ? last : first, "initial", fid, "initial", &pointing);
    if (done || stopped)
        add_numbers(done ? last : first, done ? "final" : "initial", fid, "final", &pointing);
    else
        cal_json_set(&pointing, "final", cal_report_image_numbers(jv_null(), ""));
    cal_json_set(&pointing, "ladder", ladder(target, rungs, fid));
    return pointing;
}

jv cal_report_pointings(jv target, jv initial, jv rungs)
{
    jv first = cal_report_step(target, "initial"), last = cal_report_step(target, "final"),
       list = jv_array();
    int count = count_pointings(target, first);
    for (int fid = 0; fid < count; fid++)
        cal_json_push(&list, pointing_json(target, initial, rungs, first, last, fid));
    jv_free(first);
    jv_free(last);
    return list;
}

bool cal_report_is_mosaic(jv numbers)
{
    jv fields = cal_json_list_at(numbers, "fields");
    int count = jv_array_length(jv_copy(fields));
    jv_free(fields);
    return count > 1;
}

char *cal_report_pointing_number(jv pointing, char *text)
{
    snprintf(text, CAL_REPORT_TEXT, "%.0f %.40s", cal_json_number_at(pointing, "fid", 0),
             cal_json_text_at(pointing, "name", ""));
    return text;
}

char *cal_report_pointing_name(jv pointing, char *text)
{
    char number[CAL_REPORT_TEXT];
    snprintf(text, CAL_REPORT_TEXT, "pointing %.50s", cal_report_pointing_number(pointing, number));
    return text;
}

/* The numbers of a self-calibration: the document of selfcal-report. */
#include "base/mem.h"
#include "base/output.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void copy_number(jv from, const char *key, jv *to, const char *name)
{
    cal_json_set(to, name, cal_json_double(cal_report_number(from, key)));
}

/* ---- images ---- */

jv cal_report_image_numbers(jv object, const char *ending)
{
    static const char *const keys[][2] = {
        {"SNR", "snr"},
        {"RMS", "rms_jy"},
        {"SNR_NF", "snr_nf"},
        {"RMS_NF", "rms_nf_jy"},
        {"intflux", "flux_jy"},
        {"e_intflux", "flux_error_jy"},
        {"Beam_major", "beam_major_arcsec"},
        {"Beam_minor", "beam_minor_arcsec"},
        {"Beam_PA", "beam_pa_deg"},
    };
    jv numbers = jv_object();
    for (size_t i = 0; i < CAL_COUNT(keys); i++) {
        char key[32];
        snprintf(key, sizeof key, "%s%s%s", keys[i][0], *ending ? "_" : "", ending);
        copy_number(object, key, &numbers, keys[i][1]);
    }
    return numbers;
}

/* Of the data against the models, where that told; consumes both. */
static void add_closure(jv before, jv after, jv *object)
{
    if (jv_get_kind(before) == JV_KIND_OBJECT && jv_get_kind(after) == JV_KIND_OBJECT) {
        jv closure = JV_OBJECT(jv_string("before"), before, jv_string("after"), after);
        cal_json_set(object, "closure", closure);
        return;
    }
    jv_free(before);
    jv_free(after);
}

/* ---- the ladder ---- */

/* Before and after from the images of the step, else from the entry of the interval. */
static void add_before_and_after(jv step, jv entry, jv *rung)
{
    static const char *const keys[][2] = {
        {"SNR", "snr"}, {"RMS", "rms_jy"}, {"SNR_NF", "snr_nf"}, {"RMS_NF", "rms_nf_jy"}};
    static const char *const sides[][2] = {{"prior", "pre"}, {"post", "post"}};
    for (size_t side = 0; side < CAL_COUNT(sides); side++) {
        jv picture = cal_report_picture(step, sides[side][0]);
        for (size_t i = 0; i < CAL_COUNT(keys); i++) {
            char key[32], name[32];
            snprintf(key, sizeof key, "%s_%s", keys[i][0], sides[side][1]);
            const char *jy = strstr(keys[i][1], "_jy");
            snprintf(name, sizeof name, "%.*s_%s%s",
                     (int)(jy ? jy - keys[i][1] : (long)strlen(keys[i][1])), keys[i][1],
                     sides[side][1], jy ? "_jy" : "");
            double value = cal_report_number(picture, keys[i][0]);
            cal_json_set(rung, name,
                         cal_json_double(isnan(value) ? cal_report_number(entry, key) : value));
        }
        jv_free(picture);
    }
}

static jv chosen_mode(jv step, jv entry)
{
    jv sets = cal_json_list_at(step, "solutions"), mode = cal_json_at(entry, "final_mode");
    if (jv_array_length(jv_copy(sets))) {
        jv set = jv_array_get(jv_copy(sets), 0), solution = cal_report_solution(set);
        if (cal_json_has(solution, "mode")) {
            jv_free(mode);
            mode = cal_json_at(solution, "mode");
        }
        jv_free(solution);
        jv_free(set);
    }
    jv_free(sets);
    return mode;
}

/* A step without a verdict had no solutions (Pass is false), or was passed over: too little S/N, an empty model. */
static const char *verdict_of(jv verdict, jv entry)
{
    const char *otherwise = cal_json_bool_at(entry, "Pass", true) ? "not_tried" : "refused";
    return cal_json_text_at(verdict, "kind", otherwise);
}

static jv rung_of_step(jv target, jv step)
{
    jv entry =
        cal_json_find(target, "solints", "solint", cal_json_text_at(step, "solint", ""), NULL);
    jv verdict = cal_json_at(step, "verdict");
    char *reason = cal_report_reasons(verdict, cal_json_text_at(step, "decision", ""));
    jv rung = JV_OBJECT(jv_string("solint"), cal_json_at(step, "solint"), jv_string("solmode"),
                        cal_json_at(entry, "solmode"), jv_string("pass"),
                        jv_number(cal_json_number_at(step, "pass", 1)), jv_string("verdict"),
                        cal_json_text(verdict_of(verdict, entry)), jv_string("mode"),
                        chosen_mode(step, entry), jv_string("reason"), cal_json_text(reason));
    add_before_and_after(step, entry, &rung);
    double growth = cal_report_number(verdict, "beam_growth");
    cal_json_set(&rung, "beam_growth",
                 cal_json_double(isnan(growth) ? cal_report_number(entry, "Beam_growth") : growth));
    copy_number(step, "flagged_fraction_before", &rung, "flagged_fraction_pre");
    copy_number(step, "flagged_fraction_after", &rung, "flagged_fraction_post");
    jv closure = cal_json_at(verdict, "closure");
    add_closure(cal_json_at(closure, "before"), cal_json_at(closure, "after"), &rung);
    jv_free(closure);
    free(reason);
    jv_free(verdict);
    jv_free(entry);
    return rung;
}

static jv rung_not_tried(jv entry)
{
    double snr = cal_report_number(entry, "solint_snr");
    const char *why = cal_json_text_at(entry, "Fail_Reason", NULL);
    char *reason = why          ? cal_copy_text(why)
                   : isnan(snr) ? cal_copy_text("not tried")
                                : cal_format("not tried; expected S/N of a solution %.1f", snr);
    jv rung = JV_OBJECT(jv_string("solint"), cal_json_at(entry, "solint"), jv_string("solmode"),
                        cal_json_at(entry, "solmode"), jv_string("pass"), jv_null(),
                        jv_string("verdict"), jv_string("not_tried"), jv_string("mode"), jv_null(),
                        jv_string("reason"), cal_json_text(reason));
    add_before_and_after(jv_null(), jv_null(), &rung);
    cal_json_set(&rung, "beam_growth", jv_null());
    cal_json_set(&rung, "flagged_fraction_pre", jv_null());
    cal_json_set(&rung, "flagged_fraction_post", jv_null());
    free(reason);
    return rung;
}

/* The intervals that no step has tried, from `first` up to before `end`. */
static void add_untried(jv entries, jv tried, int first, int end, jv *rungs)
{
    for (int i = first; i < end; i++) {
        jv entry = jv_array_get(jv_copy(entries), i);
        if (!cal_json_has(tried, cal_json_text_at(entry, "solint", "?")))
            cal_json_push(rungs, rung_not_tried(entry));
        jv_free(entry);
    }
}

static jv tried_in(jv steps)
{
    jv tried = jv_object();
    jv_array_foreach(steps, i, step)
    {
        if (cal_report_is_rung(step))
            cal_json_set(&tried, cal_json_text_at(step, "solint", "?"), jv_true());
        jv_free(step);
    }
    return tried;
}

/* The steps in the order in which they were done; what was not tried stands where it would have been. */
static jv ladder(jv target)
{
    jv rungs = jv_array(), steps = cal_json_list_at(target, "steps"),
       entries = cal_json_list_at(target, "solints"), tried = tried_in(steps);
    int next = 0, count = jv_array_length(jv_copy(entries));
    jv_array_foreach(steps, i, step)
    {
        if (cal_report_is_rung(step)) {
            int index = (int)cal_json_number_at(step, "index", next);
            index = index < count ? index : count;
            add_untried(entries, tried, next, index, &rungs);
            next = index >= next ? index + 1 : next;
            cal_json_push(&rungs, rung_of_step(target, step));
        }
        jv_free(step);
    }
    add_untried(entries, tried, next, count, &rungs);
    jv_free(steps);
    jv_free(entries);
    jv_free(tried);
    return rungs;
}

/* ---- the tables to apply ---- */

/* The antennas that were passed through in this table, if it was taken from this set; else `found` again. */
static jv passed_of(jv set, const char *path, jv found)
{
    jv solution = cal_report_solution(set);
    if (!strcmp(cal_json_text_at(solution, "gaintable", ""), path)) {
        jv_free(found);
        found = cal_json_list_at(solution, "passed_through");
    }
    jv_free(solution);
    return found;
}

static jv passed_in(jv target, const char *path)
{
    jv found = jv_array(), steps = cal_json_list_at(target, "steps");
    jv_array_foreach(steps, i, step)
    {
        jv sets = cal_json_list_at(step, "solutions");
        jv_array_foreach(sets, k, set)
        {
            found = passed_of(set, path, found);
            jv_free(set);
        }
        jv_free(sets);
        jv_free(step);
    }
    jv_free(steps);
    return found;
}

/* Item `index` of block[key]; a flat list of numbers is the map of the only table. */
static jv item_at(jv block, const char *key, int index)
{
    jv item = cal_json_item_at(block, key, index);
    if (jv_get_kind(item) != JV_KIND_NUMBER)
        return item;
    jv_free(item);
    return cal_json_at(block, key);
}

static jv table_json(const char *folder, jv target, jv block, int index, const char *path)
{
    char *file = cal_path_from(folder, path);
    cal_caltable *table = NULL;
    cal_error err = {0};
    jv gains = jv_null(), passed = passed_in(target, path);
    if (!cal_caltable_read(file, &table, &err))
        gains = cal_report_gains(table, passed);
    cal_caltable_free(table);
    free(file);
    return JV_OBJECT(jv_string("vis"), cal_json_at(block, "vis"), jv_string("original"),
                     cal_json_at(block, "original"), jv_string("gaintable"), cal_json_text(path),
                     jv_string("spwmap"), item_at(block, "spwmap_final", index),
                     jv_string("interp"), item_at(block, "applycal_interpolate_final", index),
                     jv_string("applymode"), cal_json_at(block, "applycal_mode_final"),
                     jv_string("passed_through"), passed, jv_string("gains"), gains);
}

static jv tables(const char *folder, jv target)
{
    jv list = jv_array(), blocks = cal_json_list_at(target, "vis");
    jv_array_foreach(blocks, i, block)
    {
        jv chain = cal_json_list_at(block, "gaintable_final"),
           place = cal_json_at(block, "alignment");
        const char *moved = cal_json_text_at(place, "gaintable", NULL);
        if (moved)
            cal_json_push(&list, table_json(folder, target, block, -1, moved));
        jv_free(place);
        jv_array_foreach(chain, k, path)
        {
            if (jv_get_kind(path) == JV_KIND_STRING)
                cal_json_push(&list, table_json(folder, target, block, k, jv_string_value(path)));
            jv_free(path);
        }
        jv_free(chain);
        jv_free(block);
    }
    jv_free(blocks);
    return list;
}

/* ---- the score ---- */

static const double good = 0.98;

/* The pipeline's QA score (selfcal 2.1). NaN: nothing can be said yet. */
static double score(bool done, bool tried, bool success, double before, double after,
                    const char **why)
{
    if (!done)
        return *why = "it is not finished", NAN;
    if (!tried)
        return *why = "nothing had enough S/N to be tried", 1;
    if (!success)
        return *why = "nothing that was tried made the image better; nothing is applied", 0.99;
    if (!(after > 1.02 * before))
        return *why = "self-calibrated", good;
    return *why = "the noise has risen by more than 2 %", 0.85;
}

static void add_score(jv target, bool success, jv *result)
{
    jv state = cal_json_at(target, "state"), rungs = cal_json_at(*result, "ladder");
    const char *stage = cal_json_text_at(state, "stage", "planned"), *why;
    bool done = !strcmp(stage, "done") || !strcmp(stage, "stopped"), tried = false;
    jv_array_foreach(rungs, i, rung)
    {
        tried = tried || strcmp(cal_json_text_at(rung, "verdict", ""), "not_tried");
        jv_free(rung);
    }
    jv initial = cal_json_at(*result, "initial");
    double value = score(done, tried, success, cal_report_number(initial, "rms_jy"),
                         cal_report_number(target, "RMS_final"), &why);
    jv_free(initial);
    if (value == good && cal_report_is_borrowed(cal_json_text_at(state, "final_solint", "")))
        why = "calibrated with the solutions of another target";
    cal_json_set(result, "qa_score", cal_json_double(value));
    cal_json_set(result, "qa", cal_json_text(why));
    jv_free(rungs);
    jv_free(state);
}

/* ---- targets ---- */

static jv target_json(const char *folder, jv whole, jv target)
{
    jv state = cal_json_at(target, "state"), initial = cal_report_initial(target);
    char *stop = cal_report_stop(whole, target);
    bool success = cal_json_bool_at(state, "SC_success", false);
    double before = cal_report_number(initial, "snr"),
           after = cal_report_number(target, "SNR_final"),
           rms = cal_report_number(target, "RMS_final");
    jv result = JV_OBJECT(
        jv_string("target"), cal_json_at(target, "target"), jv_string("band"),
        cal_json_at(target, "band"), jv_string("telescope"), cal_json_at(target, "telescope"),
        jv_string("stage"), cal_json_at(state, "stage"), jv_string("success"), jv_bool(success),
        jv_string("final_solint"), cal_json_at(state, "final_solint"), jv_string("stop_reason"),
        cal_json_at(state, "Stop_Reason"), jv_string("stop_text"), cal_json_text(stop),
        jv_string("snr_gain"), cal_json_double(after / before));
    cal_json_set(&result, "overfit", cal_json_double(cal_report_number(state, "overfit")));
    cal_json_set(&result, "rms_over_theoretical",
                 cal_json_double(rms / cal_report_number(target, "theoretical_sensitivity")));
    cal_json_set(&result, "initial", jv_copy(initial));
    cal_json_set(&result, "final", cal_report_image_numbers(target, "final"));
    add_closure(cal_json_at(target, "closure_orig"), cal_json_at(target, "closure_final"), &result);
    jv rungs = ladder(target);
    cal_json_set(&result, "fields", cal_report_pointings(target, initial, rungs));
    cal_json_set(&result, "ladder", rungs);
    cal_json_set(&result, "tables", tables(folder, target));
    add_score(target, success, &result);
    free(stop);
    jv_free(initial);
    jv_free(state);
    return result;
}

static jv block_names(jv state)
{
    jv names = jv_array(), blocks = cal_json_list_at(state, "execution_blocks");
    jv_array_foreach(blocks, i, block)
    {
        cal_json_push(&names, cal_json_at(block, "path"));
        jv_free(block);
    }
    jv_free(blocks);
    return names;
}

cal_status cal_report_summary(jv state, const char *folder, jv *summary, cal_error *err)
{
    const char *schema = cal_json_text_at(state, "schema", "");
    jv targets = cal_json_at(state, "targets"), list = jv_array(), recipe;
    double worst = INFINITY;
    if (strncmp(schema, "calutils/selfcal-", 17) || jv_get_kind(targets) != JV_KIND_ARRAY) {
        jv_free(targets);
        jv_free(list);
        return cal_fail(
            err, CAL_USAGE,
            "no state of a self-calibration: \"schema\" is \"%s\"; what selfcal-step or "
            "selfcal-plan prints is wanted",
            schema);
    }
    jv_array_foreach(targets, i, target)
    {
        jv one = target_json(folder, state, target);
        worst = fmin(worst, cal_json_number_at(one, "qa_score", INFINITY));
        cal_json_push(&list, one);
        jv_free(target);
    }
    jv_free(targets);
    recipe = cal_json_at(state, "recipe");
    *summary = JV_OBJECT(jv_string("recipe"), cal_json_at(recipe, "name"),
                         jv_string("execution_blocks"), block_names(state), jv_string("qa_score"),
                         cal_json_double(worst), jv_string("targets"), list);
    jv_free(recipe);
    return CAL_OK;
}

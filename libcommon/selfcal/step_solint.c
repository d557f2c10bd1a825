/* One solution interval: prior image, solve, apply, post image, verdict; which one is kept. */
#include "selfcal/step_solint.h"
#include "base/mem.h"
#include "selfcal/applied.h"
#include "selfcal/expect.h"
#include "selfcal/growth.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- prior image ---- */

static cal_status make_prior(cal_work *work, cal_solint *at, cal_error *err)
{
    char step[40];
    cal_pictures newest = {0};
    const cal_growth growth = {.nsigma = work->settings->mask_nsigma};
    const cal_picture_wish wish = cal_solint_wish(work, at, -1, step, sizeof step);
    cal_status status = cal_apply_chain(work, NULL, err);
    if (!status)
        status = cal_newest_pictures(work, &newest, err);
    if (!status)
        status = cal_growth_masks(work, &newest, &growth, step, wish.iter, at->mask, err);
    if (!status)
        status = cal_pictures_make(work, &wish, &at->prior, err);
    cal_pictures_free(&newest);
    return status;
}

/* The user says what is there, as long as nothing was accepted that an image could show. */
static bool has_start_model(const cal_work *work)
{
    jv stand = cal_stand(work);
    bool begun = cal_json_bool_at(stand, "SC_success", false);
    jv_free(stand);
    return *work->settings->start_model && !begun;
}

/* In place of the model of the prior image. */
static cal_status set_start_model(cal_work *work, cal_error *err)
{
    if (cal_work_fields(work) > 1)
        return cal_fail(err, CAL_USAGE, "start_model: a mosaic has no one phase centre");
    cal_status status = CAL_OK;
    for (int b = 0; b < cal_work_blocks(work) && !status; b++) {
        jv block = cal_work_block(work, b);
        cal_words argv = {0}, model = cal_words_split(work->settings->start_model, ' ');
        cal_words_add(&argv, "setjy");
        for (int i = 0; i < model.count; i++)
            if (*model.item[i])
                cal_words_add(&argv, model.item[i]);
        cal_words_add(&argv, "--no-history");
        cal_words_add(&argv, cal_json_text_at(block, "vis", ""));
        status = cal_work_run(work, CAL_WORK_OTHER, &argv, NULL, err);
        cal_words_free(&model);
        cal_words_free(&argv);
        jv_free(block);
    }
    return status;
}

static bool model_is_empty(const cal_pictures *pictures)
{
    for (int i = 0; i < pictures->fields; i++)
        if (pictures->field[i].model_flux > 0)
            return false;
    return true;
}

/* ---- verdict ---- */

static void keep_pair(cal_work *work, const cal_solint *at, const cal_way *best)
{
    const cal_image_numbers pre = cal_picture_numbers(&at->prior);
    const cal_image_numbers post = cal_picture_numbers(&best->post);
    const struct {
        const char *key;
        double value;
    } number[] = {{"SNR_pre", pre.snr},
                  {"SNR_post", post.snr},
                  {"RMS_pre", pre.rms},
                  {"RMS_post", post.rms},
                  {"SNR_NF_pre", pre.snr_nf},
                  {"SNR_NF_post", post.snr_nf},
                  {"RMS_NF_pre", pre.rms_nf},
                  {"RMS_NF_post", post.rms_nf},
                  {"Beam_growth", best->verdict.beam_growth},
                  {"parameters", cal_solint_facts(at).parameters}};
    for (size_t i = 0; i < CAL_COUNT(number); i++)
        cal_solint_set(work, at->index, number[i].key, cal_json_double(number[i].value));
    bool taken = cal_way_is_taken(best);
    cal_solint_set(work, at->index, "Pass", jv_bool(taken));
    cal_solint_set(work, at->index, "pass", jv_number(at->pass));
    cal_solint_set(work, at->index, "final_mode",
                   at->sets[0].chosen < 0 ? jv_null()
                                          : jv_string(cal_spectral_mode_name(
                                                at->sets[0].tried[at->sets[0].chosen].mode)));
    cal_buf reasons = {0};
    for (int i = 0; i < best->verdict.reasons.count; i++)
        cal_buf_addf(&reasons, "%s%s", i ? "; " : "", best->verdict.reasons.item[i]);
    cal_solint_set(work, at->index, "Fail_Reason",
                   taken ? jv_null() : jv_string(cal_buf_text(&reasons)));
    cal_buf_free(&reasons);
}

static void accept_it(cal_work *work, const cal_solint *at, const cal_way *best)
{
    bool marginal = best->verdict.kind == CAL_MARGINAL;
    cal_accept_chain(work, at->index, at->sets);
    cal_keep_pictures(work, &best->post);
    cal_stand_set(work, "SC_success", jv_true());
    cal_stand_set(work, "marginal", jv_bool(marginal));
    cal_stand_set(work, "overfit", cal_json_double(best->verdict.overfit));
    if (at->pass != CAL_SECOND_PASS || at->amplitude) {
        jv entry = cal_solint_at(work, at->index);
        cal_stand_set(work, "final_solint", jv_string(at->name));
        cal_stand_set(work, "final_solint_mode", cal_json_at(entry, "final_mode"));
        if (!at->amplitude)
            cal_stand_set(work, "final_phase_solint", jv_string(at->name));
        jv_free(entry);
    }
    cal_stand_set(work, "stage", jv_string("solving"));
    cal_go_on(work, at, best->verdict.honest_change > work->settings->snr_tolerance, false, NULL);
}

static cal_status step_back(cal_work *work, const cal_solint *at, const cal_way *best,
                            cal_error *err)
{
    cal_go_on(work, at, false, best->verdict.kind == CAL_REFUSED, NULL);
    return cal_apply_chain(work, NULL, err);
}

static jv decision(const cal_solint *at, const cal_way *best)
{
    const cal_verdict *verdict = &best->verdict;
    cal_buf text = {0};
    cal_buf_addf(&text, "%s %s: S/N %.4g to %.4g", at->name, cal_verdict_name(verdict->kind),
                 at->prior.field[at->prior.best].snr, best->post.field[best->post.best].snr);
    for (int i = 0; i < verdict->reasons.count; i++)
        cal_buf_addf(&text, "; %s", verdict->reasons.item[i]);
    jv value = jv_string(cal_buf_text(&text));
    cal_buf_free(&text);
    return value;
}

static cal_status solve_and_judge(cal_work *work, cal_solint *at, jv *entry, cal_error *err)
{
    cal_way best = {.solutions = jv_null()};
    jv tried = jv_array();
    double before = 0;
    double snr = fmax(cal_stand_number(work, "SNR"), cal_stand_number(work, "flux_SNR"));
    cal_status status = cal_restore_flags(work, err);
    before = cal_flagged_fraction(work);
    if (!status && cal_by_closure(work) && !(status = cal_measure_closure(work, &at->closure, err)))
        cal_keep_closure(work, "closure_orig", &at->closure);
    if (!status)
        status = cal_solutions_make(work, at->index, at->pass, snr, at->sets, err);
    if (!status)
        status = cal_try_ways(work, at, &best, &tried, err);
    if (!status) {
        keep_pair(work, at, &best);
        cal_json_set(entry, "decision", decision(at, &best));
        cal_json_set(entry, "verdict", cal_verdict_json(&best.verdict));
        cal_json_set(entry, "solutions", jv_copy(best.solutions));
        cal_json_set(entry, "flagged_fraction_before", cal_json_double(before));
        cal_json_set(entry, "flagged_fraction_after", cal_json_double(best.flagged));
        cal_json_set(entry, "images",
                     JV_OBJECT(jv_string("prior"), cal_pictures_json(&at->prior), jv_string("post"),
                               cal_pictures_json(&best.post)));
        cal_json_set(entry, "attempts", jv_copy(tried));
        if (cal_way_is_taken(&best))
            accept_it(work, at, &best);
        else
            status = step_back(work, at, &best, err);
    }
    cal_way_free(&best);
    jv_free(tried);
    return status;
}

/* ---- the piece ---- */

static cal_status fail_softly(cal_work *work, const cal_solint *at, jv *entry, cal_error *err)
{
    if (err->status != CAL_DATA)
        return err->status;
    cal_json_set(entry, "decision", cal_json_format("%s: no solutions: %s", at->name, err->text));
    cal_solint_set(work, at->index, "Pass", jv_false());
    cal_solint_set(work, at->index, "Fail_Reason", jv_string(err->text));
    cal_go_on(work, at, false, true, err->text);
    *err = (cal_error){0};
    return cal_apply_chain(work, NULL, err);
}

static cal_status skip(cal_work *work, const cal_solint *at, jv *entry, const char *why, double snr)
{
    char *reason = cal_format("%s %s", why, at->name);
    for (char *c = reason; *c; c++)
        *c = *c == ' ' && c - reason < (long)strlen(why) ? '_' : *c;
    cal_json_set(
        entry, "decision",
        isnan(snr) ? cal_json_format("%s", reason)
                   : cal_json_format("%s not tried: a solution would have S/N %.3g, %g are wanted",
                                     at->name, snr, work->settings->minsnr_to_proceed));
    cal_solint_set(work, at->index, "Fail_Reason", jv_string(reason));
    cal_go_on(work, at, false, true, reason);
    free(reason);
    return CAL_OK;
}

static cal_status climb(cal_work *work, cal_solint *at, jv *entry, cal_error *err)
{
    double snr = cal_json_number_at(at->entry, "solint_snr", NAN);
    at->told = has_start_model(work);
    if (snr < work->settings->minsnr_to_proceed && !at->told)
        return skip(work, at, entry, "Estimated_SNR_too_low_for_solint", snr);
    cal_status status = make_prior(work, at, err);
    if (!status && at->told)
        status = set_start_model(work, err);
    if (status)
        return status;
    if (!at->told && model_is_empty(&at->prior))
        return skip(work, at, entry, "Empty model for solint", NAN);
    status = solve_and_judge(work, at, entry, err);
    return status ? fail_softly(work, at, entry, err) : CAL_OK;
}

int cal_count_ways(const cal_work *work)
{
    jv steps = cal_json_at(work->target, "steps");
    int count = 0;
    if (jv_get_kind(steps) == JV_KIND_ARRAY) {
        jv_array_foreach(steps, i, step)
        {
            jv ways = cal_json_at(step, "attempts");
            bool several = jv_get_kind(ways) == JV_KIND_ARRAY;
            count += several ? jv_array_length(jv_copy(ways)) : cal_json_has(step, "solint");
            jv_free(ways);
            jv_free(step);
        }
    }
    jv_free(steps);
    return count;
}

/* What is expected of an interval that is solved again; the old entry comes back unless the new solution is accepted. */
static jv renew(cal_work *work, int index)
{
    jv old = cal_solint_at(work, index);
    cal_solint_set(work, index, "SNR_post", jv_null());
    double snr = fmax(cal_stand_number(work, "SNR"), cal_stand_number(work, "flux_SNR"));
    cal_expect_snr(work, snr);
    cal_expect_depths(work, cal_json_number_at(work->target, "SNR_NF_orig", NAN),
                      cal_stand_number(work, "RMS_NF"));
    return old;
}

static void put_back(cal_work *work, int index, int pass, jv old)
{
    jv list = cal_json_at(work->target, "solints"), now = cal_solint_at(work, index);
    bool taken = cal_json_number_at(now, "pass", 1) == pass && cal_json_bool_at(now, "Pass", false);
    jv_free(now);
    if (taken) {
        jv_free(list);
        jv_free(old);
    } else
        cal_json_set(&work->target, "solints", jv_array_set(list, index, old));
}

cal_status cal_step_solint(cal_work *work, int index, jv *entry, cal_error *err)
{
    cal_solint at = {.index = index,
                     .count = cal_solint_count(work),
                     .pass = (int)cal_stand_number(work, "pass"),
                     .fields = cal_work_fields(work),
                     .blocks = cal_work_blocks(work),
                     .number = cal_count_ways(work) + 1};
    jv old = cal_solint_at(work, index);
    bool again = cal_json_has(old, "SNR_post");
    if (again) {
        jv_free(old);
        old = renew(work, index);
    }
    at.entry = cal_solint_at(work, index);
    at.name = cal_json_text_at(at.entry, "solint", "");
    at.amplitude = cal_solint_is_amplitude(at.entry);
    at.next_is_amplitude = cal_first_amplitude(work, index + 1) == index + 1;
    at.mask = CAL_NEW_ARRAY(char *, at.fields);
    at.sets = CAL_NEW_ARRAY(cal_solution_set, at.blocks);
    cal_json_set(entry, "solint", jv_string(at.name));
    cal_json_set(entry, "index", jv_number(index));
    cal_json_set(entry, "pass", jv_number(at.pass));
    cal_json_set(entry, "solint_snr", cal_json_at(at.entry, "solint_snr"));
    cal_json_set(entry, "threshold_jy", cal_json_at(at.entry, "threshold_jy"));
    cal_status status = climb(work, &at, entry, err);
    for (int i = 0; i < at.fields; i++)
        free(at.mask[i]);
    free(at.mask);
    cal_pictures_free(&at.prior);
    cal_solutions_free(at.sets, at.blocks);
    jv_free(at.entry);
    if (again)
        put_back(work, index, at.pass, old);
    else
        jv_free(old);
    return status;
}

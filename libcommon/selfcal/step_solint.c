/* One solution interval: prior image, solve, apply, post image, verdict; what to try when it is refused; what comes next. */
#include "base/mem.h"
#include "selfcal/applied.h"
#include "selfcal/expect.h"
#include "selfcal/growth.h"
#include "selfcal/spent.h"
#include "selfcal/step_parts.h"
#include "selfcal/thresholds.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct solint {
    jv entry; /* of target.solints */
    int index, count;
    const char *name; /* lives as long as the entry */
    bool amplitude, next_is_amplitude;
    int pass;   /* above 1: solved again, with a better model */
    int number; /* of the piece, counted over all passes: in the names of images */
    char **mask;
    int fields, blocks;
    cal_pictures prior;
    cal_solution_set *sets; /* [blocks] */
} solint;

/* One way of solving that was applied and imaged. */
typedef struct attempt {
    const char *way; /* chosen, combinespw, passed_through */
    cal_pictures post;
    cal_verdict verdict;
    jv solutions;
} attempt;

/* ---- target.solints ---- */

static jv solints_at(const cal_work *work, int index)
{
    return jv_array_get(cal_json_at(work->target, "solints"), index);
}

static int count_solints(const cal_work *work)
{
    return jv_array_length(cal_json_at(work->target, "solints"));
}

static void set_solint(cal_work *work, int index, const char *key, jv value)
{
    jv list = cal_json_at(work->target, "solints");
    jv entry = jv_array_get(jv_copy(list), index);
    cal_json_set(&entry, key, value);
    cal_json_set(&work->target, "solints", jv_array_set(list, index, entry));
}

static bool is_amplitude(jv entry)
{
    return !strcmp(cal_json_text_at(entry, "solmode", "p"), "ap");
}

static int first_amplitude(const cal_work *work, int from)
{
    int count = count_solints(work), found = -1;
    for (int i = from; i < count && found < 0; i++) {
        jv entry = solints_at(work, i);
        found = is_amplitude(entry) ? i : -1;
        jv_free(entry);
    }
    return found;
}

static void go_to(cal_work *work, int index)
{
    if (index < 0 || index >= count_solints(work)) {
        cal_stop_solving(work, NULL);
        return;
    }
    jv entry = solints_at(work, index);
    cal_next_is(work, cal_json_text_at(entry, "solint", "final"));
    jv_free(entry);
}

enum { MOST_PASSES = 6 };

/* The phases are as good as this model lets them be. With the better image that they gave the last interval is solved again, until that no
 * longer helps; then come the amplitudes, if they are wanted and anything was reached. */
static void end_phases(cal_work *work, const solint *at, bool helped, const char *reason)
{
    jv stand = cal_stand(work);
    const char *again = cal_json_text_at(stand, "final_phase_solint", NULL);
    int pass = (int)cal_json_number_at(stand, "pass", 1);
    int amplitude = first_amplitude(work, at->index);
    if (again && pass < MOST_PASSES && (pass == 1 || helped)) {
        cal_stand_set(work, "pass", jv_number(pass + 1));
        cal_next_is(work, again);
    } else if (amplitude >= 0 && again)
        go_to(work, amplitude);
    else
        cal_stop_solving(work, reason);
    jv_free(stand);
}

/* From this interval on; `helped`: it was accepted, `bad`: shorter ones will not do. */
static void go_on(cal_work *work, const solint *at, bool helped, bool bad, const char *reason)
{
    bool last = at->index + 1 >= at->count;
    if (at->amplitude && (bad || last))
        cal_stop_solving(work, reason);
    else if (!at->amplitude && (bad || at->pass > 1 || last || at->next_is_amplitude))
        end_phases(work, at, helped, reason);
    else
        go_to(work, at->index + 1);
}

/* ---- prior image ---- */

static double threshold_of(const cal_work *work, const solint *at)
{
    double threshold = cal_json_number_at(at->entry, "threshold_jy", NAN);
    return isnan(threshold)
               ? cal_json_number_at(at->entry, "nsigma", 3) * cal_stand_number(work, "RMS_NF")
               : threshold;
}

static cal_picture_wish wish_of(const cal_work *work, const solint *at, const char *which,
                                char *step, size_t size)
{
    snprintf(step, size, "solint%d_%s", at->number, which);
    return (cal_picture_wish){.step = step,
                              .iter = 2,
                              .datacolumn = "corrected",
                              .threshold = threshold_of(work, at),
                              .mask = at->mask,
                              .nterms = (int)cal_json_number_at(work->target, "nterms", 1),
                              .spw = -1};
}

static cal_status make_prior(cal_work *work, solint *at, cal_error *err)
{
    char step[40];
    cal_pictures newest = {0};
    const cal_growth growth =
        cal_growth_at(cal_stand_number(work, "SNR"), at->index, at->count, at->pass);
    cal_picture_wish wish = wish_of(work, at, "prior", step, sizeof step);
    wish.save_model = true;
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

static bool model_is_empty(const cal_pictures *pictures)
{
    for (int i = 0; i < pictures->fields; i++)
        if (pictures->field[i].model_flux > 0)
            return false;
    return true;
}

/* ---- solve, apply, post image ---- */

/* All blocks together: numbers add up, scatters are means of squares by number. */
static cal_solution_facts all_blocks(const solint *at)
{
    cal_solution_facts sum = {0};
    for (int b = 0; b < at->blocks; b++) {
        const cal_solution_set *set = &at->sets[b];
        if (set->chosen < 0)
            continue;
        const cal_solution_facts *facts = &set->tried[set->chosen].facts;
        double solved = facts->solved;
        sum.expected += facts->expected;
        sum.unflagged_data += facts->unflagged_data;
        sum.solved += solved;
        sum.parameters += facts->parameters;
        sum.phase_rms += solved * facts->phase_rms * facts->phase_rms;
        sum.phase_noise += solved * facts->phase_noise * facts->phase_noise;
        sum.amplitude_rms += solved * facts->amplitude_rms * facts->amplitude_rms;
        sum.amplitude_noise += solved * facts->amplitude_noise * facts->amplitude_noise;
        sum.median_snr += solved * facts->median_snr;
    }
    double *mean[] = {&sum.phase_rms, &sum.phase_noise, &sum.amplitude_rms, &sum.amplitude_noise};
    for (size_t i = 0; i < CAL_COUNT(mean); i++)
        *mean[i] = sum.solved > 0 ? sqrt(*mean[i] / sum.solved) : NAN;
    sum.median_snr /= sum.solved > 0 ? sum.solved : 1;
    return sum;
}

static cal_verdict judge(const cal_work *work, const solint *at, const cal_pictures *post)
{
    jv next = at->index + 1 < at->count ? solints_at(work, at->index + 1) : jv_null();
    const cal_verdict_facts facts = {
        .pre = cal_picture_numbers(&at->prior),
        .post = cal_picture_numbers(post),
        .first_beam_area = cal_json_number_at(work->target, "Beam_major_orig", NAN) *
                           cal_json_number_at(work->target, "Beam_minor_orig", NAN),
        .expected_snr = cal_json_number_at(at->entry, "solint_snr", NAN),
        .next_expected_snr = cal_json_number_at(next, "solint_snr", NAN),
        .solutions = all_blocks(at),
        .spent_before = cal_spent_by_chain(work, -1),
        .spent_after = cal_spent_by_chain(work, at->index),
        .amplitude = at->amplitude,
        .first = !strncmp(at->name, "inf_EB", 6) && at->pass == 1,
    };
    jv_free(next);
    return cal_verdict_give(&facts, work->settings);
}

static cal_status try_it(cal_work *work, const solint *at, const char *way, attempt *try,
                         cal_error *err)
{
    char step[40];
    const cal_picture_wish wish = wish_of(work, at, "post", step, sizeof step);
    *try = (attempt){.way = way, .solutions = jv_null()};
    cal_status status = cal_apply_chain(work, at->sets, err);
    if (!status)
        status = cal_pictures_make(work, &wish, &try->post, err);
    if (status)
        return status;
    try->verdict = judge(work, at, &try->post);
    jv_free(try->solutions);
    try->solutions = cal_solutions_json(work, at->sets);
    return CAL_OK;
}

static void free_attempt(attempt *try)
{
    cal_pictures_free(&try->post);
    cal_verdict_free(&try->verdict);
    jv_free(try->solutions);
}

static jv attempt_json(const attempt *try)
{
    return JV_OBJECT(jv_string("way"), jv_string(try->way), jv_string("solutions"),
                     jv_copy(try->solutions), jv_string("post"), cal_pictures_json(&try->post),
                     jv_string("verdict"), cal_verdict_json(&try->verdict));
}

static bool is_good(const attempt *try)
{
    return try->verdict.kind != CAL_REFUSED;
}

/* Other ways when the chosen one is refused: the coarser mode, and antennas that are mostly flagged passed through, if the beam grew without
 * them. They are taken as soon as one is not refused; otherwise the last one stays, refused. */
static cal_status try_ways(cal_work *work, solint *at, attempt *last, jv *tried, cal_error *err)
{
    bool passed = false;
    cal_status status = try_it(work, at, "chosen", last, err);
    if (status)
        return status;
    cal_json_push(tried, attempt_json(last));
    if (!is_good(last) && cal_solutions_fall_back(at->sets, at->blocks)) {
        free_attempt(last);
        if ((status = try_it(work, at, "combinespw", last, err)))
            return status;
        cal_json_push(tried, attempt_json(last));
    }
    if (is_good(last) || !last->verdict.beam_grew)
        return CAL_OK;
    if ((status = cal_solutions_pass_through(work, at->sets, &passed, err)) || !passed)
        return status;
    free_attempt(last);
    if (!(status = try_it(work, at, "passed_through", last, err)))
        cal_json_push(tried, attempt_json(last));
    return status;
}

/* ---- verdict ---- */

static void keep_pair(cal_work *work, const solint *at, const attempt *last)
{
    const cal_image_numbers pre = cal_picture_numbers(&at->prior);
    const cal_image_numbers post = cal_picture_numbers(&last->post);
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
                  {"Beam_growth", last->verdict.beam_growth},
                  {"parameters", all_blocks(at).parameters}};
    for (size_t i = 0; i < CAL_COUNT(number); i++)
        set_solint(work, at->index, number[i].key, cal_json_double(number[i].value));
    bool taken = last->verdict.kind == CAL_ACCEPTED || last->verdict.kind == CAL_MARGINAL;
    set_solint(work, at->index, "Pass", jv_bool(taken));
    set_solint(work, at->index, "pass", jv_number(at->pass));
    set_solint(work, at->index, "final_mode",
               at->sets[0].chosen < 0
                   ? jv_null()
                   : jv_string(cal_spectral_mode_name(at->sets[0].tried[at->sets[0].chosen].mode)));
    cal_buf reasons = {0};
    for (int i = 0; i < last->verdict.reasons.count; i++)
        cal_buf_addf(&reasons, "%s%s", i ? "; " : "", last->verdict.reasons.item[i]);
    set_solint(work, at->index, "Fail_Reason",
               taken ? jv_null() : jv_string(cal_buf_text(&reasons)));
    cal_buf_free(&reasons);
}

static void accept_it(cal_work *work, const solint *at, const attempt *last)
{
    bool marginal = last->verdict.kind == CAL_MARGINAL;
    cal_accept_chain(work, at->index, at->sets);
    cal_keep_pictures(work, &last->post);
    cal_stand_set(work, "SC_success", jv_true());
    cal_stand_set(work, "marginal", jv_bool(marginal));
    cal_stand_set(work, "final_solint", jv_string(at->name));
    if (!at->amplitude)
        cal_stand_set(work, "final_phase_solint", jv_string(at->name));
    jv entry = solints_at(work, at->index);
    cal_stand_set(work, "final_solint_mode", cal_json_at(entry, "final_mode"));
    jv_free(entry);
    cal_stand_set(work, "stage", jv_string("solving"));
    go_on(work, at, last->verdict.snr_change > work->settings->snr_tolerance, false, NULL);
}

static cal_status step_back(cal_work *work, const solint *at, const attempt *last, cal_error *err)
{
    go_on(work, at, false, last->verdict.kind == CAL_REFUSED, NULL);
    return cal_apply_chain(work, NULL, err);
}

static jv decision(const solint *at, const attempt *last)
{
    const cal_verdict *verdict = &last->verdict;
    cal_buf text = {0};
    cal_buf_addf(&text, "%s %s: S/N %.4g to %.4g", at->name, cal_verdict_name(verdict->kind),
                 at->prior.field[at->prior.best].snr, last->post.field[last->post.best].snr);
    for (int i = 0; i < verdict->reasons.count; i++)
        cal_buf_addf(&text, "; %s", verdict->reasons.item[i]);
    jv value = jv_string(cal_buf_text(&text));
    cal_buf_free(&text);
    return value;
}

static cal_status solve_and_judge(cal_work *work, solint *at, jv *entry, cal_error *err)
{
    attempt last = {.solutions = jv_null()};
    jv tried = jv_array();
    double before = 0, after = 0;
    double snr = fmax(cal_stand_number(work, "SNR"), cal_stand_number(work, "flux_SNR"));
    cal_status status = cal_restore_flags(work, err);
    before = cal_flagged_fraction(work);
    if (!status)
        status = cal_solutions_make(work, at->index, at->pass, snr, at->sets, err);
    if (!status)
        status = try_ways(work, at, &last, &tried, err);
    if (!status) {
        after = cal_flagged_fraction(work);
        keep_pair(work, at, &last);
        cal_json_set(entry, "decision", decision(at, &last));
        cal_json_set(entry, "verdict", cal_verdict_json(&last.verdict));
        cal_json_set(entry, "solutions", jv_copy(last.solutions));
        cal_json_set(entry, "flagged_fraction_before", cal_json_double(before));
        cal_json_set(entry, "flagged_fraction_after", cal_json_double(after));
        cal_json_set(entry, "images",
                     JV_OBJECT(jv_string("prior"), cal_pictures_json(&at->prior), jv_string("post"),
                               cal_pictures_json(&last.post)));
        cal_json_set(entry, "attempts", jv_copy(tried));
        if (last.verdict.kind == CAL_ACCEPTED || last.verdict.kind == CAL_MARGINAL)
            accept_it(work, at, &last);
        else
            status = step_back(work, at, &last, err);
    }
    free_attempt(&last);
    jv_free(tried);
    return status;
}

/* ---- the piece ---- */

static cal_status fail_softly(cal_work *work, const solint *at, jv *entry, cal_error *err)
{
    if (err->status != CAL_DATA)
        return err->status;
    cal_json_set(entry, "decision", cal_json_format("%s: no solutions: %s", at->name, err->text));
    set_solint(work, at->index, "Pass", jv_false());
    set_solint(work, at->index, "Fail_Reason", jv_string(err->text));
    go_on(work, at, false, true, err->text);
    *err = (cal_error){0};
    return cal_apply_chain(work, NULL, err);
}

static cal_status skip(cal_work *work, const solint *at, jv *entry, const char *why, double snr)
{
    char *reason = cal_format("%s %s", why, at->name);
    for (char *c = reason; *c; c++)
        *c = *c == ' ' && c - reason < (long)strlen(why) ? '_' : *c;
    cal_json_set(entry, "decision",
                 isnan(snr) ? cal_json_format("%s", reason)
                            : cal_json_format(
                                  "%s not tried: a solution would have S/N %.3g, %.3g are wanted",
                                  at->name, snr, work->settings->minsnr_to_proceed));
    set_solint(work, at->index, "Fail_Reason", jv_string(reason));
    go_on(work, at, false, true, reason);
    free(reason);
    return CAL_OK;
}

static cal_status climb(cal_work *work, solint *at, jv *entry, cal_error *err)
{
    double snr = cal_json_number_at(at->entry, "solint_snr", NAN);
    if (snr < work->settings->minsnr_to_proceed)
        return skip(work, at, entry, "Estimated_SNR_too_low_for_solint", snr);
    cal_status status = make_prior(work, at, err);
    if (status)
        return status;
    if (model_is_empty(&at->prior))
        return skip(work, at, entry, "Empty model for solint", NAN);
    status = solve_and_judge(work, at, entry, err);
    return status ? fail_softly(work, at, entry, err) : CAL_OK;
}

static int count_pieces(const cal_work *work)
{
    jv steps = cal_json_at(work->target, "steps");
    int count = 0;
    if (jv_get_kind(steps) == JV_KIND_ARRAY) {
        jv_array_foreach(steps, i, step)
        {
            count += cal_json_has(step, "solint");
            jv_free(step);
        }
    }
    jv_free(steps);
    return count;
}

/* What is expected of an interval that is solved again; the old entry comes back unless the new solution is accepted. */
static jv renew(cal_work *work, int index)
{
    jv old = solints_at(work, index);
    set_solint(work, index, "SNR_post", jv_null());
    double snr = fmax(cal_stand_number(work, "SNR"), cal_stand_number(work, "flux_SNR"));
    cal_expect_snr(work, snr);
    cal_expect_depths(work, cal_json_number_at(work->target, "SNR_NF_orig", NAN),
                      cal_stand_number(work, "RMS_NF"));
    return old;
}

static void put_back(cal_work *work, int index, int pass, jv old)
{
    jv list = cal_json_at(work->target, "solints"), now = solints_at(work, index);
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
    solint at = {.index = index,
                 .count = count_solints(work),
                 .pass = (int)cal_stand_number(work, "pass"),
                 .fields = cal_work_fields(work),
                 .blocks = cal_work_blocks(work),
                 .number = count_pieces(work) + 1};
    jv old = solints_at(work, index);
    bool again = cal_json_has(old, "SNR_post");
    if (again) {
        jv_free(old);
        old = renew(work, index);
    }
    at.entry = solints_at(work, index);
    at.name = cal_json_text_at(at.entry, "solint", "");
    at.amplitude = is_amplitude(at.entry);
    at.next_is_amplitude = first_amplitude(work, index + 1) == index + 1;
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

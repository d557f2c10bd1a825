/* One interval's solutions applied and imaged: as they were chosen, and in other ways when that does not do. */
#include "base/mem.h"
#include "selfcal/applied.h"
#include "selfcal/spent.h"
#include "selfcal/step_solint.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static double threshold_of(const cal_work *work, const cal_solint *at)
{
    double threshold = cal_json_number_at(at->entry, "threshold_jy", NAN);
    return isnan(threshold)
               ? cal_json_number_at(at->entry, "nsigma", 3) * cal_stand_number(work, "RMS_NF")
               : threshold;
}

cal_picture_wish cal_solint_wish(const cal_work *work, const cal_solint *at, int way, char *step,
                                 size_t size)
{
    snprintf(step, size, "solint%d_%s", at->number + (way < 0 ? 0 : way),
             way < 0 ? "prior" : "post");
    return (cal_picture_wish){.step = step,
                              .iter = 2,
                              .datacolumn = "corrected",
                              .threshold = threshold_of(work, at),
                              .mask = at->mask,
                              .save_model = way < 0 || cal_by_closure(work),
                              .nterms = (int)cal_json_number_at(work->target, "nterms", 1),
                              .spw = -1};
}

/* ---- one way ---- */

cal_solution_facts cal_solint_facts(const cal_solint *at)
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

static cal_verdict judge(const cal_work *work, const cal_solint *at, const cal_pictures *post,
                         const cal_closure *closure)
{
    jv next = at->index + 1 < at->count ? cal_solint_at(work, at->index + 1) : jv_null();
    const cal_image_numbers pre = cal_picture_numbers(&at->prior);
    const cal_image_numbers now = cal_picture_numbers(post);
    const cal_solution_facts solutions = cal_solint_facts(at);
    const cal_spent before = cal_spent_accepted(work);
    const cal_spent after = cal_spent_with(work, &at->sets[0], at->index, solutions.parameters);
    const cal_verdict_facts facts = {
        .pre = pre,
        .post = now,
        .noise = cal_work_noise(work),
        .first_beam_area = cal_json_number_at(work->target, "Beam_major_orig", NAN) *
                           cal_json_number_at(work->target, "Beam_minor_orig", NAN),
        .expected_snr = cal_json_number_at(at->entry, "solint_snr", NAN),
        .next_expected_snr = cal_json_number_at(next, "solint_snr", NAN),
        .solutions = solutions,
        .overfit_before = cal_overfit(&before, cal_pictures_joint_snr(&at->prior)),
        .overfit_after = cal_overfit(&after, cal_pictures_joint_snr(post)),
        .amplitude = at->amplitude,
        .first = !strncmp(at->name, "inf_EB", 6) && at->pass == 1,
        .told = at->told,
        .closure_before = closure ? &at->closure : NULL,
        .closure_after = closure,
    };
    jv_free(next);
    cal_verdict verdict = cal_verdict_give(&facts, work->settings);
    cal_pictures_tell_losses(&at->prior, post, work->settings->snr_tolerance, &verdict.reasons);
    return verdict;
}

static int *choices(const cal_solint *at)
{
    int *chosen = CAL_NEW_ARRAY(int, at->blocks);
    for (int i = 0; i < at->blocks; i++)
        chosen[i] = at->sets[i].chosen;
    return chosen;
}

static jv way_json(const cal_way *way)
{
    return JV_OBJECT(jv_string("way"), jv_string(way->name), jv_string("solutions"),
                     jv_copy(way->solutions), jv_string("post"), cal_pictures_json(&way->post),
                     jv_string("verdict"), cal_verdict_json(&way->verdict));
}

void cal_way_free(cal_way *way)
{
    cal_pictures_free(&way->post);
    cal_verdict_free(&way->verdict);
    jv_free(way->solutions);
    free(way->chosen);
    *way = (cal_way){.solutions = jv_null()};
}

bool cal_way_is_taken(const cal_way *way)
{
    return way->verdict.kind == CAL_ACCEPTED || way->verdict.kind == CAL_MARGINAL;
}

/* A later way fits more numbers, whose noise the S/N hardly shows: what is within the tolerance does not speak for it. Nor does an S/N that
 * comes of flags: in recorded case b3 windows by themselves lose the one that is noisier than its weights say. */
bool cal_way_is_better(const cal_way *way, const cal_way *best,
                       const cal_selfcal_settings *settings)
{
    const double most_lost = 0.03; /* of the data, more than by the other way */
    if (best->name && way->flagged > best->flagged + most_lost)
        return false;
    if (!best->name || cal_way_is_taken(way) != cal_way_is_taken(best))
        return !best->name || cal_way_is_taken(way);
    return way->verdict.honest_change > best->verdict.honest_change + settings->snr_tolerance;
}

/* *best becomes this one if it is better. */
static cal_status try_way(cal_work *work, const cal_solint *at, const char *name, cal_way *best,
                          jv *tried, cal_error *err)
{
    char step[40];
    cal_way way = {.name = name, .solutions = jv_null()};
    const bool closes = cal_by_closure(work);
    cal_closure closure;
    const cal_picture_wish wish =
        cal_solint_wish(work, at, jv_array_length(jv_copy(*tried)), step, sizeof step);
    cal_status status = cal_apply_chain(work, at->sets, err);
    if (!status)
        status = cal_pictures_make(work, &wish, &way.post, err);
    if (!status)
        way.flagged = cal_flagged_fraction(work);
    if (!status && closes)
        status = cal_measure_closure(work, &closure, err);
    if (status) {
        cal_way_free(&way);
        return status;
    }
    way.verdict = judge(work, at, &way.post, closes ? &closure : NULL);
    way.chosen = choices(at);
    jv_free(way.solutions);
    way.solutions = cal_solutions_json(work, at->sets);
    cal_json_push(tried, way_json(&way));
    if (cal_way_is_better(&way, best, work->settings)) {
        cal_way_free(best);
        *best = way;
    } else
        cal_way_free(&way);
    return CAL_OK;
}

/* ---- all ways ---- */

/* Where the model is good already, what differs between windows shows in the image before it shows in single solutions. Amplitudes of windows would also
 * take up what the model lacks there. */
static cal_status try_modes(cal_work *work, cal_solint *at, cal_way *best, jv *tried,
                            cal_error *err)
{
    bool taken = cal_way_is_taken(best);
    if (!taken && cal_solutions_fall_back(at->sets, at->blocks))
        return try_way(work, at, "combinespw", best, tried, err);
    bool refine = !taken || (at->pass > CAL_SECOND_PASS && !at->amplitude);
    if (refine && cal_solutions_refine(at->sets, at->blocks))
        return try_way(work, at, "per_spw", best, tried, err);
    return CAL_OK;
}

/* Without antennas that have no solutions the beam grows; with their data as they came it does not. */
static cal_status try_through(cal_work *work, cal_solint *at, cal_way *best, jv *tried,
                              cal_error *err)
{
    bool passed = false;
    if (cal_way_is_taken(best) || !best->verdict.beam_grew)
        return CAL_OK;
    cal_status status = cal_solutions_pass_through(work, at->sets, &passed, err);
    return status || !passed ? status : try_way(work, at, "passed_through", best, tried, err);
}

cal_status cal_try_ways(cal_work *work, cal_solint *at, cal_way *best, jv *tried, cal_error *err)
{
    *best = (cal_way){.solutions = jv_null()};
    cal_status status = try_way(work, at, "chosen", best, tried, err);
    if (!status)
        status = try_modes(work, at, best, tried, err);
    if (!status)
        status = try_through(work, at, best, tried, err);
    for (int i = 0; i < at->blocks && !status; i++)
        at->sets[i].chosen = best->chosen[i];
    return status;
}

/* The solutions of another target applied to one that is too faint for its own (selfcal 1.11): the whole chain of the nearest donor, then its
 * first table alone, then those of the next donor, until the image is better. Nothing is fitted to the target's own noise. */
#include "base/mem.h"
#include "selfcal/applied.h"
#include "selfcal/solutions_parts.h"
#include "selfcal/step_solint.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct borrowing {
    cal_pictures newest, prior;
    char **mask; /* [fields] of the newest images */
    double threshold;
    int number; /* in the names of images */
    double flagged_before;
    jv tried;
} borrowing;

/* ---- images ---- */

static cal_status make_pictures(cal_work *work, const borrowing *b, int way, cal_pictures *pictures,
                                cal_error *err)
{
    char step[40];
    snprintf(step, sizeof step, "solint%d_%s", b->number + (way < 0 ? 0 : way),
             way < 0 ? "prior" : "post");
    const cal_picture_wish wish = {.step = step,
                                   .iter = 2,
                                   .datacolumn = "corrected",
                                   .threshold = b->threshold,
                                   .mask = b->mask,
                                   .nterms = (int)cal_json_number_at(work->target, "nterms", 1),
                                   .spw = -1};
    return cal_pictures_make(work, &wish, pictures, err);
}

/* As deep as for the first interval: neither image is better than that before the solutions are. */
static double threshold_of(const cal_work *work)
{
    jv first = cal_solint_at(work, 0);
    double threshold = cal_json_number_at(first, "threshold_jy", NAN);
    jv_free(first);
    return isnan(threshold) ? 5 * cal_stand_number(work, "RMS_NF") : threshold;
}

static cal_status begin(cal_work *work, borrowing *b, cal_error *err)
{
    b->number = cal_count_ways(work) + 1;
    b->threshold = threshold_of(work);
    cal_status status = cal_newest_pictures(work, &b->newest, err);
    b->mask = CAL_NEW_ARRAY(char *, b->newest.fields);
    for (int f = 0; f < b->newest.fields; f++)
        b->mask[f] = b->newest.field[f].mask;
    if (!status)
        status = cal_apply_chain(work, NULL, err);
    b->flagged_before = cal_flagged_fraction(work);
    return status ? status : make_pictures(work, b, -1, &b->prior, err);
}

/* ---- one chain ---- */

/* The donor's tables for each block, all or the first alone; how many the longest chain has. */
static int take_chain(cal_work *work, jv donor, bool whole)
{
    jv lent = cal_json_at(donor, "vis");
    int longest = 0;
    for (int i = 0; i < cal_work_blocks(work); i++) {
        jv block = cal_work_block(work, i), from = jv_array_get(jv_copy(lent), i);
        int count = 0;
        cal_chained *chain = cal_chain_read(from, &count);
        cal_chain_write(&block, chain, whole || !count ? count : 1);
        cal_json_set(&block, "applycal_mode_final", jv_string(work->settings->applymode));
        cal_json_set(&block, "flag_version", jv_string(CAL_STARTING_FLAGS));
        cal_work_put_block(work, i, block);
        cal_chain_dispose(chain, count);
        longest = count > longest ? count : longest;
        jv_free(from);
    }
    jv_free(lent);
    return longest;
}

static cal_verdict judge(const cal_work *work, const borrowing *b, const cal_pictures *post)
{
    const cal_verdict_facts facts = {
        .pre = cal_picture_numbers(&b->prior),
        .post = cal_picture_numbers(post),
        .first_beam_area = cal_json_number_at(work->target, "Beam_major_orig", NAN) *
                           cal_json_number_at(work->target, "Beam_minor_orig", NAN),
        .expected_snr = NAN,
        .next_expected_snr = NAN,
        .solutions = {.phase_rms = NAN, .phase_noise = NAN},
    };
    return cal_verdict_give(&facts, work->settings);
}

static cal_status try_chain(cal_work *work, borrowing *b, const char *name, cal_way *way,
                            cal_error *err)
{
    int tries = jv_array_length(jv_copy(b->tried));
    *way = (cal_way){.name = name, .solutions = jv_null()};
    cal_status status = cal_apply_chain(work, NULL, err);
    if (!status)
        status = make_pictures(work, b, tries, &way->post, err);
    if (status)
        return status;
    way->verdict = judge(work, b, &way->post);
    way->flagged = cal_flagged_fraction(work);
    cal_json_push(&b->tried, JV_OBJECT(jv_string("way"), jv_string(name), jv_string("post"),
                                       cal_pictures_json(&way->post), jv_string("verdict"),
                                       cal_verdict_json(&way->verdict)));
    return CAL_OK;
}

/* ---- what becomes of it ---- */

static void tell(const borrowing *b, const cal_way *way, jv *entry)
{
    const cal_verdict *verdict = &way->verdict;
    cal_buf text = {0};
    cal_buf_addf(&text, "%s %s: S/N %.4g to %.4g", way->name, cal_verdict_name(verdict->kind),
                 b->prior.field[b->prior.best].snr, way->post.field[way->post.best].snr);
    for (int i = 0; i < verdict->reasons.count; i++)
        cal_buf_addf(&text, "; %s", verdict->reasons.item[i]);
    cal_json_set(entry, "decision", jv_string(cal_buf_text(&text)));
    cal_buf_free(&text);
    cal_json_set(entry, "verdict", cal_verdict_json(verdict));
    cal_json_set(entry, "flagged_fraction_before", cal_json_double(b->flagged_before));
    cal_json_set(entry, "flagged_fraction_after", cal_json_double(way->flagged));
    cal_json_set(entry, "images",
                 JV_OBJECT(jv_string("prior"), cal_pictures_json(&b->prior), jv_string("post"),
                           cal_pictures_json(&way->post)));
}

static void accept_it(cal_work *work, const cal_way *way, jv entry)
{
    cal_keep_pictures(work, &way->post);
    cal_stand_set(work, "SC_success", jv_true());
    cal_stand_set(work, "marginal", jv_bool(false));
    cal_stand_set(work, "overfit", jv_number(0)); /* nothing was fitted to this target's noise */
    cal_stand_set(work, "final_solint", cal_json_at(entry, "solint"));
    cal_next_is(work, "final");
}

static cal_status give_up(cal_work *work, cal_error *err)
{
    jv stand = cal_stand(work);
    cal_stand_set(work, "Stop_Reason",
                  cal_json_format("%s; the solutions of other targets did not help",
                                  cal_json_text_at(stand, "Stop_Reason", "no solution helped")));
    jv_free(stand);
    cal_drop_chain(work);
    cal_stand_set(work, "stage", jv_string("stopped"));
    cal_next_is(work, "");
    return cal_apply_chain(work, NULL, err);
}

/* ---- the piece ---- */

/* All chains of one donor, up to the first that helps. */
static cal_status try_donor(cal_work *work, borrowing *b, jv donor, jv *entry, bool *taken,
                            cal_error *err)
{
    const char *name = cal_json_text_at(donor, "target", "?");
    cal_status status = CAL_OK;
    for (int part = 0; part < 2 && !status && !*taken; part++) {
        cal_way way = {.solutions = jv_null()};
        int tables = take_chain(work, donor, part == 0);
        if (part && tables < 2)
            break;
        char *what = cal_format(part ? "the first table of %s" : "all tables of %s", name);
        status = try_chain(work, b, what, &way, err);
        if (!status) {
            cal_json_set(entry, "solint", cal_json_format("cocal:%s", name));
            tell(b, &way, entry);
            *taken = cal_way_is_taken(&way);
        }
        if (*taken)
            accept_it(work, &way, *entry);
        cal_way_free(&way);
        free(what);
    }
    return status;
}

cal_status cal_step_cocal(cal_work *work, jv *entry, cal_error *err)
{
    borrowing b = {.tried = jv_array()};
    jv stand = cal_stand(work), cocal = cal_json_at(stand, "cocal"),
       donors = cal_json_at(cocal, "donors");
    int count = jv_get_kind(donors) == JV_KIND_ARRAY ? jv_array_length(jv_copy(donors)) : 0;
    bool taken = false;
    cal_json_set(entry, "index", jv_number(cal_solint_count(work)));
    cal_json_set(entry, "pass", jv_number(1));
    cal_status status = count ? begin(work, &b, err)
                              : cal_fail(err, CAL_USAGE, "state.cocal.donors: there are none");
    cal_json_set(entry, "threshold_jy", cal_json_double(b.threshold));
    for (int i = 0; i < count && !status && !taken; i++) {
        jv donor = jv_array_get(jv_copy(donors), i);
        status = try_donor(work, &b, donor, entry, &taken, err);
        jv_free(donor);
    }
    if (!status && !taken)
        status = give_up(work, err);
    cal_json_set(entry, "attempts", b.tried);
    cal_pictures_free(&b.newest);
    cal_pictures_free(&b.prior);
    free(b.mask);
    jv_free(donors);
    jv_free(cocal);
    jv_free(stand);
    return status;
}

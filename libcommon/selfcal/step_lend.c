/* Who lends solutions to whom: a target without success gets those of successful ones that were observed with it (selfcal 1.11). They are written
 * into its state, so that the piece that tries them (step_cocal.c) needs nothing else. */
#include "base/mem.h"
#include "base/number.h"
#include "ms/summary.h"
#include "selfcal/geometry.h"
#include "selfcal/original.h"
#include "selfcal/solutions_parts.h"
#include "selfcal/step_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double farthest = 10 * CAL_PI / 180; /* on the sky */
static const double longest_gap = 600;            /* s between scans of both */
enum { MOST_DONORS = 3 };

typedef struct donor {
    jv blocks; /* chains for the borrower's blocks, in its order */
    const char *name;
    double distance, gap;
} donor;

/* ---- near in the sky ---- */

static void direction_of(jv target, int index, double direction[2])
{
    jv field = jv_array_get(cal_json_at(target, "sub-fields"), index);
    direction[0] = cal_json_number_at(field, "ra_rad", NAN);
    direction[1] = cal_json_number_at(field, "dec_rad", NAN);
    jv_free(field);
}

/* From the field that has it farthest to the nearest one of the other target. */
static double distance_between(jv target, jv other)
{
    double farthest_field = 0;
    for (int i = 0; i < cal_json_length_at(target, "sub-fields"); i++) {
        double here[2], there[2], nearest = INFINITY;
        direction_of(target, i, here);
        for (int k = 0; k < cal_json_length_at(other, "sub-fields"); k++) {
            direction_of(other, k, there);
            nearest = fmin(nearest, cal_sky_distance(here, there));
        }
        farthest_field = fmax(farthest_field, nearest);
    }
    return farthest_field;
}

/* ---- near in time, and of the same antennas ---- */

static cal_status read_copy(jv block, cal_meta **meta, cal_summary **summary)
{
    cal_table *ms = NULL;
    cal_status status = cal_meta_load(cal_json_text_at(block, "vis", ""), &ms, meta, NULL);
    if (!status)
        status = cal_summary_read(ms, *meta, NULL, summary, NULL);
    cal_table_close(ms, NULL);
    return status;
}

static double gap_to(const cal_group *group, const cal_summary *other)
{
    double nearest = INFINITY;
    for (int i = 0; i < other->groups; i++) {
        const cal_group *each = &other->group[i];
        double gap = fmax(each->begin - group->end, group->begin - each->end);
        nearest = fmin(nearest, fmax(gap, 0));
    }
    return nearest;
}

static bool same_antennas(const cal_meta *a, const cal_meta *b)
{
    bool same = a->antennas == b->antennas;
    for (int i = 0; same && i < a->antennas; i++)
        same = !strcmp(a->antenna[i].name, b->antenna[i].name);
    return same;
}

/* s from the scan of the working copy that has it farthest to the nearest one of the other's; infinite where solutions of one mean nothing in
 * the other. */
static double gap_between(jv block, jv other)
{
    cal_meta *meta[2] = {NULL, NULL};
    cal_summary *summary[2] = {NULL, NULL};
    double worst = 0;
    bool known = !read_copy(block, &meta[0], &summary[0]) &&
                 !read_copy(other, &meta[1], &summary[1]) && same_antennas(meta[0], meta[1]);
    for (int i = 0; known && i < summary[0]->groups; i++)
        worst = fmax(worst, gap_to(&summary[0]->group[i], summary[1]));
    for (int i = 0; i < 2; i++) {
        cal_summary_free(summary[i]);
        cal_meta_free(meta[i]);
    }
    return known ? worst : INFINITY;
}

/* ---- chains for the borrower's windows ---- */

/* The window's id in the working copy of a block; -1 where it has none. */
static int id_of_window(jv block, int number)
{
    jv list = cal_json_at(block, "spws");
    int id = -1;
    jv_array_foreach(list, i, window)
    {
        if ((int)cal_json_number_at(window, "spw", -1) == number)
            id = (int)cal_json_number_at(window, "id", -1);
        jv_free(window);
    }
    jv_free(list);
    return id;
}

/* The table's map for the windows of another working copy; false where it has one that the lender's has not. */
static bool map_windows(jv block, jv lender, cal_chained *one)
{
    jv list = cal_json_list_at(block, "spws");
    int count = jv_array_length(jv_copy(list)), *map = CAL_NEW_ARRAY(int, count);
    bool good = true, same = one->spws == 0;
    jv_array_foreach(list, i, window)
    {
        int id = (int)cal_json_number_at(window, "id", -1);
        int from = id_of_window(lender, (int)cal_json_number_at(window, "spw", -1));
        good = good && id >= 0 && id < count && from >= 0 && (!one->spws || from < one->spws);
        if (good)
            map[id] = one->spws ? one->spwmap[from] : from;
        same = same && good && map[id] == id;
        jv_free(window);
    }
    jv_free(list);
    free(one->spwmap);
    one->spwmap = map;
    one->spws = same ? 0 : count;
    return good;
}

/* Its interval is none of the borrower's: it cost that one no noise, and no interval of that one replaces it. */
static void mark_lent(cal_chained *one)
{
    char *own = one->solint;
    one->solint = cal_format("cocal:%s", own);
    free(own);
}

/* What the lender's block has for this one; *gap grows to theirs, and is infinite where there is nothing. */
static jv lent_to(jv block, jv other, double *gap)
{
    jv lender =
           cal_json_find(other, "vis", "original", cal_json_text_at(block, "original", ""), NULL),
       lent = jv_object();
    int count = 0;
    cal_chained *chain = cal_chain_read(lender, &count);
    bool good = count > 0;
    for (int i = 0; i < count; i++) {
        good = map_windows(block, lender, &chain[i]) && good;
        mark_lent(&chain[i]);
    }
    *gap = good ? fmax(*gap, gap_between(block, lender)) : INFINITY;
    cal_chain_write(&lent, chain, count);
    cal_chain_dispose(chain, count);
    jv_free(lender);
    return lent;
}

/* ---- donors ---- */

static bool has_success(jv target)
{
    jv stand = cal_json_at(target, "state");
    bool success = cal_json_bool_at(stand, "SC_success", false) && !cal_json_has(stand, "cocal");
    jv_free(stand);
    return success;
}

/* False where the other target cannot lend to this one. */
static bool find_donor(jv target, jv other, donor *to)
{
    *to = (donor){.name = cal_json_text_at(other, "target", "?"), .blocks = jv_array()};
    if (!has_success(other) ||
        strcmp(cal_json_text_at(target, "band", ""), cal_json_text_at(other, "band", "")))
        return false;
    to->distance = distance_between(target, other);
    if (!(to->distance <= farthest))
        return false;
    jv blocks = cal_json_at(target, "vis");
    jv_array_foreach(blocks, i, block)
    {
        cal_json_push(&to->blocks, lent_to(block, other, &to->gap));
        jv_free(block);
    }
    jv_free(blocks);
    return to->gap <= longest_gap;
}

static int by_nearness(const void *a, const void *b)
{
    const donor *x = a, *y = b;
    return x->distance != y->distance ? (x->distance > y->distance) - (x->distance < y->distance)
                                      : (x->gap > y->gap) - (x->gap < y->gap);
}

/* As in target.state.cocal.donors, the nearest first. */
static jv donors_for(jv targets, jv target)
{
    int count = jv_array_length(jv_copy(targets)), found = 0;
    donor *all = CAL_NEW_ARRAY(donor, count);
    jv *other = CAL_NEW_ARRAY(jv, count), list = jv_array();
    for (int i = 0; i < count; i++) {
        other[i] = jv_array_get(jv_copy(targets), i);
        if (find_donor(target, other[i], &all[found]))
            found++;
        else
            jv_free(all[found].blocks);
    }
    qsort(all, (size_t)found, sizeof *all, by_nearness);
    for (int i = 0; i < found; i++) {
        if (i < MOST_DONORS)
            cal_json_push(&list, JV_OBJECT(jv_string("target"), jv_string(all[i].name),
                                           jv_string("distance_deg"),
                                           cal_json_double(all[i].distance * 180 / CAL_PI),
                                           jv_string("gap_s"), cal_json_double(all[i].gap),
                                           jv_string("vis"), jv_copy(all[i].blocks)));
        jv_free(all[i].blocks);
    }
    for (int i = 0; i < count; i++)
        jv_free(other[i]);
    free(other);
    free(all);
    return list;
}

/* ---- the state ---- */

static bool wants_solutions(jv target)
{
    jv stand = cal_json_at(target, "state");
    bool wants =
        !strcmp(cal_json_text_at(stand, "stage", ""), "stopped") && !cal_json_has(stand, "cocal");
    jv_free(stand);
    return wants;
}

static void lend(jv *target, jv donors)
{
    jv stand = cal_json_at(*target, "state");
    const char *name = cal_json_text_at(*target, "target", "?");
    int count = jv_array_length(jv_copy(donors));
    if (count) {
        cal_json_set(&stand, "stage", jv_string("solving"));
        cal_json_set(&stand, "next", jv_string("cocal"));
    } else {
        const char *reason = cal_json_text_at(stand, "Stop_Reason", "no solution helped");
        cal_warn("%s: no successful target of the same band and execution blocks, with all of its "
                 "windows, within %g deg and %g s of it: no solutions to borrow",
                 name, farthest * 180 / CAL_PI, longest_gap);
        cal_json_set(&stand, "Stop_Reason",
                     cal_json_format("%s; No suitable co-calibrators", reason));
    }
    cal_json_set(&stand, "cocal", JV_OBJECT(jv_string("donors"), donors));
    cal_json_set(target, "state", stand);
}

static bool all_through(jv targets)
{
    bool through = true;
    jv_array_foreach(targets, i, target)
    {
        char *next = cal_step_next(target);
        through = through && !next;
        free(next);
        jv_free(target);
    }
    return through;
}

/* Other targets of the same data may be in states of their own: nothing is said of them. */
static void tell_alone(jv targets)
{
    jv target = jv_array_get(jv_copy(targets), 0);
    if (wants_solutions(target))
        cal_warn("%s: no other target is in this state: no solutions to borrow",
                 cal_json_text_at(target, "target", "?"));
    jv_free(target);
}

bool cal_lend_solutions(jv *state)
{
    jv settings = cal_json_at(*state, "settings"), targets = cal_json_list_at(*state, "targets");
    bool allowed = cal_json_bool_at(settings, "allow_cocal", false) && all_through(targets);
    bool lent = false, alone = jv_array_length(jv_copy(targets)) == 1;
    jv changed = jv_copy(targets);
    if (allowed && alone)
        tell_alone(targets);
    for (int i = 0; i < jv_array_length(jv_copy(targets)) && allowed && !alone; i++) {
        jv target = jv_array_get(jv_copy(targets), i);
        if (wants_solutions(target)) {
            jv donors = donors_for(targets, target);
            lent = lent || jv_array_length(jv_copy(donors)) > 0;
            lend(&target, donors);
            changed = jv_array_set(changed, i, target);
        } else
            jv_free(target);
    }
    cal_json_set(state, "targets", changed);
    jv_free(targets);
    jv_free(settings);
    return lent;
}

#include "selfcal/solutions.h"

#include "base/mem.h"
#include "base/output.h"
#include "selfcal/choose.h"
#include "selfcal/expect.h"
#include "selfcal/solutions_parts.h"
#include <math.h>
#include <string.h>

static jv solint_at(const cal_work *work, int index)
{
    return jv_array_get(cal_json_at(work->target, "solints"), index);
}

/* ---- which modes ---- */

static bool mode_named(const char *name, cal_spectral_mode *mode)
{
    for (*mode = 0; *mode < CAL_SPECTRAL_MODES; ++*mode)
        if (!strcmp(name, cal_spectral_mode_name(*mode)))
            return true;
    return false;
}

/* The lowest S/N of a list of windows or basebands. */
static double lowest_snr(jv solint, const char *key)
{
    jv list = cal_json_list_at(solint, key);
    double lowest = INFINITY;
    int count = jv_array_length(jv_copy(list));
    for (int i = 0; i < count; i++) {
        jv item = jv_array_get(jv_copy(list), i);
        lowest = fmin(lowest, cal_json_number_at(item, "snr", 0));
        jv_free(item);
    }
    jv_free(list);
    return count ? lowest : 0;
}

/* "attempt" says so, or, where it is null, the S/N that is to be expected of the weakest window or baseband. */
static bool is_to_be_tried(jv solint, jv entry, cal_spectral_mode mode)
{
    const double least = 2;
    jv attempt = cal_json_at(entry, "attempt");
    bool known = jv_get_kind(attempt) != JV_KIND_NULL;
    bool wanted = jv_get_kind(attempt) == JV_KIND_TRUE;
    jv_free(attempt);
    if (known)
        return wanted;
    return lowest_snr(solint, mode == CAL_PER_BASEBAND ? "solint_snr_per_bb"
                                                       : "solint_snr_per_spw") > least;
}

/* ---- what the rules of the choice look at ---- */

static jv window_numbered(jv spws, double number)
{
    jv found = jv_null();
    int count = jv_array_length(jv_copy(spws));
    for (int i = 0; i < count; i++) {
        jv spw = jv_array_get(jv_copy(spws), i);
        if (cal_json_number_at(spw, "spw", -1) == number) {
            jv_free(found);
            found = spw;
        } else
            jv_free(spw);
    }
    return found;
}

static double snr_numbered(jv solint, double number)
{
    jv list = cal_json_at(solint, "solint_snr_per_spw");
    jv entry = window_numbered(list, number);
    double snr = cal_json_number_at(entry, "snr", NAN);
    jv_free(entry);
    jv_free(list);
    return snr;
}

static cal_choice_window *windows_of(const cal_solving *solving, double snr, int *count)
{
    jv own = cal_json_at(solving->block, "spws"), all = cal_json_at(solving->work->target, "spws");
    jv coarsest = solint_at(solving->work, 0);
    *count = jv_array_length(jv_copy(own));
    cal_choice_window *window = CAL_NEW_ARRAY(cal_choice_window, *count);
    cal_expect_solint(solving->work, &coarsest, snr);
    for (int i = 0; i < *count; i++) {
        jv spw = jv_array_get(jv_copy(own), i);
        int id = (int)cal_json_number_at(spw, "id", i);
        double number = cal_json_number_at(spw, "spw", i);
        jv general = window_numbered(all, number);
        window[id >= 0 && id < *count ? id : i] = (cal_choice_window){
            .baseband = (int)cal_json_number_at(general, "baseband", 0),
            .freq = cal_json_number_at(general, "frequency_hz", 0),
            .bandwidth = cal_json_number_at(spw, "effective_bandwidth_hz", 0),
            .snr = snr_numbered(coarsest, number),
        };
        jv_free(general);
        jv_free(spw);
    }
    jv_free(coarsest);
    jv_free(own);
    jv_free(all);
    return window;
}

/* The plan gives the intervals that combine an execution block names of their own. */
static bool is_first(jv solint)
{
    return !strncmp(cal_json_text_at(solint, "solint", ""), "inf_EB", 6);
}

static void choose(const cal_solving *solving, double snr, const cal_caltable *const *table)
{
    const cal_work *work = solving->work;
    int windows;
    cal_choice_window *window = windows_of(solving, snr, &windows);
    const cal_choice_rules rules = {
        .window = window,
        .windows = windows,
        .first = is_first(solving->solint),
        .amplitude = solving->set->amplitude,
        .few_antennas = !strcmp(cal_json_text_at(work->target, "telescope", ""), "ACA"),
        .spectral_scan = cal_json_bool_at(work->target, "spectral_scan", false),
        .least_snr = work->settings->minsnr_to_proceed,
        .fraction = work->settings->spectral_solution_fraction,
    };
    cal_choose(solving->set, table, &rules);
    free(window);
}

/* ---- one block ---- */

static void note_failure(cal_solution_set *set, const char *mode, const char *why)
{
    char *old = set->reason;
    set->reason = old ? cal_format("%s; %s could not be solved (%s)", old, mode, why)
                      : cal_format("%s could not be solved (%s)", mode, why);
    free(old);
}

static void clear_solution(cal_solution *solution)
{
    free(solution->path);
    free(solution->spwmap);
    free(solution->interp);
    cal_counts_free(&solution->counts);
    cal_words_free(&solution->passed);
}

static cal_status try_mode(const cal_solving *solving, cal_spectral_mode mode, cal_error *err)
{
    cal_error own = {0};
    cal_solution *solution = cal_solution_add(solving->set);
    solution->mode = mode;
    cal_status status = cal_solving_run(solving, solution, &own);
    if (!status)
        return CAL_OK;
    if (status != CAL_DATA)
        return cal_fail(err, status, "%s", own.text);
    note_failure(solving->set, cal_spectral_mode_name(mode), own.text);
    status = cal_remove_tree(solution->path, err);
    clear_solution(solution);
    solving->set->tries--;
    return status;
}

static cal_status try_modes(cal_solving *solving, cal_error *err)
{
    jv modes = cal_json_list_at(solving->solint, "modes");
    int count = jv_array_length(jv_copy(modes));
    cal_status status = CAL_OK;
    for (int i = 0; i < count && !status; i++) {
        cal_spectral_mode mode;
        solving->mode = jv_array_get(jv_copy(modes), i);
        if (mode_named(cal_json_text_at(solving->mode, "mode", ""), &mode) &&
            is_to_be_tried(solving->solint, solving->mode, mode))
            status = try_mode(solving, mode, err);
        jv_free(solving->mode);
    }
    jv_free(modes);
    return status;
}

static cal_status measure_and_choose(const cal_solving *solving, double snr, cal_error *err)
{
    cal_solution_set *set = solving->set;
    cal_caltable **table = CAL_NEW_ARRAY(cal_caltable *, set->tries);
    cal_status status = CAL_OK;
    for (int i = 0; i < set->tries && !status; i++) {
        cal_solution *solution = &set->tried[i];
        status = cal_caltable_read(solution->path, &table[i], err);
        if (status)
            continue;
        cal_counts_total(&solution->counts, &solution->facts);
        cal_solution_measure(table[i], set->amplitude, &solution->facts);
    }
    if (!status)
        choose(solving, snr, (const cal_caltable *const *)table);
    for (int i = 0; i < set->tries; i++)
        cal_caltable_free(table[i]);
    free(table);
    return status;
}

static cal_status solve_block(cal_solving *solving, double snr, cal_error *err)
{
    cal_solution_set *set = solving->set;
    *set = (cal_solution_set){.chosen = -1, .index = solving->index};
    set->amplitude = !strcmp(cal_json_text_at(solving->solint, "solmode", "p"), "ap");
    set->before = cal_chain_before(solving->work, solving->block, solving->index, solving->pass,
                                   &set->befores);
    if (try_modes(solving, err))
        return err->status;
    if (!set->tries)
        return cal_fail(err, CAL_DATA, "%s: no solution for %s: %s", cal_solving_vis(solving),
                        cal_json_text_at(solving->solint, "solint", ""),
                        set->reason ? set->reason : "no mode is to be attempted");
    return measure_and_choose(solving, snr, err);
}

cal_status cal_solutions_make(cal_work *work, int index, int pass, double snr,
                              cal_solution_set *sets, cal_error *err)
{
    int blocks = cal_work_blocks(work);
    jv solint = solint_at(work, index);
    cal_status status = CAL_OK;
    memset(sets, 0, (size_t)blocks * sizeof *sets);
    cal_expect_solint(work, &solint, snr);
    for (int i = 0; i < blocks && !status; i++) {
        cal_solving solving = {.work = work,
                               .block = cal_work_block(work, i),
                               .solint = solint,
                               .index = index,
                               .pass = pass,
                               .interp =
                                   cal_json_text_at(work->target, "applycal_interp", "linear"),
                               .set = &sets[i]};
        status = solve_block(&solving, snr, err);
        jv_free(solving.block);
    }
    jv_free(solint);
    return status;
}

/* ---- afterwards ---- */

/* combinespw; where there is one window alone, both polarizations together. */
static int coarser(const cal_solution_set *set)
{
    int found = -1;
    for (int i = 0; i < set->tries; i++) {
        cal_spectral_mode mode = set->tried[i].mode;
        if (mode == CAL_COMBINE_SPW || (mode == CAL_COMBINE_SPW_POL && found < 0))
            found = i;
    }
    return found;
}

bool cal_solutions_fall_back(cal_solution_set *sets, int blocks)
{
    bool changed = false;
    for (int i = 0; i < blocks; i++) {
        cal_solution_set *set = &sets[i];
        int other = coarser(set);
        bool fine = set->chosen >= 0 && (set->tried[set->chosen].mode == CAL_PER_SPW ||
                                         set->tried[set->chosen].mode == CAL_PER_BASEBAND);
        if (!fine || other < 0)
            continue;
        char *old = set->reason;
        set->reason = cal_format("%s; fallen back to %s", old,
                                 cal_spectral_mode_name(set->tried[other].mode));
        free(old);
        set->chosen = other;
        changed = true;
    }
    return changed;
}

bool cal_solutions_refine(cal_solution_set *sets, int blocks)
{
    bool changed = false;
    for (int i = 0; i < blocks; i++) {
        cal_solution_set *set = &sets[i];
        for (int t = 0; t < set->tries && set->chosen >= 0; t++) {
            if (set->tried[t].mode != CAL_PER_SPW || set->tried[set->chosen].mode == CAL_PER_SPW)
                continue;
            set->chosen = t;
            changed = true;
        }
    }
    return changed;
}

cal_solution *cal_solution_add(cal_solution_set *set)
{
    set->tried = cal_grow(set->tried, set->tries + 1, sizeof *set->tried);
    set->tried[set->tries] = (cal_solution){0};
    return &set->tried[set->tries++];
}

void cal_solutions_free(cal_solution_set *sets, int blocks)
{
    for (int i = 0; i < blocks; i++) {
        for (int k = 0; k < sets[i].tries; k++)
            clear_solution(&sets[i].tried[k]);
        cal_chain_dispose(sets[i].before, sets[i].befores);
        free(sets[i].tried);
        free(sets[i].reason);
        sets[i] = (cal_solution_set){.chosen = -1};
    }
}

#include "cal/solve_run.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "base/progress.h"
#include <math.h>

typedef struct solve_run {
    const cal_meta *meta;
    const cal_plan *plan;
    const cal_solve_rule *rule;
    cal_gather *gather;
    cal_gain_list *gains;
    const int *ready; /* solutions to be worked out */
    int ready_count, pieces;
    cal_reader *reader;
    int blocks;       /* that came */
    int meanwhile;    /* 1: due now, see work_all() */
    cal_error failed; /* what was done meanwhile */
    int lowest_spw;
} solve_run;

static void label(const solve_run *run, int solution, cal_interval_gains *item)
{
    const cal_group *first = &run->plan->group[run->plan->solution[solution].first_group];
    item->spw = run->rule->combine_spw ? run->lowest_spw : run->meta->dd[first->dd].spw;
    item->field = first->field;
    item->scan = first->scan;
    item->observation = first->observation;
}

static void note_passed(const cal_gain_list *list, cal_interval_gains *item)
{
    for (int i = 0; i < list->antennas * list->pars; i++)
        item->passed[i] = !item->gains.flag[i];
}

/* The reference antenna's delay is 0 even where it has no data; nothing is flagged for its S/N. */
static void set_delay(const cal_gain_list *list, cal_interval_gains *item, int antenna, int hand,
                      double delay)
{
    int at = antenna * list->pars + hand;
    item->gains.gain[at] = isnan(delay) ? 0 : (float)delay;
    item->gains.flag[at] = isnan(delay);
    item->gains.solved[at] = item->passed[at] = !isnan(delay);
    item->gains.in_reach[antenna] |= !isnan(delay);
}

static void solve_delays(const solve_run *run, int solution, cal_interval_gains *item)
{
    cal_channel *channel = CAL_NEW_ARRAY(cal_channel, cal_gather_channels(run->gather, solution));
    cal_gains_init(&item->gains, run->gains->antennas, false);
    for (int a = 0; a < run->gains->antennas; a++)
        for (int hand = 0; hand < run->gains->pars; hand++) {
            int channels = cal_gather_spectrum(run->gather, solution, a, hand, channel);
            bool reference = a == run->rule->gather.reference;
            set_delay(run->gains, item, a, hand, reference ? 0 : cal_delay_of(channel, channels));
        }
    item->good = true;
    free(channel);
}

static void solve_one(const solve_run *run, int solution)
{
    const cal_solve_rule *rule = run->rule;
    cal_interval_gains *item = &run->gains->item[solution];
    cal_averages averages = {.problem = {.scalar = rule->gather.scalar,
                                         .corr_flags = rule->gather.corr_flags,
                                         .refant = rule->refant,
                                         .min_baselines = rule->min_baselines,
                                         .min_snr = rule->min_snr,
                                         .optimum = rule->optimum},
                             .expected = item->expected,
                             .data = item->data};
    label(run, solution, item);
    cal_gather_problem(run->gather, solution, &averages);
    item->time = averages.time;
    if (averages.weight > 0 && rule->gather.delay)
        solve_delays(run, solution, item);
    else if (averages.weight > 0) {
        cal_gains_init(&item->gains, run->gains->antennas, rule->gather.scalar);
        item->good = cal_solve(&averages.problem, &item->gains);
        if (item->good)
            note_passed(run->gains, item);
    }
    free(averages.problem.baseline);
    cal_gather_release(run->gather, solution);
}

/* ---- the stream ---- */

static void do_meanwhile(solve_run *run)
{
    cal_reader_lock(run->reader);
    run->rule->meanwhile(run->rule->user, &run->failed);
    cal_reader_unlock(run->reader);
}

/* What is to be done meanwhile, the solutions that are complete, and the pieces of the next block. */
static void work(void *user, int item, int worker)
{
    solve_run *run = user;
    int ready = item - run->meanwhile, piece = ready - run->ready_count;
    if (item < run->meanwhile) {
        do_meanwhile(run);
        return;
    }
    int solution = piece < 0 ? run->ready[ready] : cal_gather_piece(run->gather, piece, worker);
    if (solution >= 0)
        solve_one(run, solution);
}

static cal_status work_all(solve_run *run, bool meanwhile, cal_error *err)
{
    run->meanwhile = meanwhile && run->rule->meanwhile;
    cal_parallel(run->rule->gather.jobs, run->meanwhile + run->ready_count + run->pieces, work,
                 run);
    run->ready_count = run->pieces = 0;
    return run->failed.status ? cal_fail(err, run->failed.status, "%s", run->failed.text) : CAL_OK;
}

/* Meanwhile means beside the second block: by then the reader is as far ahead as it can be. */
enum { MEANWHILE_BLOCK = 2 };

static cal_status take_block(solve_run *run, const cal_block *block, cal_error *err)
{
    run->pieces = cal_gather_begin(run->gather, block);
    if (work_all(run, block && ++run->blocks == MEANWHILE_BLOCK, err) ||
        cal_gather_end(run->gather, err))
        return err->status;
    run->ready = cal_gather_ready(run->gather, &run->ready_count);
    return CAL_OK;
}

static cal_status stream(cal_table *ms, const cal_selection *selection, solve_run *run,
                         cal_error *err)
{
    const unsigned wanted = CAL_SKIP_STATE | CAL_SKIP_CENTROID | CAL_SKIP_FLAG_ROW;
    const cal_reader_options options = {.skip = CAL_SKIP_ALL & ~wanted, .pieces = true};
    cal_block *block;
    if (cal_reader_open(ms, run->meta, selection, cal_gather_columns(run->gather), &options,
                        &run->reader, err))
        return err->status;
    cal_progress_start("solving", "rows", (double)run->plan->rows);
    cal_status status;
    do {
        if (!(status = cal_reader_next(run->reader, &block, err)))
            status = take_block(run, block, err);
        cal_progress_add(block ? (double)block->rows.count : 0);
    } while (!status && block);
    if (!status)
        status = work_all(run, run->blocks < MEANWHILE_BLOCK, err);
    cal_progress_end();
    cal_reader_close(run->reader);
    return status;
}

cal_status cal_solve_run(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                         const cal_plan *plan, const cal_solve_rule *rule, cal_gain_list **gains,
                         int64_t *not_finite, cal_error *err)
{
    solve_run run = {.meta = meta, .plan = plan, .rule = rule, .lowest_spw = meta->spws};
    if (cal_gather_make(plan, ms, meta, selection, &rule->gather, &run.gather, err))
        return err->status;
    for (int g = 0; g < plan->groups; g++) {
        int spw = meta->dd[plan->group[g].dd].spw;
        run.lowest_spw = spw < run.lowest_spw ? spw : run.lowest_spw;
    }
    run.gains = cal_gain_list_make(plan->solutions, meta->antennas, rule->gather.scalar ? 1 : 2);
    run.gains->delays = rule->gather.delay;
    cal_status status = stream(ms, selection, &run, err);
    *not_finite = cal_gather_not_finite(run.gather);
    cal_gather_free(run.gather);
    if (status) {
        cal_gain_list_free(run.gains);
        return status;
    }
    for (int k = 0; k < run.gains->count; k++)
        run.gains->good += run.gains->item[k].good;
    cal_gain_list_sort(run.gains);
    *gains = run.gains;
    return CAL_OK;
}

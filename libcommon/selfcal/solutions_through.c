/* Antennas whose solutions are mostly flagged take their baselines with them, and with outer antennas the beam grows. Passed through,
 * their data stay as they are: of this interval they are not calibrated, but neither are they lost. */
#include "base/mem.h"
#include "base/number.h"
#include "base/output.h"
#include "selfcal/names.h"
#include "selfcal/solutions_parts.h"
#include <string.h>

/* A solution is poor when it is flagged, or when its S/N is below this and below that share of what the antennas of its instant have;
 * an antenna is passed through when half of its solutions or more are poor. */
static const double poor_snr = 5, poor_share = 0.6, mostly = 0.5;

static bool same_instant(const cal_caltable *table, int64_t a, int64_t b)
{
    return table->time[a] == table->time[b] && table->spw_id[a] == table->spw_id[b];
}

static bool is_good(const cal_caltable *table, int64_t row, int element)
{
    return element < table->npar[row] && !table->flag[table->offset[row] + element];
}

/* The S/N below which a solution of rows first .. end-1 is poor. */
static double limit_of(const cal_caltable *table, int64_t first, int64_t end, int element)
{
    float *snr = CAL_NEW_ARRAY(float, end - first);
    size_t count = 0;
    for (int64_t row = first; row < end; row++)
        if (is_good(table, row, element))
            snr[count++] = table->snr[table->offset[row] + element];
    double median = cal_median_f(snr, count);
    free(snr);
    return count && poor_share * median < poor_snr ? poor_share * median : poor_snr;
}

/* poor[antenna]: unflagged solutions of too little S/N. */
static void count_poor(const cal_caltable *table, double *poor)
{
    enum { HANDS = 2 };
    for (int64_t first = 0, end; first < table->rows; first = end) {
        for (end = first + 1; end < table->rows && same_instant(table, first, end);)
            end++;
        for (int e = 0; table->snr && e < HANDS; e++) {
            double limit = limit_of(table, first, end, e);
            for (int64_t row = first; row < end; row++)
                poor[table->antenna1[row]] +=
                    is_good(table, row, e) && table->snr[table->offset[row] + e] < limit;
        }
    }
}

static bool is_mostly_poor(const cal_solution_counts *counts, int antenna, double poor)
{
    double data = 0;
    for (int s = 0; s < counts->spws; s++) {
        data += counts->data[s * counts->antennas + antenna];
        poor += counts->data[s * counts->antennas + antenna] -
                counts->solved[s * counts->antennas + antenna];
    }
    return data > 0 && poor >= mostly * data;
}

/* passes[antenna of the table]; how many. */
static int find_antennas(const cal_solution_counts *counts, const cal_caltable *table, bool *passes)
{
    double *poor = CAL_NEW_ARRAY(double, table->meta->antennas);
    int count = 0;
    count_poor(table, poor);
    for (int a = 0; a < counts->antennas && a < table->meta->antennas; a++)
        count += passes[a] = is_mostly_poor(counts, a, poor[a]);
    free(poor);
    return count;
}

/* 1, whatever the amplitudes were normalised to; without S/N, since nothing was fitted. */
static void pass_antenna(cal_caltable *table, int antenna)
{
    for (int64_t row = 0; row < table->rows; row++)
        for (int e = 0; table->antenna1[row] == antenna && e < table->npar[row] * table->nchan[row];
             e++) {
            int64_t at = table->offset[row] + e;
            table->cpar[at] = 1;
            table->flag[at] = 0;
            if (table->snr)
                table->snr[at] = 0;
            if (table->error)
                table->error[at] = 0;
        }
}

static cal_status write_copy(const cal_caltable *table, const char *from, const char *path,
                             cal_error *err)
{
    cal_table *source;
    cal_output *out;
    cal_status status = cal_table_open(from, false, &source, err);
    if (status)
        return status;
    status = cal_output_begin(path, true, &out, err);
    if (!status) {
        status = cal_caltable_write(table, source, cal_output_path(out), err);
        if (status)
            cal_output_abandon(out);
        else
            status = cal_output_commit(out, err);
    }
    cal_table_close(source, NULL);
    return status;
}

static char *name_of_copy(const char *path)
{
    cal_selfcal_table name;
    if (!cal_selfcal_table_parse(path, &name))
        return cal_format("%s-through", path);
    name.through = true;
    char *copy = cal_selfcal_table_name(&name);
    cal_selfcal_table_free(&name);
    return copy;
}

static cal_solution_counts copy_counts(const cal_solution_counts *counts)
{
    cal_solution_counts copy = cal_counts_make(counts->spws, counts->antennas);
    size_t bytes = (size_t)counts->spws * counts->antennas * sizeof(double);
    copy.pars = counts->pars;
    memcpy(copy.expected, counts->expected, bytes);
    memcpy(copy.data, counts->data, bytes);
    memcpy(copy.solved, counts->solved, bytes);
    for (int a = 0; a < counts->antennas; a++)
        copy.name[a] = cal_copy_text(counts->name[a]);
    return copy;
}

/* The passed antennas' solutions are none. */
static void forget_antenna(cal_solution_counts *counts, int antenna)
{
    for (int s = 0; s < counts->spws; s++)
        counts->solved[s * counts->antennas + antenna] = 0;
}

/* The chosen solution once more as the last of the tries, with a path of its own. */
static cal_solution *duplicate(cal_solution_set *set)
{
    cal_solution *copy = cal_solution_add(set);
    const cal_solution *chosen = &set->tried[set->chosen];
    *copy = (cal_solution){.mode = chosen->mode,
                           .path = name_of_copy(chosen->path),
                           .interp = cal_copy_text(chosen->interp),
                           .spws = chosen->spws,
                           .facts = chosen->facts,
                           .counts = copy_counts(&chosen->counts)};
    copy->spwmap = chosen->spws ? CAL_NEW_ARRAY(int, chosen->spws) : NULL;
    for (int i = 0; i < chosen->spws; i++)
        copy->spwmap[i] = chosen->spwmap[i];
    return copy;
}

static void say_passed(cal_solution_set *set)
{
    const cal_words *names = &set->tried[set->chosen].passed;
    cal_buf text = {0};
    cal_buf_addf(&text, "%s; passed through, since half of their solutions or more are poor:",
                 set->reason ? set->reason : "");
    for (int i = 0; i < names->count; i++)
        cal_buf_addf(&text, " %s", names->item[i]);
    free(set->reason);
    set->reason = cal_buf_steal(&text);
}

static cal_status pass_set(cal_solution_set *set, cal_caltable *table, const bool *passes,
                           cal_error *err)
{
    cal_solution *copy = duplicate(set);
    const char *from = set->tried[set->chosen].path;
    for (int a = 0; a < copy->counts.antennas; a++)
        if (passes[a]) {
            pass_antenna(table, a);
            forget_antenna(&copy->counts, a);
            cal_words_add(&copy->passed, table->meta->antenna[a].name);
        }
    cal_counts_total(&copy->counts, &copy->facts);
    cal_solution_measure(table, set->amplitude, &copy->facts);
    set->chosen = set->tries - 1;
    say_passed(set);
    return write_copy(table, from, copy->path, err);
}

/* Nothing where nothing was chosen, where antennas were passed already, or where they all would be: then the solutions are poor, not they. */
static cal_status pass_some(cal_solution_set *set, bool *passed, cal_error *err)
{
    cal_caltable *table = NULL;
    const cal_solution *chosen = set->chosen >= 0 ? &set->tried[set->chosen] : NULL;
    if (!chosen || chosen->passed.count)
        return CAL_OK;
    if (cal_caltable_read(chosen->path, &table, err))
        return err->status;
    bool *passes = CAL_NEW_ARRAY(bool, table->meta->antennas);
    int count = table->complex_par ? find_antennas(&chosen->counts, table, passes) : 0;
    cal_status status = CAL_OK;
    if (count && 2 * count < chosen->counts.antennas) {
        status = pass_set(set, table, passes, err);
        *passed = true;
    }
    free(passes);
    cal_caltable_free(table);
    return status;
}

cal_status cal_solutions_pass_through(cal_work *work, cal_solution_set *sets, bool *passed,
                                      cal_error *err)
{
    cal_status status = CAL_OK;
    *passed = false;
    for (int i = 0; i < cal_work_blocks(work) && !status; i++)
        status = pass_some(&sets[i], passed, err);
    return status;
}

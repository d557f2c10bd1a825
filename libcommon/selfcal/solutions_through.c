/* Antennas whose solutions are mostly flagged take their baselines with them, and with outer antennas the beam grows. Passed through,
 * their data stay as they are: of this interval they are not calibrated, but neither are they lost. */
#include "base/mem.h"
#include "base/output.h"
#include "selfcal/names.h"
#include "selfcal/solutions_parts.h"
#include <string.h>

/* An antenna that loses half of its solutions or more. */
static const double mostly = 0.5;

static bool is_mostly_flagged(const cal_solution_counts *counts, int antenna)
{
    double data = 0, solved = 0;
    for (int s = 0; s < counts->spws; s++) {
        data += counts->data[s * counts->antennas + antenna];
        solved += counts->solved[s * counts->antennas + antenna];
    }
    return data > 0 && data - solved >= mostly * data;
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

static cal_status pass_set(cal_solution_set *set, const cal_words *names, cal_error *err)
{
    cal_caltable *table;
    cal_status status = cal_caltable_read(set->tried[set->chosen].path, &table, err);
    if (status)
        return status;
    cal_solution *copy = duplicate(set);
    const char *from = set->tried[set->chosen].path;
    for (int a = 0, k = 0; a < copy->counts.antennas && k < names->count; a++)
        if (copy->counts.name[a] && !strcmp(copy->counts.name[a], names->item[k])) {
            pass_antenna(table, a);
            forget_antenna(&copy->counts, a);
            cal_words_add(&copy->passed, names->item[k++]);
        }
    status = write_copy(table, from, copy->path, err);
    cal_counts_total(&copy->counts, &copy->facts);
    cal_solution_measure(table, set->amplitude, &copy->facts);
    set->chosen = set->tries - 1;
    cal_caltable_free(table);
    return status;
}

static void say_passed(cal_solution_set *set, const cal_words *names)
{
    cal_buf text = {0};
    cal_buf_addf(&text, "%s; passed through, since half of their solutions or more are flagged:",
                 set->reason ? set->reason : "");
    for (int i = 0; i < names->count; i++)
        cal_buf_addf(&text, " %s", names->item[i]);
    free(set->reason);
    set->reason = cal_buf_steal(&text);
}

cal_status cal_solutions_pass_through(cal_work *work, cal_solution_set *sets, bool *passed,
                                      cal_error *err)
{
    cal_status status = CAL_OK;
    *passed = false;
    for (int i = 0; i < cal_work_blocks(work) && !status; i++) {
        cal_words names = {0};
        const cal_solution *chosen =
            sets[i].chosen >= 0 ? &sets[i].tried[sets[i].chosen] : &(cal_solution){0};
        bool done = chosen->passed.count > 0;
        for (int a = 0; !done && a < chosen->counts.antennas; a++)
            if (chosen->counts.name[a] && is_mostly_flagged(&chosen->counts, a))
                cal_words_add(&names, chosen->counts.name[a]);
        if (names.count) {
            status = pass_set(&sets[i], &names, err);
            say_passed(&sets[i], &names);
            *passed = true;
        }
        cal_words_free(&names);
    }
    return status;
}

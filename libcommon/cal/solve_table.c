#include "cal/solve_table.h"

#include "base/json.h"
#include "base/mem.h"
#include <math.h>
#include <string.h>

/* ---- spectral windows ---- */

/* The channels of a spw as one: centre weighted by width, and total width, both of the selected
 * ones. */
typedef struct band {
    double freq, width;
} band;

static band selected_band(const cal_spw *spw, const cal_spw_choice *choice)
{
    double sum = 0, total = 0, origin = spw->nchan ? spw->freq[0] : 0;
    for (int r = 0; r < choice->ranges; r++)
        for (int ch = choice->range[r].first; ch <= choice->range[r].last;
             ch += choice->range[r].step) {
            double width = fabs(spw->width[ch]);
            sum += width * (spw->freq[ch] - origin);
            total += width;
        }
    return (band){origin + (total > 0 ? sum / total : 0), total};
}

/* As CASA labels a spw without solutions: plain mean, width with its sign. */
static band whole_band(const cal_spw *spw)
{
    band whole = {0};
    for (int ch = 0; ch < spw->nchan; ch++) {
        whole.freq += (spw->freq[ch] - spw->freq[0]) / spw->nchan;
        whole.width += spw->width[ch];
    }
    whole.freq += spw->nchan ? spw->freq[0] : 0;
    return whole;
}

static void set_spw(cal_caltable_spw *out, double freq, double width, double effective, bool absent)
{
    *out = (cal_caltable_spw){.nchan = 1,
                              .freq = CAL_NEW(double),
                              .width = CAL_NEW(double),
                              .effective_bw = CAL_NEW(double),
                              .absent = absent};
    *out->freq = freq;
    *out->width = width;
    *out->effective_bw = effective;
}

/* All selected spws in the place of the lowest: centre weighted by bandwidth. */
static void set_combined(cal_caltable_spw *out, const cal_meta *meta,
                         const cal_selection *selection, const uint8_t *in_plan)
{
    double sum = 0, total = 0, squares = 0, origin = 0;
    for (int s = 0; s < meta->spws; s++) {
        if (!in_plan[s])
            continue;
        band one = selected_band(&meta->spw[s], cal_selection_channels(selection, s));
        origin = total > 0 ? origin : one.freq;
        sum += one.width * (one.freq - origin);
        squares += one.width * one.width;
        total += one.width;
    }
    set_spw(out, origin + sum / total, squares / total, total, false);
}

static void set_spws(cal_caltable *table, const cal_gain_list *gains, const cal_meta *meta,
                     const cal_selection *selection, const cal_plan *plan, bool combine_spw)
{
    uint8_t *in_plan = CAL_NEW_ARRAY(uint8_t, meta->spws),
            *solved = CAL_NEW_ARRAY(uint8_t, meta->spws);
    for (int g = 0; g < plan->groups; g++)
        in_plan[meta->dd[plan->group[g].dd].spw] = 1;
    for (int k = 0; k < gains->count; k++)
        solved[gains->item[k].spw] |= gains->item[k].good;
    for (int s = 0; s < meta->spws; s++) {
        if (solved[s] && combine_spw) {
            set_combined(&table->spw[s], meta, selection, in_plan);
            continue;
        }
        band one = solved[s] ? selected_band(&meta->spw[s], cal_selection_channels(selection, s))
                             : whole_band(&meta->spw[s]);
        set_spw(&table->spw[s], one.freq, one.width, one.width, !solved[s]);
    }
    free(in_plan);
    free(solved);
}

/* ---- rows ---- */

static void put_row(cal_caltable *table, int64_t row, const cal_interval_gains *item, int antenna)
{
    int pars = item->gains.pars;
    table->time[row] = item->time;
    table->field[row] = item->field;
    table->spw_id[row] = item->spw;
    table->scan[row] = item->scan;
    table->observation[row] = item->observation;
    table->antenna1[row] = antenna;
    table->antenna2[row] = item->refant;
    table->npar[row] = pars;
    table->nchan[row] = 1;
    table->offset[row] = row * pars;
    for (int p = 0; p < pars; p++) {
        int64_t to = row * pars + p;
        int from = antenna * pars + p;
        if (table->complex_par)
            table->cpar[to] = item->gains.gain[from];
        else
            table->fpar[to] = crealf(item->gains.gain[from]);
        table->flag[to] = item->gains.flag[from];
        table->snr[to] = item->gains.snr[from];
        table->error[to] = item->gains.error[from];
    }
}

static cal_caltable *make_table(const cal_meta *meta, int pars, bool delays, int64_t rows)
{
    const char *type = delays ? "K Jones" : pars == 1 ? "T Jones" : "G Jones";
    cal_caltable *table = cal_caltable_make(type, !delays, meta->spws, rows, rows * pars);
    table->ms_name = cal_copy_text(meta->name);
    return table;
}

cal_caltable *cal_gains_form(const cal_meta *meta, bool scalar, bool delays)
{
    cal_caltable *table = make_table(meta, scalar ? 1 : 2, delays, 1);
    table->npar[0] = scalar ? 1 : 2;
    table->nchan[0] = 1;
    return table;
}

cal_caltable *cal_gains_table(const cal_gain_list *gains, const cal_meta *meta,
                              const cal_selection *selection, const cal_plan *plan,
                              bool combine_spw)
{
    int64_t rows = (int64_t)gains->good * gains->antennas, row = 0;
    cal_caltable *table = make_table(meta, gains->pars, gains->delays, rows);
    for (int k = 0; k < gains->count; k++)
        for (int a = 0; gains->item[k].good && a < gains->antennas; a++)
            put_row(table, row++, &gains->item[k], a);
    set_spws(table, gains, meta, selection, plan, combine_spw);
    return table;
}

/* ---- appending ---- */

static cal_status check_spws(const cal_caltable *table, const cal_caltable *old, cal_error *err)
{
    if (old->spws != table->spws)
        return cal_fail(err, CAL_INPUT, "%s has %d spws, the MS %d; not appended", old->path,
                        old->spws, table->spws);
    for (int s = 0; s < table->spws; s++) {
        const cal_caltable_spw *a = &table->spw[s], *b = &old->spw[s];
        if (!a->absent && !b->absent &&
            (b->nchan != 1 || fabs(a->freq[0] - b->freq[0]) > 1e-9 * a->freq[0] ||
             fabs(fabs(a->width[0]) - fabs(b->width[0])) > 1e-6 * fabs(a->width[0])))
            return cal_fail(err, CAL_INPUT,
                            "%s holds solutions for other channels of spw %d; not appended: solve "
                            "into a table of their own",
                            old->path, s);
    }
    return CAL_OK;
}

static void take_spws(cal_caltable *table, const cal_caltable *old)
{
    for (int s = 0; s < table->spws; s++) {
        const cal_caltable_spw *b = &old->spw[s];
        if (b->absent || !table->spw[s].absent)
            continue;
        *table->spw[s].freq = b->freq[0];
        *table->spw[s].width = b->width[0];
        *table->spw[s].effective_bw = b->effective_bw ? b->effective_bw[0] : b->width[0];
        table->spw[s].absent = false;
    }
}

#define JOIN(member)                                                                               \
    table->member = cal_grow(table->member, (size_t)rows, sizeof *table->member);                  \
    memcpy(table->member + table->rows, old->member, (size_t)old->rows * sizeof *table->member)
#define JOIN_CELLS(member)                                                                         \
    table->member = cal_grow(table->member, (size_t)elements, sizeof *table->member);              \
    memcpy(table->member + table->elements, old->member,                                           \
           (size_t)old->elements * sizeof *table->member)

static void join_rows(cal_caltable *table, const cal_caltable *old)
{
    int64_t rows = table->rows + old->rows, elements = table->elements + old->elements;
    JOIN(field);
    JOIN(spw_id);
    JOIN(antenna1);
    JOIN(antenna2);
    JOIN(scan);
    JOIN(observation);
    JOIN(time);
    JOIN(interval);
    JOIN(npar);
    JOIN(nchan);
    JOIN(offset);
    for (int64_t row = table->rows; row < rows; row++)
        table->offset[row] += table->elements;
    if (table->complex_par) {
        JOIN_CELLS(cpar);
    } else {
        JOIN_CELLS(fpar);
    }
    JOIN_CELLS(flag);
    JOIN_CELLS(snr);
    JOIN_CELLS(error);
    table->rows = rows;
    table->elements = elements;
}

cal_status cal_caltable_append(cal_caltable *table, const char *path, cal_error *err)
{
    cal_caltable *old;
    if (cal_caltable_read(path, &old, err))
        return err->status;
    cal_status status = CAL_OK;
    if (strcmp(old->type, table->type))
        status = cal_fail(err, CAL_INPUT, "%s holds %s, these solutions are %s; not appended", path,
                          old->type, table->type);
    else if (strcmp(old->ms_name, table->ms_name))
        status = cal_fail(err, CAL_INPUT,
                          "%s was solved from %s, these solutions are from %s; not "
                          "appended",
                          path, old->ms_name, table->ms_name);
    else if (old->complex_par != table->complex_par || !old->snr || !old->error)
        status = cal_fail(err, CAL_INPUT, "%s has no %s, SNR or PARAMERR; not appended", path,
                          table->complex_par ? "CPARAM" : "FPARAM");
    else
        status = check_spws(table, old, err);
    if (!status) {
        take_spws(table, old);
        join_rows(table, old);
    }
    cal_caltable_free(old);
    return status;
}

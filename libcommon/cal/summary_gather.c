/* What is counted of a table, of all of it and of its spws and antennas. */
#include "base/mem.h"
#include "cal/summary_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add(cal_sample *s, float value)
{
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 256;
        s->value = cal_grow(s->value, s->room, sizeof *s->value);
    }
    s->value[s->count++] = value;
}

static float amplitude_at(const cal_caltable *table, int64_t at)
{
    return table->complex_par ? cabsf(table->cpar[at]) : table->fpar[at];
}

/* An S/N of 0 says that there is none: delays, and tables that were not solved for. */
static void gather_good(const cal_caltable *table, int64_t at, cal_gathered *g)
{
    float amplitude = amplitude_at(table, at);
    g->not_numbers += !isfinite(amplitude);
    g->zeros += amplitude == 0;
    if (isfinite(amplitude))
        add(&g->amplitude, amplitude);
    if (!table->snr || !isfinite(table->snr[at]) || table->snr[at] == 0)
        return;
    g->least_snr = g->snr.count ? fminf(g->least_snr, table->snr[at]) : table->snr[at];
    add(&g->snr, table->snr[at]);
}

static void gather_row(const cal_caltable *table, int64_t row, cal_gathered *g)
{
    int npar = table->npar[row], cells = npar * table->nchan[row];
    g->rows++;
    g->pars = npar > g->pars ? npar : g->pars;
    for (int e = 0; e < cells; e++) {
        int64_t at = table->offset[row] + e;
        bool flagged = table->flag[at];
        g->solutions++;
        g->flagged += flagged;
        if (e % npar < CAL_SUMMARY_PARS) {
            g->of_par[e % npar]++;
            g->flagged_of_par[e % npar] += flagged;
        }
        if (!flagged)
            gather_good(table, at, g);
    }
}

/* Rows come sorted by spw and time. */
static void note_time(cal_gathered *spw, double time)
{
    if (spw->intervals && spw->last_time == time)
        return;
    if (spw->intervals++)
        add(&spw->step, (float)(time - spw->last_time));
    spw->last_time = time;
}

bool cal_caltable_has_refants(const cal_caltable *table)
{
    return !strcasestr(table->type, "Mueller");
}

bool cal_caltable_starts_interval(const cal_caltable *table, int64_t row)
{
    return row == 0 || table->time[row] != table->time[row - 1] ||
           table->spw_id[row] != table->spw_id[row - 1];
}

static bool is_antenna(const cal_caltable *table, int antenna)
{
    return antenna >= 0 && antenna < table->meta->antennas;
}

void cal_caltable_gather(const cal_caltable *table, cal_caltable_parts *of)
{
    *of = (cal_caltable_parts){.spw = CAL_NEW_ARRAY(cal_gathered, table->spws),
                               .antenna = CAL_NEW_ARRAY(cal_gathered, table->meta->antennas)};
    for (int64_t row = 0; row < table->rows; row++) {
        int spw = table->spw_id[row], antenna = table->antenna1[row], refant = table->antenna2[row];
        gather_row(table, row, &of->all);
        if (is_antenna(table, antenna))
            gather_row(table, row, &of->antenna[antenna]);
        if (cal_caltable_has_refants(table) && is_antenna(table, refant))
            of->antenna[refant].as_refant += cal_caltable_starts_interval(table, row);
        if (spw < 0 || spw >= table->spws)
            continue;
        gather_row(table, row, &of->spw[spw]);
        note_time(&of->spw[spw], table->time[row]);
    }
}

static void forget(cal_gathered *g, int count)
{
    for (int i = 0; i < count; i++) {
        free(g[i].snr.value);
        free(g[i].amplitude.value);
        free(g[i].step.value);
    }
}

void cal_caltable_forget(const cal_caltable *table, cal_caltable_parts *of)
{
    forget(&of->all, 1);
    forget(of->spw, table->spws);
    forget(of->antenna, table->meta->antennas);
    free(of->spw);
    free(of->antenna);
}

/* What the solutions of a table are like, antenna by antenna. */
#include "base/mem.h"
#include "base/number.h"
#include "selfcal/report_parts.h"
#include <math.h>
#include <string.h>

/* The good solutions of an antenna in one window, channel and hand. */
typedef struct track {
    double complex unit;       /* sum of g / |g| */
    double count, sum, square; /* of |g| */
} track;

typedef struct gathering {
    const cal_caltable *table;
    int spws, pars, antennas;
    track *track;       /* [antenna][spw][par] */
    double *all, *bad;  /* [antenna] */
    int64_t *reference; /* [antenna] rows that have it as ANTENNA2 */
} gathering;

static void gather_row(gathering *g, int64_t row)
{
    const cal_caltable *t = g->table;
    int antenna = t->antenna1[row], spw = t->spw_id[row];
    if (antenna < 0 || antenna >= g->antennas || spw < 0 || spw >= g->spws)
        return;
    if (t->antenna2[row] >= 0 && t->antenna2[row] < g->antennas)
        g->reference[t->antenna2[row]]++;
    for (int k = 0; k < t->npar[row] * t->nchan[row]; k++) {
        int64_t at = t->offset[row] + k;
        g->all[antenna]++;
        g->bad[antenna] += t->flag[at] != 0;
        if (t->flag[at] || !t->complex_par)
            continue;
        track *here = &g->track[(antenna * g->spws + spw) * g->pars + k % t->npar[row]];
        double complex gain = t->cpar[at];
        double size = cabs(gain);
        here->unit += size > 0 ? gain / size : 1;
        here->count++;
        here->sum += size;
        here->square += size * size;
    }
}

static gathering gather(const cal_caltable *table)
{
    gathering g = {
        .table = table, .spws = table->spws, .pars = 1, .antennas = table->meta->antennas};
    for (int64_t i = 0; i < table->rows; i++)
        g.pars = table->npar[i] > g.pars ? table->npar[i] : g.pars;
    g.track = CAL_NEW_ARRAY(track, g.antennas * g.spws * g.pars);
    g.all = CAL_NEW_ARRAY(double, g.antennas);
    g.bad = CAL_NEW_ARRAY(double, g.antennas);
    g.reference = CAL_NEW_ARRAY(int64_t, g.antennas);
    for (int64_t i = 0; i < table->rows; i++)
        gather_row(&g, i);
    return g;
}

/* Sums of squares about the means of the tracks that have more than one solution: of the phase from the length of the mean vector (exact for small scatter, and bounded for any),
 * and of the amplitude. */
typedef struct scatter {
    double count, phase, amplitude;
} scatter;

static void add_scatter(const gathering *g, int antenna, scatter *sum)
{
    const track *first = &g->track[antenna * g->spws * g->pars];
    for (int i = 0; i < g->spws * g->pars; i++) {
        const track *t = &first[i];
        if (t->count < 2)
            continue;
        double length = fmin(cabs(t->unit) / t->count, 1), mean = t->sum / t->count;
        sum->count += t->count;
        sum->phase += t->count * -2 * log(fmax(length, 1e-4));
        sum->amplitude += fmax(t->square - t->count * mean * mean, 0);
    }
}

static jv phase_of(const scatter *s)
{
    return cal_json_float((float)(sqrt(s->phase / s->count) * 180 / CAL_PI));
}

static jv amplitude_of(const scatter *s)
{
    return cal_json_float((float)sqrt(s->amplitude / s->count));
}

static bool holds(jv names, const char *name)
{
    bool found = false;
    if (jv_get_kind(names) != JV_KIND_ARRAY)
        return false;
    jv_array_foreach(names, i, each)
    {
        found =
            found || (jv_get_kind(each) == JV_KIND_STRING && !strcmp(jv_string_value(each), name));
        jv_free(each);
    }
    return found;
}

static jv antenna_json(const gathering *g, int antenna, jv passed)
{
    const char *name = g->table->meta->antenna[antenna].name;
    scatter s = {0};
    add_scatter(g, antenna, &s);
    return JV_OBJECT(
        jv_string("id"), jv_number(antenna), jv_string("name"), cal_json_text(name),
        jv_string("solutions"), jv_number(g->all[antenna]), jv_string("flagged_fraction"),
        cal_json_float((float)(g->bad[antenna] / g->all[antenna])), jv_string("phase_rms_deg"),
        phase_of(&s), jv_string("amplitude_rms"), amplitude_of(&s), jv_string("passed_through"),
        jv_bool(holds(passed, name)), jv_string("reference"), jv_bool(g->reference[antenna] > 0));
}

jv cal_report_gains(const cal_caltable *table, jv passed)
{
    gathering g = gather(table);
    jv antennas = jv_array();
    double all = 0, bad = 0;
    scatter s = {0};
    for (int a = 0; a < g.antennas; a++) {
        if (!(g.all[a] > 0))
            continue;
        cal_json_push(&antennas, antenna_json(&g, a, passed));
        add_scatter(&g, a, &s);
        all += g.all[a];
        bad += g.bad[a];
    }
    free(g.track);
    free(g.all);
    free(g.bad);
    free(g.reference);
    return JV_OBJECT(jv_string("solutions"), jv_number(all), jv_string("flagged_fraction"),
                     cal_json_float((float)(bad / all)), jv_string("phase_rms_deg"), phase_of(&s),
                     jv_string("amplitude_rms"), amplitude_of(&s), jv_string("antennas"), antennas);
}

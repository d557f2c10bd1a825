/* The summary of a table: the whole, by spw, by antenna. */
#include "cal/summary.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "cal/jones.h"
#include "cal/summary_parts.h"
#include <math.h>
#include <string.h>

/* ---- numbers ---- */

static jv median_of(cal_sample *s)
{
    return cal_json_float(cal_median_f(s->value, s->count));
}

/* Median absolute deviation from the median. */
static jv mad_of(cal_sample *s)
{
    float middle = cal_median_f(s->value, s->count);
    for (size_t i = 0; i < s->count; i++)
        s->value[i] = fabsf(s->value[i] - middle);
    return median_of(s);
}

static double fraction(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

static void set_flags(jv *object, const cal_gathered *g)
{
    cal_json_set(object, "rows", jv_number((double)g->rows));
    cal_json_set(object, "solutions", jv_number((double)g->solutions));
    cal_json_set(object, "flagged", jv_number((double)g->flagged));
    cal_json_set(object, "flagged_fraction", cal_json_double(fraction(g->flagged, g->solutions)));
}

/* ---- by spw ---- */

static jv describe_spw(const cal_caltable *table, int s, cal_gathered *g)
{
    const cal_caltable_spw *spw = &table->spw[s];
    double low = INFINITY, high = -INFINITY, bandwidth = 0;
    for (int c = 0; c < spw->nchan; c++) {
        low = fmin(low, spw->freq[c] - fabs(spw->width[c]) / 2);
        high = fmax(high, spw->freq[c] + fabs(spw->width[c]) / 2);
        bandwidth += fabs(spw->width[c]);
    }
    jv object = jv_object();
    cal_json_set(&object, "id", jv_number(s));
    cal_json_set(&object, "name", cal_json_text(table->meta->spw[s].name));
    cal_json_set(&object, "nchan", jv_number(spw->nchan));
    cal_json_set(&object, "freq_hz", cal_json_double((low + high) / 2));
    cal_json_set(&object, "bandwidth_hz", cal_json_double(bandwidth));
    cal_json_set(&object, "absent", jv_bool(spw->absent));
    set_flags(&object, g);
    cal_json_set(&object, "intervals", jv_number((double)g->intervals));
    cal_json_set(&object, "median_step_s", median_of(&g->step));
    return object;
}

/* ---- by antenna ---- */

/* Flagged fraction of each parameter: for gains, of each hand. */
static jv flags_by_parameter(const cal_gathered *g)
{
    jv list = jv_array();
    for (int p = 0; p < g->pars && p < CAL_SUMMARY_PARS; p++)
        cal_json_push(&list, cal_json_double(fraction(g->flagged_of_par[p], g->of_par[p])));
    return list;
}

static jv describe_antenna(const cal_caltable *table, int antenna, cal_gathered *g)
{
    jv object = jv_object();
    cal_json_set(&object, "id", jv_number(antenna));
    cal_json_set(&object, "name", cal_json_text(table->meta->antenna[antenna].name));
    set_flags(&object, g);
    cal_json_set(&object, "flagged_by_parameter", flags_by_parameter(g));
    cal_json_set(&object, "median_snr", median_of(&g->snr));
    cal_json_set(&object, "median_amplitude", median_of(&g->amplitude));
    cal_json_set(&object, "intervals_as_refant", jv_number((double)g->as_refant));
    return object;
}

/* Antennas without data have rows as well, flagged: how good the solving was, the others tell. */
static void set_empty_antennas(jv *object, const cal_caltable *table, const cal_caltable_parts *of)
{
    jv empty = jv_array();
    int64_t solutions = 0, flagged = 0;
    for (int i = 0; i < table->meta->antennas; i++) {
        const cal_gathered *g = &of->antenna[i];
        if (g->solutions && g->flagged == g->solutions) {
            cal_json_push(&empty, jv_number(i));
            continue;
        }
        solutions += g->solutions;
        flagged += g->flagged;
    }
    cal_json_set(object, "antennas_without_solutions", empty);
    cal_json_set(object, "flagged_fraction_of_others",
                 cal_json_double(fraction(flagged, solutions)));
}

/* ---- refants ---- */

static jv describe_refant_change(const cal_caltable *table, int64_t row, int before)
{
    char text[40];
    jv object = jv_object();
    cal_json_set(&object, "spw", jv_number(table->spw_id[row]));
    cal_json_set(&object, "time_mjd_s", cal_json_double(table->time[row]));
    cal_json_set(&object, "time", cal_json_text(cal_time_iso(table->time[row], 1, text)));
    cal_json_set(&object, "from", jv_number(before));
    cal_json_set(&object, "to", jv_number(table->antenna2[row]));
    return object;
}

/* Within a spw, where the antenna whose phase is zero becomes another one. */
static jv refant_changes(const cal_caltable *table)
{
    jv list = jv_array();
    for (int64_t row = 1, last = 0; row < table->rows && cal_caltable_has_refants(table); row++) {
        if (!cal_caltable_starts_interval(table, row))
            continue;
        if (table->spw_id[row] == table->spw_id[last] &&
            table->antenna2[row] != table->antenna2[last])
            cal_json_push(&list, describe_refant_change(table, row, table->antenna2[last]));
        last = row;
    }
    return list;
}

/* ---- what is odd ---- */

static void remark(jv *list, const char *code, char *text)
{
    jv object = jv_object();
    cal_json_set(&object, "code", jv_string(code));
    cal_json_set(&object, "text", cal_json_text(text));
    cal_json_push(list, object);
    free(text);
}

/* Rows of one spw, time and antenna: two runs appended to one table. */
static int64_t count_duplicates(const cal_caltable *table)
{
    int64_t count = 0;
    for (int64_t row = 1; row < table->rows; row++)
        count += table->spw_id[row] == table->spw_id[row - 1] &&
                 table->time[row] == table->time[row - 1] &&
                 table->field[row] == table->field[row - 1] && cal_caltable_has_refants(table) &&
                 table->antenna1[row] == table->antenna1[row - 1];
    return count;
}

static int64_t count_undefined(const cal_caltable *table)
{
    int64_t count = 0;
    for (int64_t row = 0; row < table->rows; row++)
        count += table->npar[row] == 0;
    return count;
}

static jv find_issues(const cal_caltable *table, const cal_gathered *all)
{
    jv list = jv_array();
    int64_t duplicates = count_duplicates(table), undefined = count_undefined(table);
    bool gains = cal_jones_find(table->type) && cal_jones_find(table->type)->weighs;
    if (!table->rows)
        remark(&list, "empty", cal_copy_text("the table has no solutions"));
    if (!table->sorted)
        remark(&list, "unsorted",
               cal_copy_text("rows are not sorted by spw, time and antenna; CASA applies such a "
                             "table wrongly"));
    if (duplicates)
        remark(&list, "duplicates",
               cal_format("%lld solutions stand twice, for one spw, time and antenna",
                          (long long)duplicates));
    if (undefined)
        remark(&list, "undefined", cal_format("%lld rows have no value", (long long)undefined));
    if (all->not_numbers)
        remark(&list, "not_numbers",
               cal_format("%lld unflagged solutions are not numbers", (long long)all->not_numbers));
    if (gains && all->zeros)
        remark(&list, "zeros", cal_format("%lld unflagged gains are zero", (long long)all->zeros));
    if (all->solutions && all->flagged == all->solutions)
        remark(&list, "all_flagged", cal_copy_text("all solutions are flagged"));
    if (!*table->casa_version)
        remark(&list, "no_version",
               cal_copy_text("no CASA_Version: delays are taken about REF_FREQUENCY"));
    return list;
}

/* ---- the whole ---- */

static jv describe_time(const cal_caltable *table)
{
    double first = INFINITY, last = -INFINITY;
    char text[40];
    for (int64_t row = 0; row < table->rows; row++) {
        first = fmin(first, table->time[row]);
        last = fmax(last, table->time[row]);
    }
    if (!(last > 0))
        return jv_null();
    jv object = jv_object();
    cal_json_set(&object, "first_mjd_s", cal_json_double(first));
    cal_json_set(&object, "last_mjd_s", cal_json_double(last));
    cal_json_set(&object, "first", cal_json_text(cal_time_iso(first, 1, text)));
    cal_json_set(&object, "last", cal_json_text(cal_time_iso(last, 1, text)));
    return object;
}

static int compare_ints(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

/* The different ids of a column, ascending; the caller frees *ids. */
static int distinct(const int *column, int64_t rows, int **ids)
{
    int count = 0, *id = CAL_NEW_ARRAY(int, rows);
    memcpy(id, column, rows * sizeof *id);
    qsort(id, rows, sizeof *id, compare_ints);
    for (int64_t i = 0; i < rows; i++)
        if (i == 0 || id[i] != id[i - 1])
            id[count++] = id[i];
    *ids = id;
    return count;
}

static jv list_ids(const int *column, int64_t rows)
{
    int *ids, count = distinct(column, rows, &ids);
    jv list = cal_json_ints(ids, count);
    free(ids);
    return list;
}

static jv list_fields(const cal_caltable *table)
{
    int *ids, count = distinct(table->field, table->rows, &ids);
    jv list = jv_array();
    for (int i = 0; i < count; i++) {
        bool known = ids[i] >= 0 && ids[i] < table->meta->fields;
        jv object = jv_object();
        cal_json_set(&object, "id", jv_number(ids[i]));
        cal_json_set(&object, "name",
                     known ? cal_json_text(table->meta->field[ids[i]].name) : jv_null());
        cal_json_push(&list, object);
    }
    free(ids);
    return list;
}

static void set_whole(jv *object, const cal_caltable *table, cal_caltable_parts *of)
{
    cal_gathered *all = &of->all;
    set_flags(object, all);
    set_empty_antennas(object, table, of);
    cal_json_set(object, "not_numbers", jv_number((double)all->not_numbers));
    cal_json_set(object, "zeros", jv_number((double)all->zeros));
    cal_json_set(object, "issues", find_issues(table, all));
    cal_json_set(object, "min_snr", all->snr.count ? cal_json_float(all->least_snr) : jv_null());
    cal_json_set(object, "median_snr", median_of(&all->snr));
    cal_json_set(object, "median_amplitude", median_of(&all->amplitude));
    cal_json_set(object, "mad_amplitude", mad_of(&all->amplitude));
    cal_json_set(object, "phase_rms_deg", cal_json_double(cal_caltable_phase_rms(table)));
}

jv cal_caltable_summary(const cal_caltable *table)
{
    cal_caltable_parts of;
    jv object = jv_object(), spws = jv_array(), antennas = jv_array();
    cal_caltable_gather(table, &of);
    cal_json_set(&object, "caltable", cal_json_text(table->path));
    cal_json_set(&object, "type", cal_json_text(table->type));
    cal_json_set(&object, "format", jv_string("current"));
    cal_json_set(&object, "applicable", jv_bool(cal_jones_find(table->type) != NULL));
    cal_json_set(&object, "parameters", jv_string(table->complex_par ? "complex" : "float"));
    cal_json_set(&object, "npar", jv_number(table->rows ? table->npar[0] : 0));
    cal_json_set(&object, "ms_name", cal_json_text(table->ms_name));
    cal_json_set(&object, "casa_version", cal_json_text(table->casa_version));
    cal_json_set(&object, "sorted", jv_bool(table->sorted));
    set_whole(&object, table, &of);
    cal_json_set(&object, "time", describe_time(table));
    cal_json_set(&object, "fields", list_fields(table));
    cal_json_set(&object, "scans", list_ids(table->scan, table->rows));
    cal_json_set(&object, "observations", list_ids(table->observation, table->rows));
    for (int s = 0; s < table->spws; s++)
        cal_json_push(&spws, describe_spw(table, s, &of.spw[s]));
    cal_json_set(&object, "spws", spws);
    for (int a = 0; a < table->meta->antennas; a++)
        cal_json_push(&antennas, describe_antenna(table, a, &of.antenna[a]));
    cal_json_set(&object, "antennas", antennas);
    cal_json_set(&object, "refant_changes", refant_changes(table));
    cal_caltable_forget(table, &of);
    return object;
}

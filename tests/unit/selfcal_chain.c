/* Solutions made and applied to a small simulated set: the chain grows as it should, and what it leaves in the set does not depend on what
 * was there before. */
#include "ms/flag_version.h"
#include "selfcal/applied.h"
#include "selfcal/solutions_parts.h"
#include "table/table.h"
#include "tools.h"
#include <complex.h>

static const char state[] =
    "{'target': 'demo', 'telescope': 'EVLA', 'band': 'S', 'pol_type': 'dual-pol', 'n_ants': 9,"
    " 'Median_scan_time': 60, 'Median_fields_per_scan': 1, 'integration_time': 10,"
    " 'total_effective_bandwidth_hz': 32e6, 'uvrange': '', 'applycal_interp': 'linear',"
    " 'sub-fields': [{'fid': 0, 'name': 'demo'}],"
    " 'spws': [{'spw': 0, 'baseband': 1, 'frequency_hz': 3e9, 'effective_bandwidth_hz': 16e6},"
    "          {'spw': 1, 'baseband': 1, 'frequency_hz': 3.016e9, 'effective_bandwidth_hz': 16e6}],"
    " 'vis': [{'vis': 'a.ms', 'TOS': 120, 'spwmap': [0, 0], 'baseband_spwmap': [0, 0],"
    "          'refant': 'ea01,ea02', 'refants': ["
    "  {'name': 'ea02', 'distance_m': 40}, {'name': 'ea01', 'distance_m': 40.5}], 'spws': ["
    "  {'spw': 0, 'id': 0, 'effective_bandwidth_hz': 16e6},"
    "  {'spw': 1, 'id': 1, 'effective_bandwidth_hz': 16e6}]}],"
    " 'solints': ["
    "  {'solint': 'inf_EB', 'solint_interval': 'inf', 'solmode': 'p', 'preapply_this_gaintable': "
    "true,"
    "   'modes': [{'mode': 'combinespw', 'attempt': true, 'gaincal_combine': 'spw,scan',"
    "              'gaincal_gaintype': 'G'},"
    "             {'mode': 'per_spw', 'attempt': null, 'gaincal_combine': 'scan',"
    "              'gaincal_gaintype': 'G'}]},"
    "  {'solint': '20.00s', 'solint_interval': '20.00s', 'solmode': 'p', 'seconds': 20,"
    "   'preapply_this_gaintable': null,"
    "   'modes': [{'mode': 'combinespw', 'attempt': true, 'gaincal_combine': 'spw',"
    "              'gaincal_gaintype': 'T'}]},"
    "  {'solint': 'inf_ap', 'solint_interval': 'inf', 'solmode': 'ap',"
    "   'preapply_this_gaintable': null,"
    "   'modes': [{'mode': 'combinespw', 'attempt': true, 'gaincal_combine': 'spw',"
    "              'gaincal_gaintype': 'T'}]}]}";

static cal_work work;
static cal_selfcal_settings settings;

static bool begin(void)
{
    cal_settings_default(&settings);
    work = (cal_work){.settings = &settings,
                      .mode = "loop",
                      .jobs = 1,
                      .commands = jv_array(),
                      .target = unit_json(state)};
    return unit_tools_begin() &&
           unit_run("ms-sim --antennas 9 --spws 2 --nchan 2 --field demo,0h,30d --source 1 "
                    "--scan demo,60s --scan demo,60s --noise 0.1 --phase-rms 30deg "
                    "--phase-walk 5deg --same-pols --flag-fraction 0.02 a.ms");
}

/* ---- what is in the set ---- */

typedef struct contents {
    int64_t rows;
    float complex *data, *corrected;
    uint8_t *flag;
    float *weight;
} contents;

enum { CELLS = 4 };

static contents look(void)
{
    cal_table *ms;
    cal_error err = {0};
    contents seen = {0};
    if (cal_table_open("a.ms", false, &ms, &err))
        return seen;
    cal_span all = cal_span_range(0, seen.rows = cal_table_rows(ms));
    seen.data = CAL_NEW_ARRAY(float complex, seen.rows *CELLS);
    seen.corrected = CAL_NEW_ARRAY(float complex, seen.rows *CELLS);
    seen.flag = CAL_NEW_ARRAY(uint8_t, seen.rows * CELLS);
    seen.weight = CAL_NEW_ARRAY(float, seen.rows * 2);
    bool read = !cal_table_get(ms, "DATA", CAL_TYPE_COMPLEX, all, seen.data, &err) &&
                !cal_table_get(ms, "FLAG", CAL_TYPE_BOOL, all, seen.flag, &err) &&
                !cal_table_get(ms, "WEIGHT", CAL_TYPE_FLOAT, all, seen.weight, &err);
    if (read && cal_table_has_column(ms, "CORRECTED_DATA"))
        read = !cal_table_get(ms, "CORRECTED_DATA", CAL_TYPE_COMPLEX, all, seen.corrected, &err);
    CHECK(read);
    cal_table_close(ms, NULL);
    return seen;
}

static void forget(contents *seen)
{
    free(seen->data);
    free(seen->corrected);
    free(seen->flag);
    free(seen->weight);
}

static bool same(const contents *a, const contents *b)
{
    size_t cells = (size_t)a->rows * CELLS;
    return a->rows == b->rows &&
           !memcmp(a->corrected, b->corrected, cells * sizeof *a->corrected) &&
           !memcmp(a->flag, b->flag, cells) && !memcmp(a->weight, b->weight, a->rows * 2 * 4);
}

/* Other flags, other corrected data, other weights. */
static void spoil(void)
{
    cal_table *ms;
    cal_error err = {0};
    if (!CHECK(!cal_table_open("a.ms", true, &ms, &err)))
        return;
    int64_t rows = cal_table_rows(ms);
    float complex *corrected = CAL_NEW_ARRAY(float complex, rows *CELLS);
    uint8_t *flag = CAL_NEW_ARRAY(uint8_t, rows * CELLS);
    memset(flag, 1, rows * CELLS);
    cal_span all = cal_span_range(0, rows);
    CHECK(!cal_table_put(ms, "CORRECTED_DATA", CAL_TYPE_COMPLEX, all, corrected, &err));
    CHECK(!cal_table_put(ms, "FLAG", CAL_TYPE_BOOL, all, flag, &err));
    CHECK(!cal_table_put(ms, "FLAG_ROW", CAL_TYPE_BOOL, all, flag, &err));
    free(corrected);
    free(flag);
    cal_table_close(ms, NULL);
}

/* ---- */

static void without_tables(void)
{
    cal_error err = {0};
    contents first = look();
    CHECK(!cal_restore_flags(&work, &err));
    CHECK(cal_flag_version_exists("a.ms", "selfcal_starting_flags"));
    CHECK(!cal_apply_chain(&work, NULL, &err));
    contents then = look();
    CHECK(!memcmp(then.corrected, first.data, first.rows * CELLS * sizeof *first.data));
    CHECK(!memcmp(then.flag, first.flag, first.rows * CELLS));
    spoil();
    CHECK_NEAR(cal_flagged_fraction(&work), 1, 0);
    CHECK(!cal_apply_chain(&work, NULL, &err));
    contents again = look();
    CHECK(same(&then, &again));
    CHECK(cal_flagged_fraction(&work) < 0.1);
    forget(&first);
    forget(&then);
    forget(&again);
}

static bool text_of_block_is(const char *key, const char *wanted)
{
    jv block = cal_work_block(&work, 0), value = cal_json_at(block, key);
    char *text = cal_json_dump(value);
    bool is = !strcmp(text, wanted);
    if (!is)
        printf("# %s: %s\n", key, text);
    free(text);
    jv_free(value);
    jv_free(block);
    return is;
}

static int befores(int index, int pass)
{
    jv block = cal_work_block(&work, 0);
    int count;
    cal_chained *chain = cal_chain_before(&work, block, index, pass, &count);
    cal_chain_dispose(chain, count);
    jv_free(block);
    return count;
}

/* Solves, and takes the solutions. */
static void climb(int index, double snr, cal_spectral_mode mode)
{
    cal_solution_set set;
    cal_error err = {0};
    CHECK(!cal_restore_flags(&work, &err));
    CHECK(!cal_solutions_make(&work, index, 1, snr, &set, &err));
    if (err.status)
        printf("# %s\n", err.text);
    if (CHECK(set.chosen >= 0)) {
        const cal_solution_facts *facts = &set.tried[set.chosen].facts;
        CHECK(set.tried[set.chosen].mode == mode);
        CHECK(facts->solved > 0 && facts->solved <= facts->unflagged_data &&
              facts->unflagged_data <= facts->expected);
        CHECK(facts->phase_noise > 0 && facts->phase_rms > 0);
        CHECK(!cal_apply_chain(&work, &set, &err));
        contents then = look();
        cal_accept_chain(&work, index, &set);
        spoil();
        CHECK(!cal_apply_chain(&work, NULL, &err));
        contents again = look();
        CHECK(same(&then, &again));
        forget(&then);
        forget(&again);
    }
    cal_solutions_free(&set, 1);
}

static double coherence(void)
{
    contents seen = look();
    double complex sum = 0;
    double count = 0;
    for (int64_t i = 0; i < seen.rows * CELLS; i++)
        if (!seen.flag[i]) {
            sum += seen.corrected[i];
            count++;
        }
    forget(&seen);
    return creal(sum) / count;
}

static bool flag_of_solint(int index, const char *key)
{
    jv solint = jv_array_get(cal_json_at(work.target, "solints"), index);
    bool flag = cal_json_bool_at(solint, key, false);
    jv_free(solint);
    return flag;
}

/* Solutions of each window stay, until the interval is solved again for all of them together; those of the only window do not. */
static void stays(void)
{
    int map[] = {0, 0};
    char fine[] = "t.tbl", coarse[] = "c.tbl", linear[] = "linear";
    cal_solution one = {.mode = CAL_PER_SPW, .path = fine, .interp = linear};
    cal_solution_set set = {.tried = &one, .tries = 1, .index = 1};
    one.counts.spws = 1;
    cal_accept_chain(&work, 1, &set);
    CHECK(!flag_of_solint(1, "preapply_this_gaintable"));
    one.counts.spws = 2;
    cal_accept_chain(&work, 1, &set);
    CHECK(flag_of_solint(1, "preapply_this_gaintable"));
    CHECK(text_of_block_is("gaintable_preapply_final", "[true]"));
    one = (cal_solution){.mode = CAL_COMBINE_SPW, .path = coarse, .interp = linear};
    one.spwmap = map;
    one.spws = 2;
    one.counts.spws = 2;
    cal_accept_chain(&work, 1, &set);
    CHECK(!flag_of_solint(1, "preapply_this_gaintable"));
    CHECK(text_of_block_is("gaintable_final", "[\"c.tbl\"]"));
    cal_drop_chain(&work);
    CHECK(text_of_block_is("gaintable_final", "[]"));
    CHECK(text_of_block_is("gaintable_preapply_final", "[]"));
}

static void ladder(void)
{
    double before = coherence();
    climb(0, 10, CAL_COMBINE_SPW); /* the windows are too weak */
    CHECK(befores(0, 1) == 0 && befores(1, 1) == 1 && befores(2, 1) == 1);
    climb(0, 1000, CAL_PER_SPW);
    CHECK(coherence() > before + 0.02);
    climb(1, 1000, CAL_COMBINE_SPW);
    CHECK(coherence() > 0.95);
    CHECK(text_of_block_is("gaintable_final",
                           "[\"a.ms.hif_selfcal.s1_1.inf_EB.gpcal-per_spw.tbl\","
                           "\"a.ms.hif_selfcal.s1_1.20_00s.gpcal-combinespw.tbl\"]"));
    CHECK(text_of_block_is("spwmap_final", "[[],[0,0]]"));
    CHECK(text_of_block_is("applycal_interpolate_final", "[\"linear\",\"linear\"]"));
    CHECK(text_of_block_is("gaintable_preapply_final", "[true,false]"));
    CHECK(befores(1, 1) == 1 && befores(2, 1) == 2); /* phases stay under amplitudes */
    CHECK(befores(0, 2) == 1); /* and fine intervals where a coarse one is solved again */
    climb(2, 1000, CAL_COMBINE_SPW);
    CHECK(text_of_block_is("gaintable_solint_final", "[\"inf_EB\",\"20.00s\",\"inf_ap\"]"));
}

static void ranks(void)
{
    cal_error err = {0};
    cal_solution_set set;
    settings.rerank_refants = true;
    CHECK(!cal_solutions_make(&work, 1, 1, 1000, &set, &err));
    cal_caltable *table;
    double snr[2] = {0};
    if (CHECK(!cal_caltable_read(set.tried[0].path, &table, &err)))
        for (int64_t row = 0; row < table->rows; row++)
            if (table->antenna1[row] < 2)
                snr[table->antenna1[row]] += table->snr[table->offset[row]];
    cal_caltable_free(table);
    cal_accept_chain(&work, 1, &set);
    double most = fmax(snr[0], snr[1]);
    bool first = 40.5 / 40.5 + 1 - snr[0] / most < 40 / 40.5 + 1 - snr[1] / most;
    CHECK(text_of_block_is("refant", first ? "\"ea01,ea02\"" : "\"ea02,ea01\""));
    settings.rerank_refants = false;
    cal_solutions_free(&set, 1);
}

/* An antenna that is noise alone. */
static void poor_antenna(void)
{
    cal_error err = {0};
    cal_solution_set set;
    bool passed = false;
    CHECK(!cal_solutions_make(&work, 1, 1, 1000, &set, &err));
    CHECK(!cal_solutions_pass_through(&work, &set, &passed, &err) && !passed && set.tries == 1);
    cal_solution_counts *counts = &set.tried[0].counts;
    for (int s = 0; s < counts->spws; s++)
        counts->solved[s * counts->antennas + 4] /= 3;
    CHECK(!cal_solutions_pass_through(&work, &set, &passed, &err) && passed);
    CHECK(set.tries == 2 && set.chosen == 1);
    const cal_solution *copy = &set.tried[set.chosen];
    CHECK(copy->passed.count == 1 && !strcmp(copy->passed.item[0], "ea05"));
    CHECK_TEXT(copy->path, "a.ms.hif_selfcal.s1_1.20_00s.gpcal-combinespw-through.tbl");
    cal_caltable *table;
    if (CHECK(!cal_caltable_read(copy->path, &table, &err))) {
        int ones = 0, rows = 0;
        for (int64_t row = 0; row < table->rows; row++)
            if (table->antenna1[row] == 4) {
                ones += table->cpar[table->offset[row]] == 1 && !table->flag[table->offset[row]];
                rows++;
            }
        CHECK(rows > 0 && ones == rows);
        cal_caltable_free(table);
    }
    CHECK(!cal_apply_chain(&work, &set, &err));
    cal_solutions_free(&set, 1);
}

static void no_solution(void)
{
    cal_error err = {0};
    cal_solution_set set;
    settings.gaincal_minsnr = 1e6;
    CHECK(cal_solutions_make(&work, 1, 1, 1000, &set, &err) == CAL_DATA);
    CHECK(strstr(err.text, "no solution for 20.00s: combinespw could not be solved"));
    cal_solutions_free(&set, 1);
}

int main(void)
{
    if (CHECK(begin())) {
        without_tables();
        stays();
        ladder();
        poor_antenna();
        ranks();
        no_solution();
    }
    jv_free(work.target);
    jv_free(work.commands);
    return unit_done();
}

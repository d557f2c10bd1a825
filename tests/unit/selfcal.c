/* The formulas of the plan of a self-calibration. */
#include "base/buf.h"
#include "base/number.h"
#include "selfcal/channels.h"
#include "selfcal/estimate.h"
#include "selfcal/geometry.h"
#include "selfcal/ladder.h"
#include "selfcal/modes.h"
#include "selfcal/names.h"
#include "selfcal/refants.h"
#include "selfcal/thresholds.h"
#include "unit.h"
#include <stdlib.h>

static const double arcsec = CAL_PI / 180 / 3600;

/* ---- ladder ---- */

static const char *names_of(const cal_ladder *ladder)
{
    static char text[512];
    *text = 0;
    for (int i = 0; i < ladder->rungs; i++) {
        strcat(text, i ? " " : "");
        strcat(text, ladder->rung[i].solint);
    }
    return text;
}

static cal_ladder_facts facts_of(const double *scan, int scans, double t)
{
    return (cal_ladder_facts){.scan = scan,
                              .scans = scans,
                              .scans_per_block = scans,
                              .integration = t,
                              .block = 1000,
                              .step = 300};
}

static const cal_ladder_wish usual = {.rungs = 4, .longest = 4500, .amplitude = true};

static void ladders(void)
{
    cal_ladder ladder;
    const double b[] = {78, 78, 78, 48}, two[] = {150, 150}, uneven[] = {480, 100}, one[] = {60};
    const double long_block[] = {60, 60, 60};

    cal_ladder_facts facts = facts_of(b, 4, 6);
    cal_ladder_make(&facts, &usual, &ladder);
    CHECK_TEXT(names_of(&ladder), "inf_EB inf 24.00s 12.00s int inf_ap");

    facts = facts_of(two, 2, 10);
    facts.step = 150;
    cal_ladder_make(&facts, &usual, &ladder);
    CHECK_TEXT(names_of(&ladder), "inf_EB inf 70.00s 30.00s int 300s_ap inf_ap");
    CHECK(ladder.rung[5].combine_scans && ladder.rung[5].seconds == 300);

    facts = facts_of(uneven, 2, 10); /* median 290 is less than 4 x 100 */
    cal_ladder_make(&facts, &usual, &ladder);
    CHECK_TEXT(ladder.rung[1].solint, "inf");

    facts = facts_of(one, 1, 6);
    facts.step = NAN;
    cal_ladder_make(&facts, &usual, &ladder);
    CHECK_TEXT(names_of(&ladder), "inf_EB 30.00s 12.00s int inf_ap");
    facts.mosaic = true;
    cal_ladder_make(&facts, &usual, &ladder);
    CHECK_TEXT(ladder.rung[1].solint, "inf");

    facts = facts_of(long_block, 3, 6);
    facts.block = 10800;
    cal_ladder_make(&facts, &usual, &ladder);
    CHECK_TEXT(ladder.rung[0].interval, "5400s");
    facts.mosaic = true;
    facts.one_group = true;
    cal_ladder_make(&facts, &usual, &ladder);
    CHECK_TEXT(ladder.rung[1].solint, "inf");
    facts.calibrator_scans = true;
    cal_ladder_make(&facts, &usual, &ladder);
    CHECK_TEXT(ladder.rung[1].solint, "scan_inf");

    cal_ladder_wish wish = usual;
    wish.delay = wish.short_amps = true;
    facts = facts_of(b, 4, 6);
    cal_ladder_make(&facts, &wish, &ladder);
    CHECK_TEXT(names_of(&ladder),
               "inf_EB_delay inf_EB inf_delay inf 24.00s 12.00s int inf_ap 24.00s_ap "
               "12.00s_ap int_ap");
    wish = (cal_ladder_wish){.rungs = 4, .longest = 4500, .is_calibrator = true};
    cal_ladder_make(&facts, &wish, &ladder);
    CHECK_TEXT(names_of(&ladder), "inf 24.00s 12.00s int");
}

static void pieces(void)
{
    CHECK(cal_ladder_pieces(0, 4500) == 1);
    CHECK(cal_ladder_pieces(7199, 4500) == 1 && cal_ladder_pieces(7200, 4500) == 2);
    CHECK(cal_ladder_pieces(11699, 4500) == 2 && cal_ladder_pieces(11700, 4500) == 3);
    const double b[] = {78, 78, 78, 48};
    CHECK(cal_ladder_integrations(6, b, 4, 6) == 4);
    CHECK(cal_ladder_integrations(1, b, 4, 6) == 1);
}

static void named_ladders(void)
{
    cal_ladder ladder;
    cal_error err = {0};
    const cal_ladder_facts facts = {.integration = 6, .block = 100};
    CHECK(!cal_ladder_parse("inf_EB, inf,30s,int,inf_ap,30s_ap", &facts, &usual, &ladder, &err));
    CHECK_TEXT(names_of(&ladder), "inf_EB inf 30s int inf_ap 30s_ap");
    CHECK_TEXT(ladder.rung[5].interval, "30s");
    CHECK(ladder.rung[5].amplitude && ladder.rung[3].seconds == 6);
    CHECK(cal_ladder_parse("inf,infi", &facts, &usual, &ladder, &err) == CAL_USAGE);
    CHECK(strstr(err.text, "\"infi\"") != NULL);
    CHECK(cal_ladder_parse("inf,inf", &facts, &usual, &ladder, &err) == CAL_USAGE);
    CHECK(cal_ladder_parse("inf_ap,inf", &facts, &usual, &ladder, &err) == CAL_USAGE);
    CHECK(cal_ladder_parse("-30s", &facts, &usual, &ladder, &err) == CAL_USAGE);
}

/* ---- S/N ---- */

static void estimates(void)
{
    const double block[] = {282};
    cal_estimate facts = {.snr = 35.0557256,
                          .antennas = 20,
                          .block = block,
                          .blocks = 1,
                          .scan = 78,
                          .fields_per_scan = 1,
                          .integration = 6};
    const cal_rung whole = {.solint = "inf_EB"}, scan = {.solint = "inf"};
    const cal_rung part = {.solint = "24.00s", .seconds = 24};
    CHECK_NEAR(cal_estimate_snr(&facts, &whole), 7.83869854, 1e-7);
    CHECK_NEAR(cal_estimate_snr(&facts, &scan), 4.47154131, 1e-7);
    CHECK_NEAR(cal_estimate_snr(&facts, &part), 2.48036484, 1e-7);
    CHECK_NEAR(cal_estimate_part(&facts, &whole, 250, 656.25, true), 3.71069149, 1e-7);
    CHECK_NEAR(cal_estimate_part(&facts, &part, 250, 656.25, false), 1.53091442, 1e-7);
    facts.fields_per_scan = 3;
    const cal_rung group = {.solint = "scan_inf", .combine_scans = true, .combine_fields = true};
    CHECK_NEAR(cal_estimate_seconds(&facts, &scan), 26, 1e-12);
    CHECK_NEAR(cal_estimate_seconds(&facts, &group), 78, 1e-12);
    facts.snr = NAN;
    CHECK(isnan(cal_estimate_snr(&facts, &scan)));
    facts = (cal_estimate){
        .snr = 30, .antennas = 3, .block = block, .blocks = 1, .scan = 78, .fields_per_scan = 1};
    CHECK(isnan(cal_estimate_snr(&facts, &scan)));
    facts.antennas = 66;
    CHECK_NEAR(cal_estimate_snr(&facts, &whole), 30 / sqrt(50), 1e-9);
    CHECK(isnan(cal_estimate_sefd("SMA", 230e9)) && cal_estimate_sefd("EVLA", 3e9) == 370);
    CHECK_NEAR(cal_estimate_noise(370, 27, 2, 256e6, 300), 3.83e-5, 1e-7);
}

/* ---- depth ---- */

static void depths(void)
{
    double nsigma[5];
    cal_clean_depths(39.9, cal_clean_divider(238e9), false, 4, 5, nsigma);
    CHECK_NEAR(nsigma[0], 5, 1e-12);
    CHECK_NEAR(nsigma[1], 4.21716333, 1e-8);
    CHECK_NEAR(nsigma[3], 3, 1e-12);
    CHECK(nsigma[4] == 3);
    cal_clean_depths(600, cal_clean_divider(3e9), true, 3, 3, nsigma);
    CHECK(nsigma[0] == 15 && nsigma[1] == 9 && nsigma[2] == 3);
    cal_clean_depths(NAN, 15, false, 1, 1, nsigma);
    CHECK(isnan(nsigma[0]));
    const double s = 0.00035600394, peak = 0.0824011415;
    CHECK_NEAR(cal_dynamic_range_modifier("ALMA", 2, peak / s), 3.08615092, 1e-7);
    CHECK_NEAR(cal_dynamic_range_modifier("ACA", 1, 0.305765063 / 0.00240438264), 8.47799229, 1e-6);
    CHECK(cal_dynamic_range_modifier("ALMA", 1, 20) == 1 &&
          cal_dynamic_range_modifier("ALMA", 1, 99) == 2);
    CHECK(cal_dynamic_range_modifier("ACA", 2, 30) == 2.5 &&
          cal_dynamic_range_modifier("EVLA", 2, 1e6) == 1);
    CHECK(cal_image_nterms(0.1, NAN) == 2 && cal_image_nterms(0.09, NAN) == 1);
    CHECK(cal_image_nterms(0.064516129, 174.25) == 1 && cal_image_nterms(0.064516129, 221.5) == 2);
}

/* ---- geometry ---- */

static void images(void)
{
    CHECK(cal_plan_size(2612.9, 2612.9, 3.416, 16384) == 864);
    CHECK(cal_plan_size(72, 72, 2.016, 16384) == 40);
    CHECK(cal_plan_size(1599.5, 1839.5, 3.372, 0) == 576);
    CHECK(cal_plan_size(1e6, 1e6, 1, 1000) == 1000);
    CHECK_NEAR(cal_field_of_view("ALMA", 100e9, 12) / arcsec, 94.5, 1e-9);
    CHECK_NEAR(cal_field_of_view("EVLA", 3.1e9, 25) / arcsec, 2612.9, 0.1);
    CHECK_NEAR(cal_field_of_view("EVLA", 30e9, 25) / arcsec, 135, 1e-6);
    CHECK(isnan(cal_field_of_view("?", 1e9, 0)));
    double cell = cal_plan_cell(1373, 3.296e9);
    CHECK_NEAR(cell / arcsec, 2.27, 1e-9);
    CHECK(cal_plan_cell_limit(1373, 3.296e9) > cell);
    double values[] = {4, 1, 3, 2};
    CHECK_NEAR(cal_percentile(values, 4, 75), 3.25, 1e-12);
    CHECK(isnan(cal_percentile(values, 0, 5)));
    const double a[] = {0.1, 0.2}, b[] = {0.1, 0.2 + arcsec};
    CHECK_NEAR(cal_sky_distance(a, b), arcsec, 1e-12);
}

/* ---- windows ---- */

static void windows(void)
{
    CHECK(cal_channels_per_bin(16, 125e6, 15.625e6) == 2);
    CHECK(cal_channels_per_bin(16, 62.5e6, 15.625e6) == 4);
    CHECK(cal_channels_per_bin(16, 1e6, 15.625e6) == 16);
    CHECK(cal_channels_per_bin(8, 2e9, 2e6) == 1);
    CHECK(cal_channel_goal(50e9) == 15.625e6 && cal_channel_goal(45e9) == 16e6 &&
          cal_channel_goal(20e9) == 8e6 && cal_channel_goal(4e9) == 4e6 &&
          cal_channel_goal(1.4e9) == 2e6);

    const double up[] = {1, 2, 3, 4, 5, 6, 7, 8}, down[] = {8, 7, 6, 5, 4, 3, 2, 1};
    const cal_continuum ranges[] = {{2, 4}, {6.5, 7.5}}, beyond = {0, 99}, none = {4.2, 4.8};
    cal_chan_run run[9];
    cal_buf text = {0};
    cal_channels_text(run, cal_continuum_channels(up, 8, ranges, 2, run), &text);
    CHECK_TEXT(cal_buf_text(&text), "1~3;6");
    cal_buf_clear(&text);
    cal_channels_text(run, cal_continuum_channels(down, 8, ranges, 2, run), &text);
    CHECK_TEXT(cal_buf_text(&text), "1;4~6");
    cal_buf_free(&text);
    CHECK(cal_continuum_channels(up, 8, &beyond, 1, run) == 1 && run[0].first == 0 &&
          run[0].last == 7);
    CHECK(cal_continuum_channels(up, 8, &none, 1, run) == 0);
    const cal_chan_run pieces_of[] = {{0, 30}, {40, 63}};
    CHECK(cal_channels_left(pieces_of, 2, 8) == 7);
    CHECK(cal_bin_for_ranges(pieces_of, 2, 8) == 6);
}

static void spectral_modes(void)
{
    cal_mode_facts facts = {.spws = 4,
                            .basebands = 2,
                            .fewest_in_baseband = 2,
                            .optimize = true,
                            .lowest_spw = 1.5,
                            .lowest_baseband = 2.5};
    const cal_rung first = {.solint = "inf_EB", .combine_scans = true, .combine_fields = true};
    const cal_rung later = {.solint = "inf"}, delay = {.solint = "inf_delay", .delay = true};
    char text[20];
    CHECK(cal_mode_attempt(CAL_COMBINE_SPW, &facts, &first) == CAL_ATTEMPTED);
    CHECK(cal_mode_attempt(CAL_COMBINE_SPW, &facts, &delay) == CAL_NOT_ATTEMPTED);
    CHECK(cal_mode_attempt(CAL_COMBINE_SPW_POL, &facts, &later) == CAL_NOT_ATTEMPTED);
    CHECK(cal_mode_attempt(CAL_PER_BASEBAND, &facts, &later) == CAL_ATTEMPTED);
    CHECK(cal_mode_attempt(CAL_PER_SPW, &facts, &later) == CAL_NOT_ATTEMPTED);
    CHECK_TEXT(cal_mode_combine(CAL_COMBINE_SPW, &facts, &first, text), "spw,scan");
    facts.mosaic = true;
    CHECK_TEXT(cal_mode_combine(CAL_PER_SPW, &facts, &first, text), "scan,field");
    CHECK_TEXT(cal_mode_combine(CAL_PER_SPW, &facts, &later, text), "");
    const cal_rung row = {.solint = "inf", .combine_fields = true};
    CHECK_TEXT(cal_mode_combine(CAL_COMBINE_SPW, &facts, &row, text), "spw,field");
    CHECK_TEXT(cal_mode_combine(CAL_PER_SPW, &facts, &row, text), "field");
    CHECK_TEXT(cal_mode_gaintype(CAL_COMBINE_SPW, &facts, &first), "G");
    CHECK_TEXT(cal_mode_gaintype(CAL_COMBINE_SPW, &facts, &later), "T");
    CHECK_TEXT(cal_mode_gaintype(CAL_PER_SPW, &facts, &delay), "K");
    facts.gaintype = "G";
    CHECK_TEXT(cal_mode_gaintype(CAL_COMBINE_SPW, &facts, &later), "G");
    CHECK_TEXT(cal_mode_gaintype(CAL_COMBINE_SPW_POL, &facts, &first), "T");
    facts.lowest_spw = NAN;
    CHECK(cal_mode_attempt(CAL_PER_SPW, &facts, &later) == CAL_ATTEMPT_UNKNOWN);
    facts.optimize = false;
    CHECK(cal_mode_attempt(CAL_PER_SPW, &facts, &later) == CAL_NOT_ATTEMPTED);
    CHECK(cal_mode_attempt(CAL_PER_SPW, &facts, &first) == CAL_ATTEMPT_UNKNOWN);
    facts = (cal_mode_facts){.spws = 1, .basebands = 1, .fewest_in_baseband = 1};
    CHECK(cal_mode_attempt(CAL_PER_SPW, &facts, &later) == CAL_ATTEMPTED);
    CHECK(cal_mode_attempt(CAL_COMBINE_SPW, &facts, &later) == CAL_NOT_ATTEMPTED);
}

/* ---- antennas, names ---- */

static void antennas(void)
{
    const double offset[][2] = {{100, 0}, {0, 0}, {-100, 0}, {10, 0}, {-10, 0}};
    double flagged[] = {0, 0, 0, 0, 0};
    cal_ranked_antenna rank[5];
    cal_refants_rank(offset, flagged, 5, rank);
    CHECK(rank[0].index == 1 && rank[0].score == 0);
    CHECK(rank[1].index == 3 && rank[2].index == 4 && rank[3].index == 0);
    flagged[1] = 0.5;
    cal_refants_rank(offset, flagged, 5, rank);
    CHECK(rank[0].index == 3 && rank[2].index == 0);
    for (int i = 0; i < 5; i++)
        flagged[i] = NAN;
    cal_refants_rank(offset, flagged, 5, rank);
    CHECK(rank[0].index == 1 && rank[0].score == 0);
}

static void file_names(void)
{
    const int spw[] = {16, 18};
    char *name = cal_selfcal_ms_name("eb1", "a b*1.5+2", spw, 2);
    CHECK_TEXT(name, "eb1.a_b_1.5+2.spw16_18.selfcal.ms");
    free(name);
    name = cal_selfcal_root("/data/uid___A002_X1.ms/");
    CHECK_TEXT(name, "uid___A002_X1");
    free(name);
}

static void antennas_again(void)
{
    cal_ranked_antenna ranked[] = {{.index = 0, .distance = 100, .snr = 10},
                                   {.index = 1, .distance = 0, .snr = 5},
                                   {.index = 2, .distance = 50, .flagged = NAN, .snr = 10}};
    cal_refants_rank_again(ranked, 3);
    CHECK(ranked[0].index == 1 && ranked[1].index == 2 && ranked[2].index == 0);
    CHECK_NEAR(ranked[0].score, 0.5, 1e-12);
    CHECK_NEAR(ranked[1].score, 0.5, 1e-12);
    CHECK_NEAR(ranked[2].score, 1, 1e-12);
}

/* ---- names of tables ---- */

static void table_names(void)
{
    cal_selfcal_table table = {.ms = "w/eb1.J1234.5+678.spw0_1.selfcal.ms",
                               .stage = "s1_1",
                               .solint = "70.00s_ap",
                               .caltype = "gapcal",
                               .mode = "per_spw",
                               .pass = 2,
                               .through = true};
    char *name = cal_selfcal_table_name(&table);
    CHECK_TEXT(name, "w/eb1.J1234.5+678.spw0_1.selfcal.ms.hif_selfcal.s1_1.70_00s_ap."
                     "gapcal-per_spw-2-through.tbl");
    cal_selfcal_table back;
    CHECK(cal_selfcal_table_parse(name, &back));
    free(name);
    CHECK_TEXT(back.ms, table.ms);
    CHECK_TEXT(back.stage, "s1_1");
    CHECK_TEXT(back.solint, "70.00s_ap");
    CHECK_TEXT(back.caltype, "gapcal");
    CHECK_TEXT(back.mode, "per_spw");
    CHECK(back.pass == 2 && back.through);
    cal_selfcal_table_free(&back);
    CHECK(cal_selfcal_table_parse("a.ms.hif_selfcal.s1_1.inf_EB.kcal.tbl", &back));
    CHECK_TEXT(back.solint, "inf_EB");
    CHECK_TEXT(back.mode, "");
    CHECK(back.pass == 1 && !back.through);
    cal_selfcal_table_free(&back);
    CHECK(!cal_selfcal_table_parse("a.ms.hif_selfcal.s1_1.inf_EB.gpcal-per_spw-1.tbl", &back));
    CHECK(!cal_selfcal_table_parse("a.ms.hif_selfcal.s1_1.inf_EB.gpcal-per_ant.tbl", &back));
    CHECK(!cal_selfcal_table_parse("a.ms.hifv_selfcal.s1_1.inf_EB.gpcal.tbl", &back));
    CHECK(!cal_selfcal_table_parse("hif_selfcal.s1_1.inf_EB.gpcal.tbl", &back));
    CHECK(!cal_selfcal_table_parse("tbl", &back));
}

int main(void)
{
    ladders();
    pieces();
    named_ladders();
    estimates();
    depths();
    images();
    windows();
    spectral_modes();
    antennas();
    file_names();
    antennas_again();
    table_names();
    return unit_done();
}

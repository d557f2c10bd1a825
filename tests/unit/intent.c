/* Intents, bands and types of windows by name and frequency; text in columns. */
#include "ms/intent.h"
#include "base/grid.h"
#include "base/mem.h"
#include "ms/band.h"
#include "unit.h"

/* "BANDPASS,PHASE" of an OBS_MODE text, and behind a bar what has no meaning. */
static const char *meaning(cal_observatory observatory, const char *obs_mode)
{
    static char text[256];
    cal_words unmapped = {0};
    cal_intent_set set = cal_intents_of_mode(observatory, obs_mode, &unmapped);
    size_t length = 0;
    text[0] = 0;
    for (int i = 0; i < CAL_INTENTS; i++)
        if (set >> i & 1)
            length += snprintf(text + length, sizeof text - length, "%s%s", length ? "," : "",
                               cal_intent_name(i));
    for (int i = 0; i < unmapped.count; i++)
        length += snprintf(text + length, sizeof text - length, "|%s", unmapped.item[i]);
    cal_words_free(&unmapped);
    return text;
}

static void test_intents(void)
{
    CHECK_TEXT(meaning(CAL_ALMA, "CALIBRATE_AMPLI#ON_SOURCE"), "AMPLITUDE");
    CHECK_TEXT(meaning(CAL_VLA, "CALIBRATE_AMPLI#ON_SOURCE"), "PHASE");
    CHECK_TEXT(meaning(CAL_ALMA, "CALIBRATE_PHASE.ON_SOURCE, CALIBRATE_BANDPASS_ON_SOURCE"),
               "BANDPASS,PHASE");
    CHECK_TEXT(meaning(CAL_ALMA, "CALIBRATE_DELAY#ON_SOURCE,CALIBRATE_WVR#OFF_SOURCE"),
               "CHECK|CALIBRATE_WVR#OFF_SOURCE");
    CHECK_TEXT(meaning(CAL_VLA, "CALIBRATE_DELAY#UNSPECIFIED"), "|CALIBRATE_DELAY#UNSPECIFIED");
    CHECK_TEXT(meaning(CAL_VLA, "CALIBRATE_AMPLI#UNSPECIFIED,CALIBRATE_PHASE#UNSPECIFIED"),
               "PHASE");
    CHECK_TEXT(meaning(CAL_VLA, "UNSPECIFIED#UNSPECIFIED"), "UNSPECIFIED#UNSPECIFIED");
    CHECK_TEXT(meaning(CAL_VLA, "SYSTEM_CONFIGURATION"), "SYSTEM_CONFIGURATION");
    CHECK_TEXT(meaning(CAL_ALMA, "OBSERVE_TARGET#OFF_SOURCE"), "REFERENCE");
    CHECK_TEXT(meaning(CAL_ALMA, "CALIBRATE_ATMOSPHERE#HOT"), "ATMOSPHERE");
    CHECK_TEXT(meaning(CAL_VLA, "CALIBRATE_ATMOSPHERE#HOT"), "|CALIBRATE_ATMOSPHERE#HOT");
    CHECK_TEXT(meaning(CAL_ALMA, "CALIBRATE_DIFFGAIN#REFERENCE,CALIBRATE_DIFFGAIN#ON_SOURCE"),
               "DIFFGAINREF,DIFFGAINSRC");
    CHECK_TEXT(meaning(CAL_ALMA, "X_CALIBRATE_PHASE#ON_SOURCE_Y"),
               "|X_CALIBRATE_PHASE#ON_SOURCE_Y"); /* whole tokens */
    CHECK_TEXT(
        meaning(CAL_OTHER_OBSERVATORY, "CALIBRATE_BANDPASS,TARGET,CALIBRATE_PHASE#UNSPECIFIED"),
        "BANDPASS,PHASE,TARGET");
    CHECK_TEXT(meaning(CAL_ALMA, ""), "");
}

static cal_observation observation;
static cal_spw spw;
static cal_polarization pol;
static cal_data_desc dd;
static cal_meta meta = {.spw = &spw,
                        .pol = &pol,
                        .dd = &dd,
                        .observation = &observation,
                        .spws = 1,
                        .pols = 1,
                        .dds = 1,
                        .observations = 1};

static void set_spw(const char *telescope, const char *name, double ghz, int nchan, double width,
                    int ncorr)
{
    free(observation.telescope);
    free(spw.name);
    free(spw.width);
    observation.telescope = cal_copy_text(telescope);
    pol.ncorr = ncorr;
    spw = (cal_spw){.name = cal_copy_text(name),
                    .nchan = nchan,
                    .width = CAL_NEW_ARRAY(double, nchan),
                    .ref_freq = ghz * 1e9};
    for (int c = 0; c < nchan; c++)
        spw.width[c] = width;
}

static const char *band(const char *telescope, const char *name, double ghz)
{
    static char text[32];
    set_spw(telescope, name, ghz, 64, 1e6, 2);
    return cal_spw_band(&meta, 0, text);
}

static const char *type(const char *name, int nchan, double width, int ncorr)
{
    set_spw("ALMA", name, 100, nchan, width, ncorr);
    return cal_spw_type_name(cal_spw_type_of(&meta, 0));
}

static void test_bands(void)
{
    CHECK_TEXT(band("ALMA", "ALMA_RB_03#BB_1#SW-01#FULL_RES", 230), "ALMA Band 3");
    CHECK_TEXT(band("ALMA", "ALMA_RB_10#BB_1", 900), "ALMA Band 10");
    CHECK_TEXT(band("ALMA", "WVR#NOMINAL", 183), "WVR");
    CHECK_TEXT(band("ALMA", "", 87), "ALMA Band 2"); /* the first that fits */
    CHECK_TEXT(band("ALMA", "", 163), "ALMA Band 4");
    CHECK_TEXT(band("ALMA", "", 211), "ALMA Band 5");
    CHECK_TEXT(band("ALMA", "", 120), "unknown");
    CHECK_TEXT(band("EVLA", "EVLA_X#A0C0#0", 36), "3cm (X)");
    CHECK_TEXT(band("EVLA", "EVLA_KU#A0C0#0", 1), "2cm (Ku)");
    CHECK_TEXT(band("EVLA", "EVLA_KA#A0C0#0", 1), "1cm (Ka)");
    CHECK_TEXT(band("EVLA", "EVLA_K#A0C0#0", 1), "1.3cm (K)");
    CHECK_TEXT(band("EVLA", "none", 36.3), "1cm (Ka)");
    CHECK_TEXT(band("EVLA", "WIDE_X", 1.4), "20cm (L)"); /* no letter from a name of another kind */
    CHECK_TEXT(band("VLA", "", 2), "20cm (L)");          /* the edge belongs to the lower band */
    CHECK_TEXT(band("VLA", "", 57), "unknown");
    CHECK_TEXT(band("VLA", "", 0), "unknown");
}

static void test_types(void)
{
    CHECK_TEXT(type("ALMA_RB_03#BB_1#SW-01#FULL_RES", 64, -31.25e6, 4), "TDM");
    CHECK_TEXT(type("ALMA_RB_03#BB_1#SW-01#FULL_RES", 3840, 0.5e6, 2), "FDM");
    CHECK_TEXT(type("ALMA_RB_03#BB_1#SW-01#FULL_RES", 128, 15.625e6, 4),
               "FDM"); /* 512 products: not of that mode */
    CHECK_TEXT(type("ALMA_RB_03#BB_1#SW-01#CH_AVG", 1, 1.8e9, 2), "CHANAVG");
    CHECK_TEXT(type("ALMA_RB_03#BB_1#SW-01#FULL_RES", 1, 1e6, 2), "FDM");
    CHECK_TEXT(type("ALMA_RB_03#BB_1#SQLD", 1, 2e9, 2), "SQLD");
    CHECK_TEXT(type("WVR#NOMINAL", 4, 2e9, 1), "WVR");
    CHECK_TEXT(type("", 100, 1e6, 2), "FDM");
}

static void test_grid(void)
{
    cal_buf out = {0};
    cal_grid grid = {.indent = 1};
    cal_grid_row(&grid, "Id", "Empty", "Name", "Rows", NULL);
    cal_grid_row(&grid, "1", "", "3C286", "9", NULL);
    for (int i = 0; i < 4; i++)
        cal_grid_cell(&grid, i == 1 ? "" : "%d", 10 * i);
    cal_grid_print(&grid, &out);
    CHECK_TEXT(cal_buf_text(&out), " Id  Name   Rows\n  1  3C286     9\n  0  20       30\n");
    cal_buf_clear(&out);
    cal_grid_row(&grid, "Id", "Name", NULL);
    cal_grid_print(&grid, &out); /* a heading alone */
    CHECK_TEXT(cal_buf_text(&out), "");
    grid = (cal_grid){.page = 20, .shortened = "Name"};
    cal_grid_row(&grid, "Id", "Name", "Rows", NULL);
    cal_grid_row(&grid, "1", "a-name-that-is-lön", "9", NULL);
    cal_grid_row(&grid, "2", "short", "9", NULL);
    cal_grid_print(&grid, &out);
    CHECK_TEXT(cal_buf_text(&out),
               "Id  Name        Rows\n 1  ..t-is-lön     9\n 2  short          9\n");
    cal_buf_free(&out);
}

int main(void)
{
    test_intents();
    test_bands();
    test_types();
    test_grid();
    return unit_done();
}

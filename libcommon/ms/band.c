#include "ms/band.h"
#include "base/mem.h"
#include "base/text.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- correlator mode ---- */

static bool some_spw_is_named(const cal_meta *meta, const char *name)
{
    for (int i = 0; i < meta->spws; i++)
        if (!strcmp(meta->spw[i].name, name))
            return true;
    return false;
}

/* "...BB_3#SQLD..." */
static bool is_square_law_detector(const char *name)
{
    for (const char *at = strstr(name, "BB_"); at; at = strstr(at + 1, "BB_"))
        if (at[3] >= '0' && at[3] <= '9' && !strncmp(at + 4, "#SQLD", 5))
            return true;
    return false;
}

static int corrs_of_spw(const cal_meta *meta, int spw)
{
    for (int d = 0; d < meta->dds; d++)
        if (meta->dd[d].spw == spw)
            return meta->pol[meta->dd[d].pol].ncorr;
    return 0;
}

/* casacore's rule for the time-division mode of the ALMA correlator. */
static bool is_tdm(const cal_meta *meta, int spw)
{
    static const int fdm_like[] = {256, 128, 64, 32, 16, 248, 124, 62, 31};
    const cal_spw *row = &meta->spw[spw];
    double bandwidth = 0;
    for (int c = 0; c < row->nchan; c++)
        bandwidth += fabs(row->width[c]);
    bool usual = row->nchan < 15;
    for (size_t i = 0; i < CAL_COUNT(fdm_like); i++)
        usual |= row->nchan == fdm_like[i];
    return bandwidth >= 2e9 && usual &&
           !(meta->pols == 1 && row->nchan * corrs_of_spw(meta, spw) > 256);
}

cal_spw_type cal_spw_type_of(const cal_meta *meta, int spw)
{
    const cal_spw *row = &meta->spw[spw];
    if (is_square_law_detector(row->name))
        return CAL_SPW_SQLD;
    bool wvr = some_spw_is_named(meta, "WVR#NOMINAL") ? !strcmp(row->name, "WVR#NOMINAL")
                                                      : !!strstr(row->name, "WVR");
    if (wvr)
        return CAL_SPW_WVR;
    if (row->nchan == 1 && !strstr(row->name, "FULL_RES"))
        return CAL_SPW_CHANNEL_AVERAGE;
    return is_tdm(meta, spw) ? CAL_SPW_TDM : CAL_SPW_FDM;
}

const char *cal_spw_type_name(cal_spw_type type)
{
    static const char *const name[] = {"FDM", "TDM", "WVR", "CHANAVG", "SQLD"};
    return name[type];
}

/* ---- band ---- */

static char *alma_band(const cal_meta *meta, int spw, char *text)
{
    static const struct {
        int band;
        double low, high; /* GHz, bounds included; the first that fits */
    } bands[] = {{1, 35, 50},   {2, 67, 90},   {3, 84, 116},  {4, 125, 163}, {5, 163, 211},
                 {6, 211, 275}, {7, 275, 373}, {8, 385, 500}, {9, 602, 720}, {10, 787, 950}};
    const cal_spw *row = &meta->spw[spw];
    const char *name = strstr(row->name, "ALMA_RB_");
    int band = 0;
    if (cal_spw_type_of(meta, spw) == CAL_SPW_WVR)
        return strcpy(text, "WVR");
    if (!name || sscanf(name, "ALMA_RB_%2d", &band) != 1)
        for (size_t i = 0; i < CAL_COUNT(bands) && !band; i++)
            if (row->ref_freq >= bands[i].low * 1e9 && row->ref_freq <= bands[i].high * 1e9)
                band = bands[i].band;
    if (!band)
        return strcpy(text, "unknown");
    snprintf(text, 32, "ALMA Band %d", band);
    return text;
}

static const struct {
    char letter, in_name[3];
    double below; /* MHz, included */
    const char *name;
} letters[] = {{'4', "4", 150, "4m (4)"},      {'P', "P", 700, "90cm (P)"},
               {'L', "L", 2000, "20cm (L)"},   {'S', "S", 4000, "13cm (S)"},
               {'C', "C", 8000, "6cm (C)"},    {'X', "X", 12000, "3cm (X)"},
               {'U', "KU", 18000, "2cm (Ku)"}, {'K', "K", 26500, "1.3cm (K)"},
               {'A', "KA", 40000, "1cm (Ka)"}, {'Q', "Q", 56000, "0.7cm (Q)"}};

/* EVLA_X#A0C0#0: what stands between the first underscore and the hash. */
static char *vla_band(const cal_spw *row, char *text)
{
    if (!strncmp(row->name, "EVLA_", 5)) {
        size_t length = strcspn(row->name + 5, "#");
        for (size_t i = 0; i < CAL_COUNT(letters); i++)
            if ((strlen(letters[i].in_name) == length &&
                 !strncmp(row->name + 5, letters[i].in_name, length)) ||
                (length == 1 && row->name[5] == letters[i].letter))
                return strcpy(text, letters[i].name);
    }
    for (size_t i = 0; i < CAL_COUNT(letters) && row->ref_freq > 0; i++)
        if (row->ref_freq <= letters[i].below * 1e6)
            return strcpy(text, letters[i].name);
    return strcpy(text, "unknown");
}

char *cal_spw_band(const cal_meta *meta, int spw, char *text)
{
    return cal_observatory_of(meta) == CAL_ALMA ? alma_band(meta, spw, text)
                                                : vla_band(&meta->spw[spw], text);
}

/* ---- science ---- */

/* Intents of all states in the scans that the window is in. */
static cal_intent_set intents_of_spw(const cal_summary *summary, const cal_intents *intents,
                                     int spw)
{
    cal_intent_set set = 0;
    const cal_id_list *scans = cal_summary_related(summary, CAL_BY_SPW, spw, CAL_BY_SCAN);
    for (int i = 0; i < scans->count; i++) {
        const cal_id_list *states =
            cal_summary_related(summary, CAL_BY_SCAN, scans->id[i], CAL_BY_STATE);
        for (int k = 0; k < states->count; k++)
            set |= intents->state[states->id[k]];
    }
    return set;
}

/* Does any row have a state with intents? */
static bool any_intent(const cal_summary *summary, const cal_intents *intents)
{
    for (int i = 0; i < intents->states; i++)
        if (intents->state[i] && summary->rows_of[CAL_BY_STATE][i])
            return true;
    return false;
}

bool cal_spw_is_science(const cal_meta *meta, const cal_summary *summary,
                        const cal_intents *intents, int spw)
{
    const cal_intent_set vla_science = 1u << CAL_TARGET | 1u << CAL_PHASE | 1u << CAL_BANDPASS |
                                       1u << CAL_AMPLITUDE | 1u << CAL_POLARIZATION |
                                       1u << CAL_POLANGLE | 1u << CAL_POLLEAKAGE | 1u << CAL_CHECK;
    const cal_intent_set alma_science = vla_science | 1u << CAL_DIFFGAINREF | 1u << CAL_DIFFGAINSRC;
    const cal_spw *row = &meta->spw[spw];
    cal_observatory observatory = cal_observatory_of(meta);
    cal_spw_type type = cal_spw_type_of(meta, spw);
    cal_intent_set set = intents_of_spw(summary, intents, spw);
    if (!summary->rows_of[CAL_BY_SPW][spw])
        return false;
    bool by_intent = any_intent(summary, intents);
    if (observatory == CAL_VLA)
        return !by_intent || (set & vla_science && !(set & 1u << CAL_POINTING));
    if (observatory != CAL_ALMA)
        return true;
    bool radiometer = (row->nchan == 1 || row->nchan == 4) && !strstr(row->name, "FULL_RES");
    bool correlator = type == CAL_SPW_FDM || type == CAL_SPW_TDM;
    return correlator && !radiometer && (!by_intent || set & alma_science);
}

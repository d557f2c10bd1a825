#include "selfcal/modes.h"

#include "base/mem.h"
#include <math.h>
#include <string.h>

/* Solutions of less S/N than this are not tried for. */
static const double worth_trying = 2;

const char *cal_spectral_mode_name(cal_spectral_mode mode)
{
    static const char *const names[] = {"combinespw", "combinespwpol", "per_bb", "per_spw"};
    return names[mode];
}

static cal_attempt by_snr(double snr)
{
    if (isnan(snr))
        return CAL_ATTEMPT_UNKNOWN;
    return snr > worth_trying ? CAL_ATTEMPTED : CAL_NOT_ATTEMPTED;
}

static bool is_first(const cal_rung *rung)
{
    return !strncmp(rung->solint, "inf_EB", 6);
}

static cal_attempt per_baseband(const cal_mode_facts *facts, const cal_rung *rung)
{
    if (facts->vlba && rung->delay)
        return CAL_ATTEMPTED;
    if (facts->basebands < 2 || facts->fewest_in_baseband < 2 || facts->spectral_scan)
        return CAL_NOT_ATTEMPTED;
    return by_snr(facts->lowest_baseband);
}

cal_attempt cal_mode_attempt(cal_spectral_mode mode, const cal_mode_facts *facts,
                             const cal_rung *rung)
{
    bool finer = facts->optimize || is_first(rung);
    switch (mode) {
    case CAL_COMBINE_SPW:
        return facts->spws > 1 && !rung->delay ? CAL_ATTEMPTED : CAL_NOT_ATTEMPTED;
    case CAL_COMBINE_SPW_POL:
        return !strcmp(rung->solint, "inf_EB") && !facts->one_pol ? CAL_ATTEMPTED
                                                                  : CAL_NOT_ATTEMPTED;
    case CAL_PER_BASEBAND:
        return finer ? per_baseband(facts, rung) : CAL_NOT_ATTEMPTED;
    default:
        if (facts->spws == 1)
            return CAL_ATTEMPTED;
        return finer ? by_snr(facts->lowest_spw) : CAL_NOT_ATTEMPTED;
    }
}

char *cal_mode_combine(cal_spectral_mode mode, const cal_mode_facts *facts, const cal_rung *rung,
                       char *text)
{
    const char *const words[] = {mode != CAL_PER_SPW ? "spw" : NULL,
                                 rung->combine_scans ? "scan" : NULL,
                                 rung->combine_fields && facts->mosaic ? "field" : NULL};
    *text = 0;
    for (size_t i = 0; i < CAL_COUNT(words); i++) {
        strcat(text, words[i] && *text ? "," : "");
        strcat(text, words[i] ? words[i] : "");
    }
    return text;
}

const char *cal_mode_gaintype(cal_spectral_mode mode, const cal_mode_facts *facts,
                              const cal_rung *rung)
{
    if (rung->delay)
        return "K";
    if (facts->gaintype && mode != CAL_COMBINE_SPW_POL)
        return facts->gaintype;
    if (facts->vlba)
        return "G";
    return mode == CAL_COMBINE_SPW_POL || facts->one_pol || !is_first(rung) ? "T" : "G";
}

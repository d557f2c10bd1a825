#include "ms/intent.h"
#include "base/mem.h"
#include <ctype.h>
#include <string.h>

static const char *const intent_name[CAL_INTENTS] = {"AMPLITUDE",   "ATMOSPHERE",
                                                     "BANDPASS",    "CALIBRATOR",
                                                     "CHECK",       "DIFFGAINREF",
                                                     "DIFFGAINSRC", "FOCUS",
                                                     "PHASE",       "POINTING",
                                                     "POLANGLE",    "POLARIZATION",
                                                     "POLLEAKAGE",  "REFERENCE",
                                                     "SIDEBAND",    "SYSTEM_CONFIGURATION",
                                                     "TARGET",      "UNSPECIFIED#UNSPECIFIED",
                                                     "WVR"};

enum { NONE = -1 };

/* What INTENT#SUBINTENT means to ALMA and to the VLA. */
static const struct {
    const char *intent, *sub;
    int alma, vla;
} meaning[] = {
    {"CALIBRATE_BANDPASS", "ON_SOURCE", CAL_BANDPASS, CAL_BANDPASS},
    {"CALIBRATE_AMPLI", "ON_SOURCE", CAL_AMPLITUDE, CAL_PHASE},
    {"CALIBRATE_FLUX", "ON_SOURCE", CAL_AMPLITUDE, CAL_AMPLITUDE},
    {"CALIBRATE_PHASE", "ON_SOURCE", CAL_PHASE, CAL_PHASE},
    {"CALIBRATE_POLARIZATION", "ON_SOURCE", CAL_POLARIZATION, CAL_POLARIZATION},
    {"CALIBRATE_POL_ANGLE", "ON_SOURCE", CAL_POLANGLE, CAL_POLANGLE},
    {"CALIBRATE_POL_LEAKAGE", "ON_SOURCE", CAL_POLLEAKAGE, CAL_POLLEAKAGE},
    {"CALIBRATE_TARGET", "ON_SOURCE", CAL_TARGET, CAL_TARGET},
    {"OBSERVE_TARGET", "ON_SOURCE", CAL_TARGET, CAL_TARGET},
    {"OBSERVE_TARGET", "OFF_SOURCE", CAL_REFERENCE, CAL_REFERENCE},
    {"CALIBRATE_POINTING", "ON_SOURCE", CAL_POINTING, CAL_POINTING},
    {"CALIBRATE_FOCUS", "ON_SOURCE", CAL_FOCUS, CAL_FOCUS},
    {"CALIBRATE_WVR", "ON_SOURCE", CAL_WVR, CAL_WVR},
    {"CALIBRATE_ATMOSPHERE", "ON_SOURCE", CAL_ATMOSPHERE, CAL_ATMOSPHERE},
    {"CALIBRATE_ATMOSPHERE", "OFF_SOURCE", CAL_ATMOSPHERE, NONE},
    {"CALIBRATE_ATMOSPHERE", "AMBIENT", CAL_ATMOSPHERE, NONE},
    {"CALIBRATE_ATMOSPHERE", "HOT", CAL_ATMOSPHERE, NONE},
    {"CALIBRATE_ATMOSPHERE", "TEST", CAL_ATMOSPHERE, NONE},
    {"CALIBRATE_SIDEBAND_RATIO", "ON_SOURCE", CAL_SIDEBAND, CAL_SIDEBAND},
    {"CALIBRATE_SIDEBAND_RATIO", "OFF_SOURCE", CAL_SIDEBAND, NONE},
    {"CALIBRATE_DIFFGAIN", "REFERENCE", CAL_DIFFGAINREF, NONE},
    {"CALIBRATE_DIFFGAIN", "ON_SOURCE", CAL_DIFFGAINSRC, NONE},
    {"CALIBRATE_DELAY", "ON_SOURCE", CAL_CHECK, NONE},
    {"OBSERVE_CHECK_SOURCE", "ON_SOURCE", CAL_CHECK, NONE},
    {"CALIBRATE_BANDPASS", "UNSPECIFIED", NONE, CAL_BANDPASS},
    {"CALIBRATE_FLUX", "UNSPECIFIED", NONE, CAL_AMPLITUDE},
    {"CALIBRATE_PHASE", "UNSPECIFIED", NONE, CAL_PHASE},
    {"CALIBRATE_AMPLI", "UNSPECIFIED", NONE, CAL_PHASE},
    {"CALIBRATE_POLARIZATION", "UNSPECIFIED", NONE, CAL_POLARIZATION},
    {"CALIBRATE_POL_ANGLE", "UNSPECIFIED", NONE, CAL_POLANGLE},
    {"CALIBRATE_POL_LEAKAGE", "UNSPECIFIED", NONE, CAL_POLLEAKAGE},
    {"OBSERVE_TARGET", "UNSPECIFIED", NONE, CAL_TARGET},
    {"UNSPECIFIED", "UNSPECIFIED", NONE, CAL_UNSPECIFIED},
    {"SYSTEM_CONFIGURATION", "UNSPECIFIED", NONE, CAL_SYSTEM_CONFIGURATION},
    {"SYSTEM_CONFIGURATION", "", NONE, CAL_SYSTEM_CONFIGURATION},
};

const char *cal_intent_name(cal_intent intent)
{
    return intent_name[intent];
}

cal_observatory cal_observatory_named(const char *telescope)
{
    if (!strcmp(telescope, "ALMA"))
        return CAL_ALMA;
    bool vla = !strcmp(telescope, "VLA") || !strcmp(telescope, "EVLA");
    return vla ? CAL_VLA : CAL_OTHER_OBSERVATORY;
}

cal_observatory cal_observatory_of(const cal_meta *meta)
{
    return cal_observatory_named(meta->observations ? meta->observation[0].telescope : "");
}

/* Does the token consist of this intent and sub-intent? */
static bool token_is(const char *token, const char *intent, const char *sub)
{
    size_t length = strlen(intent);
    if (strncmp(token, intent, length))
        return false;
    if (!*sub)
        return !token[length];
    return token[length] && strchr("#._", token[length]) && !strcmp(token + length + 1, sub);
}

static int meaning_of(cal_observatory observatory, const char *token)
{
    int found = NONE;
    for (size_t i = 0; i < CAL_COUNT(meaning) && found == NONE; i++) {
        bool here = token_is(token, meaning[i].intent, meaning[i].sub);
        /* Other observatories also write an intent without sub-intent, and use the words of both. */
        if (observatory == CAL_OTHER_OBSERVATORY)
            here |= !strcmp(token, meaning[i].intent) ||
                    (meaning[i].alma == CAL_TARGET && !strcmp(token, "TARGET"));
        if (here)
            found = observatory == CAL_VLA ||
                            (observatory == CAL_OTHER_OBSERVATORY && meaning[i].alma == NONE)
                        ? meaning[i].vla
                        : meaning[i].alma;
    }
    return found;
}

static void add_word(cal_words *words, const char *word)
{
    for (int i = 0; i < words->count; i++)
        if (!strcmp(words->item[i], word))
            return;
    cal_words_add(words, word);
}

cal_intent_set cal_intents_of_mode(cal_observatory observatory, const char *obs_mode,
                                   cal_words *unmapped)
{
    cal_intent_set set = 0;
    cal_words token = cal_words_split(obs_mode, ',');
    for (int i = 0; i < token.count; i++) {
        int intent = meaning_of(observatory, token.item[i]);
        if (intent != NONE)
            set |= 1u << intent;
        else if (unmapped && *token.item[i])
            add_word(unmapped, token.item[i]);
    }
    cal_words_free(&token);
    return set;
}

/* ---- one MS ---- */

static bool before_cycle1(const cal_meta *meta, const cal_summary *summary)
{
    static const double CYCLE1 = 56313 * 86400.0; /* 2013-01-21 */
    return cal_observatory_of(meta) == CAL_ALMA && summary->rows && summary->begin < CYCLE1;
}

static void read_states(const cal_meta *meta, cal_intents *intents)
{
    for (int i = 0; i < meta->states; i++) {
        cal_intent_set *set = &intents->state[i];
        *set = cal_intents_of_mode(cal_observatory_of(meta), meta->state[i].obs_mode,
                                   &intents->unmapped);
        if (intents->cycle0 && *set & (1u << CAL_BANDPASS | 1u << CAL_AMPLITUDE))
            *set &= ~(1u << CAL_PHASE);
    }
}

/* Old files name intents in FIELD.SOURCE_TYPE, in words that came before ours. */
static cal_intent_set intents_of_source_type(const char *type)
{
    static const struct {
        const char *word;
        cal_intent intent;
    } words[] = {{"BANDPASS", CAL_BANDPASS},
                 {"PHASE", CAL_PHASE},
                 {"GAIN", CAL_PHASE},
                 {"AMPLITUDE", CAL_AMPLITUDE},
                 {"FLUX", CAL_AMPLITUDE},
                 {"TARGET", CAL_TARGET},
                 {"SOURCE", CAL_TARGET},
                 {"POINTING", CAL_POINTING},
                 {"WVR", CAL_WVR},
                 {"ATMOSPHERE", CAL_ATMOSPHERE},
                 {"SIDEBAND", CAL_SIDEBAND},
                 {"POLARIZATION", CAL_POLARIZATION},
                 {"POLANGLE", CAL_POLANGLE},
                 {"POLLEAKAGE", CAL_POLLEAKAGE},
                 {"CHECK", CAL_CHECK},
                 {"CHECK_SOURCE", CAL_CHECK},
                 {"DIFFGAINREF", CAL_DIFFGAINREF},
                 {"DIFFGAINSRC", CAL_DIFFGAINSRC}};
    cal_intent_set set = 0;
    while (*type) {
        size_t length = strcspn(type, ", ;|");
        for (size_t i = 0; i < CAL_COUNT(words); i++)
            if (strlen(words[i].word) == length && !strncasecmp(type, words[i].word, length))
                set |= 1u << words[i].intent;
        type += length;
        type += strspn(type, ", ;|");
    }
    return set;
}

static void read_field(const cal_meta *meta, const cal_summary *summary, int field,
                       cal_intents *intents)
{
    const cal_field *row = &meta->field[field];
    const cal_id_list *states = cal_summary_related(summary, CAL_BY_FIELD, field, CAL_BY_STATE);
    cal_intent_set *set = &intents->field[field];
    for (int i = 0; i < states->count; i++)
        *set |= intents->state[states->id[i]];
    if (*set) {
        intents->origin[field] = CAL_FROM_STATE;
    } else if (!states->count && (*set = intents_of_source_type(row->source_type))) {
        intents->origin[field] = CAL_FROM_SOURCE_TYPE;
    } else if (!states->count && summary->rows_of[CAL_BY_FIELD][field] &&
               cal_observatory_of(meta) == CAL_VLA) {
        const char *code = row->code + strspn(row->code, " ");
        *set = 1u << (!*code || !strcasecmp(code, "NONE") ? CAL_TARGET : CAL_CALIBRATOR);
        intents->origin[field] = CAL_FROM_CODE;
    }
}

cal_intents *cal_intents_read(const cal_meta *meta, const cal_summary *summary)
{
    cal_intents *intents = CAL_NEW(cal_intents);
    intents->states = meta->states;
    intents->fields = meta->fields;
    intents->state = CAL_NEW_ARRAY(cal_intent_set, meta->states);
    intents->field = CAL_NEW_ARRAY(cal_intent_set, meta->fields);
    intents->origin = CAL_NEW_ARRAY(cal_intent_origin, meta->fields);
    intents->cycle0 = before_cycle1(meta, summary);
    read_states(meta, intents);
    for (int i = 0; i < meta->fields; i++)
        read_field(meta, summary, i, intents);
    return intents;
}

void cal_intents_free(cal_intents *intents)
{
    if (!intents)
        return;
    free(intents->state);
    free(intents->field);
    free(intents->origin);
    cal_words_free(&intents->unmapped);
    free(intents);
}

const char *cal_intent_origin_name(cal_intent_origin origin)
{
    static const char *const name[] = {"none", "state", "source_type", "code"};
    return name[origin];
}

/* Intents: what the tokens of STATE.OBS_MODE ("CALIBRATE_PHASE#ON_SOURCE") mean to a pipeline (PHASE), by observatory. The tables
 * are those of the NRAO/ALMA pipeline (fields_ms 1.1); a token is compared whole, its separator may be # . or _. */
#ifndef CAL_MS_INTENT_H
#define CAL_MS_INTENT_H

#include "base/text.h"
#include "ms/meta.h"
#include "ms/summary.h"

typedef enum cal_observatory { CAL_ALMA, CAL_VLA, CAL_OTHER_OBSERVATORY } cal_observatory;

typedef enum cal_intent {
    CAL_AMPLITUDE,
    CAL_ATMOSPHERE,
    CAL_BANDPASS,
    CAL_CALIBRATOR,
    CAL_CHECK,
    CAL_DIFFGAINREF,
    CAL_DIFFGAINSRC,
    CAL_FOCUS,
    CAL_PHASE,
    CAL_POINTING,
    CAL_POLANGLE,
    CAL_POLARIZATION,
    CAL_POLLEAKAGE,
    CAL_REFERENCE,
    CAL_SIDEBAND,
    CAL_SYSTEM_CONFIGURATION,
    CAL_TARGET,
    CAL_UNSPECIFIED,
    CAL_WVR,
    CAL_INTENTS
} cal_intent;

typedef unsigned cal_intent_set; /* bit i: intent i */

const char *cal_intent_name(cal_intent intent);
cal_observatory cal_observatory_named(const char *telescope);
cal_observatory cal_observatory_of(const cal_meta *meta);

/* The intents of an OBS_MODE text. Tokens that mean nothing are added to *unmapped (unless it is NULL or has them). */
cal_intent_set cal_intents_of_mode(cal_observatory observatory, const char *obs_mode,
                                   cal_words *unmapped);

/* Where a field's intents come from. */
typedef enum cal_intent_origin {
    CAL_FROM_NOTHING,
    CAL_FROM_STATE,
    CAL_FROM_SOURCE_TYPE,
    CAL_FROM_CODE
} cal_intent_origin;
const char *
cal_intent_origin_name(cal_intent_origin origin); /* "state", "source_type", "code", "none" */

/* The intents of one MS. A field's are those of the states on its own rows; without any, those of FIELD.SOURCE_TYPE; without that,
 * on the VLA, TARGET or CALIBRATOR by FIELD.CODE. */
typedef struct cal_intents {
    int states, fields;
    cal_intent_set *state, *field;
    cal_intent_origin *origin; /* per field */
    cal_words unmapped;
    bool
        cycle0; /* ALMA before 2013-01-21: PHASE was taken from states that also have BANDPASS or AMPLITUDE */
} cal_intents;

cal_intents *cal_intents_read(const cal_meta *meta, const cal_summary *summary);
void cal_intents_free(cal_intents *intents);

#endif

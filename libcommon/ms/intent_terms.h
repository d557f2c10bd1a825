/* Intents as a person writes them: PHASE,BANDPASS or *PHASE* or !TARGET.
 *
 * Terms stand between commas; each is an intent or a pattern for intents (* ? [set]), with ! before
 * what is not wanted. A term that fits one of the pipeline's words (intent.h) is compared with these
 * alone, so that *TARGET* means TARGET and not OBSERVE_TARGET#OFF_SOURCE; any other, such as
 * CALIBRATE_*, is compared with the parts of OBS_MODE too. */
#ifndef CAL_MS_INTENT_TERMS_H
#define CAL_MS_INTENT_TERMS_H

#include "base/error.h"
#include "base/text.h"
#include <stdbool.h>

typedef struct cal_intent_term {
    char *text;    /* without the ! */
    bool excluded; /* ! stood before it */
    bool token;    /* compared with the parts of OBS_MODE too */
} cal_intent_term;

typedef struct cal_intent_terms {
    cal_intent_term *term;
    int count;
    bool inclusive; /* not all are excluded */
} cal_intent_terms;

/* CAL_USAGE for nothing, and for nothing between two commas. */
cal_status cal_intent_terms_parse(const char *text, cal_intent_terms *terms, cal_error *err);
void cal_intent_terms_free(cal_intent_terms *terms);

bool cal_intent_term_fits(const cal_intent_term *term, const cal_words *intents,
                          const cal_words *tokens);
/* Some term fits and no excluded one does. Where all are excluded, some intent must be there: of a
 * field without any nobody knows that it is no target. */
bool cal_intent_terms_fit(const cal_intent_terms *terms, const cal_words *intents,
                          const cal_words *tokens);
/* The first excluded term that fits; NULL for none. */
const cal_intent_term *cal_intent_terms_excluding(const cal_intent_terms *terms,
                                                  const cal_words *intents,
                                                  const cal_words *tokens);
/* The word of the pipeline that was perhaps meant, or NULL. */
const char *cal_intent_nearest(const char *word);

#endif

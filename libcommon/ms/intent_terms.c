#include "ms/intent_terms.h"
#include "base/mem.h"
#include "ms/intent.h"
#include <string.h>

/* UNSPECIFIED#UNSPECIFIED, a word and a part of OBS_MODE at once, only if it is meant alone. */
static bool fits_word_of_pipeline(const char *pattern)
{
    for (int i = 0; i < CAL_INTENTS; i++) {
        const char *word = cal_intent_name(i);
        if (!strcmp(pattern, word) || (!strchr(word, '#') && cal_glob(pattern, word)))
            return true;
    }
    return false;
}

static cal_status add_term(cal_intent_terms *terms, const char *word, cal_error *err)
{
    bool excluded = *word == '!';
    word += excluded;
    word += strspn(word, " ");
    if (!*word)
        return cal_fail(err, CAL_USAGE, "an intent is missing%s", excluded ? " after the !" : "");
    terms->term = cal_grow(terms->term, terms->count + 1, sizeof *terms->term);
    terms->term[terms->count++] =
        (cal_intent_term){cal_copy_text(word), excluded, !fits_word_of_pipeline(word)};
    terms->inclusive |= !excluded;
    return CAL_OK;
}

cal_status cal_intent_terms_parse(const char *text, cal_intent_terms *terms, cal_error *err)
{
    *terms = (cal_intent_terms){0};
    cal_words words = cal_words_split(text, ',');
    cal_status status = words.count ? CAL_OK : cal_fail(err, CAL_USAGE, "an intent is missing");
    for (int i = 0; i < words.count && !status; i++)
        status = add_term(terms, words.item[i], err);
    cal_words_free(&words);
    if (status)
        cal_intent_terms_free(terms);
    return status;
}

void cal_intent_terms_free(cal_intent_terms *terms)
{
    for (int i = 0; i < terms->count; i++)
        free(terms->term[i].text);
    free(terms->term);
    *terms = (cal_intent_terms){0};
}

static bool fits_some(const char *pattern, const cal_words *words)
{
    for (int i = 0; i < words->count; i++)
        if (!strcmp(pattern, words->item[i]) || cal_glob(pattern, words->item[i]))
            return true;
    return false;
}

bool cal_intent_term_fits(const cal_intent_term *term, const cal_words *intents,
                          const cal_words *tokens)
{
    return fits_some(term->text, intents) || (term->token && fits_some(term->text, tokens));
}

const cal_intent_term *cal_intent_terms_excluding(const cal_intent_terms *terms,
                                                  const cal_words *intents, const cal_words *tokens)
{
    for (int i = 0; i < terms->count; i++)
        if (terms->term[i].excluded && cal_intent_term_fits(&terms->term[i], intents, tokens))
            return &terms->term[i];
    return NULL;
}

bool cal_intent_terms_fit(const cal_intent_terms *terms, const cal_words *intents,
                          const cal_words *tokens)
{
    if (cal_intent_terms_excluding(terms, intents, tokens))
        return false;
    bool any = !terms->inclusive && intents->count;
    for (int i = 0; i < terms->count && !any; i++)
        any = !terms->term[i].excluded && cal_intent_term_fits(&terms->term[i], intents, tokens);
    return any;
}

const char *cal_intent_nearest(const char *word)
{
    const char *name[CAL_INTENTS];
    for (int i = 0; i < CAL_INTENTS; i++)
        name[i] = cal_intent_name(i);
    return cal_nearest(word, name, CAL_INTENTS);
}

/* Intents as a person writes them, against those of a field and the parts of its OBS_MODE. */
#include "ms/intent_terms.h"
#include "unit.h"

/* Do the terms fit a field with these intents and tokens? */
static bool fits(const char *text, const char *intents, const char *tokens)
{
    cal_intent_terms terms;
    cal_error err = {0};
    CHECK(!cal_intent_terms_parse(text, &terms, &err));
    cal_words intent = cal_words_split(intents, ','), token = cal_words_split(tokens, ',');
    bool fit = cal_intent_terms_fit(&terms, &intent, &token);
    cal_words_free(&intent);
    cal_words_free(&token);
    cal_intent_terms_free(&terms);
    return fit;
}

static void test_fit(void)
{
    static const char off[] = "OBSERVE_TARGET#OFF_SOURCE";
    CHECK(fits("PHASE", "CHECK,PHASE", ""));
    CHECK(fits(" TARGET , PHASE ", "PHASE", ""));
    CHECK(!fits("PHASE", "PHASE2", ""));
    CHECK(!fits("phase", "PHASE", ""));
    CHECK(fits("*PHASE*", "PHASE", ""));
    CHECK(fits("[PB]*", "BANDPASS", ""));
    CHECK(fits("TARGET,!CHECK", "TARGET", ""));
    CHECK(!fits("TARGET,! CHECK", "CHECK,TARGET", ""));
    CHECK(!fits("TARGET,!*", "TARGET", ""));
    CHECK(fits("!TARGET", "PHASE", ""));
    CHECK(!fits("!TARGET", "PHASE,TARGET", ""));
    CHECK(!fits("!TARGET", "", "")); /* nobody knows what it is */
    CHECK(!fits("*", "", ""));
    /* A word of the pipeline is not looked for in OBS_MODE, anything else is. */
    CHECK(!fits("*TARGET*", "REFERENCE", off));
    CHECK(fits("!*TARGET*", "REFERENCE", off));
    CHECK(!fits("!OBSERVE_TARGET*", "REFERENCE", off));
    CHECK(fits("OBSERVE_TARGET#OFF_SOURCE", "REFERENCE", off));
    CHECK(fits("*#OFF_SOURCE", "REFERENCE", off));
    CHECK(fits("*#UNSPECIFIED", "PHASE", "CALIBRATE_PHASE#UNSPECIFIED"));
    CHECK(!fits("UNSPECIFIED#UNSPECIFIED", "PHASE", "UNSPECIFIED#UNSPECIFIED"));
    CHECK(fits("MINE", "MINE", "")); /* put in by hand */
}

static void test_refused(void)
{
    static const char *const texts[] = {"", "  ", ",", "PHASE,", "PHASE,,TARGET", "!", "PHASE,! "};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cal_intent_terms terms;
        cal_error err = {0};
        CHECK(cal_intent_terms_parse(texts[i], &terms, &err) == CAL_USAGE);
        CHECK(terms.count == 0);
    }
}

int main(void)
{
    test_fit();
    test_refused();
    return unit_done();
}

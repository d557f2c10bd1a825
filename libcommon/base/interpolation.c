/* Interpolation rules as text. */
#include "base/interpolation.h"
#include "base/mem.h"
#include "base/text.h"
#include <string.h>

/* Cut `suffix` off the end of the word; was it there? */
static bool cut_suffix(char *word, const char *suffix)
{
    size_t length = strlen(word), cut = strlen(suffix);
    if (cut >= length || strcmp(word + length - cut, suffix))
        return false;
    word[length - cut] = 0;
    return true;
}

static cal_status parse_time(char *word, const char *text, cal_interp *interp, cal_error *err)
{
    for (bool more = true; more;) {
        bool obs = cut_suffix(word, "perobs"), scan = cut_suffix(word, "perscan");
        bool delay = cut_suffix(word, "PD"), flag = cut_suffix(word, "flag");
        interp->per_obs = interp->per_obs || obs;
        interp->per_scan = interp->per_scan || scan;
        interp->phase_delay = interp->phase_delay || delay;
        more = obs || scan || delay || flag;
    }
    if (!*word || !strcmp(word, "linear"))
        interp->time = CAL_TIME_LINEAR;
    else if (!strcmp(word, "nearest"))
        interp->time = CAL_TIME_NEAREST;
    else if (!strcmp(word, "cubic"))
        interp->time = CAL_TIME_CUBIC;
    else
        return cal_fail(err, CAL_USAGE,
                        "\"%s\": \"%s\" is no interpolation in time; there are nearest, "
                        "linear, cubic, each with PD, perobs or perscan behind it",
                        text, word);
    return CAL_OK;
}

static cal_status parse_freq(char *word, const char *text, cal_interp *interp, cal_error *err)
{
    static const char *const method[] = {"nearest", "linear", "cubic", "spline"};
    for (bool more = true; more;) {
        bool relative = cut_suffix(word, "rel"), flag = cut_suffix(word, "flag");
        interp->freq_relative = interp->freq_relative || relative;
        interp->freq_flag = interp->freq_flag || flag;
        more = relative || flag;
    }
    interp->freq = CAL_FREQ_LINEAR;
    for (size_t i = 0; i < CAL_COUNT(method); i++)
        if (!strcmp(word, method[i])) {
            interp->freq = (cal_freq_method)i;
            return CAL_OK;
        }
    if (!*word)
        return CAL_OK;
    return cal_fail(err, CAL_USAGE,
                    "\"%s\": \"%s\" is no interpolation in frequency; there are nearest, "
                    "linear, cubic, spline, each with flag or rel behind it",
                    text, word);
}

cal_status cal_interp_parse(const char *text, cal_interp *interp, cal_error *err)
{
    static char nothing[] = "";
    cal_words words = cal_words_split(text, ',');
    *interp = (cal_interp){0};
    cal_status status = CAL_OK;
    if (words.count > 2)
        status =
            cal_fail(err, CAL_USAGE, "\"%s\": expected TIME or TIME,FREQUENCY for one table", text);
    if (!status)
        status = parse_time(words.count > 0 ? words.item[0] : nothing, text, interp, err);
    if (!status)
        status = parse_freq(words.count > 1 ? words.item[1] : nothing, text, interp, err);
    cal_words_free(&words);
    return status;
}

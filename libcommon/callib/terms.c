#include "callib/terms.h"
#include "base/mem.h"
#include "base/text.h"
#include <stddef.h>
#include <string.h>

static const char *const name[] = {"calwt", "interp", "spwmap", "gainfield", "caltype"};
static const size_t place[] = {offsetof(cal_terms, calwt), offsetof(cal_terms, interp),
                               offsetof(cal_terms, spwmap), offsetof(cal_terms, gainfield),
                               offsetof(cal_terms, caltype)};

static cal_status set_term(const char *word, cal_terms *terms, cal_error *err)
{
    for (size_t i = 0; i < CAL_COUNT(name); i++)
        if (!strcmp(name[i], word)) {
            *(bool *)((char *)terms + place[i]) = true;
            return CAL_OK;
        }
    const char *nearest = cal_nearest(word, name, CAL_COUNT(name));
    return cal_fail(err, CAL_USAGE,
                    "\"%s\" is no term that can be ignored%s%s%s; these are calwt, interp, spwmap, "
                    "gainfield, caltype",
                    word, nearest ? " (did you mean " : "", nearest ? nearest : "",
                    nearest ? "?)" : "");
}

cal_status cal_terms_parse(const char *text, cal_terms *terms, cal_error *err)
{
    cal_words words = cal_words_split(text, ',');
    cal_status status = CAL_OK;
    *terms = (cal_terms){0};
    for (int i = 0; i < words.count && !status; i++)
        status = set_term(words.item[i], terms, err);
    cal_words_free(&words);
    return status;
}

static int without(const cal_terms *terms, cal_library *library, int calibration)
{
    cal_calibration plain = library->calibration[calibration];
    plain.calwt |= terms->calwt;
    if (terms->interp)
        plain.interp = (char *)"linear,linear";
    if (terms->gainfield)
        plain.gainfield = (char *)"";
    if (terms->spwmap)
        plain.spwmaps = 0;
    return cal_library_calibration(library, &plain);
}

void cal_terms_ignore(const cal_terms *terms, cal_library *library, cal_book *book)
{
    for (int i = 0; i < book->count; i++) {
        cal_registration *at = &book->item[i];
        at->calibration = without(terms, library, at->calibration);
        if (terms->caltype) {
            free(at->caltype);
            at->caltype = cal_copy_text("unknown");
        }
    }
}

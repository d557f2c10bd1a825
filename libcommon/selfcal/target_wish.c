/* What was asked for, and is not in the data: said before anything is made of the rest. */
#include "selfcal/target_parts.h"

#include "base/buf.h"
#include <string.h>

enum { NAMES = 400 }; /* characters of a list of names */

static void list_fields(const cal_dataset *set, int sets, cal_buf *names)
{
    for (int i = 0; i < sets; i++)
        for (int k = 0; k < set[i].fields && names->len < NAMES; k++)
            cal_buf_addf(names, "%s%d %s", names->len ? ", " : "", set[i].field[k].id,
                         set[i].field[k].name);
}

static bool has_field(const cal_dataset *set, int sets, const char *pattern)
{
    for (int i = 0; i < sets; i++)
        for (int k = 0; k < set[i].fields; k++)
            if (set[i].field[k].rows > 0 && cal_glob(pattern, set[i].field[k].name))
                return true;
    return false;
}

static cal_status check_fields(const cal_dataset *set, int sets, const cal_words *patterns,
                               cal_error *err)
{
    for (int i = 0; i < patterns->count; i++) {
        if (has_field(set, sets, patterns->item[i]))
            continue;
        cal_buf names = {0};
        list_fields(set, sets, &names);
        cal_fail(err, CAL_INPUT, "no field with data matches \"%s\"; fields are %s",
                 patterns->item[i], cal_buf_text(&names));
        cal_buf_free(&names);
        return CAL_INPUT;
    }
    return CAL_OK;
}

/* Of windows with science data, each once. */
static cal_words list_bands(const cal_dataset *set, int sets)
{
    cal_words bands = {0};
    for (int i = 0; i < sets; i++)
        for (int k = 0; k < set[i].spws; k++) {
            bool known = !set[i].spw[k].science;
            for (int b = 0; b < bands.count; b++)
                known = known || !strcmp(bands.item[b], set[i].spw[k].band);
            if (!known)
                cal_words_add(&bands, set[i].spw[k].band);
        }
    return bands;
}

static bool has_band(const cal_words *bands, const char *part)
{
    for (int i = 0; i < bands->count; i++)
        if (strstr(bands->item[i], part))
            return true;
    return false;
}

static cal_status check_bands(const cal_dataset *set, int sets, const cal_words *parts,
                              cal_error *err)
{
    cal_words bands = list_bands(set, sets);
    cal_status status = CAL_OK;
    for (int i = 0; i < parts->count && !status; i++) {
        cal_buf names = {0};
        if (has_band(&bands, parts->item[i]))
            continue;
        for (int b = 0; b < bands.count; b++)
            cal_buf_addf(&names, "%s%s", b ? ", " : "", bands.item[b]);
        status = cal_fail(err, CAL_INPUT, "no band has \"%s\" in its name; bands are %s",
                          parts->item[i], cal_buf_text(&names));
        cal_buf_free(&names);
    }
    cal_words_free(&bands);
    return status;
}

cal_status cal_target_check_wish(const cal_dataset *set, int sets, const cal_target_wish *wish,
                                 cal_error *err)
{
    cal_status status = check_fields(set, sets, wish->fields, err);
    return status ? status : check_bands(set, sets, wish->bands, err);
}

cal_status cal_target_none(const cal_dataset *set, int sets, const cal_target_wish *wish,
                           cal_error *err)
{
    cal_buf names = {0};
    list_fields(set, sets, &names);
    if (wish->fields->count || wish->bands->count)
        cal_fail(err, CAL_DATA,
                 "the fields and bands that were asked for have no unflagged data together; "
                 "fields are %s",
                 cal_buf_text(&names));
    else
        cal_fail(err, CAL_DATA,
                 "no field has the intent TARGET and unflagged data; name the targets with "
                 "--field; fields are %s",
                 cal_buf_text(&names));
    cal_buf_free(&names);
    return CAL_DATA;
}

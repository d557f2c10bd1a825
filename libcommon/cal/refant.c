#include "cal/refant.h"

#include "base/mem.h"
#include "base/text.h"
#include <math.h>
#include <string.h>

/* ---- the list ---- */

static int find_antenna(const cal_meta *meta, const char *word)
{
    long long id;
    for (int a = 0; a < meta->antennas; a++)
        if (!strcmp(meta->antenna[a].name, word))
            return a;
    return cal_parse_int(word, &id) && id >= 0 && id < meta->antennas ? (int)id : -1;
}

static cal_status fail_unknown(const cal_meta *meta, const char *word, cal_error *err)
{
    cal_buf names = {0};
    for (int a = 0; a < meta->antennas; a++)
        if (*meta->antenna[a].name)
            cal_buf_addf(&names, "%s%s", names.len ? ", " : "", meta->antenna[a].name);
    cal_fail(err, CAL_INPUT, "no antenna \"%s\" for --refant; antennas are %s", word,
             cal_buf_text(&names));
    cal_buf_free(&names);
    return err->status;
}

cal_status cal_refant_parse(const char *text, bool strict, const cal_meta *meta, cal_refant *refant,
                            cal_error *err)
{
    cal_words words = cal_words_split(text ? text : "", ',');
    cal_status status = CAL_OK;
    *refant = (cal_refant){.wanted = CAL_NEW_ARRAY(int, words.count), .strict = strict};
    for (int k = 0; k < words.count && !status; k++) {
        int antenna = find_antenna(meta, words.item[k]);
        if (antenna < 0)
            status = fail_unknown(meta, words.item[k], err);
        else
            refant->wanted[refant->count++] = antenna;
    }
    cal_words_free(&words);
    return status;
}

void cal_refant_free(cal_refant *refant)
{
    free(refant->wanted);
    *refant = (cal_refant){0};
}

/* ---- which antenna ---- */

typedef struct distance {
    double squared;
    int antenna;
} distance;

static int by_distance(const void *x, const void *y)
{
    const distance *a = x, *b = y;
    if (a->squared != b->squared)
        return a->squared < b->squared ? -1 : 1;
    return (a->antenna > b->antenna) - (a->antenna < b->antenna);
}

/* The first choice, a place for the one that was used last, the other choices, and all antennas by
 * their distance from the last choice. Strict: only the first. */
static int *list_choices(const cal_refant *refant, const cal_meta *meta, int *count)
{
    int *choice = CAL_NEW_ARRAY(int, 1 + refant->count + meta->antennas);
    *count = 0;
    choice[(*count)++] = refant->wanted[0];
    if (refant->strict)
        return choice;
    for (int k = 0; k < refant->count; k++)
        choice[(*count)++] = refant->wanted[k];
    const double *centre = meta->antenna[refant->wanted[refant->count - 1]].position;
    distance *far = CAL_NEW_ARRAY(distance, meta->antennas);
    for (int a = 0; a < meta->antennas; a++) {
        far[a].antenna = a;
        for (int x = 0; x < 3; x++) {
            double d = meta->antenna[a].position[x] - centre[x];
            far[a].squared += d * d;
        }
    }
    qsort(far, (size_t)meta->antennas, sizeof *far, by_distance);
    for (int a = 0; a < meta->antennas; a++)
        choice[(*count)++] = far[a].antenna;
    free(far);
    return choice;
}

static bool usable(const cal_interval_gains *now, const cal_interval_gains *before, int antenna,
                   int pars, int stride)
{
    for (int p = 0; p < pars; p++)
        if (now->gains.flag[antenna * stride + p] ||
            (before && before->gains.flag[antenna * stride + p]))
            return false;
    return true;
}

/* A hand that has no good solution in the whole spw is no condition. */
static int pars_in_use(const cal_gain_list *list, int first, int end)
{
    if (list->pars < 2)
        return list->pars;
    for (int k = first; k < end; k++)
        for (int a = 0; list->item[k].good && a < list->antennas; a++)
            if (!list->item[k].gains.flag[2 * a + 1])
                return 2;
    return 1;
}

/* ---- turning ---- */

static double complex direction(const cal_interval_gains *item, int value)
{
    double complex gain = item->gains.gain[value];
    double amplitude = cabs(gain);
    return item->gains.flag[value] || amplitude < 1.2e-7 ? 1 : gain / amplitude;
}

static void turn(const cal_gain_list *list, cal_interval_gains *now,
                 const cal_interval_gains *before, int ref)
{
    for (int p = 0; p < list->pars; p++) {
        int at = ref * list->pars + p;
        double complex unit = direction(now, at) / (before ? direction(before, at) : 1);
        for (int a = 0; a < list->antennas; a++)
            now->gains.gain[a * list->pars + p] =
                (float complex)(now->gains.gain[a * list->pars + p] / unit);
    }
    now->refant = ref;
}

void cal_refant_apply(const cal_refant *refant, const cal_meta *meta, cal_gain_list *list)
{
    if (!refant->count)
        return;
    int choices, *choice = list_choices(refant, meta, &choices), pars = 0;
    const cal_interval_gains *before = NULL;
    for (int k = 0; k < list->count; k++) {
        cal_interval_gains *now = &list->item[k];
        if (!k || now->spw != list->item[k - 1].spw) { /* each spw starts afresh */
            int end = k + 1;
            while (end < list->count && list->item[end].spw == now->spw)
                end++;
            pars = pars_in_use(list, k, end);
            before = NULL;
        }
        if (!now->good)
            continue;
        int c = 0;
        while (c < choices && !usable(now, before, choice[c], pars, list->pars))
            c++;
        if (c == choices) {
            memset(now->gains.flag, 1, (size_t)(list->antennas * list->pars));
            continue;
        }
        int ref = choice[c];
        if (!refant->strict)
            choice[1] = ref;
        turn(list, now, before, ref);
        before = now;
    }
    free(choice);
}

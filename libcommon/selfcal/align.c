/* Windows of several execution blocks: which are the same. */
#include "base/mem.h"
#include "base/number.h"
#include "selfcal/target.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

/* ALMA's names begin with a number of the execution block: X0000000002#ALMA_RB_06#BB_1#SW-01#FULL_RES. */
static const char *lasting_name(const char *name)
{
    if (*name != 'X')
        return name;
    const char *at = name + 1;
    while (isdigit((unsigned char)*at))
        at++;
    return at > name + 1 && *at == '#' ? at : name;
}

/* The observatory's motion shifts a window that is set in the sky's frame by up to 65 km/s between two days. */
static bool same_frequencies(const cal_plan_spw *a, const cal_plan_spw *b)
{
    double shift = fmax(a->width, a->freq[0] * 65e3 / CAL_LIGHT_SPEED);
    return a->channels == b->channels && fabs(a->width - b->width) <= 1e-3 * a->width &&
           fabs(a->freq[0] - b->freq[0]) <= shift;
}

static bool same_name(const cal_plan_spw *a, const cal_plan_spw *b)
{
    return *a->name && !strcmp(lasting_name(a->name), lasting_name(b->name));
}

static const cal_plan_spw *known_as(const cal_dataset *set, int sets, const cal_virtual_spw *spw)
{
    for (int i = 0; i < sets; i++)
        if (spw->id[i] >= 0)
            return cal_dataset_spw(&set[i], spw->id[i]);
    return NULL;
}

/* The window's place in the list, or -1: first by name and frequencies, then by these alone. */
static int find(const cal_dataset *set, int sets, int now, const cal_plan_spw *wanted,
                const cal_virtual_spw *list, int count)
{
    for (int need_name = 1; need_name >= 0; need_name--)
        for (int i = 0; i < count; i++) {
            const cal_plan_spw *known = known_as(set, sets, &list[i]);
            if (list[i].id[now] < 0 && same_frequencies(known, wanted) &&
                (!need_name || same_name(known, wanted)))
                return i;
        }
    return -1;
}

static int free_number(const cal_virtual_spw *list, int count, int wanted)
{
    int highest = -1;
    bool taken = false;
    for (int i = 0; i < count; i++) {
        taken |= list[i].number == wanted;
        highest = list[i].number > highest ? list[i].number : highest;
    }
    return taken ? highest + 1 : wanted;
}

static int by_number(const void *a, const void *b)
{
    return ((const cal_virtual_spw *)a)->number - ((const cal_virtual_spw *)b)->number;
}

cal_virtual_spw *cal_spws_align(const cal_dataset *set, int sets, int *count)
{
    cal_virtual_spw *list = NULL;
    *count = 0;
    for (int s = 0; s < sets; s++)
        for (int i = 0; i < set[s].spws; i++) {
            const cal_plan_spw *spw = &set[s].spw[i];
            int at = spw->science ? find(set, sets, s, spw, list, *count) : -1;
            if (!spw->science)
                continue;
            if (at < 0) {
                list = cal_grow(list, *count + 1, sizeof *list);
                at = (*count)++;
                list[at].number = free_number(list, at, spw->id);
                list[at].id = CAL_NEW_ARRAY(int, sets);
                memset(list[at].id, -1, sets * sizeof *list[at].id);
            }
            list[at].id[s] = spw->id;
        }
    if (*count)
        qsort(list, *count, sizeof *list, by_number);
    return list;
}

void cal_spws_free(cal_virtual_spw *spw, int count)
{
    for (int i = 0; i < count; i++)
        free(spw[i].id);
    free(spw);
}

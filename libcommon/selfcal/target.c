#include "selfcal/target_parts.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/number.h"
#include "selfcal/geometry.h"
#include <math.h>
#include <string.h>

typedef struct search {
    const cal_dataset *set;
    int sets;
    const cal_target_wish *wish;
    cal_target_list *list;
} search;

/* ---- fields ---- */

static bool any_fits(const cal_words *patterns, const char *text)
{
    for (int i = 0; i < patterns->count; i++)
        if (cal_glob(patterns->item[i], text))
            return true;
    return false;
}

static bool is_wanted(const search *s, const cal_plan_field *field)
{
    if (field->rows <= 0)
        return false;
    return s->wish->fields->count ? any_fits(s->wish->fields, field->name) : field->target;
}

/* Of the many fields of a survey most are told apart by their declinations. */
static bool are_near(const double a[2], const double b[2], double limit)
{
    return fabs(a[1] - b[1]) <= limit && cal_sky_distance(a, b) <= limit;
}

static bool field_is_near(const cal_clean_target *target, const double direction[2], double limit)
{
    for (int i = 0; i < target->fields; i++)
        if (are_near(target->field[i].direction, direction, limit))
            return true;
    return false;
}

static const double same_place = 4.848e-6; /* rad, 1 arcsec */

/* In what distance a field of another name is a pointing of the same mosaic. */
static double mosaic_radius(const search *s, const cal_dataset *set, double freq_hz)
{
    if (strcmp(set->telescope, "EVLA"))
        return same_place;
    return fmax(same_place, s->wish->overlap * cal_half_power_width(freq_hz));
}

static bool belongs(const search *s, const cal_clean_target *target, const cal_dataset *set,
                    const cal_plan_field *field, const char *band, double freq_hz)
{
    if (strcmp(target->band, band))
        return false;
    bool named = false;
    for (int i = 0; i < target->fields; i++)
        named |= !strcmp(target->field[i].name, field->name);
    return (named && strcmp(set->telescope, "EVLA")) ||
           field_is_near(target, field->direction, mosaic_radius(s, set, freq_hz));
}

static void add_field(const search *s, cal_clean_target *target, int set,
                      const cal_plan_field *field)
{
    int at = 0;
    while (at < target->fields &&
           (!are_near(target->field[at].direction, field->direction, same_place) ||
            target->field[at].id[set] >= 0))
        at++;
    if (at == target->fields) {
        target->field = cal_grow(target->field, at + 1, sizeof *target->field);
        target->fields++;
        cal_sub_field *made = &target->field[at];
        *made = (cal_sub_field){cal_copy_text(field->name),
                                {field->direction[0], field->direction[1]},
                                CAL_NEW_ARRAY(int, s->sets)};
        memset(made->id, -1, s->sets * sizeof *made->id);
    }
    target->field[at].id[set] = field->id;
}

/* Two groups become one when a field is near to both. */
static void join(cal_target_list *list, cal_clean_target *to, cal_clean_target *from)
{
    to->field = cal_grow(to->field, to->fields + from->fields, sizeof *to->field);
    memcpy(to->field + to->fields, from->field, from->fields * sizeof *from->field);
    to->fields += from->fields;
    free(from->field);
    free(from->name);
    free(from->band);
    int behind = (int)(list->target + list->targets - from) - 1;
    memmove(from, from + 1, behind * sizeof *from);
    list->targets--;
}

static void place_field(search *s, int set, const cal_plan_field *field, const char *band,
                        double freq_hz)
{
    cal_target_list *list = s->list;
    int found = -1;
    for (int i = 0; i < list->targets; i++) {
        if (!belongs(s, &list->target[i], &s->set[set], field, band, freq_hz))
            continue;
        if (found < 0) {
            found = i;
            continue;
        }
        join(list, &list->target[found], &list->target[i]);
        i--;
    }
    if (found < 0) {
        list->target = cal_grow(list->target, list->targets + 1, sizeof *list->target);
        found = list->targets++;
        list->target[found] = (cal_clean_target){.name = cal_copy_text(field->name),
                                                 .band = cal_copy_text(band),
                                                 .telescope = s->set[0].telescope};
    }
    add_field(s, &list->target[found], set, field);
}

static bool wanted_band(const search *s, const char *band)
{
    for (int i = 0; i < s->wish->bands->count; i++)
        if (strstr(band, s->wish->bands->item[i]))
            return true;
    return !s->wish->bands->count;
}

static void place_in_bands(search *s, int set, const cal_plan_field *field)
{
    const cal_dataset *data = &s->set[set];
    cal_words seen = {0};
    for (int i = 0; i < field->spws.count; i++) {
        const cal_plan_spw *spw = cal_dataset_spw(data, field->spws.id[i]);
        bool known = !spw || !spw->science || !wanted_band(s, spw->band);
        for (int k = 0; !known && k < seen.count; k++)
            known = !strcmp(seen.item[k], spw->band);
        if (known)
            continue;
        cal_words_add(&seen, spw->band);
        place_field(s, set, field, spw->band, spw->freq[0]);
    }
    cal_words_free(&seen);
}

/* ---- a whole target ---- */

static bool spw_is_in(const search *s, const cal_clean_target *target, const cal_virtual_spw *spw)
{
    for (int set = 0; set < s->sets; set++) {
        const cal_plan_spw *own = cal_dataset_spw(&s->set[set], spw->id[set]);
        if (!own || strcmp(own->band, target->band))
            continue;
        for (int i = 0; i < target->fields; i++) {
            const cal_plan_field *field = cal_dataset_field(&s->set[set], target->field[i].id[set]);
            for (int k = 0; field && k < field->spws.count; k++)
                if (field->spws.id[k] == own->id)
                    return true;
        }
    }
    return false;
}

/* Every set has one of the fields, and all have one name: the source moves, or was looked for a little beside. */
static bool is_moving(const search *s, const cal_clean_target *target)
{
    for (int set = 0; set < s->sets; set++) {
        int count = 0;
        for (int i = 0; i < target->fields; i++)
            count += target->field[i].id[set] >= 0;
        if (count > 1)
            return false;
    }
    for (int i = 1; i < target->fields; i++)
        if (strcmp(target->field[i].name, target->field[0].name))
            return false;
    return target->fields > 1;
}

static void merge_fields(const search *s, cal_clean_target *target)
{
    cal_sub_field *first = &target->field[0];
    double farthest = 0;
    for (int i = 1; i < target->fields; i++) {
        cal_sub_field *field = &target->field[i];
        farthest = fmax(farthest, cal_sky_distance(first->direction, field->direction));
        for (int set = 0; set < s->sets; set++)
            if (field->id[set] >= 0)
                first->id[set] = field->id[set];
        free(field->name);
        free(field->id);
    }
    target->fields = 1;
    char *note = cal_format("%s, %s: phase centres of the execution blocks are %.3g arcsec apart; "
                            "one image of all needs them in one place",
                            target->name, target->band, farthest / CAL_PI * 180 * 3600);
    cal_words_add(&s->list->notes, note);
    free(note);
}

/* Fields of other names at one place are no mosaic. */
static bool is_mosaic(const cal_clean_target *target)
{
    for (int i = 1; i < target->fields; i++)
        if (!are_near(target->field[0].direction, target->field[i].direction, same_place))
            return strcmp(target->telescope, "VLBA") != 0;
    return false;
}

static void complete(const search *s, cal_clean_target *target)
{
    if (is_moving(s, target))
        merge_fields(s, target);
    target->spw = CAL_NEW_ARRAY(const cal_virtual_spw *, s->list->spws);
    for (int i = 0; i < s->list->spws; i++)
        if (spw_is_in(s, target, &s->list->spw[i]))
            target->spw[target->spws++] = &s->list->spw[i];
    target->mosaic = is_mosaic(target);
    target->block = CAL_NEW_ARRAY(cal_target_block, s->sets);
    for (int set = 0; set < s->sets; set++)
        cal_target_add_block(target, &s->set[set], set, s->wish->most_flagged, &s->list->notes);
}

static void free_target(cal_clean_target *target)
{
    for (int i = 0; i < target->fields; i++) {
        free(target->field[i].name);
        free(target->field[i].id);
    }
    for (int i = 0; i < target->blocks; i++)
        cal_target_block_free(&target->block[i]);
    free(target->field);
    free(target->spw);
    free(target->block);
    free(target->name);
    free(target->band);
}

static void drop_empty(cal_target_list *list)
{
    int kept = 0;
    for (int i = 0; i < list->targets; i++) {
        if (list->target[i].blocks)
            list->target[kept++] = list->target[i];
        else
            free_target(&list->target[i]);
    }
    list->targets = kept;
}

/* ---- the whole ---- */

cal_status cal_targets_find(const cal_dataset *set, int sets, const cal_target_wish *wish,
                            cal_target_list *list, cal_error *err)
{
    *list = (cal_target_list){0};
    search s = {set, sets, wish, list};
    if (cal_target_check_wish(set, sets, wish, err))
        return err->status;
    list->spw = cal_spws_align(set, sets, &list->spws);
    for (int i = 0; i < sets; i++)
        for (int k = 0; k < set[i].fields; k++)
            if (is_wanted(&s, &set[i].field[k]))
                place_in_bands(&s, i, &set[i].field[k]);
    for (int i = 0; i < list->targets; i++)
        complete(&s, &list->target[i]);
    drop_empty(list);
    return list->targets ? CAL_OK : cal_target_none(set, sets, wish, err);
}

void cal_targets_free(cal_target_list *list)
{
    for (int i = 0; i < list->targets; i++)
        free_target(&list->target[i]);
    free(list->target);
    cal_spws_free(list->spw, list->spws);
    cal_words_free(&list->notes);
    *list = (cal_target_list){0};
}

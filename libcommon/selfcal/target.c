#include "selfcal/target.h"

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

/* ---- execution blocks ---- */

static bool has_field(const cal_clean_target *target, int set, int id)
{
    for (int i = 0; i < target->fields; i++)
        if (target->field[i].id[set] == id)
            return true;
    return false;
}

static bool has_spw(const cal_clean_target *target, int set, int id)
{
    for (int i = 0; i < target->spws; i++)
        if (target->spw[i]->id[set] == id)
            return true;
    return false;
}

static double median_of(const double *value, int count)
{
    double *copy = CAL_NEW_ARRAY(double, count);
    memcpy(copy, value, count * sizeof *copy);
    double median = cal_median(copy, count);
    free(copy);
    return median;
}

/* A scan that has rows of other targets as well is taken to share its time equally among the fields. */
static void add_scan(const cal_clean_target *target, const cal_dataset *set,
                     cal_target_block *block, int index, double *interval)
{
    const cal_plan_scan *scan = &set->scan[index];
    int own = 0;
    double longest = 0;
    for (int i = 0; i < scan->fields.count; i++)
        own += has_field(target, block->set, scan->fields.id[i]);
    for (int i = 0; i < scan->spws.count; i++)
        if (has_spw(target, block->set, scan->spws.id[i]))
            longest = fmax(longest, scan->spw_interval[i]);
    if (!own || longest <= 0)
        return;
    int at = block->scans++;
    block->scan[at] = index;
    block->fields[at] = own;
    block->duration[at] = (scan->end - scan->begin) * own / scan->fields.count;
    block->time += block->duration[at];
    interval[at] = longest;
}

static void measure_times(const cal_dataset *set, cal_target_block *block)
{
    double first = set->scan[block->scan[0]].begin, last = first;
    double *gap = CAL_NEW_ARRAY(double, block->scans);
    for (int i = 0; i < block->scans; i++) {
        double begin = set->scan[block->scan[i]].begin;
        if (i)
            gap[i - 1] = begin - last;
        last = begin;
    }
    block->span = last - first;
    block->step = block->scans > 1 ? cal_median(gap, block->scans - 1) : NAN;
    free(gap);
}

static void measure_array(const cal_dataset *set, cal_target_block *block)
{
    uint8_t *in = block->in = CAL_NEW_ARRAY(uint8_t, set->antennas);
    for (int i = 0; i < block->scans; i++) {
        const cal_id_list *ids = &set->scan[block->scan[i]].antennas;
        for (int k = 0; k < set->antennas; k++)
            for (int n = 0; n < ids->count; n++)
                in[k] |= ids->id[n] == set->antenna[k].id;
    }
    for (int i = 0; i < set->antennas; i++)
        for (int k = 0; in[i] && k < i; k++) {
            const double *a = set->antenna[i].position, *b = set->antenna[k].position;
            if (in[k])
                block->longest = fmax(block->longest, sqrt((a[0] - b[0]) * (a[0] - b[0]) +
                                                           (a[1] - b[1]) * (a[1] - b[1]) +
                                                           (a[2] - b[2]) * (a[2] - b[2])));
        }
    for (int i = 0; i < set->antennas; i++)
        block->antennas += in[i];
}

static bool all_flagged(const search *s, const cal_clean_target *target, int set)
{
    double worst = 0, rows = 0;
    for (int i = 0; i < target->fields; i++) {
        const cal_plan_field *field = cal_dataset_field(&s->set[set], target->field[i].id[set]);
        if (!field || isnan(field->flagged))
            continue;
        worst += field->flagged * field->rows;
        rows += field->rows;
    }
    return rows > 0 && worst / rows >= s->wish->most_flagged;
}

static void free_block(cal_target_block *block)
{
    free(block->scan);
    free(block->duration);
    free(block->in);
    free(block->fields);
}

static void add_block(const search *s, cal_clean_target *target, int set)
{
    const cal_dataset *data = &s->set[set];
    cal_target_block block = {
        .set = set,
        .scan = CAL_NEW_ARRAY(int, data->scans),
        .duration = CAL_NEW_ARRAY(double, data->scans),
        .fields = CAL_NEW_ARRAY(double, data->scans),
    };
    double *interval = CAL_NEW_ARRAY(double, data->scans);
    for (int i = 0; i < data->scans; i++)
        add_scan(target, data, &block, i, interval);
    bool flagged = block.scans && all_flagged(s, target, set);
    if (flagged) {
        char *note = cal_format("%s, %s: left out of %s, where nearly all of it is flagged",
                                target->name, target->band, data->root);
        cal_words_add(&s->list->notes, note);
        free(note);
    }
    if (block.scans && !flagged) {
        block.integration = median_of(interval, block.scans);
        block.median_scan = median_of(block.duration, block.scans);
        block.median_fields = median_of(block.fields, block.scans);
        measure_times(data, &block);
        measure_array(data, &block);
        target->block[target->blocks++] = block;
    } else
        free_block(&block);
    free(interval);
}

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

static void complete(const search *s, cal_clean_target *target)
{
    target->spw = CAL_NEW_ARRAY(const cal_virtual_spw *, s->list->spws);
    for (int i = 0; i < s->list->spws; i++)
        if (spw_is_in(s, target, &s->list->spw[i]))
            target->spw[target->spws++] = &s->list->spw[i];
    target->mosaic = target->fields > 1 && strcmp(target->telescope, "VLBA");
    target->block = CAL_NEW_ARRAY(cal_target_block, s->sets);
    for (int set = 0; set < s->sets; set++)
        add_block(s, target, set);
}

static void free_target(cal_clean_target *target)
{
    for (int i = 0; i < target->fields; i++) {
        free(target->field[i].name);
        free(target->field[i].id);
    }
    for (int i = 0; i < target->blocks; i++)
        free_block(&target->block[i]);
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

static cal_status no_target(const search *s, cal_error *err)
{
    cal_buf names = {0};
    for (int set = 0; set < s->sets; set++)
        for (int i = 0; i < s->set[set].fields && names.len < 400; i++)
            cal_buf_addf(&names, "%s%d %s", names.len ? ", " : "", s->set[set].field[i].id,
                         s->set[set].field[i].name);
    if (s->wish->fields->count)
        cal_fail(err, CAL_DATA, "no field with data has such a name; fields are %s",
                 cal_buf_text(&names));
    else
        cal_fail(err, CAL_DATA,
                 "no field has the intent TARGET and unflagged data; name the targets with "
                 "--field; fields are %s",
                 cal_buf_text(&names));
    cal_buf_free(&names);
    return CAL_DATA;
}

cal_status cal_targets_find(const cal_dataset *set, int sets, const cal_target_wish *wish,
                            cal_target_list *list, cal_error *err)
{
    *list = (cal_target_list){.sets = sets};
    search s = {set, sets, wish, list};
    list->spw = cal_spws_align(set, sets, &list->spws);
    for (int i = 0; i < sets; i++)
        for (int k = 0; k < set[i].fields; k++)
            if (is_wanted(&s, &set[i].field[k]))
                place_in_bands(&s, i, &set[i].field[k]);
    for (int i = 0; i < list->targets; i++)
        complete(&s, &list->target[i]);
    drop_empty(list);
    return list->targets ? CAL_OK : no_target(&s, err);
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

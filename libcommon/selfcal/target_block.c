/* The part that each execution block has in a clean target. */
#include "base/mem.h"
#include "base/number.h"
#include "selfcal/target_parts.h"
#include <math.h>
#include <string.h>

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

static bool all_flagged(const cal_clean_target *target, const cal_dataset *data, int set,
                        double limit)
{
    double worst = 0, rows = 0;
    for (int i = 0; i < target->fields; i++) {
        const cal_plan_field *field = cal_dataset_field(data, target->field[i].id[set]);
        if (!field || isnan(field->flagged))
            continue;
        worst += field->flagged * field->rows;
        rows += field->rows;
    }
    return rows > 0 && worst / rows >= limit;
}

void cal_target_block_free(cal_target_block *block)
{
    free(block->scan);
    free(block->duration);
    free(block->in);
    free(block->fields);
}

void cal_target_add_block(cal_clean_target *target, const cal_dataset *data, int set,
                          double most_flagged, cal_words *notes)
{
    cal_target_block block = {
        .set = set,
        .scan = CAL_NEW_ARRAY(int, data->scans),
        .duration = CAL_NEW_ARRAY(double, data->scans),
        .fields = CAL_NEW_ARRAY(double, data->scans),
    };
    double *interval = CAL_NEW_ARRAY(double, data->scans);
    for (int i = 0; i < data->scans; i++)
        add_scan(target, data, &block, i, interval);
    bool flagged = block.scans && all_flagged(target, data, set, most_flagged);
    if (flagged) {
        char *note = cal_format("%s, %s: left out of %s, where nearly all of it is flagged",
                                target->name, target->band, data->root);
        cal_words_add(notes, note);
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
        cal_target_block_free(&block);
    free(interval);
}
